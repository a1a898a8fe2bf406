//! Inputs for values made of others: members of an object, rows of a list, a table's columns, by their `schema`.

use egui::{Frame, Label, RichText, Stroke, TextEdit, Ui, collapsing_header::CollapsingState, vec2};
use serde_json::{Map, Value};

use crate::{
    lang::Lang,
    template::variable::{VarKind, Variable},
    ui::{
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{PushButton, buttons::icon_button_sized},
    },
};

/// How many rows are shown at once.
const ROWS: usize = 50;
/// How many rows of several lines are open at first.
const OPEN: usize = 3;
const BUTTON: f32 = 22.0;
/// Three buttons of a row.
const BUTTONS: f32 = 3.0 * BUTTON + 8.0;
/// The number of a row.
const NUMBER: f32 = 26.0;
/// The names of members that stand below each other.
const NAMES: f32 = 120.0;
/// A column of a table is at least this wide.
const COLUMN: f32 = 84.0;

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
    let changed = ui
        .add(TextEdit::singleline(&mut text).desired_width(ui.available_width().min(120.0)))
        .accessible_name(path)
        .changed();
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

/// Whether a member is one short input.
const fn is_flat(field: &Variable) -> bool {
    matches!(field.kind, VarKind::Text | VarKind::Number | VarKind::Boolean | VarKind::Other(_))
}

/// The name of a member, and what it is for.
fn label_ui(ui: &mut Ui, field: &Variable) {
    let name = Label::new(RichText::new(&field.name).size(size::SMALL)).truncate();
    ui.add(name).on_hover_text(&field.name);
    if !field.description.is_empty() {
        let text = theme::help(ui.style(), field.description.as_str());
        ui.add(Label::new(text).truncate()).on_hover_text(&field.description);
    }
}

/// A place of a fixed width in a row.
fn place<R>(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui) -> R) -> R {
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(vec2(width, size::CONTROL), layout, |ui| {
        ui.set_width(width);
        content(ui)
    })
    .inner
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
        let edited = if is_flat(field) {
            ui.horizontal(|ui| {
                ui.allocate_ui(vec2(NAMES, size::CONTROL), |ui| {
                    ui.set_width(NAMES);
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        ui.add_space(if field.description.is_empty() { 8.0 } else { 0.0 });
                        label_ui(ui, field);
                    });
                });
                value_ui(ui, lang, field, &mut inner, &name)
            })
            .inner
        } else {
            ui.horizontal(|ui| label_ui(ui, field));
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

/// What was asked of a row.
#[derive(Clone, Copy)]
enum RowWish {
    Remove(usize),
    Swap(usize, usize),
}

/// The buttons of a row.
fn row_buttons_ui(ui: &mut Ui, lang: Lang, name: &str, index: usize, count: usize) -> Option<RowWish> {
    ui.spacing_mut().item_spacing.x = 2.0;
    let up = tr!(lang, "lab.row_up", name = name);
    let up = icon_button_sized(ui, Icon::Up, up, BUTTON, index > 0).clicked();
    let down = tr!(lang, "lab.row_down", name = name);
    let down = icon_button_sized(ui, Icon::Down, down, BUTTON, index + 1 < count).clicked();
    let remove = tr!(lang, "lab.row_remove", name = name);
    let remove = icon_button_sized(ui, Icon::Trash, remove, BUTTON, true).clicked();
    match (up, down, remove) {
        (true, ..) => Some(RowWish::Swap(index, index.saturating_sub(1))),
        (_, true, _) => Some(RowWish::Swap(index, index + 1)),
        (.., true) => Some(RowWish::Remove(index)),
        _ => None,
    }
}

fn list_ui(ui: &mut Ui, lang: Lang, element: &Variable, value: &mut Value, path: &str) -> bool {
    let mut list = match &*value {
        Value::Array(list) => list.clone(),
        Value::Null => Vec::new(),
        // Something else stands there: its JSON.
        _ => return json_ui(ui, value, path),
    };
    let (mut changed, mut wish) = (false, None);
    let page_id = ui.make_persistent_id(("page", path));
    let pages = list.len().div_ceil(ROWS).max(1);
    let mut page = ui.data(|data| data.get_temp::<usize>(page_id)).unwrap_or(0).min(pages - 1);
    // Short members stand beside each other, as a table's row.
    let columns: Vec<Variable> = match element.kind {
        VarKind::Object if element.fields.iter().all(is_flat) => element.fields.clone(),
        VarKind::Object => Vec::new(),
        _ => vec![element.clone()],
    };
    let gaps = 6.0 * columns.len() as f32;
    let width = (ui.available_width() - NUMBER - BUTTONS - gaps - 6.0) / columns.len().max(1) as f32;
    let as_table = !columns.is_empty() && width >= COLUMN;
    if as_table && element.kind == VarKind::Object && !list.is_empty() {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.add_space(NUMBER);
            for field in &columns {
                ui.allocate_ui(vec2(width, 0.0), |ui| {
                    ui.set_width(width);
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        label_ui(ui, field);
                    });
                });
            }
        });
    }
    let count = list.len();
    for (index, row) in list.iter_mut().enumerate().skip(page * ROWS).take(ROWS) {
        let name = format!("{path}[{index}]");
        ui.push_id(index, |ui| {
            if as_table {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    place(ui, NUMBER - 6.0, |ui| ui.label(theme::help(ui.style(), (index + 1).to_string())));
                    if element.kind == VarKind::Object {
                        let mut map = row.as_object().cloned().unwrap_or_default();
                        let mut edited = false;
                        for field in &columns {
                            let mut inner = map.get(&field.name).cloned().unwrap_or_default();
                            let name = format!("{name}.{}", field.name);
                            if place(ui, width, |ui| value_ui(ui, lang, field, &mut inner, &name)) {
                                map.insert(field.name.clone(), inner);
                                edited = true;
                            }
                        }
                        if edited {
                            *row = Value::Object(map);
                            changed = true;
                        }
                    } else {
                        changed |= place(ui, width, |ui| value_ui(ui, lang, element, row, &name));
                    }
                    wish = wish.or(row_buttons_ui(ui, lang, &name, index, count));
                });
                return;
            }
            changed |= block_ui(ui, lang, element, row, &name, (index, count), &mut wish);
        });
    }
    ui.horizontal(|ui| {
        let text = tr!(lang, "lab.add_row");
        let add = PushButton::quiet(text.clone()).name(format!("{text} {path}")).icon(Icon::Plus).small();
        if add.show(ui).clicked() {
            list.push(empty(element));
            page = (list.len() - 1) / ROWS;
            changed = true;
        }
        if pages > 1 {
            let (from, to) = (page * ROWS + 1, ((page + 1) * ROWS).min(list.len()));
            ui.label(theme::help(ui.style(), tr!(lang, "lab.rows_page", from = from, to = to, all = list.len())));
            let text = tr!(lang, "lab.rows_back", name = path);
            if icon_button_sized(ui, Icon::Up, text, BUTTON, page > 0).clicked() {
                page -= 1;
            }
            let text = tr!(lang, "lab.rows_on", name = path);
            if icon_button_sized(ui, Icon::Down, text, BUTTON, page + 1 < pages).clicked() {
                page += 1;
            }
        }
    });
    ui.data_mut(|data| data.insert_temp(page_id, page));
    match wish {
        Some(RowWish::Remove(index)) if index < list.len() => {
            list.remove(index);
            changed = true;
        }
        Some(RowWish::Swap(one, other)) if one.max(other) < list.len() => {
            list.swap(one, other);
            changed = true;
        }
        _ => {}
    }
    if changed {
        *value = Value::Array(list);
    }
    changed
}

/// A row of several lines, as a block that folds: the first are open, and one that was just added.
fn block_ui(
    ui: &mut Ui,
    lang: Lang,
    element: &Variable,
    row: &mut Value,
    name: &str,
    (index, count): (usize, usize),
    wish: &mut Option<RowWish>,
) -> bool {
    let t = tokens(ui.style());
    let mut changed = false;
    let frame = Frame::new().stroke(Stroke::new(1.0, t.line)).corner_radius(size::RADIUS).inner_margin(8);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let id = ui.make_persistent_id("block");
        let mut state = CollapsingState::load_with_default_open(ui.ctx(), id, index < OPEN || index + 1 == count);
        ui.horizontal(|ui| {
            let open = state.is_open();
            let chevron = if open { Icon::ChevronDown } else { Icon::ChevronRight };
            let key = if open { "lab.row_fold" } else { "lab.row_open" };
            let text = crate::lang::text(lang, key, &[("name", name.to_owned())]);
            if icon_button_sized(ui, chevron, text, BUTTON, true).clicked() {
                state.toggle(ui);
            }
            ui.label(theme::help(ui.style(), (index + 1).to_string()));
            let wide = (ui.available_width() - BUTTONS).max(20.0);
            ui.allocate_ui(vec2(wide, BUTTON), |ui| {
                ui.set_width(wide);
                let short = element.fields.iter().find_map(|field| row.get(&field.name)?.as_str());
                ui.add(Label::new(short.unwrap_or_default().lines().next().unwrap_or_default()).truncate());
            });
            *wish = wish.or(row_buttons_ui(ui, lang, name, index, count));
        });
        state.show_body_unindented(ui, |ui| {
            ui.spacing_mut().item_spacing.y = size::XS;
            changed = value_ui(ui, lang, element, row, name);
        });
    });
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
        .filter_map(|column| {
            let shown = column.get("aliasName").and_then(Value::as_str).unwrap_or_default();
            let name = column.get("alias")?.as_str()?;
            let description = if shown == name { String::new() } else { shown.to_owned() };
            Some(Variable { description, ..member(name, VarKind::Text) })
        })
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
