//! Inputs for values made of others: members of an object, rows of a list, a table's columns, by their `schema`.

use egui::{TextEdit, Ui};
use serde_json::{Map, Value};

use crate::{
    lang::Lang,
    template::variable::{VarKind, Variable},
    ui::{
        icons::Icon,
        theme::{self, size},
        widgets::{PushButton, buttons::icon_button_sized},
    },
};

/// How many rows are shown; more are edited as JSON in the table of variables.
const ROWS: usize = 50;
const BUTTON: f32 = 22.0;

/// The input of a value; `true` when it was changed. `path` names it for those who do not see where it stands.
pub fn value_ui(ui: &mut Ui, lang: Lang, variable: &Variable, value: &mut Value, path: &str) -> bool {
    match &variable.kind {
        VarKind::Object => object_ui(ui, lang, &variable.fields, value, path),
        VarKind::List | VarKind::Options => {
            let fields = if variable.kind == VarKind::Options && variable.fields.is_empty() {
                ["value", "text"].map(|name| member(name, VarKind::Text)).to_vec()
            } else {
                variable.fields.clone()
            };
            let element = Variable { kind: VarKind::Object, fields, ..variable.clone() };
            list_ui(ui, lang, &element, value, path)
        }
        VarKind::Numbers => list_ui(ui, lang, &member("", VarKind::Number), value, path),
        VarKind::Texts => list_ui(ui, lang, &member("", VarKind::Text), value, path),
        VarKind::Booleans => list_ui(ui, lang, &member("", VarKind::Boolean), value, path),
        VarKind::Table => table_ui(ui, lang, value, path),
        VarKind::Chart => chart_ui(ui, lang, value, path),
        VarKind::Text | VarKind::Markdown | VarKind::Other(_) => {
            text_ui(ui, value, path, variable.kind == VarKind::Markdown)
        }
        VarKind::Number => number_ui(ui, value, path),
        VarKind::Boolean => {
            let mut on = value.as_bool().unwrap_or(false);
            let changed = ui.checkbox(&mut on, "").accessible_name(path).changed();
            if changed {
                *value = Value::Bool(on);
            }
            changed
        }
        VarKind::Form | VarKind::Event => json_ui(ui, value, path),
    }
}

fn member(name: &str, kind: VarKind) -> Variable {
    Variable {
        id: String::new(),
        name: name.to_owned(),
        kind,
        private: false,
        description: String::new(),
        disabled: false,
        visible: true,
        fields: Vec::new(),
    }
}

fn text_ui(ui: &mut Ui, value: &mut Value, path: &str, lines: bool) -> bool {
    let mut text = match &*value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let field = if lines { TextEdit::multiline(&mut text).desired_rows(2) } else { TextEdit::singleline(&mut text) };
    let changed = ui.add(field.desired_width(f32::INFINITY)).accessible_name(path).changed();
    if changed {
        *value = Value::String(text);
    }
    changed
}

/// A number; what is none yet stays as text, which a finding names.
fn number_ui(ui: &mut Ui, value: &mut Value, path: &str) -> bool {
    let mut text = match &*value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let changed = ui.add(TextEdit::singleline(&mut text).desired_width(120.0)).accessible_name(path).changed();
    if changed {
        *value = match text.trim().parse::<serde_json::Number>() {
            Ok(number) => Value::Number(number),
            Err(_) if text.trim().is_empty() => Value::Null,
            Err(_) => Value::String(text),
        };
    }
    changed
}

/// A value without a known shape, as JSON; taken over when it is some.
fn json_ui(ui: &mut Ui, value: &mut Value, path: &str) -> bool {
    let id = ui.make_persistent_id(("json", path));
    let written = if value.is_null() { String::new() } else { serde_json::to_string_pretty(value).unwrap_or_default() };
    // While it is no JSON, what was typed is kept here.
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| written.clone());
    let field = TextEdit::multiline(&mut text).code_editor().desired_rows(4).desired_width(f32::INFINITY);
    let response = ui.add(field).accessible_name(path);
    if !response.changed() {
        return false;
    }
    if let Ok(parsed) = crate::compose::json::parse(&text) {
        ui.data_mut(|data| data.remove::<String>(id));
        *value = parsed.value;
        return true;
    }
    ui.data_mut(|data| data.insert_temp(id, text));
    false
}

fn object_ui(ui: &mut Ui, lang: Lang, fields: &[Variable], value: &mut Value, path: &str) -> bool {
    if fields.is_empty() {
        return json_ui(ui, value, path);
    }
    let mut map = match &*value {
        Value::Object(map) => map.clone(),
        _ => Map::new(),
    };
    let mut changed = false;
    for field in fields {
        let mut inner = map.get(&field.name).cloned().unwrap_or_default();
        let name = format!("{path}.{}", field.name);
        let flat = matches!(field.kind, VarKind::Text | VarKind::Number | VarKind::Boolean | VarKind::Other(_));
        let label = |ui: &mut Ui| {
            let text = theme::help(ui.style(), field.name.as_str());
            let shown = ui.label(text);
            if !field.description.is_empty() {
                shown.on_hover_text(&field.description);
            }
        };
        let edited = if flat {
            ui.horizontal(|ui| {
                label(ui);
                value_ui(ui, lang, field, &mut inner, &name)
            })
            .inner
        } else {
            label(ui);
            ui.indent(&name, |ui| value_ui(ui, lang, field, &mut inner, &name)).inner
        };
        if edited {
            map.insert(field.name.clone(), inner);
            changed = true;
        }
    }
    if changed {
        *value = Value::Object(map);
    }
    changed
}

fn list_ui(ui: &mut Ui, lang: Lang, element: &Variable, value: &mut Value, path: &str) -> bool {
    let mut list = match &*value {
        Value::Array(list) => list.clone(),
        Value::Null => Vec::new(),
        // Something else stands there: its JSON.
        _ => return json_ui(ui, value, path),
    };
    let (mut changed, mut remove, mut up) = (false, None, None);
    for (index, row) in list.iter_mut().enumerate().take(ROWS) {
        let name = format!("{path}[{index}]");
        ui.horizontal_top(|ui| {
            ui.label(theme::help(ui.style(), format!("{}", index + 1)));
            let text = tr!(lang, "lab.row_up", name = name);
            if icon_button_sized(ui, Icon::Up, text, BUTTON, index > 0).clicked() {
                up = Some(index);
            }
            let text = tr!(lang, "lab.row_remove", name = name);
            if icon_button_sized(ui, Icon::Trash, text, BUTTON, true).clicked() {
                remove = Some(index);
            }
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = size::XS;
                changed |= ui.push_id(index, |ui| value_ui(ui, lang, element, row, &name)).inner;
            });
        });
    }
    if list.len() > ROWS {
        ui.label(theme::help(ui.style(), tr!(lang, "lab.more_rows", count = list.len() - ROWS)));
    }
    let text = tr!(lang, "lab.add_row");
    let add = PushButton::quiet(text.clone()).name(format!("{text} {path}")).icon(Icon::Plus).small();
    if add.show(ui).clicked() {
        list.push(empty(element));
        changed = true;
    }
    if let Some(index) = remove {
        list.remove(index);
        changed = true;
    }
    if let Some(index) = up.filter(|&index| index > 0) {
        list.swap(index, index - 1);
        changed = true;
    }
    if changed {
        *value = Value::Array(list);
    }
    changed
}

/// A value of a type with nothing in it.
pub fn empty(variable: &Variable) -> Value {
    match variable.kind {
        VarKind::Number => Value::from(0),
        VarKind::Boolean => Value::Bool(false),
        VarKind::Object => {
            Value::Object(variable.fields.iter().map(|field| (field.name.clone(), empty(field))).collect())
        }
        VarKind::List | VarKind::Options | VarKind::Numbers | VarKind::Texts | VarKind::Booleans => {
            Value::Array(Vec::new())
        }
        VarKind::Text | VarKind::Markdown | VarKind::Other(_) => Value::String(String::new()),
        VarKind::Table | VarKind::Chart | VarKind::Form | VarKind::Event => Value::Null,
    }
}

/// A table: its rows (`data`) by its columns (`meta[].alias`).
fn table_ui(ui: &mut Ui, lang: Lang, value: &mut Value, path: &str) -> bool {
    let columns: Vec<Variable> = value
        .get("meta")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|column| Some(member(column.get("alias")?.as_str()?, VarKind::Text)))
        .collect();
    if columns.is_empty() {
        return json_ui(ui, value, path);
    }
    let row = Variable { fields: columns, ..member("data", VarKind::Object) };
    let mut data = value.get("data").cloned().unwrap_or_default();
    let changed = list_ui(ui, lang, &row, &mut data, path);
    if changed && let Value::Object(map) = value {
        map.insert("data".to_owned(), data);
    }
    changed
}

/// A chart: its type and its points.
fn chart_ui(ui: &mut Ui, lang: Lang, value: &mut Value, path: &str) -> bool {
    let point = Variable {
        fields: vec![member("x", VarKind::Text), member("y", VarKind::Number), member("type", VarKind::Text)],
        ..member("data", VarKind::Object)
    };
    let mut map = match &*value {
        Value::Object(map) => map.clone(),
        Value::Null => Map::new(),
        _ => return json_ui(ui, value, path),
    };
    let mut kind = map.get("type").and_then(Value::as_str).unwrap_or("lineChart").to_owned();
    let before = kind.clone();
    ui.horizontal(|ui| {
        for choice in ["lineChart", "histogram", "pieChart"] {
            ui.selectable_value(&mut kind, choice.to_owned(), choice);
        }
    });
    let mut data = map.get("data").cloned().unwrap_or_default();
    let edited = list_ui(ui, lang, &point, &mut data, path);
    let changed = edited || kind != before;
    if changed {
        map.insert("data".to_owned(), if data.is_null() { Value::Array(Vec::new()) } else { data });
        map.insert("type".to_owned(), Value::String(kind));
        map.entry("config").or_insert_with(|| Value::Object(Map::new()));
        *value = Value::Object(map);
    }
    changed
}
