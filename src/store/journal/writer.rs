//! The one thread that writes: what waits at the same time shares a transaction and its flush to the disk.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::JoinHandle,
};

use rusqlite::Connection;

use super::super::{
    files::FileError,
    history::{HistoryError, explain},
};

/// Most that shares one transaction.
const TOGETHER: usize = 256;

/// Tells whoever waits, after the flush; with the error when there was none.
type Reply = Box<dyn FnOnce(Result<(), HistoryError>) + Send>;
/// Writes inside the open transaction (or learns why there is none); what it returns is called after the flush.
type Job = Box<dyn FnOnce(Result<&Connection, HistoryError>, &Path) -> Reply + Send>;

/// The writing thread. It ends when this is dropped, after what was asked of it.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    path: PathBuf,
}

impl Writer {
    pub(super) fn start(connection: Connection, path: PathBuf) -> Result<Self, HistoryError> {
        let (jobs, waiting) = sync_channel::<Job>(1024);
        let at = path.clone();
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || work(&connection, &at, &waiting))
            .map_err(|error| FileError::new(&path, &error))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), path })
    }

    /// Writes, and returns when it is on the disk.
    pub(super) fn run<T: Send + 'static>(
        &self,
        action: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, HistoryError> {
        let (sender, answer) = sync_channel::<Result<T, HistoryError>>(1);
        let job: Job = Box::new(move |connection, path| {
            let done =
                connection.and_then(|connection| inside(connection, action).map_err(|error| explain(path, &error)));
            Box::new(move |flushed| {
                // Whoever asked may have gone away; the row is written all the same.
                sender.send(done.and_then(|value| flushed.map(|()| value))).ok();
            })
        });
        let gone = || FileError::new(&self.path, &std::io::Error::other("the journal's thread has ended")).into();
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if !sent {
            return Err(gone());
        }
        answer.recv().unwrap_or_else(|_gone| Err(gone()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the journal's thread ended in a panic");
        }
    }
}

/// Runs one job so that its failure undoes only itself.
fn inside<T>(connection: &Connection, action: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    connection.execute_batch("SAVEPOINT job")?;
    let done = action(connection);
    if !connection.is_autocommit() {
        connection.execute_batch(if done.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
    }
    done
}

fn work(connection: &Connection, path: &Path, waiting: &Receiver<Job>) {
    while let Ok(first) = waiting.recv() {
        let mut jobs = vec![first];
        jobs.extend(waiting.try_iter().take(TOGETHER - 1));
        let begun = connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| explain(path, &error));
        let mut replies: Vec<Reply> = Vec::with_capacity(jobs.len());
        let mut lost = begun.err();
        for job in jobs {
            replies.push(job(lost.clone().map_or(Ok(connection), Err), path));
            // SQLite itself ends the transaction on some errors (a full disk); then nothing of it is written.
            if lost.is_none() && connection.is_autocommit() {
                lost = Some(explain(path, &rusqlite::Error::SqliteFailure(full(), None)));
            }
        }
        let flushed = match lost {
            None => connection.execute_batch("COMMIT").map_err(|error| explain(path, &error)),
            Some(error) => Err(error),
        };
        if !connection.is_autocommit()
            && let Err(error) = connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "the journal could not be rolled back");
        }
        for reply in replies {
            reply(flushed.clone());
        }
    }
}

/// What ends a transaction from inside: the disk.
fn full() -> rusqlite::ffi::Error {
    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL)
}
