//! One place where every command and wish is carried out.

use super::App;
use crate::{
    compose::{CardDraft, Draft, Finding, Kind, NoticeDraft},
    lang::Lang,
    ui::{
        action::Action,
        commands::Command,
        picker,
        state::{DraftId, InspectorTab, OpenDraft, Tab},
        theme::{ThemeChoice, size},
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
        match command {
            Command::Send | Command::OpenFile | Command::SaveFile => {}
            Command::NewDraft => match self.state.tab.kind() {
                Some(Kind::Notice) => self.new_draft(Draft::Notice(NoticeDraft::default()), String::new()),
                _ => self.new_draft(Draft::Card(CardDraft::default()), String::new()),
            },
            Command::NewCard => self.new_draft(Draft::Card(CardDraft::default()), String::new()),
            Command::NewNotice => self.new_draft(Draft::Notice(NoticeDraft::default()), String::new()),
            Command::DuplicateDraft => {
                if let Some(open) = self.state.current() {
                    let name = tr!(lang, "shell.copy_of", name = open.title(lang)).into_owned();
                    self.new_draft(open.draft.clone(), name);
                }
            }
            Command::DeleteDraft => {
                if let Some(id) = self.state.current().map(|open| open.id.clone()) {
                    self.delete_draft(&id);
                }
            }
            Command::Undo => {
                let now = self.now();
                if let Some(open) = self.state.current_mut() {
                    open.undo(now);
                }
            }
            Command::Redo => {
                let now = self.now();
                if let Some(open) = self.state.current_mut() {
                    open.redo(now);
                }
            }
            Command::NextFinding => self.walk_findings(1),
            Command::PreviousFinding => self.walk_findings(-1),
            Command::ShowCard => self.state.tab = Tab::Card,
            Command::ShowNotice => self.state.tab = Tab::Notice,
            Command::ShowHistory => self.state.tab = Tab::History,
            Command::ShowSettings => self.state.tab = Tab::Settings,
            Command::ToggleLanguage => {
                let other = if lang == Lang::Zh { Lang::En } else { Lang::Zh };
                self.set_lang(other);
            }
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
        match action {
            Action::Run(command) => self.run(ctx, command),
            Action::ShowTab(tab) => self.state.tab = tab,
            Action::ShowInspector(part) => {
                self.state.inspector = part;
                self.state.inspector_open = true;
            }
            Action::SelectDraft(id) => {
                if let Some(kind) = self.state.drafts.select(&id) {
                    self.state.tab = Tab::of(kind);
                }
            }
            Action::RenameDraft(id, name) => {
                let now = self.now();
                if let Some(open) = self.state.drafts.get_mut(&id) {
                    open.rename(name, now);
                }
            }
            Action::DeleteDraft(id) => self.delete_draft(&id),
            Action::RestoreDraft(id) => {
                if let Some(kind) = self.state.drafts.restore(&id) {
                    self.state.tab = Tab::of(kind);
                }
            }
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
            Action::Picked(draft, picked) => {
                if let Some(open) = draft.and_then(|id| self.state.drafts.get_mut(&id)) {
                    open.undo_step();
                    picker::apply::apply(&mut open.draft, *picked);
                }
            }
            Action::Copy(text) => {
                ctx.copy_text(text);
                self.toasts.add(Toast::ok(tr!(self.state.lang, "common.copied")));
            }
            Action::Toast(toast) => self.toasts.add(*toast),
            Action::SetLang(lang) => self.set_lang(lang),
            Action::SetTheme(theme) => self.set_theme(ctx, theme),
            Action::SetZoom(zoom) => self.set_zoom(ctx, zoom),
        }
    }

    fn set_lang(&mut self, lang: Lang) {
        self.state.lang = lang;
    }

    fn set_theme(&mut self, ctx: &egui::Context, theme: ThemeChoice) {
        self.state.theme = theme;
        theme.apply(ctx);
    }

    fn set_zoom(&mut self, ctx: &egui::Context, zoom: f32) {
        self.state.zoom = zoom.clamp(size::ZOOM[0], size::ZOOM[size::ZOOM.len() - 1]);
        ctx.set_zoom_factor(self.state.zoom);
    }

    fn zoom_by(&mut self, ctx: &egui::Context, steps: isize) {
        let now = size::ZOOM.iter().position(|zoom| (zoom - self.state.zoom).abs() < 0.01).unwrap_or(1);
        let next = now.saturating_add_signed(steps).min(size::ZOOM.len() - 1);
        self.set_zoom(ctx, size::ZOOM[next]);
    }

    fn new_draft(&mut self, draft: Draft, name: String) {
        let id = DraftId((self.env.fresh_id)());
        let kind = draft.kind();
        let now = self.now();
        self.state.drafts.add(OpenDraft::new(id.clone(), name, draft, now, false));
        self.state.drafts.select(&id);
        self.state.tab = Tab::of(kind);
    }

    fn delete_draft(&mut self, id: &DraftId) {
        let lang = self.state.lang;
        let Some(title) = self.state.drafts.get(id).map(|open| open.title(lang)) else { return };
        if self.state.drafts.delete(id) {
            let toast = Toast::new(Level::Info, tr!(lang, "shell.draft_deleted", name = title));
            self.toasts.add(toast.action(tr!(lang, "command.undo"), Action::RestoreDraft(id.clone())));
        }
    }

    /// Jumps to the next or previous finding, from the one jumped to last.
    fn walk_findings(&mut self, step: isize) {
        let Some(open) = self.state.current() else { return };
        let all: &[Finding] = open.findings.all();
        if all.is_empty() {
            return;
        }
        let count = all.len();
        let next = match self.finding_at.as_ref().filter(|(id, _)| *id == open.id) {
            Some((_, at)) => at.min(&(count - 1)).checked_add_signed(step).map_or(count - 1, |next| next % count),
            None if step < 0 => count - 1,
            None => 0,
        };
        let (id, pointer) = (open.id.clone(), all[next].pointer.clone());
        self.finding_at = Some((id, next));
        self.state.inspector = InspectorTab::Checks;
        self.jump.to(pointer);
    }
}
