//! Rows of an OA form and buttons of an action card.

use egui::{TextEdit, Ui};

use super::super::{View, form::id_field};
use crate::{
    compose::{
        NoticeDraft, Unit,
        msg::{BUTTON_LIST_MAX, CardButton, FormRow, ROWS_SHOWN},
        pointer,
    },
    ui::{
        action::Action,
        cx::Cx,
        icons::Icon,
        widgets::{
            Field, Meter, PushButton,
            form::{anchor, finding_line},
            icon_button,
        },
    },
};

const FORM: &str = "/msg/oa/body/form";
const BUTTONS: &str = "/msg/action_card/btn_json_list";

/// The form of an OA message.
pub(super) fn rows_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    let lang = cx.lang;
    let count = draft.msg.rows.iter().filter(|row| !row.is_empty()).count() as u64;
    let names = (tr!(lang, "free.row_key"), tr!(lang, "free.row_value"));
    let field = Field::new(tr!(lang, "msg.rows"))
        .pointer(FORM)
        .meter(Meter::new(count, ROWS_SHOWN as u64, Unit::Entries))
        .help(tr!(lang, "free.rows_help"));
    let (mut removed, mut added) = (None, false);
    field.show(ui, cx, |ui| {
        let response = ui.vertical(|ui| {
            let mut travelling = 0;
            for (index, row) in draft.msg.rows.iter_mut().enumerate() {
                let at = pointer::element(FORM, travelling);
                travelling += usize::from(!row.is_empty());
                let focus = take_focus(view, index);
                ui.push_id(("row", index), |ui| {
                    let texts = [(&mut row.key, "key", &*names.0, 0.36), (&mut row.value, "value", &*names.1, 0.64)];
                    if pair_ui(ui, cx, index, &at, texts, focus, false) {
                        removed = Some(index);
                    }
                });
            }
            added = PushButton::new(tr!(lang, "free.add_row")).icon(Icon::Plus).small().show(ui).clicked();
        });
        response.response
    });
    if added {
        cx.send(Action::UndoStep);
        view.focus_row = Some(draft.msg.rows.len());
        draft.msg.rows.push(FormRow::default());
    } else if let Some(index) = removed {
        cx.send(Action::UndoStep);
        draft.msg.rows.remove(index);
    }
}

/// The buttons of an action card.
pub(super) fn buttons_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    let lang = cx.lang;
    let length = draft.msg.button_list_text().chars().count() as u64;
    let names = (tr!(lang, "msg.part.button_title"), tr!(lang, "msg.part.button_url"));
    let field = Field::new(tr!(lang, "free.buttons"))
        .pointer(BUTTONS)
        .required()
        .meter(Meter::new(length, BUTTON_LIST_MAX, Unit::Characters))
        .help(tr!(lang, "free.buttons_help"));
    let (mut removed, mut added) = (None, false);
    field.show(ui, cx, |ui| {
        let response = ui.vertical(|ui| {
            let mut travelling = 0;
            for (index, button) in draft.msg.buttons.iter_mut().enumerate() {
                let at = pointer::element(BUTTONS, travelling);
                travelling += usize::from(!button.is_empty());
                let focus = take_focus(view, index);
                ui.push_id(("button", index), |ui| {
                    let texts = [
                        (&mut button.title, "title", &*names.0, 0.36),
                        (&mut button.url, "action_url", &*names.1, 0.64),
                    ];
                    if pair_ui(ui, cx, index, &at, texts, focus, true) {
                        removed = Some(index);
                    }
                });
            }
            added = PushButton::new(tr!(lang, "free.add_button")).icon(Icon::Plus).small().show(ui).clicked();
        });
        response.response
    });
    if added {
        cx.send(Action::UndoStep);
        view.focus_row = Some(draft.msg.buttons.len());
        draft.msg.buttons.push(CardButton::default());
    } else if let Some(index) = removed {
        cx.send(Action::UndoStep);
        draft.msg.buttons.remove(index);
    }
}

fn take_focus(view: &mut View, index: usize) -> bool {
    let wanted = view.focus_row == Some(index);
    if wanted {
        view.focus_row = None;
    }
    wanted
}

/// Two texts in a line with a button that removes both; `true` when it was pressed.
fn pair_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    index: usize,
    at: &str,
    texts: [(&mut String, &str, &str, f32); 2],
    focus: bool,
    address: bool,
) -> bool {
    let number = index + 1;
    let mut removed = false;
    ui.horizontal(|ui| {
        let width = ui.available_width() - 48.0;
        for (place, (value, member, name, share)) in texts.into_iter().enumerate() {
            let edit = if address && place == 1 { id_field(value) } else { TextEdit::singleline(value) };
            let response = ui
                .add(edit.desired_width(width * share - 4.0).hint_text(name))
                .accessible_name(format!("{name} {number}"));
            if focus && place == 0 {
                response.request_focus();
            }
            anchor(ui, cx, &pointer::join(at, member), &response);
        }
        removed = icon_button(ui, Icon::Close, tr!(cx.lang, "notice.remove_row", row = number)).clicked();
    });
    for finding in cx.findings_below(at) {
        finding_line(ui, cx.lang, finding);
    }
    removed
}
