//! What a newer export of a template declares otherwise.

use super::{Export, variable::Variable};

/// What happened to a variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// It is new.
    Added(String),
    /// It is gone.
    Removed(String),
    /// It has another type, or other members.
    Retyped {
        /// Its name.
        name: String,
        /// The builder's name of its type before.
        before: String,
        /// And now.
        now: String,
    },
    /// It became private, or public.
    Privacy {
        /// Its name.
        name: String,
        /// Whether it is private now.
        private: bool,
    },
}

/// The changes, those of the newer file first in its order, then what is gone.
pub fn changes(before: &Export, now: &Export) -> Vec<Change> {
    let mut found = Vec::new();
    for variable in &now.variables {
        let Some(old) = before.variable(&variable.name) else {
            found.push(Change::Added(variable.name.clone()));
            continue;
        };
        if old.kind != variable.kind || shape(old) != shape(variable) {
            let (name, before, now) =
                (variable.name.clone(), old.kind.name().to_owned(), variable.kind.name().to_owned());
            found.push(Change::Retyped { name, before, now });
        }
        if old.private != variable.private {
            found.push(Change::Privacy { name: variable.name.clone(), private: variable.private });
        }
    }
    let gone = before.variables.iter().filter(|old| now.variable(&old.name).is_none());
    found.extend(gone.map(|old| Change::Removed(old.name.clone())));
    found
}

/// The members by name and type.
fn shape(variable: &Variable) -> Vec<(&str, &str, usize)> {
    variable.fields.iter().map(|field| (field.name.as_str(), field.kind.name(), field.fields.len())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn export(list: &Value) -> Export {
        let editor = json!({ "variableList": list }).to_string();
        Export::read(&json!({ "editorData": editor }).to_string()).unwrap()
    }

    #[test]
    fn added_removed_retyped_and_private_are_told() {
        let before = export(&json!([
            { "name": "a", "type": "string" }, { "name": "b", "type": "number" }, { "name": "c", "type": "string" },
            { "name": "rows", "type": "loopArray", "schema": [{ "name": "n", "type": "number" }] } ]));
        let now = export(&json!([
            { "name": "a", "type": "number" }, { "name": "b", "type": "number", "private": true }, { "name": "d", "type": "string" },
            { "name": "rows", "type": "loopArray", "schema": [{ "name": "n", "type": "string" }] } ]));
        let retyped = |name: &str, before: &str, now: &str| Change::Retyped {
            name: name.to_owned(),
            before: before.to_owned(),
            now: now.to_owned(),
        };
        assert_eq!(
            changes(&before, &now),
            [
                retyped("a", "string", "number"),
                Change::Privacy { name: "b".to_owned(), private: true },
                Change::Added("d".to_owned()),
                retyped("rows", "loopArray", "loopArray"),
                Change::Removed("c".to_owned()),
            ]
        );
        assert_eq!(changes(&now, &now), []);
    }
}
