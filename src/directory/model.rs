//! The organisation as loaded so far. Read-only once built; share it in an `Arc`.

use std::collections::HashMap;

/// A person as the directory calls give one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Person {
    /// `userid`, unique in the organisation.
    pub userid: String,
    /// `unionid`; empty when not told.
    pub unionid: String,
    /// `name`.
    pub name: String,
    /// `title`; empty when there is none.
    pub title: String,
    /// `job_number`; empty when there is none.
    pub job_number: String,
    /// `dept_id_list`.
    pub departments: Vec<i64>,
    /// `active`: whether the person has ever logged in to DingTalk.
    pub active: bool,
}

impl Person {
    /// The same, borrowed.
    pub fn view(&self) -> PersonView<'_> {
        PersonView {
            userid: &self.userid,
            unionid: &self.unionid,
            name: &self.name,
            title: &self.title,
            job_number: &self.job_number,
            active: self.active,
        }
    }
}

/// A person inside a [`Directory`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PersonView<'a> {
    /// `userid`.
    pub userid: &'a str,
    /// `unionid`; empty when not told.
    pub unionid: &'a str,
    /// `name`.
    pub name: &'a str,
    /// `title`; empty when there is none.
    pub title: &'a str,
    /// `job_number`; empty when there is none.
    pub job_number: &'a str,
    /// Whether the person has ever logged in to DingTalk.
    pub active: bool,
}

/// A department as the directory calls give one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Department {
    /// `dept_id`; 1 is the whole organisation.
    pub id: i64,
    /// `name`.
    pub name: String,
    /// `parent_id`; `None` for the root.
    pub parent: Option<i64>,
    /// `member_count` with sub-departments, where the server told it.
    pub member_count: Option<u32>,
}

/// Place of a person in a directory. Only for the directory it came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct PersonIndex(pub u32);

/// Place of a department in a directory. Only for the directory it came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct DepartmentIndex(pub u32);

impl PersonIndex {
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

impl DepartmentIndex {
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

/// How much of a department was loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// Its sub-departments are all here.
    pub children: bool,
    /// Its direct members are all here.
    pub members: bool,
}

/// Many short texts in one buffer, `FIELDS` to an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Texts {
    text: String,
    /// End of each field in `text`.
    ends: Vec<u32>,
}

impl Texts {
    const FIELDS: usize = 5;

    /// Appends an entry; `false` when the buffer's 4 GB are full (nothing is appended then).
    pub(super) fn push(&mut self, fields: [&str; Self::FIELDS]) -> bool {
        let more: usize = fields.iter().map(|field| field.len()).sum();
        if u32::try_from(self.text.len() + more).is_err() {
            return false;
        }
        for field in fields {
            self.text.push_str(field);
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
        true
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len() / Self::FIELDS
    }

    fn get(&self, entry: usize, field: usize) -> &str {
        let at = entry * Self::FIELDS + field;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    pub(super) fn userid(&self, entry: usize) -> &str {
        self.get(entry, 0)
    }

    pub(super) fn unionid(&self, entry: usize) -> &str {
        self.get(entry, 1)
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

/// A list of numbers for each of many entries, in one buffer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lists {
    items: Vec<u32>,
    ends: Vec<u32>,
}

impl Lists {
    pub(super) fn push(&mut self, items: impl IntoIterator<Item = u32>) {
        self.items.extend(items);
        self.ends.push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn get(&self, entry: usize) -> &[u32] {
        let start = entry.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(entry).copied().unwrap_or(start);
        self.items.get(start as usize..end as usize).unwrap_or_default()
    }

    fn bytes(&self) -> usize {
        (self.items.capacity() + self.ends.capacity()) * size_of::<u32>()
    }
}

/// People and departments of an organisation, as far as they were loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    pub(super) people: Texts,
    pub(super) active: Vec<bool>,
    pub(super) departments: Vec<Department>,
    pub(super) coverage: Vec<Coverage>,
    /// Parent in the tree as shown: cycles are cut, and a department whose parent is not here is a root.
    pub(super) shown_parent: Vec<Option<DepartmentIndex>>,
    pub(super) roots: Vec<u32>,
    pub(super) children: Lists,
    pub(super) members: Lists,
    pub(super) homes: Lists,
    /// Places of people in the order of their userids.
    pub(super) by_userid: Vec<u32>,
    /// Places of people with a unionid, in the order of their unionids.
    pub(super) by_unionid: Vec<u32>,
    pub(super) by_department_id: HashMap<i64, u32>,
}

impl Directory {
    /// How many people are here.
    pub fn people_count(&self) -> usize {
        self.people.len()
    }

    /// How many departments are here.
    pub fn department_count(&self) -> usize {
        self.departments.len()
    }

    /// Whether nothing is here.
    pub fn is_empty(&self) -> bool {
        self.people_count() == 0 && self.departments.is_empty()
    }

    /// Whether every department's sub-departments and members are here.
    pub fn is_complete(&self) -> bool {
        !self.departments.is_empty() && self.coverage.iter().all(|one| one.children && one.members)
    }

    /// All people, in the order they were loaded.
    pub fn people(&self) -> impl ExactSizeIterator<Item = PersonIndex> + use<> {
        (0..u32::try_from(self.people_count()).unwrap_or(u32::MAX)).map(PersonIndex)
    }

    /// All departments, in the order they were loaded.
    pub fn departments(&self) -> impl ExactSizeIterator<Item = DepartmentIndex> + use<> {
        (0..u32::try_from(self.departments.len()).unwrap_or(u32::MAX)).map(DepartmentIndex)
    }

    /// A person; empty texts for a place of another directory.
    pub fn person(&self, index: PersonIndex) -> PersonView<'_> {
        let field = |field| self.people.get(index.at(), field);
        PersonView {
            userid: field(0),
            unionid: field(1),
            name: field(2),
            title: field(3),
            job_number: field(4),
            active: self.active.get(index.at()).copied().unwrap_or(false),
        }
    }

    /// A department; `None` for a place of another directory.
    pub fn department(&self, index: DepartmentIndex) -> Option<&Department> {
        self.departments.get(index.at())
    }

    /// The person of a userid.
    pub fn by_userid(&self, userid: &str) -> Option<PersonIndex> {
        let place = |one: &u32| self.people.userid(*one as usize);
        let found = self.by_userid.binary_search_by(|one| place(one).cmp(userid)).ok()?;
        self.by_userid.get(found).copied().map(PersonIndex)
    }

    /// The person of a unionid.
    pub fn by_unionid(&self, unionid: &str) -> Option<PersonIndex> {
        let place = |one: &u32| self.people.unionid(*one as usize);
        let found = self.by_unionid.binary_search_by(|one| place(one).cmp(unionid)).ok()?;
        self.by_unionid.get(found).copied().map(PersonIndex)
    }

    /// The department of a `dept_id`.
    pub fn by_department_id(&self, id: i64) -> Option<DepartmentIndex> {
        self.by_department_id.get(&id).copied().map(DepartmentIndex)
    }

    /// Departments at the top of the tree: the root, or those whose parent may not be seen.
    pub fn roots(&self) -> impl ExactSizeIterator<Item = DepartmentIndex> + '_ {
        self.roots.iter().copied().map(DepartmentIndex)
    }

    /// Direct sub-departments, in the server's order.
    pub fn children(&self, department: DepartmentIndex) -> impl ExactSizeIterator<Item = DepartmentIndex> + '_ {
        self.children.get(department.at()).iter().copied().map(DepartmentIndex)
    }

    /// Direct members, in the server's order. A slice, so that a screen can show any page of it.
    pub fn members(&self, department: DepartmentIndex) -> Members<'_> {
        Members(self.members.get(department.at()))
    }

    /// Departments a person is a direct member of.
    pub fn departments_of(&self, person: PersonIndex) -> impl ExactSizeIterator<Item = DepartmentIndex> + '_ {
        self.homes.get(person.at()).iter().copied().map(DepartmentIndex)
    }

    /// How much of a department was loaded.
    pub fn coverage(&self, department: DepartmentIndex) -> Coverage {
        self.coverage.get(department.at()).copied().unwrap_or_default()
    }

    /// The department above, as shown in the tree.
    pub fn parent(&self, department: DepartmentIndex) -> Option<DepartmentIndex> {
        self.shown_parent.get(department.at()).copied().flatten()
    }

    /// Names from the top down to a department, joined by " / ".
    pub fn path(&self, department: DepartmentIndex) -> String {
        let mut names = Vec::new();
        let mut at = Some(department);
        while let Some(one) = at {
            names.push(self.department(one).map_or("", |found| found.name.as_str()));
            at = self.parent(one);
        }
        names.reverse();
        names.join(" / ")
    }

    /// A department and all below it, each once.
    pub fn below(&self, department: DepartmentIndex) -> Vec<DepartmentIndex> {
        let mut found = vec![department];
        let mut next = 0;
        while let Some(one) = found.get(next).copied() {
            found.extend(self.children(one));
            next += 1;
        }
        found
    }

    /// People of a department and all below it, each counted once; and whether all of it was loaded.
    pub fn count_below(&self, department: DepartmentIndex) -> (usize, bool) {
        let departments = self.below(department);
        let complete = departments.iter().all(|one| {
            let coverage = self.coverage(*one);
            coverage.children && coverage.members
        });
        let mut people: Vec<u32> = departments.iter().flat_map(|one| self.members.get(one.at())).copied().collect();
        people.sort_unstable();
        people.dedup();
        (people.len(), complete)
    }

    /// How many people a message to a department reaches: the server's count where it told one, else what was loaded;
    /// `None` when neither is sure.
    pub fn reach(&self, department: DepartmentIndex) -> Option<u64> {
        let told = self.department(department).and_then(|one| one.member_count).map(u64::from);
        told.or_else(|| {
            let (people, complete) = self.count_below(department);
            complete.then_some(people as u64)
        })
    }

    /// Bytes held, for the figures.
    pub fn bytes(&self) -> usize {
        let departments: usize =
            self.departments.iter().map(|one| size_of::<Department>() + one.name.capacity() + 48).sum();
        self.people.bytes()
            + self.active.capacity()
            + departments
            + self.children.bytes()
            + self.members.bytes()
            + self.homes.bytes()
            + (self.by_userid.capacity() + self.by_unionid.capacity()) * size_of::<u32>()
    }
}

/// Direct members of a department.
#[derive(Clone, Copy, Debug)]
pub struct Members<'a>(&'a [u32]);

impl<'a> Members<'a> {
    /// How many.
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Those of a page: at most `size` after leaving `from` out.
    pub fn page(self, from: usize, size: usize) -> impl ExactSizeIterator<Item = PersonIndex> + 'a {
        self.0.iter().skip(from).take(size).copied().map(PersonIndex)
    }

    /// All of them.
    pub fn iter(self) -> impl ExactSizeIterator<Item = PersonIndex> + 'a {
        self.0.iter().copied().map(PersonIndex)
    }
}
