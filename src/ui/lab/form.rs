//! Typed inputs for the variables an imported template declares. They write the same rows as the table below them.

use std::{collections::HashMap, sync::Arc};

use egui::{Label, Response, RichText, TextEdit, Ui};
use serde_json::Value;

use super::{
    fields::value_ui,
    library::{Known, Wish},
    preview::LabView,
};
use crate::{
    compose::{
        CardDraft, Finding, Severity,
        card::{ParamRow, PrivateColumn, PrivateRow, ValueKind},
        encode::FULL_JSON,
        json, pointer,
    },
    lang::Lang,
    template::{
        changes::Change,
        export::Sample,
        of_draft::public_pointer,
        variable::{VarKind, Variable},
    },
    ui::{
        action::Action,
        commands::Command,
        cx::Cx,
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{Group, PushButton, form::finding_line, grouped, segmented},
    },
};

/// What the form remembers.
#[derive(Default)]
pub struct FormView {
    /// The last height of every variable's input: those out of sight are only space.
    heights: HashMap<String, f32>,
}

/// Inputs built beyond what is visible, so that Tab finds the next one.
const OVERSCAN: f32 = 300.0;
/// Characters of a private sample that are shown.
const SAMPLE: usize = 80;

/// How a variable's value is encoded in the call.
pub fn kind_of(variable: &Variable) -> ValueKind {
    match variable.kind {
        VarKind::Text | VarKind::Other(_) => ValueKind::Text,
        VarKind::Markdown => ValueKind::Markdown,
        VarKind::Number => ValueKind::Number,
        VarKind::Boolean => ValueKind::Boolean,
        _ => ValueKind::Json,
    }
}

/// A sample value as it is typed.
pub fn typed_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Fills in the sample's values where the draft has none, and makes columns for private variables, whose samples go to the
/// people of the table: never to everybody. `true` when something was filled in.
pub fn fill_from(draft: &mut CardDraft, variables: &[Variable], sample: &Sample) -> bool {
    let mut filled = false;
    for variable in variables.iter().filter(|variable| shown(variable)) {
        let kind = kind_of(variable);
        if variable.private {
            filled |= fill_column(draft, variable, kind, sample.private.get(&variable.name));
        }
        let Some(value) = sample.card.get(&variable.name) else { continue };
        let text = typed_text(value);
        match draft.params.iter_mut().find(|row| row.key == variable.name) {
            Some(row) if row.value.is_empty() && !text.is_empty() => {
                row.kind = kind;
                row.value = text;
                filled = true;
            }
            Some(_) => {}
            None => {
                draft.params.push(ParamRow { key: variable.name.clone(), kind, value: text });
                filled = true;
            }
        }
    }
    filled
}

/// The column of a private variable, with its sample for everybody in the table who has no value.
fn fill_column(draft: &mut CardDraft, variable: &Variable, kind: ValueKind, sample: Option<&Value>) -> bool {
    let place = draft.private.columns.iter().position(|column| column.key == variable.name);
    let added = place.is_none();
    let place = place.unwrap_or_else(|| {
        add_column(draft, &variable.name, kind);
        draft.private.columns.len() - 1
    });
    let empty = |row: &PrivateRow| row.cells.get(place).is_some_and(Option::is_none);
    let Some(text) = sample.map(typed_text).filter(|text| !text.is_empty()) else { return added };
    if !draft.private.rows.iter().any(empty) {
        return added;
    }
    for row in Arc::make_mut(&mut draft.private).rows.iter_mut().filter(|row| empty(row)) {
        if let Some(cell) = row.cells.get_mut(place) {
            *cell = Some(text.clone());
        }
    }
    true
}

/// What the builder's own components fill is not the author's to give.
pub const fn shown(variable: &Variable) -> bool {
    variable.visible || !variable.disabled
}

/// The variables that the form shows.
pub fn declared(known: &Known) -> Vec<&str> {
    known.export.variables.iter().filter(|variable| shown(variable)).map(|variable| variable.name.as_str()).collect()
}

fn add_column(draft: &mut CardDraft, key: &str, kind: ValueKind) {
    let table = Arc::make_mut(&mut draft.private);
    table.columns.push(PrivateColumn { key: key.to_owned(), kind });
    for row in &mut table.rows {
        row.cells.push(None);
    }
}

/// The group of the template's variables.
pub fn form_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut LabView, known: &Arc<Known>) {
    let lang = cx.lang;
    let variables: Vec<&Variable> = known.export.variables.iter().filter(|variable| shown(variable)).collect();
    let title = if known.stored.learnt {
        tr!(lang, "lab.variables_learnt")
    } else {
        tr!(lang, "lab.variables", name = known.stored.name)
    };
    let group = Group::new(title).badge(grouped(variables.len() as u64)).help(tr!(lang, "lab.variables_help"));
    let mut hovered = None;
    group.force_open(cx.jumps_into("/cardData")).show(ui, |ui| {
        if known.stored.learnt {
            ui.add(Label::new(theme::help(ui.style(), tr!(lang, "lab.learnt_help"))).wrap());
        }
        changes_ui(ui, cx, draft, known);
        ui.horizontal_wrapped(|ui| {
            let import = Command::ImportTemplate;
            let newer = PushButton::new(tr!(lang, "lab.import_newer")).icon(import.icon());
            if newer.tooltip(tr!(lang, "lab.import_newer_tip")).show(ui).clicked() {
                cx.run(import);
            }
            let fill = PushButton::new(tr!(lang, "lab.fill")).icon(Icon::Paste).tooltip(tr!(lang, "lab.fill_tip"));
            if fill.show(ui).clicked() {
                cx.send(Action::UndoStep);
                fill_from(draft, &known.export.variables, &known.export.sample);
            }
            let forget = PushButton::quiet(tr!(lang, "lab.forget")).tooltip(tr!(lang, "lab.forget_tip"));
            if forget.show(ui).clicked() {
                cx.send(Action::Lab(Wish::Forget(known.stored.id.clone())));
            }
        });
        for variable in variables {
            let (top, clip) = (ui.cursor().top(), ui.clip_rect().expand(OVERSCAN));
            let jumped = cx.jumps_into(&public_pointer(&variable.name, kind_of(variable)));
            if let Some(&height) = view.form.heights.get(&variable.name)
                && (top > clip.bottom() || top + height < clip.top())
                && !jumped
            {
                ui.allocate_space(egui::vec2(ui.available_width(), height));
                continue;
            }
            let private = known.export.sample.private.get(&variable.name).filter(|_| variable.private);
            let rect = ui.scope(|ui| variable_ui(ui, cx, draft, variable, private)).response.rect;
            view.form.heights.insert(variable.name.clone(), rect.height());
            if ui.rect_contains_pointer(rect) {
                hovered = Some(variable.name.clone());
            }
        }
    });
    if view.hovered != hovered {
        view.hovered = hovered;
        ui.ctx().request_repaint();
    }
}

/// What changed with the last export, until it was read.
fn changes_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft, known: &Known) {
    if known.changes.is_empty() || known.stored.changes_read {
        return;
    }
    let (lang, t) = (cx.lang, tokens(ui.style()));
    egui::Frame::new()
        .fill(t.accent_soft)
        .corner_radius(size::RADIUS)
        .inner_margin(egui::Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = size::XS;
            ui.label(theme::medium(tr!(lang, "lab.changed")));
            for change in &known.changes {
                let line = match change {
                    Change::Added(name) => tr!(lang, "lab.added", name = name),
                    Change::Removed(name) if draft.private.columns.iter().any(|column| column.key == *name) => {
                        tr!(lang, "lab.removed_private", name = name)
                    }
                    Change::Removed(name) if draft.params.iter().any(|row| row.key == *name) => {
                        tr!(lang, "lab.removed_public", name = name)
                    }
                    Change::Removed(name) => tr!(lang, "lab.removed", name = name),
                    Change::Retyped { name, before, now } if before == now => tr!(lang, "lab.reshaped", name = name),
                    Change::Retyped { name, before, now } => {
                        tr!(lang, "lab.retyped", name = name, before = before, now = now)
                    }
                    Change::Privacy { name, private: true } => tr!(lang, "lab.now_private", name = name),
                    Change::Privacy { name, private: false } => tr!(lang, "lab.now_public", name = name),
                };
                ui.add(Label::new(line).wrap());
            }
            if PushButton::new(tr!(lang, "lab.understood")).small().show(ui).clicked() {
                cx.send(Action::Lab(Wish::ChangesRead(known.stored.id.clone())));
            }
        });
}

fn type_name(lang: Lang, kind: &VarKind) -> String {
    let key = match kind {
        VarKind::Text => "lab.type_text",
        VarKind::Markdown => "lab.type_markdown",
        VarKind::Number => "lab.type_number",
        VarKind::Boolean => "lab.type_boolean",
        VarKind::Object => "lab.type_object",
        VarKind::List | VarKind::Numbers | VarKind::Texts | VarKind::Booleans => "lab.type_list",
        VarKind::Options => "lab.type_options",
        VarKind::Table => "lab.type_table",
        VarKind::Chart => "lab.type_chart",
        VarKind::Form => "lab.type_form",
        VarKind::Event => "lab.type_event",
        VarKind::Other(name) => return name.clone(),
    };
    crate::lang::text(lang, key, &[])
}

fn variable_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, variable: &Variable, sample: Option<&Value>) {
    let (lang, t) = (cx.lang, tokens(ui.style()));
    let kind = kind_of(variable);
    ui.spacing_mut().item_spacing.y = size::XS;
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::medium(&variable.name));
        ui.label(RichText::new(type_name(lang, &variable.kind)).size(size::SMALL).color(t.muted));
        if variable.private {
            ui.label(RichText::new(tr!(lang, "lab.private")).size(size::SMALL).color(t.accent))
                .on_hover_text(tr!(lang, "lab.private_tip"));
            let column = draft.private.columns.iter().any(|column| column.key == variable.name);
            let text = tr!(lang, "lab.add_column");
            let button = PushButton::quiet(text.clone()).name(format!("{text} {}", variable.name)).small();
            if !column && button.show(ui).clicked() {
                cx.send(Action::UndoStep);
                add_column(draft, &variable.name, kind);
            }
        }
    });
    if !variable.description.is_empty() {
        ui.add(Label::new(theme::help(ui.style(), variable.description.as_str())).wrap());
    }
    if let Some(sample) = sample {
        let text: String = typed_text(sample).chars().take(SAMPLE).collect();
        ui.add(Label::new(theme::help(ui.style(), tr!(lang, "lab.private_sample", value = text))).wrap());
    }
    let at = draft.params.iter().position(|row| row.key == variable.name);
    let row = at.and_then(|at| draft.params.get(at)).cloned();
    let mut text = row.as_ref().map(|row| row.value.clone()).unwrap_or_default();
    let (response, changed) = input_ui(ui, lang, variable, &mut text);
    if changed {
        match at.and_then(|at| draft.params.get_mut(at)) {
            Some(row) => {
                row.kind = kind;
                row.value = text;
            }
            None => draft.params.push(ParamRow { key: variable.name.clone(), kind, value: text }),
        }
    }
    let here = public_pointer(&variable.name, row.map_or(kind, |row| row.kind));
    cx.jump.offer(&here, response.rect, response.id);
    let plain = pointer::join("/cardData/cardParamMap", &variable.name);
    let full = pointer::join(&pointer::join("/cardData/cardParamMap", FULL_JSON), &variable.name);
    for at in [plain, full] {
        let worth = |finding: &&Finding| finding.severity != Severity::Info;
        for finding in cx.findings_below(&at).filter(worth) {
            finding_line(ui, lang, finding);
        }
    }
    ui.add_space(size::XS);
}

/// The input of a variable's type, and whether the value was changed.
fn input_ui(ui: &mut Ui, lang: Lang, variable: &Variable, text: &mut String) -> (Response, bool) {
    let name = tr!(lang, "lab.value_of", name = variable.name);
    let id = ui.make_persistent_id(("lab value", &variable.name));
    match &variable.kind {
        VarKind::Text | VarKind::Other(_) if !text.contains('\n') => {
            let field = TextEdit::singleline(text).id(id).desired_width(f32::INFINITY);
            let response = ui.add(field).accessible_name(name);
            let changed = response.changed();
            (response, changed)
        }
        VarKind::Text | VarKind::Other(_) | VarKind::Markdown => {
            let field = TextEdit::multiline(text).id(id).desired_rows(3).desired_width(f32::INFINITY);
            let response = ui.add(field).accessible_name(name);
            let changed = response.changed();
            (response, changed)
        }
        VarKind::Number => {
            let field = TextEdit::singleline(text).id(id).hint_text("0").desired_width(160.0);
            let response = ui.add(field).accessible_name(name);
            let changed = response.changed();
            (response, changed)
        }
        VarKind::Boolean => boolean_ui(ui, &name, text),
        _ => {
            let parsed =
                if text.trim().is_empty() { Ok(Value::Null) } else { json::parse(text).map(|parsed| parsed.value) };
            // What is no JSON can only be mended as text.
            let Ok(mut value) = parsed else {
                let field = TextEdit::multiline(text).id(id).code_editor().desired_rows(4).desired_width(f32::INFINITY);
                let response = ui.add(field).accessible_name(name);
                let changed = response.changed();
                return (response, changed);
            };
            let shown = ui.push_id(id, |ui| value_ui(ui, lang, variable, &mut value, &variable.name));
            if shown.inner {
                *text = if value.is_null() { String::new() } else { value.to_string() };
            }
            (shown.response, shown.inner)
        }
    }
}

fn boolean_ui(ui: &mut Ui, name: &str, text: &mut String) -> (Response, bool) {
    let mut chosen = match text.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    let choices = [(Some(true), "true".to_owned()), (Some(false), "false".to_owned())];
    let shown = ui.scope(|ui| segmented(ui, name, &mut chosen, choices));
    if shown.inner {
        *text = chosen.unwrap_or_default().to_string();
    }
    (shown.response, shown.inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::Export;

    #[test]
    fn samples_fill_what_is_empty_and_keep_what_was_typed() {
        let editor = json!({ "variableList": [
            { "name": "title", "type": "string" }, { "name": "n", "type": "number" },
            { "name": "rows", "type": "loopArray" }, { "name": "own", "type": "boolean", "private": true },
            { "name": "system", "type": "string", "disabled": true, "visible": false } ],
            "mockData": { "cardData": { "title": "样例", "n": 3, "rows": [{ "a": 1 }], "system": "x" }, "cardPrivateData": { "own": true } } });
        let export = Export::read(&json!({ "editorData": editor.to_string() }).to_string()).unwrap();
        let mut draft = CardDraft::default();
        draft.params.push(ParamRow { key: "title".to_owned(), kind: ValueKind::Text, value: "我的".to_owned() });
        draft.params.push(ParamRow { key: "n".to_owned(), ..ParamRow::default() });
        assert!(fill_from(&mut draft, &export.variables, &export.sample));
        let rows: Vec<_> = draft.params.iter().map(|row| (row.key.as_str(), row.kind, row.value.as_str())).collect();
        assert_eq!(
            rows,
            [
                ("title", ValueKind::Text, "我的"),
                ("n", ValueKind::Number, "3"),
                ("rows", ValueKind::Json, "[{\"a\":1}]"),
            ],
            "a private sample is nobody else's"
        );
        assert_eq!(draft.private.columns, [PrivateColumn { key: "own".to_owned(), kind: ValueKind::Boolean }]);
        assert!(!fill_from(&mut draft, &export.variables, &export.sample), "nothing is left to fill in");
        Arc::make_mut(&mut draft.private).rows.push(PrivateRow { cells: vec![None].into(), ..PrivateRow::default() });
        assert!(fill_from(&mut draft, &export.variables, &export.sample));
        assert_eq!(draft.private.rows[0].cells[0].as_deref(), Some("true"));
    }
}
