//! The group of the card's template and of what the app gives it: ids that one copies from somewhere else.

use egui::{CompletionPopup, Popup, Response, RichText, Suggestion, TextEdit, Ui};

use super::ways;
use crate::{
    compose::{CardDraft, CardVia},
    sandbox::Sandbox,
    store::settings::Profile,
    ui::{
        action::Action,
        cx::Cx,
        icons::Icon,
        theme::{size, tokens},
        widgets::{Field, Group, PushButton, buttons::icon_button_sized, close_on_key},
    },
};

/// What the profile, the sandbox and other drafts offer for the fields of a card.
pub struct Offers<'a> {
    /// The profile in use.
    pub profile: &'a Profile,
    /// The sandbox, where it is the profile's.
    pub sandbox: Option<&'a Sandbox>,
    /// Templates of other drafts: id and name.
    pub used: &'a [(String, String)],
}

impl Offers<'_> {
    /// Templates that can be chosen: id and name, each once.
    fn templates(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = self.used.to_vec();
        for template in self.sandbox.map(Sandbox::card_templates).unwrap_or_default() {
            if !all.iter().any(|(id, _)| *id == template.id) {
                all.push((template.id, template.name));
            }
        }
        all
    }

    fn or_sandbox(profile: &str, sandbox: Option<String>) -> String {
        if profile.is_empty() { sandbox.unwrap_or_default() } else { profile.to_owned() }
    }

    /// The one-to-one conversation.
    pub fn conversation(&self) -> String {
        Self::or_sandbox(&self.profile.open_conversation_id, self.sandbox.map(Sandbox::open_conversation_id))
    }

    /// A group; only the sandbox knows one.
    pub fn group(&self) -> String {
        self.sandbox.map(Sandbox::group_conversation_id).unwrap_or_default()
    }

    /// The robot.
    pub fn robot(&self) -> String {
        Self::or_sandbox(&self.profile.robot_code, self.sandbox.map(Sandbox::robot_code))
    }
}

/// The most templates that are offered at once.
const OFFERED: usize = 12;

/// The group.
pub fn template_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, offers: &Offers<'_>) {
    let lang = cx.lang;
    let inside = ["/cardTemplateId", "/openConversationId", "/robotCode", "/callbackRouteKey"];
    let jumped = inside.iter().any(|pointer| cx.jumps_into(pointer));
    Group::new(tr!(lang, "card.template")).force_open(jumped).show(ui, |ui| {
        Field::new(tr!(lang, "card.template_id"))
            .required()
            .help(tr!(lang, "card.template_id_help"))
            .pointer("/cardTemplateId")
            .show(ui, cx, |ui| template_field_ui(ui, cx, draft, offers));
        match draft.via {
            CardVia::PrivateChat => {
                conversation_ui(ui, cx, draft, &offers.conversation());
                robot_ui(ui, cx, draft, offers);
            }
            CardVia::InteractiveCards => ways::interactive_ui(ui, cx, draft, offers),
            CardVia::CreateAndDeliver | CardVia::Update | CardVia::UpdateInteractiveCards => {}
        }
    });
}

/// The conversation's id.
pub fn conversation_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, offered: &str) {
    let lang = cx.lang;
    Field::new(tr!(lang, "card.conversation"))
        .help(tr!(lang, "card.conversation_help"))
        .pointer("/openConversationId")
        .show(ui, cx, |ui| {
            id_field_ui(ui, cx, &tr!(cx.lang, "card.conversation"), &mut draft.open_conversation_id, offered, "cid…")
        });
}

/// The robot's code.
pub fn robot_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, offers: &Offers<'_>) {
    let lang = cx.lang;
    Field::new(tr!(lang, "card.robot")).help(tr!(lang, "card.robot_help")).pointer("/robotCode").show(ui, cx, |ui| {
        id_field_ui(ui, cx, &tr!(cx.lang, "card.robot"), &mut draft.robot_code, &offers.robot(), "ding…")
    });
}

/// The callback's route key, among the rarely used options.
pub fn callback_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, offers: &Offers<'_>) {
    Field::new(tr!(cx.lang, "card.callback"))
        .help(tr!(cx.lang, "card.callback_help"))
        .pointer("/callbackRouteKey")
        .show(ui, cx, |ui| {
            id_field_ui(
                ui,
                cx,
                &tr!(cx.lang, "card.callback"),
                &mut draft.callback_route_key,
                &offers.profile.callback_route_key,
                "",
            )
        });
}

/// The template's id, with those used before.
fn template_field_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, offers: &Offers<'_>) -> Response {
    let t = tokens(ui.style());
    ui.horizontal(|ui| {
        let width = ui.available_width() - size::CONTROL - size::S;
        let id = ui.make_persistent_id("template");
        let edit = TextEdit::singleline(&mut draft.card_template_id)
            .id(id)
            .hint_text(tr!(cx.lang, "card.template_id_hint"))
            .desired_width(width);
        // The whole text is one word: an id has dots and hyphens.
        let popup = CompletionPopup::new(id.with("offers")).word_boundary(|_| false);
        let shown = popup.show(ui, edit, |query| {
            let typed = query.word.to_lowercase();
            if typed.is_empty() {
                return Vec::new();
            }
            let hit = |offer: &&(String, String)| {
                offer.0 != query.word
                    && (offer.0.to_lowercase().contains(&typed) || offer.1.to_lowercase().contains(&typed))
            };
            let templates = offers.templates();
            let found = templates.iter().filter(hit).take(OFFERED);
            found.map(|(id, name)| Suggestion::new(id.as_str()).description(name.as_str())).collect()
        });
        let response = shown.text_edit.response.response.accessible_name(tr!(cx.lang, "card.template_id"));
        let none = offers.used.is_empty() && offers.sandbox.is_none();
        let name = if none { tr!(cx.lang, "card.no_templates_yet") } else { tr!(cx.lang, "card.used_templates") };
        let button = icon_button_sized(ui, Icon::ChevronDown, name, size::CONTROL, !none);
        Popup::menu(&button).show(|ui| {
            ui.set_min_width(320.0);
            for (id, name) in offers.templates().iter().take(OFFERED) {
                let text = RichText::new(name).size(size::SMALL).color(t.muted);
                let choice =
                    egui::Button::new(id.as_str()).right_text(text).min_size(egui::vec2(320.0, size::CONTROL_SMALL));
                if ui.add(choice).clicked() {
                    cx.send(Action::UndoStep);
                    draft.card_template_id.clone_from(id);
                }
            }
            if close_on_key(ui) {
                button.request_focus();
            }
        });
        response
    })
    .inner
}

/// An id, with a button that takes it from the profile where that has another one.
fn id_field_ui(ui: &mut Ui, cx: &Cx<'_>, label: &str, value: &mut String, profile: &str, hint: &str) -> Response {
    ui.horizontal(|ui| {
        let offered = !profile.is_empty() && value != profile;
        let text = tr!(cx.lang, "card.from_profile");
        let button = PushButton::quiet(text.clone()).name(format!("{label}: {text}")).small();
        let room = if offered { 120.0 } else { 0.0 };
        let edit = TextEdit::singleline(value).hint_text(hint).desired_width(ui.available_width() - room);
        let response = ui.add(edit).accessible_name(label);
        if offered && button.tooltip(profile).show(ui).clicked() {
            cx.send(Action::UndoStep);
            profile.clone_into(value);
        }
        response
    })
    .inner
}
