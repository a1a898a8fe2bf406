//! Importing a list of people: the dialog from a file, a drop or pasted cells to people with values.
//!
//! Reading, looking up and judging run on threads of their own, with progress and cancel; the window only shows what is
//! there. What a list means is decided in [`crate::recipients`]; this module holds what the person chose about it.

mod apply;
mod job;
mod lists;
mod mobiles;
mod view;

use std::{path::PathBuf, sync::Arc};

pub use apply::{Imported, apply};
use job::{Job, Judged, Read};
pub use view::ImportCx;

use super::{
    background::{Background, Broken},
    picker::{Contacts, Loaded},
    remote::Remote,
    state::DraftId,
};
use crate::recipients::{DirectoryLookup, Edits, Import, ListError, Mapping, ReadOptions, Reading};

/// Endings of files that are lists, for the file dialog and for what is dropped on the window.
pub const ENDINGS: [&str; 7] = ["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods"];

/// Whether a file that was dropped is a list and not a draft.
pub fn is_list(path: &std::path::Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// Which draft a list is for, and what it has already.
#[derive(Clone, Debug)]
pub struct Target {
    /// The draft.
    pub draft: DraftId,
    /// How many people it has.
    pub people: usize,
}

/// What the list of rows under the counts shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Part {
    #[default]
    People,
    Bad,
    Ambiguous,
    Duplicates,
    Doubts,
}

/// The dialog. Closed at first.
#[derive(Default)]
pub struct Importer {
    open: Option<Open>,
}

/// The dialog while it is open.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Open {
    target: Target,
    /// Cells being pasted, while there is no list yet.
    paste: String,
    /// The clipboard was asked for.
    asked: bool,
    /// What the list is called.
    name: String,
    bytes: Option<Arc<Vec<u8>>>,
    options: ReadOptions,
    reading: Remote<Read, Broken<ListError>>,
    list: Option<Arc<Reading>>,
    trouble: Option<ListError>,
    mapping: Mapping,
    edits: Edits,
    lookup: Option<(u64, DirectoryLookup<Loaded>)>,
    judging: Remote<Judged, Broken<ListError>>,
    import: Option<Arc<Import>>,
    /// The import shown is older than mapping or edits.
    stale: bool,
    job: Job,
    mobiles: mobiles::Mobiles,
    part: Part,
    /// A part was chosen by the person, so it is not changed any more.
    part_chosen: bool,
    /// The bad row being corrected: its line and cells.
    editing: Option<(u32, Vec<String>)>,
    /// The list replaces who is there, instead of being added.
    replace: bool,
}

impl Importer {
    /// Opens the dialog for a draft.
    pub fn open(&mut self, target: Target) {
        self.open = Some(Open {
            target,
            paste: String::new(),
            asked: false,
            name: String::new(),
            bytes: None,
            options: ReadOptions::default(),
            reading: Remote::NotAsked,
            list: None,
            trouble: None,
            mapping: Mapping::default(),
            edits: Edits::default(),
            lookup: None,
            judging: Remote::NotAsked,
            import: None,
            stale: false,
            job: Job::default(),
            mobiles: mobiles::Mobiles::default(),
            part: Part::People,
            part_chosen: false,
            editing: None,
            replace: false,
        });
    }

    /// Whether the dialog is open.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether something is on its way.
    pub fn is_busy(&self) -> bool {
        self.open.as_ref().is_some_and(|open| {
            open.reading.is_pending() || open.judging.is_pending() || open.stale || open.mobiles.is_asking()
        })
    }

    /// Reads a list file; the dialog must be open.
    pub fn take_file(&mut self, path: PathBuf, background: &Background) {
        if let Some(open) = &mut self.open {
            open.name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            open.start_over();
            open.read(Some(path), background);
        }
    }

    /// Takes what arrived; call it once a pass.
    pub fn poll(&mut self, background: &Background, contacts: &mut Contacts) {
        if let Some(open) = &mut self.open {
            open.poll(background, contacts);
        }
    }

    fn close(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.job.cancel();
            open.mobiles.cancel();
        }
    }
}

impl Open {
    /// Another list: everything that was said about the old one is void.
    fn start_over(&mut self) {
        self.job.cancel();
        self.bytes = None;
        self.list = None;
        self.trouble = None;
        self.options = ReadOptions::default();
        self.edits = Edits::default();
        self.mapping = Mapping::default();
        self.import = None;
        self.judging.cancel();
        self.stale = false;
        self.editing = None;
        self.part = Part::People;
        self.part_chosen = false;
    }

    /// Reads the list, from a file or again from its bytes.
    fn read(&mut self, path: Option<PathBuf>, background: &Background) {
        self.job.cancel();
        self.job = Job::new(background.ctx().clone());
        self.edits = Edits::default();
        self.editing = None;
        let work = job::reading(self.job.clone(), path, self.bytes.clone(), self.name.clone(), self.options);
        background.start_blocking("read-list", &mut self.reading, work);
    }

    /// Takes pasted cells.
    fn read_pasted(&mut self, background: &Background) {
        let text = std::mem::take(&mut self.paste);
        self.start_over();
        self.bytes = Some(Arc::new(text.into_bytes()));
        self.read(None, background);
    }

    /// Stops what is on its way; what was there before stays.
    fn cancel_work(&mut self) {
        self.job.cancel();
        self.reading.cancel();
        self.judging.cancel();
        self.stale = false;
        if self.list.is_none() {
            self.trouble = Some(ListError::Cancelled);
        }
    }

    fn poll(&mut self, background: &Background, contacts: &mut Contacts) {
        if self.reading.poll() {
            match self.reading.take_failure() {
                Some(Broken::Error(error)) => self.trouble = Some(error),
                Some(Broken::Lost(lost)) => self.trouble = Some(ListError::Io(lost.0)),
                None => {}
            }
            if let Some(Read { bytes, result }) = self.reading.take_here() {
                self.bytes = Some(bytes);
                match result {
                    Ok((reading, mapping)) => {
                        self.mapping = mapping;
                        self.list = Some(reading);
                        self.trouble = None;
                        self.stale = true;
                    }
                    Err(error) => {
                        self.trouble = Some(error);
                        self.list = None;
                        self.import = None;
                    }
                }
            }
        }
        if self.judging.poll() {
            if let Some(Broken::Error(ListError::Cancelled) | Broken::Lost(_)) = self.judging.take_failure() {
                self.trouble = Some(ListError::Cancelled);
            }
            if let Some(judged) = self.judging.take_here() {
                self.take_judged(judged);
            }
        }
        if self.mobiles.poll() {
            self.stale = true;
        }
        // Names need everybody.
        if self.list.is_some() {
            contacts.need_everything(background);
        }
        let generation = contacts.loaded().map(|loaded| loaded.generation);
        let known = self.lookup.as_ref().map(|(generation, _)| *generation);
        if self.import.is_some() && generation != known && generation.is_some() && !self.judging.is_pending() {
            self.stale = true;
        }
        if self.stale && !self.judging.is_pending() {
            self.judge(background, contacts.loaded().cloned());
        }
    }

    fn take_judged(&mut self, judged: Judged) {
        self.lookup = judged.lookup;
        self.mobiles.needed = judged.mobiles;
        let import = judged.import;
        if !self.part_chosen {
            self.part = match (import.bad.is_empty(), import.ambiguous.is_empty()) {
                (false, _) => Part::Bad,
                (true, false) => Part::Ambiguous,
                (true, true) => Part::People,
            };
        }
        self.import = Some(Arc::new(import));
    }

    fn judge(&mut self, background: &Background, people: Option<Arc<Loaded>>) {
        self.stale = false;
        let Some(list) = self.list.clone() else { return };
        self.job = Job::new(background.ctx().clone());
        let lookup = self.lookup.clone();
        let (mapping, edits) = (self.mapping.clone(), self.edits.clone());
        let answers = self.mobiles.answers.clone();
        let work = job::judging(self.job.clone(), list, mapping, edits, people, lookup, answers);
        background.start_blocking("judge-list", &mut self.judging, work);
    }
}
