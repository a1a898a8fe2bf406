//! What cards that use a template tell of its variables, where there is no export: names, types as far as the values show
//! them, what is private. Written as an export without widgets, so that everything that reads one reads this.

use serde_json::{Map, Value, json};

use super::values::{Given, Values};
use super::{of_draft, variable::VarKind};
use crate::compose::CardDraft;

/// What is learnt of one variable.
#[derive(Default)]
struct Seen {
    kind: Option<VarKind>,
    private: bool,
    schema: Vec<(String, Self)>,
}

/// How many elements of a list are looked at.
const MOST_ELEMENTS: usize = 200;
/// How deep members are looked at.
const MOST_DEEP: usize = 8;

/// The text of an export that declares what these cards use, the newest card first; `None` where they use nothing.
///
/// Text stays text, whatever it reads like: a text that says `true` travels as text. Only what travels typed (inside
/// `sys_full_json_obj`) has another type.
pub fn learn(drafts: &[CardDraft]) -> Option<String> {
    let mut variables: Vec<(String, Seen)> = Vec::new();
    let (mut card, mut private) = (Map::new(), Map::new());
    for draft in drafts {
        let markdown = |name: &str| {
            draft.params.iter().any(|row| row.key == name && row.kind == crate::compose::card::ValueKind::Markdown)
        };
        let Values { card: public, private: people, .. } = of_draft::values(draft);
        for Given { name, value, .. } in public {
            if name.starts_with("sys_") {
                continue;
            }
            let seen = entry(&mut variables, &name);
            note(seen, &value, markdown(&name), 0);
            card.entry(name).or_insert(value);
        }
        for Given { name, value, .. } in people.into_iter().flat_map(|(_, given)| given) {
            let seen = entry(&mut variables, &name);
            note(seen, &value, false, 0);
            seen.private = true;
            private.entry(name).or_insert(value);
        }
        for column in &draft.private.columns {
            entry(&mut variables, &column.key).private = true;
        }
    }
    variables.retain(|(name, _)| !name.is_empty());
    if variables.is_empty() {
        return None;
    }
    let list: Vec<Value> = variables.iter().map(|(name, seen)| declared(name, seen)).collect();
    let editor = json!({
        "variableList": list,
        "mockData": { "cardData": card, "cardPrivateData": private },
    });
    Some(json!({ "editorData": editor.to_string(), "type": "im", "mode": "card" }).to_string())
}

fn entry<'s>(list: &'s mut Vec<(String, Seen)>, name: &str) -> &'s mut Seen {
    let at = list.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
        list.push((name.to_owned(), Seen::default()));
        list.len() - 1
    });
    &mut list[at].1
}

/// Takes a value into account. The newest card decides the type; members are those of all.
fn note(seen: &mut Seen, value: &Value, markdown: bool, depth: usize) {
    let kind = match value {
        Value::Null => return,
        Value::String(_) if markdown => VarKind::Markdown,
        Value::String(_) => VarKind::Text,
        Value::Number(_) => VarKind::Number,
        Value::Bool(_) => VarKind::Boolean,
        Value::Object(_) => VarKind::Object,
        Value::Array(list) if list.is_empty() => VarKind::List,
        Value::Array(list) if list.iter().all(Value::is_string) => VarKind::Texts,
        Value::Array(list) if list.iter().all(Value::is_number) => VarKind::Numbers,
        Value::Array(list) if list.iter().all(Value::is_boolean) => VarKind::Booleans,
        Value::Array(_) => VarKind::List,
    };
    // An empty list says nothing of its elements.
    let better = seen.kind == Some(VarKind::List) && seen.schema.is_empty();
    if seen.kind.is_none() || better {
        seen.kind = Some(kind);
    }
    if depth >= MOST_DEEP {
        return;
    }
    let mut members = |map: &Map<String, Value>| {
        for (name, member) in map {
            note(entry(&mut seen.schema, name), member, false, depth + 1);
        }
    };
    match value {
        Value::Object(map) => members(map),
        Value::Array(list) => list.iter().take(MOST_ELEMENTS).filter_map(Value::as_object).for_each(members),
        _ => {}
    }
}

fn declared(name: &str, seen: &Seen) -> Value {
    let kind = seen.kind.as_ref().unwrap_or(&VarKind::Text);
    let mut map = json!({ "name": name, "type": kind.name(), "private": seen.private });
    if matches!(kind, VarKind::Object | VarKind::List)
        && let Value::Object(map) = &mut map
    {
        map.insert("schema".to_owned(), seen.schema.iter().map(|(name, seen)| declared(name, seen)).collect());
    }
    map
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        compose::{
            PersonRef,
            card::{ParamRow, PrivateColumn, PrivateRow, PrivateTable, ValueKind},
        },
        template::{Card, Export, of_draft::findings, variable::Variable},
    };

    fn row(key: &str, kind: ValueKind, value: &str) -> ParamRow {
        ParamRow { key: key.to_owned(), kind, value: value.to_owned() }
    }

    fn shape(variable: &Variable) -> String {
        let fields: Vec<String> = variable.fields.iter().map(shape).collect();
        let inner = if fields.is_empty() { String::new() } else { format!("({})", fields.join(" ")) };
        format!("{}:{}{inner}{}", variable.name, variable.kind.name(), if variable.private { "!" } else { "" })
    }

    #[test]
    fn cards_tell_names_types_members_and_what_is_private() {
        let person = PersonRef { id: "u1".into(), name: String::new() };
        let newest = CardDraft {
            params: vec![
                row("title", ValueKind::Text, "true"),
                row("note", ValueKind::Markdown, "**a**"),
                row("rows", ValueKind::Json, "[]"),
                row("sys_x", ValueKind::Text, "1"),
                row("", ValueKind::Text, "1"),
            ],
            private: Arc::new(PrivateTable {
                columns: vec![PrivateColumn { key: "room".into(), kind: ValueKind::Text }],
                rows: vec![PrivateRow { person, cells: vec![Some("A-1".to_owned())].into() }],
            }),
            ..CardDraft::default()
        };
        let older = CardDraft {
            params: vec![
                row("title", ValueKind::Text, "old"),
                row("count", ValueKind::Number, "3"),
                row("on", ValueKind::Boolean, "true"),
                row("rows", ValueKind::Json, r#"[{"n": 1}, {"n": 2, "tags": ["a"], "who": {"id": "u"}}]"#),
            ],
            ..CardDraft::default()
        };
        let export = Export::read(&learn(&[newest.clone(), older]).unwrap()).unwrap();
        let shapes: Vec<String> = export.variables.iter().map(shape).collect();
        assert_eq!(
            shapes,
            [
                "title:string",
                "note:markdown",
                "rows:loopArray(n:number tags:stringArray who:object(id:string))",
                "room:string!",
                "count:number",
                "on:boolean"
            ]
        );
        assert_eq!((&export.sample.card["title"], &export.sample.private["room"]), (&json!("true"), &json!("A-1")));
        // What the typed form then finds: a number that is none.
        let card = Card::compile(&export).unwrap();
        let wrong = CardDraft { params: vec![row("count", ValueKind::Number, "many")], ..newest };
        let codes: Vec<_> = findings(&export, &card, &wrong).iter().map(|found| found.code).collect();
        assert!(codes.contains(&"template.mistyped"), "{codes:?}");
    }

    #[test]
    fn nothing_is_learnt_of_nothing() {
        assert_eq!(learn(&[]), None);
        assert_eq!(learn(&[CardDraft::default()]), None);
    }
}
