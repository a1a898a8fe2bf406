//! What a window begins with: settings, drafts of the last run, history, connection.

use std::collections::HashMap;
use std::sync::Arc;

use super::{App, Composing, closing::Closing};
use crate::{
    compose::{
        Draft,
        file::{self, DraftFile},
    },
    store::{
        access::Access,
        drafts::{DraftEntry, DraftId, Drafts as DraftStore},
        history::History,
        settings::Settings,
        templates::Templates,
        window::WindowMemory,
    },
    ui::{
        action::Actions,
        background::{Background, Broken},
        checking::Checker,
        delivery::Deliveries,
        env::Env,
        files::Files,
        first, history,
        import::Importer,
        inspector,
        lab::library::Lab,
        link::SandboxSlot,
        notice::library::Library,
        palette::Palette,
        picker::{Contacts, Picker},
        remote::Remote,
        settings,
        state::{OpenDraft, State, Tab},
        theme,
        widgets::{Level, Toast, Toasts, form::Jump},
    },
};

/// A draft of the last run, read; or why it could not be (it stays where it is).
pub(super) struct ReadDraft {
    entry: DraftEntry,
    file: Result<DraftFile, String>,
}

impl App {
    /// Starts with the theme installed on `ctx`. Reads the settings; everything slower comes in the background.
    pub fn new(ctx: &egui::Context, env: Env) -> Self {
        theme::install(ctx);
        let loaded = Settings::load(&env.home.settings_path());
        let lang = env.lang.unwrap_or_else(|| loaded.settings.lang());
        let memory = WindowMemory::load(&WindowMemory::path(env.home.root()));
        let (templates, templates_problem) = Templates::load(&env.home.templates_path());
        let mut state = State::new(loaded.settings, lang);
        state.access = Access::load(&Access::path(env.home.root()));
        state.tab = tab_of(&memory.tab);
        state.drafts_open = !memory.drafts_folded;
        state.inspector_open = !memory.inspector_folded;
        theme::choose(ctx, state.theme);
        ctx.set_zoom_factor(state.zoom);

        let mut toasts = Toasts::default();
        if let Some(problem) = &env.home_problem {
            toasts.add(Toast::error(tr!(lang, "shell.home_problem", reason = problem.message(lang))));
        }
        if let Some(problem) = env.home.read_only() {
            toasts.add(Toast::error(tr!(lang, "shell.home_read_only", reason = problem.message(lang))));
        }
        for problem in &loaded.problems {
            let level = if problem.is_error() { Level::Error } else { Level::Warning };
            toasts.add(Toast::new(level, problem.message(lang)));
        }
        if let Some(problem) = templates_problem {
            toasts.add(Toast::error(problem.message(lang)));
        }
        if env.home.crashed_before() {
            toasts.add(Toast::new(Level::Info, tr!(lang, "shell.recovered")));
        }
        let waker = ctx.clone();
        let store = match DraftStore::open(&env.home, move || waker.request_repaint()) {
            Ok(store) => Some(Arc::new(store)),
            Err(error) => {
                toasts.add(Toast::error(error.message(lang)));
                None
            }
        };
        let mut app = Self {
            state,
            background: Background::new(ctx.clone()),
            actions: Actions::new(ctx.clone()),
            sandbox: SandboxSlot::default(),
            checker: Checker::default(),
            jump: Jump::default(),
            composing: Composing::default(),
            toasts,
            palette: Palette::default(),
            picker: Picker::default(),
            importer: Importer::default(),
            files: Files::default(),
            history_view: history::View::default(),
            inspector_view: inspector::View::default(),
            settings_view: settings::View::new(loaded.problems),
            templates,
            library: Library::default(),
            lab: Lab::default(),
            lab_shown: (0, 0),
            status_bar: crate::ui::notice::status_bar::StatusBar::default(),
            contacts: Contacts::default(),
            renaming: None,
            confirm: None,
            finding_at: None,
            store,
            reading: Remote::NotAsked,
            first_run: false,
            keeping: Remote::NotAsked,
            remembering: Remote::NotAsked,
            keep_at: None,
            keep_trouble: None,
            saving: Remote::NotAsked,
            save_again: false,
            earlier: HashMap::new(),
            earlier_asked: Remote::NotAsked,
            memory,
            closing: Closing::No,
            deliveries: Deliveries::new(Arc::clone(&env.clock)),
            env,
        };
        app.open_lab();
        app.read_drafts();
        app.open_history();
        app.open_journal();
        app.connect();
        app
    }

    fn read_drafts(&mut self) {
        let Some(store) = self.store.clone() else { return };
        let lang = self.state.lang;
        self.background.start_blocking("read-drafts", &mut self.reading, move || {
            let entries = store.list().map_err(|error| error.message(lang))?;
            let read = |entry: DraftEntry| {
                let file = match store.load(&entry.id) {
                    Ok(text) => file::read(&text).map_err(|error| error.message(lang)),
                    Err(error) => Err(error.message(lang)),
                };
                ReadDraft { entry, file }
            };
            Ok(entries.into_iter().map(read).collect())
        });
    }

    fn open_history(&mut self) {
        let home = Arc::clone(&self.env.home);
        self.background.start_blocking("open-history", &mut self.state.history, move || {
            History::open(&home).map(Arc::new).map_err(Broken::Error)
        });
    }

    /// Connects to the profile in use.
    pub(super) fn connect(&mut self) {
        let profile = self.state.profile().clone();
        self.state.facts.third_party = match profile.kind {
            crate::store::settings::ProfileKind::Sandbox | crate::store::settings::ProfileKind::Token => None,
            crate::store::settings::ProfileKind::ThirdParty => Some(true),
            crate::store::settings::ProfileKind::Internal => Some(false),
        };
        self.forget_people();
        self.state.link.connect(&profile, &self.env, &self.sandbox, &self.background);
        self.earlier.clear();
        self.state.facts.earlier = Arc::default();
        self.state.facts.earlier_cards = Arc::default();
        for open in self.state.drafts.all_mut() {
            open.forget_check();
        }
    }

    /// Takes the drafts of the last run once they are read.
    pub(super) fn take_read_drafts(&mut self) {
        self.reading.poll();
        if let Some(error) = self.reading.take_failure() {
            self.toasts.add(Toast::error(tr!(self.state.lang, "shell.drafts_unreadable", reason = error)));
            return;
        }
        let Some(read) = self.reading.take_here() else { return };
        self.first_run = read.is_empty();
        let lang = self.state.lang;
        // The store lists the newest first; the list on screen shows the one added last on top.
        for ReadDraft { entry, file } in read.into_iter().rev() {
            let at = entry.modified.and_then(|at| jiff::Timestamp::try_from(at).ok()).unwrap_or_else(|| self.now());
            match file {
                Ok(file) => self.state.drafts.add(OpenDraft::from_file(entry.id, entry.title, file, at, true)),
                Err(reason) => {
                    let path = self.env.home.drafts_dir().join(format!("{}.json", entry.id.as_str()));
                    let text = tr!(lang, "shell.draft_unreadable", path = path.display(), reason = reason);
                    self.toasts.add(Toast::error(text));
                }
            }
        }
        for id in [&self.memory.card, &self.memory.notice] {
            if let Some(id) = DraftId::new(id.as_str()) {
                self.state.drafts.select(&id);
            }
        }
    }

    /// Fills in a first card and a first notice, which can be sent to the sandbox at once.
    pub(super) fn fill_first_drafts(&mut self) {
        if !self.first_run {
            return;
        }
        let Some(sandbox) = self.state.link.sandbox().cloned() else { return };
        self.first_run = false;
        let lang = self.state.lang;
        let card = first::card(&sandbox, (self.env.fresh_id)());
        let (notice, template) = first::notice(&sandbox);
        let name = template.name.clone();
        if self.templates.by_id(&template.id).is_none() {
            let path = self.env.home.templates_path();
            if let Err(error) = self.templates.put(&path, None, template) {
                self.toasts.add(Toast::error(error.message(lang)));
            }
        }
        self.prepare_sandbox();
        let drafts = [
            (Draft::Notice(notice), tr!(lang, "shell.first_notice"), Some(name)),
            (Draft::Card(card), tr!(lang, "shell.first_card"), None),
            (Draft::Notice(first::free_notice(&sandbox)), tr!(lang, "free.first_oa"), None),
        ];
        for (draft, name, template) in drafts {
            if let Some(id) = DraftId::new((self.env.fresh_id)()) {
                let mut open = OpenDraft::new(id, name.into_owned(), draft, self.now(), false);
                open.use_template(template, self.env.now());
                self.state.drafts.add(open);
            }
        }
    }

    /// Tells the sandbox the templates that the person's drafts use.
    pub(super) fn prepare_sandbox(&self) {
        if let Some(sandbox) = self.state.link.sandbox() {
            first::prepare(sandbox, self.templates.all());
        }
    }
}

fn tab_of(word: &str) -> Tab {
    match word {
        "notice" => Tab::Notice,
        "history" => Tab::History,
        "settings" => Tab::Settings,
        _ => Tab::Card,
    }
}

/// The word of a tab in the window's memory.
pub(super) const fn word_of(tab: Tab) -> &'static str {
    match tab {
        Tab::Card => "card",
        Tab::Notice => "notice",
        Tab::History => "history",
        Tab::Settings => "settings",
    }
}
