//! What a template declares: its variables with their types, its expressions, its local state.

use serde_json::Value;

use super::{Ignored, MAX_SCHEMA_DEPTH, MAX_VARIABLES, ignore};

/// The type of a variable, as the builder names it.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub enum VarKind {
    /// `string`.
    Text,
    /// `markdown`: text with DingTalk's Markdown.
    Markdown,
    /// `number`.
    Number,
    /// `boolean`.
    Boolean,
    /// `object`, its members by [`Variable::fields`].
    Object,
    /// `loopArray`: a list of objects, their members by [`Variable::fields`].
    List,
    /// `numberArray`.
    Numbers,
    /// `stringArray`.
    Texts,
    /// `booleanArray`.
    Booleans,
    /// `selectOptions`: the options of a select.
    Options,
    /// `table`.
    Table,
    /// `chart`.
    Chart,
    /// `form`: the fields of a form.
    Form,
    /// `dynamicEvent`: what a press does.
    Event,
    /// A type this program does not know: any value fits.
    Other(String),
}

impl VarKind {
    /// The kind of a type name; `form` stands at the top level of `variableList`.
    pub fn of(name: &str) -> Self {
        match name {
            "string" => Self::Text,
            "markdown" => Self::Markdown,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "object" => Self::Object,
            "loopArray" => Self::List,
            "numberArray" => Self::Numbers,
            "stringArray" => Self::Texts,
            "booleanArray" => Self::Booleans,
            "selectOptions" => Self::Options,
            "table" => Self::Table,
            "chart" => Self::Chart,
            "form" => Self::Form,
            "dynamicEvent" => Self::Event,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The builder's name of the type.
    pub fn name(&self) -> &str {
        match self {
            Self::Text => "string",
            Self::Markdown => "markdown",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::List => "loopArray",
            Self::Numbers => "numberArray",
            Self::Texts => "stringArray",
            Self::Booleans => "booleanArray",
            Self::Options => "selectOptions",
            Self::Table => "table",
            Self::Chart => "chart",
            Self::Form => "form",
            Self::Event => "dynamicEvent",
            Self::Other(name) => name,
        }
    }
}

/// One declared variable, or one member of an object or list element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// The builder's id; nested ones look like `content[0].nick`. Empty where the file gives none.
    pub id: String,
    /// The name values are given under.
    pub name: String,
    /// The type.
    pub kind: VarKind,
    /// Whether it takes its value from `privateData`, falling back to the public one.
    pub private: bool,
    /// What the author wrote about it.
    pub description: String,
    /// Set by the builder's own components (`flowStatus` of an AI card): not for the author to delete.
    pub disabled: bool,
    /// Whether the builder shows it; absent means shown.
    pub visible: bool,
    /// The members, for an object, a list, a form.
    pub fields: Vec<Variable>,
}

impl Variable {
    /// The member of that name.
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// An entry of `expList`: a value the builder computes from others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expression {
    /// The name other places use.
    pub name: String,
    /// The type it is meant to have.
    pub kind: VarKind,
    /// The JavaScript-like text.
    pub content: String,
    /// What the author wrote about it.
    pub description: String,
}

fn words(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn flag(value: &Value, name: &str) -> Option<bool> {
    match value.get(name)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text == "true" => Some(true),
        Value::String(text) if text == "false" => Some(false),
        _ => None,
    }
}

/// Reads a list of variables. Entries that are no object or have no name are listed in `ignored`, as are those over
/// [`MAX_VARIABLES`] or deeper than [`MAX_SCHEMA_DEPTH`].
pub(super) fn variables(list: &Value, place: &str, ignored: &mut Vec<Ignored>) -> Vec<Variable> {
    let mut left = MAX_VARIABLES;
    variables_in(list, place, 0, &mut left, ignored)
}

fn variables_in(
    list: &Value,
    place: &str,
    depth: usize,
    left: &mut usize,
    ignored: &mut Vec<Ignored>,
) -> Vec<Variable> {
    let Value::Array(entries) = list else {
        if !list.is_null() {
            ignore(ignored, || place.to_owned(), "not a list");
        }
        return Vec::new();
    };
    if depth >= MAX_SCHEMA_DEPTH && !entries.is_empty() {
        ignore(ignored, || place.to_owned(), format!("deeper than {MAX_SCHEMA_DEPTH}"));
        return Vec::new();
    }
    let mut found: Vec<Variable> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let here = || format!("{place}/{index}");
        let name = words(entry, "name");
        if name.is_empty() {
            ignore(ignored, here, "no name");
            continue;
        }
        if found.iter().any(|known| known.name == name) {
            ignore(ignored, here, format!("{name} stands twice"));
            continue;
        }
        if *left == 0 {
            ignore(ignored, here, format!("more than {MAX_VARIABLES} variables"));
            break;
        }
        *left -= 1;
        let kind = VarKind::of(entry.get("type").and_then(Value::as_str).unwrap_or_default());
        if let VarKind::Other(other) = &kind {
            ignore(ignored, here, format!("{name}: type {other:?}"));
        }
        let fields = entry.get("schema").unwrap_or(&Value::Null);
        found.push(Variable {
            id: words(entry, "id"),
            kind,
            private: flag(entry, "private").unwrap_or(false),
            description: words(entry, "description"),
            disabled: flag(entry, "disabled").unwrap_or(false),
            visible: flag(entry, "visible").unwrap_or(true),
            fields: variables_in(fields, &format!("{place}/{index}/schema"), depth + 1, left, ignored),
            name,
        });
    }
    found
}

/// Reads `expList`.
pub(super) fn expressions(list: &Value, place: &str, ignored: &mut Vec<Ignored>) -> Vec<Expression> {
    let entries = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found = Vec::new();
    for (index, entry) in entries.iter().take(MAX_VARIABLES).enumerate() {
        let (name, content) = (words(entry, "name"), words(entry, "expContent"));
        if name.is_empty() {
            ignore(ignored, || format!("{place}/{index}"), "no name");
            continue;
        }
        let kind = VarKind::of(entry.get("type").and_then(Value::as_str).unwrap_or_default());
        found.push(Expression { name, kind, content, description: words(entry, "description") });
    }
    found
}
