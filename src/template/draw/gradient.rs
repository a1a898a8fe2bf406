//! Gradients in CSS's words, as `backgroundGradient` has them: `linear-gradient(to right,#FFF,#000)`, several after another.

use super::style::Colour;

/// Colours along a direction, or around a middle.
#[derive(Clone, PartialEq, Debug)]
pub struct Gradient {
    /// Where it goes, or where it begins to turn: clockwise from the top, in degrees, as CSS counts.
    pub angle: f32,
    /// Whether it turns around the middle, clockwise.
    pub conic: bool,
    /// Place from 0 to 1 and colour; at least one.
    pub stops: Vec<(f32, Colour)>,
}

impl Gradient {
    /// The colour at a place from 0 to 1.
    pub fn at(&self, place: f32) -> Colour {
        let mut before: Option<(f32, Colour)> = None;
        for &(stop, colour) in &self.stops {
            if place <= stop {
                let Some((start, from)) = before else { return colour };
                let part = if stop > start { (place - start) / (stop - start) } else { 1.0 };
                return mix(from, colour, part);
            }
            before = Some((stop, colour));
        }
        before.map_or(Colour { rgba: [0; 4] }, |(_, colour)| colour)
    }
}

fn mix(from: Colour, to: Colour, part: f32) -> Colour {
    let mut rgba = [0; 4];
    for (index, byte) in rgba.iter_mut().enumerate() {
        let (a, b) = (f32::from(from.rgba[index]), f32::from(to.rgba[index]));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
        let mixed = (a + (b - a) * part.clamp(0.0, 1.0)).round() as u8;
        *byte = mixed;
    }
    Colour { rgba }
}

/// The layers, the first one on top. What is no gradient is left out.
///
/// Assumption: a `conic-gradient` turns around the middle of its area (`at …` is not read), and stands still.
pub fn layers(text: &str) -> Vec<Gradient> {
    split(text).into_iter().filter_map(layer).take(8).collect()
}

/// Parts between commas that stand in no bracket.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text.get(start..at).unwrap_or_default().trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default().trim());
    parts
}

fn layer(text: &str) -> Option<Gradient> {
    let (name, inside) = text.split_once('(')?;
    let inside = inside.strip_suffix(')').unwrap_or(inside);
    let conic = match name.trim() {
        "linear-gradient" => false,
        "conic-gradient" => true,
        _ => return None,
    };
    let mut parts = split(inside);
    let mut angle = if conic { 0.0 } else { 180.0 };
    if let Some(first) = parts.first().copied() {
        let direction = if conic { start(first) } else { direction(first) };
        if let Some(found) = direction {
            angle = found;
            parts.remove(0);
        }
    }
    let turn = if conic { 360.0 } else { 100.0 };
    let mut stops: Vec<(Option<f32>, Colour)> = Vec::new();
    for part in parts.into_iter().take(64) {
        let mut words = part.split_whitespace();
        let Some(colour) = words.next().and_then(css_colour) else { continue };
        let place = words.next().and_then(|place| {
            let number = place.trim_end_matches("deg").trim_end_matches('%').parse::<f32>().ok()?;
            number.is_finite().then(|| (number / turn).clamp(0.0, 1.0))
        });
        stops.push((place, colour));
    }
    let last = stops.len().checked_sub(1)?;
    // Places that are not given stand evenly between those that are.
    let mut found: Vec<(f32, Colour)> = Vec::with_capacity(stops.len());
    for (index, &(place, colour)) in stops.iter().enumerate() {
        let even = if last == 0 { 0.0 } else { index as f32 / last as f32 };
        let place = place.unwrap_or(even).max(found.last().map_or(0.0, |(before, _)| *before));
        found.push((place, colour));
    }
    Some(Gradient { angle, conic, stops: found })
}

/// Where a conic gradient begins: `from 180deg`, `from 90deg at 50% 50%`, `at center`.
fn start(text: &str) -> Option<f32> {
    let mut words = text.split_whitespace();
    match words.next()? {
        "at" => Some(0.0),
        "from" => words.next().and_then(direction),
        _ => None,
    }
}

fn direction(text: &str) -> Option<f32> {
    if let Some(degrees) = text.strip_suffix("deg") {
        return degrees.trim().parse::<f32>().ok().filter(|angle| angle.is_finite());
    }
    let words = text.strip_prefix("to ")?;
    let has = |word: &str| words.split_whitespace().any(|found| found == word);
    Some(match (has("top"), has("right"), has("bottom"), has("left")) {
        (true, true, ..) => 45.0,
        (_, true, true, _) => 135.0,
        (_, _, true, true) => 225.0,
        (true, _, _, true) => 315.0,
        (true, ..) => 0.0,
        (_, true, ..) => 90.0,
        (.., true) => 270.0,
        _ => 180.0,
    })
}

fn css_colour(text: &str) -> Option<Colour> {
    match text {
        "transparent" => Some(Colour { rgba: [0; 4] }),
        "white" => Some(Colour { rgba: [255; 4] }),
        "black" => Some(Colour { rgba: [0, 0, 0, 255] }),
        text => Colour::read(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_directions_and_places_are_read() {
        let found = layers(
            "linear-gradient(to right,#000000,#FFFFFF), conic-gradient(from 180deg, #FF0000 0, #00FF00 90deg, #0000FF 360deg)",
        );
        assert_eq!(found.len(), 2);
        assert!((found[0].angle - 90.0).abs() < 0.01 && !found[0].conic);
        assert!((found[1].angle - 180.0).abs() < 0.01 && found[1].conic);
        assert!(layers("conic-gradient(at center, #fff, #000)")[0].angle.abs() < 0.01);
        assert_eq!(found[0].at(0.5).text(), "#808080");
        assert_eq!(found[1].stops.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0.0, 0.25, 1.0]);
        assert_eq!(found[1].at(0.25).text(), "#00FF00");
        assert_eq!(found[1].at(2.0).text(), "#0000FF");
        for (text, angle) in [("to top left", 315.0), ("45deg", 45.0), ("to bottom", 180.0)] {
            assert!((layers(&format!("linear-gradient({text}, #fff, #000)"))[0].angle - angle).abs() < 0.01, "{text}");
        }
        for odd in ["", "red", "linear-gradient(", "linear-gradient()", "radial-gradient(#fff,#000)", ")))(((,,,"] {
            assert!(layers(odd).is_empty(), "{odd}");
        }
    }
}
