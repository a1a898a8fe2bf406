//! One place where every command and wish is carried out.

use super::App;
use crate::{
    compose::{self, CardDraft, CardVia, Draft, Kind, NoticeVia, msg::Part, ways::fit::AppMade},
    lang::Lang,
    store::settings::ProfileId,
    ui::{
        action::Action,
        commands::Command,
        files::FileEvent,
        import, lab, picker,
        state::{DraftId, InspectorTab, OpenDraft, Tab},
        theme::{self, ThemeChoice, size},
        widgets::{Level, Toast},
    },
};

impl App {
    /// Runs a command if it is enabled; otherwise says why not.
    pub(super) fn run(&mut self, ctx: &egui::Context, command: Command) {
        if let Err(reason) = command.enabled(&self.state) {
            self.toasts.add(Toast::new(Level::Warning, reason));
            return;
        }
        let lang = self.state.lang;
        let now = self.now();
        match command {
            Command::Send => self.send_current(),
            Command::NewDraft => self.new_draft(Draft::new(self.state.tab.kind().unwrap_or(Kind::Card)), String::new()),
            Command::NewCard => self.new_draft(Draft::new(Kind::Card), String::new()),
            Command::NewNotice => self.new_draft(Draft::new(Kind::Notice), String::new()),
            Command::DuplicateDraft => self.duplicate_draft(),
            Command::DeleteDraft => {
                if let Some(id) = self.state.current().map(|open| open.id.clone()) {
                    self.delete_draft(&id);
                }
            }
            Command::OpenFile => self.files.open(&self.background, lang, self.env.native_dialogs),
            Command::ImportTemplate => self.files.open_export(&self.background, lang, self.env.native_dialogs),
            Command::ImportList => self.open_import(),
            Command::SaveFile => {
                if let Some(open) = self.state.current() {
                    let (file, name) = (open.to_file(), open.title(lang));
                    self.files.save(&self.background, lang, self.env.native_dialogs, file, &name);
                }
            }
            Command::Undo => {
                if let Some(open) = self.state.current_mut() {
                    open.undo(now);
                }
            }
            Command::Redo => {
                if let Some(open) = self.state.current_mut() {
                    open.redo(now);
                }
            }
            Command::NextFinding => self.walk_findings(1),
            Command::PreviousFinding => self.walk_findings(-1),
            Command::ShowCard | Command::ShowNotice | Command::ShowHistory | Command::ShowSettings => {
                self.state.tab = command.tab().unwrap_or_default();
            }
            Command::RefreshToken => self.state.link.refresh(&self.background),
            Command::RefreshDirectory => {
                self.contacts.refresh(&self.background);
                self.toasts.add(Toast::new(Level::Info, tr!(lang, "shell.reading_people")));
            }
            Command::ToggleLanguage => self.set_lang(if lang == Lang::Zh { Lang::En } else { Lang::Zh }),
            Command::ToggleTheme => {
                let dark = ctx.theme() == egui::Theme::Dark;
                self.set_theme(ctx, if dark { ThemeChoice::Light } else { ThemeChoice::Dark });
            }
            Command::LargerText => self.zoom_by(ctx, 1),
            Command::SmallerText => self.zoom_by(ctx, -1),
            Command::NormalText => self.set_zoom(ctx, 1.0),
            Command::ToggleDrafts => self.state.drafts_open = !self.state.drafts_open,
            Command::ToggleInspector => self.state.inspector_open = !self.state.inspector_open,
            Command::Palette => self.palette.open(),
        }
    }

    /// Carries out a wish.
    pub(super) fn apply(&mut self, ctx: &egui::Context, action: Action) {
        let now = self.now();
        match action {
            Action::Run(command) => self.run(ctx, command),
            Action::ShowTab(tab) => self.state.tab = tab,
            Action::ShowInspector(part) => self.show_inspector(part),
            Action::SelectDraft(id) => self.show_draft(&id),
            Action::RenameDraft(id, name) => {
                if let Some(open) = self.state.drafts.get_mut(&id) {
                    open.rename(name, now);
                }
            }
            Action::DeleteDraft(id) => self.delete_draft(&id),
            Action::RestoreDraft(id) => self.restore_draft(&id),
            Action::NewDraft { draft, name } => self.new_draft(*draft, name),
            Action::Jump(pointer) => self.jump.to(pointer),
            Action::UndoStep => {
                if let Some(open) = self.state.current_mut() {
                    open.undo_step();
                }
            }
            Action::OpenPicker(request) => {
                let draft = self.state.current().map(|open| open.id.clone());
                self.picker.open(*request, draft);
            }
            Action::Picked(draft, picked) if picked.purpose == picker::Purpose::Myself => {
                if let Some(open) = draft.and_then(|id| self.state.drafts.get_mut(&id)) {
                    open.set_testers(&picked.chosen.people, now);
                }
            }
            Action::Picked(draft, picked) => {
                if let Some(open) = draft.and_then(|id| self.state.drafts.get_mut(&id)) {
                    open.undo_step();
                    picker::apply::apply(&mut open.draft, *picked);
                }
            }
            Action::ChooseList => self.files.open_list(&self.background, self.state.lang, self.env.native_dialogs),
            Action::Imported(draft, imported) => self.take_imported(&draft, &imported),
            Action::SaveTable { name, bytes } => {
                self.files.save_table(&self.background, self.state.lang, self.env.native_dialogs, bytes, &name);
            }
            Action::Repair(repair) => {
                let (finding, fix) = *repair;
                let fresh = (self.env.fresh_id)();
                if let Some(open) = self.state.current_mut() {
                    open.undo_step();
                    compose::fix::apply(&mut open.draft, &finding, &fix, || fresh);
                }
            }
            Action::Library(wish) => self.apply_library(wish),
            Action::Lab(wish) => self.apply_lab(wish),
            Action::PickMedia(part) => {
                if let Some(id) = self.state.current().map(|open| open.id.clone()) {
                    let lang = self.state.lang;
                    self.files.pick_media(&self.background, lang, self.env.native_dialogs, id, part);
                }
            }
            Action::ChangeStatusBar(target) => self.status_bar.open(target),
            Action::Copy(text) => {
                ctx.copy_text(text);
                self.toasts.add(Toast::ok(tr!(self.state.lang, "common.copied")));
            }
            Action::Toast(toast) => self.toasts.add(*toast),
            Action::SelectProfile(id) => self.select_profile(id),
            Action::UseTemplate(template) => {
                if let Some(open) = self.state.current_mut() {
                    open.use_template(template, now);
                }
            }
            Action::SendConfirmed(id) => self.send_now(&id),
            Action::CancelSend => self.cancel_send(),
            Action::Delivery(action) => self.apply_delivery(action),
            Action::SendAnyway(on) => self.state.send_anyway = on,
            Action::Fix(fix) => self.fix(ctx, fix),
            Action::NewOutTrackId => self.new_out_track_id(),
            Action::OpenUrl(url) => ctx.open_url(egui::OpenUrl::new_tab(url)),
            Action::ShowFolder(path) => {
                if let Err(error) = opener::open(&path) {
                    let text = tr!(self.state.lang, "shell.cannot_open", path = path.display(), reason = error);
                    self.toasts.add(Toast::error(text));
                }
            }
            Action::RetryDrafts => self.retry_drafts(),
            Action::CloseAnyway => self.close_anyway(ctx),
            Action::Settings(action) => self.apply_settings(ctx, action),
            Action::SetLang(lang) => self.set_lang(lang),
            Action::SetTheme(theme) => self.set_theme(ctx, theme),
            Action::SetZoom(zoom) => self.set_zoom(ctx, zoom),
        }
    }

    pub(super) fn show_inspector(&mut self, part: InspectorTab) {
        self.state.inspector = part;
        self.state.inspector_open = true;
    }

    /// Writes and sends for another profile from now on.
    pub(super) fn select_profile(&mut self, id: ProfileId) {
        let Some(name) = self.state.settings.by_id(id).map(|profile| profile.name.clone()) else { return };
        if self.state.profile().id() == id {
            return;
        }
        self.state.settings.current_profile = name;
        self.state.send_anyway = false;
        self.state.wait_until = None;
        self.confirm = None;
        self.save_settings();
        self.connect();
    }

    fn set_lang(&mut self, lang: Lang) {
        self.state.lang = lang;
        self.state.settings.language = Some(lang);
        self.save_settings();
    }

    fn set_theme(&mut self, ctx: &egui::Context, choice: ThemeChoice) {
        self.state.theme = choice;
        theme::choose(ctx, choice);
        self.state.settings.theme = choice;
        self.save_settings();
    }

    fn set_zoom(&mut self, ctx: &egui::Context, zoom: f32) {
        self.state.zoom = zoom.clamp(size::ZOOM[0], size::ZOOM[size::ZOOM.len() - 1]);
        ctx.set_zoom_factor(self.state.zoom);
        self.state.settings.text_scale = self.state.zoom;
        self.save_settings();
    }

    fn zoom_by(&mut self, ctx: &egui::Context, steps: isize) {
        let now = size::ZOOM.iter().position(|zoom| (zoom - self.state.zoom).abs() < 0.01).unwrap_or(1);
        let next = now.saturating_add_signed(steps).min(size::ZOOM.len() - 1);
        self.set_zoom(ctx, size::ZOOM[next]);
    }

    /// A new draft, made the current one. A card without an `outTrackId` gets one, and the ids of the profile.
    pub(super) fn new_draft(&mut self, mut draft: Draft, name: String) {
        let fill = |text: &mut String, from: &str| {
            if text.trim().is_empty() {
                from.trim().clone_into(text);
            }
        };
        let profile = self.state.profile().clone();
        let sandbox = self.state.link.sandbox().cloned();
        match &mut draft {
            // An update says all it has to say.
            Draft::Card(card) if card.via.is_update() => {}
            Draft::Card(card) => {
                // An app made after 2024 can only use the new call.
                if *card == CardDraft::default() && profile.app_facts().made == AppMade::After {
                    card.via = CardVia::CreateAndDeliver;
                }
                fill(&mut card.out_track_id, &(self.env.fresh_id)());
                fill(&mut card.robot_code, &profile.robot_code);
                fill(&mut card.open_conversation_id, &profile.open_conversation_id);
                fill(&mut card.callback_route_key, &profile.callback_route_key);
                if let Some(sandbox) = sandbox {
                    fill(&mut card.robot_code, &sandbox.robot_code());
                    fill(&mut card.open_conversation_id, &sandbox.open_conversation_id());
                }
            }
            Draft::Notice(notice) => {
                fill(&mut notice.agent_id, &profile.agent_id);
                if let Some(sandbox) = sandbox {
                    fill(&mut notice.agent_id, &sandbox.agent_id().to_string());
                }
            }
        }
        let Some(id) = DraftId::new((self.env.fresh_id)()) else { return };
        let open = OpenDraft::new(id.clone(), name, draft, self.now(), false);
        self.state.drafts.add(open);
        self.show_draft(&id);
    }

    fn duplicate_draft(&mut self) {
        let lang = self.state.lang;
        let Some(open) = self.state.current() else { return };
        let name = tr!(lang, "shell.copy_of", name = open.title(lang)).into_owned();
        let mut file = open.to_file();
        if let Draft::Card(card) = &mut file.draft {
            // Another card: with the same id it would keep the first one's content.
            card.out_track_id = (self.env.fresh_id)();
        }
        let Some(id) = DraftId::new((self.env.fresh_id)()) else { return };
        self.state.drafts.add(OpenDraft::from_file(id.clone(), name, file, self.env.now(), false));
        self.show_draft(&id);
    }

    fn delete_draft(&mut self, id: &DraftId) {
        let lang = self.state.lang;
        let Some(open) = self.state.drafts.get(id) else { return };
        let title = open.title(lang);
        if let Some(store) = &self.store
            && open.is_in_store()
            && let Err(error) = store.delete(id)
        {
            self.toasts.add(Toast::error(tr!(lang, "shell.delete_failed", reason = error.message(lang))));
            return;
        }
        if self.state.drafts.delete(id) {
            let toast = Toast::new(Level::Info, tr!(lang, "shell.draft_deleted", name = title));
            self.toasts.add(toast.action(tr!(lang, "command.undo"), Action::RestoreDraft(id.clone())));
        }
    }

    fn restore_draft(&mut self, id: &DraftId) {
        let Some(kind) = self.state.drafts.restore(id) else { return };
        self.state.tab = Tab::of(kind);
        if let Some(store) = &self.store {
            // It is written again anyway; without this a second copy would stay among the deleted ones.
            store.restore(id).ok();
        }
    }

    /// Opens a draft file, as when it was dropped on the window.
    pub fn open_path(&mut self, path: std::path::PathBuf) {
        self.files.read(&self.background, self.state.lang, vec![path]);
    }

    pub(super) fn take_dropped_files(&mut self, ctx: &egui::Context) {
        let paths: Vec<_> =
            ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
        let paths = self.take_dropped_media(paths);
        let (lists, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| import::is_list(path));
        if let Some(list) = lists.into_iter().next() {
            self.import_file(list);
        }
        if !paths.is_empty() {
            self.files.read(&self.background, self.state.lang, paths);
        }
    }

    /// Uploads the first dropped file that is a picture, a recording or a document, where the current notice has a place for
    /// it. Gives back what is left: draft files.
    fn take_dropped_media(&mut self, paths: Vec<std::path::PathBuf>) -> Vec<std::path::PathBuf> {
        use crate::ui::notice::free::media;
        let Some(Draft::Notice(notice)) = self.state.current().map(|open| &open.draft) else { return paths };
        if notice.via != NoticeVia::Free {
            return paths;
        }
        let target = media::drop_target(notice);
        let (media, rest): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| {
            // A table is a list of people, unless a file message is being written.
            media::is_media(path) && (target == Some(Part::FileMedia) || !import::is_list(path))
        });
        let Some(path) = media.into_iter().next() else { return rest };
        let id = self.state.current().map(|open| open.id.clone());
        match (target, id) {
            (Some(part), Some(id)) => self.upload_media(&id, part, path),
            _ => self.toasts.add(Toast::new(Level::Warning, tr!(self.state.lang, "free.no_place"))),
        }
        rest
    }

    /// Starts an upload into a field of a notice.
    fn upload_media(&mut self, id: &DraftId, part: Part, path: std::path::PathBuf) {
        let Some(session) = self.state.link.session().cloned() else {
            self.toasts.add(Toast::new(Level::Warning, tr!(self.state.lang, "send.off_connecting")));
            return;
        };
        if let Some(open) = self.state.drafts.get_mut(id) {
            open.undo_step();
            open.notice_view.uploads.start(&self.background, session, part, path);
        }
    }

    /// Puts uploaded files into their notices, and says what became of a status bar.
    pub(super) fn take_media(&mut self) {
        for open in self.state.drafts.all_mut() {
            if let Draft::Notice(notice) = &mut open.draft {
                open.notice_view.uploads.poll(&mut notice.msg);
            }
        }
        if let Some(changed) = self.status_bar.poll(self.state.lang) {
            self.toasts.add(changed.toast);
            if changed.in_history {
                self.history_view.changed();
            }
        }
    }

    /// Takes what was opened and saved.
    pub(super) fn take_files(&mut self) {
        let lang = self.state.lang;
        for event in self.files.poll(&self.background, lang) {
            match event {
                FileEvent::Opened(name, file) => {
                    let Some(id) = DraftId::new((self.env.fresh_id)()) else { continue };
                    self.state.drafts.add(OpenDraft::from_file(id.clone(), name, *file, self.env.now(), false));
                    self.show_draft(&id);
                }
                FileEvent::Export(name, text) => self.apply_lab(lab::library::Wish::Import { name, text }),
                FileEvent::Media(id, part, path) => self.upload_media(&id, part, path),
                FileEvent::Saved(path) => {
                    self.toasts.add(Toast::ok(tr!(lang, "files.saved", path = path.display())));
                }
                FileEvent::List(path) => self.import_file(path),
                FileEvent::Failed(reason) => self.toasts.add(Toast::error(reason)),
            }
        }
    }
}
