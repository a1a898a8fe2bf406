//! A table under a mapping becomes people with values; what cannot be used keeps its line, its reason and its text.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    Candidate, Keep, Key, ListError, Lookup, Mapping, MobileAnswer, Table, TableRow, Tick, guess,
    mapping::letters,
    table::{NO_RESULT, Odd},
    tick,
};
use crate::lang::{Lang, text};

/// A person of a list with the values of the variables.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recipient {
    /// Line in the list, from 1.
    pub line: u32,
    /// `userid`.
    pub userid: String,
    /// The directory's name, or the list's where the directory has none; may be empty.
    pub name: String,
    /// One value for each of [`Import::variables`]; empty for an empty cell.
    pub values: Vec<String>,
}

/// Why a row cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// None of the columns that tell the person is filled in.
    NoPerson,
    /// As [`Reason::NoPerson`], because the cell is merged with the one of an earlier line.
    Merged {
        /// The line that has the value.
        first_line: u32,
    },
    /// No userid can look like this.
    BadUserId(String),
    /// No mobile number looks like this.
    BadMobile(String),
    /// The directory has nobody like this.
    Unknown(Key, String),
    /// The mobile number was not looked up.
    MobileNotAsked(String),
    /// The mobile number could not be looked up; why.
    MobileFailed(String, String),
    /// The column's number lost its last digits in the spreadsheet.
    DigitsLost {
        /// The column, from 0.
        column: usize,
        /// What is left.
        text: String,
    },
    /// The column has an error value of a formula.
    ErrorValue {
        /// The column, from 0.
        column: usize,
        /// `#N/A` and the like.
        text: String,
    },
    /// The column has a formula of which the file holds no result: a program wrote it, and no spreadsheet opened it since.
    NoResult {
        /// The column, from 0.
        column: usize,
    },
    /// More or fewer cells than the header row.
    Ragged {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Its bytes are not in the encoding of the rest, or cannot be read in it.
    OtherEncoding,
    /// A quote opens in it and never closes.
    OpenQuote,
}

impl Reason {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        let say = |key, args: &[(&str, &dyn ToString)]| {
            let args: Vec<(&str, String)> = args.iter().map(|(name, value)| (*name, value.to_string())).collect();
            text(lang, key, &args)
        };
        match self {
            Self::NoPerson => say("list.reason.no_person", &[]),
            Self::Merged { first_line } => say("list.reason.merged", &[("line", first_line)]),
            Self::BadUserId(found) => say("list.reason.bad_userid", &[("text", found)]),
            Self::BadMobile(found) => say("list.reason.bad_mobile", &[("text", found)]),
            Self::Unknown(key, found) => {
                say("list.reason.unknown", &[("key", &text(lang, key.key(), &[])), ("text", found)])
            }
            Self::MobileNotAsked(found) => say("list.reason.mobile_not_asked", &[("text", found)]),
            Self::MobileFailed(found, why) => say("list.reason.mobile_failed", &[("text", found), ("why", why)]),
            Self::DigitsLost { column, text } => {
                say("list.reason.digits_lost", &[("column", &letters(*column)), ("text", text)])
            }
            Self::ErrorValue { column, text } => {
                say("list.reason.error_value", &[("column", &letters(*column)), ("text", text)])
            }
            Self::NoResult { column } => say("list.reason.no_result", &[("column", &letters(*column))]),
            Self::Ragged { found, expected } => say("list.reason.ragged", &[("found", found), ("expected", expected)]),
            Self::OtherEncoding => say("list.reason.other_encoding", &[]),
            Self::OpenQuote => say("list.reason.open_quote", &[]),
        }
    }
}

/// A row that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadRow {
    /// Line in the list, from 1.
    pub line: u32,
    /// Why.
    pub reason: Reason,
    /// Its cells, as corrected so far.
    pub cells: Vec<String>,
}

impl BadRow {
    /// What stands in it, on one line; empty cells are left out.
    pub fn text(&self) -> String {
        let filled: Vec<&str> = self.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        filled.join(", ").replace(['\r', '\n'], " ")
    }
}

/// A row of a person who stands in the list more than once; another row counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Duplicate {
    /// The line that is left out.
    pub line: u32,
    /// The line that counts.
    pub kept_line: u32,
    /// Who.
    pub userid: String,
    /// Their name, where known.
    pub name: String,
    /// Whether both lines have the same values.
    pub same_values: bool,
}

/// A row that may mean several people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ambiguous {
    /// Line in the list, from 1.
    pub line: u32,
    /// What was looked for.
    pub text: String,
    /// Who it may be.
    pub candidates: Vec<Candidate>,
}

/// Something odd in a row that is used all the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Doubt {
    /// The whole directory is here, and this userid is not in it.
    NotInDirectory {
        /// Line in the list, from 1.
        line: u32,
        /// The userid.
        userid: String,
    },
    /// The directory has another name for this person.
    OtherName {
        /// Line in the list, from 1.
        line: u32,
        /// The list's name.
        listed: String,
        /// The directory's name.
        known: String,
    },
    /// A variable's number lost its last digits in the spreadsheet.
    DigitsLost {
        /// Line in the list, from 1.
        line: u32,
        /// The column, from 0.
        column: usize,
        /// What is left.
        text: String,
    },
    /// A variable's cell is empty because it is merged with one of an earlier line or column.
    Merged {
        /// Line in the list, from 1.
        line: u32,
        /// The column, from 0.
        column: usize,
    },
}

impl Doubt {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        let column = |column: &usize| ("column", letters(*column));
        let line = |line: &u32| ("line", line.to_string());
        match self {
            Self::NotInDirectory { line: at, userid } => {
                text(lang, "list.doubt.not_in_directory", &[line(at), ("userid", userid.clone())])
            }
            Self::OtherName { line: at, listed, known } => {
                let args = [line(at), ("listed", listed.clone()), ("known", known.clone())];
                text(lang, "list.doubt.other_name", &args)
            }
            Self::DigitsLost { line: at, column: place, text: left } => {
                text(lang, "list.doubt.digits_lost", &[line(at), column(place), ("text", left.clone())])
            }
            Self::Merged { line: at, column: place } => text(lang, "list.doubt.merged", &[line(at), column(place)]),
        }
    }
}

/// What a list gives.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Import {
    /// The variables, in the order of [`Recipient::values`].
    pub variables: Vec<String>,
    /// The people, each once, in the list's order.
    pub people: Vec<Recipient>,
    /// Rows that cannot be used, in the list's order.
    pub bad: Vec<BadRow>,
    /// Rows left out because another row of the same person counts.
    pub duplicates: Vec<Duplicate>,
    /// Rows that may mean several people.
    pub ambiguous: Vec<Ambiguous>,
    /// What is odd in rows that are used.
    pub doubts: Vec<Doubt>,
    /// Rows that the person left out.
    pub left_out: usize,
    /// Rows without any text.
    pub empty_rows: usize,
}

impl Import {
    /// A person's value of a variable; `None` when the list has no such variable.
    pub fn value<'a>(&self, person: &'a Recipient, variable: &str) -> Option<&'a str> {
        let at = self.variables.iter().position(|name| name == variable)?;
        Some(person.values.get(at).map_or("", String::as_str))
    }
}

/// What a person changed about a list while importing it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Edits {
    /// Corrected rows: line → all its cells.
    pub cells: BTreeMap<u32, Vec<String>>,
    /// Who an ambiguous row means: line → userid.
    pub choices: BTreeMap<u32, String>,
    /// Lines to be left out.
    pub left_out: BTreeSet<u32>,
}

/// What a row turned out to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Somebody.
    Person(Recipient),
    /// It cannot be used.
    Bad(BadRow),
    /// It may mean several people.
    Ambiguous(Ambiguous),
}

/// A row with what was corrected in it.
struct Cells<'a> {
    row: TableRow<'a>,
    edited: Option<&'a Vec<String>>,
}

impl<'a> Cells<'a> {
    fn get(&self, column: usize) -> &'a str {
        match self.edited {
            Some(cells) => cells.get(column).map_or("", |cell| cell.trim()),
            None => self.row.get(column),
        }
    }

    fn all(&self) -> Vec<String> {
        self.edited.cloned().unwrap_or_else(|| self.row.cells().map(str::to_owned).collect())
    }
}

/// Everything that judging a row needs.
struct Judge<'a> {
    table: &'a Table,
    mapping: &'a Mapping,
    edits: &'a Edits,
    lookup: &'a dyn Lookup,
    keys: Vec<(Key, usize)>,
    /// Columns of the variables, in their order.
    values: Vec<usize>,
    expected: usize,
}

impl<'a> Judge<'a> {
    fn new(table: &'a Table, mapping: &'a Mapping, edits: &'a Edits, lookup: &'a dyn Lookup) -> Self {
        let keys = Key::ALL.into_iter().filter_map(|key| Some((key, mapping.column_of(key)?))).collect();
        let column = |name: &String| mapping.columns.iter().position(|one| one.variable.as_ref() == Some(name));
        let values = mapping.variables().iter().filter_map(column).collect();
        let model = mapping.header.and_then(|line| table.row_of_line(line)).or_else(|| table.row(0));
        let expected = model.map_or(0, TableRow::len);
        Self { table, mapping, edits, lookup, keys, values, expected }
    }

    fn column(&self, key: Key) -> Option<usize> {
        self.keys.iter().find(|(one, _)| *one == key).map(|(_, column)| *column)
    }

    fn judge(&self, row: TableRow<'a>, doubts: &mut Vec<Doubt>) -> Outcome {
        let line = row.line();
        let cells = Cells { row, edited: self.edits.cells.get(&line) };
        match self.checked(&cells).and_then(|()| self.who(&cells, doubts)) {
            Ok(Who::One(userid, name)) => {
                let values = self.values.iter().map(|column| cells.get(*column).to_owned()).collect();
                self.doubt_values(&cells, doubts);
                Outcome::Person(Recipient { line, userid, name, values })
            }
            Ok(Who::Several(text, candidates)) => Outcome::Ambiguous(Ambiguous { line, text, candidates }),
            Err(reason) => Outcome::Bad(BadRow { line, reason, cells: cells.all() }),
        }
    }

    /// What is wrong with a row whoever it means.
    fn checked(&self, cells: &Cells<'_>) -> Result<(), Reason> {
        let used = || self.keys.iter().map(|(_, column)| *column).chain(self.values.iter().copied());
        if cells.edited.is_none() {
            let line = cells.row.line();
            let odd = self.table.odd(line);
            if odd.contains(&Odd::OpenQuote) {
                return Err(Reason::OpenQuote);
            }
            if odd.contains(&Odd::OtherEncoding) {
                return Err(Reason::OtherEncoding);
            }
            if self.table.ragged_is_bad {
                let found = cells.row.len();
                let filled = (0..found).rev().find(|at| !cells.row.get(*at).is_empty()).map_or(0, |at| at + 1);
                if filled > self.expected || used().any(|column| column >= found && column < self.expected) {
                    return Err(Reason::Ragged { found, expected: self.expected });
                }
            }
            let lost = |column: &usize| odd.contains(&Odd::DigitsLost(u16::try_from(*column).unwrap_or(u16::MAX)));
            if let Some(column) = self.keys.iter().map(|(_, column)| *column).find(lost) {
                return Err(Reason::DigitsLost { column, text: cells.get(column).to_owned() });
            }
        }
        for column in used() {
            let cell = cells.get(column);
            if guess::is_error_value(cell) {
                return Err(Reason::ErrorValue { column, text: cell.to_owned() });
            }
            if cell == NO_RESULT && !self.table.ragged_is_bad {
                return Err(Reason::NoResult { column });
            }
            if cell.contains('\u{fffd}') {
                return Err(Reason::OtherEncoding);
            }
        }
        let numbers = self.keys.iter().filter(|(key, _)| !matches!(key, Key::Name | Key::Department));
        for (_, column) in numbers {
            let cell = cells.get(*column);
            if guess::digits_lost(cell) {
                return Err(Reason::DigitsLost { column: *column, text: cell.to_owned() });
            }
        }
        Ok(())
    }

    fn who(&self, cells: &Cells<'_>, doubts: &mut Vec<Doubt>) -> Result<Who, Reason> {
        let line = cells.row.line();
        let listed = self.column(Key::Name).map_or("", |column| cells.get(column));
        let name_or = |name: String| if name.is_empty() { listed.to_owned() } else { name };
        if let Some(userid) = self.edits.choices.get(&line) {
            let name = self.lookup.by_userid(userid).map_or_else(String::new, |one| one.name);
            return Ok(Who::One(userid.clone(), name_or(name)));
        }
        let tells = |key: Key| key == Key::UserId || key != Key::Department && self.lookup.looks_up();
        let filled = self.keys.iter().find(|(key, column)| tells(*key) && !cells.get(*column).is_empty());
        let Some((key, column)) = filled else {
            let merged = self.keys.iter().find_map(|(_, column)| self.table.covering(line, *column));
            return Err(merged.map_or(Reason::NoPerson, |one| Reason::Merged { first_line: one.first_line }));
        };
        let cell = cells.get(*column);
        let unknown = || Reason::Unknown(*key, cell.to_owned());
        let one = match key {
            Key::UserId => {
                if !guess::is_userid(cell) {
                    return Err(Reason::BadUserId(cell.to_owned()));
                }
                let known = self.lookup.by_userid(cell);
                if known.is_none() && self.lookup.is_complete() {
                    doubts.push(Doubt::NotInDirectory { line, userid: cell.to_owned() });
                }
                known.unwrap_or_else(|| Candidate { userid: cell.to_owned(), ..Candidate::default() })
            }
            Key::UnionId => self.lookup.by_unionid(cell).ok_or_else(unknown)?,
            Key::Mobile => {
                let mobile = guess::mobile(cell).ok_or_else(|| Reason::BadMobile(cell.to_owned()))?;
                match self.lookup.by_mobile(&mobile) {
                    MobileAnswer::Found(one) => one,
                    MobileAnswer::Nobody => return Err(unknown()),
                    MobileAnswer::NotAsked => return Err(Reason::MobileNotAsked(mobile)),
                    MobileAnswer::Failed(why) => return Err(Reason::MobileFailed(mobile, why)),
                }
            }
            Key::JobNumber | Key::Name | Key::Department => {
                let found =
                    if *key == Key::JobNumber { self.lookup.by_job_number(cell) } else { self.lookup.by_name(cell) };
                let mut found = self.narrowed(found, cells, *key);
                match found.len() {
                    0 => return Err(unknown()),
                    1 => found.remove(0),
                    _ => return Ok(Who::Several(cell.to_owned(), found)),
                }
            }
        };
        if !listed.is_empty() && !one.name.is_empty() && *key != Key::Name && plain(listed) != plain(&one.name) {
            doubts.push(Doubt::OtherName { line, listed: listed.to_owned(), known: one.name.clone() });
        }
        Ok(Who::One(one.userid, name_or(one.name)))
    }

    /// Of several candidates those whom name and department of the row fit, where any does.
    fn narrowed(&self, mut found: Vec<Candidate>, cells: &Cells<'_>, key: Key) -> Vec<Candidate> {
        let cell = |key| self.column(key).map_or("", |column| cells.get(column));
        let fits: [(bool, Fits<'_>); 2] = [
            (key != Key::Name && !cell(Key::Name).is_empty(), &|one| plain(&one.name) == plain(cell(Key::Name))),
            (!cell(Key::Department).is_empty(), &|one| {
                let wanted = plain(cell(Key::Department));
                one.departments
                    .iter()
                    .any(|path| plain(path).ends_with(&wanted) || path.split(" / ").any(|part| plain(part) == wanted))
            }),
        ];
        for (applies, fits) in fits {
            if applies && found.len() > 1 && found.iter().any(fits) {
                found.retain(fits);
            }
        }
        found
    }

    fn doubt_values(&self, cells: &Cells<'_>, doubts: &mut Vec<Doubt>) {
        if cells.edited.is_some() {
            return;
        }
        let line = cells.row.line();
        let odd = self.table.odd(line);
        for column in &self.values {
            if odd.contains(&Odd::DigitsLost(u16::try_from(*column).unwrap_or(u16::MAX))) {
                let text = cells.get(*column).to_owned();
                doubts.push(Doubt::DigitsLost { line, column: *column, text });
            }
            let merged = !self.table.merged().is_empty() && cells.get(*column).is_empty();
            if merged && self.table.covering(line, *column).is_some() {
                doubts.push(Doubt::Merged { line, column: *column });
            }
        }
    }
}

/// Whether a candidate is meant.
type Fits<'f> = &'f dyn Fn(&Candidate) -> bool;

enum Who {
    One(String, String),
    Several(String, Vec<Candidate>),
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// What one row is, with what was corrected in it.
pub fn evaluate_row(
    table: &Table,
    mapping: &Mapping,
    edits: &Edits,
    lookup: &dyn Lookup,
    line: u32,
) -> Option<(Outcome, Vec<Doubt>)> {
    let mut doubts = Vec::new();
    let outcome = Judge::new(table, mapping, edits, lookup).judge(table.row_of_line(line)?, &mut doubts);
    Some((outcome, doubts))
}

/// The mobile numbers that have to be looked up, each once: of rows that no stronger column tells.
pub fn mobiles_needed(table: &Table, mapping: &Mapping, edits: &Edits) -> Vec<String> {
    let Some(mobile) = mapping.column_of(Key::Mobile) else { return Vec::new() };
    let stronger: Vec<usize> =
        [Key::UserId, Key::UnionId].into_iter().filter_map(|key| mapping.column_of(key)).collect();
    let mut seen = BTreeSet::new();
    let rows = table.rows().filter(|row| mapping.header.is_none_or(|header| row.line() > header));
    rows.filter(|row| !edits.left_out.contains(&row.line()) && !edits.choices.contains_key(&row.line()))
        .filter_map(|row| {
            let cells = Cells { row, edited: edits.cells.get(&row.line()) };
            let told = stronger.iter().any(|column| !cells.get(*column).is_empty());
            guess::mobile(cells.get(mobile)).filter(|_| !told)
        })
        .filter(|number| seen.insert(number.clone()))
        .collect()
}

/// What a list gives under a mapping.
///
/// # Errors
/// [`ListError::Cancelled`].
pub fn evaluate(
    table: &Table,
    mapping: &Mapping,
    edits: &Edits,
    lookup: &dyn Lookup,
    report: Tick<'_>,
) -> Result<Import, ListError> {
    let judge = Judge::new(table, mapping, edits, lookup);
    let mut import =
        Import { variables: judge.mapping.variables(), empty_rows: table.empty_rows(), ..Import::default() };
    let mut places: HashMap<String, usize> = HashMap::with_capacity(table.len());
    let total = table.len() as u64;
    for (row, done) in table.rows().zip(1_u64..) {
        tick(report, done, total)?;
        if mapping.header.is_some_and(|header| row.line() <= header) {
            continue;
        }
        if edits.left_out.contains(&row.line()) {
            import.left_out += 1;
            continue;
        }
        match judge.judge(row, &mut import.doubts) {
            Outcome::Person(mut person) => match places.get(&person.userid) {
                None => {
                    places.insert(person.userid.clone(), import.people.len());
                    import.people.push(person);
                }
                Some(at) => {
                    let Some(kept) = import.people.get_mut(*at) else { continue };
                    if mapping.keep == Keep::Last {
                        std::mem::swap(kept, &mut person);
                    }
                    import.duplicates.push(Duplicate {
                        line: person.line,
                        kept_line: kept.line,
                        same_values: person.values == kept.values,
                        userid: person.userid,
                        name: person.name,
                    });
                }
            },
            Outcome::Bad(bad) => import.bad.push(bad),
            Outcome::Ambiguous(row) => import.ambiguous.push(row),
        }
    }
    if mapping.keep == Keep::Last {
        let kept: HashMap<&str, u32> =
            import.people.iter().map(|person| (person.userid.as_str(), person.line)).collect();
        for duplicate in &mut import.duplicates {
            duplicate.kept_line = kept.get(duplicate.userid.as_str()).copied().unwrap_or(duplicate.kept_line);
        }
    }
    Ok(import)
}
