//! The settings tab (设置): profiles and their secrets, the sandbox, appearance, shortcuts, where files are.
//!
//! Screens here only edit copies; `app::settings` saves them, keeps secrets in the vault and runs the connection check.

mod check;
mod editor;
mod general;
mod limits;
mod profiles;
mod sandbox;
mod secrets;

use egui::{Button, CentralPanel, Frame, Margin, Panel, RichText, ScrollArea, Ui, vec2};
use tokio_util::sync::CancellationToken;

pub use editor::{Editor, Site, kind_label};
pub use secrets::{HeldSecrets, SecretFields};

use super::{
    action::{Action, Actions},
    background::{Background, Broken},
    env::Env,
    icons::Icon,
    link::SandboxSlot,
    remote::Remote,
    state::State,
    theme::{fonts, size, tokens},
    widgets::row_look,
};
use crate::{
    deliver::connect::ConnectError,
    dingtalk::CheckItem,
    lang::Lang,
    sandbox::{Rules, Script},
    store::{
        settings::{Problem, ProfileId, ProfileKind},
        vault::{Kept, ProfileKey, Slot, VaultError},
    },
};

/// The parts of the tab, in their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Section {
    /// Profiles.
    #[default]
    Profiles,
    /// The sandbox.
    Sandbox,
    /// Language, theme, text size.
    Appearance,
    /// Keyboard shortcuts.
    Shortcuts,
    /// Where files are.
    Files,
}

impl Section {
    const ALL: [Self; 5] = [Self::Profiles, Self::Sandbox, Self::Appearance, Self::Shortcuts, Self::Files];

    fn label(self, lang: Lang) -> String {
        match self {
            Self::Profiles => tr!(lang, "settings.profiles"),
            Self::Sandbox => tr!(lang, "settings.sandbox"),
            Self::Appearance => tr!(lang, "settings.appearance"),
            Self::Shortcuts => tr!(lang, "settings.shortcuts"),
            Self::Files => tr!(lang, "settings.files"),
        }
        .into_owned()
    }

    const fn icon(self) -> Icon {
        match self {
            Self::Profiles => Icon::Key,
            Self::Sandbox => Icon::Play,
            Self::Appearance => Icon::Globe,
            Self::Shortcuts => Icon::Code,
            Self::Files => Icon::FolderOpen,
        }
    }
}

/// What the tab can ask the app for.
#[derive(Clone, Debug)]
pub enum SettingsAction {
    /// Begin a new profile.
    New(ProfileKind),
    /// Edit a profile.
    Edit(ProfileId),
    /// Save what is being edited, secrets into the vault.
    Save,
    /// Throw away what is being edited.
    Discard,
    /// Leave the form: at once when nothing was changed, else after a question.
    Leave(Where),
    /// Remove a profile and its secrets.
    Delete(ProfileId),
    /// Keep the secrets that the keyring did not take in memory, for this session.
    KeepForSession,
    /// Try the keyring again.
    RetryVault,
    /// Empty a slot of the vault.
    ForgetSecret(ProfileId, Slot),
    /// Check the connection of a profile, without sending anything.
    Check(ProfileId),
    /// Stop the check.
    CancelCheck,
    /// Move the secrets that stand in `settings.toml` into the vault and out of the file.
    MoveSecretsFromFile,
    /// Make something go wrong in the sandbox.
    Script(Box<Script>),
    /// Forget all of that.
    ClearScripts,
    /// End the life of the sandbox's tokens.
    ExpireTokens,
    /// Switch rules of the sandbox.
    SetRules(Box<Rules>),
    /// Start the sandbox anew with so many people.
    RestartSandbox(usize),
}

/// Where to go from the form of a profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Where {
    /// The list of profiles.
    List,
    /// The form of another profile.
    Profile(ProfileId),
}

/// A connection check on its way or done.
pub struct CheckRun {
    /// Of which profile.
    pub profile: ProfileId,
    /// Its app and addresses, as they were when it began.
    pub key: ProfileKey,
    /// Stops it.
    pub cancel: CancellationToken,
    /// What it found.
    pub items: Remote<Vec<CheckItem>, Broken<ConnectError>>,
    /// What the explanations take into account.
    pub context: crate::catalogue::Context,
}

/// Secrets on their way into the vault.
pub struct Storing {
    /// Of which profile.
    pub profile: ProfileId,
    /// Under which name.
    pub key: ProfileKey,
    /// The name they were under before, and whether they may be taken along.
    pub from: Option<(ProfileKey, bool)>,
    /// What to keep.
    pub secrets: Vec<(Slot, Kept)>,
    /// How it went.
    pub done: Remote<(), Broken<VaultError>>,
}

/// What the tab remembers.
pub struct View {
    /// The part shown.
    pub section: Section,
    /// What was wrong in the settings file.
    pub problems: Vec<Problem>,
    /// The profile being edited.
    pub editor: Option<Editor>,
    /// Which secrets the vault holds for it.
    pub held: HeldSecrets,
    /// Secrets on their way into the vault; kept until the vault took them.
    pub storing: Option<Storing>,
    /// The connection check.
    pub check: Option<CheckRun>,
    /// The profile that is about to be removed, if its removal is being asked about.
    pub deleting: Option<ProfileId>,
    /// Where the person wants to go although the form has changes that are not saved.
    pub leaving: Option<Where>,
    /// The form that makes things go wrong in the sandbox.
    pub faults: sandbox::FaultForm,
}

impl View {
    /// Nothing edited yet.
    pub fn new(problems: Vec<Problem>) -> Self {
        Self {
            section: Section::default(),
            problems,
            editor: None,
            held: HeldSecrets::default(),
            storing: None,
            check: None,
            deleting: None,
            leaving: None,
            faults: sandbox::FaultForm::default(),
        }
    }

    /// Whether a profile is being edited and has something that is not saved.
    pub fn has_changes(&self) -> bool {
        self.editor.as_ref().is_some_and(Editor::is_typed_in)
    }
}

/// What the tab reads.
pub struct Reads<'a> {
    /// What the program shows.
    pub state: &'a State,
    /// Folder, vault, clock.
    pub env: &'a Env,
    /// The sandbox, if it runs.
    pub sandbox: &'a SandboxSlot,
    /// For jobs of the tab's own.
    pub background: &'a Background,
    /// Wishes.
    pub actions: &'a Actions,
}

impl Reads<'_> {
    fn send(&self, action: SettingsAction) {
        self.actions.send(Action::Settings(action));
    }
}

/// The tab.
pub fn tab_ui(ui: &mut Ui, reads: &Reads<'_>, view: &mut View) {
    let t = tokens(ui.style());
    let lang = reads.state.lang;
    let side = Frame::new().fill(t.base).inner_margin(Margin::same(8));
    Panel::left("settings_sections").exact_size(192.0).resizable(false).frame(side).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for section in Section::ALL {
            if section_row(ui, section.icon(), &section.label(lang), view.section == section) {
                view.section = section;
            }
        }
        ui.take_available_space();
    });
    if view.section == Section::Profiles && view.editor.is_some() {
        let bar = Frame::new().fill(t.surface).inner_margin(Margin::symmetric(16, 10));
        Panel::bottom("settings_editor_bar").frame(bar).show(ui, |ui| profiles::editor_bar_ui(ui, reads, view));
    }
    let page = Frame::new().fill(t.base).inner_margin(Margin { left: 16, right: 8, top: 12, bottom: 0 });
    CentralPanel::default().frame(page).show(ui, |ui| {
        ScrollArea::vertical().id_salt(("settings", view.section)).auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width().min(size::FORM_MAX));
            ui.spacing_mut().item_spacing.y = size::M;
            match view.section {
                Section::Profiles => profiles::section_ui(ui, reads, view),
                Section::Sandbox => sandbox::section_ui(ui, reads, &mut view.faults),
                Section::Appearance => general::appearance_ui(ui, reads),
                Section::Shortcuts => general::shortcuts_ui(ui, lang),
                Section::Files => general::files_ui(ui, reads),
            }
            ui.add_space(size::XL);
        });
    });
}

/// A row of the list on the left; `true` when it was picked.
fn section_row(ui: &mut Ui, icon: Icon, label: &str, chosen: bool) -> bool {
    let t = tokens(ui.style());
    ui.scope(|ui| {
        row_look(ui, chosen);
        let ink = if chosen { t.accent } else { t.text };
        let mut text = RichText::new(label).color(ink);
        if chosen {
            text = text.family(fonts::medium());
        }
        let button = Button::new((icon.tinted(if chosen { t.accent } else { t.muted }).alt_text(""), text))
            .right_text("")
            .min_size(vec2(ui.available_width(), size::CONTROL + 4.0));
        let response = ui.add(button).accessible_name(label);
        response.ctx.accesskit_node_builder(response.id, |node| node.set_selected(chosen));
        response.clicked()
    })
    .inner
}
