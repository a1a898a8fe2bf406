//! Puts a [`Directory`] together from listings, and lays a fresh one over an older one.

use std::collections::{HashMap, HashSet};

use super::model::{Coverage, Department, DepartmentIndex, Directory, Lists, Person, PersonView, Texts};

#[derive(Clone, Default, Debug)]
struct Building {
    department: Department,
    coverage: Coverage,
    members: Vec<u32>,
}

/// Collects departments and people in any order. The first record of a userid or dept_id counts.
#[derive(Clone, Default, Debug)]
pub struct DirectoryBuilder {
    people: Texts,
    active: Vec<bool>,
    by_userid: HashMap<Box<str>, u32>,
    departments: Vec<Building>,
    by_id: HashMap<i64, u32>,
    /// A person and a dept_id of the person's own list.
    claims: Vec<(u32, i64)>,
}

impl DirectoryBuilder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many people were added.
    pub fn people_count(&self) -> usize {
        self.people.len()
    }

    /// How many departments were added.
    pub fn department_count(&self) -> usize {
        self.departments.len()
    }

    /// Adds a department; a `member_count` told later is filled in.
    pub fn department(&mut self, department: Department) {
        let place = self.by_id.get(&department.id).copied();
        if let Some(known) = place.and_then(|place| self.departments.get_mut(place as usize)) {
            known.department.member_count = known.department.member_count.or(department.member_count);
            if known.department.name.is_empty() {
                known.department.name = department.name;
            }
            return;
        }
        let Ok(place) = u32::try_from(self.departments.len()) else { return };
        self.by_id.insert(department.id, place);
        self.departments.push(Building { department, ..Building::default() });
    }

    fn building(&mut self, id: i64) -> Option<&mut Building> {
        let place = self.by_id.get(&id).copied()?;
        self.departments.get_mut(place as usize)
    }

    /// Says that all sub-departments of a department were added.
    pub fn children_are_complete(&mut self, department: i64) {
        if let Some(known) = self.building(department) {
            known.coverage.children = true;
        }
    }

    /// Says that all direct members of a department were added with [`Self::member`].
    pub fn members_are_complete(&mut self, department: i64) {
        if let Some(known) = self.building(department) {
            known.coverage.members = true;
        }
    }

    /// Adds a person without a department; the place of the person. A person without a userid is not added.
    pub fn person(&mut self, person: &PersonView<'_>) -> Option<u32> {
        if person.userid.is_empty() {
            return None;
        }
        if let Some(known) = self.by_userid.get(person.userid) {
            return Some(*known);
        }
        let place = u32::try_from(self.people.len()).ok()?;
        let fields = [person.userid, person.unionid, person.name, person.title, person.job_number];
        if !self.people.push(fields) {
            return None;
        }
        self.active.push(person.active);
        self.by_userid.insert(person.userid.into(), place);
        Some(place)
    }

    /// Adds a person who is known to be in the departments of the person's own list only.
    pub fn person_with_claims(&mut self, person: &Person) -> Option<u32> {
        let known = self.by_userid.contains_key(person.userid.as_str());
        let place = self.person(&person.view())?;
        if !known {
            self.claims.extend(person.departments.iter().map(|id| (place, *id)));
        }
        Some(place)
    }

    /// Adds a person listed as a direct member of a department, which has to be there already.
    pub fn member(&mut self, department: i64, person: &Person) {
        if let Some(place) = self.person_with_claims(person) {
            self.member_place(department, place);
        }
    }

    /// The name of a department that was added.
    pub fn department_name(&self, id: i64) -> Option<&str> {
        let place = self.by_id.get(&id).copied()?;
        self.departments.get(place as usize).map(|known| known.department.name.as_str())
    }

    /// As [`Self::member`] for a person who was added before.
    pub(crate) fn member_place(&mut self, department: i64, place: u32) {
        if (place as usize) < self.people.len()
            && let Some(known) = self.building(department)
        {
            known.members.push(place);
        }
    }

    /// The directory so far. The builder can go on afterwards.
    pub fn snapshot(&self) -> Directory {
        self.clone().build()
    }

    /// The directory.
    pub fn build(mut self) -> Directory {
        self.follow_claims();
        let Self { mut people, active, departments, by_id, .. } = self;
        people.shrink();
        let mut members = Lists::default();
        let mut homes: Vec<(u32, u32)> = Vec::new();
        let mut seen = HashSet::new();
        for (place, building) in (0_u32..).zip(&departments) {
            seen.clear();
            members.push(building.members.iter().copied().filter(|person| seen.insert(*person)));
            homes.extend(members.get(place as usize).iter().map(|person| (*person, place)));
        }
        homes.sort_unstable();
        let mut homes_of = Lists::default();
        let mut rest = homes.as_slice();
        for person in (0_u32..).take(people.len()) {
            let own = rest.partition_point(|(one, _)| *one == person);
            let (mine, others) = rest.split_at(own);
            homes_of.push(mine.iter().map(|(_, department)| *department));
            rest = others;
        }
        let mut by_userid: Vec<u32> = (0_u32..).take(people.len()).collect();
        by_userid.sort_unstable_by(|a, b| people.userid(*a as usize).cmp(people.userid(*b as usize)));
        let mut by_unionid: Vec<u32> =
            (0_u32..).take(people.len()).filter(|one| !people.unionid(*one as usize).is_empty()).collect();
        by_unionid.sort_unstable_by(|a, b| people.unionid(*a as usize).cmp(people.unionid(*b as usize)));
        let tree = Tree::of(&departments, &by_id);
        Directory {
            people,
            active,
            coverage: departments.iter().map(|one| one.coverage).collect(),
            departments: departments.into_iter().map(|one| one.department).collect(),
            shown_parent: tree.parents,
            roots: tree.roots,
            children: tree.children,
            members,
            homes: homes_of,
            by_userid,
            by_unionid,
            by_department_id: by_id,
        }
    }

    /// Where a department's members were not listed, its people are known at least by their own department lists.
    fn follow_claims(&mut self) {
        for (person, id) in std::mem::take(&mut self.claims) {
            if let Some(known) = self.building(id)
                && !known.coverage.members
            {
                known.members.push(person);
            }
        }
    }
}

/// The tree as shown: every department once, whatever its parents say.
struct Tree {
    parents: Vec<Option<DepartmentIndex>>,
    roots: Vec<u32>,
    children: Lists,
}

impl Tree {
    fn of(departments: &[Building], by_id: &HashMap<i64, u32>) -> Self {
        let said: Vec<Option<u32>> = (0_u32..)
            .zip(departments)
            .map(|(own, one)| {
                one.department.parent.and_then(|id| by_id.get(&id).copied()).filter(|parent| *parent != own)
            })
            .collect();
        let mut below: Vec<Vec<u32>> = vec![Vec::new(); departments.len()];
        for (own, parent) in (0_u32..).zip(&said) {
            if let Some(list) = parent.and_then(|parent| below.get_mut(parent as usize)) {
                list.push(own);
            }
        }
        let mut parents = vec![None; departments.len()];
        let mut reached = vec![false; departments.len()];
        let mut roots = Vec::new();
        // First those without a parent; then whatever is left stands in a circle, which is cut where it is met.
        let tops = (0_u32..).zip(&said).filter(|(_, parent)| parent.is_none()).map(|(own, _)| own);
        let all = (0_u32..).take(departments.len());
        for top in tops.chain(all) {
            if reached.get(top as usize).copied().unwrap_or(true) {
                continue;
            }
            roots.push(top);
            let mut open = vec![top];
            while let Some(one) = open.pop() {
                if let Some(mark) = reached.get_mut(one as usize) {
                    *mark = true;
                }
                for child in below.get(one as usize).into_iter().flatten() {
                    if reached.get(*child as usize) == Some(&false) {
                        if let Some(parent) = parents.get_mut(*child as usize) {
                            *parent = Some(DepartmentIndex(one));
                        }
                        open.push(*child);
                    }
                }
            }
        }
        let mut children = Lists::default();
        for (own, list) in (0_u32..).zip(&below) {
            let is_shown_here = |child: &u32| parents.get(*child as usize) == Some(&Some(DepartmentIndex(own)));
            children.push(list.iter().copied().filter(is_shown_here));
        }
        Self { parents, roots, children }
    }
}

impl Directory {
    /// This directory with a fresher, perhaps partial one laid over it.
    ///
    /// What the fresher one lists completely counts alone: a department missing from its parent's complete list is gone
    /// with all below it, a person missing from the complete list of the last department is gone. The rest stays.
    #[must_use]
    pub fn overlaid_by(&self, fresh: &Self) -> Self {
        if self.is_empty() || fresh.is_complete() {
            return fresh.clone();
        }
        let mut merged = DirectoryBuilder::new();
        let gone = self.departments_gone_in(fresh);
        for (index, department) in fresh.departments().zip(&fresh.departments) {
            let older = self.by_department_id(department.id);
            let coverage = fresh.coverage(index);
            merged.department(department.clone());
            if coverage.children || older.is_some_and(|older| self.coverage(older).children) {
                merged.children_are_complete(department.id);
            }
            if coverage.members || older.is_some_and(|older| self.coverage(older).members) {
                merged.members_are_complete(department.id);
            }
        }
        for (index, department) in self.departments().zip(&self.departments) {
            if gone.contains(&index) {
                continue;
            }
            let known = fresh.by_department_id(department.id).is_some();
            // Fills a member count in when the department is known.
            merged.department(department.clone());
            if !known {
                let coverage = self.coverage(index);
                if coverage.children {
                    merged.children_are_complete(department.id);
                }
                if coverage.members {
                    merged.members_are_complete(department.id);
                }
            }
        }
        for (index, department) in fresh.departments().zip(&fresh.departments) {
            fresh.add_members_to(&mut merged, index, department.id);
        }
        fresh.add_homeless_to(&mut merged);
        for (index, department) in self.departments().zip(&self.departments) {
            let relisted = fresh.by_department_id(department.id).is_some_and(|one| fresh.coverage(one).members);
            if !gone.contains(&index) && !relisted {
                self.add_members_to(&mut merged, index, department.id);
            }
        }
        self.add_homeless_to(&mut merged);
        merged.build()
    }

    /// People authorised one by one, whose departments may not be seen.
    fn add_homeless_to(&self, merged: &mut DirectoryBuilder) {
        for index in self.people().filter(|index| self.departments_of(*index).len() == 0) {
            merged.person(&self.person(index));
        }
    }

    fn add_members_to(&self, merged: &mut DirectoryBuilder, index: DepartmentIndex, id: i64) {
        for person in self.members(index).iter() {
            if let Some(place) = merged.person(&self.person(person)) {
                merged.member_place(id, place);
            }
        }
    }

    fn departments_gone_in(&self, fresh: &Self) -> HashSet<DepartmentIndex> {
        let mut gone = HashSet::new();
        for (index, department) in fresh.departments().zip(&fresh.departments) {
            if !fresh.coverage(index).children {
                continue;
            }
            let Some(older) = self.by_department_id(department.id) else { continue };
            for child in self.children(older) {
                let id = self.department(child).map_or(0, |one| one.id);
                if fresh.by_department_id(id).is_none() {
                    // One below may have been moved elsewhere: then the fresher directory has it.
                    gone.extend(self.below(child));
                }
            }
        }
        gone
    }
}

#[cfg(test)]
mod tests;
