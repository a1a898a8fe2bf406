//! The colours of JSON, row by row: a row knows from [`super::rows`] whether it begins inside a string, so nothing but
//! the rows on screen is ever looked at.

use egui::{
    Color32, FontId,
    text::{LayoutJob, TextFormat},
};

use crate::ui::theme::Tokens;

/// How far behind a string its colon is looked for, in bytes: JSON that a person indents.
const COLON_WITHIN: usize = 32;

/// The longest text field that gets colours, in bytes.
const COLOURED_BYTES: usize = 16 << 10;

/// Font and colours of a view.
pub struct Look {
    /// The font.
    pub font: FontId,
    /// The height of a row in points, whatever font a character comes from.
    pub row_height: f32,
    /// The theme.
    pub tokens: &'static Tokens,
}

impl Look {
    fn section(&self, job: &mut LayoutJob, text: &str, colour: Color32) {
        if text.is_empty() {
            return;
        }
        let format = TextFormat {
            font_id: self.font.clone(),
            color: colour,
            line_height: Some(self.row_height),
            ..TextFormat::default()
        };
        job.append(text, 0.0, format);
    }
}

/// Lays out a row. `behind` is the text that follows it.
pub fn row(text: &str, behind: &str, in_string: bool, look: &Look) -> LayoutJob {
    let mut job = LayoutJob { break_on_newline: false, keep_trailing_whitespace: true, ..LayoutJob::default() };
    job.wrap.max_width = f32::INFINITY;
    append(&mut job, text, behind, in_string, look);
    job
}

/// Lays out a whole JSON text for a text field of egui; a long one without colours.
pub fn block(text: &str, look: &Look, wrap_width: f32) -> LayoutJob {
    let mut job = LayoutJob { keep_trailing_whitespace: true, ..LayoutJob::default() };
    job.wrap.max_width = wrap_width;
    if text.len() > COLOURED_BYTES {
        look.section(&mut job, text, look.tokens.text);
    } else {
        append(&mut job, text, "", false, look);
    }
    job
}

fn append(job: &mut LayoutJob, row: &str, behind: &str, in_string: bool, look: &Look) {
    let t = look.tokens;
    let mut rest = row;
    let mut inside = in_string;
    while let Some(first) = rest.chars().next() {
        let (length, colour) = if inside || first == '"' {
            let length = string_end(rest, inside).unwrap_or(rest.len());
            inside = false;
            let following = if length < rest.len() { &rest[length..] } else { behind };
            (length, if before_colon(following) { t.accent } else { t.ok })
        } else if first.is_ascii_digit() || first == '-' {
            (
                rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len()),
                t.warning,
            )
        } else if first.is_alphabetic() {
            let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            (length, if matches!(&rest[..length], "true" | "false" | "null") { t.warning } else { t.error })
        } else {
            let plain = |c: char| c != '"' && c != '-' && !c.is_alphanumeric();
            (rest.find(|c: char| !plain(c)).unwrap_or(rest.len()), t.muted)
        };
        let (token, tail) = rest.split_at(length.max(first.len_utf8()));
        look.section(job, token, colour);
        rest = tail;
    }
}

/// The length of the string at the start, with its quotes; `None` when it does not end here.
fn string_end(text: &str, inside: bool) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(usize::from(!inside)) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn before_colon(text: &str) -> bool {
    text.bytes().take(COLON_WITHIN).find(|byte| !byte.is_ascii_whitespace()) == Some(b':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::LIGHT;

    fn tokens_of(text: &str, behind: &str, in_string: bool) -> Vec<(String, Color32)> {
        let look = Look { font: FontId::monospace(13.0), row_height: 18.0, tokens: &LIGHT };
        let job = row(text, behind, in_string, &look);
        assert_eq!(job.text, text, "nothing is lost");
        job.sections
            .iter()
            .map(|section| {
                (text[section.byte_range.start.0..section.byte_range.end.0].to_owned(), section.format.color)
            })
            .collect()
    }

    #[test]
    fn names_values_numbers_and_words_have_their_colours() {
        let found = tokens_of(r#"  "k\"": "v", "n" : -1.5e3, "b": true, x"#, "", false);
        let coloured: Vec<_> = found
            .iter()
            .filter(|(_, colour)| *colour != LIGHT.muted)
            .map(|(text, colour)| (text.as_str(), *colour))
            .collect();
        assert_eq!(
            coloured,
            [
                (r#""k\"""#, LIGHT.accent),
                (r#""v""#, LIGHT.ok),
                (r#""n""#, LIGHT.accent),
                ("-1.5e3", LIGHT.warning),
                (r#""b""#, LIGHT.accent),
                ("true", LIGHT.warning),
                ("x", LIGHT.error),
            ]
        );
    }

    #[test]
    fn a_row_inside_a_string_goes_on_with_it() {
        let found = tokens_of("分工\\\" 1\", 2", "", true);
        assert_eq!(found[0], ("分工\\\" 1\"".to_owned(), LIGHT.ok));
        let found = tokens_of("\"na", "me\": 1", false);
        assert_eq!(found, [("\"na".to_owned(), LIGHT.ok)], "a name broken over two rows is drawn as text");
        assert_eq!(tokens_of("\"name\"", "\n : 1", false)[0].1, LIGHT.accent);
    }
}
