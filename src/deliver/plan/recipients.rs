//! Who shall get it: a list, the draft's own people, and the members of departments as far as they are known.

use std::collections::{HashMap, HashSet};

use crate::{
    compose::{Draft, PersonRef, card::PrivateRow, notice::DepartmentRef, personal::PeopleTable},
    directory::model::Directory,
};

/// Who shall get it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recipients {
    /// The people with their values.
    pub table: PeopleTable,
    /// Departments whose members are not all known; they can only go as departments.
    pub departments: Vec<DepartmentRef>,
}

impl Recipients {
    /// The person of a row of the table.
    pub fn person(&self, row: u32) -> Option<&PersonRef> {
        self.table.rows.get(row as usize).map(|row| &row.person)
    }
}

/// The recipients of a delivery: the people of a list where there is one, else those of the draft itself with the members
/// of its departments, each once, as far as the directory knows them.
pub fn recipients(draft: &Draft, list: Option<&PeopleTable>, directory: Option<&Directory>) -> Recipients {
    if let Some(list) = list {
        return Recipients { table: list.clone(), departments: Vec::new() };
    }
    let row = |person: &PersonRef| PrivateRow { person: person.clone(), cells: Vec::new().into() };
    let mut recipients = Recipients::default();
    match draft {
        Draft::Card(card) => recipients.table.rows = card.who().into_iter().map(row).collect(),
        Draft::Notice(notice) => {
            // Values of their own that the draft keeps, for whoever has some.
            let values: HashMap<&str, &PrivateRow> =
                notice.values.rows.iter().map(|row| (row.person.id.as_str(), row)).collect();
            recipients.table.columns.clone_from(&notice.values.columns);
            recipients.table.rows = notice
                .users
                .iter()
                .map(|person| match values.get(person.id.as_str()) {
                    Some(known) => PrivateRow { person: person.clone(), cells: known.cells.clone() },
                    None => row(person),
                })
                .collect();
            let mut seen: HashSet<String> = notice.users.iter().map(|person| person.id.clone()).collect();
            for department in &notice.departments {
                match directory.and_then(|directory| members(directory, &department.id)) {
                    Some(people) => recipients.table.rows.extend(
                        people
                            .into_iter()
                            .filter(|person| seen.insert(person.id.clone()))
                            .map(|person| PrivateRow { person, cells: Vec::new().into() }),
                    ),
                    None => recipients.departments.push(department.clone()),
                }
            }
        }
    }
    recipients
}

/// Everybody in a department and below it; `None` when the directory does not know all of them.
fn members(directory: &Directory, id: &str) -> Option<Vec<PersonRef>> {
    let top = directory.by_department_id(id.parse().ok()?)?;
    // The server's own count is no list: only what was loaded whole names everybody.
    if !directory.count_below(top).1 {
        return None;
    }
    let mut seen = HashSet::new();
    let mut people = Vec::new();
    for department in directory.below(top) {
        for person in directory.members(department).iter().filter(|person| seen.insert(*person)) {
            let view = directory.person(person);
            people.push(PersonRef { id: view.userid.to_owned(), name: view.name.to_owned() });
        }
    }
    Some(people)
}
