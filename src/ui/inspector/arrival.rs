//! What arrived at the sandbox: the conversation list's line per language, the variables as each recipient gets them, and
//! for a notice the text and what became of it per person.

use std::sync::Arc;

use egui::{Align, CornerRadius, Frame, Grid, Label, Layout, Margin, RichText, Stroke, Ui};
use egui_extras::{Column, TableBuilder};

use super::spaces::place_name;
use crate::{
    lang::Lang,
    sandbox::{ArrivedCard, ArrivedNotice, ArrivedSpace, CardRecipient, Fate, Sandbox},
    ui::{
        cx::Cx,
        theme::{self, size, tokens},
        widgets::{Banner, Dot, Level, combo, status_dot},
    },
};

pub fn arrival_ui(ui: &mut Ui, cx: &Cx<'_>, sandbox: &Sandbox, request_id: &str, recipient: &mut usize) {
    let arrivals = sandbox.arrivals();
    let Some(arrival) = arrivals.iter().rev().find(|arrival| arrival.answer.request_id == request_id) else { return };
    ui.add_space(size::S);
    if let Some(card) = arrival.card() {
        ui.label(theme::heading(tr!(cx.lang, "outcome.arrived")));
        card_ui(ui, cx, card, recipient);
    }
    if let Some(notice) = arrival.notice() {
        ui.label(theme::heading(tr!(cx.lang, "outcome.arrived")));
        notice_ui(ui, cx, notice);
    }
}

fn boxed(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let t = tokens(ui.style());
    Frame::new()
        .fill(t.raised)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(CornerRadius::same(size::RADIUS))
        .inner_margin(Margin::same(10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            content(ui);
        });
}

fn card_ui(ui: &mut Ui, cx: &Cx<'_>, card: &Arc<ArrivedCard>, chosen: &mut usize) {
    let lang = cx.lang;
    for note in &card.notes {
        Banner::new(Level::Warning, note.message(lang)).show(ui);
    }
    if card.spaces.is_empty() {
        last_message_ui(ui, lang, &card.last_message);
        let everyone: Vec<&CardRecipient> = card.recipients.iter().collect();
        seen_by_ui(ui, lang, card, &everyone, chosen);
        return;
    }
    for (index, space) in card.spaces.iter().enumerate() {
        ui.push_id(("place", index), |ui| place_ui(ui, cx, card, space));
    }
}

/// One place: who gets the card there and how it looks to them; or that it did not arrive.
fn place_ui(ui: &mut Ui, cx: &Cx<'_>, card: &ArrivedCard, space: &ArrivedSpace) {
    let t = tokens(ui.style());
    let lang = cx.lang;
    ui.add_space(size::XS);
    let place = place_name(lang, &space.kind);
    ui.horizontal_wrapped(|ui| {
        let (dot, word) = if space.refused.is_some() {
            (Dot::Error, tr!(lang, "way.place_empty", place = place))
        } else {
            let people = space.recipients.len();
            (Dot::Ok, tr!(lang, "way.place_people", place = place, count = people))
        };
        status_dot(ui, dot, word);
        ui.add(Label::new(RichText::new(&space.id).monospace().size(size::SMALL).color(t.muted)).wrap());
    });
    if space.refused.is_some() {
        return;
    }
    ui.indent("arrived here", |ui| {
        last_message_ui(ui, lang, &space.last_message);
        // The card knows what is each person's own; the place knows who is there.
        let here: Vec<&CardRecipient> = space
            .recipients
            .iter()
            .map(|one| card.recipients.iter().find(|known| known.userid == one.userid).unwrap_or(one))
            .collect();
        let id = ui.scope_id().with("seen by");
        let mut chosen: usize = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        seen_by_ui(ui, lang, card, &here, &mut chosen);
        ui.data_mut(|data| data.insert_temp(id, chosen));
    });
}

/// The line in the list of conversations, per language.
fn last_message_ui(ui: &mut Ui, lang: Lang, lines: &[(String, String)]) {
    let t = tokens(ui.style());
    ui.label(RichText::new(tr!(lang, "outcome.conversation_list")).size(size::SMALL).color(t.muted));
    boxed(ui, |ui| {
        if lines.is_empty() {
            ui.label(RichText::new(tr!(lang, "outcome.no_last_message")).color(t.muted));
        }
        Grid::new("last_message").num_columns(2).min_row_height(20.0).spacing([size::M, size::XS]).show(ui, |ui| {
            for (locale, text) in lines {
                ui.label(RichText::new(locale).monospace().size(size::SMALL).color(t.muted));
                ui.add(Label::new(text).truncate());
                ui.end_row();
            }
        });
    });
}

/// The variables as a chosen person gets them.
fn seen_by_ui(ui: &mut Ui, lang: Lang, card: &ArrivedCard, people: &[&CardRecipient], chosen: &mut usize) {
    let t = tokens(ui.style());
    if people.is_empty() {
        return;
    }
    *chosen = (*chosen).min(people.len() - 1);
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new(tr!(lang, "outcome.as_seen_by")).size(size::SMALL).color(t.muted));
        let name = |at: usize| people.get(at).map(|one| format!("{} {}", one.name, one.id)).unwrap_or_default();
        combo("recipient", name(*chosen))
            .width(180.0)
            .show_ui(ui, |ui| {
                let rows = people.len();
                egui::ScrollArea::vertical().max_height(240.0).show_rows(ui, size::CONTROL, rows, |ui, range| {
                    for at in range {
                        ui.selectable_value(chosen, at, name(at));
                    }
                });
            })
            .response
            .labelled_by(label.id);
    });
    let Some(recipient) = people.get(*chosen) else { return };
    boxed(ui, |ui| {
        Grid::new("variables").num_columns(2).min_row_height(20.0).spacing([size::M, size::XS]).show(ui, |ui| {
            for variable in card.variables_for(recipient) {
                ui.label(RichText::new(variable.key).monospace().size(size::SMALL).color(t.muted));
                let text = variable.value.as_str().map_or_else(|| variable.value.to_string(), str::to_owned);
                ui.vertical(|ui| {
                    ui.add(Label::new(text).wrap());
                    if variable.private {
                        let mark = RichText::new(tr!(lang, "outcome.private")).size(size::SMALL).color(t.accent);
                        ui.label(mark);
                    }
                });
                ui.end_row();
            }
        });
    });
}

fn notice_ui(ui: &mut Ui, cx: &Cx<'_>, notice: &Arc<ArrivedNotice>) {
    let t = tokens(ui.style());
    let lang = cx.lang;
    if !notice.missing.is_empty() {
        let names = notice.missing.join("、");
        Banner::new(Level::Warning, tr!(lang, "outcome.missing_values", names = names)).show(ui);
    }
    boxed(ui, |ui| {
        ui.add(Label::new(&notice.text).wrap());
        let Some(free) = &notice.free else { return };
        for file in &free.media {
            let text = format!("{} · {}", file.name, crate::deliver::upload::size_text(file.bytes));
            ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.muted)).wrap());
        }
        if let Some(bar) = &free.status_bar {
            ui.label(
                RichText::new(tr!(lang, "outcome.status_bar", value = &bar.value)).size(size::SMALL).color(t.accent),
            );
        }
        if free.to_all {
            ui.label(RichText::new(tr!(lang, "outcome.to_all")).size(size::SMALL).color(t.warning));
        }
    });
    let count = |wanted: fn(Fate) -> bool| notice.recipients.iter().filter(|one| wanted(one.fate)).count();
    let delivered = count(|fate| fate == Fate::Delivered);
    let dropped = count(|fate| matches!(fate, Fate::Dropped(_)));
    let invalid = count(|fate| fate == Fate::Invalid);
    let text = tr!(lang, "outcome.fates", delivered = delivered, dropped = dropped, invalid = invalid);
    ui.label(RichText::new(text).color(t.muted));
    let height = (notice.recipients.len() as f32 * 28.0).min(240.0);
    TableBuilder::new(ui)
        .id_salt("fates")
        .striped(true)
        .auto_shrink([false, true])
        .max_scroll_height(height)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::initial(90.0).at_least(60.0).clip(true))
        .column(Column::initial(120.0).at_least(60.0).clip(true))
        .column(Column::remainder().clip(true))
        .body(|body| {
            body.rows(28.0, notice.recipients.len(), |mut row| {
                let Some(one) = notice.recipients.get(row.index()) else { return };
                row.col(|ui| {
                    ui.add(Label::new(&one.name).truncate());
                });
                row.col(|ui| {
                    ui.add(Label::new(RichText::new(&one.userid).monospace().size(size::SMALL)).truncate());
                });
                row.col(|ui| {
                    let dot = match one.fate {
                        Fate::Delivered => Dot::Ok,
                        Fate::Dropped(_) => Dot::Warning,
                        Fate::Invalid => Dot::Error,
                    };
                    status_dot(ui, dot, one.fate.label(lang));
                });
            });
        });
}
