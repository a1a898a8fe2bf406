//! The shapes of a drawing as egui shapes. The metric is egui's own, so that what was laid out is what is painted.

use std::{borrow::Cow, cell::RefCell, collections::HashMap};

use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Pos2, Rect, Shape, Stroke, StrokeKind, TextureId,
    epaint::{FontsView, PathShape, RectShape, TextShape},
    pos2,
    text::{LayoutJob, TextFormat},
    vec2,
};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthChar as _;

use super::gradient::mesh;

use crate::{
    template::draw::{
        self, bidi,
        metric::{TextMetric, advances, is_follower, is_regional},
        paint::{Piece, Shape as Drawn, TextLook},
        stand_in::stand_in,
        style::Colour,
    },
    ui::theme::fonts,
};

/// What there is of a picture.
#[derive(Clone, PartialEq, Debug)]
pub enum Seen {
    /// Nobody asked for it, it is on its way, or nobody outside the client can.
    NotHere,
    /// It did not come.
    Failed(String),
    /// Its texture, and its own width and height.
    Here(TextureId, [f32; 2]),
}

/// Knows the pictures that are loaded.
pub trait Pictures {
    /// What there is of a picture, by its address or media id.
    fn seen(&self, source: &str) -> Seen;
}

/// No picture is loaded.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPictures;

impl Pictures for NoPictures {
    fn seen(&self, _source: &str) -> Seen {
        Seen::NotHere
    }
}

/// Measures with the fonts of a context, and loaded pictures. Use it within a pass, or after one.
pub struct FontMetric<'p> {
    ctx: Context,
    pictures: &'p dyn Pictures,
    known: RefCell<HashMap<(char, u32, bool), f32>>,
}

impl<'p> FontMetric<'p> {
    /// The metric of that context's fonts.
    pub fn new(ctx: &Context, pictures: &'p dyn Pictures) -> Self {
        Self { ctx: ctx.clone(), pictures, known: RefCell::default() }
    }
}

impl TextMetric for FontMetric<'_> {
    fn advance(&self, c: char, size: f32, bold: bool) -> f32 {
        if c.is_control() {
            return 0.0;
        }
        let size = size.clamp(1.0, MAX_TEXT);
        let key = (c, size.to_bits(), bold);
        if let Some(&known) = self.known.borrow().get(&key) {
            return known;
        }
        let font = font(size, bold);
        let width = self.ctx.fonts_mut(|fonts| {
            if may_be_missing(c) && !fonts.has_glyph(&font, c) {
                box_width(c, size)
            } else {
                fonts.glyph_width(&font, c)
            }
        });
        self.known.borrow_mut().insert(key, width);
        width
    }

    fn width(&self, text: &str, size: f32, bold: bool) -> f32 {
        let size = size.clamp(1.0, MAX_TEXT);
        let font = font(size, bold);
        // Letters that join are measured as they are drawn.
        if bidi::has_rtl(text)
            && self.ctx.fonts_mut(|fonts| text.chars().all(|c| c.is_control() || fonts.has_glyph(&font, c)))
        {
            let galley = self.ctx.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER));
            return galley.size().x;
        }
        advances(text, size, bold, self).iter().map(|(_, advance)| advance).sum()
    }

    fn picture(&self, source: &str) -> Option<[f32; 2]> {
        match self.pictures.seen(source) {
            Seen::Here(_, size) => Some(size),
            Seen::NotHere | Seen::Failed(_) => None,
        }
    }
}

/// Characters that the bundled fonts may lack, so that it is worth asking.
fn may_be_missing(c: char) -> bool {
    let common = matches!(c, '\u{0}'..='\u{2FF}' | '\u{2010}'..='\u{206F}' | '\u{3000}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{FF00}'..='\u{FF5E}');
    !common
}

/// Whether fonts draw several characters as one symbol: hardly wider than the first alone, and nothing missing.
fn is_one(fonts: &mut FontsView<'_>, font: &FontId, symbol: &str) -> bool {
    let tone = |c: char| ('\u{1F3FB}'..='\u{1F3FF}').contains(&c);
    let Some(first) = symbol.chars().next() else { return true };
    if symbol.chars().any(|c| tone(c) && !fonts.has_glyph(font, c)) {
        return false;
    }
    let alone = fonts.glyph_width(font, first);
    fonts.layout_no_wrap(symbol.to_owned(), font.clone(), Color32::PLACEHOLDER).size().x < alone * 1.3
}

/// How wide the box is that stands for a character no font has.
fn box_width(c: char, size: f32) -> f32 {
    match c.width() {
        _ if is_follower(c) => 0.0,
        // Half of a flag stands for the whole of it.
        _ if ('\u{1F1E6}'..='\u{1F1FF}').contains(&c) => size,
        Some(2) => size,
        Some(1) => size * 0.6,
        _ => 0.0,
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
pub fn shapes(ctx: &Context, pieces: &[Piece], at: &Stage<'_>, clip: Rect) -> Vec<Shape> {
    let mut found = Vec::with_capacity(pieces.len());
    let place = Place { ctx, stage: at, origin: at.origin, zoom: at.zoom };
    for piece in pieces {
        let bounds = place.rect(piece.shape.bounds());
        if bounds.is_finite() && bounds.expand(2.0).intersects(clip) {
            place.push(&piece.shape, &mut found);
        }
    }
    found
}

/// Where a drawing stands, how large, on what ground, and with which pictures.
#[derive(Clone, Copy)]
pub struct Stage<'p> {
    /// Its left top corner.
    pub origin: Pos2,
    /// Points per np.
    pub zoom: f32,
    /// The dark theme.
    pub dark: bool,
    /// The pictures that are loaded.
    pub pictures: &'p dyn Pictures,
}

struct Place<'c> {
    ctx: &'c Context,
    stage: &'c Stage<'c>,
    origin: Pos2,
    zoom: f32,
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
                found.push(mesh(self.rect(*rect), self.corners(*radius), gradient).into());
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
                self.text(self.rect(*rect), text, look, found);
            }
            Drawn::Image { rect, radius, source, scale } => self.image(*rect, *radius, source, scale, found),
        }
    }

    /// A line's glyphs, in the middle of its height; a box for each symbol that no font here has.
    fn text(&self, area: Rect, text: &str, look: TextLook, found: &mut Vec<Shape>) {
        let mut left = area.left();
        for (part, here) in self.by_font(text, look) {
            if here {
                let job = job(&self.joined(part, look), look);
                let galley = self.ctx.fonts_mut(|fonts| fonts.layout_job(job));
                let top = area.top() + (area.height() - galley.size().y) / 2.0;
                let width = galley.size().x;
                found.push(TextShape::new(pos2(left, top), galley, Color32::PLACEHOLDER).into());
                left += width;
                continue;
            }
            for symbol in part.graphemes(true) {
                let width = symbol.chars().map(|c| box_width(c, look.size)).fold(0.0, f32::max);
                let side = vec2(width.min(look.size) * 0.8, look.size * 0.8);
                let place = Rect::from_center_size(pos2(left + width / 2.0, area.center().y), side);
                let [r, g, b, a] = look.colour.rgba;
                let ink = colour(Colour { rgba: [r, g, b, a / 2] });
                let corner = CornerRadius::same(if look.size > 20.0 { 4 } else { 2 });
                let line = Stroke::new((look.size / 14.0).max(0.75), ink);
                found.push(RectShape::stroke(place, corner, line, StrokeKind::Inside).into());
                left += width;
            }
        }
    }

    /// A text as fonts here can draw it: of symbols that they cannot join to one (a skin tone, the others of a family) the
    /// first stays, which is what was measured.
    fn joined<'t>(&self, text: &'t str, look: TextLook) -> Cow<'t, str> {
        if !text.chars().any(is_follower) {
            return Cow::Borrowed(text);
        }
        let font = font(look.size.clamp(1.0, MAX_TEXT), look.bold);
        self.ctx.fonts_mut(|fonts| {
            let symbols = text.graphemes(true).map(|symbol| match symbol.chars().next() {
                Some(first) if symbol.chars().any(is_follower) && !is_one(fonts, &font, symbol) => {
                    symbol.get(..first.len_utf8()).unwrap_or(symbol)
                }
                _ => symbol,
            });
            Cow::Owned(symbols.collect())
        })
    }

    /// The parts of a text that fonts here have, and those they lack.
    fn by_font<'t>(&self, text: &'t str, look: TextLook) -> Vec<(&'t str, bool)> {
        if !text.chars().any(may_be_missing) {
            return vec![(text, true)];
        }
        let font = font(look.size.clamp(1.0, MAX_TEXT), look.bold);
        self.ctx.fonts_mut(|fonts| {
            let mut parts: Vec<(std::ops::Range<usize>, bool)> = Vec::new();
            for (at, symbol) in text.grapheme_indices(true) {
                let invisible = |c: char| c.is_control() || is_follower(c) || c.width() == Some(0);
                let here = symbol.chars().all(|c| invisible(c) || !may_be_missing(c) || fonts.has_glyph(&font, c))
                    && (!symbol.chars().all(is_regional) || is_one(fonts, &font, symbol));
                let end = at + symbol.len();
                match parts.last_mut() {
                    Some((range, known)) if *known == here => range.end = end,
                    _ => parts.push((at..end, here)),
                }
            }
            parts.into_iter().filter_map(|(range, here)| Some((text.get(range)?, here))).collect()
        })
    }

    /// A picture in its place: as it is, or what stands for it.
    fn image(&self, rect: draw::Rect, radius: [f32; 4], source: &str, scale: &str, found: &mut Vec<Shape>) {
        let area = self.rect(rect);
        match self.stage.pictures.seen(source) {
            Seen::Here(texture, size) => {
                let (place, uv) = fitted(area, size, scale);
                let shape = RectShape::filled(place, self.corners(radius), Color32::WHITE).with_texture(texture, uv);
                found.push(shape.into());
            }
            seen => {
                for part in stand_in(rect, radius, source, self.stage.dark) {
                    self.push(&part, found);
                }
                if let Seen::Failed(reason) = seen {
                    self.failed(rect, &reason, found);
                }
            }
        }
    }

    /// A picture that did not come: crossed out, and the reason where there is room for it.
    fn failed(&self, rect: draw::Rect, reason: &str, found: &mut Vec<Shape>) {
        let ink = Colour { rgba: [0xE5, 0x48, 0x4D, 0xFF] };
        let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
        let points = vec![[rect.x + 1.0, bottom - 1.0], [right - 1.0, rect.y + 1.0]];
        self.push(&Drawn::Line { points, width: 1.0, colour: ink }, found);
        if rect.width < 40.0 || rect.height < 16.0 {
            return;
        }
        let look = TextLook {
            size: 10.0,
            colour: ink,
            bold: false,
            italic: false,
            strike: false,
            underline: false,
            code: false,
        };
        let mut job = job(reason, TextLook { size: look.size * self.zoom, ..look });
        let area = self.rect(rect).shrink(2.0);
        job.wrap.max_width = area.width();
        job.wrap.max_rows = 2;
        let galley = self.ctx.fonts_mut(|fonts| fonts.layout_job(job));
        found.push(TextShape::new(area.min, galley, Color32::PLACEHOLDER).into());
    }
}

/// Where a picture of a size is drawn in an area, and which part of it. Assumption: without a word, or with one that is not
/// known, the whole picture in its proportions.
fn fitted(area: Rect, size: [f32; 2], scale: &str) -> (Rect, Rect) {
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    let size = vec2(size[0].max(1.0), size[1].max(1.0));
    let ratio = area.size() / size;
    match scale {
        "fitXY" => (area, whole),
        "centerCrop" => {
            let cover = ratio.x.max(ratio.y).max(f32::EPSILON);
            (area, Rect::from_center_size(whole.center(), (area.size() / cover / size).min(vec2(1.0, 1.0))))
        }
        _ => (Rect::from_center_size(area.center(), size * ratio.x.min(ratio.y)), whole),
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

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: TextLook = TextLook {
        size: 20.0,
        colour: Colour { rgba: [0, 0, 0, 255] },
        bold: false,
        italic: false,
        strike: false,
        underline: false,
        code: false,
    };

    fn drawn(text: &str) -> (usize, Vec<Rect>, f32) {
        let ctx = Context::default();
        fonts::install(&ctx);
        ctx.set_font_providers(Vec::new());
        ctx.run_ui(egui::RawInput::default(), |_| {}).drop_without_applying_deltas();
        let width = FontMetric::new(&ctx, &NoPictures).width(text, 20.0, false);
        let rect = draw::Rect { x: 0.0, y: 0.0, width, height: 28.0 };
        let pieces = [Piece { serial: 0, widget: 0, shape: Drawn::Text { rect, text: text.to_owned(), look: LOOK } }];
        let stage = Stage { origin: Pos2::ZERO, zoom: 1.0, dark: false, pictures: &NoPictures };
        let found = shapes(&ctx, &pieces, &stage, Rect::EVERYTHING);
        let boxes: Vec<Rect> = found
            .iter()
            .filter_map(|shape| match shape {
                Shape::Rect(rect) => Some(rect.rect),
                _ => None,
            })
            .collect();
        (found.len() - boxes.len(), boxes, width)
    }

    #[test]
    fn a_symbol_that_no_font_has_is_one_box_where_it_was_measured() {
        let (texts, boxes, width) = drawn("好🎉好");
        assert_eq!((texts, boxes.len()), (2, 1));
        assert!((width - 60.0).abs() < 0.5, "{width}");
        assert!((boxes[0].center() - pos2(30.0, 14.0)).length() < 0.5, "{:?}", boxes[0]);
        // A skin tone, a family and a flag are one symbol each.
        for one in ["👍🏽", "👨\u{200D}👩\u{200D}👧", "🇨🇳"] {
            let (texts, boxes, width) = drawn(one);
            assert_eq!((texts, boxes.len()), (0, 1), "{one}");
            assert!((width - 20.0).abs() < 0.01, "{one}: {width}");
            assert!((boxes[0].width() - 16.0).abs() < 0.01, "{one}: {:?}", boxes[0]);
        }
        assert_eq!(drawn("周报 ABC，OK").1.len(), 0);
    }

    #[test]
    fn what_the_emoji_font_cannot_join_was_drawn_over_what_follows() {
        let ctx = Context::default();
        fonts::install(&ctx);
        fonts::without_system_fonts(&ctx);
        ctx.run_ui(egui::RawInput::default(), |_| {}).drop_without_applying_deltas();
        for (text, words, boxes) in [
            ("👍🏽好", "👍好", 0),
            ("👨\u{200D}👩\u{200D}👧好", "👨好", 0),
            ("🙋", "🙋", 0),
            ("🇨🇳", "🇨🇳", 0),
            ("🇫🇮", "", 1),
        ] {
            let rect = draw::Rect { x: 0.0, y: 0.0, width: 60.0, height: 28.0 };
            let pieces =
                [Piece { serial: 0, widget: 0, shape: Drawn::Text { rect, text: text.to_owned(), look: LOOK } }];
            let stage = Stage { origin: Pos2::ZERO, zoom: 1.0, dark: false, pictures: &NoPictures };
            let (mut said, mut found) = (String::new(), 0);
            for shape in shapes(&ctx, &pieces, &stage, Rect::EVERYTHING) {
                match shape {
                    Shape::Text(shape) => said.push_str(shape.galley.text()),
                    _ => found += 1,
                }
            }
            assert_eq!((said.as_str(), found), (words, boxes), "{text}");
        }
    }

    #[test]
    fn pictures_fill_their_place_as_the_template_says() {
        let area = Rect::from_min_size(pos2(10.0, 20.0), vec2(100.0, 50.0));
        let rect = |x: f32, y: f32, w: f32, h: f32| Rect::from_min_size(pos2(x, y), vec2(w, h));
        // A picture of 200 by 200.
        let size = [200.0, 200.0];
        assert_eq!(fitted(area, size, "fitXY"), (area, rect(0.0, 0.0, 1.0, 1.0)));
        assert_eq!(fitted(area, size, "centerCrop"), (area, rect(0.0, 0.25, 1.0, 0.5)));
        assert_eq!(fitted(area, size, "fitCenter"), (rect(35.0, 20.0, 50.0, 50.0), rect(0.0, 0.0, 1.0, 1.0)));
        assert_eq!(fitted(area, size, ""), fitted(area, size, "fitCenter"));
    }
}
