//! What presses in the drawing did: a question of the card, what the client would run, the way back to the untouched state.
//!
//! Changes only the client's own state of the preview; nothing of it reaches the draft or the wire.

use egui::{Label, RichText, TextEdit, Ui};
use serde_json::Value;

use super::preview::LabView;
use crate::{
    lang::Lang,
    template::draw::press::{Ask, Effect, chosen},
    ui::{
        theme::{self, size, tokens},
        widgets::PushButton,
    },
};

/// A question of the card.
pub(super) struct Asked {
    effect: Effect,
    text: String,
    picked: Vec<usize>,
}

impl LabView {
    /// Does what a press does here, and lists the rest.
    pub(super) fn take(&mut self, effects: Vec<Effect>) {
        self.would.clear();
        self.asked = None;
        for effect in effects {
            match effect {
                Effect::Local(changed) => {
                    // The builder writes the whole state back; what stays as it was is no change.
                    let now = self.drawn.as_ref().map(|drawn| &drawn.merged.local);
                    let other = |name: &String, value: &Value| now.and_then(|now| now.get(name)) != Some(value);
                    self.local.extend(changed.into_iter().filter(|(name, value)| other(name, value)));
                }
                Effect::Would { action, args } => {
                    let args: Vec<String> =
                        args.iter().map(|arg| serde_json::to_string_pretty(arg).unwrap_or_default()).collect();
                    self.would.push((action, args.join("\n").chars().take(4_000).collect()));
                }
                Effect::Choose { .. } => self.asked = Some(Asked { effect, text: String::new(), picked: Vec::new() }),
                Effect::Type { ref now, .. } => {
                    let text = now.clone();
                    self.asked = Some(Asked { effect, text, picked: Vec::new() });
                }
            }
        }
    }
}

/// What the card asks for: a choice, a text, a day.
pub(super) fn asked_ui(ui: &mut Ui, lang: Lang, view: &mut LabView) {
    let Some(asked) = &mut view.asked else { return };
    let mut done: Option<Option<(String, Value)>> = None;
    match &asked.effect {
        Effect::Choose { key, options, many } => {
            ui.label(theme::medium(tr!(lang, "lab.choose", key = key)));
            ui.horizontal_wrapped(|ui| {
                for (at, (text, _)) in options.iter().enumerate().take(50) {
                    let picked = asked.picked.contains(&at);
                    if ui.selectable_label(picked, text).clicked() {
                        if picked {
                            asked.picked.retain(|known| *known != at);
                        } else {
                            asked.picked.push(at);
                        }
                        if !many {
                            done = Some(Some((key.clone(), chosen(options, &[at], false))));
                        }
                    }
                }
            });
            if *many && PushButton::new(tr!(lang, "lab.done")).small().show(ui).clicked() {
                asked.picked.sort_unstable();
                done = Some(Some((key.clone(), chosen(options, &asked.picked, true))));
            }
        }
        Effect::Type { key, ask, .. } => {
            ui.label(theme::medium(tr!(lang, "lab.type", key = key)));
            let hint = match ask {
                Ask::Text => "",
                Ask::Date => "2026-01-31",
                Ask::DateTime => "2026-01-31 14:00",
            };
            let field = TextEdit::singleline(&mut asked.text).hint_text(hint).desired_width(f32::INFINITY);
            let response = ui.add(field).accessible_name(tr!(lang, "lab.type", key = key));
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if PushButton::new(tr!(lang, "lab.done")).small().show(ui).clicked() || entered {
                done = Some(Some((key.clone(), Value::String(asked.text.clone()))));
            }
        }
        Effect::Local(_) | Effect::Would { .. } => done = Some(None),
    }
    if let Some(done) = done {
        view.asked = None;
        view.local.extend(done);
    }
}

/// What the last press would do, and the way back to the untouched state.
pub(super) fn would_ui(ui: &mut Ui, lang: Lang, view: &mut LabView) {
    let t = tokens(ui.style());
    for (action, args) in &view.would {
        ui.label(theme::medium(tr!(lang, "lab.would", action = action)));
        if !args.is_empty() {
            ui.add(Label::new(RichText::new(args).monospace().size(size::SMALL).color(t.muted)).wrap());
        }
    }
    if !view.local.is_empty() {
        ui.horizontal_wrapped(|ui| {
            let names: Vec<&str> = view.local.keys().map(String::as_str).collect();
            ui.label(theme::help(ui.style(), tr!(lang, "lab.local", names = names.join("、"))));
            if PushButton::quiet(tr!(lang, "lab.reset_local")).small().show(ui).clicked() {
                view.local.clear();
                view.would.clear();
                view.asked = None;
            }
        });
    }
}
