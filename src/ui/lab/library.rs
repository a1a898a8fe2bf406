//! The imported templates: kept under the home, known by template id; importing an export by dialog or drop.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use egui::{Context, TextEdit};

use super::{
    pictures::Album,
    sending::{Asked, SentCases, Wanted},
};
use crate::{
    compose::{CardDraft, Draft, Finding},
    dingtalk::picture::PictureRules,
    lang::Lang,
    store::exports::{self, StoredExport},
    template::{
        Card, Export,
        changes::{Change, changes},
        learnt::learn,
        of_draft,
    },
    ui::{
        background::Background,
        drafts::{DraftId, OpenDraft},
        findings::Findings,
        remote::Remote,
        theme,
        widgets::{Dialog, PushButton, Toast, dialog::Answer},
    },
};

/// A template that was imported and read.
#[derive(Debug)]
pub struct Known {
    /// As it is kept.
    pub stored: StoredExport,
    /// What it declares.
    pub export: Export,
    /// What it draws.
    pub card: Card,
    /// What it declares otherwise than the export before it.
    pub changes: Vec<Change>,
}

impl Known {
    /// Reads an export's text.
    ///
    /// # Errors
    /// The sentence for a person.
    pub fn read(stored: StoredExport, lang: Lang) -> Result<Self, String> {
        let export = Export::read(&stored.text).map_err(|error| error.message(lang))?;
        let card = Card::compile(&export).map_err(|error| error.message(lang))?;
        let before = stored.before.as_deref().and_then(|text| Export::read(text).ok());
        let changes = before.map(|before| changes(&before, &export)).unwrap_or_default();
        Ok(Self { stored, export, card, changes })
    }
}

/// Something for the library.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Import an export: the file's name without ending, and its text.
    Import {
        /// Suggested name.
        name: String,
        /// The file's text.
        text: String,
    },
    /// Take a template away.
    Forget(String),
    /// Keep the record of a template's cases.
    KeepCases(String, serde_json::Value),
    /// Learn the variables of a template without an export, from the cards that use it.
    Learn(String),
    /// Send cases to the test people.
    SendCases(Wanted),
    /// Fetch these pictures of the web; with whether this computer's own addresses are fetched.
    LoadPictures(Vec<String>, bool),
}

/// The findings that hold for variables that were only learnt.
const LEARNT: [&str; 2] = ["template.missing", "template.mistyped"];

/// An export that waits for its template's id.
struct Asking {
    name: String,
    id: String,
    text: String,
    focus: bool,
}

/// What came of an import.
struct Imported {
    known: Arc<Known>,
    newer: bool,
}

/// The imported templates.
#[derive(Default)]
pub struct Lab {
    folder: PathBuf,
    known: BTreeMap<String, Arc<Known>>,
    reading: Remote<(Vec<Arc<Known>>, Vec<String>)>,
    importing: Remote<Imported>,
    asking: Option<Asking>,
    pictures: Album,
    /// Cases that wait for a person's yes.
    pub(in crate::ui) to_send: Option<Asked>,
    /// The cases sent last.
    pub(in crate::ui) sent: Option<SentCases>,
    /// Counts changes, so that findings made with an older library are made again.
    generation: u64,
    /// What the findings of the current draft were made from: draft, revision, library, and how many there are with the
    /// template's own.
    followed: Option<(DraftId, u64, u64, usize)>,
}

impl Lab {
    /// Begins to read what is kept below a home.
    pub fn open(home: &std::path::Path, background: &Background, lang: Lang) -> Self {
        let mut lab = Self { folder: exports::folder(home), ..Self::default() };
        let folder = lab.folder.clone();
        background.start_blocking("read-exports", &mut lab.reading, move || {
            let (stored, failed) = exports::list(&folder);
            let mut said: Vec<String> = failed.iter().map(|error| error.message(lang)).collect();
            let mut found = Vec::new();
            for one in stored {
                let name = one.name.clone();
                match Known::read(one, lang) {
                    Ok(known) => found.push(Arc::new(known)),
                    Err(reason) => said.push(tr!(lang, "lab.unreadable", name = name, reason = reason).into_owned()),
                }
            }
            Ok((found, said))
        });
        lab
    }

    /// The imported template of an id.
    pub fn known(&self, template_id: &str) -> Option<&Arc<Known>> {
        self.known.get(template_id.trim())
    }

    /// The pictures of the web, as far as they were asked for.
    pub const fn pictures(&self) -> &Album {
        &self.pictures
    }

    /// The cases of a template that were sent last, in this session.
    pub fn sent(&self, template_id: &str) -> Option<&SentCases> {
        self.sent.as_ref().filter(|sent| sent.template_id == template_id)
    }

    /// Whether something is being read or imported, or asked.
    pub fn is_busy(&self) -> bool {
        self.reading.is_pending()
            || self.importing.is_pending()
            || self.pictures.is_busy()
            || self.sent.as_ref().is_some_and(SentCases::is_busy)
    }

    /// Does what was asked. `current` is the template id of the draft being written.
    pub fn apply(&mut self, wish: Wish, current: &str, background: &Background, lang: Lang) -> Option<Toast> {
        match wish {
            // These need more than the library has: the app does them.
            Wish::Learn(_) | Wish::SendCases(_) => None,
            Wish::LoadPictures(addresses, this_computer) => {
                let rules = PictureRules { this_computer, ..PictureRules::default() };
                self.pictures.load(addresses, rules, background, lang);
                None
            }
            Wish::Import { name, text } => {
                self.asking = Some(Asking { name, id: current.trim().to_owned(), text, focus: true });
                None
            }
            Wish::Forget(id) => {
                self.generation += 1;
                self.known.remove(&id);
                exports::remove(&self.folder, &id).err().map(|error| Toast::error(error.message(lang)))
            }
            Wish::KeepCases(id, cases) => {
                let known = self.known.get(&id)?;
                let stored = StoredExport { cases, ..known.stored.clone() };
                let kept = exports::put(&self.folder, &stored);
                let known = Known {
                    stored,
                    export: known.export.clone(),
                    card: known.card.clone(),
                    changes: known.changes.clone(),
                };
                self.known.insert(id, Arc::new(known));
                kept.err().map(|error| Toast::error(error.message(lang)))
            }
        }
    }

    /// Takes what came; notes for the person. Call it once a pass.
    pub fn poll(&mut self, ctx: &Context, lang: Lang) -> Vec<Toast> {
        let mut said = Vec::new();
        self.pictures.poll(ctx);
        self.reading.poll();
        if let Some(reason) = self.reading.take_failure() {
            said.push(Toast::error(reason));
        }
        if let Some((found, failed)) = self.reading.take_here() {
            self.generation += 1;
            for known in found {
                self.known.entry(known.stored.id.clone()).or_insert(known);
            }
            said.extend(failed.into_iter().map(Toast::error));
        }
        self.importing.poll();
        if let Some(reason) = self.importing.take_failure() {
            said.push(Toast::error(reason));
        }
        if let Some(Imported { known, newer }) = self.importing.take_here() {
            self.generation += 1;
            let name = known.stored.name.clone();
            let text = if known.stored.learnt {
                tr!(lang, "lab.learnt", count = known.export.variables.len())
            } else if newer {
                tr!(lang, "lab.imported_newer", name = name, count = known.changes.len())
            } else {
                tr!(lang, "lab.imported", name = name, count = known.export.variables.len())
            };
            said.push(Toast::ok(text));
            self.known.insert(known.stored.id.clone(), known);
        }
        said
    }

    fn import(&mut self, asked: Asking, background: &Background, lang: Lang) {
        let id = asked.id.trim().to_owned();
        let earlier = self.known.get(&id).cloned();
        let folder = self.folder.clone();
        background.start_blocking("import-export", &mut self.importing, move || {
            let (before, cases) = match &earlier {
                // The same file again changes nothing.
                // Nothing changed against what was only learnt.
                Some(known) if known.stored.learnt => (None, known.stored.cases.clone()),
                Some(known) if known.stored.text == asked.text => {
                    (known.stored.before.clone(), known.stored.cases.clone())
                }
                Some(known) => (Some(known.stored.text.clone()), known.stored.cases.clone()),
                None => (None, serde_json::Value::Null),
            };
            let name = if asked.name.trim().is_empty() { id.clone() } else { asked.name.trim().to_owned() };
            let stored = StoredExport { id, name, text: asked.text, before, cases, learnt: false };
            let known = Known::read(stored, lang)
                .map_err(|reason| tr!(lang, "lab.not_imported", reason = reason).into_owned())?;
            exports::put(&folder, &known.stored).map_err(|error| error.message(lang))?;
            Ok(Imported { known: Arc::new(known), newer: earlier.is_some_and(|earlier| !earlier.stored.learnt) })
        });
    }

    /// Learns a template's variables from the cards that `cards` reads, the newest first. An imported export stays.
    pub fn learn(
        &mut self,
        id: String,
        cards: impl FnOnce() -> Vec<CardDraft> + Send + 'static,
        background: &Background,
        lang: Lang,
    ) {
        let earlier = self.known.get(&id).cloned();
        if earlier.as_ref().is_some_and(|known| !known.stored.learnt) {
            return;
        }
        let folder = self.folder.clone();
        background.start_blocking("learn-template", &mut self.importing, move || {
            let nothing = || tr!(lang, "lab.nothing_learnt").into_owned();
            let text = learn(&cards()).ok_or_else(nothing)?;
            let cases = earlier.map(|known| known.stored.cases.clone()).unwrap_or_default();
            let stored = StoredExport { name: id.clone(), id, text, before: None, cases, learnt: true };
            let known = Known::read(stored, lang)?;
            exports::put(&folder, &known.stored).map_err(|error| error.message(lang))?;
            Ok(Imported { known: Arc::new(known), newer: false })
        });
    }

    /// The question for the template's id, when an export waits for it.
    pub fn ui(&mut self, ctx: &Context, background: &Background, lang: Lang) -> Option<String> {
        let asking = self.asking.as_mut()?;
        let known = self.known.get(asking.id.trim());
        let off = if asking.id.trim().is_empty() { Err(tr!(lang, "lab.id_missing").into_owned()) } else { Ok(()) };
        let accept = PushButton::primary(tr!(lang, "lab.import")).enabled(off.clone());
        let dialog = Dialog::new("import-export", tr!(lang, "lab.import_title"), tr!(lang, "common.cancel"))
            .text(tr!(lang, "lab.import_text"))
            .accept(accept)
            .width(520.0);
        let (answer, entered) = dialog.show(ctx, |ui| {
            ui.label(theme::medium(tr!(lang, "lab.import_id")));
            let field = TextEdit::singleline(&mut asking.id).hint_text("….schema").desired_width(f32::INFINITY);
            let response = ui.add(field).accessible_name(tr!(lang, "lab.import_id"));
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if std::mem::take(&mut asking.focus) {
                response.request_focus();
            }
            ui.label(theme::medium(tr!(lang, "lab.import_name")));
            let field = TextEdit::singleline(&mut asking.name).desired_width(f32::INFINITY);
            ui.add(field).accessible_name(tr!(lang, "lab.import_name"));
            if let Some(known) = known.filter(|known| !known.stored.learnt) {
                let text = tr!(lang, "lab.import_again", name = known.stored.name);
                ui.add(egui::Label::new(theme::help(ui.style(), text)).wrap());
            }
            entered
        });
        if answer == Answer::Cancelled {
            self.asking = None;
            return None;
        }
        if (answer == Answer::Accepted || entered) && off.is_ok() {
            let asked = self.asking.take()?;
            let id = asked.id.trim().to_owned();
            self.import(asked, background, lang);
            return Some(id);
        }
        None
    }

    /// Puts what the template finds among the findings of the draft being written.
    pub fn follow(&mut self, open: &mut OpenDraft) {
        let Draft::Card(draft) = &open.draft else { return };
        if open.needs_check() {
            return;
        }
        let key = (open.id.clone(), open.revision(), self.generation, open.findings.all().len());
        if self.followed.as_ref() == Some(&key) {
            return;
        }
        let own = |finding: &&Finding| !finding.code.starts_with("template.");
        let mut all: Vec<Finding> = open.findings.all().iter().filter(own).cloned().collect();
        if let Some(known) = self.known.get(draft.card_template_id.trim()) {
            // What was learnt is not all there is: a variable it does not know may well be one.
            let sure = |finding: &Finding| !known.stored.learnt || LEARNT.contains(&finding.code);
            all.extend(of_draft::findings(&known.export, &known.card, draft).into_iter().filter(sure));
        }
        if all.len() != open.findings.all().len() || all.iter().any(|finding| finding.code.starts_with("template.")) {
            open.findings = Findings::new(all);
        }
        self.followed = Some((key.0, key.1, key.2, open.findings.all().len()));
    }
}
