//! Which encoding bytes are in, and their text.
//!
//! Chinese encodings overlap almost completely, so a guess weighs how many characters are common ones in each: GB 2312,
//! Big5 and JIS X 0208 all put their common characters first. chardetng breaks ties.

use std::borrow::Cow;

use encoding_rs::{BIG5, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

use super::ListError;

/// An encoding of text lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-16, little end first ("Unicode text" of Excel).
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// GB 18030, with GBK and GB 2312 in it (Excel on Chinese Windows).
    Gb18030,
    /// Big5 with the Hong Kong characters.
    Big5,
    /// Shift-JIS (Windows 31J).
    ShiftJis,
}

impl Encoding {
    /// All, in the order they are offered.
    pub const ALL: [Self; 6] = [Self::Utf8, Self::Gb18030, Self::Big5, Self::Utf16Le, Self::Utf16Be, Self::ShiftJis];

    /// Its name, the same in every language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Gb18030 => "GB18030 (GBK)",
            Self::Big5 => "Big5",
            Self::ShiftJis => "Shift-JIS",
        }
    }

    const fn codec(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Gb18030 => GB18030,
            Self::Big5 => BIG5,
            Self::ShiftJis => SHIFT_JIS,
        }
    }
}

/// A text with how it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    pub encoding: Encoding,
    /// A byte order mark stood at the start.
    pub bom: bool,
    /// Nothing else comes near; `false` when the person had better look.
    pub certain: bool,
    /// Lines (from 1) whose bytes are not in this encoding; their text is the best reading found, or has U+FFFD.
    pub other_lines: Vec<u32>,
}

/// How many bytes a guess looks at.
const SAMPLE: usize = 256 << 10;

/// Reads bytes as text: in the encoding given, or else in the most likely one.
pub(super) fn decode(bytes: &[u8], forced: Option<Encoding>) -> Result<Decoded<'_>, ListError> {
    let (marked, length) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((codec, length)) if codec == UTF_8 => (Some(Encoding::Utf8), length),
        Some((codec, length)) if codec == UTF_16LE => (Some(Encoding::Utf16Le), length),
        Some((_, length)) => (Some(Encoding::Utf16Be), length),
        None => (None, 0),
    };
    let body = bytes.get(length..).unwrap_or_default();
    let (encoding, certain) = match (forced, marked) {
        (Some(forced), _) => (forced, true),
        (None, Some(marked)) => (marked, true),
        (None, None) => guess(body)?,
    };
    // The mark of another encoding than the chosen one belongs to the text.
    let body = if marked == Some(encoding) { body } else { bytes };
    let (text, other_lines) = read_in(body, encoding, forced.is_none());
    Ok(Decoded { text, encoding, bom: marked == Some(encoding), certain, other_lines })
}

/// `mixed`: whether a line of UTF-8 is looked for among those of another encoding, in which it would be readable nonsense.
fn read_in(bytes: &[u8], encoding: Encoding, mixed: bool) -> (Cow<'_, str>, Vec<u32>) {
    let mixed = mixed && matches!(encoding, Encoding::Gb18030 | Encoding::Big5 | Encoding::ShiftJis);
    if !(mixed && bytes.split(|byte| *byte == b'\n').any(is_utf8))
        && let Some(text) = encoding.codec().decode_without_bom_handling_and_without_replacement(bytes)
    {
        return (text, Vec::new());
    }
    if matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
        let (text, _) = encoding.codec().decode_without_bom_handling(bytes);
        let bad = text.split('\n').zip(1_u32..).filter(|(line, _)| line.contains('\u{fffd}')).map(|(_, at)| at);
        let bad = bad.collect();
        return (text, bad);
    }
    // No trail byte of these encodings is a line end, so lines can be read one by one.
    let (mut text, mut other) = (String::with_capacity(bytes.len()), Vec::new());
    for (line, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1_u32..) {
        if !(mixed && is_utf8(line))
            && let Some(good) = encoding.codec().decode_without_bom_handling_and_without_replacement(line)
        {
            text.push_str(&good);
            continue;
        }
        other.push(number);
        let second = if encoding == Encoding::Utf8 { Encoding::Gb18030 } else { Encoding::Utf8 };
        match second.codec().decode_without_bom_handling_and_without_replacement(line) {
            Some(readable) => text.push_str(&readable),
            None => text.push_str(&encoding.codec().decode_without_bom_handling(line).0),
        }
    }
    (Cow::Owned(text), other)
}

/// Whether a line is UTF-8 beyond doubt: two characters of three bytes or more, and none of two, which other encodings
/// have by accident.
fn is_utf8(line: &[u8]) -> bool {
    let wide = |text: &str| {
        let others = || text.chars().filter(|c| !c.is_ascii());
        others().all(|c| c.len_utf8() > 2) && others().count() >= 2
    };
    !line.is_ascii() && std::str::from_utf8(line).is_ok_and(wide)
}

fn guess(bytes: &[u8]) -> Result<(Encoding, bool), ListError> {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    // UTF-16 of anything with Chinese in it is no UTF-8, and of plain ASCII every second byte is zero.
    if is_utf8 && memchr::memchr_iter(0, sample).count() * 20 < sample.len() {
        return Ok((Encoding::Utf8, true));
    }
    if let Some(found) = without_mark(sample)? {
        return Ok((found, true));
    }
    if is_utf8 {
        return Ok((Encoding::Utf8, true));
    }
    // Cut behind the last whole line, so that no character is cut in two.
    let cut = if sample.len() < bytes.len() { sample.iter().rposition(|byte| *byte == b'\n') } else { None };
    let sample = cut.and_then(|end| sample.get(..=end)).unwrap_or(sample);
    let utf8_lines = sample.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii());
    let (good, all) = utf8_lines
        .fold((0_u32, 0_u32), |(good, all), line| (good + u32::from(std::str::from_utf8(line).is_ok()), all + 1));
    // Three bytes a character that are valid throughout a line are no accident: a UTF-8 list with lines of another.
    if all > 0 && good * 2 > all {
        return Ok((Encoding::Utf8, false));
    }
    let mut detector = chardetng::EncodingDetector::new();
    detector.feed(sample, true);
    let second_opinion = detector.guess(None, false);
    let mut weighed: Vec<(f64, Encoding)> = [Encoding::Gb18030, Encoding::Big5, Encoding::ShiftJis]
        .into_iter()
        .map(|encoding| {
            let agrees = encoding.codec() == second_opinion
                || encoding == Encoding::Gb18030 && second_opinion == encoding_rs::GBK;
            (likelihood(sample, encoding) + if agrees { 0.08 } else { 0.0 }, encoding)
        })
        .collect();
    weighed.sort_by(|one, other| other.0.total_cmp(&one.0));
    match weighed.as_slice() {
        [(best, encoding), (next, _), ..] => Ok((*encoding, *best > 0.5 && best - next > 0.15)),
        _ => Ok((Encoding::Gb18030, false)),
    }
}

/// UTF-16 shows by its zero bytes; zero bytes in anything else mean that this is no text.
fn without_mark(sample: &[u8]) -> Result<Option<Encoding>, ListError> {
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    match (even, odd) {
        (0, 0) => Ok(None),
        (even, odd) if odd > even * 8 => Ok(Some(Encoding::Utf16Le)),
        (even, odd) if even > odd * 8 => Ok(Some(Encoding::Utf16Be)),
        _ => Err(ListError::NotAList),
    }
}

/// The share of common characters among those outside ASCII, less a penalty for what is no character at all.
fn likelihood(bytes: &[u8], encoding: Encoding) -> f64 {
    let (text, errors) = encoding.codec().decode_without_bom_handling(bytes);
    let broken = if errors { text.chars().filter(|c| *c == '\u{fffd}').count() } else { 0 };
    let (mut common, mut all, mut at) = (0_u32, 0_u32, 0);
    while let Some(&lead) = bytes.get(at) {
        let trail = bytes.get(at + 1).copied().unwrap_or_default();
        let (length, is_common) = match encoding {
            _ if lead < 0x80 => {
                at += 1;
                continue;
            }
            // Row 1 to 9 are signs, 16 to 55 the 3,755 common characters, all with a high trail byte.
            Encoding::Gb18030 => {
                let four = trail.is_ascii_digit();
                let is_common = trail >= 0xa1 && matches!(lead, 0xa1 | 0xa3 | 0xb0..=0xd7);
                (if four { 4 } else { 2 }, is_common)
            }
            // A1 to A3 are signs, A4 to C6 the 5,401 common characters.
            Encoding::Big5 => (2, matches!(lead, 0xa1..=0xc6)),
            // Kana and signs, then the first level of kanji; a katakana of half width stands alone.
            _ => match lead {
                0xa1..=0xdf => (1, false),
                _ => (2, matches!(lead, 0x81..=0x83 | 0x88..=0x97)),
            },
        };
        all += 1;
        common += u32::from(is_common);
        at += length;
    }
    let all = f64::from(all.max(1));
    let known = super::guess::known_words(&text).min(3) as f64;
    f64::from(common) / all - 4.0 * broken as f64 / all + 0.1 * known
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIMPLIFIED: &str = "姓名,工号,部门\r\n陈小明,A001,研发部\r\n欧阳娜娜,A002,市场部\r\n";
    const TRADITIONAL: &str = "姓名,工號,部門\r\n陳小明,A001,研發部\r\n歐陽娜娜,A002,市場部\r\n";
    const JAPANESE: &str = "氏名,社員番号,部署\r\n山田太郎,A001,開発部\r\nさとうはなこ,A002,マーケティング部\r\n";

    fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
        match encoding {
            Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => {
                let (bytes, _, errors) = encoding.codec().encode(text);
                assert!(!errors);
                bytes.into_owned()
            }
        }
    }

    #[test]
    fn every_encoding_is_told_from_its_bytes_alone() {
        for (text, encoding) in [
            (SIMPLIFIED, Encoding::Utf8),
            (SIMPLIFIED, Encoding::Gb18030),
            (SIMPLIFIED, Encoding::Utf16Le),
            (SIMPLIFIED, Encoding::Utf16Be),
            (TRADITIONAL, Encoding::Big5),
            (TRADITIONAL, Encoding::Utf8),
            (JAPANESE, Encoding::ShiftJis),
            // No known words, few characters.
            ("u1,王伟\n", Encoding::Gb18030),
            ("u1,張偉,請於週五前提交\n", Encoding::Big5),
            ("u1,李娜,请于周五前提交\n", Encoding::Gb18030),
        ] {
            let bytes = encoded(text, encoding);
            let found = decode(&bytes, None).unwrap();
            assert_eq!((found.encoding, found.text.as_ref(), found.bom), (encoding, text, false));
            assert!(found.other_lines.is_empty());
        }
    }

    #[test]
    fn marks_decide_and_do_not_stay_in_the_text() {
        for (mark, encoding) in [
            (&[0xef, 0xbb, 0xbf][..], Encoding::Utf8),
            (&[0xff, 0xfe][..], Encoding::Utf16Le),
            (&[0xfe, 0xff][..], Encoding::Utf16Be),
        ] {
            let bytes = [mark, &encoded(SIMPLIFIED, encoding)].concat();
            let found = decode(&bytes, None).unwrap();
            assert_eq!((found.encoding, found.text.as_ref(), found.bom), (encoding, SIMPLIFIED, true));
        }
    }

    #[test]
    fn the_person_may_know_better() {
        let bytes = encoded("name\n圭尸\n", Encoding::Big5);
        assert_eq!(decode(&bytes, Some(Encoding::Big5)).unwrap().text, "name\n圭尸\n");
    }

    #[test]
    fn a_line_in_another_encoding_is_named_and_readable() {
        let bytes = [SIMPLIFIED.as_bytes(), &encoded("王伟,A003,财务部\r\n", Encoding::Gb18030)].concat();
        let found = decode(&bytes, None).unwrap();
        assert_eq!((found.encoding, found.certain, found.other_lines.as_slice()), (Encoding::Utf8, false, &[4][..]));
        assert!(found.text.ends_with("王伟,A003,财务部\r\n"), "{}", found.text);
        let bytes = [&encoded(SIMPLIFIED, Encoding::Gb18030)[..], &[0xff, 0xff, b'\n']].concat();
        let found = decode(&bytes, None).unwrap();
        assert_eq!((found.encoding, found.other_lines.as_slice()), (Encoding::Gb18030, &[4][..]));
        assert!(found.text.contains('\u{fffd}'));
    }

    #[test]
    fn a_picture_is_no_list() {
        let bytes = [0x89, b'P', b'N', b'G', 0, 0, 0, 13, 0, 0, 1, 0];
        assert_eq!(decode(&bytes, None), Err(ListError::NotAList));
    }
}
