//! The tables of the history and how an older file becomes today's.

use std::path::Path;

use rusqlite::Connection;

use super::HistoryError;
use crate::store::database;

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

/// Sets the connection up and brings the tables to today's format.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), HistoryError> {
    // A database of something else fails here instead of at the first send.
    database::prepare(
        connection,
        path,
        STEPS,
        "SELECT count(*) FROM (SELECT id, outcome, content_hash FROM send LIMIT 1)",
    )
}
