//! What became of a card at each place: one row each, with its own explanation.

use egui::{Label, RichText, Ui};

use crate::{
    compose::card::SpaceKind,
    deliver::spaces::explain,
    dingtalk::answers::DeliverResult,
    lang::Lang,
    ui::{
        theme::{self, size, tokens},
        widgets::{Dot, status_dot},
    },
};

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
                let kind = SpaceKind::from_name(&result.space_type);
                let place = kind.map_or_else(
                    || result.space_type.clone(),
                    |kind| crate::lang::text(lang, &format!("way.space.{}", kind.name()), &[]),
                );
                ui.label(RichText::new(place).size(size::SMALL).color(t.muted));
                ui.add(Label::new(RichText::new(&result.space_id).monospace().size(size::SMALL)).wrap());
            });
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
