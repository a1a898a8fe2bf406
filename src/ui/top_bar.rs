//! The bar on top: profile, token, search, language, theme; and the tabs below it.

use egui::{Button, Color32, RichText, Sense, Ui, vec2};

use super::{
    action::{Action, Actions},
    commands::Command,
    icons::Icon,
    state::{State, Tab},
    theme::{fonts, size, tokens, tokens::profile_colour},
    widgets::{Dot, PushButton, Toasts, at_end, buttons::icon_button_sized, flat, icon_button, status_dot},
};
use crate::{dingtalk::TokenState, lang::Lang, store::settings::Profile};

/// The bar.
pub fn top_bar_ui(ui: &mut Ui, state: &State, actions: &Actions, toasts: &mut Toasts) {
    let lang = state.lang;
    ui.horizontal(|ui| {
        ui.set_min_height(size::CONTROL);
        profile_ui(ui, state, actions);
        token_ui(ui, state, actions);
        at_end(ui, "top bar", |ui| {
            ui.spacing_mut().item_spacing.x = size::XS;
            let mut search = PushButton::new(tr!(lang, "shell.search")).icon(Icon::Search).min_width(180.0);
            if let Some(shortcut) = Command::Palette.shortcut_text(ui.ctx()) {
                search = search.shortcut(shortcut);
            }
            if search.tooltip(Command::Palette.tooltip(lang)).show(ui).clicked() {
                actions.send(Action::Run(Command::Palette));
            }
            messages_ui(ui, state, actions, toasts);
            let language = PushButton::quiet(tr!(lang, "shell.other_language"))
                .icon(Icon::Globe)
                .tooltip(Command::ToggleLanguage.tooltip(lang));
            if language.show(ui).clicked() {
                actions.send(Action::Run(Command::ToggleLanguage));
            }
            let dark = ui.visuals().dark_mode;
            let theme = icon_button(ui, if dark { Icon::Sun } else { Icon::Moon }, Command::ToggleTheme.label(lang));
            if theme.clicked() {
                actions.send(Action::Run(Command::ToggleTheme));
            }
        });
    });
}

/// Which profile: its colour, name and whether anything really goes out; a menu of the others.
fn profile_ui(ui: &mut Ui, state: &State, actions: &Actions) {
    let lang = state.lang;
    let profile = state.profile();
    let colour = profile_colour(profile.shown_colour());
    let t = tokens(ui.style());
    let button = ui
        .scope(|ui| {
            let widgets = &mut ui.visuals_mut().widgets;
            widgets.inactive.weak_bg_fill = t.surface;
            let name = RichText::new(&profile.name).family(fonts::medium());
            let chevron = Icon::ChevronDown.sized(t.muted, 12.0).alt_text("");
            ui.add(
                Button::new((Icon::User.tinted(colour).alt_text(""), name, chevron))
                    .min_size(vec2(120.0, size::CONTROL)),
            )
        })
        .inner
        .accessible_name(tr!(lang, "shell.profile_named", name = profile.name));
    let button = button.on_hover_text(tr!(lang, "shell.profile_tip"));
    egui::Popup::menu(&button).accessible_name(tr!(lang, "shell.profile")).show(|ui| {
        ui.set_min_width(240.0);
        for other in &state.settings.profiles {
            let chosen = other.id() == profile.id();
            let dot = Icon::User.tinted(profile_colour(other.shown_colour())).alt_text("");
            let kind = RichText::new(kind_word(other, lang)).size(size::SMALL).color(t.muted);
            let row = Button::selectable(chosen, (dot, other.name.as_str())).right_text(kind);
            if ui.add(row.min_size(vec2(240.0, size::CONTROL))).accessible_name(other.name.clone()).clicked() {
                actions.send(Action::SelectProfile(other.id()));
                ui.close();
            }
        }
        ui.separator();
        let manage = PushButton::quiet(tr!(lang, "shell.manage_profiles")).icon(Icon::Settings);
        if manage.show(ui).clicked() {
            actions.send(Action::Run(Command::ShowSettings));
            ui.close();
        }
    });
    // The badge says with words what the colour says.
    badge(ui, &kind_word(profile, lang), colour, t.on_primary);
}

/// A small label on a colour.
fn badge(ui: &mut Ui, text: &str, fill: Color32, ink: Color32) {
    let galley = egui::WidgetText::from(medium_small(text.to_owned()).color(ink)).into_galley(
        ui,
        Some(egui::TextWrapMode::Extend),
        f32::INFINITY,
        egui::TextStyle::Small,
    );
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(12.0, 4.0), Sense::hover());
    ui.painter().rect_filled(rect, 4.0, fill);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ink);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
}

fn medium_small(text: String) -> RichText {
    RichText::new(text).family(fonts::medium()).size(size::SMALL)
}

fn kind_word(profile: &Profile, lang: Lang) -> String {
    if profile.is_sandbox() { tr!(lang, "shell.practice") } else { tr!(lang, "shell.live") }.into_owned()
}

/// The token of the connection: whether it is there, how long it lasts, and the button that fetches a new one.
fn token_ui(ui: &mut Ui, state: &State, actions: &Actions) {
    let lang = state.lang;
    let (dot, text, tip) = token_words(state);
    let response = status_dot(ui, dot, text);
    response.on_hover_text(tip);
    let command = Command::RefreshToken;
    let enabled = command.enabled(state);
    let tip = match &enabled {
        Ok(()) => command.tooltip(lang),
        Err(reason) => format!("{}（{reason}）", command.label(lang)),
    };
    let button = icon_button_sized(ui, Icon::Refresh, tip, 26.0, enabled.is_ok());
    if button.accessible_name(command.label(lang)).clicked() {
        actions.send(Action::Run(command));
    }
}

fn token_words(state: &State) -> (Dot, String, String) {
    let lang = state.lang;
    if let Some(reason) = state.link.failure(lang) {
        return (Dot::Error, tr!(lang, "shell.not_connected").into_owned(), reason);
    }
    let Some(status) = state.link.token() else {
        return (Dot::Busy, tr!(lang, "shell.connecting").into_owned(), String::new());
    };
    let renew = if status.renewable { tr!(lang, "shell.token_renews") } else { tr!(lang, "shell.token_pasted") };
    let (dot, text) = match status.state {
        TokenState::NotFetched => (Dot::Off, tr!(lang, "shell.token_none")),
        TokenState::Fetching => (Dot::Busy, tr!(lang, "shell.token_fetching")),
        TokenState::Expired => (Dot::Warning, tr!(lang, "shell.token_expired")),
        TokenState::Failed => (Dot::Error, tr!(lang, "shell.token_failed")),
        TokenState::Missing => (Dot::Error, tr!(lang, "shell.token_missing")),
        TokenState::Here => match status.seconds_left {
            None => (Dot::Ok, tr!(lang, "shell.token_ok")),
            Some(left) => {
                let dot = if left > 600 { Dot::Ok } else { Dot::Warning };
                return (
                    dot,
                    tr!(lang, "shell.token_left", left = time_left(left, lang)).into_owned(),
                    renew.into_owned(),
                );
            }
        },
    };
    (dot, text.into_owned(), renew.into_owned())
}

/// `1 小时 50 分`: to five minutes above ten, to the minute below.
pub fn time_left(seconds: i64, lang: Lang) -> String {
    let minutes = if seconds > 600 { seconds / 300 * 5 } else { seconds / 60 };
    match (minutes / 60, minutes % 60) {
        (0, minutes) => tr!(lang, "shell.minutes", minutes = minutes),
        (hours, minutes) => tr!(lang, "shell.hours_minutes", hours = hours, minutes = minutes),
    }
    .into_owned()
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
                flat(ui);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_coarse_far_away_and_fine_near_the_end() {
        let zh = |seconds| time_left(seconds, Lang::Zh);
        assert_eq!([zh(7199), zh(6720), zh(3600)], ["1 小时 55 分", "1 小时 50 分", "1 小时 0 分"]);
        assert_eq!([zh(599), zh(61), zh(5)], ["9 分钟", "1 分钟", "0 分钟"]);
    }
}
