//! Figures about departments that are asked for in every frame and take a while to count: counted once per directory.

use std::{collections::HashMap, rc::Rc};

use super::{choice::Choice, loaded::Loaded, request::IdKind};
use crate::directory::{DepartmentIndex, PersonIndex};

/// What stands above the members of a department.
#[derive(Debug, Default)]
pub struct Head {
    /// The direct members.
    pub direct: Vec<PersonIndex>,
    /// How many people are in it and below, each once.
    pub below: usize,
    /// Whether all of it was read.
    pub complete: bool,
    /// Whether all direct members are chosen.
    pub all_chosen: bool,
}

/// The figures counted so far.
#[derive(Default)]
pub struct Facts {
    generation: u64,
    reach: HashMap<DepartmentIndex, Option<u64>>,
    head: Option<(DepartmentIndex, u64, Rc<Head>)>,
}

impl Facts {
    fn of(&mut self, loaded: &Loaded) -> &mut Self {
        if self.generation != loaded.generation {
            *self = Self { generation: loaded.generation, ..Self::default() };
        }
        self
    }

    /// How many people a message to a department reaches.
    pub fn reach(&mut self, loaded: &Loaded, department: DepartmentIndex) -> Option<u64> {
        *self.of(loaded).reach.entry(department).or_insert_with(|| loaded.directory.reach(department))
    }

    /// What stands above the members of a department.
    pub fn head(&mut self, loaded: &Loaded, department: DepartmentIndex, choice: &Choice, kind: IdKind) -> Rc<Head> {
        let slot = &mut self.of(loaded).head;
        let known = slot.as_ref().filter(|(of, ..)| *of == department);
        if let Some((_, revision, head)) = known
            && *revision == choice.revision()
        {
            return Rc::clone(head);
        }
        let head = if let Some((_, _, old)) = known {
            // Only the choice changed: counting everyone below again would be felt at the top of a large organisation.
            Head { direct: old.direct.clone(), below: old.below, complete: old.complete, ..Head::default() }
        } else {
            let (below, complete) = loaded.directory.count_below(department);
            let direct = loaded.directory.members(department).iter().collect();
            Head { direct, below, complete, ..Head::default() }
        };
        let chosen = |person: &PersonIndex| choice.has_person(&loaded.person_ref(kind, *person).id);
        let head = Rc::new(Head { all_chosen: head.direct.iter().all(chosen), ..head });
        *slot = Some((department, choice.revision(), Rc::clone(&head)));
        head
    }
}
