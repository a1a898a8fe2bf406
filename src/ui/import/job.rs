//! The work on a list that runs on threads of its own, and how far it is.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use crate::{
    recipients::{
        self, DirectoryLookup, Edits, Import, ListError, Mapping, MobileAnswer, NoLookup, Progress, ReadOptions,
        Reading,
        people::{evaluate, mobiles_needed},
        take_bytes,
    },
    store::{FileError, Trouble, open_named},
    ui::{background::Broken, picker::Loaded},
};

/// Progress and cancel, shared with the thread.
#[derive(Clone, Default)]
pub struct Job {
    shared: Arc<Shared>,
    ctx: Option<egui::Context>,
}

#[derive(Default)]
struct Shared {
    done: AtomicU64,
    total: AtomicU64,
    cancelled: AtomicBool,
}

impl Job {
    pub fn new(ctx: egui::Context) -> Self {
        Self { shared: Arc::default(), ctx: Some(ctx) }
    }

    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
    }

    pub fn progress(&self) -> Progress {
        Progress { done: self.shared.done.load(Ordering::Relaxed), total: self.shared.total.load(Ordering::Relaxed) }
    }

    fn tick(&self, progress: Progress) -> ControlFlow<()> {
        self.shared.done.store(progress.done, Ordering::Relaxed);
        self.shared.total.store(progress.total, Ordering::Relaxed);
        if let Some(ctx) = &self.ctx {
            ctx.request_repaint();
        }
        if self.shared.cancelled.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// A list that was read, or why it could not be; its bytes in either case, so that it can be read in another way.
pub struct Read {
    pub bytes: Arc<Vec<u8>>,
    pub result: Result<(Arc<Reading>, Mapping), ListError>,
}

/// Why a list's file could not be opened.
fn unopened(error: FileError) -> ListError {
    match error.trouble {
        Trouble::Missing => ListError::NotThere,
        Trouble::NotAllowed => ListError::NotAllowed,
        Trouble::NotAFile => ListError::NotAFile,
        Trouble::Full | Trouble::NotText | Trouble::Other => ListError::Io(error.reason),
    }
}

pub fn reading(
    job: Job,
    path: Option<PathBuf>,
    bytes: Option<Arc<Vec<u8>>>,
    name: String,
    options: ReadOptions,
) -> impl FnOnce() -> Result<Read, Broken<ListError>> + Send + 'static {
    move || {
        let bytes = match (path, bytes) {
            (Some(path), _) => {
                let (file, told) = open_named(&path).map_err(|error| Broken::Error(unopened(error)))?;
                Arc::new(take_bytes(file, Some(told)).map_err(Broken::Error)?)
            }
            (None, bytes) => bytes.unwrap_or_default(),
        };
        let result = recipients::read(&bytes, &name, &options, &|progress| job.tick(progress)).map(|reading| {
            let mapping = Mapping::detect(&reading.table);
            (Arc::new(reading), mapping)
        });
        Ok(Read { bytes, result })
    }
}

/// What a list gives, with the index that was made for it and the mobile numbers that it needs.
pub struct Judged {
    pub import: Import,
    pub lookup: Option<(u64, DirectoryLookup<Loaded>)>,
    pub mobiles: Vec<String>,
}

pub fn judging(
    job: Job,
    list: Arc<Reading>,
    mapping: Mapping,
    edits: Edits,
    people: Option<Arc<Loaded>>,
    lookup: Option<(u64, DirectoryLookup<Loaded>)>,
    answers: BTreeMap<String, MobileAnswer>,
) -> impl FnOnce() -> Result<Judged, Broken<ListError>> + Send + 'static {
    move || {
        let lookup = match (people, lookup) {
            (Some(people), Some((generation, lookup))) if people.generation == generation => Some((generation, lookup)),
            (Some(people), _) => Some((people.generation, DirectoryLookup::new(people))),
            (None, lookup) => lookup,
        };
        let lookup = lookup.map(|(generation, mut lookup)| {
            lookup.set_mobiles(answers);
            (generation, lookup)
        });
        let known: &dyn recipients::Lookup = match &lookup {
            Some((_, lookup)) => lookup,
            None => &NoLookup,
        };
        let tick = |progress| job.tick(progress);
        let import = evaluate(&list.table, &mapping, &edits, known, &tick).map_err(Broken::Error)?;
        let mobiles = mobiles_needed(&list.table, &mapping, &edits);
        Ok(Judged { import, lookup, mobiles })
    }
}
