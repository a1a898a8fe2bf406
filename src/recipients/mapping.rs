//! Which row is the header, which column tells the person, which is a variable.

use super::{ListError, Table, guess};

/// What a column can tell about a person, strongest first: the first one that is filled in decides who is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Key {
    /// `userid`.
    UserId,
    /// `unionid`.
    UnionId,
    /// Mobile number, looked up by a call.
    Mobile,
    /// Job number.
    JobNumber,
    /// Name.
    Name,
    /// Department: tells people of one name apart.
    Department,
}

impl Key {
    /// All, strongest first.
    pub const ALL: [Self; 6] =
        [Self::UserId, Self::UnionId, Self::Mobile, Self::JobNumber, Self::Name, Self::Department];

    /// The locale key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::UserId => "list.key.userid",
            Self::UnionId => "list.key.unionid",
            Self::Mobile => "list.key.mobile",
            Self::JobNumber => "list.key.job_number",
            Self::Name => "list.key.name",
            Self::Department => "list.key.department",
        }
    }
}

/// What a column is used for; one may tell the person and be a variable as well.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ColumnUse {
    /// What it tells about the person.
    pub key: Option<Key>,
    /// The variable that gets its cells: `name` of `${name}`.
    pub variable: Option<String>,
}

/// Which row counts when a person stands in the list more than once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum Keep {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
}

/// How a table is understood.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mapping {
    /// Line of the header row; `None` when there is none. Rows above it are left out.
    pub header: Option<u32>,
    /// What each column is used for.
    pub columns: Vec<ColumnUse>,
    /// Which row of a person counts.
    pub keep: Keep,
}

/// How many rows a header is looked for in: titles stand above it.
const HEADER_ROWS: usize = 10;
/// How many rows a column's content is judged by.
const JUDGED_ROWS: usize = 200;

impl Mapping {
    /// Header row and columns as they are recognised.
    pub fn detect(table: &Table) -> Self {
        let known = |row: &super::TableRow<'_>| row.cells().filter(|cell| guess::key_of(cell).is_some()).count();
        let best = table.rows().take(HEADER_ROWS).enumerate().max_by_key(|(at, row)| (known(row), usize::MAX - at));
        let header = best.filter(|(_, row)| known(row) > 0).map(|(_, row)| row.line());
        Self::with_header(table, header.or_else(|| unknown_header(table)))
    }

    /// Columns as they are recognised under a header row of the person's choice.
    pub fn with_header(table: &Table, header: Option<u32>) -> Self {
        let row = header.and_then(|line| table.row_of_line(line));
        let mut taken = Vec::new();
        let mut named: Vec<String> = Vec::new();
        let mut columns: Vec<ColumnUse> = (0..table.width())
            .map(|column| {
                let name = row.map_or("", |row| row.get(column)).trim();
                // Two columns of one meaning: the first counts, the other is a variable.
                match guess::key_of(name).filter(|key| !taken.contains(key)) {
                    Some(key) => {
                        taken.push(key);
                        ColumnUse { key: Some(key), variable: None }
                    }
                    None => ColumnUse { key: None, variable: variable_of(name).map(|name| free(&mut named, &name)) },
                }
            })
            .collect();
        if !taken.iter().any(|key| *key != Key::Department)
            && let Some((column, key)) = by_content(table, header)
            && let Some(column) = columns.get_mut(column)
        {
            *column = ColumnUse { key: Some(key), variable: None };
        }
        Self { header, columns, keep: Keep::default() }
    }

    /// As the command line takes a list: `userid` is the person, everything else with a header a variable.
    pub(super) fn of_command_line(table: &Table) -> Result<Self, ListError> {
        let mut mapping = Self::detect(table);
        let header = mapping.header.and_then(|line| table.row_of_line(line));
        let names: Vec<String> =
            (0..table.width()).map(|column| header.map_or("", |row| row.get(column)).to_owned()).collect();
        if header.is_none() {
            const SHOWN: usize = 6;
            let first = table.row(0).into_iter().flat_map(|row| row.cells().take(SHOWN).map(str::to_owned));
            return Err(ListError::NoHeader(first.collect()));
        }
        let mut ids = names.iter().filter(|name| guess::key_of(name) == Some(Key::UserId));
        if let (Some(one), Some(other)) = (ids.next(), ids.next()) {
            return Err(ListError::TwoUserIds(one.clone(), other.clone()));
        }
        if !mapping.columns.iter().any(|column| column.key == Some(Key::UserId)) {
            return Err(ListError::NoUserId(names.into_iter().filter(|name| !name.is_empty()).collect()));
        }
        let mut seen = std::collections::HashSet::new();
        for (column, name) in mapping.columns.iter_mut().zip(&names) {
            column.key = column.key.filter(|key| matches!(key, Key::UserId | Key::Name));
            if column.key != Some(Key::UserId) {
                column.variable = variable_of(name);
            }
            if let Some(variable) = &column.variable
                && !seen.insert(variable.clone())
            {
                return Err(ListError::TwoColumns(variable.clone()));
            }
        }
        Ok(mapping)
    }

    /// A column's header, or its letters where it has none.
    pub fn title(&self, table: &Table, column: usize) -> String {
        let header = self.header.and_then(|line| table.row_of_line(line)).map_or("", |row| row.get(column));
        if header.is_empty() { letters(column) } else { header.to_owned() }
    }

    /// The column that tells something about the person.
    pub fn column_of(&self, key: Key) -> Option<usize> {
        self.columns.iter().position(|column| column.key == Some(key))
    }

    /// The variables, in the order of the columns, each once.
    pub fn variables(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for name in self.columns.iter().filter_map(|column| column.variable.as_ref()) {
            if !found.contains(name) {
                found.push(name.clone());
            }
        }
        found
    }
}

/// The variable that a header names: `${amount}` and `amount` are the same; none for a column without a header and for
/// the columns that a saved list of bad rows has more.
fn variable_of(header: &str) -> Option<String> {
    let header = header.trim();
    let name = header.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(header).trim();
    (!name.is_empty() && !super::saved::is_own_column(name)).then(|| name.to_owned())
}

/// A name that no column before has: `amount`, `amount_2`, …
fn free(taken: &mut Vec<String>, name: &str) -> String {
    let mut found = name.to_owned();
    let mut number = 2;
    while taken.contains(&found) {
        found = format!("{name}_{number}");
        number += 1;
    }
    taken.push(found.clone());
    found
}

/// A column's letters in a spreadsheet: A, B, … Z, AA, …
pub fn letters(column: usize) -> String {
    let (mut rest, mut found) = (column, Vec::new());
    loop {
        found.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        match (rest / 26).checked_sub(1) {
            Some(more) => rest = more,
            None => break,
        }
    }
    found.into_iter().rev().collect()
}

/// A header without any known word: the first row, when none of its cells looks like content and the rows below do.
fn unknown_header(table: &Table) -> Option<u32> {
    let first = table.row(0)?;
    let title = |cell: &str| {
        !cell.is_empty() && guess::mobile(cell).is_none() && !cell.bytes().any(|byte| byte.is_ascii_digit())
    };
    let below =
        table.rows().skip(1).take(JUDGED_ROWS).any(|row| row.cells().any(|cell| !cell.is_empty() && !title(cell)));
    (first.len() > 1 && first.cells().all(title) && below).then(|| first.line())
}

/// The column whose cells look like what tells a person.
fn by_content(table: &Table, header: Option<u32>) -> Option<(usize, Key)> {
    let rows = || table.rows().filter(|row| header.is_none_or(|line| row.line() > line)).take(JUDGED_ROWS);
    let all = rows().count();
    let most = |column: usize, fits: fn(&str) -> bool| {
        let fitting = rows().filter(|row| fits(row.get(column))).count();
        all > 0 && fitting * 10 >= all * 8
    };
    let columns = 0..table.width();
    let id = |cell: &str| cell.is_ascii() && guess::is_userid(cell);
    let name = |cell: &str| {
        (2..=5).contains(&cell.chars().count()) && cell.chars().all(|c| !c.is_ascii() && c.is_alphabetic())
    };
    let find = |fits: fn(&str) -> bool| columns.clone().find(|column| most(*column, fits));
    find(|cell| guess::mobile(cell).is_some())
        .map(|column| (column, Key::Mobile))
        .or_else(|| find(id).filter(|column| *column == 0).map(|column| (column, Key::UserId)))
        .or_else(|| find(name).map(|column| (column, Key::Name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipients::{ReadOptions, no_tick, read};

    fn mapping(text: &str) -> (Mapping, Table) {
        let table = read(text.as_bytes(), "", &ReadOptions::default(), &no_tick).unwrap().table;
        (Mapping::detect(&table), table)
    }

    fn uses(mapping: &Mapping) -> Vec<(Option<Key>, Option<&str>)> {
        mapping.columns.iter().map(|column| (column.key, column.variable.as_deref())).collect()
    }

    #[test]
    fn the_header_is_found_below_a_title_and_its_columns_are_known() {
        let (found, _) = mapping("2026年6月名单,,,\n工号,姓名,${amount},说明\nA1,陈小明,100,x\n");
        assert_eq!(found.header, Some(2));
        assert_eq!(
            uses(&found),
            [(Some(Key::JobNumber), None), (Some(Key::Name), None), (None, Some("amount")), (None, Some("说明"))]
        );
    }

    #[test]
    fn without_a_header_the_cells_decide() {
        let (found, table) = mapping("u001\nu002\nu003\n");
        assert_eq!((found.header, uses(&found)), (None, vec![(Some(Key::UserId), None)]));
        assert_eq!(found.title(&table, 0), "A");
        let (found, _) = mapping("x,13800138000\ny,13800138001\n");
        assert_eq!(found.column_of(Key::Mobile), Some(1));
        let (found, _) = mapping("陈小明,100\n王伟,200\n");
        assert_eq!(found.column_of(Key::Name), Some(0));
        let (found, _) = mapping("userid,a,a,a\nu1,1,2,3\n");
        assert_eq!(found.variables(), ["a", "a_2", "a_3"], "no column is lost");
        let (found, _) = mapping("who,amount\nu1,3\n");
        assert_eq!((found.header, found.column_of(Key::UserId)), (Some(1), Some(0)));
        assert_eq!([letters(0), letters(25), letters(26), letters(701), letters(702)], ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
