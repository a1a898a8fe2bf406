//! The form of one profile. Edits a copy; nothing is kept until it is saved.

use egui::{DragValue, Response, RichText, TextEdit, Ui};

use super::{
    Reads, SettingsAction,
    secrets::{HeldSecrets, SecretFields, slot_name, slots_of},
};
use crate::{
    dingtalk::{
        System,
        host::{BaseUrl, BaseUrlError},
    },
    lang::Lang,
    store::{
        settings::{Profile, ProfileColour, ProfileId, ProfileKind},
        vault::{Slot, TOKEN_SECONDS, VaultError},
    },
    ui::{
        background::Broken,
        icons::Icon,
        theme::{size, tokens, tokens::profile_colour},
        widgets::{Banner, Group, Level, PushButton, combo, segmented},
    },
};

/// Which site's addresses a profile uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Site {
    /// `*.dingtalk.com`.
    Mainland,
    /// `*.dingtalk.io`.
    International,
    /// Any other address.
    Custom,
}

const INTERNATIONAL: [&str; 2] = ["https://api.dingtalk.io", "https://oapi.dingtalk.io"];

impl Site {
    fn of(profile: &Profile) -> Self {
        let own = |url: &Option<BaseUrl>| url.as_ref().map(|url| url.as_str().to_owned());
        match (own(&profile.api), own(&profile.oapi)) {
            (None, None) => Self::Mainland,
            (api, oapi) if api.as_deref() == Some(INTERNATIONAL[0]) && oapi.as_deref() == Some(INTERNATIONAL[1]) => {
                Self::International
            }
            _ => Self::Custom,
        }
    }
}

/// A profile being edited.
pub struct Editor {
    /// The profile it was; `None` for a new one.
    pub id: Option<ProfileId>,
    /// The copy being edited.
    pub profile: Profile,
    /// How it was when editing began.
    before: Profile,
    /// Which site.
    pub site: Site,
    /// Typed address of the api system, where the site is custom.
    pub api: String,
    /// Typed address of the oapi system, where the site is custom.
    pub oapi: String,
    /// The list of those who alone may receive, as typed.
    pub only_to: String,
    /// What is typed into the password fields.
    pub secrets: SecretFields,
    /// Why it could not be saved.
    pub trouble: Option<String>,
}

impl Editor {
    /// Begins a new profile.
    pub fn new(profile: Profile) -> Self {
        Self { id: None, ..Self::of(profile) }
    }

    /// Begins to edit a profile.
    pub fn of(profile: Profile) -> Self {
        let text = |url: &Option<BaseUrl>, system| {
            url.as_ref().map_or_else(|| BaseUrl::mainland(system).as_str().to_owned(), |url| url.as_str().to_owned())
        };
        Self {
            id: Some(profile.id()),
            site: Site::of(&profile),
            api: text(&profile.api, System::Api),
            oapi: text(&profile.oapi, System::Oapi),
            before: profile.clone(),
            only_to: profile.only_to.join("\n"),
            profile,
            secrets: SecretFields::default(),
            trouble: None,
        }
    }

    /// Whether anything differs from what is saved.
    pub fn is_changed(&self) -> bool {
        self.id.is_none() || self.is_typed_in()
    }

    /// Whether there is something that would be lost by leaving.
    pub fn is_typed_in(&self) -> bool {
        !self.secrets.is_empty()
            || self.profile != self.before
            || self.addresses().is_ok_and(|(api, oapi)| (&api, &oapi) != (&self.before.api, &self.before.oapi))
            || self.addresses().is_err()
    }

    /// The addresses that the site stands for.
    ///
    /// # Errors
    /// Which of the two typed addresses cannot be used, and why.
    pub fn addresses(&self) -> Result<(Option<BaseUrl>, Option<BaseUrl>), (System, BaseUrlError)> {
        let read = |text: &str, system| {
            let url = BaseUrl::parse(text).map_err(|error| (system, error))?;
            Ok((url != BaseUrl::mainland(system)).then_some(url))
        };
        match self.site {
            Site::Mainland => Ok((None, None)),
            Site::International => Ok((read(INTERNATIONAL[0], System::Api)?, read(INTERNATIONAL[1], System::Oapi)?)),
            Site::Custom => Ok((read(&self.api, System::Api)?, read(&self.oapi, System::Oapi)?)),
        }
    }

    /// The profile as it is to be saved.
    ///
    /// # Errors
    /// The sentence for a person, when an address cannot be used.
    pub fn finished(&self, lang: Lang) -> Result<Profile, String> {
        let (api, oapi) = self.addresses().map_err(|(system, error)| address_trouble(system, &error, lang))?;
        let mut profile = self.profile.clone();
        profile.name = profile.name.trim().to_owned();
        (profile.api, profile.oapi) = (api, oapi);
        Ok(profile)
    }
}

fn address_trouble(system: System, error: &BaseUrlError, lang: Lang) -> String {
    let reason = match error {
        BaseUrlError::Unreadable(_) => tr!(lang, "store.settings.address_unreadable"),
        BaseUrlError::NotHttps => tr!(lang, "store.settings.address_not_https"),
        BaseUrlError::Extra => tr!(lang, "store.settings.address_extra"),
    };
    tr!(lang, "store.settings.address", key = system.name(), reason = reason).into_owned()
}

/// A kind in words.
pub fn kind_label(kind: ProfileKind, lang: Lang) -> String {
    match kind {
        ProfileKind::Sandbox => tr!(lang, "settings.kind_sandbox"),
        ProfileKind::Internal => tr!(lang, "settings.kind_internal"),
        ProfileKind::ThirdParty => tr!(lang, "settings.kind_third_party"),
        ProfileKind::Token => tr!(lang, "settings.kind_token"),
    }
    .into_owned()
}

/// What a kind is for.
pub fn kind_help(kind: ProfileKind, lang: Lang) -> String {
    match kind {
        ProfileKind::Sandbox => tr!(lang, "settings.kind_sandbox_help"),
        ProfileKind::Internal => tr!(lang, "settings.kind_internal_help"),
        ProfileKind::ThirdParty => tr!(lang, "settings.kind_third_party_help"),
        ProfileKind::Token => tr!(lang, "settings.kind_token_help"),
    }
    .into_owned()
}

/// The form.
pub fn editor_ui(ui: &mut Ui, reads: &Reads<'_>, editor: &mut Editor, held: &mut HeldSecrets) {
    let lang = reads.state.lang;
    if let Some(trouble) = &editor.trouble {
        Banner::new(Level::Error, trouble.clone()).show(ui);
    }
    Group::new(tr!(lang, "settings.group_basic")).fixed().show(ui, |ui| {
        let name = &mut editor.profile.name;
        text_row(ui, &tr!(lang, "settings.name"), &tr!(lang, "settings.name_help"), name);
        let organisation = &mut editor.profile.organisation;
        text_row(ui, &tr!(lang, "settings.organisation"), &tr!(lang, "settings.organisation_help"), organisation);
        colour_row(ui, lang, &mut editor.profile);
    });
    if editor.profile.kind != ProfileKind::Sandbox {
        Group::new(tr!(lang, "settings.group_app")).fixed().show(ui, |ui| app_fields(ui, lang, &mut editor.profile));
        Group::new(tr!(lang, "settings.group_secrets"))
            .help(tr!(lang, "settings.secrets_help"))
            .fixed()
            .show(ui, |ui| secrets_ui(ui, reads, editor, held));
        Group::new(tr!(lang, "settings.group_site")).fixed().show(ui, |ui| site_ui(ui, lang, editor));
    }
    Group::new(tr!(lang, "settings.group_defaults"))
        .help(tr!(lang, "settings.defaults_help"))
        .open(false)
        .show(ui, |ui| defaults_ui(ui, lang, &mut editor.profile));
    Group::new(tr!(lang, "settings.group_safety")).fixed().show(ui, |ui| {
        number_row(
            ui,
            &tr!(lang, "settings.confirm_above"),
            &tr!(lang, "settings.confirm_above_help"),
            &mut editor.profile.confirm_above,
            0..=1_000_000,
        );
        number_row(
            ui,
            &tr!(lang, "settings.timeout"),
            &tr!(lang, "settings.timeout_help"),
            &mut editor.profile.timeout_seconds,
            Profile::TIMEOUTS,
        );
    });
    super::limits::group_ui(ui, lang, editor);
}

pub(super) fn labelled(ui: &mut Ui, label: &str, help: &str, content: impl FnOnce(&mut Ui) -> Response) -> Response {
    ui.push_id(("row", label), |ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = size::XS;
            let name = ui.label(label);
            let response = content(ui).labelled_by(name.id);
            if !help.is_empty() {
                let text = crate::ui::theme::help(ui.style(), help);
                ui.label(text);
            }
            response
        })
        .inner
    })
    .inner
}

pub(super) fn text_row(ui: &mut Ui, label: &str, help: &str, text: &mut String) {
    labelled(ui, label, help, |ui| ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY)));
}

pub(super) fn number_row(ui: &mut Ui, label: &str, help: &str, number: &mut u32, range: std::ops::RangeInclusive<u32>) {
    labelled(ui, label, help, |ui| ui.add(DragValue::new(number).range(range)));
}

fn colour_row(ui: &mut Ui, lang: Lang, profile: &mut Profile) {
    let label = |colour: ProfileColour| match colour {
        ProfileColour::Grey => tr!(lang, "settings.colour_grey"),
        ProfileColour::Green => tr!(lang, "settings.colour_green"),
        ProfileColour::Blue => tr!(lang, "settings.colour_blue"),
        ProfileColour::Purple => tr!(lang, "settings.colour_purple"),
        ProfileColour::Orange => tr!(lang, "settings.colour_orange"),
        ProfileColour::Red => tr!(lang, "settings.colour_red"),
    };
    labelled(ui, &tr!(lang, "settings.colour"), &tr!(lang, "settings.colour_help"), |ui| {
        let shown = profile.shown_colour();
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(egui::vec2(size::ICON, size::ICON), egui::Sense::hover());
            ui.painter().circle_filled(rect.center(), 7.0, profile_colour(shown));
            let chooser = combo("colour", label(shown)).show_ui(ui, |ui| {
                for colour in ProfileColour::ALL {
                    ui.selectable_value(&mut profile.colour, Some(colour), label(colour));
                }
            });
            chooser.response
        })
        .inner
    });
}

fn app_fields(ui: &mut Ui, lang: Lang, profile: &mut Profile) {
    match profile.kind {
        ProfileKind::Internal => {
            text_row(ui, "appKey", &tr!(lang, "settings.app_key_help"), &mut profile.app_key);
        }
        ProfileKind::ThirdParty => {
            text_row(ui, "suiteKey", &tr!(lang, "settings.suite_key_help"), &mut profile.suite_key);
            text_row(ui, "authCorpId", &tr!(lang, "settings.corp_id_help"), &mut profile.corp_id);
        }
        ProfileKind::Sandbox | ProfileKind::Token => {}
    }
    text_row(ui, "agentId", &tr!(lang, "settings.agent_id_help"), &mut profile.agent_id);
}

fn secrets_ui(ui: &mut Ui, reads: &Reads<'_>, editor: &mut Editor, held: &mut HeldSecrets) {
    let lang = reads.state.lang;
    let t = tokens(ui.style());
    let saved = editor.id.and_then(|id| reads.state.settings.by_id(id));
    if let Some(saved) = saved {
        held.ask(&saved.vault_key(), saved.kind, reads.env, reads.background);
    }
    if let Some(error) = held.failure().filter(|_| saved.is_some()) {
        vault_banner(ui, reads, error);
    }
    let session_only = saved.is_some_and(|saved| reads.env.vault.is_session_only(&saved.vault_key()));
    for slot in slots_of(editor.profile.kind) {
        let name = slot_name(*slot, lang);
        let at = if saved.is_some() { held.of(*slot) } else { Some(None) };
        let hint = if at.flatten().is_some() {
            tr!(lang, "settings.secret_kept_hint")
        } else {
            tr!(lang, "settings.secret_hint")
        };
        labelled(ui, &name, &slot_help(*slot, lang), |ui| editor.secrets.field_ui(ui, *slot, &hint));
        ui.horizontal(|ui| {
            let (icon, ink, text) = match at {
                None if held.is_pending() => (Icon::Clock, t.muted, tr!(lang, "settings.secret_asking")),
                None | Some(None) => (Icon::Warning, t.warning, tr!(lang, "settings.secret_missing")),
                Some(Some(_)) if session_only => (Icon::Lock, t.muted, tr!(lang, "settings.secret_session")),
                Some(Some(_)) => (Icon::Lock, t.ok, tr!(lang, "settings.secret_in_keyring")),
            };
            ui.add(icon.sized(ink, 14.0).alt_text(""));
            ui.label(RichText::new(text).size(size::SMALL).color(ink));
            if let (Slot::Token, Some(Some(at))) = (slot, at) {
                ui.label(RichText::new(token_left(at, reads.state.now_unix, lang)).size(size::SMALL).color(t.muted));
            }
            if let (Some(Some(_)), Some(id)) = (at, editor.id) {
                let forget = PushButton::quiet(tr!(lang, "settings.forget_secret", name = name)).small();
                if forget.show(ui).clicked() {
                    reads.send(SettingsAction::ForgetSecret(id, *slot));
                }
            }
        });
    }
}

/// The two-hour clock of a pasted token.
fn token_left(at: i64, now: i64, lang: Lang) -> String {
    let ends = at.saturating_add(TOKEN_SECONDS);
    let left = ends.saturating_sub(now).clamp(0, TOKEN_SECONDS);
    if left == 0 {
        tr!(lang, "settings.token_ended").into_owned()
    } else {
        tr!(lang, "settings.token_left", minutes = left / 60 + 1).into_owned()
    }
}

fn slot_help(slot: Slot, lang: Lang) -> String {
    match slot {
        Slot::AppSecret => tr!(lang, "settings.app_secret_help"),
        Slot::SuiteSecret => tr!(lang, "settings.suite_secret_help"),
        Slot::SuiteTicket => tr!(lang, "settings.suite_ticket_help"),
        Slot::Token | Slot::Cached(_) => tr!(lang, "settings.token_help"),
    }
    .into_owned()
}

/// Says plainly that there is no keyring, and offers memory.
pub fn vault_banner(ui: &mut Ui, reads: &Reads<'_>, error: &Broken<VaultError>) {
    let lang = reads.state.lang;
    let mut banner =
        Banner::new(Level::Warning, tr!(lang, "settings.vault_trouble")).text(error.message(lang, VaultError::message));
    let offers = matches!(error, Broken::Error(error) if error.offers_session());
    if offers {
        banner = banner.button(PushButton::new(tr!(lang, "settings.session_only")));
    }
    banner = banner.button(PushButton::quiet(tr!(lang, "common.try_again")));
    match banner.show(ui) {
        Some(0) if offers => reads.send(SettingsAction::KeepForSession),
        Some(_) => reads.send(SettingsAction::RetryVault),
        None => {}
    }
}

fn site_ui(ui: &mut Ui, lang: Lang, editor: &mut Editor) {
    let choices = [
        (Site::Mainland, tr!(lang, "settings.site_mainland").into_owned()),
        (Site::International, tr!(lang, "settings.site_international").into_owned()),
        (Site::Custom, tr!(lang, "settings.site_custom").into_owned()),
    ];
    segmented(ui, &tr!(lang, "settings.group_site"), &mut editor.site, choices);
    match editor.site {
        Site::Custom => {
            text_row(ui, "api", &tr!(lang, "settings.api_help"), &mut editor.api);
            text_row(ui, "oapi", &tr!(lang, "settings.oapi_help"), &mut editor.oapi);
            if let Err((system, error)) = editor.addresses() {
                let t = tokens(ui.style());
                ui.label(RichText::new(address_trouble(system, &error, lang)).color(t.error));
            }
        }
        Site::Mainland | Site::International => {
            if let Ok((api, oapi)) = editor.addresses() {
                let shown = |url: Option<BaseUrl>, system| url.unwrap_or_else(|| BaseUrl::mainland(system));
                for url in [shown(api, System::Api), shown(oapi, System::Oapi)] {
                    let t = tokens(ui.style());
                    ui.label(RichText::new(url.as_str()).monospace().color(t.muted));
                }
            }
        }
    }
}

/// When the app was made: it decides which card calls it may use.
fn app_made_ui(ui: &mut Ui, lang: Lang, profile: &mut Profile) {
    const WORDS: [&str; 3] = ["", "before", "after"];
    let label = tr!(lang, "settings.app_made");
    ui.label(label.clone());
    let mut chosen = WORDS.iter().position(|word| *word == profile.app_made).unwrap_or_default();
    let choices = [
        (0, tr!(lang, "settings.app_made_unknown").into_owned()),
        (1, tr!(lang, "settings.app_made_before").into_owned()),
        (2, tr!(lang, "settings.app_made_after").into_owned()),
    ];
    if segmented(ui, &label, &mut chosen, choices) {
        WORDS.get(chosen).copied().unwrap_or_default().clone_into(&mut profile.app_made);
    }
    ui.label(crate::ui::theme::help(ui.style(), tr!(lang, "settings.app_made_help")));
}

fn defaults_ui(ui: &mut Ui, lang: Lang, profile: &mut Profile) {
    if !profile.is_sandbox() {
        app_made_ui(ui, lang, profile);
    }
    text_row(ui, "robotCode", &tr!(lang, "settings.robot_code_help"), &mut profile.robot_code);
    let conversation = &mut profile.open_conversation_id;
    text_row(ui, "openConversationId", &tr!(lang, "settings.conversation_help"), conversation);
    text_row(ui, "callbackRouteKey", &tr!(lang, "settings.route_key_help"), &mut profile.callback_route_key);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_follow_the_site_and_a_wrong_one_is_named() {
        let mut editor = Editor::new(Profile::new("a", ProfileKind::Internal));
        assert_eq!(editor.addresses(), Ok((None, None)));
        editor.site = Site::International;
        let (_, oapi) = editor.addresses().unwrap();
        assert_eq!(oapi.unwrap().as_str(), "https://oapi.dingtalk.io");
        editor.site = Site::Custom;
        editor.oapi = "http://example.com".to_owned();
        assert_eq!(editor.addresses(), Err((System::Oapi, BaseUrlError::NotHttps)));
        assert!(editor.finished(Lang::En).unwrap_err().contains("oapi"));
        editor.oapi = "https://ding.example.com/proxy/".to_owned();
        let profile = editor.finished(Lang::Zh).unwrap();
        assert_eq!(profile.oapi.unwrap().as_str(), "https://ding.example.com/proxy");
        assert_eq!(profile.api, None, "the mainland address is the default");
    }

    #[test]
    fn the_site_of_a_saved_profile_is_known_again() {
        for site in [Site::Mainland, Site::International, Site::Custom] {
            let mut editor = Editor::new(Profile::new("a", ProfileKind::Internal));
            editor.site = site;
            editor.api = "https://a.example.com".to_owned();
            let again = Editor::of(editor.finished(Lang::Zh).unwrap());
            assert_eq!(again.site, site);
            assert!(!again.is_changed());
        }
    }

    #[test]
    fn a_pasted_token_runs_for_two_hours() {
        assert_eq!(token_left(1000, 1000 + 60, Lang::En), "at most 120 min left");
        assert_eq!(token_left(1000, 1000 + TOKEN_SECONDS, Lang::Zh), "已过期");
    }
}
