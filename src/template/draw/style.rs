//! What attributes mean for the look and the place of a widget.

use serde_json::Value;

use super::metric::Ellipsis;
use crate::template::expr::value::string;

/// A width or height.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Dim {
    /// As much as the parent gives.
    Match,
    /// As much as what is inside needs. Assumption: also what a missing or unreadable attribute means.
    #[default]
    Content,
    /// That many np.
    Fixed(f32),
}

/// Whether a widget is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Visibility {
    /// Drawn.
    #[default]
    Visible,
    /// Takes its place and is not drawn.
    Invisible,
    /// Takes no place.
    Gone,
}

/// A place along an axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Place {
    /// Left or top.
    #[default]
    Start,
    /// Middle.
    Center,
    /// Right or bottom.
    End,
}

/// A place along both axes: horizontal, vertical.
pub type Gravity = [Place; 2];

/// A colour with alpha.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Colour {
    /// Red, green, blue, alpha; not premultiplied.
    pub rgba: [u8; 4],
}

impl Colour {
    /// Reads `#RGB`, `#RRGGBB` and `#AARRGGBB`. Alpha first: `#66171A1D` is a faded text colour in official exports.
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [a, r, g, b] = number.to_be_bytes();
        match digits.len() {
            3 => {
                let one = |shift: u32| u8::try_from((number >> shift & 0xF) * 0x11).unwrap_or(u8::MAX);
                Some(Self { rgba: [one(8), one(4), one(0), 255] })
            }
            6 => Some(Self { rgba: [r, g, b, 255] }),
            8 => Some(Self { rgba: [r, g, b, a] }),
            _ => None,
        }
    }

    /// `#RRGGBB`, or `#AARRGGBB` where it is not opaque.
    pub fn text(self) -> String {
        let [r, g, b, a] = self.rgba;
        if a == 255 { format!("#{r:02X}{g:02X}{b:02X}") } else { format!("#{a:02X}{r:02X}{g:02X}{b:02X}") }
    }
}

/// The look and place of a widget. Lengths in np.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "attributes that combine freely, as the file has them")]
pub struct Style {
    /// Width, height.
    pub size: [Dim; 2],
    /// Left, right; top, bottom.
    pub margin: [[f32; 2]; 2],
    /// Left, right; top, bottom.
    pub padding: [[f32; 2]; 2],
    /// The least width and height.
    pub min: [Option<f32>; 2],
    /// The greatest width and height.
    pub max: [Option<f32>; 2],
    /// Share of what is left along the parent's direction.
    pub weight: f32,
    /// Children below each other. Assumption: without `orientation` they stand in a row (official inputs put their icon
    /// behind the text that way).
    pub vertical: bool,
    /// Its own place in its parent.
    pub gravity: Option<Gravity>,
    /// The place of its children.
    pub child_gravity: Gravity,
    /// Whether it is drawn.
    pub visibility: Visibility,
    /// Character size. Assumption: 14 where none is given.
    pub text_size: f32,
    /// Height of a line, where given.
    pub line_height: Option<f32>,
    /// The most lines. Assumption: 1 where none is given (labels that may wrap say `maxLines='20'`); 0 is any number.
    pub max_lines: Option<usize>,
    /// What is done with a text that has more.
    pub ellipsis: Ellipsis,
    /// Where lines stand in a text.
    pub text_gravity: Gravity,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Struck through.
    pub strike: bool,
    /// Colour of text and icons.
    pub text_colour: Option<Colour>,
    /// Background.
    pub background: Option<Colour>,
    /// A gradient in CSS's words; it lies over the background.
    pub gradient: Option<String>,
    /// Border.
    pub border_colour: Option<Colour>,
    /// Border.
    pub border_width: f32,
    /// Left top, right top, right bottom, left bottom.
    pub radius: [f32; 4],
    /// Width of a transparent border that a gradient shows through (from `cssStyles`).
    pub ring: f32,
    /// The address or media id of a picture.
    pub image: Option<String>,
    /// How the picture fills its place: `fitXY`, `fitCenter`, `centerCrop`.
    pub scale: Option<String>,
    /// Side of a loading circle.
    pub circle: f32,
    /// Columns of a grid.
    pub columns: usize,
    /// Space between columns, between rows.
    pub spacing: [f32; 2],
    /// Size of a grid's cell, where given.
    pub item: [Option<f32>; 2],
    /// Whether it answers to presses.
    pub enabled: bool,
    /// The builder's id of the node (`userId`).
    pub id: String,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            size: [Dim::Content; 2],
            margin: [[0.0; 2]; 2],
            padding: [[0.0; 2]; 2],
            min: [None; 2],
            max: [None; 2],
            weight: 0.0,
            vertical: false,
            gravity: None,
            child_gravity: [Place::Start; 2],
            visibility: Visibility::Visible,
            text_size: 14.0,
            line_height: None,
            max_lines: Some(1),
            ellipsis: Ellipsis::None,
            text_gravity: [Place::Start, Place::Center],
            bold: false,
            italic: false,
            strike: false,
            text_colour: None,
            background: None,
            gradient: None,
            border_colour: None,
            border_width: 0.0,
            radius: [0.0; 4],
            ring: 0.0,
            image: None,
            scale: None,
            circle: 16.0,
            columns: 1,
            spacing: [0.0; 2],
            item: [None; 2],
            enabled: true,
            id: String::new(),
        }
    }
}

/// The longest length that is drawn: larger ones are a mistake.
const LONGEST: f32 = 20_000.0;

/// A length in np: `16np`, `16ap`, `1px`, `16`. Assumptions: `ap` (which scales with the screen) and `px` count as np.
pub fn length(text: &str) -> Option<f32> {
    let text = text.trim();
    let digits = text.strip_suffix("np").or_else(|| text.strip_suffix("ap")).or_else(|| text.strip_suffix("px"));
    let length: f32 = digits.unwrap_or(text).trim().parse().ok()?;
    length.is_finite().then(|| length.clamp(-LONGEST, LONGEST))
}

fn gravity(text: &str) -> Option<Gravity> {
    use Place::{Center, End, Start};
    Some(match text {
        "left" | "leftTop" | "top" => [Start, Start],
        "leftCenter" => [Start, Center],
        "leftBottom" | "bottom" => [Start, End],
        "centerTop" => [Center, Start],
        "center" => [Center, Center],
        "centerBottom" => [Center, End],
        "rightTop" | "right" => [End, Start],
        "rightCenter" => [End, Center],
        "rightBottom" => [End, End],
        _ => return None,
    })
}

impl Style {
    /// Whether an attribute has a meaning of its own here: a chart's values stand under another name.
    pub(super) fn knows(name: &str) -> bool {
        const START: [&str; 8] = ["margin", "padding", "corner", "border", "background", "min", "max", "text"];
        const WHOLE: [&str; 10] = [
            "width",
            "height",
            "weight",
            "gravity",
            "childGravity",
            "userId",
            "enabled",
            "size",
            "color",
            "orientation",
        ];
        WHOLE.contains(&name) || START.iter().any(|start| name.starts_with(start))
    }

    /// Takes an attribute. What has no bearing on the look is left alone.
    pub(super) fn set(&mut self, name: &str, value: &Value) {
        let text = string(value);
        let text = text.trim();
        let long = || length(text).map(|length| length.max(0.0));
        let truth = matches!(text, "true" | "1");
        match name {
            "width" => self.size[0] = dim(text),
            "height" => self.size[1] = dim(text),
            // A margin may be negative.
            "marginLeft" => self.margin[0][0] = length(text).unwrap_or(0.0),
            "marginRight" => self.margin[0][1] = length(text).unwrap_or(0.0),
            "marginTop" => self.margin[1][0] = length(text).unwrap_or(0.0),
            "marginBottom" => self.margin[1][1] = length(text).unwrap_or(0.0),
            "paddingLeft" => self.padding[0][0] = long().unwrap_or(0.0),
            "paddingRight" => self.padding[0][1] = long().unwrap_or(0.0),
            "paddingTop" => self.padding[1][0] = long().unwrap_or(0.0),
            "paddingBottom" => self.padding[1][1] = long().unwrap_or(0.0),
            "minWidth" => self.min[0] = long(),
            "minHeight" => self.min[1] = long(),
            // Assumption: a greatest width of 0 means none.
            "maxWidth" => self.max[0] = long().filter(|&most| most > 0.0),
            "maxHeight" => self.max[1] = long().filter(|&most| most > 0.0),
            "weight" => self.weight = long().unwrap_or(0.0),
            "orientation" => self.vertical = text == "vertical",
            "gravity" => self.gravity = gravity(text),
            "childGravity" => self.child_gravity = gravity(text).unwrap_or_default(),
            "visibility" => {
                self.visibility = match text {
                    "gone" => Visibility::Gone,
                    "invisible" => Visibility::Invisible,
                    _ => Visibility::Visible,
                }
            }
            "textSize" => self.text_size = long().filter(|&size| size > 0.0).unwrap_or(14.0),
            "lineHeight" => self.line_height = long().filter(|&height| height > 0.0),
            "maxLines" => self.max_lines = text.parse().ok().filter(|&lines| lines > 0),
            "lineBreakMode" => {
                self.ellipsis = match text {
                    "start" => Ellipsis::Start,
                    "middle" => Ellipsis::Middle,
                    "end" => Ellipsis::End,
                    _ => Ellipsis::None,
                }
            }
            // `left` says nothing about the height: the middle, as everywhere.
            "textGravity" => {
                self.text_gravity = match text {
                    "left" => [Place::Start, Place::Center],
                    "right" => [Place::End, Place::Center],
                    _ => gravity(text).unwrap_or([Place::Start, Place::Center]),
                }
            }
            "isBold" => self.bold = truth,
            "isItalic" => self.italic = truth,
            "isStrikeThrough" => self.strike = truth,
            "textColor" | "color" => self.text_colour = Colour::read(text),
            "backgroundColor" => self.background = Colour::read(text),
            "backgroundGradient" => self.gradient = (!text.is_empty()).then(|| text.to_owned()),
            "borderColor" => self.border_colour = Colour::read(text),
            "borderWidth" => self.border_width = long().unwrap_or(0.0),
            "cornerRadius" => self.radius = [long().unwrap_or(0.0); 4],
            "cornerRadiusLeftTop" => self.radius[0] = long().unwrap_or(0.0),
            "cornerRadiusRightTop" => self.radius[1] = long().unwrap_or(0.0),
            "cornerRadiusRightBottom" => self.radius[2] = long().unwrap_or(0.0),
            "cornerRadiusLeftBottom" => self.radius[3] = long().unwrap_or(0.0),
            "imageUrl" => self.image = (!text.is_empty()).then(|| text.to_owned()),
            "scaleType" => self.scale = Some(text.to_owned()),
            "size" => self.circle = long().unwrap_or(16.0),
            "columnCount" => self.columns = text.parse().unwrap_or(1).clamp(1, 100),
            "columnSpacing" => self.spacing[0] = long().unwrap_or(0.0),
            "rowSpacing" => self.spacing[1] = long().unwrap_or(0.0),
            "itemWidth" => self.item[0] = long(),
            "itemHeight" => self.item[1] = long(),
            "enabled" => self.enabled = text != "false",
            "userId" => text.clone_into(&mut self.id),
            _ => {}
        }
    }
}

fn dim(text: &str) -> Dim {
    match text {
        "match_parent" => Dim::Match,
        _ => length(text).map_or(Dim::Content, |length| Dim::Fixed(length.max(0.0))),
    }
}
