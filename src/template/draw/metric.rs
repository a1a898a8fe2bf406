//! How wide text is, and where its lines break. The metric comes in from outside; the default needs no font.

use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

/// Measures characters.
pub trait TextMetric {
    /// How far a character of that size reaches, in the unit of the size.
    fn advance(&self, c: char, size: f32, bold: bool) -> f32;

    /// The height of a line where the template gives none. Assumption: 1.4 times the size, as the measured
    /// `common_h1_text_style__line_height` has it.
    fn line_height(&self, size: f32) -> f32 {
        size * 1.4
    }

    /// How wide a piece of text of one direction is. A metric that shapes text may know better than the sum of its
    /// characters: Arabic letters are narrower where they join.
    fn width(&self, text: &str, size: f32, bold: bool) -> f32 {
        advances(text, size, bold, self).iter().map(|(_, advance)| advance).sum()
    }

    /// Width and height of a picture in np, where it is loaded.
    fn picture(&self, _source: &str) -> Option<[f32; 2]> {
        None
    }
}

/// The characters of a text, and how far each reaches: 0 for those drawn together with the one before them (joiners, skin
/// tones, the second letter of a flag).
pub fn advances<M: TextMetric + ?Sized>(text: &str, size: f32, bold: bool, metric: &M) -> Vec<(char, f32)> {
    let (mut joined, mut flag) = (false, false);
    text.chars()
        .map(|c| {
            let second = flag && is_regional(c);
            flag = is_regional(c) && !second;
            let advance = if second || is_follower(c) || joined && is_pictograph(c) {
                0.0
            } else if flag {
                size
            } else {
                metric.advance(c, size, bold)
            };
            joined = c == '\u{200D}';
            (c, advance)
        })
        .collect()
}

/// One of the letters that make a flag in pairs.
pub fn is_regional(c: char) -> bool {
    ('\u{1F1E6}'..='\u{1F1FF}').contains(&c)
}

/// A character that changes the one before it and is not drawn by itself.
pub fn is_follower(c: char) -> bool {
    matches!(c, '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{20E3}' | '\u{E0020}'..='\u{E007F}')
}

/// A symbol that joins with others by U+200D.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// A metric without a font: East Asian wide characters are one size wide, all others half of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SimpleMetric;

impl TextMetric for SimpleMetric {
    fn advance(&self, c: char, size: f32, _bold: bool) -> f32 {
        match c.width() {
            Some(2) => size,
            Some(1) => size / 2.0,
            _ => 0.0,
        }
    }
}

/// What is left out of a text that has too many lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ellipsis {
    /// It is cut.
    #[default]
    None,
    /// `…` at its start.
    Start,
    /// `…` in its middle.
    Middle,
    /// `…` at its end.
    End,
}

/// Lines of a text.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Lines {
    /// Their text.
    pub lines: Vec<String>,
    /// The width of the widest.
    pub width: f32,
    /// Whether something was left out.
    pub cut: bool,
}

/// How a text is laid out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TextForm {
    /// Character size.
    pub size: f32,
    /// Bold.
    pub bold: bool,
    /// The most lines; `None` for any number.
    pub max_lines: Option<usize>,
    /// What is done with the rest.
    pub ellipsis: Ellipsis,
}

/// Breaks a text into lines.
pub fn lay_text(text: &str, form: TextForm, max_width: Option<f32>, metric: &dyn TextMetric) -> Lines {
    let chars = advances(text, form.size, form.bold, metric);
    let most = form.max_lines.unwrap_or(usize::MAX).max(1);
    let (ranges, cut) = break_lines(&chars, max_width, most);
    let mut found = Lines { cut, ..Lines::default() };
    let width = |part: &[(char, f32)]| part.iter().map(|(_, advance)| advance).sum::<f32>();
    let string = |part: &[(char, f32)]| part.iter().map(|(c, _)| c).collect::<String>();
    for (number, range) in ranges.iter().enumerate() {
        let part = chars.get(range.clone()).unwrap_or_default();
        let last = number + 1 == ranges.len();
        if last && cut && form.ellipsis != Ellipsis::None {
            let dots = metric.advance('…', form.size, form.bold);
            let room = (max_width.unwrap_or(f32::INFINITY) - dots).max(0.0);
            // With one line the kept part may come from any end; with more, from the start of the last line.
            let rest = chars.get(range.start..).unwrap_or_default();
            let rest = rest.split(|(c, _)| *c == '\n').next().unwrap_or_default();
            let (head, tail) = match form.ellipsis {
                Ellipsis::Start => (0.0, room),
                Ellipsis::Middle => (room / 2.0, room / 2.0),
                _ => (room, 0.0),
            };
            let head = fit(rest.iter(), head);
            let tail = fit(rest.iter().rev(), tail).min(rest.len() - head);
            let (head, tail) =
                (rest.get(..head).unwrap_or_default(), rest.get(rest.len() - tail..).unwrap_or_default());
            found.width = found.width.max(width(head) + dots + width(tail));
            found.lines.push(format!("{}…{}", string(head), string(tail)));
        } else {
            found.width = found.width.max(width(part));
            found.lines.push(string(part));
        }
    }
    found
}

/// How many characters fit.
fn fit<'c>(chars: impl Iterator<Item = &'c (char, f32)>, room: f32) -> usize {
    let mut left = room + 0.01;
    chars
        .take_while(|(_, advance)| {
            left -= advance;
            left >= 0.0
        })
        .count()
}

/// Where lines break: at line feeds, after spaces, between East Asian characters (but not before closing punctuation),
/// and inside a word that is longer than a line. Spaces at a break are left out. Also tells whether lines were left out.
pub fn break_lines(chars: &[(char, f32)], max_width: Option<f32>, most: usize) -> (Vec<Range<usize>>, bool) {
    // A little room for rounding: a text measured to its own width must not break.
    let max = max_width.unwrap_or(f32::INFINITY) + 0.01;
    let mut lines = Vec::new();
    let mut start = 0;
    loop {
        let (mut width, mut at, mut chance) = (0.0, start, None);
        let (end, next) = loop {
            let Some(&(c, advance)) = chars.get(at) else { break (at, None) };
            if c == '\n' {
                break (at, Some(at + 1));
            }
            if at > start && may_break(chars, at) {
                chance = Some(at);
            }
            if width + advance > max && at > start && c != ' ' {
                let end = chance.unwrap_or(at);
                break (end, Some(end));
            }
            width += advance;
            at += 1;
        };
        let spaces = chars.get(start..end).unwrap_or_default().iter().rev().take_while(|(c, _)| *c == ' ').count();
        let wrapped = next == Some(end);
        lines.push(start..if wrapped { end - spaces } else { end });
        match next {
            None => return (lines, false),
            Some(_) if lines.len() >= most => return (lines, true),
            Some(next) => start = next,
        }
    }
}

fn may_break(chars: &[(char, f32)], at: usize) -> bool {
    let (Some(&(before, _)), Some(&(after, advance))) = (chars.get(at.wrapping_sub(1)), chars.get(at)) else {
        return false;
    };
    // What is drawn together stays together.
    if advance <= 0.0 && !after.is_whitespace() && (is_follower(after) || before == '\u{200D}' || is_regional(after)) {
        return false;
    }
    let wide = |c: char| c.width() == Some(2);
    let closing = "，。、；：？！）》」』】…,.;:?!)]}%";
    let opening = "（《「『【([{";
    if closing.contains(after) || opening.contains(before) || after.width() == Some(0) {
        return false;
    }
    (before == ' ' && after != ' ') || wide(before) || wide(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay(text: &str, width: f32, lines: usize, ellipsis: Ellipsis) -> Lines {
        let form = TextForm { size: 10.0, bold: false, max_lines: Some(lines), ellipsis };
        lay_text(text, form, Some(width), &SimpleMetric)
    }

    #[test]
    fn lines_break_as_people_write() {
        // A CJK character is 10 wide, a Latin one 5.
        assert_eq!(lay("钉钉卡片", 20.0, 9, Ellipsis::End).lines, ["钉钉", "卡片"]);
        assert_eq!(lay("one two", 20.0, 9, Ellipsis::End).lines, ["one", "two"]);
        assert_eq!(lay("abcdefgh", 20.0, 9, Ellipsis::End).lines, ["abcd", "efgh"]);
        assert_eq!(lay("钉钉，卡", 20.0, 9, Ellipsis::End).lines, ["钉", "钉，", "卡"], "no line starts with a comma");
        assert_eq!(lay("a\n\nb", 20.0, 9, Ellipsis::End).lines, ["a", "", "b"]);
        assert_eq!(lay("", 20.0, 9, Ellipsis::End).lines, [""]);
        let lines = lay("钉钉卡片", 100.0, 1, Ellipsis::End);
        assert!((lines.width - 40.0).abs() < 0.01 && !lines.cut);
    }

    #[test]
    fn what_is_drawn_as_one_is_measured_and_kept_as_one() {
        let reaches = |text: &str| SimpleMetric.width(text, 10.0, false);
        for (text, width) in
            [("👍", 10.0), ("👍🏽", 10.0), ("👨\u{200D}👩\u{200D}👧", 10.0), ("🇨🇳🇩🇪", 20.0), ("❤\u{FE0F}a", 10.0)]
        {
            assert!((reaches(text) - width).abs() < 0.01, "{text}: {}", reaches(text));
        }
        assert_eq!(lay("👍🏽👍🏽👍🏽", 20.0, 9, Ellipsis::End).lines, ["👍🏽👍🏽", "👍🏽"]);
        assert_eq!(lay("🇨🇳🇩🇪", 10.0, 9, Ellipsis::End).lines, ["🇨🇳", "🇩🇪"]);
    }

    #[test]
    fn what_does_not_fit_is_marked_where_asked() {
        assert_eq!(lay("abcdefgh", 25.0, 1, Ellipsis::End).lines, ["abcd…"]);
        assert_eq!(lay("abcdefgh", 25.0, 1, Ellipsis::Start).lines, ["…efgh"]);
        assert_eq!(lay("abcdefgh", 25.0, 1, Ellipsis::Middle).lines, ["ab…gh"]);
        let plain = lay("abcdefgh", 25.0, 1, Ellipsis::None);
        assert_eq!((plain.lines[0].as_str(), plain.cut), ("abcde", true));
        assert_eq!(lay("钉钉卡片示例", 20.0, 2, Ellipsis::End).lines, ["钉钉", "卡…"]);
        assert_eq!(lay("ab", 0.0, 1, Ellipsis::End).lines, ["…"]);
    }
}
