//! The shapes of a drawing as egui shapes. The metric is egui's own, so that what was laid out is what is painted.

use std::{cell::RefCell, collections::HashMap};

use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Mesh, Pos2, Rect, Shape, Stroke, StrokeKind,
    epaint::{PathShape, RectShape, TextShape},
    pos2,
    text::{LayoutJob, TextFormat},
    vec2,
};

use crate::{
    template::draw::{
        self,
        gradient::Gradient,
        metric::TextMetric,
        paint::{Piece, Shape as Drawn, TextLook, stand_in},
        style::Colour,
    },
    ui::theme::fonts,
};

/// Measures with the fonts of a context. Use it within a pass, or after one.
pub struct FontMetric {
    ctx: Context,
    known: RefCell<HashMap<(char, u32, bool), f32>>,
}

impl FontMetric {
    /// The metric of that context's fonts.
    pub fn new(ctx: &Context) -> Self {
        Self { ctx: ctx.clone(), known: RefCell::default() }
    }
}

impl TextMetric for FontMetric {
    fn advance(&self, c: char, size: f32, bold: bool) -> f32 {
        if c.is_control() {
            return 0.0;
        }
        let size = size.clamp(1.0, MAX_TEXT);
        let key = (c, size.to_bits(), bold);
        if let Some(&known) = self.known.borrow().get(&key) {
            return known;
        }
        let width = self.ctx.fonts_mut(|fonts| fonts.glyph_width(&font(size, bold), c));
        self.known.borrow_mut().insert(key, width);
        width
    }
}

/// The largest character size that is drawn: a glyph has to fit the font's texture.
const MAX_TEXT: f32 = 100.0;

fn font(size: f32, bold: bool) -> FontId {
    FontId::new(size, if bold { fonts::medium() } else { FontFamily::Proportional })
}

/// A colour of a drawing as egui has it.
#[expect(clippy::disallowed_methods, reason = "the card's own colours, not the program's")]
pub fn colour(colour: Colour) -> Color32 {
    let [r, g, b, a] = colour.rgba;
    Color32::from_rgba_unmultiplied(r, g, b, a)
}

/// A rectangle of a drawing in the window.
pub fn rect(rect: draw::Rect, origin: Pos2) -> Rect {
    Rect::from_min_size(origin + vec2(rect.x, rect.y), vec2(rect.width, rect.height))
}

fn corners(radius: [f32; 4]) -> CornerRadius {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
    let byte = |radius: f32| radius.round().clamp(0.0, 255.0) as u8;
    let [nw, ne, se, sw] = radius.map(byte);
    CornerRadius { nw, ne, sw, se }
}

/// The egui shapes of a drawing's pieces, `zoom` times as large; those outside `clip` are left out.
pub fn shapes(ctx: &Context, pieces: &[Piece], origin: Pos2, zoom: f32, clip: Rect, dark: bool) -> Vec<Shape> {
    let mut found = Vec::with_capacity(pieces.len());
    let place = Place { ctx, origin, zoom, dark };
    for piece in pieces {
        let bounds = place.rect(piece.shape.bounds());
        if bounds.is_finite() && bounds.expand(2.0).intersects(clip) {
            place.push(&piece.shape, &mut found);
        }
    }
    found
}

/// Where a drawing stands, and how large.
struct Place<'c> {
    ctx: &'c Context,
    origin: Pos2,
    zoom: f32,
    dark: bool,
}

impl Place<'_> {
    fn rect(&self, area: draw::Rect) -> Rect {
        let min = self.origin + vec2(area.x, area.y) * self.zoom;
        Rect::from_min_size(min, vec2(area.width, area.height) * self.zoom)
    }

    fn corners(&self, radius: [f32; 4]) -> CornerRadius {
        corners(radius.map(|radius| radius * self.zoom))
    }

    fn push(&self, shape: &Drawn, found: &mut Vec<Shape>) {
        let point = |point: &[f32; 2]| self.origin + vec2(point[0], point[1]) * self.zoom;
        let stroke = |width: f32, ink: Colour| Stroke::new(width * self.zoom, colour(ink));
        match shape {
            Drawn::Fill { rect, radius, colour: fill } => {
                found.push(RectShape::filled(self.rect(*rect), self.corners(*radius), colour(*fill)).into());
            }
            Drawn::Border { rect, radius, width, colour: ink } => {
                let (rect, radius) = (self.rect(*rect), self.corners(*radius));
                found.push(RectShape::stroke(rect, radius, stroke(*width, *ink), StrokeKind::Inside).into());
            }
            Drawn::Gradient { rect, radius, gradient } => {
                found.push(gradient_mesh(self.rect(*rect), self.corners(*radius), gradient).into());
            }
            Drawn::Line { points, width, colour: ink } => {
                let points = points.iter().map(point).collect();
                found.push(PathShape::line(points, stroke(*width, *ink)).into());
            }
            Drawn::Polygon { points, colour: fill } => {
                let points = points.iter().map(point).collect();
                found.push(PathShape::convex_polygon(points, colour(*fill), Stroke::NONE).into());
            }
            Drawn::Text { rect, text, look } => {
                let look = TextLook { size: look.size * self.zoom, ..*look };
                let galley = self.ctx.fonts_mut(|fonts| fonts.layout_job(job(text, look)));
                let area = self.rect(*rect);
                let top = area.top() + (area.height() - galley.size().y) / 2.0;
                found.push(TextShape::new(pos2(area.left(), top), galley, Color32::PLACEHOLDER).into());
            }
            Drawn::Image { rect, radius, source, .. } => {
                for part in stand_in(*rect, *radius, source, self.dark) {
                    self.push(&part, found);
                }
            }
        }
    }
}

fn job(text: &str, look: TextLook) -> LayoutJob {
    let ink = colour(look.colour);
    let line = |on: bool| if on { Stroke::new((look.size / 14.0).max(0.5), ink) } else { Stroke::NONE };
    let size = look.size.clamp(1.0, MAX_TEXT);
    let format = TextFormat {
        font_id: font(size, look.bold),
        color: ink,
        italics: look.italic,
        strikethrough: line(look.strike),
        underline: line(look.underline),
        ..TextFormat::default()
    };
    // A tab or a line feed has no place inside a line.
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut job = LayoutJob::single_section(text, format);
    job.wrap.max_width = f32::INFINITY;
    job
}

/// A rounded area with a gradient, as a mesh: cut at every stop, so that colours between are exact.
fn gradient_mesh(area: Rect, radius: CornerRadius, gradient: &Gradient) -> Mesh {
    let mut outline = Vec::new();
    let rounded = egui::epaint::RoundedRect::new(area, radius);
    egui::epaint::tessellator::path::rounded_rectangle(&mut outline, rounded);
    let angle = gradient.angle.to_radians();
    let direction = vec2(angle.sin(), -angle.cos());
    // CSS: the line through the middle is as long as the area's shadow on it.
    let length = (area.width() * direction.x.abs() + area.height() * direction.y.abs()).max(0.001);
    let along = |point: Pos2| (point - area.center()).dot(direction) / length + 0.5;
    let mut cuts: Vec<f32> = gradient.stops.iter().map(|(place, _)| *place).collect();
    cuts.extend([0.0, 1.0]);
    cuts.sort_by(f32::total_cmp);
    cuts.dedup();
    let mut mesh = Mesh::default();
    let bounds = std::iter::once(f32::NEG_INFINITY).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(std::iter::once(f32::INFINITY));
    for (from, to) in bounds.zip(ends) {
        let part = cut(&cut(&outline, |point| along(point) - from), |point| to - along(point));
        // Colours at a stop belong to the side they are seen from.
        let middle = if from.is_finite() && to.is_finite() { f32::midpoint(from, to) } else { from.max(to.min(0.0)) };
        let first = u32::try_from(mesh.vertices.len()).unwrap_or(u32::MAX);
        for point in &part {
            let place = along(*point).clamp(0.0, 1.0);
            let place = place + (middle - place).clamp(-1.0, 1.0) * 1e-4;
            mesh.colored_vertex(*point, colour(gradient.at(place)));
        }
        for corner in 2..u32::try_from(part.len()).unwrap_or(0) {
            mesh.add_triangle(first, first + corner - 1, first + corner);
        }
    }
    mesh
}

/// The part of a convex outline where `side` is not negative.
fn cut(outline: &[Pos2], side: impl Fn(Pos2) -> f32) -> Vec<Pos2> {
    let mut found = Vec::with_capacity(outline.len() + 2);
    let distance = |point: Pos2| {
        let distance = side(point);
        if distance.is_nan() { 0.0 } else { distance }
    };
    for (index, &point) in outline.iter().enumerate() {
        let Some(&next) = outline.get((index + 1) % outline.len()) else { continue };
        let (here, there) = (distance(point), distance(next));
        if here >= 0.0 {
            found.push(point);
        }
        if (here < 0.0 && there > 0.0 || here > 0.0 && there < 0.0) && here.is_finite() && there.is_finite() {
            found.push(point + (next - point) * (here / (here - there)));
        }
    }
    found
}
