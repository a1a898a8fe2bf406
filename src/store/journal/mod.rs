//! The journal of deliveries: what shall be sent, what has begun, what came back, and what every person got of it.
//!
//! A delivery is written down whole before anything of it leaves ([`Journal::create`]); a call is marked as begun, flushed
//! to the disk, **before** its first byte leaves ([`Journal::begin`]), and completed when its answer comes. Kill the
//! program at any moment: at the next start a call is answered, not begun, or unknown.
//!
//! A file of its own (`journal.sqlite`) beside the history: it may grow to millions of people without the history
//! noticing, and a damaged one is never replaced in silence, because what it counts decides what may be sent.
//! One thread writes, and puts what waits at the same time into one flush; whoever asked is told only after the flush.
//! Texts are stored as given: requests hold no token, answers are masked by the caller. Time comes in as a parameter.

mod create;
pub mod days;
mod lock;
mod model;
mod read;
mod schema;
mod write;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

pub use lock::ProfileLock;
pub use model::{
    AskedCall, Asking, CallId, CallRow, CallState, Counts, Delivery, DeliveryId, DeliveryState, Ended, NewCall,
    NewDelivery, News, PersonRow, Recent, Reported, Rung, Tally, Who,
};
use rusqlite::Connection;
use writer::Writer;

use super::{
    Trouble,
    history::{self, HistoryError, explain},
    home::Home,
};

/// An open journal. Share it in an `Arc`: it may be used from any thread. Its calls block for a flush to the disk.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    locks: PathBuf,
    reader: Mutex<Connection>,
    writer: Writer,
    settled: usize,
}

impl Journal {
    /// Opens the home's journal, making it where there is none. What a dead window left begun becomes unknown.
    ///
    /// # Errors
    /// See [`HistoryError`]. A damaged journal stays where it is, and without a journal nothing is sent: see
    /// [`Journal::set_aside`].
    pub fn open(home: &Home) -> Result<Self, HistoryError> {
        let path = home.journal_path();
        let mut connection = history::connect(&path)?;
        schema::prepare(&mut connection, &path)?;
        let reader = history::connect(&path)?;
        let mut journal = Self {
            writer: Writer::start(connection, path.clone())?,
            reader: Mutex::new(reader),
            locks: home.root().join("locks"),
            path,
            settled: 0,
        };
        journal.settled = match journal.settle() {
            // A full disk is no reason not to show what became of them: they are unknown in any case.
            Err(HistoryError::File(error)) if error.trouble == Trouble::Full => 0,
            settled => settled?,
        };
        Ok(journal)
    }

    /// Puts a damaged journal aside (`journal.sqlite.broken-<n>`), so that the next [`Journal::open`] begins a new one.
    /// Only when a person asked for it: what was sent today is not known any more then.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn set_aside(home: &Home) -> Result<PathBuf, HistoryError> {
        history::set_database_aside(&home.journal_path())
    }

    /// How many calls of dead windows were found begun and are now unknown: to be said.
    pub fn settled(&self) -> usize {
        self.settled
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the right to send deliveries for a profile; it is given back when the lock is dropped or the process ends.
    ///
    /// # Errors
    /// [`HistoryError::InUse`] when another window or process sends for it right now.
    pub fn lock_profile(&self, profile: &str) -> Result<ProfileLock, HistoryError> {
        ProfileLock::take(&self.locks, profile)
    }

    fn read<T>(&self, action: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, HistoryError> {
        let connection = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        action(&connection).map_err(|error| explain(&self.path, &error))
    }

    fn write<T: Send + 'static>(
        &self,
        action: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, HistoryError> {
        self.writer.run(action)
    }

    /// Calls that were begun by a window that is gone become unknown; those of a living one stay.
    fn settle(&self) -> Result<usize, HistoryError> {
        let profiles: Vec<String> = self.read(|connection| {
            connection
                .prepare(
                    "SELECT DISTINCT profile FROM delivery
                     WHERE id IN (SELECT delivery FROM call WHERE state = 'begun')",
                )?
                .query_map([], |row| row.get(0))?
                .collect()
        })?;
        let mut settled = 0;
        for profile in profiles {
            let Ok(_held) = self.lock_profile(&profile) else { continue };
            settled += self.write(move |connection| {
                connection.execute(
                    "UPDATE call SET state = 'unknown', code = 'unknown.ended'
                     WHERE state = 'begun' AND delivery IN (SELECT id FROM delivery WHERE profile = ?1)",
                    [profile],
                )
            })?;
        }
        Ok(settled)
    }
}

#[cfg(test)]
mod tests;
