//! A pasted list of ids: which ones the directory knows, and each one that it does not, to be kept or left out.
//! Knows the directory, draws nothing.

use std::collections::HashSet;

use super::{loaded::Loaded, request::IdKind};
use crate::{
    compose::{PersonRef, notice::DepartmentRef},
    directory::ids::split_ids,
};

/// What the pasted ids are ids of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum Of {
    /// People: userId or unionId, as the request says.
    #[default]
    People,
    /// Departments: `dept_id`.
    Departments,
}

/// A pasted list.
#[derive(Debug, Default)]
pub struct Paste {
    /// What was pasted or typed.
    pub text: String,
    /// What they are ids of.
    pub of: Of,
    left_out: HashSet<String>,
    sorted: Sorted,
    sorted_for: Option<(String, Of, u64)>,
}

/// The ids, sorted by whether they are known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sorted {
    /// People who were found, each once, in the order of the list.
    pub people: Vec<PersonRef>,
    /// Departments that were found.
    pub departments: Vec<DepartmentRef>,
    /// Ids that nobody has, each once, in the order of the list.
    pub unknown: Vec<String>,
    /// How many ids stood in the list before.
    pub repeated: usize,
}

impl Paste {
    /// Sorts the text, if it or the directory changed since the last call.
    pub fn sort(&mut self, loaded: Option<&Loaded>, kind: IdKind) -> &Sorted {
        let generation = loaded.map_or(0, |loaded| loaded.generation);
        let same = self
            .sorted_for
            .as_ref()
            .is_some_and(|(text, of, seen)| *text == self.text && *of == self.of && *seen == generation);
        if !same {
            self.sorted = sorted(&self.text, self.of, loaded, kind);
            self.sorted_for = Some((self.text.clone(), self.of, generation));
        }
        &self.sorted
    }

    /// What [`Self::sort`] found last.
    pub fn sorted(&self) -> &Sorted {
        &self.sorted
    }

    /// Whether an unknown id is left out.
    pub fn is_left_out(&self, id: &str) -> bool {
        self.left_out.contains(id)
    }

    /// Keeps an unknown id, or leaves it out.
    pub fn leave_out(&mut self, id: &str, out: bool) {
        if out {
            self.left_out.insert(id.to_owned());
        } else {
            self.left_out.remove(id);
        }
    }

    /// Keeps all unknown ids, or leaves all of them out.
    pub fn leave_all_out(&mut self, out: bool) {
        self.left_out = if out { self.sorted.unknown.iter().cloned().collect() } else { HashSet::new() };
    }

    /// The people to add: those found and the unknown ones that are kept.
    pub fn people(&self) -> Vec<PersonRef> {
        if self.of == Of::Departments {
            return Vec::new();
        }
        let kept = self.kept().map(|id| PersonRef { id: id.clone(), name: String::new() });
        self.sorted.people.iter().cloned().chain(kept).collect()
    }

    /// The departments to add: those found and the unknown ones that are kept.
    pub fn departments(&self) -> Vec<DepartmentRef> {
        if self.of == Of::People {
            return Vec::new();
        }
        let kept = self.kept().map(|id| DepartmentRef { id: id.clone(), ..DepartmentRef::default() });
        self.sorted.departments.iter().cloned().chain(kept).collect()
    }

    /// How many entries would be added.
    pub fn count(&self) -> usize {
        let found = match self.of {
            Of::People => self.sorted.people.len(),
            Of::Departments => self.sorted.departments.len(),
        };
        found + self.kept().count()
    }

    fn kept(&self) -> impl Iterator<Item = &String> {
        self.sorted.unknown.iter().filter(|id| !self.left_out.contains(*id))
    }
}

fn sorted(text: &str, of: Of, loaded: Option<&Loaded>, kind: IdKind) -> Sorted {
    let mut sorted = Sorted::default();
    let mut seen = HashSet::new();
    for id in split_ids(text) {
        if seen.contains(&id) {
            sorted.repeated += 1;
            continue;
        }
        match of {
            Of::People => match loaded.and_then(|loaded| Some((loaded, loaded.person_by_id(kind, &id)?))) {
                Some((loaded, index)) => sorted.people.push(loaded.person_ref(kind, index)),
                None => sorted.unknown.push(id.clone()),
            },
            Of::Departments => match loaded.and_then(|loaded| Some((loaded, loaded.department_by_id(&id)?))) {
                Some((loaded, index)) => sorted.departments.push(loaded.department_ref(index)),
                None => sorted.unknown.push(id.clone()),
            },
        }
        seen.insert(id);
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Department, DirectoryBuilder, Person};

    fn loaded() -> Loaded {
        let mut builder = DirectoryBuilder::new();
        builder.department(Department { id: 100, name: "市场部".into(), parent: None, member_count: Some(2) });
        for (userid, name) in [("zhangsan", "张三"), ("lisi", "李四")] {
            let person = Person {
                userid: userid.into(),
                unionid: format!("u-{userid}"),
                name: name.into(),
                ..Person::default()
            };
            builder.member(100, &person);
        }
        Loaded::new(builder.build(), None, 1)
    }

    #[test]
    fn each_unknown_id_is_named_and_kept_until_it_is_left_out() {
        let loaded = loaded();
        let mut paste = Paste { text: "lisi, nobody\nzhangsan；lisi、ghost".into(), ..Paste::default() };
        let found = paste.sort(Some(&loaded), IdKind::UserId);
        assert_eq!(found.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["李四", "张三"]);
        assert_eq!(found.unknown, ["nobody", "ghost"]);
        assert_eq!(found.repeated, 1);
        assert_eq!(paste.count(), 4);
        paste.leave_out("ghost", true);
        let ids: Vec<String> = paste.people().into_iter().map(|person| person.id).collect();
        assert_eq!(ids, ["lisi", "zhangsan", "nobody"]);
        paste.leave_all_out(true);
        assert_eq!(paste.count(), 2);
        paste.leave_all_out(false);
        assert_eq!(paste.count(), 4);
    }

    #[test]
    fn union_ids_and_departments_are_looked_up_where_they_are_asked_for() {
        let loaded = loaded();
        let mut paste = Paste { text: "u-lisi lisi".into(), ..Paste::default() };
        let found = paste.sort(Some(&loaded), IdKind::UnionId);
        assert_eq!((found.people[0].id.as_str(), found.people[0].name.as_str()), ("u-lisi", "李四"));
        assert_eq!(found.unknown, ["lisi"]);
        let mut paste = Paste { text: "100，200".into(), of: Of::Departments, ..Paste::default() };
        let found = paste.sort(Some(&loaded), IdKind::UserId);
        assert_eq!((found.departments[0].name.as_str(), found.departments[0].people), ("市场部", Some(2)));
        assert_eq!(found.unknown, ["200"]);
        assert!(paste.people().is_empty());
        assert_eq!(paste.departments().len(), 2);
    }

    #[test]
    fn without_a_directory_every_id_is_unknown_and_kept() {
        let mut paste = Paste { text: "a b".into(), ..Paste::default() };
        assert_eq!(paste.sort(None, IdKind::UserId).unknown, ["a", "b"]);
        assert_eq!(paste.people().len(), 2);
    }
}
