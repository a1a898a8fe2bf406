//! Lists of people: what the app does for the import dialog.

use std::path::PathBuf;

use egui::Ui;

use super::{App, people::CALLS_PER_SECOND};
use crate::{
    compose::Draft,
    ui::{
        action::Action,
        commands::Command,
        import::{self, ImportCx, Imported, Target},
        picker::IdKind,
        state::DraftId,
        widgets::{Level, Toast},
    },
};

impl App {
    /// Opens the dialog for the current draft.
    pub(super) fn open_import(&mut self) {
        let Some(open) = self.state.current() else {
            let text = tr!(self.state.lang, "import.no_draft");
            self.toasts.add(Toast::new(Level::Warning, text));
            return;
        };
        let people = match &open.draft {
            Draft::Card(card) => card.receivers.len(),
            Draft::Notice(notice) => notice.users.len(),
        };
        self.importer.open(Target { draft: open.id.clone(), people });
    }

    /// Imports a file, as when it was dropped on the window.
    pub(super) fn import_file(&mut self, path: PathBuf) {
        if !self.importer.is_open() {
            self.open_import();
        }
        self.importer.take_file(path, &self.background);
    }

    /// Puts an imported list into its draft.
    pub(super) fn take_imported(&mut self, draft: &DraftId, imported: &Imported) {
        let lang = self.state.lang;
        let people = self.contacts.loaded().cloned();
        let Some(open) = self.state.drafts.get_mut(draft) else { return };
        open.undo_step();
        let union = match &open.draft {
            Draft::Card(card) => IdKind::of_user_id_type(card.user_id_type) == IdKind::UnionId,
            Draft::Notice(_) => false,
        };
        let id_of = |userid: &str| {
            if !union {
                return Some(userid.to_owned());
            }
            let people = people.as_ref()?;
            let found = people.directory.by_userid(userid)?;
            let unionid = people.directory.person(found).unionid;
            (!unionid.is_empty()).then(|| unionid.to_owned())
        };
        let (added, left_out) = import::apply(&mut open.draft, imported, id_of);
        let toast = if left_out > 0 {
            Toast::new(Level::Warning, tr!(lang, "import.done_left_out", count = added, left = left_out))
        } else {
            Toast::ok(tr!(lang, "import.done", count = added))
        };
        self.toasts.add(toast.action(tr!(lang, "command.undo"), Action::Run(Command::Undo)));
    }

    /// Draws the dialog over the window, when it is open.
    pub(super) fn draw_import(&mut self, ui: &Ui) {
        let profile = self.state.settings.current();
        let cx = ImportCx {
            lang: self.state.lang,
            actions: &self.actions,
            background: &self.background,
            contacts: &self.contacts,
            link: &self.state.link,
            calls_per_second: (!profile.is_sandbox()).then_some(CALLS_PER_SECOND),
        };
        self.importer.show(ui.ctx(), &cx);
    }
}
