//! What the history's and the journal's databases have in common: format numbers, durability, damage found at the start.

use std::path::Path;

use rusqlite::Connection;

use super::history::{HistoryError, explain};

/// A file up to this size (bytes) is checked page by page when it is opened; a larger one only where it is read.
const CHECKED_BYTES: u64 = 2 << 20;

/// Sets a connection up and brings its tables to today's format: `steps[n]` makes format `n + 1` out of format `n`.
/// `probe` is a query of one row that fails in a database of something else.
///
/// # Errors
/// Damaged, written by a newer version, in use, or not readable; the path is in the error.
pub(super) fn prepare(
    connection: &mut Connection,
    path: &Path,
    steps: &[&str],
    probe: &str,
) -> Result<(), HistoryError> {
    let fail = |error: &rusqlite::Error| explain(path, error);
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(|error| fail(&error))?;
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
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
        migrate(connection, steps).map_err(|error| fail(&error))?;
    }
    connection.query_row(probe, [], |_| Ok(())).map_err(|error| fail(&error))
}

fn migrate(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    // Taken for writing at once: a second window may be migrating right now, and then there is nothing left to do.
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for step in steps.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", i64::try_from(steps.len()).unwrap_or(i64::MAX))?;
    transaction.commit()
}
