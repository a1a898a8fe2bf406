//! 发送方式: the one control for cards and notices, with how each way stands for the app of the profile: 可用, 需要权限 X,
//! 不适用于此类应用; and the button that helps. Knows drafts only by their [`Via`].

use egui::{Button, Color32, Label, RichText, Ui, vec2};

use super::{
    action::Action,
    cx::Cx,
    history,
    icons::Icon,
    theme::{size, tokens},
    widgets::{Banner, Field, Level, PushButton, combo},
};
use crate::{
    catalogue::{CONSOLE_URL, FixAction},
    compose::{
        Kind, Via,
        ways::fit::{AppMade, Standing},
    },
    lang::{Lang, text},
};

/// Where one switches the way: findings about the way lead here.
pub const VIA: &str = "/via";

/// The choice of the way and what it needs; the way that the person chose, when it is another one.
#[must_use]
pub fn choice_ui(ui: &mut Ui, cx: &Cx<'_>, via: Via) -> Option<Via> {
    let lang = cx.lang;
    let mut chosen = None;
    let label = tr!(lang, "way.choice");
    Field::new(label).help(via.help(lang)).pointer(VIA).show(ui, cx, |ui| {
        let shown = combo("way", via.label(lang)).width(260.0).show_ui(ui, |ui| {
            ui.set_min_width(340.0);
            ui.spacing_mut().item_spacing.y = 2.0;
            for one in Via::all(via.kind()) {
                if row_ui(ui, cx, one, one == via) {
                    chosen = Some(one);
                }
            }
        });
        shown.response
    });
    chosen.filter(|one| *one != via).or_else(|| standing_ui(ui, cx, via))
}

/// A way in the list, with how it stands; whether it was picked.
fn row_ui(ui: &mut Ui, cx: &Cx<'_>, via: Via, chosen: bool) -> bool {
    let lang = cx.lang;
    let (word, ink) = match standing(cx, via) {
        Some(standing) => (word(&standing, lang), ink(ui, &standing)),
        None => (String::new(), Color32::TRANSPARENT),
    };
    let label = via.label(lang);
    let button = Button::selectable(chosen, label.clone())
        .right_text(RichText::new(word.clone()).size(size::SMALL).color(ink))
        .min_size(vec2(ui.available_width(), size::CONTROL));
    let response = ui.add(button).accessible_name(label).on_hover_text(via.help(lang));
    super::widgets::describe(&response, word);
    response.clicked()
}

/// How a way stands for the profile's app; `None` for the sandbox, where every way works until it was seen otherwise.
fn standing(cx: &Cx<'_>, via: Via) -> Option<Standing> {
    let seen = cx.access.of(cx.profile.vault_key().as_str(), via);
    if seen.is_none() && cx.profile.is_sandbox() {
        return None;
    }
    Some(via.standing(cx.profile.app_facts(), seen.map(|sighting| &sighting.seen)))
}

/// 可用 / 需要权限 X / 不适用于此类应用, in as few words.
pub fn word(standing: &Standing, lang: Lang) -> String {
    match standing {
        Standing::Works => tr!(lang, "way.state.works"),
        Standing::Unasked { scope } | Standing::IfGranted { scope } => tr!(lang, "way.state.needs", scope = scope),
        Standing::Needs { scopes, .. } => tr!(lang, "way.state.needs", scope = scopes.join(" ")),
        Standing::Never { .. } => tr!(lang, "way.state.never"),
    }
    .into_owned()
}

/// The colour of that word.
pub fn ink(ui: &Ui, standing: &Standing) -> Color32 {
    let t = tokens(ui.style());
    match standing {
        Standing::Works => t.ok,
        Standing::Unasked { .. } => t.muted,
        Standing::Needs { .. } | Standing::IfGranted { .. } | Standing::Never { .. } => t.warning,
    }
}

/// How the chosen way stands, and what helps; the way to take instead, when the person wants it.
fn standing_ui(ui: &mut Ui, cx: &Cx<'_>, via: Via) -> Option<Via> {
    let lang = cx.lang;
    let standing = standing(cx, via)?;
    match standing {
        Standing::Works => {
            let at = cx.access.of(cx.profile.vault_key().as_str(), via).map_or(0, |sighting| sighting.at_unix);
            let when = history::time_text(at.saturating_mul(1000));
            line_ui(ui, Icon::Check, tokens(ui.style()).ok, &tr!(lang, "way.seen_open", time = when), |_| ());
            None
        }
        Standing::Unasked { scope } => {
            let says = tr!(lang, "way.unasked", scope = scope);
            line_ui(ui, Icon::Info, tokens(ui.style()).muted, &says, |ui| {
                check_button(ui, cx);
                let button = PushButton::quiet(tr!(lang, "fix.open_permissions")).small();
                if permission_button(lang, via, button).show(ui).clicked() {
                    cx.send(Action::OpenUrl(CONSOLE_URL.to_owned()));
                }
            });
            None
        }
        Standing::IfGranted { scope } if via.kind() == Kind::Card => {
            let made = cx.profile.app_facts().made;
            let key = if made == AppMade::Before { "way.if_granted" } else { "way.if_granted_unknown" };
            let says = text(lang, key, &[("scope", scope.to_owned())]);
            line_ui(ui, Icon::Info, tokens(ui.style()).warning, &says, |ui| {
                check_button(ui, cx);
                let button = PushButton::quiet(tr!(lang, "way.say_when")).icon(Icon::Settings).small();
                if made == AppMade::Unknown && button.show(ui).clicked() {
                    cx.send(Action::Fix(FixAction::OpenSettings));
                }
            });
            None
        }
        Standing::IfGranted { .. } => {
            let banner = Banner::new(Level::Warning, tr!(lang, "way.maybe_never"));
            with_other_way(ui, cx, via, banner.text(tr!(lang, "free.way.free_closed")), via.instead(), true)
        }
        Standing::Needs { scopes, instead } => {
            let title = tr!(lang, "way.state.needs", scope = scopes.join(if lang == Lang::Zh { "、" } else { ", " }));
            let says = if instead.is_some() {
                tr!(lang, "way.lacks_for_good", way = via.label(lang))
            } else {
                tr!(lang, "way.lacks", way = via.label(lang))
            };
            let banner = Banner::new(Level::Warning, title).text(says);
            with_other_way(ui, cx, via, banner, instead, true)
        }
        Standing::Never { instead } => {
            let reason = match via {
                Via::Card(_) => tr!(lang, "way.never_text"),
                Via::Notice(crate::compose::NoticeVia::Template) => tr!(lang, "free.way.template_closed"),
                Via::Notice(crate::compose::NoticeVia::Free) => tr!(lang, "free.way.free_closed"),
            };
            let banner = Banner::new(Level::Warning, tr!(lang, "way.state.never")).text(reason);
            with_other_way(ui, cx, via, banner, instead, false)
        }
    }
}

/// A banner with the button that switches to the way that works, and, where a permission helps, those about permissions.
fn with_other_way(
    ui: &mut Ui,
    cx: &Cx<'_>,
    via: Via,
    banner: Banner,
    other: Option<Via>,
    permission: bool,
) -> Option<Via> {
    let lang = cx.lang;
    let mut banner = banner;
    if let Some(other) = other {
        let button = PushButton::new(tr!(lang, "fix.use_way", way = other.label(lang))).icon(Icon::Send);
        banner = banner.button(button);
    }
    if permission {
        banner = banner
            .button(permission_button(lang, via, PushButton::new(tr!(lang, "fix.open_permissions"))))
            .button(PushButton::new(tr!(lang, "fix.check_connection")).icon(Icon::Refresh));
    }
    match banner.show(ui)?.checked_sub(usize::from(other.is_some())) {
        None => return other,
        Some(0) => cx.send(Action::OpenUrl(CONSOLE_URL.to_owned())),
        Some(_) => cx.send(Action::Fix(FixAction::CheckConnection)),
    }
    None
}

fn line_ui(ui: &mut Ui, icon: Icon, ink: Color32, says: &str, buttons: impl FnOnce(&mut Ui)) {
    let muted = tokens(ui.style()).muted;
    ui.horizontal_wrapped(|ui| {
        ui.add(icon.sized(ink, 16.0).alt_text(""));
        ui.add(Label::new(RichText::new(says).color(muted)).wrap());
        buttons(ui);
    });
}

fn check_button(ui: &mut Ui, cx: &Cx<'_>) {
    if PushButton::quiet(tr!(cx.lang, "fix.check_connection")).icon(Icon::Refresh).small().show(ui).clicked() {
        cx.send(Action::Fix(FixAction::CheckConnection));
    }
}

/// The button to the permission page; its accessible name tells it from the one of an explanation.
fn permission_button(lang: Lang, via: Via, button: PushButton) -> PushButton {
    button.name(tr!(lang, "way.permissions_of", way = via.label(lang))).icon(Icon::External)
}
