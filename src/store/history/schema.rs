//! The tables of the history and how an older file becomes today's.

use std::path::Path;

use rusqlite::Connection;

use super::{HistoryError, explain};

/// One step per format number: step `n` makes format `n + 1` out of format `n`. Never change one that was released.
const STEPS: &[&str] = &["
    CREATE TABLE send (
        id                INTEGER PRIMARY KEY AUTOINCREMENT,
        at_ms             INTEGER NOT NULL,
        window            INTEGER NOT NULL,
        profile           TEXT NOT NULL,
        profile_kind      TEXT NOT NULL,
        kind              TEXT NOT NULL,
        title             TEXT NOT NULL,
        who               TEXT NOT NULL,
        people            INTEGER NOT NULL,
        outcome           TEXT NOT NULL,
        out_track_id      TEXT NOT NULL DEFAULT '',
        process_query_key TEXT NOT NULL DEFAULT '',
        task_id           TEXT NOT NULL DEFAULT '',
        request_id        TEXT NOT NULL DEFAULT '',
        elapsed_ms        INTEGER NOT NULL DEFAULT 0,
        explanation       TEXT NOT NULL DEFAULT '',
        content_hash      TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE INDEX send_by_time ON send (at_ms DESC, id DESC);
    CREATE INDEX send_by_out_track_id ON send (out_track_id) WHERE out_track_id <> '';
    CREATE INDEX send_begun ON send (window) WHERE outcome = 'begun';
    -- Apart from the list, which then stays small enough to be searched whole.
    CREATE TABLE send_text (
        id         INTEGER PRIMARY KEY REFERENCES send (id) ON DELETE CASCADE,
        who_ids    TEXT NOT NULL,
        request    TEXT NOT NULL,
        answer     TEXT NOT NULL DEFAULT '',
        draft_body TEXT NOT NULL
    ) STRICT;
"];

/// A file up to this size is checked page by page when it is opened; a larger one only where it is read.
const CHECKED_BYTES: u64 = 2 << 20;

/// Sets the connection up and brings the tables to today's format.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), HistoryError> {
    let fail = |error: &rusqlite::Error| explain(path, error);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(|error| fail(&error))?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(HistoryError::Newer { path: path.to_owned(), found });
    }
    if std::fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_BYTES) {
        let verdict: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|error| fail(&error))?;
        if verdict != "ok" {
            return Err(HistoryError::Damaged { path: path.to_owned(), reason: verdict });
        }
    }
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
        .map_err(|error| fail(&error))?;
    if found < known {
        migrate(connection).map_err(|error| fail(&error))?;
    }
    // A database of something else fails here instead of at the first send.
    connection
        .query_row("SELECT count(*) FROM (SELECT id, outcome, content_hash FROM send LIMIT 1)", [], |_| Ok(()))
        .map_err(|error| fail(&error))
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    // Taken for writing at once: a second window may be migrating right now, and then there is nothing left to do.
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", i64::try_from(STEPS.len()).unwrap_or(i64::MAX))?;
    transaction.commit()
}
