//! What a drawing looks like: areas, borders, texts and lines in the order they are painted, in np.
//!
//! One list for every painter: the window draws it with egui, the command line into a picture. It knows neither; a text's
//! line is given by its box, and the painter puts its glyphs into the middle of that height.

use super::{
    Drawing, Node, Rect, bidi, chart,
    gradient::{self, Gradient},
    icon,
    markdown::{BlockKind, Run},
    metric::TextMetric,
    stand_in::check_box,
    style::{Colour, Place},
};
use crate::template::card::Kind;

/// How a piece of text looks.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "looks that combine freely")]
pub struct TextLook {
    /// Character size in np.
    pub size: f32,
    /// Its colour.
    pub colour: Colour,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Struck through.
    pub strike: bool,
    /// Underlined.
    pub underline: bool,
    /// Of equal widths, as code is.
    pub code: bool,
}

/// One thing to paint.
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    /// An area with rounded corners (left top, right top, right bottom, left bottom).
    Fill {
        /// Where.
        rect: Rect,
        /// Corner radii in np.
        radius: [f32; 4],
        /// Its colour.
        colour: Colour,
    },
    /// An area with a gradient.
    Gradient {
        /// Where.
        rect: Rect,
        /// Corner radii in np.
        radius: [f32; 4],
        /// The colours.
        gradient: Gradient,
    },
    /// A border inside the edge of an area.
    Border {
        /// Where.
        rect: Rect,
        /// Corner radii in np.
        radius: [f32; 4],
        /// Its width in np.
        width: f32,
        /// Its colour.
        colour: Colour,
    },
    /// A line of text: its box, the text beginning at the left edge.
    Text {
        /// The box of the line.
        rect: Rect,
        /// What it says.
        text: String,
        /// How it looks.
        look: TextLook,
    },
    /// A line through points.
    Line {
        /// The points.
        points: Vec<[f32; 2]>,
        /// Its width in np.
        width: f32,
        /// Its colour.
        colour: Colour,
    },
    /// A convex area.
    Polygon {
        /// Its corners.
        points: Vec<[f32; 2]>,
        /// Its colour.
        colour: Colour,
    },
    /// A picture's place.
    Image {
        /// Where.
        rect: Rect,
        /// Corner radii in np.
        radius: [f32; 4],
        /// Address or media id.
        source: String,
        /// How it fills the place: `fitXY`, `fitCenter`, `centerCrop`.
        scale: String,
    },
}

/// One thing to paint, and whose it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Piece {
    /// [`Node::serial`] of the node it belongs to.
    pub serial: usize,
    /// The number of its widget.
    pub widget: usize,
    /// What.
    pub shape: Shape,
}

impl Shape {
    /// The smallest rectangle around it.
    pub fn bounds(&self) -> Rect {
        match self {
            Self::Fill { rect, .. }
            | Self::Gradient { rect, .. }
            | Self::Border { rect, .. }
            | Self::Text { rect, .. }
            | Self::Image { rect, .. } => *rect,
            Self::Line { points, .. } | Self::Polygon { points, .. } => {
                let fold = |axis: usize, start: f32, pick: fn(f32, f32) -> f32| {
                    points.iter().map(|point| point.get(axis).copied().unwrap_or_default()).fold(start, pick)
                };
                let (left, top) = (fold(0, f32::INFINITY, f32::min), fold(1, f32::INFINITY, f32::min));
                let (right, bottom) = (fold(0, f32::NEG_INFINITY, f32::max), fold(1, f32::NEG_INFINITY, f32::max));
                if left > right {
                    return Rect::default();
                }
                Rect { x: left, y: top, width: right - left, height: bottom - top }
            }
        }
    }
}

/// The sources of the pictures among some pieces: addresses and media ids.
pub fn sources<'p>(pieces: impl IntoIterator<Item = &'p Piece>) -> impl Iterator<Item = &'p str> {
    pieces.into_iter().filter_map(|piece| match &piece.shape {
        Shape::Image { source, .. } => Some(source.as_str()),
        _ => None,
    })
}

/// The most pieces one drawing is painted with.
pub const MAX_PIECES: usize = 100_000;

/// Everything to paint, from the back to the front.
pub fn pieces(drawing: &Drawing, dark: bool, metric: &dyn TextMetric) -> Vec<Piece> {
    let mut painter = Painter { metric, dark, found: Vec::new(), around: Vec::new() };
    if let Some(root) = &drawing.root {
        painter.node(root);
    }
    painter.found
}

/// A colour of the drawing's own parts (placeholders, default text).
pub(super) const fn own(light: [u8; 4], dark_rgba: [u8; 4], dark: bool) -> Colour {
    Colour { rgba: if dark { dark_rgba } else { light } }
}

struct Painter<'m> {
    metric: &'m dyn TextMetric,
    dark: bool,
    found: Vec<Piece>,
    /// The rounded areas around: what fills one up to its corner is rounded with it.
    around: Vec<(Rect, [f32; 4])>,
}

impl Painter<'_> {
    fn ink(&self) -> Colour {
        own([0x17, 0x1A, 0x1D, 255], [0xEE, 0xF2, 0xF8, 255], self.dark)
    }

    fn faint(&self) -> Colour {
        own([0x17, 0x1A, 0x1D, 0x66], [0xEE, 0xF2, 0xF8, 0x66], self.dark)
    }

    fn area(&self) -> Colour {
        own([0x7E, 0x86, 0x8E, 0x29], [0x9E, 0xA6, 0xAE, 0x33], self.dark)
    }

    fn accent(&self) -> Colour {
        own([0x00, 0x7F, 0xFF, 255], [0x47, 0xA9, 0xFF, 255], self.dark)
    }

    fn add(&mut self, node: &Node, shape: Shape) {
        if self.found.len() < MAX_PIECES {
            self.found.push(Piece { serial: node.serial, widget: node.widget, shape });
        }
    }

    // The depth is bounded by the reader of the tree.
    fn node(&mut self, node: &Node) {
        if !node.visible() || self.found.len() >= MAX_PIECES {
            return;
        }
        self.background(node);
        match node.kind {
            Kind::Text | Kind::Input => self.text(node),
            Kind::Rich => self.rich(node),
            Kind::Image => self.image(node),
            Kind::Icon => self.icon(node),
            Kind::Loading => self.circle(node),
            Kind::Chart => self.chart(node),
            Kind::Unknown => self.placeholder(node),
            Kind::Linear | Kind::Frame | Kind::List | Kind::Grid | Kind::Flow | Kind::View | Kind::Silent => {}
        }
        let rounded = node.style.radius.iter().any(|radius| *radius > 0.0);
        if rounded {
            self.around.push((node.rect, radii(node)));
        }
        for child in &node.children {
            self.node(child);
        }
        if rounded {
            self.around.pop();
        }
        let style = &node.style;
        if style.border_width > 0.0
            && let Some(colour) = style.border_colour
        {
            let (rect, radius, width) = (node.rect, radii(node), style.border_width);
            self.add(node, Shape::Border { rect, radius, width, colour });
        }
    }

    /// The corners of a node's area: its own, or those of the area around it that it reaches (a card cuts off what
    /// stands over its rounded corners).
    fn rounded(&self, node: &Node) -> [f32; 4] {
        let corners = |rect: Rect| {
            let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
            [[rect.x, rect.y], [right, rect.y], [right, bottom], [rect.x, bottom]]
        };
        let own = corners(node.rect);
        let mut radius = radii(node);
        for (rect, outer) in &self.around {
            for (index, corner) in corners(*rect).into_iter().enumerate() {
                let near = (own[index][0] - corner[0]).abs() < 0.6 && (own[index][1] - corner[1]).abs() < 0.6;
                if near {
                    radius[index] = radius[index].max(outer[index]);
                }
            }
        }
        radius
    }

    fn background(&mut self, node: &Node) {
        let (rect, radius) = (node.rect, self.rounded(node));
        if let Some(colour) = node.style.background.filter(|colour| colour.rgba[3] > 0) {
            self.add(node, Shape::Fill { rect, radius, colour });
        }
        let Some(text) = &node.style.gradient else { return };
        // CSS paints the first layer on top. With a ring the first one leaves the ring's width free: the builder's AI
        // card has its coloured edge that way (`background-clip: padding-box, border-box`).
        let layers = gradient::layers(text);
        let ring = if layers.len() > 1 { node.style.ring } else { 0.0 };
        for (index, gradient) in layers.into_iter().enumerate().rev() {
            let inset = if index == 0 { ring } else { 0.0 };
            let (rect, radius) = (shrink(rect, inset), radius.map(|corner| (corner - inset).max(0.0)));
            self.add(node, Shape::Gradient { rect, radius, gradient });
        }
    }

    fn look(&self, node: &Node) -> TextLook {
        let style = &node.style;
        let colour = if node.hint { self.faint() } else { style.text_colour.unwrap_or_else(|| self.ink()) };
        TextLook {
            size: style.text_size,
            colour,
            bold: style.bold,
            italic: style.italic,
            strike: style.strike,
            underline: false,
            code: false,
        }
    }

    fn width_of(&self, text: &str, size: f32, bold: bool) -> f32 {
        self.metric.width(text, size, bold)
    }

    fn text(&mut self, node: &Node) {
        let (style, look, inner) = (&node.style, self.look(node), inner(node));
        let height = style.line_height.unwrap_or_else(|| self.metric.line_height(style.text_size));
        let all = height * node.lines.len() as f32;
        let [across, down] = style.text_gravity;
        // Lines that do not fit stand at the upper edge, but a single one in the middle.
        let mut y = inner.y
            + if node.lines.len() > 1 { at(down, (inner.height - all).max(0.0)) } else { at(down, inner.height - all) };
        let rtl = bidi::is_rtl(&node.text);
        for line in &node.lines {
            let parts: Vec<(String, f32)> = bidi::fragments(line, rtl)
                .into_iter()
                .map(|part| {
                    let width = self.width_of(&part.text, look.size, look.bold);
                    (part.text, width)
                })
                .collect();
            let all: f32 = parts.iter().map(|(_, width)| width).sum();
            let mut x = inner.x + at(across, (inner.width - all).max(0.0));
            for (text, width) in parts {
                if !text.trim().is_empty() {
                    let rect = Rect { x, y, width, height };
                    self.add(node, Shape::Text { rect, text, look });
                }
                x += width;
            }
            y += height;
        }
    }

    fn rich(&mut self, node: &Node) {
        let inner = inner(node);
        let mut y = inner.y;
        let ink = node.style.text_colour.unwrap_or_else(|| self.ink());
        for line in &node.rich_lines {
            y += line.before;
            match line.kind {
                BlockKind::Rule => {
                    let middle = y + line.height / 2.0;
                    let points = vec![[inner.x, middle], [inner.x + inner.width, middle]];
                    let colour = self.area();
                    self.add(node, Shape::Line { points, width: 1.0, colour });
                }
                BlockKind::Quote => {
                    let rect = Rect { x: inner.x, y, width: 2.0, height: line.height };
                    let (radius, colour) = ([0.0; 4], self.area());
                    self.add(node, Shape::Fill { rect, radius, colour });
                }
                BlockKind::Code => {
                    let rect = Rect { x: inner.x, y, width: inner.width, height: line.height };
                    let (radius, colour) = ([0.0; 4], self.area());
                    self.add(node, Shape::Fill { rect, radius, colour });
                }
                _ => {}
            }
            let mut x = inner.x + line.indent;
            for run in &in_order(&line.runs) {
                x += self.run(node, run, [x, y], line, ink);
            }
            y += line.height;
        }
    }

    /// A part of a line of rich text; how wide it is.
    fn run(&mut self, node: &Node, run: &Run, [x, y]: [f32; 2], line: &super::RichLine, ink: Colour) -> f32 {
        let size = run.size.unwrap_or(line.size);
        let width = self.width_of(&run.text, size, run.bold);
        let width = if run.image { width.max(super::layout::INLINE_IMAGE) } else { width };
        let rect = Rect { x, y, width, height: line.height };
        if run.code && line.kind != BlockKind::Code {
            let (radius, colour) = ([3.0; 4], self.area());
            self.add(
                node,
                Shape::Fill { rect: Rect { y: y + 2.0, height: line.height - 4.0, ..rect }, radius, colour },
            );
        }
        if run.image {
            let source = run.link.clone().unwrap_or_default();
            let rect = Rect { x, y: y + 2.0, width, height: (line.height - 4.0).max(0.0) };
            self.add(node, Shape::Image { rect, radius: [2.0; 4], source, scale: "fitCenter".to_owned() });
            return width;
        }
        let quoted = if line.kind == BlockKind::Quote { faded(ink) } else { ink };
        let dark_or_light = if self.dark { run.dark_colour.or(run.colour) } else { run.colour };
        let colour = if run.link.is_some() { self.accent() } else { dark_or_light.unwrap_or(quoted) };
        let look = TextLook {
            size,
            colour,
            bold: run.bold,
            italic: run.italic,
            strike: run.strike,
            underline: run.underline,
            code: false,
        };
        if !run.text.trim().is_empty() || run.strike || run.underline {
            self.add(node, Shape::Text { rect, text: run.text.clone(), look });
        }
        width
    }

    fn image(&mut self, node: &Node) {
        let source = node.style.image.clone().unwrap_or_default();
        if source.is_empty() {
            return;
        }
        if let Some(mark) = node.mark {
            for shape in check_box(node.rect, mark, self.dark) {
                self.add(node, shape);
            }
            return;
        }
        let (rect, radius) = (node.rect, self.rounded(node));
        let scale = node.style.scale.clone().unwrap_or_default();
        self.add(node, Shape::Image { rect, radius, source, scale });
    }

    fn icon(&mut self, node: &Node) {
        let inner = inner(node);
        let side = node.style.text_size.min(inner.width.max(1.0));
        let rect = Rect {
            x: inner.x + (inner.width - side) / 2.0,
            y: inner.y + (inner.height - side) / 2.0,
            width: side,
            height: side,
        };
        let colour = node.style.text_colour.unwrap_or_else(|| self.ink());
        for points in icon::strokes(&node.text, rect) {
            self.add(node, Shape::Line { points, width: (side / 14.0).max(0.8), colour });
        }
    }

    /// A turning circle, standing still.
    fn circle(&mut self, node: &Node) {
        let side = node.style.circle.min(node.rect.width).min(node.rect.height);
        let width = (side / 9.0).max(1.0);
        let (x, y) = (node.rect.x + node.rect.width / 2.0, node.rect.y + node.rect.height / 2.0);
        let radius = (side / 2.0 - width).max(0.5);
        let colour = node.style.text_colour.unwrap_or_else(|| self.ink());
        let [red, green, blue, alpha] = colour.rgba;
        self.add(
            node,
            Shape::Line {
                points: arc([x, y], radius, 0.0, 1.0),
                width,
                colour: Colour { rgba: [red, green, blue, alpha / 4] },
            },
        );
        self.add(node, Shape::Line { points: arc([x, y], radius, 0.0, 0.28), width, colour });
    }

    fn chart(&mut self, node: &Node) {
        let chart = node.chart.clone().unwrap_or_default();
        for shape in chart::shapes(&chart, inner(node), self.ink(), self.faint(), self.metric) {
            self.add(node, shape);
        }
    }

    /// A widget that is not known: its name in a dashed frame.
    fn placeholder(&mut self, node: &Node) {
        let rect = node.rect;
        let colour = Colour { rgba: [0xFF, 0x92, 0x00, 255] };
        let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
        let corners = [[rect.x, rect.y], [right, rect.y], [right, bottom], [rect.x, bottom], [rect.x, rect.y]];
        for edge in corners.windows(2) {
            if let [from, to] = edge {
                for points in dashes(*from, *to) {
                    self.add(node, Shape::Line { points, width: 1.0, colour });
                }
            }
        }
        let height = node.style.line_height.unwrap_or_else(|| self.metric.line_height(node.style.text_size));
        let look = TextLook { colour, ..self.look(node) };
        let inner = inner(node);
        let mut y = inner.y;
        for line in &node.lines {
            let rect = Rect { x: inner.x, y, width: inner.width, height };
            self.add(node, Shape::Text { rect, text: line.clone(), look });
            y += height;
        }
    }
}

/// The runs of a line as they stand from left to right.
fn in_order(runs: &[Run]) -> Vec<Run> {
    let line: String = runs.iter().map(|run| run.text.as_str()).collect();
    if !bidi::has_rtl(&line) {
        return runs.to_vec();
    }
    let mut found = Vec::new();
    for part in bidi::fragments(&line, bidi::is_rtl(&line)) {
        let mut end = 0;
        let mut cut: Vec<Run> = Vec::new();
        for run in runs {
            let start = end;
            end += run.text.len();
            let (from, to) = (part.range.start.max(start), part.range.end.min(end));
            if from >= to {
                continue;
            }
            // Within one run the piece's own text is taken: its brackets are mirrored.
            let whole = from == part.range.start && to == part.range.end;
            let text = if whole { part.text.clone() } else { line.get(from..to).unwrap_or_default().to_owned() };
            cut.push(Run { text, ..run.clone() });
        }
        if part.rtl {
            cut.reverse();
        }
        found.extend(cut);
    }
    found
}

/// A quotation's colour.
const fn faded(ink: Colour) -> Colour {
    let [r, g, b, a] = ink.rgba;
    Colour { rgba: [r, g, b, a / 2 + a / 10] }
}

/// Corner radii that fit the node: together never longer than a side.
fn radii(node: &Node) -> [f32; 4] {
    let most = node.rect.width.min(node.rect.height) / 2.0;
    node.style.radius.map(|radius| radius.min(most).max(0.0))
}

fn inner(node: &Node) -> Rect {
    let [[left, right], [top, bottom]] = node.style.padding;
    let rect = node.rect;
    Rect {
        x: rect.x + left,
        y: rect.y + top,
        width: (rect.width - left - right).max(0.0),
        height: (rect.height - top - bottom).max(0.0),
    }
}

pub(super) fn shrink(rect: Rect, by: f32) -> Rect {
    Rect {
        x: rect.x + by,
        y: rect.y + by,
        width: (rect.width - 2.0 * by).max(0.0),
        height: (rect.height - 2.0 * by).max(0.0),
    }
}

fn at(place: Place, free: f32) -> f32 {
    match place {
        Place::Start => 0.0,
        Place::Center => free / 2.0,
        Place::End => free,
    }
}

/// Points of an arc; `from` and `to` in turns, clockwise from the top.
pub(super) fn arc([x, y]: [f32; 2], radius: f32, from: f32, to: f32) -> Vec<[f32; 2]> {
    const STEPS: usize = 48;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of 48")]
    let steps = ((to - from).abs() * STEPS as f32).ceil().max(1.0) as usize;
    (0..=steps)
        .map(|step| {
            let turn = from + (to - from) * step as f32 / steps as f32;
            let angle = turn * std::f32::consts::TAU;
            [x + radius * angle.sin(), y - radius * angle.cos()]
        })
        .collect()
}

fn dashes(from: [f32; 2], to: [f32; 2]) -> Vec<Vec<[f32; 2]>> {
    const DASH: f32 = 4.0;
    let length = (to[0] - from[0]).hypot(to[1] - from[1]);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a thousand")]
    let count = (length / (2.0 * DASH)).clamp(1.0, 1000.0) as usize;
    let along = |part: f32| [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
    (0..count)
        .map(|index| vec![along(index as f32 / count as f32), along((index as f32 + 0.5) / count as f32)])
        .collect()
}
