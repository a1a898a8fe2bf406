//! The group of the conversation list's line (`sys_lastMessageI18n`): a text per language; the JSON inside the string is made
//! by the program.

use egui::{Align, Layout, TextEdit, Ui, vec2};

use super::params::PARAMS;
use crate::{
    compose::{CardDraft, card::LastMessage, encode::LAST_MESSAGE, pointer},
    lang::Lang,
    ui::{
        action::Action,
        cx::Cx,
        theme::size,
        widgets::{
            Group, PushButton,
            form::{anchor, finding_line},
        },
    },
};

/// Width of the names of the languages.
const NAME: f32 = 112.0;

/// What a language is called.
pub fn locale_name(lang: Lang, locale: &str) -> String {
    match locale {
        "zh_CN" => tr!(lang, "card.locale_zh_cn"),
        "zh_TW" => tr!(lang, "card.locale_zh_tw"),
        "zh_HK" => tr!(lang, "card.locale_zh_hk"),
        "ja_JP" => tr!(lang, "card.locale_ja_jp"),
        "en_US" => tr!(lang, "card.locale_en_us"),
        "vi_VN" => tr!(lang, "way.locale_vi_vn"),
        "th_TH" => tr!(lang, "way.locale_th_th"),
        other => return other.to_owned(),
    }
    .into_owned()
}

/// The group.
pub fn last_message_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
    let lang = cx.lang;
    let at = pointer::join(PARAMS, LAST_MESSAGE);
    // A variable of this name, written by hand, has the findings then.
    let by_hand = draft.params.iter().any(|row| row.key == LAST_MESSAGE && !row.kind.in_full_json());
    let filled = draft.last_message.texts.iter().filter(|text| !text.is_empty()).count();
    let badge = tr!(lang, "card.last_message_badge", filled = filled);
    let group = Group::new(tr!(lang, "card.last_message")).badge(badge).help(tr!(lang, "card.last_message_help"));
    group.open(filled > 0).force_open(cx.jumps_into(&at)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = size::S;
        for (locale, text) in LastMessage::LOCALES.iter().zip(&mut draft.last_message.texts) {
            let pointer = pointer::join(&at, locale);
            ui.push_id(("locale", locale), |ui| {
                ui.horizontal(|ui| {
                    let label = ui
                        .allocate_ui_with_layout(
                            vec2(NAME, size::CONTROL),
                            Layout::left_to_right(Align::Center),
                            |ui| {
                                ui.set_min_width(NAME);
                                ui.add(egui::Label::new(locale_name(lang, locale)).truncate().selectable(false))
                            },
                        )
                        .inner;
                    let field = ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY)).labelled_by(label.id);
                    if *locale == "zh_CN" && !by_hand {
                        // The summary as a whole is filled in here first.
                        cx.jump.offer(&at, field.rect, field.id);
                    }
                    anchor(ui, cx, &pointer, &field);
                });
                for finding in cx.findings_at(&pointer) {
                    finding_line(ui, lang, finding);
                }
            });
        }
        for finding in cx.findings_at(&at).filter(|_| !by_hand) {
            finding_line(ui, lang, finding);
        }
        copy_ui(ui, cx, &mut draft.last_message);
    });
}

/// One press fills every empty language with the first text there is.
fn copy_ui(ui: &mut Ui, cx: &Cx<'_>, message: &mut LastMessage) {
    let Some(first) = message.texts.iter().find(|text| !text.trim().is_empty()).cloned() else { return };
    let lines = LastMessage::LOCALES.len();
    if message.texts.iter().take(lines).all(|text| !text.is_empty()) {
        return;
    }
    let button = PushButton::quiet(tr!(cx.lang, "card.last_message_copy")).small();
    if button.tooltip(tr!(cx.lang, "card.last_message_copy_tip")).show(ui).clicked() {
        cx.send(Action::UndoStep);
        for text in message.texts.iter_mut().take(lines).filter(|text| text.is_empty()) {
            text.clone_from(&first);
        }
    }
}
