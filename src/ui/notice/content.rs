//! The group 内容 of the notice form: one field for each `${…}` of the template, the fields that the template does not
//! have, and free rows of name and value where there is no template.

use egui::{Label, Response, RichText, TextEdit, Ui, vec2};

use super::{
    View,
    fields::{self, FormFields},
    form::id_field,
    template_of,
};
use crate::{
    compose::{NoticeDraft, Unit, notice::DataField, pointer, template},
    ui::{
        action::Action,
        cx::Cx,
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{
            Field, Group, Meter, PushButton,
            form::{anchor, finding_line},
            icon_button,
        },
    },
};

const DATA: &str = "/data";
/// Width of the name of a free row.
const NAME_WIDTH: f32 = 160.0;

/// The group.
pub fn group_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    let lang = cx.lang;
    let template = template_of(cx, draft);
    let wanted: Vec<&str> = template.map(|template| template::fields(&template.body)).unwrap_or_default();
    let shown = FormFields::of(&wanted, &draft.data);
    let badge = if template.is_some() && !wanted.is_empty() {
        let filled = shown.filled(&draft.data);
        tr!(lang, "notice.fields_filled", filled = filled, total = wanted.len()).into_owned()
    } else {
        String::new()
    };
    let help = match template {
        Some(_) if wanted.is_empty() => tr!(lang, "notice.group_content_no_fields"),
        Some(_) => tr!(lang, "notice.group_content_help"),
        None => tr!(lang, "notice.group_content_free_help"),
    };
    let group = Group::new(tr!(lang, "notice.group_content")).badge(badge).help(help).force_open(cx.jumps_into(DATA));
    group.show(ui, |ui| {
        for finding in cx.findings_at(DATA) {
            finding_line(ui, lang, finding);
        }
        for (index, field) in shown.wanted.iter().enumerate() {
            let response = field_ui(ui, cx, draft, &wanted, &field.key);
            if index == 0 {
                // What is said of all fields together leads to the first.
                cx.jump.offer(DATA, response.rect, response.id);
            }
        }
        if template.is_none() {
            free_rows_ui(ui, cx, draft, view);
        } else if !shown.extra.is_empty() {
            extra_ui(ui, cx, draft, &shown.extra);
        }
    });
}

/// A field of the template, labelled by its name.
fn field_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, wanted: &[&str], key: &str) -> Response {
    let at = draft.data.iter().rposition(|field| field.key == key);
    let mut text = at.map(|at| draft.data[at].value.clone()).unwrap_or_default();
    let characters = Meter::characters(&text, 0).actual;
    let field = Field::new(key).pointer(pointer::join(DATA, key));
    field.show(ui, cx, |ui| {
        let hint = tr!(cx.lang, "notice.field_hint", name = key);
        let edit = TextEdit::multiline(&mut text).desired_rows(1).desired_width(f32::INFINITY).hint_text(hint);
        let response = ui.add(edit).accessible_name(key);
        if response.changed() {
            fields::set(&mut draft.data, wanted, key, text);
        }
        if characters > 60 {
            let t = tokens(ui.style());
            let count = tr!(cx.lang, "notice.characters", count = characters);
            ui.add(Label::new(RichText::new(count).size(size::SMALL).color(t.faint)).selectable(false));
        }
        response
    })
}

/// Fields that the template does not have: named, kept, and removable.
fn extra_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, extra: &[usize]) {
    let lang = cx.lang;
    let t = tokens(ui.style());
    ui.separator();
    let title = tr!(lang, "notice.extra_fields", count = extra.len());
    ui.add(Label::new(theme::medium(title).color(t.warning)).wrap());
    let mut removed = None;
    for at in extra {
        let Some(field) = draft.data.get_mut(*at) else { continue };
        ui.push_id(("extra", *at), |ui| {
            let pointer = pointer::join(DATA, &field.key);
            ui.horizontal_top(|ui| {
                ui.allocate_ui_with_layout(
                    vec2(NAME_WIDTH, size::CONTROL),
                    egui::Layout::left_to_right(egui::Align::Center),
                    |ui| {
                        ui.set_min_width(NAME_WIDTH);
                        let name = RichText::new(&field.key).monospace();
                        ui.add(Label::new(name).truncate());
                    },
                );
                let width = ui.available_width() - 40.0;
                let edit = TextEdit::multiline(&mut field.value).desired_rows(1).desired_width(width);
                let response = ui.add(edit).accessible_name(field.key.clone());
                anchor(ui, cx, &pointer, &response);
                if icon_button(ui, Icon::Close, tr!(lang, "common.remove_named", name = &field.key)).clicked() {
                    removed = Some(*at);
                }
            });
            for finding in cx.findings_at(&pointer) {
                finding_line(ui, lang, finding);
            }
        });
    }
    if PushButton::quiet(tr!(lang, "notice.remove_extra")).icon(Icon::Trash).small().show(ui).clicked() {
        cx.send(Action::UndoStep);
        let mut at = 0..;
        draft.data.retain(|_| at.next().is_none_or(|at| !extra.contains(&at)));
    } else if let Some(at) = removed {
        cx.send(Action::UndoStep);
        draft.data.remove(at);
    }
}

/// Free rows of name and value.
fn free_rows_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    let lang = cx.lang;
    let mut removed = None;
    for at in 0..draft.data.len() {
        let pointer = pointer::join(DATA, &draft.data[at].key);
        let field = &mut draft.data[at];
        ui.push_id(("row", at), |ui| {
            ui.horizontal_top(|ui| {
                let number = at + 1;
                let key = id_field(&mut field.key).desired_width(NAME_WIDTH).hint_text(tr!(lang, "notice.row_name"));
                let name = ui.add(key).accessible_name(tr!(lang, "notice.row_name_of", row = number));
                if view.focus_row == Some(at) {
                    name.request_focus();
                    view.focus_row = None;
                }
                let width = ui.available_width() - 40.0;
                let value = TextEdit::multiline(&mut field.value)
                    .desired_rows(1)
                    .desired_width(width)
                    .hint_text(tr!(lang, "notice.row_value"));
                let value = ui.add(value).accessible_name(tr!(lang, "notice.row_value_of", row = number));
                // Findings are about the row's name as often as about its value.
                anchor(ui, cx, &pointer, if field.value.is_empty() { &name } else { &value });
                if icon_button(ui, Icon::Close, tr!(lang, "notice.remove_row", row = number)).clicked() {
                    removed = Some(at);
                }
            });
            for finding in cx.findings_at(&pointer) {
                finding_line(ui, lang, finding);
            }
        });
    }
    ui.horizontal(|ui| {
        if PushButton::new(tr!(lang, "notice.add_row")).icon(Icon::Plus).small().show(ui).clicked() {
            cx.send(Action::UndoStep);
            view.focus_row = Some(draft.data.len());
            draft.data.push(DataField::default());
        }
        if !draft.data.is_empty() {
            Meter::new(draft.data.len() as u64, 5, Unit::Entries).show(ui, lang);
            ui.add(Label::new(theme::help(ui.style(), tr!(lang, "notice.rows_recommended"))));
        }
    });
    if let Some(at) = removed {
        cx.send(Action::UndoStep);
        draft.data.remove(at);
    }
}
