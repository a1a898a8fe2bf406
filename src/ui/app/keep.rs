//! Drafts, settings and the window's memory on their way to the disk.

use std::time::Duration;

use super::{App, start::word_of};
use crate::{
    compose::{Draft, Kind, file},
    store::{drafts::DraftEvent, window::WindowMemory},
    ui::{
        action::Action,
        background::Broken,
        state::OpenDraft,
        widgets::{Level, Toast},
    },
};

/// How long after the last change a draft is kept, in seconds.
const KEEP_AFTER_SECS: f64 = 0.4;
/// From this many people with private values on, a draft's text is made on a background thread.
const LARGE: usize = 200;
/// How long closing waits for the disk.
const FLUSH: Duration = Duration::from_secs(5);

impl App {
    /// Keeps changed drafts a moment after the last change, and settings after theirs.
    pub(super) fn keep_changes(&mut self, ctx: &egui::Context) {
        self.take_draft_events();
        if self.keeping.poll() {
            self.keeping.take_failure();
            if let Some((id, revision)) = self.keeping.take_here()
                && let Some(open) = self.state.drafts.get_mut(&id)
            {
                open.was_kept(revision);
            }
        }
        let now = ctx.input(|input| input.time);
        let waiting = self.state.drafts.all().iter().any(|open| open.to_keep().is_some());
        match self.keep_at {
            None if waiting => {
                self.keep_at = Some(now + KEEP_AFTER_SECS);
                ctx.request_repaint_after(Duration::from_secs_f64(KEEP_AFTER_SECS));
            }
            Some(at) if now >= at => {
                self.keep_at = None;
                self.keep_drafts(false);
            }
            Some(at) => ctx.request_repaint_after(Duration::from_secs_f64(at - now)),
            None => {}
        }
        if self.saving.poll() {
            self.take_saved_settings();
        }
        self.keep_window();
    }

    /// Keeps which tab and drafts are shown as soon as that changes: a program that is killed opens as it was, too.
    fn keep_window(&mut self) {
        if self.remembering.poll() {
            self.remembering.take_failure();
            self.remembering.take_here();
        }
        // Before the drafts are read, the window does not know yet which of them it will show.
        if self.reading.is_pending() || self.remembering.is_pending() {
            return;
        }
        let memory = self.window_memory();
        if memory == self.memory {
            return;
        }
        self.memory = memory.clone();
        let path = WindowMemory::path(self.env.home.root());
        self.background.start_blocking("keep-window", &mut self.remembering, move || {
            save_window(&memory, &path);
            Ok(())
        });
    }

    /// Hands changed drafts to the store; large ones by a background thread unless `at_once`.
    fn keep_drafts(&mut self, at_once: bool) {
        let Some(store) = self.store.clone() else { return };
        for open in self.state.drafts.all_mut() {
            let Some(revision) = open.to_keep() else { continue };
            if !at_once && is_large(open) {
                if self.keeping.is_pending() {
                    // Its turn comes when the one on its way is done.
                    self.keep_at = Some(0.0);
                    continue;
                }
                let (store, id, file) = (store.clone(), open.id.clone(), open.to_file());
                let title = open.name.clone();
                self.background.start_blocking("keep-draft", &mut self.keeping, move || {
                    store.save(&id, &title, file::write(&file));
                    Ok((id, revision))
                });
            } else {
                store.save(&open.id, &open.name, file::write(&open.to_file()));
                open.was_kept(revision);
            }
        }
    }

    fn take_draft_events(&mut self) {
        let Some(store) = &self.store else { return };
        let lang = self.state.lang;
        for event in store.events() {
            match event {
                DraftEvent::Saved(_) => self.keep_trouble = None,
                DraftEvent::Failed { error, .. } => {
                    if self.keep_trouble.is_none() {
                        let text = tr!(lang, "shell.keep_failed", reason = error.message(lang));
                        let retry = tr!(lang, "common.try_again");
                        self.toasts.add(Toast::error(text).action(retry, Action::RetryDrafts));
                    }
                    self.keep_trouble = Some(error);
                }
                DraftEvent::KeptOther { id, other } => {
                    self.toasts.add(Toast::new(Level::Warning, tr!(lang, "shell.kept_other")));
                    if let Ok(text) = store.load(&other)
                        && let Ok(file) = file::read(&text)
                    {
                        let name = self.state.drafts.get(&id).map(|open| open.title(lang)).unwrap_or_default();
                        let name = tr!(lang, "shell.other_window", name = name).into_owned();
                        let now = self.env.now();
                        self.state.drafts.add(OpenDraft::from_file(other, name, file, now, true));
                    }
                }
            }
        }
    }

    pub(super) fn retry_drafts(&mut self) {
        if let Some(store) = &self.store {
            store.retry();
        }
    }

    /// Writes the settings; a second change meanwhile is written after the first.
    pub(super) fn save_settings(&mut self) {
        if self.saving.is_pending() {
            self.save_again = true;
            return;
        }
        self.save_again = false;
        let mut settings = self.state.settings.clone();
        let path = self.env.home.settings_path();
        self.background.start_blocking("save-settings", &mut self.saving, move || {
            settings.save(&path).map_err(Broken::Error)?;
            Ok(settings)
        });
    }

    fn take_saved_settings(&mut self) {
        let lang = self.state.lang;
        if let Some(error) = self.saving.take_failure() {
            let reason = error.message(lang, crate::store::settings::SettingsError::message);
            self.toasts.add(Toast::error(tr!(lang, "settings.save_failed", reason = reason)));
        }
        if let Some(mut saved) = self.saving.take_here() {
            // What changed while it was being written stays; the file's own state is the written one.
            let now = &mut self.state.settings;
            saved.language = now.language;
            saved.theme = now.theme;
            saved.text_scale = now.text_scale;
            std::mem::swap(&mut saved.current_profile, &mut now.current_profile);
            std::mem::swap(&mut saved.profiles, &mut now.profiles);
            *now = saved;
        }
        if self.save_again {
            self.save_settings();
        }
    }

    /// The window's own things as they are now.
    fn window_memory(&self) -> WindowMemory {
        let id = |kind| self.state.drafts.current(kind).map(|open| open.id.as_str().to_owned()).unwrap_or_default();
        WindowMemory {
            drafts_folded: !self.state.drafts_open,
            inspector_folded: !self.state.inspector_open,
            tab: word_of(self.state.tab).to_owned(),
            card: id(Kind::Card),
            notice: id(Kind::Notice),
            ..self.memory.clone()
        }
    }

    /// Everything changed to the disk, now; whether all of it is there.
    pub(super) fn keep_everything_now(&mut self) -> bool {
        let now = self.now();
        for open in self.state.drafts.all_mut() {
            // A last key may have arrived after the last pass.
            open.follow(f64::MAX, now);
        }
        self.keep_drafts(true);
        self.memory = self.window_memory();
        save_window(&self.memory, &WindowMemory::path(self.env.home.root()));
        self.store.as_ref().is_none_or(|store| store.flush(FLUSH))
    }
}

fn save_window(memory: &WindowMemory, path: &std::path::Path) {
    if let Err(error) = memory.save(path) {
        tracing::warn!(%error, "the window's memory cannot be kept");
    }
}

fn is_large(open: &OpenDraft) -> bool {
    matches!(&open.draft, Draft::Card(card) if card.private.rows.len() > LARGE)
}
