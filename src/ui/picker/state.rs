//! The picker while it is open: what was typed, what is listed, where the cursor stands; and what keys do. Draws nothing.

use super::{
    choice::Choice,
    facts::Facts,
    groups::Groups,
    list::{self, Cursor, LISTED, Row, Step},
    loaded::Loaded,
    meters,
    paste::Paste,
    request::{IdKind, PickerRequest, Start},
    tree::Tree,
};
use crate::{
    compose::check_notice::People,
    directory::{DepartmentIndex, Found, PersonIndex, search::MatchKind},
    ui::drafts::DraftId,
};

/// The open picker.
pub struct Open {
    /// What was asked for.
    pub request: PickerRequest,
    /// The draft that gets the choice.
    pub draft: Option<DraftId>,
    /// What is chosen.
    pub choice: Choice,
    /// What was typed into the search field.
    pub query: String,
    /// The pasted list, while it is shown instead of the directory.
    pub paste: Option<Paste>,
    /// The department tree.
    pub tree: Tree,
    /// The cursor in the list.
    pub cursor: Cursor,
    /// Saved groups.
    pub groups: Groups,
    /// Figures about departments.
    pub facts: Facts,
    /// Whether the search field has to get the keyboard.
    pub focus_search: bool,
    /// The search field, once it was drawn.
    pub search_id: Option<egui::Id>,
    all_departments: bool,
    listed: Listed,
    /// How many people the choice reaches, for a revision of it and a directory.
    reach: Option<(u64, u64, People)>,
}

/// What the list was made from, and the list.
#[derive(Default)]
struct Listed {
    made_from: Option<(String, u64, Option<DepartmentIndex>, bool)>,
    rows: Vec<Row>,
    found: Option<Found>,
}

/// What happened to a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Did {
    /// Somebody or something was chosen, or no longer.
    Toggled,
    /// A department's members are shown now.
    Opened(DepartmentIndex),
    /// Nothing could be done: the person has no id of the kind asked for.
    NoId,
    /// The list became longer.
    Unfolded,
}

impl Open {
    /// A picker that was just opened.
    pub fn new(request: PickerRequest, draft: Option<DraftId>) -> Self {
        let paste = (request.start == Start::Paste).then(Paste::default);
        Self {
            choice: Choice::of(&request),
            request,
            draft,
            query: String::new(),
            paste,
            tree: Tree::default(),
            cursor: Cursor::at(0),
            groups: Groups::default(),
            facts: Facts::default(),
            focus_search: true,
            search_id: None,
            reach: None,
            all_departments: false,
            listed: Listed::default(),
        }
    }

    /// Which id of people is chosen.
    pub fn id_kind(&self) -> IdKind {
        self.request.id_kind
    }

    /// Whether something is searched for.
    pub fn is_searching(&self) -> bool {
        !self.query.trim().is_empty()
    }

    /// Brings the list up to date with what was typed, the directory and the selected department.
    pub fn refresh_list(&mut self, loaded: &Loaded) {
        self.tree.rows(&loaded.directory, loaded.generation);
        let shown = self.tree.selected(&loaded.directory);
        let key = (self.query.clone(), loaded.generation, shown, self.all_departments);
        if self.listed.made_from.as_ref() == Some(&key) {
            return;
        }
        let same_question =
            self.listed.made_from.as_ref().is_some_and(|(query, _, department, _)| {
                *query == key.0 && (self.is_searching() || *department == shown)
            });
        if self.is_searching() {
            let found = loaded.index.search(&self.query, LISTED);
            self.listed.rows = list::found_rows(&found, self.all_departments);
            // Also when people arrive while nobody moved it: the best may be another one now.
            if !same_question || !self.cursor.moved {
                self.cursor = Cursor::at(list::best_row(&found, &self.listed.rows));
            }
            self.listed.found = Some(found);
        } else {
            self.listed.rows = shown.map(|one| list::member_rows(&loaded.directory, one)).unwrap_or_default();
            self.listed.found = None;
            if !same_question {
                self.cursor = Cursor::at(0);
            }
        }
        self.cursor.clamp(self.listed.rows.len());
        self.listed.made_from = Some(key);
    }

    /// The rows as of the last [`Self::refresh_list`].
    pub fn rows(&self) -> &[Row] {
        &self.listed.rows
    }

    /// What the search found, as of the last [`Self::refresh_list`].
    pub fn found(&self) -> Option<&Found> {
        self.listed.found.as_ref()
    }

    /// Something else was typed.
    pub fn query_changed(&mut self) {
        self.all_departments = false;
        self.cursor.moved = false;
    }

    /// Moves the cursor.
    pub fn step(&mut self, step: Step) {
        self.cursor.step(step, self.listed.rows.len());
    }

    /// Does what Enter or a click does to a row: chooses a person, chooses (or opens) a department.
    pub fn activate(&mut self, loaded: &Loaded, at: usize) -> Option<Did> {
        let row = self.listed.rows.get(at).copied()?;
        self.cursor.at = at;
        Some(match row {
            Row::MoreDepartments => {
                self.all_departments = true;
                self.cursor.moved = false;
                Did::Unfolded
            }
            Row::Department(department) if self.choice.with_departments() => {
                self.choice.toggle_department(loaded.department_ref(department));
                Did::Toggled
            }
            Row::Department(department) => {
                self.show_department(loaded, department);
                Did::Opened(department)
            }
            Row::Person(person) => self.toggle_person(loaded, person),
        })
    }

    /// Shows the members of a department instead of what was searched for.
    pub fn show_department(&mut self, loaded: &Loaded, department: DepartmentIndex) {
        self.query.clear();
        self.query_changed();
        self.tree.select(&loaded.directory, department);
    }

    fn toggle_person(&mut self, loaded: &Loaded, person: PersonIndex) -> Did {
        let person = loaded.person_ref(self.request.id_kind, person);
        if person.id.is_empty() {
            return Did::NoId;
        }
        self.choice.toggle_person(person);
        Did::Toggled
    }

    /// Chooses all of these people, or none of them when all are chosen already; gives how many changed.
    pub fn toggle_all(&mut self, loaded: &Loaded, people: &[PersonIndex]) -> usize {
        let people: Vec<_> = people
            .iter()
            .map(|person| loaded.person_ref(self.request.id_kind, *person))
            .filter(|person| !person.id.is_empty())
            .collect();
        if people.iter().all(|person| self.choice.has_person(&person.id)) {
            self.choice.remove_people(people.iter().map(|person| person.id.as_str()))
        } else {
            self.choice.add_people(people)
        }
    }

    /// Why a person or department was found, for its row.
    pub fn match_kind(&self, row: Row) -> Option<MatchKind> {
        let found = self.listed.found.as_ref()?;
        match row {
            Row::Person(person) => found.people.iter().find(|hit| hit.what == person).map(|hit| hit.kind),
            Row::Department(department) => {
                found.departments.iter().find(|hit| hit.what == department).map(|hit| hit.kind)
            }
            Row::MoreDepartments => None,
        }
    }

    /// How many people the choice reaches, as far as it is known.
    pub fn reach(&mut self, loaded: Option<&Loaded>) -> People {
        let key = (self.choice.revision(), loaded.map_or(0, |loaded| loaded.generation));
        match self.reach {
            Some((revision, generation, people)) if (revision, generation) == key => people,
            _ => {
                let people = meters::reach(&self.choice.chosen(), loaded);
                self.reach = Some((key.0, key.1, people));
                people
            }
        }
    }

    /// Adds what was pasted to the choice and shows the directory again; gives how many entries are new.
    pub fn take_paste(&mut self) -> usize {
        let Some(paste) = self.paste.take() else { return 0 };
        self.focus_search = true;
        let people = paste.people();
        let departments = paste.departments();
        let mut added = 0;
        if !people.is_empty() {
            added += self.choice.add_people(people);
        }
        if !departments.is_empty() {
            added += self.choice.add_departments(departments);
        }
        added
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::{Department, DirectoryBuilder, Person},
        ui::picker::request::Purpose,
    };

    fn loaded() -> Loaded {
        let mut builder = DirectoryBuilder::new();
        for (id, name, parent) in [(1, "星河集团", None), (10, "市场部", Some(1)), (20, "研发部", Some(1))] {
            builder.department(Department { id, name: name.into(), parent, member_count: None });
            builder.children_are_complete(id);
            builder.members_are_complete(id);
        }
        for (department, userid, name) in
            [(10, "zhangsan", "张三"), (10, "shiyue", "史越"), (20, "lisi", "李四"), (1, "boss", "王总")]
        {
            let unionid = if userid == "lisi" { String::new() } else { format!("u-{userid}") };
            let person = Person { userid: userid.into(), unionid, name: name.into(), ..Person::default() };
            builder.member(department, &person);
        }
        Loaded::new(builder.build(), None, 1)
    }

    fn open(departments: bool) -> Open {
        let request = PickerRequest { departments, ..PickerRequest::people(Purpose::NoticeRecipients) };
        Open::new(request, None)
    }

    fn typed(open: &mut Open, loaded: &Loaded, text: &str) {
        open.query = text.to_owned();
        open.query_changed();
        open.refresh_list(loaded);
    }

    #[test]
    fn a_department_found_by_pinyin_is_chosen_by_enter() {
        let (mut open, loaded) = (open(true), loaded());
        open.refresh_list(&loaded);
        assert_eq!(open.rows().len(), 1, "the members of the top");
        typed(&mut open, &loaded, "shichangbu");
        assert_eq!(open.activate(&loaded, open.cursor.at), Some(Did::Toggled));
        let department = open.choice.departments().next().unwrap();
        assert_eq!((department.id.as_str(), department.name.as_str(), department.people), ("10", "市场部", Some(2)));
    }

    #[test]
    fn where_departments_cannot_be_chosen_they_are_opened() {
        let (mut open, loaded) = (open(false), loaded());
        typed(&mut open, &loaded, "scb");
        assert!(matches!(open.activate(&loaded, open.cursor.at), Some(Did::Opened(_))));
        assert!(open.query.is_empty());
        open.refresh_list(&loaded);
        assert_eq!(open.rows().len(), 2);
        open.step(Step::Down);
        assert_eq!(open.activate(&loaded, open.cursor.at), Some(Did::Toggled));
        assert!(open.choice.has_person("shiyue"));
    }

    #[test]
    fn all_members_are_chosen_and_let_go_together() {
        let (mut open, loaded) = (open(true), loaded());
        let everyone = loaded.people_below(loaded.department_by_id("1").unwrap());
        assert_eq!(open.toggle_all(&loaded, &everyone), 4);
        assert_eq!(open.toggle_all(&loaded, &everyone), 4);
        assert!(open.choice.is_empty());
    }

    #[test]
    fn a_person_without_a_unionid_cannot_be_chosen_by_it() {
        let loaded = loaded();
        let mut open = Open::new(PickerRequest::people(Purpose::CardReceivers).id_kind(IdKind::UnionId), None);
        typed(&mut open, &loaded, "李四");
        assert_eq!(open.activate(&loaded, open.cursor.at), Some(Did::NoId));
        typed(&mut open, &loaded, "zs");
        assert_eq!(open.activate(&loaded, open.cursor.at), Some(Did::Toggled));
        assert!(open.choice.has_person("u-zhangsan"));
    }

    #[test]
    fn the_cursor_stays_where_it_is_when_people_arrive() {
        let (mut open, loaded) = (open(true), loaded());
        typed(&mut open, &loaded, "s");
        open.step(Step::Down);
        let at = open.cursor.at;
        let fresher = Loaded { generation: 2, ..loaded };
        open.refresh_list(&fresher);
        assert_eq!(open.cursor.at, at);
        assert!(open.cursor.moved);
    }

    #[test]
    fn pasted_ids_are_added_to_what_is_chosen() {
        let mut request = PickerRequest::people(Purpose::NoticeRecipients);
        request.start = Start::Paste;
        let (mut open, loaded) = (Open::new(request, None), loaded());
        let paste = open.paste.as_mut().unwrap();
        paste.text = "lisi ghost".into();
        paste.sort(Some(&loaded), IdKind::UserId);
        assert_eq!(open.take_paste(), 2);
        assert!(open.paste.is_none() && open.choice.has_person("ghost"));
    }
}
