//! Text from right to left: a line's pieces in the order they stand from left to right.
//!
//! egui shapes every piece (Arabic letters join, brackets mirror), but puts pieces side by side as they come; so pieces of
//! one direction are put in order here, words one by one, because a space may come from another font than the letters.

use std::ops::Range;

use unicode_bidi::{BidiInfo, Level};
use unicode_width::UnicodeWidthChar as _;

/// A part of a line of one direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fragment {
    /// Which bytes of the line it shows.
    pub range: Range<usize>,
    /// What is drawn: in writing order, brackets mirrored where nothing else would.
    pub text: String,
    /// Whether it reads from right to left.
    pub rtl: bool,
}

/// Whether a text reads from right to left: its first letter with a direction does.
///
/// Assumption: as Android's `firstStrong` and iOS's natural direction have it.
pub fn is_rtl(text: &str) -> bool {
    has_rtl(text) && unicode_bidi::get_base_direction(text) == unicode_bidi::Direction::Rtl
}

/// Whether anything in it may read from right to left.
pub fn has_rtl(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{0590}'..='\u{08FF}' | '\u{200F}' | '\u{202B}' | '\u{202E}' | '\u{2067}' | '\u{FB1D}'..='\u{FDFF}'
            | '\u{FE70}'..='\u{FEFF}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
    })
}

/// The pieces of a line from left to right; `rtl` is the direction of its paragraph.
pub fn fragments(line: &str, rtl: bool) -> Vec<Fragment> {
    if !rtl && !has_rtl(line) {
        return vec![Fragment { range: 0..line.len(), text: line.to_owned(), rtl: false }];
    }
    let base = if rtl { Level::rtl() } else { Level::ltr() };
    let info = BidiInfo::new(line, Some(base));
    let mut found = Vec::new();
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let Some(text) = line.get(run.clone()) else { continue };
            if levels.get(run.start).is_some_and(Level::is_rtl) {
                words(text, run.start, &mut found);
            } else {
                found.push(Fragment { range: run, text: text.to_owned(), rtl: false });
            }
        }
    }
    found
}

/// The words of a run from right to left and what stands between them, the last one first.
fn words(text: &str, start: usize, found: &mut Vec<Fragment>) {
    let first = found.len();
    for (at, c) in text.char_indices() {
        let at = start + at;
        let letter = c.is_alphanumeric() || c.width() == Some(0);
        match found.get_mut(first..).and_then(<[Fragment]>::last_mut) {
            Some(last) if letter && last.rtl => {
                last.text.push(c);
                last.range.end = at + c.len_utf8();
            }
            _ => found.push(Fragment { range: at..at + c.len_utf8(), text: mirrored(c).to_string(), rtl: letter }),
        }
    }
    if let Some(run) = found.get_mut(first..) {
        run.reverse();
    }
}

/// The bracket that opens the other way.
const fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        '（' => '）',
        '）' => '（',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> Vec<String> {
        fragments(line, is_rtl(line)).into_iter().map(|part| part.text).collect()
    }

    #[test]
    fn words_from_right_to_left_stand_in_their_order_and_others_keep_theirs() {
        assert_eq!(shown("你好 ABC"), ["你好 ABC"]);
        assert!(!is_rtl("ABC שלום") && is_rtl("שלום ABC") && is_rtl("12 مرحبا"));
        // Left to right around: the two Hebrew words change places, the rest does not.
        assert_eq!(shown("ABC שלום עולם 12"), ["ABC ", "12", " ", "עולם", " ", "שלום"]);
        assert_eq!(shown("مرحبا (بك) ABC"), ["ABC", " ", "(", "بك", ")", " ", "مرحبا"]);
        let parts = fragments("a שלום", false);
        assert_eq!((parts[1].range.clone(), parts[1].rtl), (2..10, true));
    }

    #[test]
    fn every_byte_is_shown_once_whatever_the_text() {
        for text in ["", "\u{202E}abc\u{202C}", "مرحبا\u{2029}שלום", "א1ב2ג3 (x)", "\u{0301}\u{05D0}\u{0301}"]
        {
            for rtl in [false, true] {
                let mut ranges: Vec<_> = fragments(text, rtl).into_iter().map(|part| part.range).collect();
                ranges.sort_by_key(|range| range.start);
                let whole = ranges.windows(2).all(|pair| pair[0].end == pair[1].start);
                assert!(whole && ranges.last().is_none_or(|last| last.end == text.len()), "{text:?} {ranges:?}");
            }
        }
    }
}
