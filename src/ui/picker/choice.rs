//! What is chosen while the picker is open: people and departments in the order they were chosen, each once, with steps
//! back. Pure: knows neither the directory nor the window.
use indexmap::IndexMap;

use super::request::{Chosen, PickerRequest};
use crate::compose::{PersonRef, notice::DepartmentRef};

type Map<V> = IndexMap<String, V>;

/// How many steps back are kept.
const STEPS: usize = 20;

/// What is chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    multiple: bool,
    with_departments: bool,
    before: Chosen,
    now: Lists,
    steps: Vec<Lists>,
    revision: u64,
}

#[derive(Clone, PartialEq, Debug, Default)]
struct Lists {
    people: Map<PersonRef>,
    departments: Map<DepartmentRef>,
}

impl Choice {
    /// What a request starts with.
    pub fn of(request: &PickerRequest) -> Self {
        let mut now = Lists::default();
        for person in &request.chosen.people {
            now.people.entry(person.id.clone()).or_insert_with(|| person.clone());
        }
        for department in &request.chosen.departments {
            now.departments.entry(department.id.clone()).or_insert_with(|| department.clone());
        }
        Self {
            multiple: request.multiple,
            with_departments: request.departments,
            before: request.chosen.clone(),
            now,
            steps: Vec::new(),
            revision: 0,
        }
    }

    /// Whether departments themselves can be chosen.
    pub fn with_departments(&self) -> bool {
        self.with_departments
    }

    /// Whether more than one person can be chosen.
    pub fn multiple(&self) -> bool {
        self.multiple
    }

    /// The people, in order.
    pub fn people(&self) -> impl ExactSizeIterator<Item = &PersonRef> {
        self.now.people.values()
    }

    /// The departments, in order.
    pub fn departments(&self) -> impl ExactSizeIterator<Item = &DepartmentRef> {
        self.now.departments.values()
    }

    /// Another number after every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        self.now.people.is_empty() && self.now.departments.is_empty()
    }

    /// Whether a person is chosen.
    pub fn has_person(&self, id: &str) -> bool {
        self.now.people.contains_key(id)
    }

    /// Whether a department is chosen.
    pub fn has_department(&self, id: &str) -> bool {
        self.now.departments.contains_key(id)
    }

    /// Chooses a person, or no longer. Where only one can be chosen, another one is replaced.
    pub fn toggle_person(&mut self, person: PersonRef) {
        self.step();
        if self.now.people.shift_remove(&person.id).is_none() {
            if !self.multiple {
                self.now = Lists::default();
            }
            self.now.people.insert(person.id.clone(), person);
        }
    }

    /// Chooses a department itself, or no longer.
    pub fn toggle_department(&mut self, department: DepartmentRef) {
        if !self.with_departments {
            return;
        }
        self.step();
        if self.now.departments.shift_remove(&department.id).is_none() {
            if !self.multiple {
                self.now = Lists::default();
            }
            self.now.departments.insert(department.id.clone(), department);
        }
    }

    /// Chooses several people; gives how many were not chosen before. One at most where only one can be.
    pub fn add_people(&mut self, people: impl IntoIterator<Item = PersonRef>) -> usize {
        self.step();
        let before = self.now.people.len();
        for person in people {
            if !self.multiple {
                self.now = Lists::default();
            }
            self.now.people.entry(person.id.clone()).or_insert(person);
        }
        let added = self.now.people.len().saturating_sub(before);
        self.forget_empty_step();
        added
    }

    /// Chooses several departments; gives how many were not chosen before.
    pub fn add_departments(&mut self, departments: impl IntoIterator<Item = DepartmentRef>) -> usize {
        if !self.with_departments {
            return 0;
        }
        self.step();
        let before = self.now.departments.len();
        for department in departments {
            self.now.departments.entry(department.id.clone()).or_insert(department);
        }
        let added = self.now.departments.len().saturating_sub(before);
        self.forget_empty_step();
        added
    }

    /// Chooses exactly these, as one step.
    pub fn replace(&mut self, chosen: Chosen) {
        self.step();
        self.now.people = chosen.people.into_iter().map(|person| (person.id.clone(), person)).collect();
        self.now.departments = chosen.departments.into_iter().map(|one| (one.id.clone(), one)).collect();
        self.forget_empty_step();
    }

    /// No longer chooses several people; gives how many were.
    pub fn remove_people<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) -> usize {
        self.step();
        let ids: std::collections::HashSet<&str> = ids.into_iter().collect();
        let before = self.now.people.len();
        self.now.people.retain(|id, _| !ids.contains(id.as_str()));
        self.forget_empty_step();
        before - self.now.people.len()
    }

    /// No longer chooses the person at a place of [`Self::people`].
    pub fn remove_person_at(&mut self, index: usize) {
        self.step();
        self.now.people.shift_remove_index(index);
        self.forget_empty_step();
    }

    /// No longer chooses the department at a place of [`Self::departments`].
    pub fn remove_department_at(&mut self, index: usize) {
        self.step();
        self.now.departments.shift_remove_index(index);
        self.forget_empty_step();
    }

    /// Chooses nothing any more.
    pub fn clear(&mut self) {
        self.step();
        self.now = Lists::default();
        self.forget_empty_step();
    }

    /// Goes one step back; `false` when there is none.
    pub fn undo(&mut self) -> bool {
        match self.steps.pop() {
            Some(lists) => {
                self.now = lists;
                self.revision += 1;
                true
            }
            None => false,
        }
    }

    /// Whether there is a step to go back.
    pub fn has_undo(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Whether it differs from what the picker was opened with.
    pub fn changed(&self) -> bool {
        !self.now.people.keys().eq(self.before.people.iter().map(|person| &person.id))
            || !self.now.departments.keys().eq(self.before.departments.iter().map(|department| &department.id))
    }

    /// The choice.
    pub fn chosen(&self) -> Chosen {
        Chosen {
            people: self.now.people.values().cloned().collect(),
            departments: self.now.departments.values().cloned().collect(),
        }
    }

    fn step(&mut self) {
        self.revision += 1;
        if self.steps.len() == STEPS {
            self.steps.remove(0);
        }
        self.steps.push(self.now.clone());
    }

    fn forget_empty_step(&mut self) {
        if self.steps.last() == Some(&self.now) {
            self.steps.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::picker::request::Purpose;

    fn person(id: &str) -> PersonRef {
        PersonRef { id: id.to_owned(), name: String::new() }
    }

    fn ids(choice: &Choice) -> Vec<&str> {
        choice.people().map(|person| person.id.as_str()).collect()
    }

    #[test]
    fn people_keep_their_order_and_stand_once() {
        let request = PickerRequest::people(Purpose::CardReceivers).chosen_people(vec![person("a"), person("b")]);
        let mut choice = Choice::of(&request);
        assert!(!choice.changed());
        assert_eq!(choice.add_people([person("b"), person("c"), person("c")]), 1);
        assert_eq!(ids(&choice), ["a", "b", "c"]);
        choice.toggle_person(person("a"));
        assert_eq!(ids(&choice), ["b", "c"]);
        assert!(choice.changed());
        assert_eq!(choice.remove_people(["b", "x"]), 1);
        assert_eq!(ids(&choice), ["c"]);
    }

    #[test]
    fn every_change_can_be_taken_back() {
        let mut choice = Choice::of(&PickerRequest::people(Purpose::CardReceivers));
        choice.add_people([person("a"), person("b")]);
        choice.add_people([person("a")]);
        choice.clear();
        assert!(choice.is_empty());
        assert!(choice.undo());
        assert_eq!(ids(&choice), ["a", "b"], "adding nobody new was no step");
        assert!(choice.undo());
        assert!(choice.is_empty() && !choice.undo());
    }

    #[test]
    fn where_one_is_asked_for_the_next_one_replaces_it() {
        let mut request = PickerRequest::people(Purpose::Myself);
        request.multiple = false;
        let mut choice = Choice::of(&request);
        choice.toggle_person(person("a"));
        choice.toggle_person(person("b"));
        assert_eq!(ids(&choice), ["b"]);
        choice.toggle_person(person("b"));
        assert!(choice.is_empty());
    }

    #[test]
    fn departments_are_chosen_only_where_they_can_be() {
        let department = DepartmentRef { id: "100".into(), name: "市场部".into(), people: Some(12) };
        let mut choice = Choice::of(&PickerRequest::people(Purpose::CardReceivers));
        choice.toggle_department(department.clone());
        assert_eq!(choice.add_departments([department.clone()]), 0);
        assert!(choice.is_empty());
        let mut request = PickerRequest::people(Purpose::NoticeRecipients);
        request.departments = true;
        let mut choice = Choice::of(&request);
        choice.toggle_department(department);
        assert!(choice.has_department("100") && choice.changed());
    }
}
