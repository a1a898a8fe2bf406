//! An organisation ready to be shown and searched: the directory, its search index, and when it was read.

use std::collections::HashSet;

use jiff::Timestamp;

use super::request::{Chosen, IdKind};
use crate::{
    compose::{PersonRef, notice::DepartmentRef},
    directory::{Department, DepartmentIndex, Directory, PersonIndex, SearchIndex},
    ui::checking::People,
};

/// An organisation ready to be shown and searched. Read-only; share it in an `Arc`.
#[derive(Debug)]
pub struct Loaded {
    /// People and departments.
    pub directory: Directory,
    /// For searching.
    pub index: SearchIndex,
    /// When all of it was last read from the server; `None` while only parts were.
    pub read_at: Option<Timestamp>,
    /// Another number for every other content.
    pub generation: u64,
}

impl std::borrow::Borrow<Directory> for Loaded {
    fn borrow(&self) -> &Directory {
        &self.directory
    }
}

impl Loaded {
    /// Indexes a directory: takes a moment for 100,000 people, so not on the painting thread.
    pub fn new(directory: Directory, read_at: Option<Timestamp>, generation: u64) -> Self {
        let index = SearchIndex::build(&directory);
        Self { directory, index, read_at, generation }
    }

    /// The person of an id.
    pub fn person_by_id(&self, kind: IdKind, id: &str) -> Option<PersonIndex> {
        match kind {
            IdKind::UserId => self.directory.by_userid(id),
            IdKind::UnionId => self.directory.by_unionid(id),
        }
    }

    /// A person as drafts keep one. The id is empty where a unionid is asked for and the server told none.
    pub fn person_ref(&self, kind: IdKind, index: PersonIndex) -> PersonRef {
        let person = self.directory.person(index);
        let id = match kind {
            IdKind::UserId => person.userid,
            IdKind::UnionId => person.unionid,
        };
        PersonRef { id: id.to_owned(), name: person.name.to_owned() }
    }

    /// The name of the person of an id.
    pub fn person_name(&self, kind: IdKind, id: &str) -> Option<&str> {
        self.person_by_id(kind, id).map(|index| self.directory.person(index).name)
    }

    /// The department of an id as drafts keep it.
    pub fn department_by_id(&self, id: &str) -> Option<DepartmentIndex> {
        self.directory.by_department_id(id.trim().parse().ok()?)
    }

    /// A department as drafts keep one, with the number of people it reaches where that is known.
    pub fn department_ref(&self, index: DepartmentIndex) -> DepartmentRef {
        let department = self.directory.department(index);
        DepartmentRef {
            id: department.map(|one| one.id.to_string()).unwrap_or_default(),
            name: department.map(|one| one.name.clone()).unwrap_or_default(),
            people: self.directory.reach(index),
        }
    }

    /// Fills in names and sizes that were not known when something was chosen.
    pub fn complete(&self, kind: IdKind, chosen: &mut Chosen) {
        for person in chosen.people.iter_mut().filter(|person| person.name.is_empty()) {
            if let Some(name) = self.person_name(kind, &person.id) {
                name.clone_into(&mut person.name);
            }
        }
        for department in &mut chosen.departments {
            if let Some(known) = self.department_by_id(&department.id).map(|index| self.department_ref(index)) {
                if department.name.is_empty() {
                    department.name = known.name;
                }
                department.people = known.people.or(department.people);
            }
        }
    }

    /// A department's data.
    pub fn department(&self, index: DepartmentIndex) -> Option<&Department> {
        self.directory.department(index)
    }

    /// All people of a department and below, each once, in the order of the tree.
    pub fn people_below(&self, department: DepartmentIndex) -> Vec<PersonIndex> {
        let mut seen = HashSet::new();
        self.directory
            .below(department)
            .into_iter()
            .flat_map(|one| self.directory.members(one).iter())
            .filter(|person| seen.insert(*person))
            .collect()
    }

    /// The chosen department that a person belongs to, itself or through one above.
    pub fn covered_by(&self, person: PersonIndex, is_chosen: impl Fn(&str) -> bool) -> Option<&str> {
        self.directory.departments_of(person).find_map(|home| {
            let mut at = Some(home);
            while let Some(one) = at {
                let department = self.directory.department(one)?;
                if is_chosen(&department.id.to_string()) {
                    return Some(department.name.as_str());
                }
                at = self.directory.parent(one);
            }
            None
        })
    }
}

impl People for Loaded {
    fn reached(&self, users: &[&str], departments: &[&str]) -> Option<u64> {
        let mut reached = vec![false; self.directory.people_count()];
        let mut count = 0_u64;
        let mut mark = |person: PersonIndex| {
            if let Some(seen) = reached.get_mut(person.0 as usize)
                && !*seen
            {
                *seen = true;
                count += 1;
            }
        };
        let mut departments_below = HashSet::new();
        for id in departments {
            for department in self.directory.below(self.department_by_id(id)?) {
                if !departments_below.insert(department) {
                    continue;
                }
                let coverage = self.directory.coverage(department);
                if !(coverage.children && coverage.members) {
                    return None;
                }
                self.directory.members(department).iter().for_each(&mut mark);
            }
        }
        let mut strangers: HashSet<&str> = HashSet::new();
        for id in users.iter().filter(|id| !id.is_empty()) {
            match self.directory.by_userid(id) {
                Some(person) => mark(person),
                None => {
                    strangers.insert(id);
                }
            }
        }
        Some(count + strangers.len() as u64)
    }

    fn in_department(&self, department: &str) -> Option<u64> {
        self.directory.reach(self.department_by_id(department)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{DirectoryBuilder, Person};

    fn loaded(complete: bool) -> Loaded {
        let mut builder = DirectoryBuilder::new();
        for (id, name, parent) in [(1, "公司", None), (10, "研发", Some(1)), (11, "前端", Some(10))] {
            builder.department(Department { id, name: name.into(), parent, member_count: None });
            if complete {
                builder.children_are_complete(id);
                builder.members_are_complete(id);
            }
        }
        for (department, userid) in [(10, "a"), (11, "b"), (11, "c"), (10, "c"), (1, "d")] {
            let person = Person { userid: userid.into(), name: userid.to_uppercase(), ..Person::default() };
            builder.member(department, &person);
        }
        Loaded::new(builder.build(), None, 1)
    }

    #[test]
    fn everyone_is_counted_once_whatever_way_they_are_reached() {
        let loaded = loaded(true);
        assert_eq!(loaded.reached(&["a", "d", "stranger", "stranger", ""], &["10", "11"]), Some(5));
        assert_eq!(loaded.reached(&[], &["1"]), Some(4));
        assert_eq!(loaded.reached(&[], &["999"]), None, "an unknown department");
        assert_eq!(loaded.in_department("10"), Some(3));
        assert_eq!(loaded.in_department("x"), None);
        let people = loaded.people_below(loaded.department_by_id("10").unwrap());
        assert_eq!(people.len(), 3);
    }

    #[test]
    fn a_part_that_was_not_read_makes_the_count_unknown() {
        let loaded = loaded(false);
        assert_eq!(loaded.reached(&["a"], &["10"]), None);
        assert_eq!(loaded.reached(&["a", "b"], &[]), Some(2));
    }

    #[test]
    fn a_person_in_a_chosen_department_is_said_to_be() {
        let loaded = loaded(true);
        let person = loaded.person_by_id(IdKind::UserId, "b").unwrap();
        assert_eq!(loaded.covered_by(person, |id| id == "10"), Some("研发"));
        assert_eq!(loaded.covered_by(person, |id| id == "99"), None);
        assert_eq!(loaded.person_name(IdKind::UserId, "b"), Some("B"));
        assert_eq!(loaded.person_by_id(IdKind::UnionId, "b"), None);
    }
}
