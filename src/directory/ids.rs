//! Pasted lists of userids: taken apart, and each unknown one named.

use std::collections::HashSet;

use super::model::{Directory, PersonIndex};

/// What became of a pasted list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Resolved {
    /// The people found, each once, in the list's order.
    pub known: Vec<PersonIndex>,
    /// The ids that nobody here has, each once, in the list's order.
    pub unknown: Vec<String>,
    /// How many ids were left out because they stood in the list before.
    pub repeated: usize,
}

/// Takes a pasted text apart into ids: separated by blanks, line ends, commas, semicolons (also the Chinese ones), 、 or
/// `|`; quotes and square brackets around them are left out.
pub fn split_ids(text: &str) -> Vec<String> {
    let separates = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | ';' | '；' | '、' | '|' | '\u{feff}');
    let around = |c: char| matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’' | '[' | ']' | '【' | '】');
    text.split(separates).map(|id| id.trim_matches(around)).filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

impl Directory {
    /// Looks a list of userids up.
    pub fn resolve(&self, ids: &[String]) -> Resolved {
        Self::resolve_with(ids, |id| self.by_userid(id))
    }

    /// Looks a list of unionids up.
    pub fn resolve_unionids(&self, ids: &[String]) -> Resolved {
        Self::resolve_with(ids, |id| self.by_unionid(id))
    }

    fn resolve_with(ids: &[String], look_up: impl Fn(&str) -> Option<PersonIndex>) -> Resolved {
        let mut resolved = Resolved::default();
        let mut seen = HashSet::new();
        for id in ids {
            let id = id.trim();
            if id.is_empty() {
                continue;
            }
            if !seen.insert(id) {
                resolved.repeated += 1;
            } else if let Some(person) = look_up(id) {
                resolved.known.push(person);
            } else {
                resolved.unknown.push(id.to_owned());
            }
        }
        resolved
    }
}

#[cfg(test)]
mod tests {
    use super::{super::DirectoryBuilder, *};
    use crate::directory::Person;

    #[test]
    fn a_pasted_list_is_taken_apart_and_each_unknown_id_named_once() {
        let mut builder = DirectoryBuilder::new();
        for userid in ["u1", "u2"] {
            let person = Person { userid: userid.into(), unionid: format!("n{userid}"), ..Person::default() };
            builder.person(&person.view());
        }
        let directory = builder.build();
        let ids = split_ids("\u{feff}[\"u2\", “nobody”]\r\nu1；u2、 x-9|nobody\tu1,,");
        assert_eq!(ids, ["u2", "nobody", "u1", "u2", "x-9", "nobody", "u1"]);
        let resolved = directory.resolve(&ids);
        let known: Vec<_> = resolved.known.iter().map(|one| directory.person(*one).userid).collect();
        assert_eq!(known, ["u2", "u1"]);
        assert_eq!(resolved.unknown, ["nobody", "x-9"]);
        assert_eq!(resolved.repeated, 3);
        let by_unionid = directory.resolve_unionids(&split_ids("nu2 u2 nu1"));
        let known: Vec<_> = by_unionid.known.iter().map(|one| directory.person(*one).userid).collect();
        assert_eq!((known, by_unionid.unknown), (vec!["u2", "u1"], vec!["u2".to_owned()]));
    }
}
