//! Groups of people that were saved under a name, and how two are combined.

use std::collections::HashSet;

use crate::compose::PersonRef;

/// A saved group.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Group {
    /// What the person calls it.
    pub name: String,
    /// The people, each once, in the order they were added.
    pub people: Vec<PersonRef>,
}

/// How people and a group are combined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Combine {
    /// Who is in either.
    Or,
    /// Who is in both.
    And,
    /// Who is in the first and not in the second.
    Without,
}

impl Combine {
    /// All, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Or, Self::And, Self::Without];
}

/// Combines two lists of people by their ids; each person once, in the order of the first list, then of the second.
pub fn combine(first: &[PersonRef], second: &[PersonRef], how: Combine) -> Vec<PersonRef> {
    let other: HashSet<&str> = second.iter().map(|person| person.id.as_str()).collect();
    let mut seen = HashSet::new();
    let wanted = |person: &&PersonRef| match how {
        Combine::Or => true,
        Combine::And => other.contains(person.id.as_str()),
        Combine::Without => !other.contains(person.id.as_str()),
    };
    let more: &[PersonRef] = if how == Combine::Or { second } else { &[] };
    first.iter().filter(wanted).chain(more).filter(|person| seen.insert(person.id.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_or_without_keep_the_order_and_name_everyone_once() {
        let people = |ids: &[&str]| -> Vec<PersonRef> {
            ids.iter().map(|id| PersonRef { id: (*id).to_owned(), name: String::new() }).collect()
        };
        let (one, two) = (people(&["a", "b", "c", "b"]), people(&["c", "d", "a"]));
        assert_eq!(combine(&one, &two, Combine::Or), people(&["a", "b", "c", "d"]));
        assert_eq!(combine(&one, &two, Combine::And), people(&["a", "c"]));
        assert_eq!(combine(&one, &two, Combine::Without), people(&["b"]));
    }
}
