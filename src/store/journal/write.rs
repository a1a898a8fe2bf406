//! What happens to a delivery and its calls, written down as it happens.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{CallId, CallState, DeliveryId, DeliveryState, Ended, Journal, News, Reported, days};
use crate::store::history::HistoryError;

/// How a call's end is counted against the limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Counted {
    /// As begun.
    Stays,
    /// The call counts, its people do not: nobody got it.
    CallOnly,
    /// It is as if it had never been made.
    Not,
}

impl Journal {
    /// Marks a call as begun and counts it, flushed to the disk. Only after this may its first byte leave.
    ///
    /// `false`: it is not [`CallState::NotBegun`] (any more), and must not be made.
    ///
    /// # Errors
    /// See [`HistoryError`]; then the call must not be made.
    pub fn begin(&self, call: CallId, at_unix_ms: i64) -> Result<bool, HistoryError> {
        self.write(move |connection| {
            let begun = connection
                .prepare_cached(
                    "UPDATE call SET state = 'begun', begun_ms = ?2, ended_ms = NULL, attempts = attempts + 1
                     WHERE id = ?1 AND state = 'not_begun'",
                )?
                .execute(params![call.0, at_unix_ms])?;
            if begun == 1 {
                count(connection, call, at_unix_ms, 1)?;
            }
            Ok(begun == 1)
        })
    }

    /// Marks an unknown call of a card as begun once more: only where the server refuses a second one of the same
    /// `outTrackId`, so that asking again cannot deliver twice.
    ///
    /// # Errors
    /// See [`HistoryError`]; then the call must not be made.
    pub fn begin_again(&self, call: CallId, at_unix_ms: i64) -> Result<bool, HistoryError> {
        self.write(move |connection| {
            let begun = connection.execute(
                "UPDATE call SET state = 'begun', begun_ms = ?2, ended_ms = NULL, attempts = attempts + 1
                 WHERE id = ?1 AND state = 'unknown'",
                params![call.0, at_unix_ms],
            )?;
            Ok(begun == 1)
        })
    }

    /// Writes down what came back: [`CallState::HandedOver`], [`CallState::Refused`] or [`CallState::Unknown`].
    ///
    /// # Errors
    /// See [`HistoryError`]; the call stays begun and is unknown at the next start.
    pub fn end(&self, call: CallId, state: CallState, at_unix_ms: i64, ended: Ended) -> Result<(), HistoryError> {
        let counted = if state == CallState::Refused { Counted::CallOnly } else { Counted::Stays };
        self.finish(call, state, Some(at_unix_ms), ended, counted)
    }

    /// The call surely did not arrive, or was refused for coming too soon: it is not begun again.
    ///
    /// # Errors
    /// See [`HistoryError`]; the call stays begun and is unknown at the next start.
    pub fn give_back(&self, call: CallId, ended: Ended) -> Result<(), HistoryError> {
        self.finish(call, CallState::NotBegun, None, ended, Counted::Not)
    }

    /// A person decided about an unknown call: it arrived (handed over), or it did not and may be made again (not begun).
    /// `false`: it is not unknown.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn decide(&self, call: CallId, arrived: bool) -> Result<bool, HistoryError> {
        self.write(move |connection| {
            let state = if arrived { CallState::HandedOver } else { CallState::NotBegun };
            let begun: Option<i64> = connection
                .query_row("SELECT begun_ms FROM call WHERE id = ?1 AND state = 'unknown'", [call.0], |row| row.get(0))
                .optional()?
                .flatten();
            let changed = connection.execute(
                "UPDATE call SET state = ?2 WHERE id = ?1 AND state = 'unknown'",
                params![call.0, state.name()],
            )?;
            if let (1, false, Some(begun)) = (changed, arrived, begun) {
                count(connection, call, begun, -1)?;
                connection.execute("UPDATE call SET begun_ms = NULL, ended_ms = NULL WHERE id = ?1", [call.0])?;
            }
            Ok(changed == 1)
        })
    }

    fn finish(
        &self,
        call: CallId,
        state: CallState,
        at_unix_ms: Option<i64>,
        ended: Ended,
        counted: Counted,
    ) -> Result<(), HistoryError> {
        let changed = self.write(move |connection| {
            let begun: Option<i64> = connection
                .prepare_cached("SELECT begun_ms FROM call WHERE id = ?1")?
                .query_row([call.0], |row| row.get(0))
                .optional()?
                .flatten();
            let changed = connection
                .prepare_cached(
                    "UPDATE call SET state = ?2, ended_ms = ?3, http = ?4, code = ?5, message = ?6, request_id = ?7,
                                     task_id = ?8, query_key = ?9, elapsed_ms = ?10, answer = ?11,
                                     attempts = attempts + ?12,
                                     begun_ms = CASE ?2 WHEN 'not_begun' THEN NULL ELSE begun_ms END
                     WHERE id = ?1",
                )?
                .execute(params![
                    call.0,
                    state.name(),
                    at_unix_ms,
                    ended.http,
                    ended.code,
                    ended.message,
                    ended.request_id,
                    ended.task_id,
                    ended.query_key,
                    i64::try_from(ended.elapsed_ms).unwrap_or(i64::MAX),
                    ended.answer,
                    // The first one was counted when it began.
                    ended.attempts.saturating_sub(1),
                ])?;
            if let (Some(begun), Counted::CallOnly | Counted::Not) = (begun, counted) {
                count(connection, call, begun, -1)?;
                if counted == Counted::CallOnly {
                    count_call(connection, call, begun, 1)?;
                }
            }
            Ok(changed)
        })?;
        if changed == 0 { Err(HistoryError::NoSuchSend(call.0)) } else { Ok(()) }
    }

    /// Changes how a delivery stands. [`DeliveryState::Done`] is only taken when no call is left.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn set_state(
        &self,
        delivery: DeliveryId,
        state: DeliveryState,
        note: String,
        ended_ms: Option<i64>,
    ) -> Result<(), HistoryError> {
        self.write(move |connection| {
            connection
                .execute(
                    "UPDATE delivery SET state = ?2, note = ?3, ended_ms = coalesce(?4, ended_ms) WHERE id = ?1",
                    params![delivery.0, state.name(), note, ended_ms],
                )
                .map(|_| ())
        })
    }

    /// The moment of a delivery that waits has come, or a person does not wait for it: it began now. `false`: it does not
    /// wait (any more), and stays as it is.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn wake(&self, delivery: DeliveryId, now_ms: i64) -> Result<bool, HistoryError> {
        self.write(move |connection| {
            let woken = connection.execute(
                "UPDATE delivery SET state = 'open', started_ms = ?2 WHERE id = ?1 AND state = 'waiting'",
                params![delivery.0, now_ms],
            )?;
            Ok(woken == 1)
        })
    }

    /// Gives a delivery that waits another moment. `false`: it does not wait (any more).
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn put_off(&self, delivery: DeliveryId, due_ms: i64) -> Result<bool, HistoryError> {
        self.write(move |connection| {
            let moved = connection.execute(
                "UPDATE delivery SET due_ms = ?2 WHERE id = ?1 AND state = 'waiting'",
                params![delivery.0, due_ms],
            )?;
            Ok(moved == 1)
        })
    }

    /// Writes down what a report says of the people of a call. Whoever it does not name keeps what was known; somebody
    /// the call does not have (a member of a department) is added.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn report(&self, call: CallId, reported: Vec<Reported>, asked_ms: i64) -> Result<(), HistoryError> {
        self.write(move |connection| {
            let mut update =
                connection.prepare_cached("UPDATE person SET rung = ?3, code = ?4 WHERE call = ?1 AND userid = ?2")?;
            let mut add = connection.prepare_cached(
                "INSERT INTO person (call, place, userid, name, rung, code)
                 SELECT ?1, coalesce(max(place) + 1, 0), ?2, '', ?3, ?4 FROM person WHERE call = ?1",
            )?;
            for one in &reported {
                let values = params![call.0, one.userid, one.rung.name(), one.code];
                if update.execute(values)? == 0 {
                    add.execute(values)?;
                }
            }
            connection
                .execute(
                    "UPDATE delivery SET asked_ms = ?2 WHERE id = (SELECT delivery FROM call WHERE id = ?1)",
                    params![call.0, asked_ms],
                )
                .map(|_| ())
        })
    }

    /// Writes down that a call was asked about and what that brought besides rungs. Why nobody is named stands beside
    /// everybody whom no report named.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn asked(&self, call: CallId, asked_ms: i64, news: News) -> Result<(), HistoryError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE call SET asked_ms = ?2, progress = coalesce(?3, progress), told = ?4 WHERE id = ?1",
                params![call.0, asked_ms, news.progress, news.told],
            )?;
            connection.execute(
                "UPDATE delivery SET asked_ms = ?2 WHERE id = (SELECT delivery FROM call WHERE id = ?1)",
                params![call.0, asked_ms],
            )?;
            if !news.why.is_empty() {
                let sql = "UPDATE person SET code = ?2 WHERE call = ?1 AND rung IS NULL AND code IS NOT ?2";
                connection.execute(sql, params![call.0, news.why])?;
            }
            Ok(())
        })
    }

    /// Keeps how many people of a delivery stand on each rung that a report named, as of a moment.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn keep_tally(&self, delivery: DeliveryId, at_ms: i64) -> Result<(), HistoryError> {
        self.write(move |connection| {
            connection
                .execute(
                    "INSERT OR REPLACE INTO tally (delivery, at_ms, rung, people)
                     SELECT ?1, ?2, person.rung, count(*) FROM call JOIN person ON person.call = call.id
                     WHERE call.delivery = ?1 AND person.rung IS NOT NULL GROUP BY person.rung",
                    params![delivery.0, at_ms],
                )
                .map(|_| ())
        })
    }

    /// Counts a call that asked or took back for the month: DingTalk counts it as well.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn count_asking(&self, profile: &str, at_unix_ms: i64) -> Result<(), HistoryError> {
        let profile = profile.to_owned();
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO month_calls (profile, month, count) VALUES (?1, ?2, 1)
                     ON CONFLICT DO UPDATE SET count = count + 1",
                )?
                .execute(params![profile, days::month_of(at_unix_ms)])
                .map(|_| ())
        })
    }

    /// A call was taken back: so was it for everybody in it. Whoever had read it keeps that as the code.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn recalled(&self, call: CallId) -> Result<(), HistoryError> {
        self.write(move |connection| {
            connection.execute("UPDATE call SET state = 'recalled' WHERE id = ?1", [call.0])?;
            connection
                .execute(
                    "UPDATE person SET code = CASE rung WHEN 'read' THEN 'read' ELSE '' END, rung = 'recalled'
                     WHERE call = ?1 AND (rung IS NULL OR rung IN ('read', 'unread', 'handed_over', 'unknown'))",
                    [call.0],
                )
                .map(|_| ())
        })
    }
}

/// Counts a call and its people for the rules, or takes them out again (`by` −1).
fn count(connection: &Connection, call: CallId, at_unix_ms: i64, by: i64) -> rusqlite::Result<()> {
    let day = days::day_of(at_unix_ms);
    connection
        .prepare_cached(
            "INSERT INTO person_day (profile, day, userid, count)
             SELECT delivery.profile, ?2, person.userid, max(?3, 0)
             FROM person JOIN call ON call.id = person.call JOIN delivery ON delivery.id = call.delivery
             WHERE person.call = ?1
             ON CONFLICT DO UPDATE SET count = max(count + ?3, 0)",
        )?
        .execute(params![call.0, day, by])?;
    connection
        .prepare_cached(
            "INSERT INTO content_day (profile, day, content, userid, count)
             SELECT delivery.profile, ?2, call.content, person.userid, max(?3, 0)
             FROM person JOIN call ON call.id = person.call JOIN delivery ON delivery.id = call.delivery
             WHERE person.call = ?1
             ON CONFLICT DO UPDATE SET count = max(count + ?3, 0)",
        )?
        .execute(params![call.0, day, by])?;
    count_call(connection, call, at_unix_ms, by)
}

fn count_call(connection: &Connection, call: CallId, at_unix_ms: i64, by: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO month_calls (profile, month, count)
             SELECT profile, ?2, max(?3, 0) FROM delivery WHERE id = (SELECT delivery FROM call WHERE id = ?1)
             ON CONFLICT DO UPDATE SET count = max(count + ?3, 0)",
        )?
        .execute(params![call.0, days::month_of(at_unix_ms), by])
        .map(|_| ())
}
