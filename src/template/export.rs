//! The export file as a whole: the outer object and the two texts inside it.

use serde_json::{Map, Value};
use thiserror::Error;

use super::{
    Ignored, MAX_BYTES, MAX_IGNORED, ignore,
    variable::{Expression, Variable, expressions, variables},
    xml::{self, Element},
};
use crate::compose::json::{self, JsonError, Place};

/// Why a file is no export that can be used.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ExportError {
    /// Longer than [`MAX_BYTES`].
    #[error("{actual} bytes, more than {max}")]
    TooLarge {
        /// Its length in bytes.
        actual: usize,
        /// The most that is read.
        max: usize,
    },
    /// Text that should be JSON is not.
    #[error("{part}: {error}")]
    Json {
        /// `file`, `editorData` or `data`.
        part: &'static str,
        /// Where and why.
        error: JsonError,
    },
    /// JSON, but not an object.
    #[error("{part} is not an object")]
    NotObject {
        /// `file`, `editorData` or a section of the data.
        part: &'static str,
    },
    /// Neither `editorData` nor `widgetInfo` stand in it.
    #[error("not an export of the card builder")]
    NotAnExport,
    /// `widgetInfo` is no XML.
    #[error("widgetInfo, line {}, column {}: {reason}", place.line, place.column)]
    Xml {
        /// Where in `widgetInfo`.
        place: Place,
        /// What the XML reader says.
        reason: String,
    },
    /// `widgetInfo` declares a document type: entities of its own are not read.
    #[error("widgetInfo, line {}, column {}: a document type", place.line, place.column)]
    Doctype {
        /// Where in `widgetInfo`.
        place: Place,
    },
    /// Nested too deep.
    #[error("{part} is nested deeper than {max}")]
    TooDeep {
        /// Which part.
        part: &'static str,
        /// The deepest that is read.
        max: usize,
    },
    /// Too many of something.
    #[error("{part} has more than {max} parts")]
    TooMany {
        /// Which part.
        part: &'static str,
        /// The most that is read.
        max: usize,
    },
}

/// The author's sample values: `mockData`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sample {
    /// `cardData`.
    pub card: Map<String, Value>,
    /// `cardPrivateData`: what the author sees of the private variables.
    pub private: Map<String, Value>,
    /// `localData`: the client's own state.
    pub local: Map<String, Value>,
    /// `richTextData`: Markdown of the samples, parsed into styled spans by the builder.
    pub rich: Map<String, Value>,
}

/// An export file, read.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Export {
    /// `type`: `im`, `onebox`, `standard`, `topbox`…
    pub kind: String,
    /// `mode`: `card`.
    pub mode: String,
    /// `schemaVersion` of `editorData`.
    pub schema_version: String,
    /// What the template declares.
    pub variables: Vec<Variable>,
    /// Values computed from others.
    pub expressions: Vec<Expression>,
    /// The client's own state.
    pub local: Vec<Variable>,
    /// Forms.
    pub forms: Vec<Variable>,
    /// The author's sample values.
    pub sample: Sample,
    /// What the client draws; `None` when `widgetInfo` is missing or empty.
    pub root: Option<Element>,
    /// What was not understood and left out.
    pub ignored: Vec<Ignored>,
}

const OUTER: [&str; 4] = ["editorData", "widgetInfo", "type", "mode"];
/// Members of `editorData` that are read, or known to draw nothing.
const EDITOR: [&str; 15] = [
    "schemaVersion",
    "schema",
    "mockData",
    "editVersion",
    "customWidgetInfo",
    "useCustomWidgetInfo",
    "variableList",
    "formList",
    "expList",
    "localList",
    "hsfList",
    "lwpList",
    "extension",
    "pageData",
    "globalStyle",
];

/// The first numbers of `schemaVersion` that official exports have.
const KNOWN_VERSIONS: [&str; 2] = ["2", "3"];

impl Export {
    /// Reads an export file. What is unknown is left out and listed in [`Export::ignored`].
    ///
    /// Assumption: with `useCustomWidgetInfo` the client draws `customWidgetInfo` instead (no official export uses it).
    ///
    /// # Errors
    /// [`ExportError`], within a bound of time and memory whatever the text is.
    pub fn read(text: &str) -> Result<Self, ExportError> {
        if text.len() > MAX_BYTES {
            return Err(ExportError::TooLarge { actual: text.len(), max: MAX_BYTES });
        }
        let (outer, twice) = object_and_doubles(text, "file")?;
        if !outer.contains_key("editorData") && !outer.contains_key("widgetInfo") {
            return Err(ExportError::NotAnExport);
        }
        let mut ignored = Vec::new();
        doubles(twice, "", &mut ignored);
        unknown(&outer, &OUTER, "", &mut ignored);
        let editor = match outer.get("editorData") {
            // The builder writes text; an object, as other tools may store it, says the same.
            Some(Value::String(text)) if !text.trim().is_empty() => {
                let (editor, twice) = object_and_doubles(text, "editorData")?;
                doubles(twice, "editorData", &mut ignored);
                editor
            }
            Some(Value::Object(editor)) => editor.clone(),
            None | Some(Value::Null | Value::String(_)) => Map::new(),
            Some(_) => return Err(ExportError::NotObject { part: "editorData" }),
        };
        unknown(&editor, &EDITOR, "editorData/", &mut ignored);
        let version = word(&editor, "schemaVersion");
        if !version.is_empty() && !KNOWN_VERSIONS.contains(&version.split('.').next().unwrap_or_default()) {
            let what = format!("{version}: a version that is not known; read as far as it is understood");
            ignore(&mut ignored, || "editorData/schemaVersion".to_owned(), what);
        }
        let list = |name: &str| editor.get(name).unwrap_or(&Value::Null);
        let mut export = Self {
            kind: word(&outer, "type"),
            mode: word(&outer, "mode"),
            schema_version: version,
            variables: variables(list("variableList"), "editorData/variableList", &mut ignored),
            expressions: expressions(list("expList"), "editorData/expList", &mut ignored),
            local: variables(list("localList"), "editorData/localList", &mut ignored),
            forms: variables(list("formList"), "editorData/formList", &mut ignored),
            sample: sample(list("mockData"), &mut ignored),
            root: None,
            ignored: Vec::new(),
        };
        let custom = matches!(editor.get("useCustomWidgetInfo"), Some(Value::Bool(true)));
        let widgets = match editor.get("customWidgetInfo") {
            Some(Value::String(custom_widgets)) if custom && !custom_widgets.trim().is_empty() => custom_widgets,
            _ => match outer.get("widgetInfo") {
                Some(Value::String(widgets)) => widgets,
                _ => "",
            },
        };
        if widgets.trim().is_empty() {
            ignore(&mut ignored, || "widgetInfo".to_owned(), "empty: there is nothing to draw");
        } else {
            export.root = xml::read(widgets, &mut ignored)?;
        }
        export.ignored = ignored;
        Ok(export)
    }

    /// The declared variable of that name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }
}

fn word(map: &Map<String, Value>, name: &str) -> String {
    match map.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Reads a JSON object.
pub(super) fn object(text: &str, part: &'static str) -> Result<Map<String, Value>, ExportError> {
    object_and_doubles(text, part).map(|(map, _)| map)
}

/// Reads a JSON object, and the places of members that stand twice (the last one counts).
fn object_and_doubles(text: &str, part: &'static str) -> Result<(Map<String, Value>, Vec<String>), ExportError> {
    let parsed = json::parse(text).map_err(|error| ExportError::Json { part, error })?;
    let twice = parsed.duplicates.into_iter().map(|double| double.pointer).take(MAX_IGNORED).collect();
    match parsed.value {
        Value::Object(map) => Ok((map, twice)),
        _ => Err(ExportError::NotObject { part }),
    }
}

fn doubles(twice: Vec<String>, part: &str, ignored: &mut Vec<Ignored>) {
    for pointer in twice {
        ignore(
            ignored,
            || format!("{part}{pointer}").trim_start_matches('/').to_owned(),
            "stands twice: the last one counts",
        );
    }
}

fn unknown(map: &Map<String, Value>, known: &[&str], place: &str, ignored: &mut Vec<Ignored>) {
    for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
        ignore(ignored, || format!("{place}{name}"), name.as_str());
    }
}

fn sample(mock: &Value, ignored: &mut Vec<Ignored>) -> Sample {
    let mut part = |name: &str| match mock.get(name) {
        Some(Value::Object(map)) => map.clone(),
        None | Some(Value::Null) => Map::new(),
        Some(_) => {
            ignore(ignored, || format!("editorData/mockData/{name}"), "not an object");
            Map::new()
        }
    };
    Sample {
        card: part("cardData"),
        private: part("cardPrivateData"),
        local: part("localData"),
        rich: part("richTextData"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{lang::Lang, template::variable::VarKind};

    fn file(editor: &Value, widgets: &str) -> String {
        json!({ "editorData": editor.to_string(), "widgetInfo": widgets, "type": "im", "mode": "card" }).to_string()
    }

    #[test]
    fn variables_samples_and_widgets_are_read_and_the_rest_is_named() {
        let editor = json!({
            "schemaVersion": "3.0.0",
            "variableList": [
                { "id": "rows", "name": "rows", "type": "loopArray", "private": true, "description": "行",
                  "schema": [{ "id": "rows[0].n", "name": "n", "type": "number" }] },
                { "name": "hidden", "type": "string", "visible": false, "disabled": true },
                { "type": "string" }, 7, { "name": "new", "type": "hologram" }
            ],
            "expList": [{ "name": "e", "type": "string", "expContent": "a ? 'x' : 'y'" }],
            "mockData": { "cardData": { "rows": [{ "n": 1 }] }, "localData": 3 },
            "somethingNew": 1
        });
        let export = Export::read(&file(&editor, "<A/>")).unwrap();
        assert_eq!((export.kind.as_str(), export.schema_version.as_str()), ("im", "3.0.0"));
        let rows = export.variable("rows").unwrap();
        assert_eq!((&rows.kind, rows.private, rows.description.as_str()), (&VarKind::List, true, "行"));
        assert_eq!(rows.field("n").unwrap().kind, VarKind::Number);
        let hidden = export.variable("hidden").unwrap();
        assert!(hidden.disabled && !hidden.visible);
        assert_eq!(export.expressions[0].content, "a ? 'x' : 'y'");
        assert_eq!(export.sample.card["rows"], json!([{ "n": 1 }]));
        assert_eq!(export.root.unwrap().tag, "A");
        let places: Vec<_> = export.ignored.iter().map(|part| part.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "editorData/somethingNew",
                "editorData/variableList/2",
                "editorData/variableList/3",
                "editorData/variableList/4",
                "editorData/mockData/localData"
            ]
        );
    }

    #[test]
    fn a_version_that_is_not_known_and_members_that_stand_twice_are_named() {
        let editor = r#"{"schemaVersion":"4.1","variableList":[{"name":"a","type":"string","name":"b"}]}"#;
        let text = format!(r#"{{"editorData":{},"widgetInfo":"<A/>","type":"im","type":"onebox"}}"#, json!(editor));
        let export = Export::read(&text).unwrap();
        assert_eq!((export.kind.as_str(), export.variables[0].name.as_str()), ("onebox", "b"));
        let places: Vec<_> = export.ignored.iter().map(|part| part.place.as_str()).collect();
        assert_eq!(places, ["type", "editorData/variableList/0/name", "editorData/schemaVersion"]);
        for known in ["2.0.0", "3.0.0", ""] {
            let text = file(&json!({ "schemaVersion": known }), "<A/>");
            assert_eq!(Export::read(&text).unwrap().ignored, [], "{known}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_in_both_languages() {
        let long = " ".repeat(MAX_BYTES + 1);
        let deep = "[".repeat(1_000_000);
        let inner = json!({ "editorData": "{", "widgetInfo": "" }).to_string();
        let list = json!({ "editorData": "[]" }).to_string();
        let bomb = file(&json!({}), "<!DOCTYPE a [<!ENTITY b 'c'>]><A/>");
        let broken = file(&json!({}), "<A>");
        let nested = file(&json!({}), &"<A>".repeat(50_000));
        for text in [&long, &deep, &inner, &list, &bomb, &broken, &nested, "[]", "{}", ""] {
            let error = Export::read(text).unwrap_err();
            for lang in Lang::ALL {
                let message = error.message(lang);
                assert!(!message.contains("%{") && !message.starts_with("template."), "{error:?}: {message}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_ends_in_a_result_or_a_named_error(text in any::<String>(), inner in any::<String>()) {
            Export::read(&text).ok();
            Export::read(&json!({ "editorData": inner.clone(), "widgetInfo": inner }).to_string()).ok();
        }

        #[test]
        fn any_nesting_of_broken_tags_ends(parts in proptest::collection::vec(
            prop_oneof![Just("<A>"), Just("</A>"), Just("<B x='@f{'"), Just("/>"), Just("&a;"), Just("<!--"), Just("]]>"), Just("'")],
            0..200,
        )) {
            Export::read(&file(&json!({}), &parts.concat())).ok();
        }
    }
}
