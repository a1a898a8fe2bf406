//! A list that copies share until one of them is changed: undo points, background checks and the JSON view each hold a
//! draft, and thousands of people are neither copied nor compared at every key.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Weak},
};

/// The list. Reading it costs what a `Vec` costs; a copy, and the comparison with an unchanged copy, cost nothing. Changing
/// one that is shared copies it once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SharedList<T: Eq>(Arc<Vec<T>>);

impl<T: Eq> SharedList<T> {
    /// Something to recognise this very list by ([`Self::is`]) without making a later change copy it.
    pub fn mark(&self) -> Weak<Vec<T>> {
        Arc::downgrade(&self.0)
    }

    /// Whether this is the list that was marked, unchanged.
    pub fn is(&self, mark: &Weak<Vec<T>>) -> bool {
        std::ptr::eq(mark.as_ptr(), Arc::as_ptr(&self.0))
    }
}

impl<T: Eq> Default for SharedList<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Eq> Deref for SharedList<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T: Eq + Clone> DerefMut for SharedList<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        Arc::make_mut(&mut self.0)
    }
}

impl<T: Eq> From<Vec<T>> for SharedList<T> {
    fn from(list: Vec<T>) -> Self {
        Self(Arc::new(list))
    }
}

impl<T: Eq> FromIterator<T> for SharedList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(Arc::new(items.into_iter().collect()))
    }
}

impl<'l, T: Eq> IntoIterator for &'l SharedList<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_the_same_list_until_one_of_them_changes() {
        let mut list: SharedList<String> = ["甲", "乙"].map(str::to_owned).into_iter().collect();
        let (copy, mark) = (list.clone(), list.mark());
        assert!(copy.is(&mark) && list == copy);
        list.push("丙".to_owned());
        assert!(!list.is(&mark) && copy.is(&mark));
        assert_eq!((list.len(), copy.len()), (3, 2));
    }

    #[test]
    fn a_mark_does_not_make_a_change_copy_and_is_not_met_again() {
        let mut list: SharedList<u8> = vec![1, 2].into();
        let mark = list.mark();
        let before = list.as_ptr();
        list.retain(|one| *one > 1);
        assert_eq!(list.as_ptr(), before, "the items stayed where they were");
        assert!(!list.is(&mark));
    }
}
