//! The way a card goes, and the groups that only one way has.
//!
//! [`fields`]: one widget per type of value, for every field that a way's table names. [`spaces`]: the places of
//! `createAndDeliver` with their models.

mod fields;
mod spaces;

use egui::{Label, Ui};

use super::template::Offers;
use crate::{
    compose::{
        CardDraft, Unit, Via,
        ways::{CardField, ChatField},
    },
    ui::{
        action::Action,
        cx::Cx,
        theme::{self, size},
        widgets::{Field, Group, Meter, form::finding_line},
    },
};

pub use fields::field_ui;
pub use spaces::spaces_ui;

/// The choice of the way, and whether the app may use it.
pub fn way_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
    if let Some(Via::Card(chosen)) = crate::ui::ways::choice_ui(ui, cx, draft.via.into()) {
        cx.send(Action::UndoStep);
        draft.switch(chosen);
    }
    for finding in cx.findings_at("").filter(|finding| finding.code == "card.stays_behind") {
        finding_line(ui, cx.lang, finding);
    }
}

/// What only `interactiveCards/send` has besides the private-chat call.
pub fn interactive_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, offers: &Offers<'_>) {
    let lang = cx.lang;
    let label = tr!(lang, "way.conversation_type");
    Field::new(label.clone())
        .required()
        .help(tr!(lang, "way.conversation_type_help"))
        .pointer("/conversationType")
        .show(ui, cx, |ui| {
            let mut chosen = draft.conversation_type;
            let mut choices = vec![
                (Some(1), tr!(lang, "way.group").into_owned()),
                (Some(0), tr!(lang, "way.robot_chat").into_owned()),
            ];
            if let Some(other) = chosen.filter(|kind| !matches!(kind, 0 | 1)) {
                choices.push((Some(other), other.to_string()));
            }
            let response = crate::ui::widgets::segmented_field(ui, &label, &mut chosen, choices);
            if response.changed() {
                cx.send(Action::UndoStep);
                draft.conversation_type = chosen;
            }
            response
        });
    super::template::conversation_ui(ui, cx, draft, &offers.group());
    super::template::robot_ui(ui, cx, draft, offers);
    field_ui(ui, cx, draft, CardField::ChatBot, &tr!(lang, "way.chat_bot"), &tr!(lang, "way.chat_bot_help"));
}

/// Media ids by variable, where a way has them.
pub fn media_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
    let lang = cx.lang;
    let jumped = cx.jumps_into("/cardData/cardMediaIdParamMap");
    let group = Group::new(tr!(lang, "way.field.media")).badge(count(draft.media.len()));
    group.open(!draft.media.is_empty()).force_open(jumped).show(ui, |ui| {
        field_ui(ui, cx, draft, CardField::Media, &tr!(lang, "way.media"), &tr!(lang, "way.media_help"));
    });
}

fn count(number: usize) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

/// The card that is updated, and how.
pub fn update_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
    let lang = cx.lang;
    Group::new(tr!(lang, "way.update")).fixed().show(ui, |ui| {
        Field::new(tr!(lang, "card.out_track"))
            .required()
            .help(tr!(lang, "way.update_id_help"))
            .pointer("/outTrackId")
            .meter(Meter::characters(&draft.out_track_id, 100))
            .show(ui, cx, |ui| {
                let edit = egui::TextEdit::singleline(&mut draft.out_track_id).desired_width(f32::INFINITY);
                ui.add(edit.font(egui::TextStyle::Monospace))
            });
        by_key_ui(ui, cx, draft, CardField::UpdateByKey);
        for finding in cx.findings_at("/cardData/cardParamMap").filter(|one| one.code.starts_with("card.update_")) {
            finding_line(ui, lang, finding);
        }
        by_key_ui(ui, cx, draft, CardField::UpdatePrivateByKey);
        for finding in cx.findings_below("/privateData").filter(|one| one.code == "card.update_erases_private").take(5)
        {
            finding_line(ui, lang, finding);
        }
        user_id_type(ui, cx, draft);
    });
}

fn by_key_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, field: CardField) {
    let lang = cx.lang;
    let (label, help) = if field == CardField::UpdateByKey {
        (tr!(lang, "way.by_key"), tr!(lang, "way.by_key_help"))
    } else {
        (tr!(lang, "way.private_by_key"), tr!(lang, "way.private_by_key_help"))
    };
    let Some(at) = crate::compose::ways::pointer_of(draft.via, field) else { return };
    let crate::compose::ways::slot::SlotMut::Truth(value) = draft.slot_mut(field) else { return };
    Field::new(label.clone()).help(help).pointer(at).show(ui, cx, |ui| {
        let mut chosen = *value;
        let choices = [
            (None, tr!(lang, "way.overwrite").into_owned()),
            (Some(true), tr!(lang, "way.only_named").into_owned()),
            (Some(false), tr!(lang, "way.overwrite_said").into_owned()),
        ];
        let response = crate::ui::widgets::segmented_field(ui, &label, &mut chosen, choices);
        if response.changed() {
            cx.send(Action::UndoStep);
            *value = chosen;
        }
        response
    });
}

fn user_id_type(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
    super::people::user_id_type_ui(ui, cx, draft);
}

/// The rarely used fields of `createAndDeliver`: callback, creator, mentions in text, dynamic data.
pub fn create_more_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, offers: &Offers<'_>) {
    let lang = cx.lang;
    let inside =
        ["/callbackType", "/callbackRouteKey", "/userId", "/cardAtUserIds", "/openDynamicDataConfig", "/userIdType"];
    let jumped = inside.iter().any(|pointer| cx.jumps_into(pointer));
    Group::new(tr!(lang, "card.more")).open(false).force_open(jumped).show(ui, |ui| {
        user_id_type(ui, cx, draft);
        let label = tr!(lang, "way.callback_type");
        Field::new(label.clone()).help(tr!(lang, "way.callback_type_help")).pointer("/callbackType").show(
            ui,
            cx,
            |ui| {
                let kind = &mut draft.create.callback_type;
                let mut chosen = ["", "STREAM", "HTTP"].iter().position(|known| *known == kind.as_str()).unwrap_or(3);
                let mut choices = vec![
                    (0, tr!(lang, "card.not_sent").into_owned()),
                    (1, "STREAM".to_owned()),
                    (2, "HTTP".to_owned()),
                ];
                if chosen == 3 {
                    choices.push((3, kind.clone()));
                }
                let response = crate::ui::widgets::segmented_field(ui, &label, &mut chosen, choices);
                if response.changed() {
                    cx.send(Action::UndoStep);
                    ["", "STREAM", "HTTP"].get(chosen).copied().unwrap_or_default().clone_into(kind);
                }
                response
            },
        );
        super::template::callback_ui(ui, cx, draft, offers);
        field_ui(ui, cx, draft, CardField::UserId, &tr!(lang, "way.user_id"), &tr!(lang, "way.user_id_help"));
        field_ui(ui, cx, draft, CardField::CardAt, &tr!(lang, "way.card_at"), &tr!(lang, "way.card_at_help"));
        field_ui(ui, cx, draft, CardField::Sources, &tr!(lang, "way.sources"), &tr!(lang, "way.sources_help"));
    });
}

/// A live meter for a field that has a documented limit.
fn meter_of(draft: &CardDraft, field: CardField) -> Option<Meter> {
    match field {
        CardField::Chat(kind, ChatField::SearchDesc) => {
            let used = draft.chat(kind).search_desc.chars().count() as u64;
            Some(Meter::new(used, 200, Unit::Characters))
        }
        _ => None,
    }
}

/// A small heading inside a group.
fn part(ui: &mut Ui, title: &str) {
    ui.add_space(size::XS);
    ui.add(Label::new(theme::medium(title)).selectable(false));
}
