//! The group 接收人 of the notice form: people and departments as chips, the pickers, and the limits of one send.

use std::sync::Arc;

use egui::{Label, Response, RichText, Ui};

use super::View;

use crate::{
    compose::{NoticeDraft, NoticeVia, check_notice, msg},
    store::settings::ProfileKind,
    ui::{
        action::Action,
        commands::Command,
        cx::Cx,
        icons::Icon,
        picker::{
            Chosen, IdKind, Loaded, PickerRequest, Purpose, meters,
            view::{department_chip, person_chip},
        },
        theme::{size, tokens},
        widgets::{Banner, Chip, Field, Group, Level, PushButton, chips_ui, form::finding_line, grouped},
    },
};

/// How many chips of each list are drawn; the picker shows all.
const SHOWN: usize = 60;
const USERS: &str = "/userid_list";
const DEPARTMENTS: &str = "/dept_id_list";
const TO_ALL: &str = "/to_all_user";

/// The group.
pub fn group_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    let lang = cx.lang;
    let loaded = cx.contacts.loaded().map(|loaded| &**loaded);
    let free = draft.via == NoticeVia::Free;
    let help = if free { tr!(lang, "free.recipients_help") } else { tr!(lang, "notice.group_recipients_help") };
    let group = Group::new(tr!(lang, "notice.group_recipients"))
        .help(help)
        .force_open(cx.jumps_into(USERS) || cx.jumps_into(DEPARTMENTS) || cx.jumps_into(TO_ALL));
    group.show(ui, |ui| {
        if free {
            to_all_ui(ui, cx, draft, view);
        }
        if draft.is_to_all() && draft.users.is_empty() && draft.departments.is_empty() {
            return;
        }
        let mut to_pick = None;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = size::L;
            let reach = meters::reach_of(draft, loaded);
            let most = if free && cx.profile.kind != ProfileKind::ThirdParty {
                msg::check::PEOPLE_MAX_INTERNAL
            } else {
                check_notice::PEOPLE_MAX
            };
            meters::meters_of_ui(ui, lang, draft.users.len() as u64, draft.departments.len() as u64, reach, most);
        });
        ui.horizontal_wrapped(|ui| {
            let pick = PushButton::new(tr!(lang, "notice.pick")).icon(Icon::Users);
            let pick = pick.tooltip(tr!(lang, "notice.pick_tip")).show(ui);
            if pick.clicked() {
                cx.send(Action::OpenPicker(Box::new(request(draft))));
            }
            let list = PushButton::new(tr!(lang, "import.from_list")).icon(Icon::FolderOpen);
            if list.tooltip(tr!(lang, "import.from_list_tip")).show(ui).clicked() {
                cx.run(Command::ImportList);
            }
            let paste = PushButton::new(tr!(lang, "picker.paste_ids")).icon(Icon::Paste);
            if paste.tooltip(tr!(lang, "notice.paste_tip")).show(ui).clicked() {
                cx.send(Action::OpenPicker(Box::new(request(draft).pasting())));
            }
            if !(draft.users.is_empty() && draft.departments.is_empty())
                && PushButton::quiet(tr!(lang, "picker.clear_choice")).show(ui).clicked()
            {
                cx.send(Action::UndoStep);
                draft.users.clear();
                draft.departments.clear();
                draft.values = Arc::default();
            }
            to_pick = Some(pick);
        });
        people_ui(ui, cx, draft, loaded, to_pick.as_ref());
        values_ui(ui, cx, draft);
        departments_ui(ui, cx, draft, loaded, to_pick.as_ref());
        if let Some(pick) = to_pick {
            // A jump to a list goes to the button that changes it.
            for list in [USERS, DEPARTMENTS] {
                cx.jump.offer(list, pick.rect, pick.id);
            }
        }
    });
}

/// The switch to everyone. Turning it on asks at once, and sending asks again.
fn to_all_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    let lang = cx.lang;
    let mut on = draft.is_to_all();
    let mut clicked = false;
    Field::new(tr!(lang, "free.to_all")).pointer(TO_ALL).help(tr!(lang, "free.to_all_help")).show(ui, cx, |ui| {
        let response = ui.checkbox(&mut on, tr!(lang, "free.to_all_on"));
        clicked = response.changed();
        response
    });
    if clicked {
        if on {
            view.asking_all = true;
        } else {
            cx.send(Action::UndoStep);
            draft.to_all_user = None;
            view.asking_all = false;
        }
    }
    if view.asking_all && !draft.is_to_all() {
        let banner = Banner::new(Level::Warning, tr!(lang, "free.to_all_ask"))
            .button(PushButton::danger(tr!(lang, "free.to_all_yes")))
            .button(PushButton::new(tr!(lang, "common.cancel")));
        match banner.show(ui) {
            Some(0) => {
                cx.send(Action::UndoStep);
                draft.to_all_user = Some(true);
                view.asking_all = false;
            }
            Some(_) => view.asking_all = false,
            None => {}
        }
    }
}

/// The picker's request for the recipients of a draft.
pub fn request(draft: &NoticeDraft) -> PickerRequest {
    let chosen = Chosen { people: draft.users.clone(), departments: draft.departments.clone() };
    PickerRequest { departments: true, chosen, ..PickerRequest::people(Purpose::NoticeRecipients) }
}

fn people_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, loaded: Option<&Loaded>, pick: Option<&Response>) {
    let lang = cx.lang;
    let count = draft.users.len();
    let label = tr!(lang, "notice.people", count = grouped(count as u64));
    let mut removed = None;
    Field::new(label).pointer(USERS).help(tr!(lang, "notice.people_help")).show(ui, cx, |ui| {
        list_ui(ui, count, &tr!(lang, "notice.no_people"), |ui| {
            let chips = draft.users.iter().map(|person| person_chip(person, IdKind::UserId, loaded));
            removed = chips_ui(ui, lang, chips, SHOWN);
        })
    });
    elements_ui(ui, cx, USERS, pick);
    if let Some(index) = removed {
        cx.send(Action::UndoStep);
        draft.users.remove(index);
    }
}

/// What differs from person to person, as a list brought it.
fn values_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft) {
    if draft.values.columns.is_empty() {
        return;
    }
    let lang = cx.lang;
    ui.horizontal_wrapped(|ui| {
        let names: Vec<&str> = draft.values.columns.iter().map(|column| column.key.as_str()).collect();
        let names = names.join(tr!(lang, "card.paste_join").as_ref());
        let people = grouped(draft.values.rows.len() as u64);
        let text = Label::new(tr!(lang, "import.values", people = people, names = names));
        ui.add(text.wrap()).on_hover_text(tr!(lang, "import.values_tip"));
        if PushButton::quiet(tr!(lang, "import.values_clear")).small().show(ui).clicked() {
            cx.send(Action::UndoStep);
            draft.values = Arc::default();
        }
    });
}

fn departments_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, loaded: Option<&Loaded>, pick: Option<&Response>) {
    let lang = cx.lang;
    let count = draft.departments.len();
    let label = tr!(lang, "notice.departments", count = grouped(count as u64));
    let mut removed = None;
    Field::new(label).pointer(DEPARTMENTS).help(tr!(lang, "notice.departments_help")).show(ui, cx, |ui| {
        list_ui(ui, count, &tr!(lang, "notice.no_departments"), |ui| {
            let chips =
                draft.departments.iter().map(|department| -> Chip { department_chip(lang, department, loaded) });
            removed = chips_ui(ui, lang, chips, SHOWN);
        })
    });
    elements_ui(ui, cx, DEPARTMENTS, pick);
    if let Some(index) = removed {
        cx.send(Action::UndoStep);
        draft.departments.remove(index);
    }
}

/// A list of chips, or what an empty one says. The response is what a jump goes to.
fn list_ui(ui: &mut Ui, count: usize, empty: &str, chips: impl FnOnce(&mut Ui)) -> Response {
    let t = tokens(ui.style());
    ui.vertical(|ui| {
        if count == 0 {
            ui.add(Label::new(RichText::new(empty).color(t.faint)).selectable(false));
        } else {
            chips(ui);
        }
    })
    .response
}

/// Findings of single entries: they stand below the list, each naming its entry. A sentence takes no keyboard: the button
/// that changes the list does.
fn elements_ui(ui: &mut Ui, cx: &Cx<'_>, list: &str, pick: Option<&Response>) {
    for finding in cx.findings_below(list).filter(|finding| finding.pointer != list).take(5) {
        let response = finding_line(ui, cx.lang, finding);
        cx.jump.offer(&finding.pointer, response.rect, pick.map_or(response.id, |pick| pick.id));
    }
}
