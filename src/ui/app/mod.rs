//! The application: owns the state, runs what screens asked for (`logic`, `dispatch`) and draws the frame (`frame`).
//!
//! * `start`: what a window begins with. `keep`: drafts and settings on their way to the disk. `closing`:
//!   what stands in the way of it.
//! * `delivery`: plans, deliveries, their reports; `deliveries_ui`: where they are drawn.
//! * `send`: a click on 发送 and what becomes of it. `fix`: what the buttons of an explanation do. `profiles`: settings,
//!   secrets, the connection check, the sandbox. `people`: the directory, the picker, the library of templates.
//!   `access`: what the ways of sending answered. `lab`: imported card templates. `import`: lists of people.

mod access;
mod closing;
mod deliveries_ui;
mod delivery;
mod dispatch;
mod fix;
mod frame;
mod import;
mod keep;
mod lab;
mod logic;
mod people;
mod profiles;
mod send;

mod start;
mod waiting;

use std::{collections::HashMap, sync::Arc};

use super::{
    action::{Action, Actions},
    background::{Background, Broken},
    checking::Checker,
    composing::Composing,
    delivery::Deliveries,
    env::Env,
    files::Files,
    history,
    import::Importer,
    inspector,
    lab::library::Lab,
    link::SandboxSlot,
    notice::{library::Library, status_bar::StatusBar},
    palette::Palette,
    picker::{Contacts, Picker},
    remote::Remote,
    sending::Confirm,
    settings,
    state::{DraftId, State},
    widgets::{Toasts, form::Jump},
};
use crate::compose::{Finding, check::EarlierCard};
use crate::store::{
    FileError,
    drafts::Drafts as DraftStore,
    history::{EarlierUse, HistoryError},
    settings::{Settings, SettingsError},
    templates::Templates,
    window::WindowMemory,
};

/// The program's window.
pub struct App {
    env: Env,
    /// What the screens show.
    pub state: State,
    background: Background,
    actions: Actions,
    sandbox: SandboxSlot,
    checker: Checker,
    jump: Jump,
    /// Letters of an input method in a text field.
    composing: Composing,
    toasts: Toasts,
    palette: Palette,
    picker: Picker,
    importer: Importer,
    files: Files,
    history_view: history::View,
    inspector_view: inspector::View,
    settings_view: settings::View,
    /// The library of notice templates.
    templates: Templates,
    library: Library,
    /// The imported card templates.
    lab: Lab,
    /// The library and the connection whose sandbox was shown the imported templates.
    lab_shown: (u64, u64),
    /// Changing the status bar of a notice that was handed over.
    status_bar: StatusBar,
    /// The people of the organisation in use.
    contacts: Contacts,
    renaming: Option<(DraftId, String)>,
    confirm: Option<Confirm>,
    /// The finding jumped to last, of which draft.
    finding_at: Option<(DraftId, usize, Finding)>,
    /// Where drafts are kept; `None` when its thread could not be started (a banner says so).
    store: Option<Arc<DraftStore>>,
    /// The drafts of the last run, being read.
    reading: Remote<Vec<start::ReadDraft>>,
    /// Whether there was nothing yet: the first card and notice are to be filled in.
    first_run: bool,
    /// A large draft on its way to the store: its id and revision.
    keeping: Remote<(DraftId, u64)>,
    /// When changed drafts are to be kept, in seconds of egui's clock.
    keep_at: Option<f64>,
    /// Why the last draft could not be kept.
    keep_trouble: Option<FileError>,
    /// Settings on their way to the disk.
    saving: Remote<Settings, Broken<SettingsError>>,
    /// Whether they changed again meanwhile.
    save_again: bool,
    /// Earlier uses of outTrackIds, asked from the history: id → what was found.
    earlier: HashMap<String, Option<EarlierUse>>,
    earlier_asked: Remote<(String, Option<EarlierUse>, Option<EarlierCard>), Broken<HistoryError>>,
    memory: WindowMemory,
    /// The window's memory on its way to the disk.
    remembering: Remote<()>,
    closing: closing::Closing,
    /// Plans, what runs, what was delivered.
    pub deliveries: Deliveries,
}

impl App {
    fn now(&self) -> jiff::Timestamp {
        self.env.now()
    }

    /// The settings tab's own state, for tests.
    pub fn settings_view(&self) -> &crate::ui::settings::View {
        &self.settings_view
    }

    /// The ids of everything the program keeps, for tests and the smoke test of the window.
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// Wishes something as a screen does, for measurements.
    pub fn wish(&self, action: Action) {
        self.actions.send(action);
    }

    /// The imported card templates.
    pub const fn lab(&self) -> &Lab {
        &self.lab
    }

    /// Whether a background job of the shell is on its way (a test waits for its end).
    pub fn is_busy(&self) -> bool {
        self.reading.is_pending()
            || self.keeping.is_pending()
            || self.saving.is_pending()
            || self.state.link.is_pending()
            || self.state.history.is_pending()
            || self.state.journal.is_pending()
            || self.deliveries.is_busy()
            || self.state.running.is_some()
            || self.status_bar.is_busy()
            || self.state.current().is_some_and(|open| open.notice_view.uploads.is_busy())
            || self.contacts.is_busy()
            || self.lab.is_busy()
            || self.importer.is_busy()
            || self.state.current().is_some_and(super::state::OpenDraft::needs_check)
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.run_logic(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        // Also when the window was closed without a close request that could be answered.
        self.keep_everything_now();
    }
}
