//! What the middle of the picker lists: the members of a department, or what a search found; and the cursor that the
//! arrow keys move. Knows the directory, draws nothing.

use crate::directory::{DepartmentIndex, Directory, Found, PersonIndex};

/// How many hits of a search are listed.
pub const LISTED: usize = 500;
/// How many departments stand above the people found.
const DEPARTMENTS_ABOVE: usize = 4;
/// How far PageUp and PageDown move.
const PAGE: usize = 10;

/// A row of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Row {
    /// A department that was found.
    Department(DepartmentIndex),
    /// 另有 N 个部门: shows all of those found.
    MoreDepartments,
    /// A person.
    Person(PersonIndex),
}

/// The rows of a search: departments above people, each best first.
///
/// Only the best departments are shown until `all_departments`, so that people stay in sight.
pub fn found_rows(found: &Found, all_departments: bool) -> Vec<Row> {
    let departments = &found.departments;
    let shown = if all_departments || departments.len() <= DEPARTMENTS_ABOVE + 1 {
        departments.len()
    } else {
        DEPARTMENTS_ABOVE
    };
    let more = (shown < departments.len()).then_some(Row::MoreDepartments);
    departments
        .iter()
        .take(shown)
        .map(|hit| Row::Department(hit.what))
        .chain(more)
        .chain(found.people.iter().map(|hit| Row::Person(hit.what)))
        .collect()
}

/// Where the cursor stands at first: at the better of the best department and the best person.
pub fn best_row(found: &Found, rows: &[Row]) -> usize {
    let first_person = rows.iter().position(|row| matches!(row, Row::Person(_)));
    match (found.departments.first(), found.people.first(), first_person) {
        (Some(department), Some(person), Some(at)) if person.kind <= department.kind => at,
        (None, _, Some(at)) => at,
        _ => 0,
    }
}

/// The rows of a department: its direct members.
pub fn member_rows(directory: &Directory, department: DepartmentIndex) -> Vec<Row> {
    directory.members(department).iter().map(Row::Person).collect()
}

/// A place in a list that keys move.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cursor {
    /// The row.
    pub at: usize,
    /// Whether keys moved it since something was typed: Space ticks then instead of typing a blank.
    pub moved: bool,
    /// Whether the list has to scroll to it.
    pub scroll: bool,
}

/// A step of the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// ↑
    Up,
    /// ↓
    Down,
    /// PageUp
    PageUp,
    /// PageDown
    PageDown,
}

impl Cursor {
    /// A cursor at a row.
    pub fn at(at: usize) -> Self {
        Self { at, moved: false, scroll: true }
    }

    /// Moves it within a list of so many rows. The first ↓ after typing marks the row it stands on, when that is not
    /// visible yet as the cursor's.
    pub fn step(&mut self, step: Step, rows: usize) {
        let last = rows.saturating_sub(1);
        self.at = match step {
            Step::Up => self.at.saturating_sub(1),
            Step::Down => self.at.saturating_add(1),
            Step::PageUp => self.at.saturating_sub(PAGE),
            Step::PageDown => self.at.saturating_add(PAGE),
        }
        .min(last);
        self.moved = true;
        self.scroll = true;
    }

    /// Keeps it inside a list that became shorter.
    pub fn clamp(&mut self, rows: usize) {
        self.at = self.at.min(rows.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::search::{Hit, MatchKind};

    fn found(people: &[MatchKind], departments: &[MatchKind]) -> Found {
        let places = 0_u32..;
        Found {
            people: places.clone().zip(people).map(|(at, kind)| Hit { what: PersonIndex(at), kind: *kind }).collect(),
            people_total: people.len(),
            departments: places
                .zip(departments)
                .map(|(at, kind)| Hit { what: DepartmentIndex(at), kind: *kind })
                .collect(),
            departments_total: departments.len(),
        }
    }

    #[test]
    fn people_stay_in_sight_below_many_departments() {
        let found = found(&[MatchKind::Pinyin], &[MatchKind::Initials; 9]);
        let rows = found_rows(&found, false);
        assert_eq!(rows.len(), 6);
        assert_eq!(rows[4], Row::MoreDepartments);
        assert_eq!(best_row(&found, &rows), 5, "the person fits better");
        assert_eq!(found_rows(&found, true).len(), 10);
    }

    #[test]
    fn the_cursor_starts_at_the_better_hit() {
        let better_department = found(&[MatchKind::Mixed], &[MatchKind::Pinyin]);
        assert_eq!(best_row(&better_department, &found_rows(&better_department, false)), 0);
        let equal = found(&[MatchKind::Name], &[MatchKind::Name]);
        assert_eq!(best_row(&equal, &found_rows(&equal, false)), 1);
        let nobody = found(&[], &[MatchKind::Name]);
        assert_eq!(best_row(&nobody, &found_rows(&nobody, false)), 0);
    }

    #[test]
    fn the_cursor_stays_inside_the_list() {
        let mut cursor = Cursor::at(0);
        cursor.step(Step::Up, 3);
        assert_eq!(cursor.at, 0);
        cursor.step(Step::PageDown, 3);
        assert_eq!((cursor.at, cursor.moved), (2, true));
        cursor.clamp(1);
        assert_eq!(cursor.at, 0);
        cursor.step(Step::Down, 0);
        assert_eq!(cursor.at, 0);
    }
}
