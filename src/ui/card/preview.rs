//! The preview in the inspector: the conversation list's line per language, and the variables as a chosen person gets them.

use std::collections::HashSet;

use egui::{Align, CornerRadius, Frame, Label, Layout, Margin, RichText, Ui, vec2};

use super::{grid::person_name, last_message::locale_name};
use crate::{
    compose::{
        CardDraft, PersonRef,
        card::LastMessage,
        values::{EffectiveValue, Source},
    },
    lang::Lang,
    ui::{
        cx::Cx,
        icons::Icon,
        theme::{self, fonts, size, tokens},
        widgets::{buttons::icon_button_sized, grouped, search_field},
    },
};

/// What the preview remembers.
#[derive(Default)]
pub struct PreviewView {
    /// The person whose values are shown; `None`: somebody without private values.
    person: Option<String>,
    search: String,
    /// Language of the line that is shown as the list has it.
    locale: usize,
}

/// Height of a variable.
const ROW: f32 = 46.0;
/// How many people a search offers.
const OFFERED: usize = 6;

/// The preview.
pub fn preview_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft, view: &mut PreviewView) {
    let lang = cx.lang;
    ui.spacing_mut().item_spacing.y = size::S;
    ui.label(theme::medium(tr!(lang, "card.preview_list")));
    ui.scope(|ui| list_ui(ui, lang, draft, view));
    ui.add_space(size::XS);
    ui.label(theme::medium(tr!(lang, "card.preview_values")));
    person_ui(ui, lang, draft, view);
    values_ui(ui, lang, draft, view);
    ui.add(Label::new(theme::help(ui.style(), tr!(lang, "card.preview_note"))).wrap());
}

/// The conversation list's entry, and below it the line in every language.
fn list_ui(ui: &mut Ui, lang: Lang, draft: &CardDraft, view: &mut PreviewView) {
    let t = tokens(ui.style());
    let message = draft.shown_last_message();
    let shown = message.texts.get(view.locale).map(String::as_str).unwrap_or_default();
    Frame::new().fill(t.raised).corner_radius(CornerRadius::same(size::RADIUS)).inner_margin(Margin::same(10)).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(36.0, 36.0), egui::Sense::hover());
                ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), t.primary);
                let icon = egui::Rect::from_center_size(rect.center(), vec2(20.0, 20.0));
                Icon::Card.sized(t.on_primary, 20.0).alt_text("").paint_at(ui, icon);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.add(Label::new(RichText::new(tr!(lang, "card.preview_sender")).family(fonts::medium())));
                    let line = if shown.trim().is_empty() {
                        RichText::new(tr!(lang, "card.preview_no_line")).color(t.faint)
                    } else {
                        RichText::new(shown).color(t.muted)
                    };
                    ui.add(Label::new(line.size(size::SMALL + 1.0)).truncate());
                });
            });
        },
    );
    ui.spacing_mut().interact_size.y = size::CONTROL_SMALL;
    for (index, (locale, text)) in LastMessage::LOCALES.iter().zip(&message.texts).enumerate() {
        ui.horizontal(|ui| {
            ui.allocate_ui_with_layout(
                vec2(LOCALE_WIDTH, size::CONTROL_SMALL),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_min_width(LOCALE_WIDTH);
                    let name = RichText::new(locale_name(lang, locale)).size(size::SMALL);
                    ui.spacing_mut().button_padding = vec2(6.0, 2.0);
                    let button = egui::Button::selectable(view.locale == index, name);
                    if ui.add(button).clicked() {
                        view.locale = index;
                    }
                },
            );
            let text = if text.trim().is_empty() {
                RichText::new(tr!(lang, "card.preview_unset")).size(size::SMALL).color(t.faint)
            } else {
                RichText::new(text.as_str())
            };
            ui.add(Label::new(text).truncate());
        });
    }
}

/// Room for the longest name of a locale in either language, so that the texts stand in one column.
const LOCALE_WIDTH: f32 = 124.0;

/// Everybody who can be looked at: those of the table first, then the other receivers.
fn people(draft: &CardDraft) -> impl Iterator<Item = &PersonRef> {
    let rows = draft.private.rows.iter().map(|row| &row.person);
    let known: HashSet<&str> = if draft.receivers.is_empty() {
        HashSet::new()
    } else {
        draft.private.rows.iter().map(|row| row.person.id.as_str()).collect()
    };
    rows.chain(draft.receivers.iter().filter(move |person| !known.contains(person.id.as_str())))
}

fn person_ui(ui: &mut Ui, lang: Lang, draft: &CardDraft, view: &mut PreviewView) {
    let t = tokens(ui.style());
    let total = draft.private.rows.len();
    let at = view.person.as_ref().and_then(|id| draft.private.rows.iter().position(|row| row.person.id == *id));
    let known = view.person.as_ref().and_then(|id| people(draft).find(|person| person.id == *id));
    if view.person.is_some() && known.is_none() {
        view.person = None;
    }
    ui.horizontal(|ui| {
        let name = tr!(lang, "card.preview_previous");
        if icon_button_sized(ui, Icon::Up, name, size::CONTROL_SMALL, at.is_some()).clicked() {
            let before = at.and_then(|at| at.checked_sub(1));
            view.person = before.and_then(|at| draft.private.rows.get(at)).map(|row| row.person.id.clone());
        }
        let next = at.map_or(0, |at| at + 1);
        let name = tr!(lang, "card.preview_next");
        if icon_button_sized(ui, Icon::Down, name, size::CONTROL_SMALL, next < total).clicked() {
            view.person = draft.private.rows.get(next).map(|row| row.person.id.clone());
        }
        match known {
            Some(person) => {
                ui.add(Label::new(RichText::new(person_name(person)).family(fonts::medium())).truncate());
                if !person.name.is_empty() {
                    ui.add(Label::new(theme::help(ui.style(), person.id.as_str())).truncate());
                }
                if let Some(at) = at {
                    let text = format!("{} / {}", grouped(at as u64 + 1), grouped(total as u64));
                    ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.faint)));
                }
            }
            None => {
                ui.add(Label::new(RichText::new(tr!(lang, "card.preview_public")).family(fonts::medium())).truncate());
            }
        }
    });
    if total + draft.receivers.len() == 0 {
        return;
    }
    let width = ui.available_width();
    search_field(ui, lang, &mut view.search, &tr!(lang, "card.preview_find"), width);
    let search = view.search.trim().to_lowercase();
    if search.is_empty() {
        return;
    }
    let hit = |person: &&PersonRef| {
        person.id.to_lowercase().contains(&search) || person.name.to_lowercase().contains(&search)
    };
    let found: Vec<&PersonRef> = people(draft).filter(hit).take(OFFERED).collect();
    if found.is_empty() {
        ui.label(theme::help(ui.style(), tr!(lang, "common.nothing_found")));
    }
    for person in found {
        let detail = if person.name.is_empty() { "" } else { person.id.as_str() };
        let button = egui::Button::new(person_name(person)).right_text(theme::help(ui.style(), detail));
        if ui.add(button.min_size(vec2(width, size::CONTROL_SMALL))).clicked() {
            view.person = Some(person.id.clone());
            view.search.clear();
        }
    }
}

fn values_ui(ui: &mut Ui, lang: Lang, draft: &CardDraft, view: &PreviewView) {
    let values = draft.values_for(view.person.as_deref().unwrap_or_default());
    if values.is_empty() {
        ui.label(theme::help(ui.style(), tr!(lang, "card.preview_no_values")));
        return;
    }
    let clip = ui.clip_rect();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let step = ROW + 2.0;
        let top = ui.cursor().top();
        let total = values.len();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows on a screen, from 0")]
        let row_at = |y: f32| (((y - top) / step).max(0.0) as usize).min(total);
        let (first, last) = (row_at(clip.top()), row_at(clip.bottom() + step));
        ui.add_space(first as f32 * step);
        for value in values.get(first..last).unwrap_or_default() {
            value_ui(ui, lang, value);
        }
        ui.add_space((total - last) as f32 * step);
    });
}

fn value_ui(ui: &mut Ui, lang: Lang, value: &EffectiveValue<'_>) {
    let t = tokens(ui.style());
    let fill = if value.source == Source::Private { t.accent_soft } else { t.raised };
    let width = ui.available_width();
    let (rect, _) = ui.allocate_exact_size(vec2(width, ROW), egui::Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(size::RADIUS), fill);
    let inner = rect.shrink2(vec2(10.0, 4.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.spacing_mut().interact_size.y = 16.0;
        ui.horizontal(|ui| {
            let key = RichText::new(value.key).monospace().size(size::SMALL).color(t.muted);
            ui.add(Label::new(key).truncate());
            if value.source == Source::Private {
                ui.add(Label::new(RichText::new(tr!(lang, "card.preview_private")).size(size::SMALL).color(t.accent)));
            }
        });
        let first = value.value.lines().next().unwrap_or_default();
        let text = match value.source {
            Source::Missing => RichText::new(tr!(lang, "card.preview_missing")).color(t.faint),
            _ if value.value.is_empty() => RichText::new(tr!(lang, "card.empty_text")).color(t.faint),
            _ => RichText::new(first),
        };
        let shown = ui.add(Label::new(text).truncate());
        if value.value.contains('\n') {
            shown.on_hover_text(value.value.chars().take(1000).collect::<String>());
        }
    });
}
