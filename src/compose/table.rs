//! Editing the table of private values without losing what belongs to a person.

use std::{collections::HashMap, sync::Arc};

use super::{
    PersonRef,
    card::{CardDraft, PrivateColumn, PrivateRow, PrivateTable, ValueKind},
    card_write::PRIVATE,
    encode::text_kind,
    paste::Grid,
    pointer,
};

impl PrivateTable {
    /// Adds people who have no row yet; returns how many were added.
    pub fn add_people(&mut self, people: impl IntoIterator<Item = PersonRef>) -> usize {
        let mut known: std::collections::HashSet<String> = self.rows.iter().map(|row| row.person.id.clone()).collect();
        let before = self.rows.len();
        for person in people {
            if known.insert(person.id.clone()) {
                self.rows.push(PrivateRow { person, cells: vec![None; self.columns.len()].into() });
            }
        }
        self.rows.len() - before
    }

    /// Adds a column without values.
    pub fn add_column(&mut self, key: impl Into<String>, kind: ValueKind) {
        self.columns.push(PrivateColumn { key: key.into(), kind });
        for row in &mut self.rows {
            row.cells.resize(self.columns.len(), None);
        }
    }

    /// Takes a column out with its values.
    pub fn remove_column(&mut self, at: usize) {
        if at < self.columns.len() {
            self.columns.remove(at);
            for row in &mut self.rows {
                if at < row.cells.len() {
                    row.cells.remove(at);
                }
            }
        }
    }

    /// Moves a column with its values.
    pub fn move_column(&mut self, from: usize, to: usize) {
        if from < self.columns.len() && to < self.columns.len() {
            let column = self.columns.remove(from);
            self.columns.insert(to, column);
            for row in &mut self.rows {
                if from < row.cells.len() && to < row.cells.len() {
                    let cell = row.cells.remove(from);
                    row.cells.insert(to, cell);
                }
            }
        }
    }

    /// Sets a cell; `None` makes it fall back to the public value. Out of the table nothing happens.
    pub fn set(&mut self, row: usize, column: usize, value: Option<String>) {
        if let Some(cell) = self.rows.get_mut(row).and_then(|row| row.cells.get_mut(column)) {
            *cell = value;
        }
    }

    /// Takes over a pasted table: missing columns and people are added, cells with a value replace what was there, cells
    /// without one leave it. `names` gives the name of an id where it is known. Returns how many people were added and
    /// how many got new values.
    pub fn merge(&mut self, grid: &Grid, names: impl Fn(&str) -> Option<String>) -> (usize, usize) {
        let targets: Vec<usize> = grid
            .columns
            .iter()
            .enumerate()
            .map(|(at, key)| {
                self.columns.iter().position(|column| column.key == *key).unwrap_or_else(|| {
                    let lines = grid.rows.iter().any(|row| {
                        row.cells
                            .get(at)
                            .and_then(Option::as_ref)
                            .is_some_and(|cell| text_kind(cell) == ValueKind::Markdown)
                    });
                    self.add_column(key, if lines { ValueKind::Markdown } else { ValueKind::Text });
                    self.columns.len() - 1
                })
            })
            .collect();
        let mut rows: HashMap<String, usize> = HashMap::with_capacity(self.rows.len());
        for (at, row) in self.rows.iter().enumerate() {
            rows.entry(row.person.id.clone()).or_insert(at);
        }
        let (mut added, mut changed) = (0, 0);
        for row in &grid.rows {
            let at = *rows.entry(row.id.clone()).or_insert_with(|| {
                added += 1;
                let person = PersonRef { id: row.id.clone(), name: names(&row.id).unwrap_or_default() };
                self.rows.push(PrivateRow { person, cells: vec![None; self.columns.len()].into() });
                self.rows.len() - 1
            });
            let mut any = false;
            for (cell, target) in row.cells.iter().zip(&targets) {
                if cell.is_some() {
                    any = true;
                    self.set(at, *target, cell.clone());
                }
            }
            changed += usize::from(any);
        }
        (added, changed)
    }
}

impl CardDraft {
    /// Gives a row of the private table to another person, with everything kept for them.
    pub fn change_private_person(&mut self, row: usize, person: PersonRef) {
        let table = Arc::make_mut(&mut self.private);
        if let Some(row) = table.rows.get_mut(row) {
            if row.person.id != person.id {
                let (from, to) = (pointer::join(PRIVATE, &row.person.id), pointer::join(PRIVATE, &person.id));
                self.kept.move_inside(&from, &to);
            }
            row.person = person;
        }
    }

    /// Takes rows out of the private table, with everything kept for these people. `remove` says which rows go.
    pub fn remove_private_rows(&mut self, remove: impl Fn(usize, &PrivateRow) -> bool) {
        let table = Arc::make_mut(&mut self.private);
        let mut at = 0;
        let kept = &mut self.kept;
        table.rows.retain(|row| {
            let gone = remove(at, row);
            at += 1;
            if gone && !kept.is_empty() {
                kept.drop_inside(&pointer::join(PRIVATE, &row.person.id));
            }
            !gone
        });
    }
}
