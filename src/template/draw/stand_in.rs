//! What stands for a picture that is not there: its ground, a sign and a label; or a check box, where it is one.

use super::{
    Mark, Rect, icon,
    paint::{Shape, TextLook, own, shrink},
    style::Colour,
};

/// What stands in a picture's place while it is not loaded: its ground and a sign, and where there is room for it what
/// picture it is.
pub fn stand_in(rect: Rect, radius: [f32; 4], source: &str, dark: bool) -> Vec<Shape> {
    let colour = own([0x7E, 0x86, 0x8E, 0x29], [0x9E, 0xA6, 0xAE, 0x33], dark);
    let mut found = vec![Shape::Fill { rect, radius, colour }];
    let side = rect.width.min(rect.height).min(48.0) * 0.6;
    if side >= 8.0 {
        let sign = Rect {
            x: rect.x + (rect.width - side) / 2.0,
            y: rect.y + (rect.height - side) / 2.0,
            width: side,
            height: side,
        };
        let colour = own([0x17, 0x1A, 0x1D, 0x52], [0xEE, 0xF2, 0xF8, 0x52], dark);
        let width = (side / 20.0).max(0.8);
        found.extend(icon::strokes("picture", sign).into_iter().map(|points| Shape::Line { points, width, colour }));
        found.extend(label(rect, sign.y + side, source, dark));
    }
    found
}

/// Character size of a picture's label, and about how wide a Latin character of it is; any other one is as wide as it is high.
const LABEL: [f32; 2] = [9.0, 5.5];

/// The source of a picture below its sign, as much of it as there is room for.
fn label(rect: Rect, top: f32, source: &str, dark: bool) -> Option<Shape> {
    let [size, wide] = LABEL;
    let height = size * 1.4;
    let room = rect.width - 8.0;
    if top + height > rect.y + rect.height || room < 8.0 * wide {
        return None;
    }
    let of = |c: char| if c.is_ascii() { wide } else { size };
    let whole: f32 = source.chars().map(of).sum();
    let (text, width) = if whole <= room {
        (source.to_owned(), whole)
    } else {
        let mut taken = size;
        let fits = |c: &char| {
            taken += of(*c);
            taken <= room
        };
        let text: String = source.chars().take_while(fits).chain(['…']).collect();
        (text, room)
    };
    let rect = Rect { x: rect.x + (rect.width - width).max(0.0) / 2.0, y: top, width, height };
    let colour = own([0x17, 0x1A, 0x1D, 0x66], [0xEE, 0xF2, 0xF8, 0x66], dark);
    let look = TextLook { size, colour, bold: false, italic: false, strike: false, underline: false, code: false };
    Some(Shape::Text { rect, text, look })
}

/// A check box in a state.
pub(super) fn check_box(rect: Rect, Mark { on, enabled }: Mark, dark: bool) -> Vec<Shape> {
    let side = rect.width.min(rect.height) * 0.84;
    let rect = Rect {
        x: rect.x + (rect.width - side) / 2.0,
        y: rect.y + (rect.height - side) / 2.0,
        width: side,
        height: side,
    };
    let radius = [side * 0.2; 4];
    let faded = |colour: Colour| {
        let [r, g, b, a] = colour.rgba;
        Colour { rgba: [r, g, b, if enabled { a } else { a / 3 }] }
    };
    if !on {
        let colour = faded(own([0x17, 0x1A, 0x1D, 0x66], [0xEE, 0xF2, 0xF8, 0x66], dark));
        return vec![Shape::Border { rect, radius, width: (side / 14.0).max(1.0), colour }];
    }
    let mark = icon::strokes("check", shrink(rect, side * 0.1));
    let colour = faded(own([0x00, 0x7F, 0xFF, 255], [0x47, 0xA9, 0xFF, 255], dark));
    let white = Colour { rgba: [255; 4] };
    let mut found = vec![Shape::Fill { rect, radius, colour }];
    found.extend(mark.into_iter().map(|points| Shape::Line { points, width: (side / 10.0).max(1.2), colour: white }));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_of_a_picture_stays_inside_whatever_it_is_written_in() {
        let rect = Rect { x: 16.0, y: 0.0, width: 200.0, height: 120.0 };
        for source in ["长".repeat(300), "a".repeat(300), "https://例子.example/图片.png".to_owned()] {
            let found = stand_in(rect, [0.0; 4], &source, false);
            let Some(Shape::Text { rect: at, text, look }) = found.last() else { panic!("{found:?}") };
            let wide: f32 = text.chars().map(|c| if c.is_ascii() { 5.5 } else { look.size }).sum();
            assert!(at.x >= rect.x && at.x + wide.max(at.width) <= rect.x + rect.width, "{text} {at:?}");
        }
    }
}
