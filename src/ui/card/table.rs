//! What the screen adds to [`PrivateTable`]: cells by place, writing without a needless copy, a pasted block of cells, and
//! finding people. Pure.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::compose::{
    CardDraft, PersonRef,
    card::{PrivateTable, ValueKind},
    paste::Grid,
};

/// JSON pointer of `privateData`.
pub const PRIVATE: &str = "/privateData";

/// A place in the table: a row, and a column; column `None` is the person's id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Place {
    /// Row, from 0.
    pub row: usize,
    /// Column, from 0; `None` is the column of people.
    pub column: Option<usize>,
}

/// What a paste did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pasted {
    /// Cells, or people with new values.
    pub changed: usize,
    /// People added.
    pub people: usize,
    /// Columns added.
    pub columns: usize,
}

/// Writes a cell; `None` falls back to the public value. Gives whether anything changed: an unchanged cell does not copy
/// a table that undo still holds.
pub fn set_cell(table: &mut Arc<PrivateTable>, row: usize, column: usize, value: Option<String>) -> bool {
    let same = table.rows.get(row).and_then(|row| row.cells.get(column)).is_none_or(|cell| *cell == value);
    if !same {
        Arc::make_mut(table).set(row, column, value);
    }
    !same
}

/// The text of a cell.
pub fn cell(table: &PrivateTable, row: usize, column: usize) -> Option<&str> {
    table.rows.get(row)?.cells.get(column)?.as_deref()
}

/// Gives a row another id; the name of the old one does not stay.
pub fn set_id(draft: &mut CardDraft, row: usize, id: &str) {
    if draft.private.rows.get(row).is_some_and(|row| row.person.id != id) {
        draft.change_private_person(row, PersonRef { id: id.to_owned(), name: String::new() });
    }
}

/// A free name for a new column: `name`, `name2`, …
pub fn free_key(table: &PrivateTable, wish: &str) -> String {
    let taken: HashSet<&str> = table.columns.iter().map(|column| column.key.as_str()).collect();
    if !taken.contains(wish) {
        return wish.to_owned();
    }
    // One of so many numbers is free.
    let numbers = 2..taken.len() + 3;
    numbers.map(|number| format!("{wish}{number}")).find(|key| !taken.contains(key.as_str())).unwrap_or_default()
}

/// The kind of a new column: that of the public variable of the name.
pub fn kind_of_new(draft: &CardDraft, key: &str) -> Option<ValueKind> {
    draft.params.iter().find(|row| row.key == key).map(|row| row.kind)
}

/// Writes a block of texts from a place on. `rows` are the rows of the table in the order shown (a search hides some);
/// behind the last one people are added when the block begins in the column of people. An empty text falls back to the
/// public value.
pub fn paste_block(draft: &mut CardDraft, at: Place, rows: &[usize], block: &[Vec<String>]) -> Pasted {
    let mut done = Pasted::default();
    let Some(start) = rows.iter().position(|row| *row == at.row).or_else(|| rows.is_empty().then_some(0)) else {
        return done;
    };
    let width = block.iter().map(Vec::len).max().unwrap_or_default();
    let first_column = at.column.unwrap_or_default();
    let needed = first_column + width.saturating_sub(usize::from(at.column.is_none()));
    while draft.private.columns.len() < needed {
        let key = free_key(&draft.private, &format!("column{}", draft.private.columns.len() + 1));
        Arc::make_mut(&mut draft.private).add_column(key, ValueKind::Text);
        done.columns += 1;
    }
    let mut known: HashSet<String> = draft.private.rows.iter().map(|row| row.person.id.clone()).collect();
    for (offset, texts) in block.iter().enumerate() {
        let row = match rows.get(start + offset) {
            Some(row) => *row,
            None if at.column.is_none() => {
                let id = texts.first().map(|id| id.trim()).unwrap_or_default();
                if id.is_empty() || !known.insert(id.to_owned()) {
                    continue;
                }
                let table = Arc::make_mut(&mut draft.private);
                let cells = vec![None; table.columns.len()].into();
                let person = PersonRef { id: id.to_owned(), name: String::new() };
                table.rows.push(crate::compose::card::PrivateRow { person, cells });
                done.people += 1;
                draft.private.rows.len() - 1
            }
            None => break,
        };
        let mut texts = texts.iter();
        if at.column.is_none()
            && let Some(id) = texts.next()
        {
            set_id(draft, row, id.trim());
        }
        for (column, text) in (first_column..).zip(texts) {
            let value = (!text.is_empty()).then(|| text.clone());
            done.changed += usize::from(set_cell(&mut draft.private, row, column, value));
        }
    }
    done
}

/// Takes over a pasted sheet with headings; new columns get the kind of the public variable of their name.
pub fn merge_sheet(draft: &mut CardDraft, sheet: &Grid) -> Pasted {
    let before = draft.private.columns.len();
    let names: HashMap<String, String> = draft
        .receivers
        .iter()
        .filter(|person| !person.name.is_empty())
        .map(|person| (person.id.clone(), person.name.clone()))
        .collect();
    let (people, changed) = Arc::make_mut(&mut draft.private).merge(sheet, |id| names.get(id).cloned());
    for index in before..draft.private.columns.len() {
        let kind = draft.private.columns.get(index).and_then(|column| kind_of_new(draft, &column.key));
        if let Some(kind) = kind
            && let Some(column) = Arc::make_mut(&mut draft.private).columns.get_mut(index)
        {
            column.kind = kind;
        }
    }
    Pasted { changed, people, columns: draft.private.columns.len() - before }
}

/// The rows whose person matches a search: id or name contains it, without regard to case.
pub fn matching_rows(table: &PrivateTable, search: &str) -> Vec<usize> {
    let search = search.trim().to_lowercase();
    let hit = |text: &str| text.to_lowercase().contains(&search);
    let matches = |(index, row): (usize, &crate::compose::card::PrivateRow)| {
        (search.is_empty() || hit(&row.person.id) || hit(&row.person.name)).then_some(index)
    };
    table.rows.iter().enumerate().filter_map(matches).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{card::ParamRow, paste::private_grid};

    fn person(id: &str) -> PersonRef {
        PersonRef { id: id.to_owned(), name: String::new() }
    }

    fn draft(people: &[&str], columns: &[&str]) -> CardDraft {
        let mut draft = CardDraft::default();
        let table = Arc::make_mut(&mut draft.private);
        for key in columns {
            table.add_column(*key, ValueKind::Text);
        }
        table.add_people(people.iter().map(|id| person(id)));
        draft
    }

    fn cells(draft: &CardDraft) -> Vec<String> {
        draft
            .private
            .rows
            .iter()
            .map(|row| {
                let cells: Vec<&str> = row.cells.iter().map(|cell| cell.as_deref().unwrap_or("-")).collect();
                format!("{}: {}", row.person.id, cells.join(" "))
            })
            .collect()
    }

    fn block(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn an_unchanged_cell_does_not_copy_the_table() {
        let mut draft = draft(&["a", "b"], &["name"]);
        let before = Arc::clone(&draft.private);
        assert!(!set_cell(&mut draft.private, 0, 0, None) && !set_cell(&mut draft.private, 9, 9, None));
        assert!(Arc::ptr_eq(&before, &draft.private));
        assert!(set_cell(&mut draft.private, 1, 0, Some("x".into())));
        assert_eq!(cells(&draft), ["a: -", "b: x"]);
        assert_eq!(cell(&draft.private, 1, 0), Some("x"));
        assert_eq!(free_key(&draft.private, "name"), "name2");
    }

    #[test]
    fn a_block_fills_from_the_place_on_and_adds_people_only_below_their_column() {
        let mut draft = draft(&["a", "b"], &["x"]);
        let done = paste_block(&mut draft, Place { row: 1, column: Some(0) }, &[0, 1], &block("1\t2\n3\t4"));
        assert_eq!(cells(&draft), ["a: - -", "b: 1 2"], "no person is invented");
        assert_eq!(done, Pasted { changed: 2, people: 0, columns: 1 });
        let done = paste_block(&mut draft, Place { row: 1, column: None }, &[0, 1], &block("B\t5\t\nC\t6\t7\n\t8\n"));
        assert_eq!(cells(&draft), ["a: - -", "B: 5 -", "C: 6 7"], "a line without an id is left out");
        assert_eq!(done.people, 1);
    }

    #[test]
    fn a_block_goes_into_the_rows_that_a_search_left() {
        let mut draft = draft(&["a1", "b", "a2"], &["x"]);
        let shown = matching_rows(&draft.private, "A");
        assert_eq!(shown, [0, 2]);
        paste_block(&mut draft, Place { row: 0, column: Some(0) }, &shown, &block("1\n2"));
        assert_eq!(cells(&draft), ["a1: 1", "b: -", "a2: 2"]);
    }

    #[test]
    fn a_sheet_gives_new_columns_the_type_of_the_public_variable() {
        let mut draft = draft(&["u1"], &["name"]);
        draft.params.push(ParamRow { key: "count".into(), kind: ValueKind::Number, value: "1".into() });
        draft.receivers.push(PersonRef { id: "u2".into(), name: "李四".into() });
        let sheet = private_grid("userId\tcount\tname\nu2\t3\t李\nu1\t2\t张").unwrap();
        assert_eq!(merge_sheet(&mut draft, &sheet), Pasted { changed: 2, people: 1, columns: 1 });
        assert_eq!(cells(&draft), ["u1: 张 2", "u2: 李 3"]);
        assert_eq!(draft.private.columns[1].kind, ValueKind::Number);
        assert_eq!(draft.private.rows[1].person.name, "李四");
    }
}
