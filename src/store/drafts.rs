//! Drafts kept as files while they are being typed: `drafts/<id>.json` in the draft file format.
//!
//! A thread writes, so the screen never waits: [`Drafts::save`] puts the newest text of a draft down and returns. Knows
//! nothing of a draft but its text, title and kind. A deleted draft goes to `drafts/deleted/`.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, SystemTime},
};

use super::{
    files::{self, FileError},
    home::Home,
    platform,
};

/// The name of a draft's file without `.json`: letters, digits, `-`, `_` and `.`; at most 80 bytes.
#[derive(Clone, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct DraftId(String);

impl DraftId {
    /// Accepts a name (a uuid, say); `None` when it could be no plain file name.
    pub fn new(name: impl Into<String>) -> Option<Self> {
        let name = name.into();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        (!name.is_empty() && name.len() <= 80 && name.chars().all(plain) && !name.starts_with('.'))
            .then_some(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A draft as the list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftEntry {
    /// Its id.
    pub id: DraftId,
    /// The title given when it was saved; empty when there is none.
    pub title: String,
    /// The word of its `kind` ("card", "notice"); empty when its text has none.
    pub kind: String,
    /// When it was written last.
    pub modified: Option<SystemTime>,
    /// Size of its text in bytes.
    pub bytes: u64,
}

/// What happened while writing in the background.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DraftEvent {
    /// The newest text of this draft is on the disk.
    Saved(DraftId),
    /// It could not be written; the text is tried again with the next change, or by [`Drafts::retry`].
    Failed {
        /// Which draft.
        id: DraftId,
        /// Why.
        error: FileError,
    },
    /// Another window had changed the file meanwhile: that version was kept under a new id, then ours was written.
    KeptOther {
        /// The draft.
        id: DraftId,
        /// Where the other window's version is now.
        other: DraftId,
    },
}

struct Pending {
    text: String,
    title: String,
}

#[derive(Default)]
struct Queue {
    /// One place a draft: a newer text replaces an older one that was not written yet, so this cannot grow.
    pending: HashMap<DraftId, Pending>,
    order: VecDeque<DraftId>,
    failed: BTreeMap<DraftId, Pending>,
    writing: Option<DraftId>,
    /// Length and hash of what this process last read or wrote.
    known: HashMap<DraftId, u64>,
    titles: HashMap<DraftId, String>,
    events: VecDeque<DraftEvent>,
    closing: bool,
}

struct Shared {
    folder: PathBuf,
    queue: Mutex<Queue>,
    work: Condvar,
    idle: Condvar,
    wake: Box<dyn Fn() + Send + Sync>,
}

/// Events beyond this many that nobody fetched are dropped, oldest first.
const MOST_EVENTS: usize = 256;

/// The drafts of a home. Dropping it writes what is still waiting.
pub struct Drafts {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

impl Drafts {
    /// Opens the drafts of a home. `wake` is called (from the writing thread) when an event is there to be fetched.
    ///
    /// # Errors
    /// [`FileError`] when the writing thread cannot be started.
    pub fn open(home: &Home, wake: impl Fn() + Send + Sync + 'static) -> Result<Self, FileError> {
        let shared = Arc::new(Shared {
            folder: home.drafts_dir(),
            queue: Mutex::new(Queue::default()),
            work: Condvar::new(),
            idle: Condvar::new(),
            wake: Box::new(wake),
        });
        let for_writer = Arc::clone(&shared);
        let writer = std::thread::Builder::new()
            .name("draft-writer".to_owned())
            .spawn(move || for_writer.write_until_closed())
            .map_err(|error| FileError::new(&shared.folder, &error))?;
        Ok(Self { shared, writer: Some(writer) })
    }

    /// Puts the newest text of a draft down to be written soon. Never waits for the disk.
    pub fn save(&self, id: &DraftId, title: &str, text: String) {
        let mut queue = self.shared.lock();
        queue.failed.remove(id);
        if queue.pending.insert(id.clone(), Pending { text, title: title.to_owned() }).is_none() {
            queue.order.push_back(id.clone());
        }
        drop(queue);
        self.shared.work.notify_one();
    }

    /// Tries again what could not be written.
    pub fn retry(&self) {
        let mut queue = self.shared.lock();
        for (id, pending) in std::mem::take(&mut queue.failed) {
            queue.order.push_back(id.clone());
            queue.pending.insert(id, pending);
        }
        drop(queue);
        self.shared.work.notify_one();
    }

    /// The events since the last call.
    pub fn events(&self) -> Vec<DraftEvent> {
        self.shared.lock().events.drain(..).collect()
    }

    /// Drafts whose newest text is not on the disk (waiting, being written, or failed).
    pub fn unsaved(&self) -> usize {
        let queue = self.shared.lock();
        queue.pending.len() + queue.failed.len() + usize::from(queue.writing.is_some())
    }

    /// Waits until nothing is left to write, at most this long. Whether everything is on the disk.
    pub fn flush(&self, longest: Duration) -> bool {
        let queue = self.shared.lock();
        let busy = |queue: &mut Queue| !queue.pending.is_empty() || queue.writing.is_some();
        let (queue, waited) =
            self.shared.idle.wait_timeout_while(queue, longest, busy).unwrap_or_else(PoisonError::into_inner);
        !waited.timed_out() && queue.failed.is_empty()
    }

    /// All drafts, newest first. Reads the folder: not from the thread that paints.
    ///
    /// # Errors
    /// [`FileError`] when the folder cannot be read.
    pub fn list(&self) -> Result<Vec<DraftEntry>, FileError> {
        list(&self.shared.folder)
    }

    /// The deleted drafts, newest first.
    ///
    /// # Errors
    /// [`FileError`] when the folder cannot be read.
    pub fn list_deleted(&self) -> Result<Vec<DraftEntry>, FileError> {
        list(&self.shared.folder.join("deleted"))
    }

    /// The text of a draft: what is waiting to be written, else what the file holds.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be read.
    pub fn load(&self, id: &DraftId) -> Result<String, FileError> {
        let queue = self.shared.lock();
        if let Some(waiting) = queue.pending.get(id).or_else(|| queue.failed.get(id)) {
            return Ok(waiting.text.clone());
        }
        drop(queue);
        let path = self.shared.path(id);
        let text = std::fs::read_to_string(&path).map_err(|error| FileError::new(&path, &error))?;
        self.shared.lock().known.insert(id.clone(), hash(&text));
        Ok(text)
    }

    /// Moves a draft to the deleted ones. What was still waiting to be written is written there.
    ///
    /// # Errors
    /// [`FileError`]; the draft is where it was.
    pub fn delete(&self, id: &DraftId) -> Result<(), FileError> {
        let deleted = self.shared.folder.join("deleted");
        platform::create_private_folder(&deleted).map_err(|error| FileError::new(&deleted, &error))?;
        let mut queue = self.shared.wait_while_writing(id);
        let waiting = queue.pending.remove(id).or_else(|| queue.failed.remove(id));
        queue.order.retain(|other| other != id);
        let from = self.shared.path(id);
        if let Some(Pending { text, .. }) = &waiting
            && let Err(error) = files::write_atomically(&from, text.as_bytes())
        {
            if let Some(pending) = waiting {
                queue.failed.insert(id.clone(), pending);
            }
            return Err(error);
        }
        queue.known.remove(id);
        self.shared.idle.notify_all();
        move_draft(&self.shared.folder, &deleted, id)
    }

    /// Brings a deleted draft back.
    ///
    /// # Errors
    /// [`FileError`], also when a draft of this id is there again.
    pub fn restore(&self, id: &DraftId) -> Result<(), FileError> {
        let to = self.shared.path(id);
        if to.exists() {
            return Err(FileError::new(to, &std::io::ErrorKind::AlreadyExists.into()));
        }
        move_draft(&self.shared.folder.join("deleted"), &self.shared.folder, id)
    }
}

impl Drop for Drafts {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.work.notify_all();
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the draft writer panicked");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, id: &DraftId) -> PathBuf {
        self.folder.join(format!("{}.json", id.0))
    }

    fn wait_while_writing(&self, id: &DraftId) -> MutexGuard<'_, Queue> {
        let busy = |queue: &mut Queue| queue.writing.as_ref() == Some(id);
        self.idle.wait_while(self.lock(), busy).unwrap_or_else(PoisonError::into_inner)
    }

    fn write_until_closed(&self) {
        loop {
            let idle = |queue: &mut Queue| queue.pending.is_empty() && !queue.closing;
            let mut queue = self.work.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
            let Some(id) = queue.order.pop_front() else { return };
            let Some(pending) = queue.pending.remove(&id) else { continue };
            let known = queue.known.get(&id).copied();
            let title_changed = queue.titles.get(&id) != Some(&pending.title);
            queue.writing = Some(id.clone());
            drop(queue);

            let written = self.write(&id, &pending, known, title_changed);

            let mut queue = self.lock();
            queue.writing = None;
            match written {
                Ok(other) => {
                    queue.known.insert(id.clone(), hash(&pending.text));
                    queue.titles.insert(id.clone(), pending.title);
                    if let Some(other) = other {
                        queue.events.push_back(DraftEvent::KeptOther { id: id.clone(), other });
                    }
                    queue.events.push_back(DraftEvent::Saved(id));
                }
                Err(error) => {
                    // A newer text may be waiting already; then the older one is of no use.
                    if !queue.pending.contains_key(&id) {
                        queue.failed.insert(id.clone(), pending);
                    }
                    queue.events.push_back(DraftEvent::Failed { id, error });
                }
            }
            while queue.events.len() > MOST_EVENTS {
                queue.events.pop_front();
            }
            drop(queue);
            self.idle.notify_all();
            (self.wake)();
        }
    }

    /// Writes one draft. When another window changed it since, that version is kept first: its new id is returned.
    fn write(
        &self,
        id: &DraftId,
        pending: &Pending,
        known: Option<u64>,
        title_changed: bool,
    ) -> Result<Option<DraftId>, FileError> {
        let path = self.path(id);
        let mut other = None;
        if let (Some(known), Some(on_disk)) = (known, files::read_text(&path)?)
            && hash(&on_disk) != known
            && on_disk != pending.text
        {
            let free = (1..=u32::MAX)
                .filter_map(|number| DraftId::new(format!("{}-other-{number}", id.0)))
                .find(|free| !self.path(free).exists());
            if let Some(free) = free {
                files::write_atomically(&self.path(&free), on_disk.as_bytes())?;
                other = Some(free);
            }
        }
        files::write_atomically(&path, pending.text.as_bytes())?;
        if title_changed {
            files::write_atomically(&title_path(&self.folder, id), pending.title.as_bytes())?;
        }
        Ok(other)
    }
}

fn title_path(folder: &Path, id: &DraftId) -> PathBuf {
    folder.join(format!("{}.title", id.0))
}

fn move_draft(from: &Path, to: &Path, id: &DraftId) -> Result<(), FileError> {
    let name = format!("{}.json", id.0);
    let source = from.join(&name);
    std::fs::rename(&source, to.join(&name)).map_err(|error| FileError::new(source, &error))?;
    // A draft without a title has no such file.
    std::fs::rename(title_path(from, id), title_path(to, id)).ok();
    Ok(())
}

fn list(folder: &Path) -> Result<Vec<DraftEntry>, FileError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(FileError::new(folder, &error)),
    };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let is_draft = path.extension().is_some_and(|extension| extension == "json");
        let Some(id) = path.file_stem().and_then(|stem| DraftId::new(stem.to_string_lossy())).filter(|_| is_draft)
        else {
            continue;
        };
        let Ok(metadata) = entry.metadata() else { continue };
        let title = std::fs::read_to_string(title_path(folder, &id)).unwrap_or_default();
        let kind = std::fs::read_to_string(&path).map(|text| kind_of(&text)).unwrap_or_default();
        found.push(DraftEntry { id, title, kind, modified: metadata.modified().ok(), bytes: metadata.len() });
    }
    found.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.id.cmp(&b.id)));
    Ok(found)
}

/// The `kind` of a draft's text, read without building the rest.
fn kind_of(text: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Head {
        #[serde(default)]
        kind: String,
    }
    serde_json::from_str::<Head>(text).map(|head| head.kind).unwrap_or_default()
}

fn hash(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
