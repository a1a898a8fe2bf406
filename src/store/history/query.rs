//! Reading the history: pages, one send, counts.

use rusqlite::{OptionalExtension as _, ToSql, params};

use super::{Finished, History, HistoryError, NewSend, Outcome, Record, SendId, SendIds, Who};
use crate::compose::Kind;

/// Which sends to show. Empty parts do not filter.
#[derive(Clone, PartialEq, Eq, Debug, Default, Hash)]
pub struct Filter {
    /// Found anywhere in what, who, profile or one of the ids; ASCII letters in either case.
    pub text: String,
    /// One of these outcomes.
    pub outcomes: Vec<Outcome>,
    /// Of this profile.
    pub profile: String,
    /// Of this kind.
    pub kind: Option<Kind>,
}

/// A send as the list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its number.
    pub id: SendId,
    /// When, Unix milliseconds.
    pub at_unix_ms: i64,
    /// The profile's name.
    pub profile: String,
    /// The profile's kind, as in the settings.
    pub profile_kind: String,
    /// Card or notice.
    pub kind: Kind,
    /// What.
    pub title: String,
    /// To whom, one line.
    pub who: String,
    /// How many people.
    pub people: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// All ids.
    pub ids: SendIds,
    /// How long it took, milliseconds.
    pub elapsed_ms: u64,
    /// Code of the explanation; empty when there is none.
    pub explanation: String,
}

/// A send of today, for the rules that count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// When, Unix milliseconds.
    pub at_unix_ms: i64,
    /// Card or notice.
    pub kind: Kind,
    /// How many people.
    pub people: u64,
    /// Their ids; members of departments are not among them.
    pub users: Vec<String>,
    /// Hash of the content, as the caller made it.
    pub content_hash: String,
}

const COLUMNS: &str = "send.id, at_ms, profile, profile_kind, kind, title, who, people, outcome, out_track_id, \
                       process_query_key, task_id, request_id, elapsed_ms, explanation, content_hash";

fn kind_of(name: &str) -> Kind {
    if name == Kind::Notice.name() { Kind::Notice } else { Kind::Card }
}

fn row_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(Row {
        id: SendId(row.get(0)?),
        at_unix_ms: row.get(1)?,
        profile: row.get(2)?,
        profile_kind: row.get(3)?,
        kind: kind_of(&row.get::<_, String>(4)?),
        title: row.get(5)?,
        who: row.get(6)?,
        people: unsigned(row.get(7)?),
        outcome: Outcome::from_name(&row.get::<_, String>(8)?),
        ids: SendIds {
            out_track_id: row.get(9)?,
            process_query_key: row.get(10)?,
            task_id: row.get(11)?,
            request_id: row.get(12)?,
        },
        elapsed_ms: unsigned(row.get(13)?),
        explanation: row.get(14)?,
    })
}

impl Filter {
    /// The condition and what fills it.
    fn condition(&self) -> (String, Vec<Box<dyn ToSql>>) {
        let mut parts = vec!["1".to_owned()];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let text = self.text.trim();
        if !text.is_empty() {
            values.push(Box::new(anywhere(text)));
            let at = values.len();
            let columns = [
                "title",
                "who",
                "profile",
                "out_track_id",
                "process_query_key",
                "task_id",
                "request_id",
                "explanation",
            ];
            let any: Vec<_> = columns.iter().map(|column| format!("{column} LIKE ?{at} ESCAPE '\\'")).collect();
            parts.push(format!("({})", any.join(" OR ")));
        }
        if !self.outcomes.is_empty() {
            let words: Vec<_> = self.outcomes.iter().map(|outcome| format!("'{}'", outcome.name())).collect();
            parts.push(format!("outcome IN ({})", words.join(", ")));
        }
        if !self.profile.is_empty() {
            values.push(Box::new(self.profile.clone()));
            parts.push(format!("profile = ?{}", values.len()));
        }
        if let Some(kind) = self.kind {
            parts.push(format!("kind = '{}'", kind.name()));
        }
        (parts.join(" AND "), values)
    }
}

/// A text to be found anywhere, for `LIKE … ESCAPE '\\'`.
pub(in crate::store) fn anywhere(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

impl History {
    /// The drafts of cards in which a text stands, the newest first, at most `limit`.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn card_drafts_with(&self, text: &str, limit: usize) -> Result<Vec<String>, HistoryError> {
        let sql = format!(
            "SELECT draft_body FROM send_text JOIN send USING (id)
             WHERE kind = 'card' AND draft_body LIKE ?1 ESCAPE '\\' ORDER BY id DESC LIMIT {limit}"
        );
        self.run(|connection| connection.prepare_cached(&sql)?.query_map([anywhere(text)], |row| row.get(0))?.collect())
    }

    /// A page of the list, newest first: `limit` rows after leaving `offset` out.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn page(&self, filter: &Filter, offset: usize, limit: usize) -> Result<Vec<Row>, HistoryError> {
        let (condition, values) = filter.condition();
        let sql = format!(
            "SELECT {COLUMNS} FROM send WHERE {condition} ORDER BY at_ms DESC, id DESC LIMIT {limit} OFFSET {offset}"
        );
        self.run(|connection| {
            let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
            connection.prepare_cached(&sql)?.query_map(values.as_slice(), row_of)?.collect()
        })
    }

    /// How many sends a filter leaves.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn count(&self, filter: &Filter) -> Result<u64, HistoryError> {
        let (condition, values) = filter.condition();
        let sql = format!("SELECT count(*) FROM send WHERE {condition}");
        let count: i64 = self.run(|connection| {
            let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
            connection.prepare_cached(&sql)?.query_row(values.as_slice(), |row| row.get(0))
        })?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Everything kept of one send; `None` when there is no such number.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn get(&self, id: SendId) -> Result<Option<Record>, HistoryError> {
        let sql = format!(
            "SELECT {COLUMNS}, who_ids, request, answer, draft_body
             FROM send JOIN send_text ON send_text.id = send.id WHERE send.id = ?1"
        );
        self.run(|connection| {
            connection
                .prepare_cached(&sql)?
                .query_row(params![id.0], |row| {
                    let listed = row_of(row)?;
                    Ok(Record {
                        id,
                        new: NewSend {
                            at_unix_ms: listed.at_unix_ms,
                            profile: listed.profile,
                            profile_kind: listed.profile_kind,
                            kind: listed.kind,
                            title: listed.title,
                            who: Who { summary: listed.who, people: listed.people, ids_json: row.get(16)? },
                            ids: listed.ids.clone(),
                            request: row.get(17)?,
                            draft_body: row.get(19)?,
                            content_hash: row.get(15)?,
                        },
                        finished: Finished {
                            outcome: listed.outcome,
                            elapsed_ms: listed.elapsed_ms,
                            ids: listed.ids,
                            answer: row.get(18)?,
                            explanation: listed.explanation,
                        },
                    })
                })
                .optional()
        })
    }

    /// What a profile sent since a moment that arrived or may have arrived, oldest first.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn sent_since(&self, profile: &str, since_unix_ms: i64) -> Result<Vec<Sent>, HistoryError> {
        self.run(|connection| {
            connection
                .prepare_cached(
                    "SELECT at_ms, kind, people, who_ids, content_hash FROM send JOIN send_text ON send_text.id = send.id
                     WHERE at_ms >= ?2 AND profile = ?1 AND outcome IN ('begun', 'handed_over', 'unknown')
                     ORDER BY at_ms",
                )?
                .query_map(params![profile, since_unix_ms], |row| {
                    let ids: serde_json::Value = serde_json::from_str(row.get_ref(3)?.as_str()?).unwrap_or_default();
                    let users = ids.get("users").and_then(serde_json::Value::as_array).into_iter().flatten();
                    Ok(Sent {
                        at_unix_ms: row.get(0)?,
                        kind: kind_of(&row.get::<_, String>(1)?),
                        people: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                        users: users.filter_map(|id| id.as_str().map(str::to_owned)).collect(),
                        content_hash: row.get(4)?,
                    })
                })?
                .collect()
        })
    }

    /// The names of all profiles that ever sent, for the filter's choice.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn profiles(&self) -> Result<Vec<String>, HistoryError> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT DISTINCT profile FROM send ORDER BY profile")?
                .query_map([], |row| row.get(0))?
                .collect()
        })
    }
}
