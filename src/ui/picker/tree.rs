//! The department tree as rows: which departments are unfolded, which one is shown, and how the arrow keys walk through
//! it. Knows the directory, draws nothing.

use std::collections::HashSet;

use crate::directory::{DepartmentIndex, Directory};

/// A visible row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TreeRow {
    /// The department.
    pub department: DepartmentIndex,
    /// How deep it stands; 0 at the top.
    pub depth: u16,
    /// Whether it is unfolded; `None` when nothing is below it.
    pub unfolded: Option<bool>,
}

/// Which rows of the tree are visible. Departments are remembered by their ids, so that a fresher directory keeps them.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    unfolded: HashSet<i64>,
    /// The department whose members are shown.
    selected: Option<i64>,
    rows: Vec<TreeRow>,
    /// What `rows` were made from.
    made_from: Option<u64>,
}

/// What an arrow key asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Walk {
    /// The row above.
    Up,
    /// The row below.
    Down,
    /// Unfold, or into it.
    In,
    /// Fold, or to the department above.
    Out,
}

impl Tree {
    /// The visible rows of a directory; `generation` changes when the directory does. The first time, the tops are
    /// unfolded and the first of them is selected.
    pub fn rows(&mut self, directory: &Directory, generation: u64) -> &[TreeRow] {
        if self.made_from != Some(generation) {
            if self.selected.is_none_or(|id| directory.by_department_id(id).is_none()) {
                let tops: Vec<i64> = directory.roots().filter_map(|top| id_of(directory, top)).collect();
                self.selected = tops.first().copied();
                if self.unfolded.is_empty() {
                    self.unfolded.extend(tops);
                }
            }
            self.rows.clear();
            let mut open: Vec<(DepartmentIndex, u16)> = directory.roots().map(|top| (top, 0)).collect();
            open.reverse();
            while let Some((department, depth)) = open.pop() {
                let below = directory.children(department).len() > 0 || !directory.coverage(department).children;
                let unfolded = id_of(directory, department).is_some_and(|id| self.unfolded.contains(&id));
                self.rows.push(TreeRow { department, depth, unfolded: below.then_some(unfolded) });
                if unfolded {
                    let from = open.len();
                    open.extend(directory.children(department).map(|child| (child, depth.saturating_add(1))));
                    open[from..].reverse();
                }
            }
            self.made_from = Some(generation);
        }
        &self.rows
    }

    /// The department whose members are shown.
    pub fn selected(&self, directory: &Directory) -> Option<DepartmentIndex> {
        self.selected.and_then(|id| directory.by_department_id(id))
    }

    /// Shows the members of a department, with all departments above it unfolded.
    pub fn select(&mut self, directory: &Directory, department: DepartmentIndex) {
        self.selected = id_of(directory, department);
        let mut at = directory.parent(department);
        while let Some(above) = at {
            if let Some(id) = id_of(directory, above)
                && self.unfolded.insert(id)
            {
                self.made_from = None;
            }
            at = directory.parent(above);
        }
    }

    /// Folds or unfolds a department; `true` when it is unfolded now.
    pub fn toggle(&mut self, directory: &Directory, department: DepartmentIndex) -> bool {
        let Some(id) = id_of(directory, department) else { return false };
        self.made_from = None;
        if self.unfolded.remove(&id) {
            return false;
        }
        self.unfolded.insert(id);
        true
    }

    /// Where the selected department stands among the visible rows.
    pub fn place(&self, directory: &Directory) -> Option<usize> {
        let selected = self.selected(directory)?;
        self.rows.iter().position(|row| row.department == selected)
    }

    /// Follows an arrow key; gives a department that was unfolded by it.
    pub fn walk(&mut self, directory: &Directory, walk: Walk) -> Option<DepartmentIndex> {
        let place = self.place(directory);
        let row = place.and_then(|place| self.rows.get(place)).copied();
        let to = match (walk, row) {
            (_, None) => self.rows.first().map(|row| row.department),
            (Walk::Up, _) => place.and_then(|place| place.checked_sub(1)).map(|place| self.rows[place].department),
            (Walk::Down, _) => place.and_then(|place| self.rows.get(place + 1)).map(|row| row.department),
            (Walk::In, Some(row)) => match row.unfolded {
                Some(false) => {
                    self.toggle(directory, row.department);
                    return Some(row.department);
                }
                Some(true) => directory.children(row.department).next(),
                None => None,
            },
            (Walk::Out, Some(row)) => match row.unfolded {
                Some(true) => {
                    self.toggle(directory, row.department);
                    None
                }
                _ => directory.parent(row.department),
            },
        };
        if let Some(to) = to {
            self.select(directory, to);
        }
        None
    }
}

fn id_of(directory: &Directory, department: DepartmentIndex) -> Option<i64> {
    directory.department(department).map(|department| department.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Department, DirectoryBuilder};

    fn directory() -> Directory {
        let mut builder = DirectoryBuilder::new();
        for (id, name, parent) in [
            (1, "公司", None),
            (10, "研发", Some(1)),
            (11, "前端", Some(10)),
            (12, "后端", Some(10)),
            (20, "市场", Some(1)),
        ] {
            builder.department(Department { id, name: name.into(), parent, member_count: None });
            builder.children_are_complete(id);
        }
        builder.build()
    }

    fn names(tree: &mut Tree, directory: &Directory, generation: u64) -> Vec<String> {
        tree.rows(directory, generation)
            .to_vec()
            .iter()
            .map(|row| {
                let name = &directory.department(row.department).unwrap().name;
                format!("{}{name}", "-".repeat(row.depth.into()))
            })
            .collect()
    }

    #[test]
    fn the_top_is_unfolded_first_and_the_rest_on_demand() {
        let directory = directory();
        let mut tree = Tree::default();
        assert_eq!(names(&mut tree, &directory, 1), ["公司", "-研发", "-市场"]);
        let research = directory.by_department_id(10).unwrap();
        assert!(tree.toggle(&directory, research));
        assert_eq!(names(&mut tree, &directory, 1), ["公司", "-研发", "--前端", "--后端", "-市场"]);
        assert_eq!(tree.rows(&directory, 1)[4].unfolded, None, "nothing is below 市场");
    }

    #[test]
    fn arrow_keys_walk_in_and_out() {
        let directory = directory();
        let mut tree = Tree::default();
        let step = |tree: &mut Tree, walk| {
            tree.rows(&directory, 1);
            let unfolded = tree.walk(&directory, walk).is_some();
            let selected = tree.selected(&directory).and_then(|one| directory.department(one)).unwrap();
            (selected.name.clone(), unfolded)
        };
        assert_eq!(step(&mut tree, Walk::Down), ("研发".into(), false));
        assert_eq!(step(&mut tree, Walk::In), ("研发".into(), true));
        assert_eq!(step(&mut tree, Walk::In), ("前端".into(), false));
        assert_eq!(step(&mut tree, Walk::Out), ("研发".into(), false));
        assert_eq!(step(&mut tree, Walk::Out), ("研发".into(), false), "folded again");
        assert_eq!(step(&mut tree, Walk::Out), ("公司".into(), false));
        assert_eq!(step(&mut tree, Walk::Up), ("公司".into(), false));
    }

    #[test]
    fn what_is_shown_survives_a_fresher_directory() {
        let older = directory();
        let mut tree = Tree::default();
        tree.rows(&older, 1);
        tree.select(&older, older.by_department_id(12).unwrap());
        let mut builder = DirectoryBuilder::new();
        for (id, parent) in [(10, None), (12, Some(10))] {
            builder.department(Department { id, name: "x".into(), parent, member_count: None });
        }
        let fresh = builder.build();
        assert_eq!(tree.rows(&fresh, 2).len(), 2);
        assert_eq!(tree.selected(&fresh), fresh.by_department_id(12));
        let nothing = Directory::default();
        assert!(tree.rows(&nothing, 3).is_empty() && tree.selected(&nothing).is_none());
    }
}
