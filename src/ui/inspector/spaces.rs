//! What became of a card at each place: one row each, with its own explanation.

use egui::{Label, RichText, Ui};

use crate::{
    compose::card::SpaceKind,
    deliver::spaces::explain,
    dingtalk::answers::DeliverResult,
    lang::Lang,
    ui::{
        theme::{self, size, tokens},
        widgets::{Dot, copy_row, status_dot},
    },
};

/// What a kind of place is called; its own word where it is not known.
pub fn place_name(lang: Lang, kind: &str) -> String {
    SpaceKind::from_name(kind)
        .map_or_else(|| kind.to_owned(), |kind| crate::lang::text(lang, &format!("way.space.{}", kind.name()), &[]))
}

/// The rows; nothing where the answer names no place.
pub fn spaces_ui(ui: &mut Ui, lang: Lang, results: &[DeliverResult]) {
    if results.is_empty() {
        return;
    }
    let t = tokens(ui.style());
    ui.add_space(size::XS);
    let taken = results.iter().filter(|result| result.success).count();
    ui.add(Label::new(theme::heading(tr!(lang, "way.places", taken = taken, all = results.len()))).selectable(false));
    for (index, result) in results.iter().enumerate() {
        ui.push_id(("place", index), |ui| {
            let word = if result.success { tr!(lang, "cli.space_taken") } else { tr!(lang, "cli.space_refused") };
            ui.horizontal_wrapped(|ui| {
                let dot = if result.success { Dot::Ok } else { Dot::Error };
                status_dot(ui, dot, word.clone());
                ui.label(RichText::new(place_name(lang, &result.space_type)).size(size::SMALL).color(t.muted));
                ui.add(Label::new(RichText::new(&result.space_id).monospace().size(size::SMALL)).wrap());
            });
            // Of one place alone it is the processQueryKey below.
            if let Some(carrier) = result.carrier_id.as_ref().filter(|_| results.len() > 1) {
                // Who has read it there is asked by this id, not by the card's.
                ui.indent("carrier", |ui| copy_row(ui, lang, "carrierId", carrier));
            }
            if let Some(said) = explain(result, lang) {
                ui.indent("why", |ui| {
                    ui.add(Label::new(&said.what).wrap());
                    for line in [&said.cause, &said.fix] {
                        ui.add(Label::new(RichText::new(line).size(size::SMALL).color(t.muted)).wrap());
                    }
                });
            }
        });
    }
}
