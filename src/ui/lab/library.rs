//! The imported templates: kept under the home, known by template id; importing an export by dialog or drop.

use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
    sync::Arc,
};

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
        cases::{Case, looked_at, text_hash},
        changes::{Change, changes},
        learnt::learn,
        of_draft,
    },
    ui::{
        action::Action,
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
        let changes = changes_of(&stored, &export);
        Ok(Self { stored, export, card, changes })
    }
}

/// What an export declares otherwise than the one before it.
fn changes_of(stored: &StoredExport, export: &Export) -> Vec<Change> {
    let before = stored.before.as_deref().and_then(|text| Export::read(text).ok());
    before.map(|before| changes(&before, export)).unwrap_or_default()
}

/// The texts of earlier exports that the record of cases speaks of.
fn earlier(stored: &StoredExport) -> BTreeMap<String, String> {
    let wanted = looked_at(&stored.cases);
    let mut texts = stored.earlier.clone();
    if let Some(before) = &stored.before {
        texts.insert(text_hash(before), before.clone());
    }
    let now = text_hash(&stored.text);
    texts.retain(|word, _| wanted.contains(word) && *word != now);
    texts
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
    /// Bring a template back that was taken away.
    BringBack(Arc<Known>),
    /// Keep the record of a template's cases.
    KeepCases(String, serde_json::Value),
    /// What changed with a template's newer export was read.
    ChangesRead(String),
    /// Learn the variables of a template without an export, from the cards that use it.
    Learn(String),
    /// Send cases to the test people.
    SendCases(Wanted),
    /// A case of a template has another word now: what became of it when it was sent stays with it.
    CaseRenamed {
        /// The template's id.
        template: String,
        /// The case's word before.
        from: String,
        /// Its word now.
        to: String,
    },
    /// Put a case of a template into the form.
    UseCase(String, Box<Case>),
    /// Fetch these pictures of the web; with whether this computer's own addresses are fetched.
    LoadPictures(Vec<String>, bool),
}

/// The findings that hold for variables that were only learnt.
const LEARNT: [&str; 2] = ["template.missing", "template.mistyped"];

/// An export that was read and waits for its template's id.
struct Asking {
    name: String,
    id: String,
    text: String,
    export: Export,
    card: Card,
    focus: bool,
}

/// A file that shall be imported: its name, its text, and the id of the template it probably is of.
struct File {
    name: String,
    text: String,
    id: String,
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
    lang: Lang,
    known: BTreeMap<String, Arc<Known>>,
    reading: Remote<(Vec<Arc<Known>>, Vec<String>)>,
    importing: Remote<Imported>,
    /// Files that wait to be read, one after the other.
    files: VecDeque<File>,
    opening: Remote<Box<Asking>>,
    asking: Option<Box<Asking>>,
    /// Imported just now: the app fills the samples into the card being written.
    arrived: Option<Arc<Known>>,
    pictures: Album,
    /// Cases that wait for a person's yes.
    pub(in crate::ui) to_send: Option<Asked>,
    /// The cases of each template that were sent last.
    sent: BTreeMap<String, SentCases>,
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

    /// Every imported template that is no learnt one.
    pub fn imported(&self) -> impl Iterator<Item = &Arc<Known>> {
        self.known.values().filter(|known| !known.stored.learnt)
    }

    /// Counts changes of the library.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The cases of a template that were sent last.
    pub fn sent(&self, template_id: &str) -> Option<&SentCases> {
        self.sent.get(template_id)
    }

    /// The same, to follow them.
    pub(in crate::ui) fn sent_mut(&mut self, template_id: &str) -> Option<&mut SentCases> {
        self.sent.get_mut(template_id)
    }

    /// Cases that are on their way, or could not go out.
    pub(in crate::ui) fn set_sent(&mut self, sent: SentCases) {
        self.sent.insert(sent.template_id.clone(), sent);
    }

    /// The template that was imported since the last call.
    pub(in crate::ui) const fn take_arrived(&mut self) -> Option<Arc<Known>> {
        self.arrived.take()
    }

    /// Changes what is kept of a template and writes it down.
    fn change(&mut self, id: &str, change: impl FnOnce(&mut StoredExport)) -> Option<Toast> {
        let known = self.known.get(id)?;
        let mut stored = known.stored.clone();
        change(&mut stored);
        stored.earlier = earlier(&stored);
        let kept = exports::put(&self.folder, &stored);
        let (export, card, changes) = (known.export.clone(), known.card.clone(), known.changes.clone());
        self.known.insert(id.to_owned(), Arc::new(Known { stored, export, card, changes }));
        kept.err().map(|error| Toast::error(error.message(self.lang)))
    }

    /// Whether something is being read or imported, or asked.
    pub fn is_busy(&self) -> bool {
        self.reading.is_pending()
            || self.importing.is_pending()
            || self.opening.is_pending()
            || !self.files.is_empty()
            || self.pictures.is_busy()
            || self.sent.values().any(SentCases::is_busy)
    }

    /// Does what was asked. `current` is the template id of the draft being written.
    pub fn apply(&mut self, wish: Wish, current: &str, background: &Background, lang: Lang) -> Option<Toast> {
        match wish {
            // These need more than the library has: the app does them.
            Wish::Learn(_) | Wish::SendCases(_) | Wish::UseCase(..) => None,
            Wish::CaseRenamed { template, from, to } => {
                if let Some(sent) = self.sent.get_mut(&template) {
                    sent.rename(&from, &to);
                }
                None
            }
            Wish::LoadPictures(addresses, this_computer) => {
                let rules = PictureRules { this_computer, ..PictureRules::default() };
                self.pictures.load(addresses, rules, background, lang);
                None
            }
            Wish::Import { name, text } => {
                self.files.push_back(File { name, text, id: current.trim().to_owned() });
                None
            }
            Wish::Forget(id) => {
                self.generation += 1;
                let known = self.known.remove(&id)?;
                if let Err(error) = exports::remove(&self.folder, &id) {
                    return Some(Toast::error(error.message(lang)));
                }
                let text = tr!(lang, "lab.forgotten", name = known.stored.name);
                let back = Action::Lab(Wish::BringBack(known));
                Some(Toast::ok(text).action(tr!(lang, "lab.bring_back"), back))
            }
            Wish::BringBack(known) => {
                self.generation += 1;
                let id = known.stored.id.clone();
                self.known.entry(id.clone()).or_insert(known);
                self.change(&id, |_| ())
            }
            Wish::KeepCases(id, cases) => self.change(&id, |stored| stored.cases = cases),
            Wish::ChangesRead(id) => self.change(&id, |stored| stored.changes_read = true),
        }
    }

    /// Reads the next file that waits; its question comes when it was read.
    fn open_next(&mut self, background: &Background, lang: Lang) {
        if self.opening.is_pending() || self.asking.is_some() {
            return;
        }
        let Some(File { name, text, id }) = self.files.pop_front() else { return };
        background.start_blocking("open-export", &mut self.opening, move || {
            let not = |reason: String| tr!(lang, "lab.not_imported", name = name, reason = reason).into_owned();
            let export = Export::read(&text).map_err(|error| not(error.message(lang)))?;
            let card = Card::compile(&export).map_err(|error| not(error.message(lang)))?;
            Ok(Box::new(Asking { name, id, text, export, card, focus: true }))
        });
    }

    /// Takes what came; notes for the person. Call it once a pass.
    pub fn poll(&mut self, ctx: &Context, background: &Background, lang: Lang) -> Vec<Toast> {
        let mut said = Vec::new();
        self.lang = lang;
        self.opening.poll();
        if let Some(reason) = self.opening.take_failure() {
            said.push(Toast::error(reason));
        }
        if let Some(mut asking) = self.opening.take_here() {
            // A newer export keeps the name that was given; its file is called whatever the browser made of it.
            if let Some(known) = self.known.get(&asking.id).filter(|known| !known.stored.learnt) {
                asking.name.clone_from(&known.stored.name);
            }
            self.asking = Some(asking);
        }
        self.open_next(background, lang);
        let keep: Vec<_> =
            self.sent.values_mut().filter_map(|sent| Some((sent.template_id.clone(), sent.to_keep()?))).collect();
        for (id, kept) in keep {
            said.extend(self.change(&id, |stored| stored.sent = kept));
        }
        self.pictures.poll(ctx);
        self.reading.poll();
        if let Some(reason) = self.reading.take_failure() {
            said.push(Toast::error(reason));
        }
        if let Some((found, failed)) = self.reading.take_here() {
            self.generation += 1;
            for known in found {
                if let Some(sent) = SentCases::read(&known.stored.id, &known.stored.sent) {
                    self.sent.entry(known.stored.id.clone()).or_insert(sent);
                }
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
            if !known.stored.learnt {
                self.arrived = Some(Arc::clone(&known));
            }
            self.known.insert(known.stored.id.clone(), known);
        }
        said
    }

    fn import(&mut self, asked: Asking, background: &Background, lang: Lang) {
        let Asking { name, id, text, export, card, .. } = asked;
        let id = id.trim().to_owned();
        let now = self.known.get(&id).cloned();
        let folder = self.folder.clone();
        background.start_blocking("import-export", &mut self.importing, move || {
            let name = if name.trim().is_empty() { id.clone() } else { name.trim().to_owned() };
            let old = now.as_ref().map(|known| known.stored.clone()).unwrap_or_default();
            let same = old.text == text;
            let before = match &now {
                // The same file again changes nothing, and nothing changed against what was only learnt.
                Some(known) if !known.stored.learnt && !same => Some(known.stored.text.clone()),
                _ => old.before.clone().filter(|_| same),
            };
            let stored =
                StoredExport { id, name, text, before, learnt: false, changes_read: same && old.changes_read, ..old };
            let stored = StoredExport { earlier: earlier(&stored), ..stored };
            let changes = changes_of(&stored, &export);
            exports::put(&folder, &stored).map_err(|error| error.message(lang))?;
            let newer = now.is_some_and(|known| !known.stored.learnt);
            Ok(Imported { known: Arc::new(Known { stored, export, card, changes }), newer })
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
            let old = earlier.map(|known| known.stored.clone()).unwrap_or_default();
            let stored = StoredExport { name: id.clone(), id, text, before: None, learnt: true, ..old };
            let known = Known::read(stored, lang)?;
            exports::put(&folder, &known.stored).map_err(|error| error.message(lang))?;
            Ok(Imported { known: Arc::new(known), newer: false })
        });
    }

    /// The question for the template's id, when an export waits for it.
    pub fn ui(&mut self, ctx: &Context, background: &Background, lang: Lang) {
        let Some(asking) = &mut self.asking else { return };
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
            let said = summary(lang, asking, known.map(AsRef::as_ref));
            ui.add(egui::Label::new(theme::help(ui.style(), said)).wrap());
            entered
        });
        if answer == Answer::Cancelled {
            self.asking = None;
            return;
        }
        if (answer == Answer::Accepted || entered) && off.is_ok() {
            let Some(asked) = self.asking.take() else { return };
            self.import(*asked, background, lang);
        }
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

/// What an export that shall be imported holds, and what it takes the place of.
fn summary(lang: Lang, asking: &Asking, known: Option<&Known>) -> String {
    let variables = &asking.export.variables;
    let private = variables.iter().filter(|variable| variable.private).count();
    let mut said = tr!(lang, "lab.import_holds", count = variables.len(), private = private).into_owned();
    let Some(known) = known.filter(|known| !known.stored.learnt) else { return said };
    let found = changes(&known.export, &asking.export);
    let shared = variables.iter().any(|variable| known.export.variable(&variable.name).is_some());
    let name = &known.stored.name;
    let more = if known.stored.text == asking.text {
        tr!(lang, "lab.import_same", name = name)
    } else if !shared && !known.export.variables.is_empty() && !variables.is_empty() {
        tr!(lang, "lab.import_other", name = name)
    } else if found.is_empty() {
        tr!(lang, "lab.import_again_same", name = name)
    } else {
        tr!(lang, "lab.import_again", name = name, count = found.len())
    };
    said.push(' ');
    said.push_str(&more);
    said
}
