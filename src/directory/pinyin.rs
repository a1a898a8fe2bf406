//! How a name can be typed: its characters' readings as syllables, and matching a typed word against them.
//!
//! A typed word such as `zhangsan`, `zhangs`, `zsan` or `zs` walks along the syllables of a name; of each it takes the
//! whole, the first letter (or zh/ch/sh), and of the one where the word ends any beginning. Which letters of the word
//! have been taken is a set of bits, so all ways are walked at once.

use std::collections::HashMap;

use pinyin::ToPinyinMulti as _;

/// Longest word that is matched, in letters; names are shorter.
pub(super) const LONGEST: usize = 48;

/// Most readings kept of one character.
const MOST_READINGS: usize = 5;

/// Mark on an entry of a stream: another reading of the same character as the entry before.
const ALSO: u16 = 1 << 15;

/// All readings of a character as lower-case letters, ü as v (and `yu` after l and n, as passports write it).
pub(super) fn readings(c: char, found: &mut Vec<String>) {
    found.clear();
    let mut add = |reading: &str| {
        let plain = reading.replace('ü', "v");
        if found.len() < MOST_READINGS && !plain.is_empty() && !found.contains(&plain) {
            found.push(plain);
        }
    };
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let plain = reading.plain();
        add(plain);
        if let Some(rest) = plain.strip_prefix("lü").or_else(|| plain.strip_prefix("lv")) {
            add(&format!("lyu{rest}"));
        } else if let Some(rest) = plain.strip_prefix("nü").or_else(|| plain.strip_prefix("nv")) {
            add(&format!("nyu{rest}"));
        }
    }
}

/// The syllables of many names: each name a run of syllable numbers in one buffer.
#[derive(Clone, Debug, Default)]
pub(super) struct Syllables {
    texts: Vec<Box<str>>,
    stream: Vec<u16>,
    ends: Vec<u32>,
    /// Of each name the letters of all readings (low half) and those that a reading begins with (high half): a word with
    /// another letter, or that begins with another one, cannot match, and most names are passed over by this alone.
    letters: Vec<u64>,
}

/// What building needs and matching does not.
#[derive(Default)]
pub(super) struct Builder {
    syllables: Syllables,
    numbers: HashMap<Box<str>, u16>,
    of_char: HashMap<char, Box<[u16]>>,
    scratch: Vec<String>,
}

impl Builder {
    fn number(&mut self, text: &str) -> Option<u16> {
        if let Some(number) = self.numbers.get(text) {
            return Some(*number);
        }
        let number = u16::try_from(self.syllables.texts.len()).ok().filter(|number| *number < ALSO)?;
        self.syllables.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        Some(number)
    }

    /// Adds the next name (folded, see [`super::search`]).
    pub(super) fn push(&mut self, name: &str) {
        let mut letters = 0;
        let mut rest = name;
        while let Some(c) = rest.chars().next() {
            if c.is_ascii_alphanumeric() {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                rest = after;
                // Beyond 32,767 different Latin words only their text is searched, not their initials.
                if let Some(number) = self.number(word) {
                    letters |= letters_of(word);
                    self.syllables.stream.push(number);
                }
                continue;
            }
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            let numbers = self.numbers_of(c);
            for (first, number) in numbers.iter().enumerate().map(|(at, number)| (at == 0, *number)) {
                if let Some(text) = self.syllables.texts.get(number as usize) {
                    letters |= letters_of(text);
                }
                self.syllables.stream.push(if first { number } else { number | ALSO });
            }
        }
        self.syllables.ends.push(u32::try_from(self.syllables.stream.len()).unwrap_or(u32::MAX));
        self.syllables.letters.push(letters);
    }

    fn numbers_of(&mut self, c: char) -> Box<[u16]> {
        if let Some(known) = self.of_char.get(&c) {
            return known.clone();
        }
        let mut found = std::mem::take(&mut self.scratch);
        readings(c, &mut found);
        let numbers: Box<[u16]> = found.iter().filter_map(|text| self.number(text)).collect();
        self.scratch = found;
        self.of_char.insert(c, numbers.clone());
        numbers
    }

    pub(super) fn build(mut self) -> Syllables {
        self.syllables.stream.shrink_to_fit();
        self.syllables.texts.shrink_to_fit();
        self.syllables
    }
}

/// The letters of a text, and in the high half the one it begins with.
fn letters_of(text: &str) -> u64 {
    let first = text.bytes().next().map_or(0, bit_of) << 32;
    text.bytes().fold(first, |all, byte| all | bit_of(byte))
}

/// A bit for each letter, and one for all digits.
fn bit_of(byte: u8) -> u64 {
    match byte {
        b'a'..=b'z' => 1 << (byte - b'a'),
        b'0'..=b'9' => 1 << 26,
        _ => 0,
    }
}

/// How a word was found in a name's readings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub(super) enum Spelled {
    /// Whole syllables, the last perhaps begun.
    Full,
    /// First letters only.
    Initials,
    /// Some of both.
    Mixed,
}

/// Where a word was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub(super) enum Place {
    /// It is the whole.
    Exact,
    /// The text begins with it.
    Start,
    /// It stands inside.
    Inside,
}

/// A typed word made ready: for every syllable, where it leads from each letter of the word.
pub(super) struct Word<'a> {
    syllables: &'a Syllables,
    /// As of a name.
    letters: u64,
    /// Bit of the word's end.
    end: u64,
    full: Steps,
    initials: Steps,
    any: Steps,
}

/// `to[syllable * length + from]`: the letters of the word reached from letter `from` over a syllable, as bits.
struct Steps {
    to: Vec<u64>,
    length: usize,
}

impl Steps {
    /// The letters reached over one syllable from any of a set of letters.
    fn walk(&self, syllable: u16, mut from: u64) -> u64 {
        let row = usize::from(syllable) * self.length;
        let Some(row) = self.to.get(row..row + self.length) else { return 0 };
        let mut reached = 0;
        while from != 0 {
            if let Some(to) = row.get(from.trailing_zeros() as usize) {
                reached |= to;
            }
            from &= from - 1;
        }
        reached
    }
}

impl Syllables {
    /// Makes a word of ASCII letters and digits ready; `None` when it is empty or longer than [`LONGEST`].
    pub(super) fn word(&self, word: &str) -> Option<Word<'_>> {
        if word.is_empty() || word.len() > LONGEST || !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let letters = letters_of(word);
        let word = word.as_bytes();
        let length = word.len();
        let (mut full, mut initials) =
            (Vec::with_capacity(self.texts.len() * length), Vec::with_capacity(self.texts.len() * length));
        for text in &self.texts {
            let text = text.as_bytes();
            for from in 0..length {
                let rest = word.get(from..).unwrap_or_default();
                let common = text.iter().zip(rest).take_while(|(a, b)| a == b).count();
                let (mut whole, mut first) = (0_u64, 0_u64);
                if common == text.len() || (common == rest.len() && common > 0) {
                    whole |= 1 << (from + common);
                }
                if common >= 1 {
                    first |= 1 << (from + 1);
                }
                if common >= 2 && matches!(text, [b'z' | b'c' | b's', b'h', ..]) {
                    first |= 1 << (from + 2);
                }
                full.push(whole);
                initials.push(first);
            }
        }
        let any = full.iter().zip(&initials).map(|(a, b)| a | b).collect();
        Some(Word {
            syllables: self,
            letters,
            end: 1 << length,
            full: Steps { to: full, length },
            initials: Steps { to: initials, length },
            any: Steps { to: any, length },
        })
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn of(&self, name: usize) -> &[u16] {
        let start = name.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(name).copied().unwrap_or(start);
        self.stream.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.stream.capacity() * 2 + self.ends.capacity() * 4 + self.letters.capacity() * 8 + self.texts.len() * 24
    }
}

impl Word<'_> {
    /// Calls `found` for every name that the word matches.
    pub(super) fn each_match(&self, mut found: impl FnMut(usize, Spelled, Place)) {
        for (name, letters) in self.syllables.letters.iter().enumerate() {
            if self.letters & !letters != 0 {
                continue;
            }
            let stream = self.syllables.of(name);
            let Some(any) = walk(stream, &self.any, self.end) else { continue };
            let spelled = match walk(stream, &self.full, self.end) {
                Some(place) if place == any || place == Place::Exact => Some((Spelled::Full, place)),
                _ => None,
            };
            let spelled = spelled.or_else(|| match walk(stream, &self.initials, self.end) {
                Some(place) if place == any => Some((Spelled::Initials, place)),
                _ => None,
            });
            let (spelled, place) = spelled.unwrap_or((Spelled::Mixed, any));
            found(name, spelled, place);
        }
    }
}

/// Walks a word along a name; where it was found best, or `None`.
fn walk(stream: &[u16], steps: &Steps, end: u64) -> Option<Place> {
    // `first` began at the name's first syllable, `later` at any.
    let (mut first, mut later) = (1_u64, 1_u64);
    let mut inside = false;
    let mut at = 0;
    while let Some(entry) = stream.get(at) {
        let (mut next_first, mut next_later) = (0, 0);
        let mut syllable = *entry;
        loop {
            next_first |= steps.walk(syllable, first);
            next_later |= steps.walk(syllable, later);
            at += 1;
            match stream.get(at) {
                Some(also) if also & ALSO != 0 => syllable = also & !ALSO,
                _ => break,
            }
        }
        if next_first & end != 0 {
            return Some(if at == stream.len() { Place::Exact } else { Place::Start });
        }
        inside |= next_later & end != 0;
        // A name may be entered at every syllable.
        (first, later) = (next_first, next_later | 1);
    }
    inside.then_some(Place::Inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(name: &str, word: &str) -> Option<(Spelled, Place)> {
        let mut builder = Builder::default();
        builder.push(name);
        let syllables = builder.build();
        let mut found = None;
        syllables.word(word).unwrap().each_match(|_, spelled, place| found = Some((spelled, place)));
        found
    }

    #[test]
    fn a_name_is_found_however_it_is_typed() {
        use Place::{Exact, Inside, Start};
        use Spelled::{Full, Initials, Mixed};
        for (name, word, want) in [
            ("张三", "zhangsan", Some((Full, Exact))),
            ("张三", "zhangs", Some((Full, Exact))),
            ("张三", "zhang", Some((Full, Start))),
            ("张三", "zh", Some((Full, Start))),
            ("张三", "zs", Some((Initials, Exact))),
            ("张三", "zhs", Some((Initials, Exact))),
            ("张三", "zsan", Some((Mixed, Exact))),
            ("张三", "san", Some((Full, Inside))),
            ("张三", "zhangsi", None),
            ("张三", "ang", None),
            ("欧阳修", "oyx", Some((Initials, Exact))),
            ("欧阳修", "oyxiu", Some((Mixed, Exact))),
            ("曾国藩", "zengguofan", Some((Full, Exact))),
            ("曾国藩", "cengguofan", Some((Full, Exact))),
            ("单田芳", "shantianfang", Some((Full, Exact))),
            ("单田芳", "dtf", Some((Initials, Exact))),
            ("解晓东", "xiexiaodong", Some((Full, Exact))),
            ("解晓东", "jxd", Some((Initials, Exact))),
            ("吕布", "lvbu", Some((Full, Exact))),
            ("吕布", "lyubu", Some((Full, Exact))),
            ("tom李", "toml", Some((Full, Exact))),
            ("john smith", "jsmith", Some((Mixed, Exact))),
            ("张三2", "zhangsan2", Some((Full, Exact))),
            ("万俟洛", "moqiluo", Some((Full, Exact))),
        ] {
            assert_eq!(spelled(name, word), want, "{name} {word}");
        }
    }

    #[test]
    fn a_syllable_that_is_a_beginning_of_another_leads_both_ways() {
        // xi'an and xian.
        assert!(spelled("西安", "xian").is_some() && spelled("先", "xian").is_some());
        assert!(spelled("西安", "xia").is_some());
    }

    #[test]
    fn words_that_cannot_be_matched_are_refused() {
        let syllables = Builder::default().build();
        for word in ["", "张", "a b", &"a".repeat(LONGEST + 1)] {
            assert!(syllables.word(word).is_none(), "{word}");
        }
        assert!(syllables.word(&"a".repeat(LONGEST)).is_some());
    }
}
