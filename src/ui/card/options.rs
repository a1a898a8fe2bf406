//! The group of the rarely used fields, folded with a line that says what is set: @, callback, forwarding, pulling, and the
//! card's own id.

use egui::{TextEdit, Ui};

use super::{
    paste::PasteInto,
    people,
    template::{self, Offers},
};
use crate::{
    compose::{CardDraft, KeptMember, pointer},
    lang::Lang,
    ui::{
        action::Action,
        cx::Cx,
        icons::Icon,
        theme::{self, size},
        widgets::{
            Field, Group, Meter, PushButton,
            buttons::icon_button_sized,
            form::{anchor, finding_line},
            segmented_field, split_line,
        },
    },
};

/// Longest outTrackId that the sibling pages allow, in characters.
const OUT_TRACK_MAX: u64 = 100;

/// The card's own id: made by the program, new after every answered send.
pub fn out_track_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
    let lang = cx.lang;
    Field::new(tr!(lang, "card.out_track"))
        .required()
        .help(tr!(lang, "card.out_track_help"))
        .pointer("/outTrackId")
        .meter(Meter::characters(&draft.out_track_id, OUT_TRACK_MAX))
        .show(ui, cx, |ui| {
            let id = draft.out_track_id.clone();
            let edit = |ui: &mut Ui| {
                let field = TextEdit::singleline(&mut draft.out_track_id).desired_width(f32::INFINITY);
                ui.add(field.font(egui::TextStyle::Monospace).align(egui::Align2::LEFT_CENTER))
            };
            let buttons = |ui: &mut Ui| {
                let name = tr!(lang, "common.copy_named", name = "outTrackId");
                if icon_button_sized(ui, Icon::Copy, name, size::CONTROL, true).clicked() {
                    cx.send(Action::Copy(id));
                }
                if PushButton::new(tr!(lang, "card.out_track_new")).icon(Icon::Refresh).show(ui).clicked() {
                    cx.send(Action::UndoStep);
                    cx.send(Action::NewOutTrackId);
                }
            };
            ui.horizontal(|ui| split_line(ui, "outTrackId", edit, buttons).0).inner
        });
}

/// The group of the rarely used fields.
pub fn more_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, offers: &Offers<'_>, paste: &mut Option<PasteInto>) {
    let lang = cx.lang;
    let inside = ["/callbackRouteKey", "/pullStrategy", "/cardOptions", people::MENTIONS];
    let jumped = inside.iter().any(|pointer| cx.jumps_into(pointer));
    let group = Group::new(tr!(lang, "card.more")).badge(summary(lang, draft)).open(false).force_open(jumped);
    group.show(ui, |ui| {
        people::mentions_ui(ui, cx, draft, paste);
        template::callback_ui(ui, cx, draft, offers);
        tri_state_ui(ui, cx, Option3::Pull, &mut draft.pull_strategy);
        tri_state_ui(ui, cx, Option3::Forward, &mut draft.support_forward);
    });
}

/// What is set among the rarely used fields, in a few words.
fn summary(lang: Lang, draft: &CardDraft) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !draft.at_open_ids.is_empty() {
        parts.push(tr!(lang, "card.more_mentions", count = draft.at_open_ids.len()).into_owned());
    }
    if !draft.callback_route_key.is_empty() {
        parts.push(tr!(lang, "card.more_callback").into_owned());
    }
    match draft.pull_strategy {
        Some(true) => parts.push(tr!(lang, "card.more_pull").into_owned()),
        Some(false) => parts.push(tr!(lang, "card.more_no_pull").into_owned()),
        None => {}
    }
    match draft.support_forward {
        Some(true) => parts.push(tr!(lang, "card.more_forward").into_owned()),
        Some(false) => parts.push(tr!(lang, "card.more_no_forward").into_owned()),
        None => {}
    }
    if parts.is_empty() { tr!(lang, "card.more_none").into_owned() } else { parts.join(" · ") }
}

/// The fields that are left out, true or false.
#[derive(Clone, Copy)]
enum Option3 {
    Pull,
    Forward,
}

fn tri_state_ui(ui: &mut Ui, cx: &Cx<'_>, option: Option3, value: &mut Option<bool>) {
    let lang = cx.lang;
    let (label, help, pointer, yes, no) = match option {
        Option3::Pull => (
            tr!(lang, "card.pull"),
            tr!(lang, "card.pull_help"),
            "/pullStrategy",
            tr!(lang, "card.pull_on"),
            tr!(lang, "card.pull_off"),
        ),
        Option3::Forward => (
            tr!(lang, "card.forward"),
            tr!(lang, "card.forward_help"),
            "/cardOptions/supportForward",
            tr!(lang, "card.forward_on"),
            tr!(lang, "card.forward_off"),
        ),
    };
    Field::new(label.clone()).help(help).pointer(pointer).show(ui, cx, |ui| {
        let mut chosen = *value;
        let choices = [
            (None, tr!(lang, "card.not_sent").into_owned()),
            (Some(true), yes.into_owned()),
            (Some(false), no.into_owned()),
        ];
        let response = segmented_field(ui, &label, &mut chosen, choices);
        if response.changed() {
            cx.send(Action::UndoStep);
            *value = chosen;
        }
        response
    });
}

/// Members that the form has no field for: named, with what they hold, and a way to be rid of them.
pub fn kept_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
    if draft.kept.is_empty() {
        return;
    }
    let lang = cx.lang;
    let jumped = draft.kept.0.iter().take(SHOWN).any(|member| cx.jumps_into(&member.pointer()));
    let group = Group::new(tr!(lang, "card.kept")).badge(draft.kept.0.len().to_string());
    group.help(tr!(lang, "card.kept_help")).force_open(jumped).show(ui, |ui| {
        let mut dropped = None;
        for (index, member) in draft.kept.0.iter().enumerate().take(SHOWN) {
            let pointer = member.pointer();
            ui.push_id(("kept", index), |ui| {
                if kept_row_ui(ui, cx, member, &pointer) {
                    dropped = Some(pointer.clone());
                }
                for finding in cx.findings_at(&pointer) {
                    finding_line(ui, lang, finding);
                }
            });
        }
        if draft.kept.0.len() > SHOWN {
            let text = tr!(lang, "common.and_more", count = draft.kept.0.len() - SHOWN);
            ui.label(theme::help(ui.style(), text));
        }
        if let Some(at) = dropped {
            cx.send(Action::UndoStep);
            draft.kept.drop_at(&at);
        }
    });
}

/// How many kept members are listed.
const SHOWN: usize = 50;

fn kept_row_ui(ui: &mut Ui, cx: &Cx<'_>, member: &KeptMember, at: &str) -> bool {
    ui.horizontal(|ui| {
        let mut names = pointer::names(at).collect::<Vec<_>>().join(".");
        names.truncate(names.char_indices().nth(80).map_or(names.len(), |(at, _)| at));
        ui.label(egui::RichText::new(names).monospace());
        let name = tr!(cx.lang, "common.remove_named", name = member.name);
        let remove = icon_button_sized(ui, Icon::Trash, name, 24.0, true);
        anchor(ui, cx, at, &remove);
        let value: String = member.value.to_string().chars().take(200).collect();
        ui.add(egui::Label::new(theme::help(ui.style(), value)).truncate());
        remove.clicked()
    })
    .inner
}
