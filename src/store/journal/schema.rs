//! The tables of the journal and how an older file becomes today's.

use std::path::Path;

use rusqlite::Connection;

use super::super::history::{HistoryError, explain};

/// One step per format number: step `n` makes format `n + 1` out of format `n`. Never change one that was released.
const STEPS: &[&str] = &["
    CREATE TABLE delivery (
        id           INTEGER PRIMARY KEY AUTOINCREMENT,
        started_ms   INTEGER NOT NULL,
        ended_ms     INTEGER,
        profile      TEXT NOT NULL,
        profile_kind TEXT NOT NULL,
        kind         TEXT NOT NULL,
        via          TEXT NOT NULL,
        title        TEXT NOT NULL,
        mode         TEXT NOT NULL,
        people       INTEGER NOT NULL,
        calls        INTEGER NOT NULL,
        state        TEXT NOT NULL,
        note         TEXT NOT NULL DEFAULT '',
        sender       TEXT NOT NULL DEFAULT '',
        conversation TEXT NOT NULL DEFAULT '',
        asked_ms     INTEGER,
        draft        TEXT NOT NULL
    ) STRICT;
    CREATE TABLE call (
        id           INTEGER PRIMARY KEY,
        delivery     INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
        number       INTEGER NOT NULL,
        path         TEXT NOT NULL,
        body_kind    TEXT NOT NULL,
        body         TEXT NOT NULL,
        people       INTEGER NOT NULL,
        content      INTEGER NOT NULL,
        out_track_id TEXT NOT NULL DEFAULT '',
        state        TEXT NOT NULL DEFAULT 'not_begun',
        begun_ms     INTEGER,
        ended_ms     INTEGER,
        http         INTEGER,
        code         TEXT NOT NULL DEFAULT '',
        message      TEXT NOT NULL DEFAULT '',
        request_id   TEXT NOT NULL DEFAULT '',
        task_id      TEXT NOT NULL DEFAULT '',
        query_key    TEXT NOT NULL DEFAULT '',
        attempts     INTEGER NOT NULL DEFAULT 0,
        elapsed_ms   INTEGER NOT NULL DEFAULT 0,
        answer       TEXT NOT NULL DEFAULT '',
        UNIQUE (delivery, number)
    ) STRICT;
    CREATE INDEX call_by_state ON call (delivery, state);
    CREATE INDEX call_begun ON call (delivery) WHERE state = 'begun';
    CREATE INDEX call_by_time ON call (begun_ms) WHERE begun_ms IS NOT NULL;
    -- A rung of its own only where a report named the person; else it follows from the call.
    CREATE TABLE person (
        call   INTEGER NOT NULL REFERENCES call (id) ON DELETE CASCADE,
        place  INTEGER NOT NULL,
        userid TEXT NOT NULL,
        name   TEXT NOT NULL,
        rung   TEXT,
        code   TEXT,
        PRIMARY KEY (call, place)
    ) STRICT, WITHOUT ROWID;
    -- What the rules look at, counted as calls begin; what surely did not arrive is taken out again.
    CREATE TABLE person_day (
        profile TEXT NOT NULL,
        day     INTEGER NOT NULL,
        userid  TEXT NOT NULL,
        count   INTEGER NOT NULL,
        PRIMARY KEY (profile, day, userid)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE content_day (
        profile TEXT NOT NULL,
        day     INTEGER NOT NULL,
        content INTEGER NOT NULL,
        userid  TEXT NOT NULL,
        count   INTEGER NOT NULL,
        PRIMARY KEY (profile, day, content, userid)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE month_calls (
        profile TEXT NOT NULL,
        month   INTEGER NOT NULL,
        count   INTEGER NOT NULL,
        PRIMARY KEY (profile, month)
    ) STRICT, WITHOUT ROWID;
"];

/// A file up to this size is checked page by page when it is opened; a larger one only where it is read.
const CHECKED_BYTES: u64 = 2 << 20;

/// Sets a connection up and brings the tables to today's format.
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
    // A database of something else fails here instead of in the middle of a delivery.
    connection
        .query_row("SELECT count(*) FROM (SELECT id, state, content FROM call LIMIT 1)", [], |_| Ok(()))
        .map_err(|error| fail(&error))
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    // Taken for writing at once: another window may be migrating right now, and then there is nothing left to do.
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", i64::try_from(STEPS.len()).unwrap_or(i64::MAX))?;
    transaction.commit()
}
