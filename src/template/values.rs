//! The values of one viewer: public ones, one person's private ones over them, the client's own state; and what is
//! wrong with them.
//!
//! Values come as the API takes them (text, with JSON text for lists and objects, `sys_full_json_obj` for several at
//! once) or typed, as the builder's samples are. Findings point into the data they came from.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    Export, ExportError, MAX_IGNORED,
    export::object,
    variable::{VarKind, Variable},
};
use crate::compose::{Finding, Severity, Unit, encode::FULL_JSON, json, pointer};

/// The longest value the API documents, in bytes (`create-and-deliver-cards`: "values ≤ 1 KB"); observed not to be
/// enforced, so passing it is no error.
pub const VALUE_BYTES: usize = 1024;
/// What a data file is made of.
const SECTIONS: [&str; 3] = ["cardData", "privateData", "localData"];

/// One value as given, and where.
#[derive(Clone, PartialEq, Debug)]
pub struct Given {
    /// The variable's name.
    pub name: String,
    /// The value as it stands there.
    pub value: Value,
    /// JSON pointer into the data.
    pub pointer: String,
}

/// All values of a card, for every viewer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Values {
    /// Public values.
    pub card: Vec<Given>,
    /// Private values per person, in the order of the data. The sample's stand under an empty id: anybody's.
    pub private: Vec<(String, Vec<Given>)>,
    /// The client's own state.
    pub local: Vec<Given>,
    /// What of a data file was not read.
    pub problems: Vec<Finding>,
}

/// What one viewer's card is drawn from.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Merged {
    /// Public values with the viewer's private ones over them (as DingTalk merges them per viewer).
    pub card: Map<String, Value>,
    /// The viewer's private values alone; official templates ask for them under `data.cardPrivateData`.
    pub private: Map<String, Value>,
    /// The client's own state.
    pub local: Map<String, Value>,
}

impl Values {
    /// The builder's sample values. Their pointers are those the same values would have in a data file.
    pub fn of_sample(export: &Export) -> Self {
        let given = |map: &Map<String, Value>, at: &str| -> Vec<Given> {
            map.iter()
                .map(|(name, value)| Given {
                    name: name.clone(),
                    value: value.clone(),
                    pointer: pointer::join(at, name),
                })
                .collect()
        };
        Self {
            card: given(&export.sample.card, "/cardData"),
            private: vec![(String::new(), given(&export.sample.private, "/cardPrivateData"))],
            local: given(&export.sample.local, "/localData"),
            problems: Vec::new(),
        }
    }

    /// Reads a data file: `cardData`, `privateData` (person → values) and `localData`; the API's `cardParamMap` around
    /// the values may stand or be left out.
    ///
    /// # Errors
    /// [`ExportError::Json`] and [`ExportError::NotObject`].
    pub fn read(text: &str) -> Result<Self, ExportError> {
        let data = object(text, "data")?;
        let section = |name: &'static str| match data.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(_) => Err(ExportError::NotObject { part: name }),
        };
        let mut values = Self::default();
        for name in data.keys().filter(|name| !SECTIONS.contains(&name.as_str())).take(MAX_IGNORED) {
            let at = pointer::join("", name);
            values.problems.push(Finding::new(Severity::Info, &at, "template.unknown_section").arg("name", name));
        }
        if let Some(map) = section("cardData")? {
            values.card = params(map, "/cardData", &mut values.problems);
        }
        if let Some(people) = section("privateData")? {
            for (person, map) in people {
                let Value::Object(map) = map else { return Err(ExportError::NotObject { part: "privateData" }) };
                let given = params(map, &pointer::join("/privateData", person), &mut values.problems);
                values.private.push((person.clone(), given));
            }
        }
        if let Some(map) = section("localData")? {
            values.local = params(map, "/localData", &mut values.problems);
        }
        Ok(values)
    }

    /// The private values of a person: their own, else the sample's; `None` where there are neither.
    fn private_of(&self, person: Option<&str>) -> Option<&[Given]> {
        let own = person.and_then(|person| self.private.iter().find(|(id, _)| id == person));
        let anybody = || self.private.iter().find(|(id, _)| id.is_empty());
        own.or_else(anybody).map(|(_, values)| values.as_slice())
    }

    /// Says where a person who was asked for has no private values: a mistyped id looks like everybody.
    pub fn check_person(&self, person: Option<&str>) -> Option<Finding> {
        let id = person.filter(|_| self.private_of(person).is_none())?;
        let at = pointer::join("/privateData", id);
        Some(Finding::new(Severity::Info, &at, "template.no_private").arg("id", id))
    }
}

/// The values of a section, with `cardParamMap` and `sys_full_json_obj` unpacked.
fn params(map: &Map<String, Value>, at: &str, problems: &mut Vec<Finding>) -> Vec<Given> {
    let (map, at) = match map.get("cardParamMap") {
        Some(Value::Object(inner)) => (inner, pointer::join(at, "cardParamMap")),
        _ => (map, at.to_owned()),
    };
    let mut found = Vec::new();
    for (name, value) in map {
        let here = pointer::join(&at, name);
        match value {
            Value::String(text) if name == FULL_JSON => {
                if let Ok(Value::Object(inner)) = json::parse(text).map(|parsed| parsed.value) {
                    found.extend(inner.into_iter().map(|(name, value)| {
                        let pointer = pointer::join(&here, &name);
                        Given { name, value, pointer }
                    }));
                } else {
                    problems.push(Finding::new(Severity::Error, &here, "template.full_json"));
                }
            }
            _ => found.push(Given { name: name.clone(), value: value.clone(), pointer: here }),
        }
    }
    found
}

/// What one viewer's card is drawn from: the public values, over them the viewer's private ones, and the local state.
///
/// A person without private values of their own sees the sample's, where the values are the sample; else only the public
/// ones. An empty private value does not hide a public one: the builder's own expressions test its length first
/// (`@greater{@len{private}, 0}`).
pub fn merge(export: &Export, values: &Values, person: Option<&str>) -> Merged {
    let mut merged = Merged::default();
    for given in &values.card {
        merged.card.insert(given.name.clone(), typed(export.variable(&given.name), &given.value).into_owned());
    }
    for given in values.private_of(person).unwrap_or_default() {
        let value = typed(export.variable(&given.name), &given.value).into_owned();
        let empty = matches!(&value, Value::Null) || value.as_str().is_some_and(str::is_empty);
        if !empty || !merged.card.contains_key(&given.name) {
            merged.card.insert(given.name.clone(), value.clone());
        }
        merged.private.insert(given.name.clone(), value);
    }
    for given in &values.local {
        let declared = export.local.iter().find(|variable| variable.name == given.name);
        merged.local.insert(given.name.clone(), typed(declared, &given.value).into_owned());
    }
    merged
}

/// A value in its variable's type: text that holds the JSON of another type is read. What does not fit stays as it is.
pub(super) fn typed<'v>(variable: Option<&Variable>, value: &'v Value) -> Cow<'v, Value> {
    let (Some(variable), Value::String(text)) = (variable, value) else { return Cow::Borrowed(value) };
    if matches!(variable.kind, VarKind::Text | VarKind::Markdown | VarKind::Other(_)) {
        return Cow::Borrowed(value);
    }
    match json::parse(text.trim()) {
        Ok(parsed) if fits(&variable.kind, &parsed.value) => Cow::Owned(parsed.value),
        _ => Cow::Borrowed(value),
    }
}

/// Whether a value that is no text has the type. Numbers and truth values fit a text: they travel as text anyway.
fn fits(kind: &VarKind, value: &Value) -> bool {
    match kind {
        VarKind::Text | VarKind::Markdown => matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)),
        VarKind::Number => value.is_number(),
        VarKind::Boolean => value.is_boolean(),
        VarKind::Object | VarKind::Form | VarKind::Chart | VarKind::Event => value.is_object(),
        VarKind::List | VarKind::Options => value.is_array(),
        VarKind::Numbers => every(value, Value::is_number),
        VarKind::Texts => every(value, Value::is_string),
        VarKind::Booleans => every(value, Value::is_boolean),
        VarKind::Table => value.is_object() || value.is_array(),
        VarKind::Other(_) => true,
    }
}

fn every(value: &Value, test: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|list| list.iter().all(test))
}

/// What is wrong or doubtful in the values: missing, unknown, mistyped, private for a public variable, over the limit.
/// `unused` names the declared variables that no widget uses.
pub fn check(export: &Export, values: &Values, unused: &[String]) -> Vec<Finding> {
    let mut findings = values.problems.clone();
    for variable in &export.variables {
        let here = pointer::join("/cardData", &variable.name);
        let given = values.card.iter().chain(values.private.iter().flat_map(|(_, given)| given));
        let has_value = given.into_iter().any(|given| given.name == variable.name && !given.value.is_null());
        // What the builder's own components fill (`flowStatus`) is not the author's to give.
        let system = variable.disabled && !variable.visible;
        if !has_value && !system {
            findings.push(
                Finding::new(Severity::Warning, &here, "template.missing")
                    .arg("name", &variable.name)
                    .arg("type", variable.kind.name()),
            );
        }
        if unused.contains(&variable.name) {
            findings.push(Finding::new(Severity::Info, &here, "template.unused").arg("name", &variable.name));
        }
    }
    for given in &values.card {
        check_given(export, given, false, &mut findings);
    }
    for given in values.private.iter().flat_map(|(_, given)| given) {
        check_given(export, given, true, &mut findings);
    }
    for given in &values.local {
        if let Some(variable) = export.local.iter().find(|variable| variable.name == given.name) {
            check_type(variable, &given.value, &given.pointer, &mut findings);
        }
    }
    findings
}

fn check_given(export: &Export, given: &Given, private: bool, findings: &mut Vec<Finding>) {
    let Given { name, value, pointer } = given;
    let Some(variable) = export.variable(name) else {
        // Keys DingTalk reserves, and the wide layout's switch, need no declaration.
        if !name.starts_with("sys_") && name != "config" {
            findings.push(Finding::new(Severity::Warning, pointer, "template.unknown").arg("name", name));
        }
        return;
    };
    if private && !variable.private {
        findings.push(Finding::new(Severity::Warning, pointer, "template.private_for_public").arg("name", name));
    }
    check_type(variable, value, pointer, findings);
    let bytes = match value {
        Value::String(text) => text.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        other => other.to_string().len(),
    };
    if bytes > VALUE_BYTES {
        findings.push(Finding::new(Severity::Info, pointer, "template.long").arg("name", name).limit(
            VALUE_BYTES as u64,
            bytes as u64,
            Unit::Bytes,
        ));
    }
}

fn check_type(variable: &Variable, value: &Value, at: &str, findings: &mut Vec<Finding>) {
    // Nothing given is not a wrong type.
    if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return;
    }
    let value = typed(Some(variable), value);
    if !fits(&variable.kind, &value) {
        findings.push(mistyped(&variable.name, variable.kind.name(), &value, at));
        return;
    }
    // The members of a form's fields change with the field's type: a select's default is an object in an official export
    // that declares text.
    if variable.kind == VarKind::Form {
        return;
    }
    let members = |map: &Map<String, Value>, at: &str, findings: &mut Vec<Finding>| {
        for field in &variable.fields {
            if let Some(value) = map.get(&field.name) {
                check_type(field, value, &pointer::join(at, &field.name), findings);
            }
        }
    };
    match &*value {
        Value::Object(map) => members(map, at, findings),
        Value::Array(list) => {
            for (index, element) in list.iter().enumerate() {
                let at = pointer::element(at, index);
                match element {
                    Value::Object(map) => members(map, &at, findings),
                    other if variable.kind == VarKind::List && !variable.fields.is_empty() && !other.is_null() => {
                        findings.push(mistyped(&variable.name, VarKind::Object.name(), other, &at));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn mistyped(name: &str, wanted: &str, value: &Value, at: &str) -> Finding {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    Finding::new(Severity::Error, at, "template.mistyped").arg("name", name).arg("type", wanted).arg("found", found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lang::Lang;

    fn export() -> Export {
        let editor = json!({ "variableList": [
            { "name": "title", "type": "string" },
            { "name": "count", "type": "number" },
            { "name": "on", "type": "boolean", "private": true },
            { "name": "rows", "type": "loopArray", "schema": [{ "name": "n", "type": "number" }] },
            { "name": "flowStatus", "type": "string", "disabled": true, "visible": false }
        ], "mockData": { "cardData": { "title": "t", "on": false }, "cardPrivateData": { "on": true } } });
        Export::read(&json!({ "editorData": editor.to_string() }).to_string()).unwrap()
    }

    fn codes(findings: &[Finding]) -> Vec<(&str, &str)> {
        findings.iter().map(|finding| (finding.pointer.as_str(), finding.code)).collect()
    }

    #[test]
    fn a_persons_private_value_lies_over_the_public_one_and_json_text_is_read() {
        let data = json!({
            "cardData": { "cardParamMap": { "title": "t", "on": "false", "sys_full_json_obj": "{\"count\":3,\"rows\":[{\"n\":1}]}" } },
            "privateData": { "u1": { "cardParamMap": { "on": "true" } }, "u2": { "on": "" } },
            "localData": { "draft": "x" }
        });
        let (export, values) = (export(), Values::read(&data.to_string()).unwrap());
        let everyone = merge(&export, &values, None);
        assert_eq!(everyone.card["on"], json!(false));
        assert_eq!((&everyone.card["count"], &everyone.card["rows"]), (&json!(3), &json!([{ "n": 1 }])));
        assert!(everyone.private.is_empty());
        let one = merge(&export, &values, Some("u1"));
        assert_eq!((&one.card["on"], &one.private["on"]), (&json!(true), &json!(true)));
        assert_eq!(merge(&export, &values, Some("u2")).card["on"], json!(false), "empty does not hide the public one");
        assert_eq!(merge(&export, &values, Some("nobody")).card["on"], json!(false));
        assert_eq!(one.local["draft"], json!("x"));
        assert_eq!(codes(&check(&export, &values, &[])), []);
        assert_eq!(merge(&export, &Values::of_sample(&export), Some("u9")).card["on"], json!(true));
    }

    #[test]
    fn findings_point_into_the_data() {
        let data = json!({
            "cardData": { "count": "many", "rows": [{ "n": 1 }, { "n": "x" }], "extra": 1, "sys_x": "", "title": "长".repeat(400) },
            "privateData": { "u/1": { "cardParamMap": { "title": "private" } } }
        });
        let findings = check(&export(), &Values::read(&data.to_string()).unwrap(), &["title".to_owned()]);
        assert_eq!(
            codes(&findings),
            [
                ("/cardData/title", "template.unused"),
                ("/cardData/on", "template.missing"),
                ("/cardData/count", "template.mistyped"),
                ("/cardData/rows/1/n", "template.mistyped"),
                ("/cardData/extra", "template.unknown"),
                ("/cardData/title", "template.long"),
                ("/privateData/u~11/cardParamMap/title", "template.private_for_public"),
            ]
        );
        assert_eq!(findings[2].severity, Severity::Error);
        for finding in &findings {
            for lang in Lang::ALL {
                let message = finding.message(lang);
                assert!(!message.contains("%{") && !message.starts_with("finding."), "{message}");
            }
        }
    }

    #[test]
    fn what_of_a_data_file_is_not_read_is_said() {
        let data = json!({
            "outTrackId": "x", "cardData": { "sys_full_json_obj": "{oops", "rows": [5, null, { "n": 1 }] },
            "privateData": { "u1": { "on": true } }
        });
        let values = Values::read(&data.to_string()).unwrap();
        let findings = check(&export(), &values, &[]);
        let found: Vec<_> = codes(&findings).into_iter().filter(|(_, code)| *code != "template.missing").collect();
        assert_eq!(
            found,
            [
                ("/outTrackId", "template.unknown_section"),
                ("/cardData/sys_full_json_obj", "template.full_json"),
                ("/cardData/rows/0", "template.mistyped"),
            ]
        );
        assert_eq!(values.check_person(None), None);
        assert_eq!(values.check_person(Some("u1")), None);
        let nobody = values.check_person(Some("u2")).unwrap();
        assert_eq!((nobody.code, nobody.pointer.as_str()), ("template.no_private", "/privateData/u2"));
        assert_eq!(Values::of_sample(&export()).check_person(Some("u2")), None, "the sample is anybody's");
        for finding in findings.iter().chain([&nobody]) {
            for lang in Lang::ALL {
                let message = finding.message(lang);
                assert!(!message.contains("%{") && !message.starts_with("finding."), "{message}");
            }
        }
    }

    #[test]
    fn data_of_the_wrong_shape_is_a_named_error() {
        for text in ["", "[]", r#"{"cardData":1}"#, r#"{"privateData":{"u":1}}"#, r#"{"localData":[]}"#] {
            assert!(Values::read(text).is_err(), "{text}");
        }
        assert_eq!(Values::read("{}").unwrap(), Values::default());
    }
}
