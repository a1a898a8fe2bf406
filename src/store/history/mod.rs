//! 发送记录: every send, kept across restarts.
//!
//! A row is written **before** the call leaves ([`History::begin`]) and completed after the answer ([`History::finish`]),
//! so that a crash in between leaves a trace: at the next start it becomes "unknown", because the request may have
//! arrived. Texts are stored as given: the caller masks requests and answers. Time comes in as a parameter.
//!
//! Calls block for a few milliseconds (a flush to the disk): not from the thread that paints.

mod query;
mod schema;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub(in crate::store) use query::anywhere;
pub use query::{Filter, Row, Sent};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    files::{self, FileError, Trouble},
    home::Home,
    platform,
};
use crate::{
    compose::Kind,
    lang::{Lang, text},
};

/// Why the history could not do it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HistoryError {
    /// Another program holds the database for longer than is waited for.
    #[error("{}: in use by another program", .0.display())]
    InUse(PathBuf),
    /// Its content is damaged.
    #[error("{}: damaged ({reason})", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// SQLite's words.
        reason: String,
    },
    /// A newer version of the program wrote it; it is left alone.
    #[error("{}: written by a newer version ({found})", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format number.
        found: i64,
    },
    /// The file could not be read or written: disk full, no permission…
    #[error(transparent)]
    File(#[from] FileError),
    /// No send has this number.
    #[error("no send number {0}")]
    NoSuchSend(i64),
}

impl HistoryError {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        let show = |path: &Path| path.display().to_string();
        match self {
            Self::InUse(path) => text(lang, "store.history.in_use", &[("path", show(path))]),
            Self::Damaged { path, reason } => {
                // SQLite tells of a damaged page on several lines.
                let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
                text(lang, "store.history.damaged", &[("path", show(path)), ("reason", reason)])
            }
            Self::Newer { path, found } => {
                text(lang, "store.history.newer", &[("path", show(path)), ("found", found.to_string())])
            }
            Self::File(error) => error.message(lang),
            Self::NoSuchSend(number) => text(lang, "store.history.no_such", &[("number", number.to_string())]),
        }
    }
}

/// What SQLite said, as far as a person can do something about it. Shared with the directory cache.
pub(super) fn explain(path: &Path, error: &rusqlite::Error) -> HistoryError {
    use rusqlite::ErrorCode;
    let reason = error.to_string();
    let file = |trouble| HistoryError::File(FileError { path: path.to_owned(), trouble, reason: reason.clone() });
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => HistoryError::InUse(path.to_owned()),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            HistoryError::Damaged { path: path.to_owned(), reason }
        }
        Some(ErrorCode::DiskFull) => file(Trouble::Full),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => file(Trouble::NotAllowed),
        Some(ErrorCode::SystemIoFailure) => file(Trouble::Other),
        // A table or column that should be there is not: the file is a database of something else.
        _ => HistoryError::Damaged { path: path.to_owned(), reason },
    }
}

/// What became of a send. The words are those of the product: never "sent".
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The call is on its way.
    Begun,
    /// The server took it (2xx with success, or errcode 0).
    HandedOver,
    /// Some places took the card and some refused it.
    Partly,
    /// The server answered with a fault.
    Refused,
    /// It never left: no connection, no token, cancelled in time.
    NotSent,
    /// It may have arrived: a time-out or cut after it left, or the program ended in between.
    Unknown,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 6] =
        [Self::Begun, Self::HandedOver, Self::Partly, Self::Refused, Self::NotSent, Self::Unknown];

    /// The word in the database and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::HandedOver => "handed_over",
            Self::Partly => "partly",
            Self::Refused => "refused",
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
        }
    }

    /// The outcome of a word; a word of a later version reads as unknown.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name).unwrap_or(Self::Unknown)
    }

    /// The label for a person.
    pub fn label(self, lang: Lang) -> String {
        let key = match self {
            Self::Begun => "store.outcome.begun",
            Self::HandedOver => "store.outcome.handed_over",
            Self::Partly => "store.outcome.partly",
            Self::Refused => "store.outcome.refused",
            Self::NotSent => "store.outcome.not_sent",
            Self::Unknown => "store.outcome.unknown",
        };
        text(lang, key, &[])
    }
}

/// The number of a send in this history.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct SendId(pub i64);

/// To whom.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Who {
    /// One line for the list: "张三、李四 等 12 人".
    pub summary: String,
    /// How many people; departments counted with what is known of them.
    pub people: u64,
    /// All ids as JSON text, in the caller's own shape.
    pub ids_json: String,
}

/// Ids that belong to a send; an empty text is "none".
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SendIds {
    /// `outTrackId` of a card.
    pub out_track_id: String,
    /// `processQueryKey` of a card's answer.
    pub process_query_key: String,
    /// `task_id` of a notice's answer.
    pub task_id: String,
    /// The server's request id.
    pub request_id: String,
}

/// What is known before the call leaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewSend {
    /// When, Unix milliseconds.
    pub at_unix_ms: i64,
    /// The profile's name.
    pub profile: String,
    /// The profile's kind, as in the settings ("sandbox", "internal"…).
    pub profile_kind: String,
    /// Card or notice.
    pub kind: Kind,
    /// One line that says what was sent (title, first line, template): for the list and its search.
    pub title: String,
    /// To whom.
    pub who: Who,
    /// Ids known so far (`outTrackId`).
    pub ids: SendIds,
    /// The masked request, as shown.
    pub request: String,
    /// The draft, to open it again: the text of a draft file (its bare body where an older version wrote it).
    pub draft_body: String,
    /// Hash of the content without its recipients' order and the like, made by the caller; compared as text.
    pub content_hash: String,
}

/// What is known after the call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finished {
    /// What became of it; not [`Outcome::Begun`].
    pub outcome: Outcome,
    /// How long it took, milliseconds.
    pub elapsed_ms: u64,
    /// All ids. An empty one leaves what was known before.
    pub ids: SendIds,
    /// The masked answer, as shown; empty when none came.
    pub answer: String,
    /// The code of its explanation in the catalogue; empty when there is none.
    pub explanation: String,
}

/// A send with everything that is kept of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Its number.
    pub id: SendId,
    /// What was known before the call.
    pub new: NewSend,
    /// What became of it; [`Outcome::Begun`] with empty texts while it is on its way.
    pub finished: Finished,
}

/// An earlier use of an `outTrackId`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EarlierUse {
    /// Which send.
    pub id: SendId,
    /// When, Unix milliseconds.
    pub at_unix_ms: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// Hash of what was sent, to compare with what would be sent now.
    pub content_hash: String,
}

/// An open history. Share it in an `Arc`: it may be used from any thread.
#[derive(Debug)]
pub struct History {
    connection: Mutex<Connection>,
    path: PathBuf,
    window: u32,
    set_aside: Option<PathBuf>,
    settled: usize,
}

impl History {
    /// Opens the home's history, making or migrating it where needed.
    ///
    /// A damaged database is set aside (`history.sqlite.broken-<n>`, see [`History::set_aside`]) and a new one begun.
    /// Rows that a dead window left begun become unknown, once per opened home; those of living windows stay.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn open(home: &Home) -> Result<Self, HistoryError> {
        let path = home.history_path();
        let (connection, set_aside) = match open_database(&path) {
            Ok(connection) => (connection, None),
            Err(HistoryError::Damaged { reason, .. }) => {
                let aside = set_database_aside(&path)?;
                tracing::warn!(path = %path.display(), aside = %aside.display(), %reason, "the history is damaged");
                (open_database(&path)?, Some(aside))
            }
            Err(error) => return Err(error),
        };
        let mut history =
            Self { connection: Mutex::new(connection), path, window: home.window_number(), set_aside, settled: 0 };
        if home.begin_history_recovery() {
            history.settled = history.settle_dead(home)?;
        }
        Ok(history)
    }

    /// Where the damaged database of before was put, when there was one: to be said.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// How many sends of an earlier run were found unfinished and are now "unknown": to be said.
    pub fn settled(&self) -> usize {
        self.settled
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run<T>(&self, action: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, HistoryError> {
        action(&mut self.lock()).map_err(|error| explain(&self.path, &error))
    }

    fn settle_dead(&self, home: &Home) -> Result<usize, HistoryError> {
        let own = self.window;
        self.run(|connection| {
            let windows: Vec<u32> = connection
                .prepare("SELECT DISTINCT window FROM send WHERE outcome = 'begun'")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut settled = 0;
            for window in windows {
                // This window has begun nothing yet, so a row with its number is a predecessor's.
                if window == own || !home.is_living(window) {
                    settled += connection.execute(
                        "UPDATE send SET outcome = 'unknown' WHERE outcome = 'begun' AND window = ?1",
                        [window],
                    )?;
                }
            }
            Ok(settled)
        })
    }

    /// Writes a send that is about to leave, flushed to the disk. Only after this may the call be made.
    ///
    /// # Errors
    /// See [`HistoryError`]; then nothing was written, and the call should not be made.
    pub fn begin(&self, new: &NewSend) -> Result<SendId, HistoryError> {
        self.run(|connection| {
            let transaction = connection.transaction()?;
            let people = i64::try_from(new.who.people).unwrap_or(i64::MAX);
            transaction
                .prepare_cached(
                    "INSERT INTO send (at_ms, window, profile, profile_kind, kind, title, who, people, outcome,
                                       out_track_id, process_query_key, task_id, request_id, content_hash)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'begun', ?9, ?10, ?11, ?12, ?13)",
                )?
                .execute(params![
                    new.at_unix_ms,
                    self.window,
                    new.profile,
                    new.profile_kind,
                    new.kind.name(),
                    new.title,
                    new.who.summary,
                    people,
                    new.ids.out_track_id,
                    new.ids.process_query_key,
                    new.ids.task_id,
                    new.ids.request_id,
                    new.content_hash,
                ])?;
            let id = transaction.last_insert_rowid();
            transaction
                .prepare_cached("INSERT INTO send_text (id, who_ids, request, draft_body) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![id, new.who.ids_json, new.request, new.draft_body])?;
            transaction.commit()?;
            Ok(SendId(id))
        })
    }

    /// Completes a send.
    ///
    /// # Errors
    /// See [`HistoryError`]; the send stays begun and becomes unknown at the next start.
    pub fn finish(&self, id: SendId, finished: &Finished) -> Result<(), HistoryError> {
        let changed = self.run(|connection| {
            let transaction = connection.transaction()?;
            let elapsed = i64::try_from(finished.elapsed_ms).unwrap_or(i64::MAX);
            let changed = transaction
                .prepare_cached(
                    "UPDATE send SET outcome = ?2, elapsed_ms = ?3, explanation = ?4,
                            out_track_id      = CASE ?5 WHEN '' THEN out_track_id ELSE ?5 END,
                            process_query_key = CASE ?6 WHEN '' THEN process_query_key ELSE ?6 END,
                            task_id           = CASE ?7 WHEN '' THEN task_id ELSE ?7 END,
                            request_id        = CASE ?8 WHEN '' THEN request_id ELSE ?8 END
                     WHERE id = ?1",
                )?
                .execute(params![
                    id.0,
                    finished.outcome.name(),
                    elapsed,
                    finished.explanation,
                    finished.ids.out_track_id,
                    finished.ids.process_query_key,
                    finished.ids.task_id,
                    finished.ids.request_id,
                ])?;
            transaction
                .prepare_cached("UPDATE send_text SET answer = ?2 WHERE id = ?1")?
                .execute(params![id.0, finished.answer])?;
            transaction.commit()?;
            Ok(changed)
        })?;
        if changed == 0 { Err(HistoryError::NoSuchSend(id.0)) } else { Ok(()) }
    }

    /// The drafts of a profile's cards with this `outTrackId` that were taken (or may have been), the oldest first; at most
    /// the first and the last hundred.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn drafts_of(&self, profile: &str, out_track_id: &str) -> Result<Vec<String>, HistoryError> {
        if out_track_id.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|connection| {
            let mut drafts: Vec<String> = connection
                .prepare_cached(
                    "SELECT draft_body FROM send_text JOIN (
                         SELECT id FROM send
                         WHERE out_track_id = ?1 AND profile = ?2 AND outcome IN ('handed_over', 'partly', 'unknown')
                         ORDER BY id DESC LIMIT 100
                     ) USING (id) ORDER BY id",
                )?
                .query_map(params![out_track_id, profile], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            if drafts.len() == 100 {
                let first = connection
                    .prepare_cached(
                        "SELECT draft_body FROM send_text JOIN send USING (id)
                         WHERE out_track_id = ?1 AND profile = ?2 AND outcome IN ('handed_over', 'partly', 'unknown')
                         ORDER BY id LIMIT 1",
                    )?
                    .query_row(params![out_track_id, profile], |row| row.get(0))
                    .optional()?;
                drafts.splice(0..0, first);
            }
            Ok(drafts)
        })
    }

    /// The last time an `outTrackId` was used for a profile; `None` when it is new.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn earlier_use(&self, profile: &str, out_track_id: &str) -> Result<Option<EarlierUse>, HistoryError> {
        if out_track_id.is_empty() {
            return Ok(None);
        }
        self.run(|connection| {
            connection
                .prepare_cached(
                    // What never left did not use the id up.
                    "SELECT id, at_ms, outcome, content_hash FROM send
                     WHERE out_track_id = ?1 AND out_track_id <> '' AND profile = ?2 AND outcome <> 'not_sent' ORDER BY id DESC LIMIT 1",
                )?
                .query_row(params![out_track_id, profile], |row| {
                    Ok(EarlierUse {
                        id: SendId(row.get(0)?),
                        at_unix_ms: row.get(1)?,
                        outcome: Outcome::from_name(&row.get::<_, String>(2)?),
                        content_hash: row.get(3)?,
                    })
                })
                .optional()
        })
    }
}

/// Opens a database with the settings of this room, without looking into it.
pub(super) fn connect(path: &Path) -> Result<Connection, HistoryError> {
    // SQLite would make it (and its companions) with the rights the process gives by default.
    platform::open_private_file(path).map_err(|error| FileError::new(path, &error))?;
    let fail = |error: &rusqlite::Error| explain(path, error);
    let connection = Connection::open(path).map_err(|error| fail(&error))?;
    connection.busy_timeout(Duration::from_secs(2)).map_err(|error| fail(&error))?;
    Ok(connection)
}

fn open_database(path: &Path) -> Result<Connection, HistoryError> {
    let mut connection = connect(path)?;
    schema::prepare(&mut connection, path)?;
    Ok(connection)
}

/// Sets a database aside together with what SQLite keeps beside it.
pub(super) fn set_database_aside(path: &Path) -> Result<PathBuf, HistoryError> {
    let aside = files::set_aside(path)?;
    for companion in ["-wal", "-shm"] {
        let with = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(companion);
            PathBuf::from(name)
        };
        // They belong to the file by name; where there is none, nothing is to be moved.
        std::fs::rename(with(path), with(&aside)).ok();
    }
    Ok(aside)
}

#[cfg(test)]
mod tests;
