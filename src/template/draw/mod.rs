//! The card of one viewer: attributes evaluated, lists unrolled, rectangles solved.
//!
//! * [`build`]: widgets and values → nodes. * [`style`]: what attributes mean. * [`layout`]: rectangles.
//! * [`metric`]: how wide text is. * [`bidi`]: text from right to left. * [`markdown`]: rich text as plain runs. * [`chart`], [`gradient`], `icon`: values with a
//!   look of their own.
//! * [`paint`]: the drawing as a list of areas, texts and lines for any painter; [`stand_in`]: what stands for a picture. * [`press`]: what a press on a part does.

pub mod bidi;
pub mod build;
pub mod chart;
pub mod gradient;
mod icon;
pub mod layout;
pub mod markdown;
pub mod metric;
pub mod paint;
pub mod press;
pub mod stand_in;
pub mod style;

#[cfg(test)]
mod looks;
#[cfg(test)]
mod tests;

use super::card::Kind;
use markdown::Run;
use style::{Style, Visibility};

/// A rectangle in np, the card's left top corner at 0, 0.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// A line of rich text.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RichLine {
    /// Its parts.
    pub runs: Vec<Run>,
    /// What its block is.
    pub kind: markdown::BlockKind,
    /// Character size of runs without one of their own.
    pub size: f32,
    /// How far from the left edge it begins.
    pub indent: f32,
    /// Free space above it.
    pub before: f32,
    /// Its height.
    pub height: f32,
}

/// A picture that stands for a state that is on or off: a check box. See [`super::card::Widget::mark`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Whether it stands for on.
    pub on: bool,
    /// Whether it can be changed: see [`super::card::Widget::held`].
    pub enabled: bool,
}

/// One drawn widget.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The number of its widget in the file ([`super::card::Widget::number`]); elements of a list share it.
    pub widget: usize,
    /// Its number among the nodes of this drawing, in the order they were made: the same values give the same numbers.
    pub serial: usize,
    /// What it is.
    pub kind: Kind,
    /// The widget's name as written.
    pub tag: String,
    /// The text shown, whole: of a text, of rich text without marks, an icon's name, a placeholder's label.
    pub text: String,
    /// The lines of a text as they fit.
    pub lines: Vec<String>,
    /// The runs of rich text, by block.
    pub blocks: Vec<markdown::Block>,
    /// The lines of rich text.
    pub rich_lines: Vec<RichLine>,
    /// The values of a chart.
    pub chart: Option<chart::Chart>,
    /// Whether the text is an input's hint.
    pub hint: bool,
    /// For a picture that is one of two states: which, and whether it can be changed.
    pub mark: Option<Mark>,
    /// Whether it answers to presses.
    pub taps: bool,
    /// For an input: the member of the client's own state it writes.
    pub data_key: String,
    /// Its look.
    pub style: Style,
    /// Where it stands, margins outside.
    pub rect: Rect,
    /// What stands inside. Widgets that are `gone` are left out.
    pub children: Vec<Node>,
}

impl Node {
    /// Whether it is drawn, or only takes its place.
    pub fn visible(&self) -> bool {
        self.style.visibility == Visibility::Visible
    }

    /// Calls `visit` with this node and every one inside, outer ones first.
    pub fn walk<'n>(&'n self, visit: &mut dyn FnMut(&'n Self)) {
        visit(self);
        for child in &self.children {
            child.walk(visit);
        }
    }
}

/// The card of one viewer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Drawing {
    /// The outermost node; `None` when there is nothing to draw, or it is gone.
    pub root: Option<Node>,
    /// Whether a bound on nodes or work was met, so that something is missing.
    pub truncated: bool,
}
