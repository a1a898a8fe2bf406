//! Puts an imported list into the draft it was imported for. Pure: changes the draft, nothing else.

use std::{collections::HashMap, sync::Arc};

use crate::{
    compose::{
        Draft, PersonRef,
        card::PrivateTable,
        paste::{Grid, GridRow},
    },
    recipients::Import,
};

/// A list that was imported.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What it gave.
    pub import: Arc<Import>,
    /// It replaces the people (and their values) that are there.
    pub replace: bool,
}

/// Puts the people into the draft: receivers and per-person values of a card, people and per-person values of a notice.
/// Gives how many people the draft has more, and how many were left out because they have no id of the kind the draft
/// takes.
pub fn apply(draft: &mut Draft, imported: &Imported, id_of: impl Fn(&str) -> Option<String>) -> (usize, usize) {
    let import = &imported.import;
    let mut left_out = 0;
    let mut grid = Grid { columns: import.variables.clone(), ..Grid::default() };
    let mut people = Vec::with_capacity(import.people.len());
    for person in &import.people {
        let Some(id) = id_of(&person.userid) else {
            left_out += 1;
            continue;
        };
        if !grid.columns.is_empty() {
            let cells = person.values.iter().map(|value| (!value.is_empty()).then(|| value.clone())).collect();
            grid.rows.push(GridRow { line: person.line as usize, id: id.clone(), cells });
        }
        people.push(PersonRef { id, name: person.name.clone() });
    }
    let names: HashMap<&str, &str> = people.iter().map(|person| (person.id.as_str(), person.name.as_str())).collect();
    let name = |id: &str| names.get(id).filter(|name| !name.is_empty()).map(|name| (*name).to_owned());
    let merge = |table: &mut Arc<PrivateTable>| {
        if imported.replace {
            *table = Arc::default();
        }
        if !grid.rows.is_empty() {
            Arc::make_mut(table).merge(&grid, name);
        }
    };
    let added = match draft {
        Draft::Card(card) => {
            merge(&mut card.private);
            let mut all = if imported.replace { Vec::new() } else { card.receivers.to_vec() };
            let added = add(&mut all, people.clone());
            card.receivers = all.into();
            added
        }
        Draft::Notice(notice) => {
            merge(&mut notice.values);
            if imported.replace {
                notice.users.clear();
                notice.departments.clear();
            }
            add(&mut notice.users, people.clone())
        }
    };
    (added, left_out)
}

/// Adds people who are not there yet; gives those who are there their name where it was not known.
fn add(all: &mut Vec<PersonRef>, people: Vec<PersonRef>) -> usize {
    let before = all.len();
    let mut places: HashMap<String, usize> = all.iter().enumerate().map(|(at, one)| (one.id.clone(), at)).collect();
    for person in people {
        match places.get(&person.id).and_then(|at| all.get_mut(*at)) {
            Some(known) if known.name.is_empty() => known.name = person.name,
            Some(_) => {}
            None => {
                places.insert(person.id.clone(), all.len());
                all.push(person);
            }
        }
    }
    all.len() - before
}
