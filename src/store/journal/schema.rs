//! The tables of the journal and how an older file becomes today's.

use std::path::Path;

use rusqlite::Connection;

use crate::store::{database, history::HistoryError};

/// One step per format number: step `n` makes format `n + 1` out of format `n`. Never change one that was released.
const STEPS: &[&str] = &[
    "
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
",
    "
    -- When a delivery that waits shall begin.
    ALTER TABLE delivery ADD COLUMN due_ms INTEGER;
    CREATE INDEX delivery_waiting ON delivery (due_ms) WHERE state = 'waiting';
",
    "
    -- When DingTalk was asked about a call last, how far it says it is (percent), and whether nothing more can be told.
    ALTER TABLE call ADD COLUMN asked_ms INTEGER;
    ALTER TABLE call ADD COLUMN progress INTEGER;
    ALTER TABLE call ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
    -- How many people stood on each rung that a report named, at the moments it was asked for.
    CREATE TABLE tally (
        delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
        at_ms    INTEGER NOT NULL,
        rung     TEXT NOT NULL,
        people   INTEGER NOT NULL,
        PRIMARY KEY (delivery, at_ms, rung)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX call_untold ON call (ended_ms, delivery, asked_ms) WHERE state = 'handed_over' AND told = 0;
",
];

/// Sets a connection up and brings the tables to today's format.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), HistoryError> {
    // A database of something else fails here instead of in the middle of a delivery.
    database::prepare(connection, path, STEPS, "SELECT count(*) FROM (SELECT id, state, content FROM call LIMIT 1)")
}
