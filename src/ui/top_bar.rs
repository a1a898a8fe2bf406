//! The bar on top: profile, token, search, language, theme; and the tabs below it.

use egui::{Button, Color32, RichText, Sense, Stroke, Ui, vec2};

use super::{
    action::{Action, Actions},
    commands::Command,
    icons::Icon,
    state::{State, Tab},
    theme::{fonts, size, tokens},
    widgets::{PushButton, Toasts, icon_button},
};

/// The bar.
pub fn top_bar_ui(ui: &mut Ui, state: &State, actions: &Actions, toasts: &mut Toasts) {
    let lang = state.lang;
    ui.horizontal(|ui| {
        ui.set_min_height(size::CONTROL);
        ui.label(super::theme::medium(tr!(lang, "app.title")));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = size::XS;
            let dark = ui.visuals().dark_mode;
            let theme = icon_button(ui, if dark { Icon::Sun } else { Icon::Moon }, Command::ToggleTheme.label(lang));
            if theme.clicked() {
                actions.send(Action::Run(Command::ToggleTheme));
            }
            let language = PushButton::quiet(tr!(lang, "shell.other_language"))
                .icon(Icon::Globe)
                .tooltip(Command::ToggleLanguage.tooltip(lang));
            if language.show(ui).clicked() {
                actions.send(Action::Run(Command::ToggleLanguage));
            }
            messages_ui(ui, state, actions, toasts);
            let mut search = PushButton::new(tr!(lang, "shell.search")).icon(Icon::Search).min_width(180.0);
            if let Some(shortcut) = Command::Palette.shortcut_text(ui.ctx()) {
                search = search.shortcut(shortcut);
            }
            if search.tooltip(Command::Palette.tooltip(lang)).show(ui).clicked() {
                actions.send(Action::Run(Command::Palette));
            }
        });
    });
}

fn messages_ui(ui: &mut Ui, state: &State, actions: &Actions, toasts: &mut Toasts) {
    let t = tokens(ui.style());
    let button = icon_button(ui, Icon::Info, tr!(state.lang, "shell.messages"));
    if toasts.unread_errors() > 0 {
        ui.painter().circle_filled(button.rect.right_top() + vec2(-6.0, 6.0), 4.0, t.error);
    }
    egui::Popup::menu(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name(tr!(state.lang, "shell.messages"))
        .show(|ui| {
            if let Some(action) = toasts.past_ui(ui, state.lang) {
                actions.send(action);
                ui.close();
            }
        });
}

/// The tabs.
pub fn tabs_ui(ui: &mut Ui, state: &State, actions: &Actions) {
    let t = tokens(ui.style());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::XS;
        for tab in Tab::ALL {
            let command = Command::show(tab);
            let chosen = state.tab == tab;
            ui.scope(|ui| {
                let widgets = &mut ui.visuals_mut().widgets;
                widgets.inactive.weak_bg_fill = Color32::TRANSPARENT;
                widgets.inactive.bg_stroke = Stroke::NONE;
                widgets.hovered.bg_stroke = Stroke::NONE;
                ui.spacing_mut().button_padding = vec2(size::M, 6.0);
                let ink = if chosen { t.accent } else { t.text };
                let mut text = RichText::new(command.label(state.lang)).color(ink);
                if chosen {
                    text = text.family(fonts::medium());
                }
                let button = Button::new((command.icon().tinted(ink).alt_text(""), text)).sense(Sense::click());
                let response = ui.add(button).accessible_name(command.label(state.lang));
                response.ctx.accesskit_node_builder(response.id, |node| {
                    node.set_role(egui::accesskit::Role::Tab);
                    node.set_selected(chosen);
                });
                if chosen {
                    let line = egui::Rect::from_min_max(
                        response.rect.left_bottom() + vec2(size::S, 0.0),
                        response.rect.right_bottom() + vec2(-size::S, 2.0),
                    );
                    ui.painter().rect_filled(line, 1.0, t.accent);
                }
                let tip = match command.shortcut_text(ui.ctx()) {
                    Some(shortcut) => format!("{} ({shortcut})", command.tooltip(state.lang)),
                    None => command.tooltip(state.lang),
                };
                if response.on_hover_text(tip).clicked() {
                    actions.send(Action::Run(command));
                }
            });
        }
    });
    ui.add_space(4.0);
}
