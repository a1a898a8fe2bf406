//! Rectangles: how large each node is, and where it stands.
//!
//! The rules are those of Android's layouts, which the names are taken from, with these assumptions:
//! * along a row or column of known length, what fixed and content-sized children leave is shared by `weight`; a
//!   `match_parent` child without a weight counts as one of weight 1 (Android would let the first take all);
//! * in a row or column as long as its content, weights mean nothing and `match_parent` means `match_content`;
//! * across, a `match_parent` child of a content-sized parent is stretched to the widest sibling;
//! * `minWidth`, `maxWidth` and their like bound also what a weight or `match_parent` gives; what is left over stays free;
//! * a child's `gravity` decides its place across only; along, `childGravity` moves all children together.

use super::{
    Node, RichLine,
    markdown::{Block, BlockKind, Run},
    metric::{TextForm, TextMetric, advances, break_lines, lay_text},
    style::{Dim, Place},
};
use crate::template::card::Kind;

/// How many measurements one drawing may take: stretching measures twice, which nested deep enough would not end.
const MAX_MEASURES: u32 = 400_000;
/// Height of a chart without one. Assumption.
const CHART_HEIGHT: f32 = 200.0;

type Size = [f32; 2];
type Maybe = [Option<f32>; 2];

/// Sets the rectangle of every node. `false` when the bound on measurements was met: what is left has size 0.
pub fn solve(root: &mut Node, width: f32, metric: &dyn TextMetric) -> bool {
    let mut solver = Solver { metric, left: MAX_MEASURES };
    let margins = sum(root.style.margin[0]);
    let force = (root.style.size[0] == Dim::Match).then(|| (width - margins).max(0.0));
    solver.measure(root, [Some((width - margins).max(0.0)), None], [force, None]);
    let [left, top] = [root.style.margin[0][0], root.style.margin[1][0]];
    place(root, left, top);
    solver.left > 0
}

const fn sum(pair: [f32; 2]) -> f32 {
    pair[0] + pair[1]
}

/// Turns places inside the parent into places on the card.
fn place(node: &mut Node, x: f32, y: f32) {
    node.rect.x = x;
    node.rect.y = y;
    for child in &mut node.children {
        let (left, top) = (child.rect.x, child.rect.y);
        place(child, x + left, y + top);
    }
}

/// How far into `room` something of a length begins.
fn offset(place: Place, room: f32, length: f32) -> f32 {
    match place {
        Place::Start => 0.0,
        Place::Center => (room - length) / 2.0,
        Place::End => room - length,
    }
}

const fn get(node: &Node, axis: usize) -> f32 {
    if axis == 0 { node.rect.width } else { node.rect.height }
}

const fn set(node: &mut Node, axis: usize, length: f32) {
    if axis == 0 {
        node.rect.width = length;
    } else {
        node.rect.height = length;
    }
}

const fn start(node: &mut Node, axis: usize, at: f32) {
    if axis == 0 {
        node.rect.x = at;
    } else {
        node.rect.y = at;
    }
}

struct Solver<'m> {
    metric: &'m dyn TextMetric,
    left: u32,
}

impl Solver<'_> {
    /// Sets the size of a node and the places of its children inside it. `room` is the most its parent has; `force` is a
    /// size the parent has decided.
    fn measure(&mut self, node: &mut Node, room: Maybe, force: Maybe) {
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        let style = &node.style;
        let clamp = |axis: usize, length: f32| {
            let most = style.max[axis].unwrap_or(f32::INFINITY);
            length.min(most).max(style.min[axis].unwrap_or(0.0)).max(0.0)
        };
        let mut exact: Maybe = [None; 2];
        let mut inner_room: Maybe = [None; 2];
        let mut inner: Maybe = [None; 2];
        for axis in 0..2 {
            exact[axis] = match (force[axis], style.size[axis]) {
                (Some(forced), _) => Some(clamp(axis, forced)),
                (None, Dim::Fixed(length)) => Some(clamp(axis, length)),
                (None, _) => None,
            };
            let padding = sum(style.padding[axis]);
            inner[axis] = exact[axis].map(|length| (length - padding).max(0.0));
            let most = match (room[axis], style.max[axis]) {
                (Some(room), Some(most)) => Some(room.min(most)),
                (room, most) => room.or(most),
            };
            inner_room[axis] = inner[axis].or_else(|| most.map(|most| (most - padding).max(0.0)));
        }
        let content = self.content(node, inner, inner_room);
        let style = &node.style;
        let mut size: Size = [0.0; 2];
        for axis in 0..2 {
            let most = style.max[axis].unwrap_or(f32::INFINITY);
            let wanted = content[axis] + sum(style.padding[axis]);
            size[axis] = exact[axis].unwrap_or_else(|| wanted.min(most).max(style.min[axis].unwrap_or(0.0)));
        }
        node.rect.width = size[0];
        node.rect.height = size[1];
        self.arrange(node);
    }

    /// What is inside needs that much; sizes of children are set.
    fn content(&mut self, node: &mut Node, inner: Maybe, room: Maybe) -> Size {
        let metric = self.metric;
        match node.kind {
            Kind::Linear | Kind::List | Kind::Unknown => {
                let main = usize::from(node.style.vertical || node.kind == Kind::Unknown);
                let mut size = self.linear(node, main, inner, room);
                if node.kind == Kind::Unknown {
                    let label = lay_text(&node.text, form(node), room[0], metric);
                    size[0] = size[0].max(label.width);
                    size[1] += line_height(node, metric);
                    node.lines = label.lines;
                }
                size
            }
            Kind::Frame => self.frame(node, inner, room),
            Kind::Grid => self.grid(node, room),
            Kind::Flow => self.flow(node, room),
            Kind::Text | Kind::Input => {
                let text = lay_text(&node.text, form(node), room[0], metric);
                let height = line_height(node, metric) * text.lines.len() as f32;
                node.lines = text.lines;
                [text.width, height]
            }
            // A letter of the client's icon font: as wide as its size, one line of text high.
            Kind::Icon => [node.style.text_size, line_height(node, metric)],
            Kind::Loading => [node.style.circle; 2],
            Kind::Chart => [room[0].unwrap_or(CHART_HEIGHT), CHART_HEIGHT],
            Kind::Rich => {
                let (lines, width) = rich(&node.blocks, room[0], metric);
                let height = lines.iter().map(|line| line.before + line.height).sum();
                node.rich_lines = lines;
                [width, height]
            }
            Kind::Image => picture(node, inner, room, metric),
            // A plain area: nothing of its own.
            Kind::View | Kind::Silent => [0.0; 2],
        }
    }

    /// Measures a child in the room it has, margins taken off. `force` has the margins taken off already.
    fn child(&mut self, child: &mut Node, room: Maybe, force: Maybe) {
        let room = [0, 1].map(|axis| room[axis].map(|room| (room - sum(child.style.margin[axis])).max(0.0)));
        self.measure(child, room, force);
    }

    fn linear(&mut self, node: &mut Node, main: usize, inner: Maybe, room: Maybe) -> Size {
        let cross = 1 - main;
        let flex = |child: &Node| match (inner[main], child.style.weight > 0.0, child.style.size[main]) {
            (None, ..) | (_, false, Dim::Fixed(_) | Dim::Content) => 0.0,
            (Some(_), true, _) => child.style.weight,
            (Some(_), false, Dim::Match) => 1.0,
        };
        let stretch = |child: &Node, length: Option<f32>| {
            length
                .filter(|_| child.style.size[cross] == Dim::Match)
                .map(|length| (length - sum(child.style.margin[cross])).max(0.0))
        };
        let force = |at_main: Option<f32>, at_cross: Option<f32>| {
            let mut force: Maybe = [None; 2];
            (force[main], force[cross]) = (at_main, at_cross);
            force
        };
        let mut used: f32 = node.children.iter().map(|child| sum(child.style.margin[main])).sum();
        let shares: f32 = node.children.iter().map(flex).sum();
        for child in &mut node.children {
            if flex(child) > 0.0 {
                continue;
            }
            let mut left = room;
            left[main] = room[main].map(|room| (room - used).max(0.0) + sum(child.style.margin[main]));
            let across = stretch(child, inner[cross]);
            self.child(child, left, force(None, across));
            used += get(child, main);
        }
        if shares > 0.0 {
            let free = (inner[main].unwrap_or(0.0) - used).max(0.0);
            for child in &mut node.children {
                let share = flex(child);
                if share > 0.0 {
                    let length = free * share / shares;
                    let across = stretch(child, inner[cross]);
                    self.child(child, room, force(Some(length), across));
                    used += length;
                }
            }
        }
        let widest = |node: &Node| {
            node.children.iter().map(|child| get(child, cross) + sum(child.style.margin[cross])).fold(0.0, f32::max)
        };
        let across = inner[cross].unwrap_or_else(|| widest(node));
        if inner[cross].is_none() {
            for child in &mut node.children {
                let Some(length) = stretch(child, Some(across)) else { continue };
                if (get(child, cross) - length).abs() > 0.01 {
                    // Along, it keeps what it was given; a column's child grows with the lines it now has.
                    let along = (main == 0 || flex(child) > 0.0).then(|| get(child, main));
                    let before = get(child, main);
                    self.child(child, room, force(along, Some(length)));
                    used += get(child, main) - before;
                }
            }
        }
        let mut size = [0.0; 2];
        (size[main], size[cross]) = (used, across);
        size
    }

    fn frame(&mut self, node: &mut Node, inner: Maybe, room: Maybe) -> Size {
        let fill = |child: &Node, size: Maybe| {
            [0, 1].map(|axis| {
                size[axis]
                    .filter(|_| child.style.size[axis] == Dim::Match)
                    .map(|length| (length - sum(child.style.margin[axis])).max(0.0))
            })
        };
        let mut size: Size = [0.0; 2];
        for child in &mut node.children {
            self.child(child, room, fill(child, inner));
            size = [0, 1].map(|axis| size[axis].max(get(child, axis) + sum(child.style.margin[axis])));
        }
        let whole = [inner[0].or(Some(size[0])), inner[1].or(Some(size[1]))];
        for child in &mut node.children {
            if (0..2).any(|axis| inner[axis].is_none() && child.style.size[axis] == Dim::Match) {
                self.child(child, room, fill(child, whole));
            }
        }
        size
    }

    /// Cells of equal width, or of `itemWidth`; a row is as high as its highest child, or `itemHeight`.
    fn grid(&mut self, node: &mut Node, room: Maybe) -> Size {
        let (columns, [across, down], item) = (node.style.columns.max(1), node.style.spacing, node.style.item);
        let gaps = across * (columns - 1) as f32;
        let cell = item[0].or_else(|| room[0].map(|room| ((room - gaps) / columns as f32).max(0.0)));
        let mut widest: f32 = 0.0;
        for child in &mut node.children {
            let width = cell.map(|cell| (cell - sum(child.style.margin[0])).max(0.0));
            let height = item[1].map(|item| (item - sum(child.style.margin[1])).max(0.0));
            self.child(child, [cell, item[1]], [width, height]);
            widest = widest.max(get(child, 0) + sum(child.style.margin[0]));
        }
        let cell = cell.unwrap_or(widest);
        let mut y = 0.0;
        let rows = node.children.len().div_ceil(columns);
        for row in node.children.chunks_mut(columns) {
            let height = row.iter().map(|child| get(child, 1) + sum(child.style.margin[1])).fold(0.0, f32::max);
            for (column, child) in row.iter_mut().enumerate() {
                let (left, top) = (child.style.margin[0][0], child.style.margin[1][0]);
                start(child, 0, (cell + across) * column as f32 + left);
                start(child, 1, y + top);
            }
            y += height + down;
        }
        if rows == 0 {
            return [0.0; 2];
        }
        [cell * columns as f32 + gaps, y - down]
    }

    /// Rows that wrap where the next child would not fit.
    fn flow(&mut self, node: &mut Node, room: Maybe) -> Size {
        let [across, down] = node.style.spacing;
        let most = room[0].unwrap_or(f32::INFINITY) + 0.01;
        let (mut x, mut y, mut row, mut widest) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
        for child in &mut node.children {
            // Assumption: `match_parent` takes a row of its own.
            let fill = room[0].filter(|_| child.style.size[0] == Dim::Match);
            self.child(child, room, [fill.map(|room| (room - sum(child.style.margin[0])).max(0.0)), None]);
            let (width, height) =
                (get(child, 0) + sum(child.style.margin[0]), get(child, 1) + sum(child.style.margin[1]));
            if x > 0.0 && x + width > most {
                (x, y, row) = (0.0, y + row + down, 0.0);
            }
            let (left, top) = (child.style.margin[0][0], child.style.margin[1][0]);
            start(child, 0, x + left);
            start(child, 1, y + top);
            widest = widest.max(x + width);
            x += width + across;
            row = row.max(height);
        }
        [widest, y + row]
    }

    /// Sets the places of children inside a node whose size is known.
    fn arrange(&mut self, node: &mut Node) {
        let padding = node.style.padding;
        let inner = [0, 1].map(|axis| (get(node, axis) - sum(padding[axis])).max(0.0));
        let gravity = node.style.child_gravity;
        match node.kind {
            Kind::Linear | Kind::List | Kind::Unknown => {
                let main = usize::from(node.style.vertical || node.kind == Kind::Unknown);
                let cross = 1 - main;
                let all: f32 = node.children.iter().map(|child| get(child, main) + sum(child.style.margin[main])).sum();
                let label = if node.kind == Kind::Unknown { line_height(node, self.metric) } else { 0.0 };
                let mut at = padding[main][0] + label + offset(gravity[main], inner[main].max(all), all);
                for child in &mut node.children {
                    let own = child.style.gravity.unwrap_or(gravity)[cross];
                    let [before, after] = child.style.margin[cross];
                    let across = offset(own, inner[cross], get(child, cross) + before + after);
                    start(child, cross, padding[cross][0] + across + before);
                    start(child, main, at + child.style.margin[main][0]);
                    at += get(child, main) + sum(child.style.margin[main]);
                }
            }
            Kind::Frame => {
                for child in &mut node.children {
                    let own = child.style.gravity.unwrap_or(gravity);
                    for axis in 0..2 {
                        let [before, after] = child.style.margin[axis];
                        let at = offset(own[axis], inner[axis], get(child, axis) + before + after);
                        start(child, axis, padding[axis][0] + at + before);
                    }
                }
            }
            // Their children stand already, but for the padding.
            Kind::Grid | Kind::Flow => {
                for child in &mut node.children {
                    child.rect.x += padding[0][0];
                    child.rect.y += padding[1][0];
                }
            }
            // A widget that holds nothing by its kind, but has children in the file: they stand at its corner.
            _ => {
                for child in &mut node.children {
                    set(child, 0, 0.0);
                    set(child, 1, 0.0);
                }
            }
        }
    }
}

/// Width and height of a picture that is not loaded. Assumption.
const STAND_IN: Size = [160.0, 90.0];

/// What a picture needs. Assumptions: it keeps its proportions, and one pixel of it is one np, but no more than there is; one
/// whose size is not known (it is not loaded, or only the client can) takes the place of [`STAND_IN`], so that it is seen.
fn picture(node: &Node, inner: Maybe, room: Maybe, metric: &dyn TextMetric) -> Size {
    let Some(source) = node.style.image.as_deref() else { return [0.0; 2] };
    let size = metric.picture(source).filter(|size| size.iter().all(|side| *side >= 1.0));
    let [width, height] = size.unwrap_or(STAND_IN);
    match inner {
        [Some(across), _] => [across, across * height / width],
        [None, Some(down)] => [down * width / height, down],
        [None, None] => {
            let across = width.min(room[0].unwrap_or(width));
            [across, across * height / width]
        }
    }
}

fn form(node: &Node) -> TextForm {
    let style = &node.style;
    TextForm { size: style.text_size, bold: style.bold, max_lines: style.max_lines, ellipsis: style.ellipsis }
}

fn line_height(node: &Node, metric: &dyn TextMetric) -> f32 {
    node.style.line_height.unwrap_or_else(|| metric.line_height(node.style.text_size))
}

/// Space before a quotation's or code's lines. Assumption.
const INDENT: f32 = 12.0;
/// Space before a list inside a list. Assumption.
const STEP: f32 = 15.0;
/// Height of a rule with its space. Assumption.
const RULE: f32 = 12.0;
/// Free space between blocks. Assumption.
const BLOCK_GAP: f32 = 4.0;
/// The width of a picture among text. Assumption.
pub(super) const INLINE_IMAGE: f32 = 60.0;

/// The lines of rich text and the width of the widest.
fn rich(blocks: &[Block], room: Option<f32>, metric: &dyn TextMetric) -> (Vec<RichLine>, f32) {
    let (mut lines, mut widest) = (Vec::<RichLine>::new(), 0.0_f32);
    for block in blocks {
        let indent = match block.kind {
            BlockKind::Quote | BlockKind::Code => INDENT,
            BlockKind::Item => STEP * f32::from(block.depth),
            _ => 0.0,
        };
        // Lines of code, and of a quotation, are one block to the eye.
        let whole = matches!(block.kind, BlockKind::Code | BlockKind::Quote);
        let joined = lines.last().is_none_or(|line| whole && line.kind == block.kind);
        let mut before = if joined { 0.0 } else { BLOCK_GAP };
        if block.kind == BlockKind::Rule {
            lines.push(RichLine { kind: block.kind, height: RULE, before, size: block.size, ..RichLine::default() });
            continue;
        }
        let size_of = |run: &Run| run.size.unwrap_or(block.size);
        let chars: Vec<(char, f32)> = block
            .runs
            .iter()
            .flat_map(|run| {
                let reached = advances(&run.text, size_of(run), run.bold, metric);
                let wide = reached.iter().map(|(_, advance)| advance).sum::<f32>();
                let stretch = if run.image && wide > 0.0 { INLINE_IMAGE.max(wide) / wide } else { 1.0 };
                reached.into_iter().map(move |(c, advance)| (c, advance * stretch))
            })
            .collect();
        let (ranges, _) = break_lines(&chars, room.map(|room| (room - indent).max(0.0)), usize::MAX);
        // Runs are cut where lines break; both go forward through the same characters.
        let mut ends = Vec::with_capacity(block.runs.len());
        let mut total = 0;
        for run in &block.runs {
            total += run.text.chars().count();
            ends.push(total);
        }
        let mut first = 0;
        for range in ranges {
            let part = chars.get(range.clone()).unwrap_or_default();
            widest = widest.max(indent + part.iter().map(|(_, advance)| advance).sum::<f32>());
            while ends.get(first).is_some_and(|&end| end <= range.start && first + 1 < ends.len()) {
                first += 1;
            }
            let mut runs: Vec<Run> = Vec::new();
            let mut at = range.start;
            for (run, &end) in block.runs.iter().zip(&ends).skip(first) {
                if at >= range.end {
                    break;
                }
                let stop = end.min(range.end);
                if stop > at {
                    let text = chars.get(at..stop).unwrap_or_default().iter().map(|(c, _)| c).collect();
                    runs.push(Run { text, ..run.clone() });
                    at = stop;
                }
            }
            let tallest = runs.iter().map(size_of).fold(0.0, f32::max);
            let height = metric.line_height(if tallest > 0.0 { tallest } else { block.size });
            lines.push(RichLine { runs, kind: block.kind, size: block.size, indent, before, height });
            before = 0.0;
        }
    }
    (lines, widest)
}
