//! The bar at the bottom: how many people, how many calls, for which organisation, and the button that sends.

use egui::Ui;

use super::{
    action::{Action, Actions},
    commands::Command,
    state::State,
    widgets::PushButton,
};

/// The bar.
pub fn send_bar_ui(ui: &mut Ui, state: &State, actions: &Actions) {
    let lang = state.lang;
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let command = Command::Send;
            let mut button = PushButton::primary(command.label(lang))
                .icon(command.icon())
                .enabled(command.enabled(state))
                .tooltip(command.tooltip(lang));
            if let Some(shortcut) = command.shortcut_text(ui.ctx()) {
                button = button.shortcut(shortcut);
            }
            if button.show(ui).clicked() {
                actions.send(Action::Run(command));
            }
        });
    });
}
