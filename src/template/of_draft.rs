//! The values of a card that is being written, as the template room reads them, and what is wrong with them there.

use serde_json::Value;

use super::{
    Card, Export,
    values::{Given, VALUE_BYTES, Values, check},
};
use crate::compose::{CardDraft, Finding, Severity, card::ValueKind, encode::FULL_JSON, json, pointer};

const PARAMS: &str = "/cardData/cardParamMap";
const PRIVATE: &str = "/privateData";

/// How many people's private values are looked at; the rules are the same for all.
const PEOPLE: usize = 200;

/// Where a public variable stands in the card's body.
pub fn public_pointer(name: &str, kind: ValueKind) -> String {
    below(PARAMS, name, kind)
}

fn below(params: &str, name: &str, kind: ValueKind) -> String {
    if kind.in_full_json() {
        pointer::join(&pointer::join(params, FULL_JSON), name)
    } else {
        pointer::join(params, name)
    }
}

fn value(kind: ValueKind, text: &str) -> Value {
    if kind.in_full_json()
        && let Ok(parsed) = json::parse(text.trim())
    {
        return parsed.value;
    }
    Value::String(text.to_owned())
}

/// The values of a card; the pointers are those of its body.
pub fn values(draft: &CardDraft) -> Values {
    let card = draft
        .params
        .iter()
        .filter(|row| !row.key.is_empty())
        .map(|row| Given {
            name: row.key.clone(),
            value: value(row.kind, &row.value),
            pointer: public_pointer(&row.key, row.kind),
        })
        .collect();
    let person = |row: &crate::compose::card::PrivateRow| {
        let at = pointer::join(&pointer::join(PRIVATE, &row.person.id), "cardParamMap");
        let cells = draft.private.columns.iter().zip(&row.cells);
        let given = cells.filter_map(|(column, cell)| {
            let text = cell.as_deref()?;
            let pointer = below(&at, &column.key, column.kind);
            Some(Given { name: column.key.clone(), value: value(column.kind, text), pointer })
        });
        (row.person.id.clone(), given.collect())
    };
    let private = draft.private.rows.iter().take(PEOPLE).map(person).collect();
    Values { card, private, ..Values::default() }
}

/// The same with all private values of one person, however many people there are.
pub fn values_of(draft: &CardDraft, id: Option<&str>) -> Values {
    let mut one = CardDraft { params: draft.params.clone(), ..CardDraft::default() };
    let row = id.and_then(|id| draft.private.rows.iter().find(|row| row.person.id == id));
    if let Some(row) = row {
        let table =
            crate::compose::card::PrivateTable { columns: draft.private.columns.clone(), rows: vec![row.clone()] };
        one.private = std::sync::Arc::new(table);
    }
    values(&one)
}

/// What the template finds wrong or doubtful, with pointers into the card's body. Nothing of it is an error of the call:
/// DingTalk takes it, the card only looks otherwise.
pub fn findings(export: &Export, card: &Card, draft: &CardDraft) -> Vec<Finding> {
    let mut found = check(export, &values(draft), &card.unused(export));
    let declared: Vec<String> =
        export.variables.iter().map(|variable| pointer::join("/cardData", &variable.name)).collect();
    for finding in &mut found {
        if declared.contains(&finding.pointer) {
            let name = finding.pointer.strip_prefix("/cardData").unwrap_or_default();
            finding.pointer = format!("{PARAMS}{name}");
        }
        if finding.severity == Severity::Error {
            finding.severity = Severity::Warning;
        }
    }
    // The length is found by the card's own check already.
    found.retain(|finding| finding.limit.is_none_or(|limit| limit.max != VALUE_BYTES as u64));
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{
        compose::{
            PersonRef,
            card::{ParamRow, PrivateColumn, PrivateRow, PrivateTable},
        },
        template::values::merge,
    };

    #[test]
    fn a_written_card_gives_its_values_and_findings_point_into_its_body() {
        let editor = json!({ "variableList": [
            { "name": "title", "type": "string" }, { "name": "n", "type": "number" }, { "name": "absent", "type": "string" } ] });
        let widgets = "<FastTextView text='@data{data.cardData.title}'/>";
        let text = json!({ "editorData": editor.to_string(), "widgetInfo": widgets }).to_string();
        let export = Export::read(&text).unwrap();
        let card = Card::compile(&export).unwrap();
        let row = |key: &str, kind, value: &str| ParamRow { key: key.to_owned(), kind, value: value.to_owned() };
        let person = PersonRef { id: "u1".to_owned(), name: String::new() };
        let draft = CardDraft {
            params: vec![
                row("title", ValueKind::Text, "周报"),
                row("n", ValueKind::Json, "[1]"),
                row("odd", ValueKind::Text, "x"),
            ],
            private: Arc::new(PrivateTable {
                columns: vec![PrivateColumn { key: "title".to_owned(), kind: ValueKind::Text }],
                rows: vec![PrivateRow { person, cells: vec![Some("你的周报".to_owned())].into() }],
            }),
            ..CardDraft::default()
        };
        let all = values(&draft);
        assert_eq!(merge(&export, &all, None).card["title"], json!("周报"));
        assert_eq!(merge(&export, &values_of(&draft, Some("u1")), Some("u1")).card["title"], json!("你的周报"));
        assert!(values_of(&draft, None).private.is_empty());
        let found = findings(&export, &card, &draft);
        let codes: Vec<_> = found.iter().map(|finding| (finding.code, finding.pointer.as_str())).collect();
        assert_eq!(
            codes,
            [
                ("template.unused", "/cardData/cardParamMap/n"),
                ("template.missing", "/cardData/cardParamMap/absent"),
                ("template.unused", "/cardData/cardParamMap/absent"),
                ("template.mistyped", "/cardData/cardParamMap/sys_full_json_obj/n"),
                ("template.unknown", "/cardData/cardParamMap/odd"),
                ("template.private_for_public", "/privateData/u1/cardParamMap/title"),
            ]
        );
        assert!(found.iter().all(|finding| finding.severity != Severity::Error));
    }
}
