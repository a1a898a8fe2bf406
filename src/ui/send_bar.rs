//! The bar at the bottom: how many people, how many calls, for which organisation, and the button that sends.

use egui::{RichText, Ui};

use super::{
    action::{Action, Actions},
    commands::Command,
    delivery::DeliveryAction,
    icons::Icon,
    state::{InspectorTab, State},
    theme::{self, size, tokens, tokens::profile_colour},
    widgets::{PushButton, form::severity_look, grouped, split_line},
};
use crate::compose::{Kind, Severity};

/// The bar.
pub fn send_bar_ui(ui: &mut Ui, state: &State, actions: &Actions) {
    let lang = state.lang;
    let t = tokens(ui.style());
    ui.horizontal(|ui| {
        ui.set_min_height(size::CONTROL);
        let profile = state.profile();
        let icon = if profile.is_sandbox() { Icon::Play } else { Icon::Cloud };
        ui.add(icon.sized(profile_colour(profile.shown_colour()), 18.0).alt_text(""));
        let end = |ui: &mut Ui| {
            let blocked = state.current().is_some_and(|open| open.findings.first_error().is_some());
            if profile.is_sandbox() && (blocked || state.send_anyway) {
                let mut on = state.send_anyway;
                let toggle = ui.checkbox(&mut on, tr!(lang, "send.anyway"));
                if toggle.on_hover_text(tr!(lang, "send.anyway_tip")).changed() {
                    actions.send(Action::SendAnyway(on));
                }
            }
            trial_button(ui, state, actions);
            send_button(ui, state, actions);
        };
        split_line(ui, "send bar", |ui| summary_ui(ui, state, actions, t), end);
    });
}

/// `2 人 · 1 次调用 · 演练，不会真的发出`.
fn summary_ui(ui: &mut Ui, state: &State, actions: &Actions, t: &theme::Tokens) {
    let lang = state.lang;
    if let Some(running) = &state.running {
        let seconds = (state.now_unix - running.began.as_second()).max(0);
        let text = tr!(lang, "send.bar_running", title = running.title, seconds = seconds);
        ui.add(egui::Label::new(text).truncate());
        if !running.cancelled && PushButton::quiet(tr!(lang, "common.cancel")).small().show(ui).clicked() {
            actions.send(Action::CancelSend);
        }
        return;
    }
    let profile = state.profile();
    let mut parts = Vec::new();
    if let Some(reach) = state.reach() {
        parts.push(reach.text(lang));
        parts.push(match state.calls {
            Some(1) => tr!(lang, "send.one_call").into_owned(),
            Some(calls) => tr!(lang, "send.calls", count = grouped(calls as u64)).into_owned(),
            None => tr!(lang, "send.calls_at_least").into_owned(),
        });
    } else if let Some(open) = state.current() {
        let named = match &open.draft {
            crate::compose::Draft::Card(card) => card.receivers.len(),
            crate::compose::Draft::Notice(notice) if notice.is_to_all() => 1,
            crate::compose::Draft::Notice(notice) => notice.users.len() + notice.departments.len(),
        };
        if named == 0 && open.draft.kind() == Kind::Notice {
            parts.push(tr!(lang, "send.nobody").into_owned());
        }
    }
    let text = if profile.is_sandbox() {
        tr!(lang, "send.practice").into_owned()
    } else {
        tr!(lang, "send.live", organisation = profile.organisation_name()).into_owned()
    };
    ui.spacing_mut().item_spacing.x = size::S;
    if !parts.is_empty() {
        ui.add(egui::Label::new(theme::medium(parts.join(" · "))).selectable(false));
        ui.label(RichText::new("·").color(t.muted));
    }
    let ink = if profile.is_sandbox() { t.muted } else { t.text };
    let blocked = state.current().is_some_and(|open| open.findings.first_error().is_some());
    if blocked && let Err(reason) = Command::Send.enabled(state) {
        // A button that is off says why, without having to be pointed at.
        let (ink, icon) = severity_look(ui, Severity::Error);
        ui.add(icon.sized(ink, 16.0).alt_text(""));
        let reason = egui::Label::new(RichText::new(reason).color(ink)).truncate().sense(egui::Sense::click());
        if ui.add(reason).on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            actions.send(Action::ShowInspector(InspectorTab::Checks));
        }
        return;
    }
    ui.add(egui::Label::new(RichText::new(text).color(ink)).truncate().selectable(false));
}

/// 先发给我, beside 发送.
fn trial_button(ui: &mut Ui, state: &State, actions: &Actions) {
    let lang = state.lang;
    let button = PushButton::new(tr!(lang, "trial.title")).icon(Icon::TestSend).tooltip(tr!(lang, "trial.tip"));
    if button.enabled(state.may_test()).show(ui).clicked() {
        actions.send(Action::Delivery(DeliveryAction::AskTrial));
    }
}

fn send_button(ui: &mut Ui, state: &State, actions: &Actions) {
    let lang = state.lang;
    let command = Command::Send;
    let mut button = PushButton::primary(command.label(lang))
        .icon(command.icon())
        .enabled(command.enabled(state))
        .tooltip(command.tooltip(lang))
        .min_width(96.0);
    if let Some(shortcut) = command.shortcut_text(ui.ctx()) {
        button = button.shortcut(shortcut);
    }
    if button.show(ui).clicked() {
        actions.send(Action::Run(command));
    }
}
