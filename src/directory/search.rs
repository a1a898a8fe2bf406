//! Finds people and departments as one types: by name, full pinyin, initials, userid and job number.
//!
//! Built once per directory (off the painting thread), then asked at every keystroke. Each kind of key lies in one
//! buffer that is searched from end to end; readings are matched as described in `pinyin`.

use std::{collections::HashMap, rc::Rc};

use memchr::memmem;

use super::{
    model::{DepartmentIndex, Directory, PersonIndex},
    pinyin::{Builder, Place, Spelled, Syllables},
};

/// Why something was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum MatchKind {
    /// By its name.
    Name,
    /// By its userid (a department: by its id).
    Id,
    /// By the job number.
    JobNumber,
    /// By full pinyin.
    Pinyin,
    /// By first letters of the pinyin.
    Initials,
    /// By some syllables in full and some by their first letter.
    Mixed,
}

/// Something found, with the reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hit<T> {
    /// What.
    pub what: T,
    /// Why.
    pub kind: MatchKind,
}

/// The best hits of a search, and how many there are in all.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// People, best first.
    pub people: Vec<Hit<PersonIndex>>,
    /// How many people match in all.
    pub people_total: usize,
    /// Departments, best first.
    pub departments: Vec<Hit<DepartmentIndex>>,
    /// How many departments match in all.
    pub departments_total: usize,
}

/// The order of hits, best first. Its places are the ranks.
const ORDER: [(MatchKind, Place); 18] = [
    (MatchKind::Name, Place::Exact),
    (MatchKind::Id, Place::Exact),
    (MatchKind::JobNumber, Place::Exact),
    (MatchKind::Pinyin, Place::Exact),
    (MatchKind::Initials, Place::Exact),
    (MatchKind::Name, Place::Start),
    (MatchKind::Pinyin, Place::Start),
    (MatchKind::Mixed, Place::Exact),
    (MatchKind::Initials, Place::Start),
    (MatchKind::Mixed, Place::Start),
    (MatchKind::Id, Place::Start),
    (MatchKind::JobNumber, Place::Start),
    (MatchKind::Name, Place::Inside),
    (MatchKind::Pinyin, Place::Inside),
    (MatchKind::Initials, Place::Inside),
    (MatchKind::Mixed, Place::Inside),
    (MatchKind::Id, Place::Inside),
    (MatchKind::JobNumber, Place::Inside),
];

/// No hit.
const NOT_FOUND: u8 = u8::MAX;

fn rank(kind: MatchKind, place: Place) -> u8 {
    let at = ORDER.iter().position(|one| *one == (kind, place));
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(NOT_FOUND)
}

/// How a text is compared: lower case, full-width forms as ASCII, every blank a space.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.trim().chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c if c.is_whitespace() || c.is_control() => ' ',
            c => c,
        };
        folded.extend(c.to_lowercase());
    }
    folded
}

/// A folded name, without the blanks that stand beside a character that is not a letter: 陈 小明 is typed 陈小明.
fn fold_name(name: &str) -> String {
    let folded = fold(name);
    let wide = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
    let mut kept = String::with_capacity(folded.len());
    let mut chars = folded.chars().peekable();
    while let Some(c) = chars.next() {
        if c != ' ' || !(wide(kept.chars().next_back()) || wide(chars.peek().copied())) {
            kept.push(c);
        }
    }
    kept
}

/// One folded text per entry, in one buffer.
#[derive(Clone, Debug, Default)]
struct Column {
    /// Texts, each followed by a line end, which no folded text holds.
    text: Vec<u8>,
    /// Where each text's line end stands.
    ends: Vec<u32>,
}

impl Column {
    fn push(&mut self, folded: &str) {
        // 4 GB of names are beyond any organisation; such an entry is just not found by this key.
        let fits = u32::try_from(self.text.len() + folded.len() + 1).is_ok();
        self.text.extend_from_slice(if fits { folded.as_bytes() } else { b"" });
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.text.push(b'\n');
    }

    fn start(&self, entry: usize) -> usize {
        entry.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize + 1)
    }

    fn get(&self, entry: usize) -> &[u8] {
        let end = self.ends.get(entry).map_or(0, |end| *end as usize);
        self.text.get(self.start(entry)..end).unwrap_or_default()
    }

    /// Calls `found` once for every entry that holds the needle, with its best place.
    fn each_match(&self, needle: &str, mut found: impl FnMut(usize, Place)) {
        let needle = needle.as_bytes();
        if needle.is_empty() {
            return;
        }
        let finder = memmem::Finder::new(needle);
        let (mut from, mut entry) = (0, 0);
        while let Some(at) = self.text.get(from..).and_then(|rest| finder.find(rest)) {
            let at = from + at;
            while self.ends.get(entry).is_some_and(|end| (*end as usize) < at) {
                entry += 1;
            }
            let Some(end) = self.ends.get(entry).map(|end| *end as usize) else { return };
            let place = match (at == self.start(entry), at + needle.len() == end) {
                (true, true) => Place::Exact,
                (true, false) => Place::Start,
                (false, _) => Place::Inside,
            };
            found(entry, place);
            from = end + 1;
            entry += 1;
        }
    }

    fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * 4
    }
}

/// The keys of one kind of thing.
#[derive(Clone, Debug, Default)]
struct Keys {
    names: Column,
    syllables: Syllables,
    ids: Column,
    job_numbers: Column,
}

impl Keys {
    fn build<'a>(entries: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        let mut keys = Self::default();
        let mut syllables = Builder::default();
        for (name, id, job_number) in entries {
            let name = fold_name(name);
            syllables.push(&name);
            keys.names.push(&name);
            keys.ids.push(&fold(id));
            keys.job_numbers.push(&fold(job_number));
        }
        keys.syllables = syllables.build();
        [&mut keys.names, &mut keys.ids, &mut keys.job_numbers].into_iter().for_each(Column::shrink);
        keys
    }

    fn bytes(&self) -> usize {
        self.names.bytes() + self.ids.bytes() + self.job_numbers.bytes() + self.syllables.bytes()
    }

    /// The best hits as (rank, entry), and how many there are.
    fn search(&self, query: &Query, limit: usize) -> (Vec<(u8, u32)>, usize) {
        let mut best = vec![NOT_FOUND; self.syllables.len()];
        let mut hits: Vec<u32> = Vec::new();
        let mut add = |entry: usize, rank: u8| {
            if let Some(known) = best.get_mut(entry) {
                if *known == NOT_FOUND {
                    hits.push(u32::try_from(entry).unwrap_or(u32::MAX));
                }
                *known = (*known).min(rank);
            }
        };
        self.names.each_match(&query.text, |entry, place| add(entry, rank(MatchKind::Name, place)));
        if query.compact != query.text {
            self.names.each_match(&query.compact, |entry, place| add(entry, rank(MatchKind::Name, place)));
        }
        self.ids.each_match(&query.text, |entry, place| add(entry, rank(MatchKind::Id, place)));
        self.job_numbers.each_match(&query.text, |entry, place| add(entry, rank(MatchKind::JobNumber, place)));
        if let Some(word) = self.syllables.word(&query.spelled) {
            let ranks = [Spelled::Full, Spelled::Initials, Spelled::Mixed]
                .map(|spelled| [Place::Exact, Place::Start, Place::Inside].map(|place| rank(kind_of(spelled), place)));
            word.each_match(|entry, spelled, place| {
                let rank = ranks.get(spelled as usize).and_then(|row| row.get(place as usize));
                add(entry, rank.copied().unwrap_or(NOT_FOUND - 1));
            });
        } else if query.is_mixed_script() {
            self.names_spelled_in_part(query, |entry, place| add(entry, rank(MatchKind::Mixed, place)));
        }
        let total = hits.len();
        if limit == 0 {
            return (Vec::new(), total);
        }
        // Within a rank shorter names first, then the server's order: all in one number, which sorts fast.
        let mut keys: Vec<u64> = hits
            .into_iter()
            .map(|entry| {
                let at = entry as usize;
                let rank = best.get(at).copied().unwrap_or(NOT_FOUND);
                let length = self.names.get(at).len().min(0xff_ffff) as u64;
                (u64::from(rank) << 56) | (length << 32) | u64::from(entry)
            })
            .collect();
        if keys.len() > limit {
            keys.select_nth_unstable(limit - 1);
            keys.truncate(limit);
        }
        keys.sort_unstable();
        let parts = |key: u64| {
            let rank = u8::try_from(key >> 56).unwrap_or(NOT_FOUND);
            (rank, u32::try_from(key & u64::from(u32::MAX)).unwrap_or(u32::MAX))
        };
        (keys.into_iter().map(parts).collect(), total)
    }

    /// Names that hold the query when some of its characters are spelled: 张san, 上海yf.
    fn names_spelled_in_part(&self, query: &Query, mut found: impl FnMut(usize, Place)) {
        let anchor: String = query.compact.chars().skip_while(char::is_ascii).take_while(|c| !c.is_ascii()).collect();
        let mut readings = Readings::default();
        self.names.each_match(&anchor, |entry, _| {
            let name = std::str::from_utf8(self.names.get(entry)).unwrap_or_default();
            if let Some(place) = readings.place(name, &query.compact) {
                found(entry, place);
            }
        });
    }
}

/// Readings of the characters met in one search, looked up once each.
#[derive(Default)]
struct Readings(HashMap<char, Rc<[String]>>);

impl Readings {
    fn of(&mut self, c: char) -> Rc<[String]> {
        let look_up = || {
            let mut found = Vec::new();
            super::pinyin::readings(c, &mut found);
            found.into()
        };
        Rc::clone(self.0.entry(c).or_insert_with(look_up))
    }

    /// Follows a query along a name from its beginning; whether that is the whole name, or `None` when it does not fit.
    fn follow(&mut self, name: &str, query: &str) -> Option<bool> {
        if query.is_empty() {
            return Some(name.is_empty());
        }
        let mut chars = name.chars();
        let c = chars.next()?;
        if let Some(rest) = query.strip_prefix(c)
            && let Some(whole) = self.follow(chars.as_str(), rest)
        {
            return Some(whole);
        }
        if c.is_ascii() || !query.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        for reading in self.of(c).iter() {
            let common = reading.bytes().zip(query.bytes()).take_while(|(a, b)| a == b).count();
            for taken in [common, 1] {
                let whole_or_first = taken == reading.len() || taken == 1 || taken == query.len();
                if taken > 0 && taken <= common && whole_or_first {
                    let rest = query.get(taken..)?;
                    if let Some(whole) = self.follow(chars.as_str(), rest) {
                        return Some(whole);
                    }
                }
            }
        }
        None
    }

    /// Where a query of characters and letters stands in a name; each character may be itself or (part of) a reading.
    fn place(&mut self, name: &str, query: &str) -> Option<Place> {
        if let Some(whole) = self.follow(name, query) {
            return Some(if whole { Place::Exact } else { Place::Start });
        }
        let mut starts = name.char_indices().skip(1).filter_map(|(at, _)| name.get(at..));
        starts.any(|rest| self.follow(rest, query).is_some()).then_some(Place::Inside)
    }
}

fn kind_of(spelled: Spelled) -> MatchKind {
    match spelled {
        Spelled::Full => MatchKind::Pinyin,
        Spelled::Initials => MatchKind::Initials,
        Spelled::Mixed => MatchKind::Mixed,
    }
}

/// What was typed, in the forms it is compared in.
struct Query {
    /// Folded.
    text: String,
    /// Without blanks.
    compact: String,
    /// Letters and digits only, when it is a spelling; else empty.
    spelled: String,
}

impl Query {
    /// More than any name; a pasted page is no search.
    const LONGEST: usize = 200;

    fn new(typed: &str) -> Self {
        let typed: String = typed.chars().take(Self::LONGEST).collect();
        let text = fold(&typed).split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let compact: String = text.chars().filter(|c| *c != ' ').collect();
        // zhang'san, zhang-san, lü
        let spelled: String = compact
            .chars()
            .filter(|c| !matches!(c, '\'' | '’' | '-'))
            .map(|c| if c == 'ü' { 'v' } else { c })
            .collect();
        let is_spelling = spelled.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && spelled.bytes().any(|byte| byte.is_ascii_alphabetic());
        Self { text, compact, spelled: if is_spelling { spelled } else { String::new() } }
    }

    fn is_mixed_script(&self) -> bool {
        self.compact.chars().any(|c| c.is_ascii_alphabetic()) && !self.compact.is_ascii()
    }
}

/// People and departments of one directory, ready to be searched. May be used from any thread.
#[derive(Clone, Debug, Default)]
pub struct SearchIndex {
    people: Keys,
    departments: Keys,
}

impl SearchIndex {
    /// Builds it; about a tenth of a second for 100,000 people: not on the painting thread.
    pub fn build(directory: &Directory) -> Self {
        let people = Keys::build(directory.people().map(|index| {
            let person = directory.person(index);
            (person.name, person.userid, person.job_number)
        }));
        let ids: Vec<String> = directory.departments.iter().map(|one| one.id.to_string()).collect();
        let departments =
            Keys::build(directory.departments.iter().zip(&ids).map(|(one, id)| (one.name.as_str(), id.as_str(), "")));
        Self { people, departments }
    }

    /// The best `limit` people and the best `limit` departments for what was typed. Nothing for blanks.
    pub fn search(&self, typed: &str, limit: usize) -> Found {
        let query = Query::new(typed);
        if query.text.is_empty() {
            return Found::default();
        }
        let kind = |rank: u8| ORDER.get(usize::from(rank)).map_or(MatchKind::Name, |(kind, _)| *kind);
        let (people, people_total) = self.people.search(&query, limit);
        let (departments, departments_total) = self.departments.search(&query, limit);
        Found {
            people: people
                .into_iter()
                .map(|(rank, entry)| Hit { what: PersonIndex(entry), kind: kind(rank) })
                .collect(),
            people_total,
            departments: departments
                .into_iter()
                .map(|(rank, entry)| Hit { what: DepartmentIndex(entry), kind: kind(rank) })
                .collect(),
            departments_total,
        }
    }

    /// Bytes held, for the figures.
    pub fn bytes(&self) -> usize {
        self.people.bytes() + self.departments.bytes()
    }
}

#[cfg(test)]
mod tests;
