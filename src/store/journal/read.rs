//! Reading the journal: deliveries, calls, people, and the facts a plan is made with.

use rusqlite::{OptionalExtension as _, Row, params};

use super::{
    AskedCall, Asking, CallId, CallRow, CallState, Counts, Delivery, DeliveryId, DeliveryState, Ended, Journal,
    NewDelivery, PersonRow, Recent, Rung, Tally, create, days,
};
use crate::{compose::Kind, dingtalk::Call, store::history::HistoryError};

const DELIVERY: &str = "id, started_ms, profile, profile_kind, kind, via, title, mode, sender, conversation, ended_ms, \
                        people, calls, state, note, asked_ms, due_ms";
const CALL: &str = "id, number, path, people, state, begun_ms, ended_ms, http, code, message, request_id, task_id, \
                    query_key, attempts, elapsed_ms, answer, out_track_id, progress, told";

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn delivery_of(row: &Row<'_>, draft: String) -> rusqlite::Result<Delivery> {
    let kind: String = row.get(4)?;
    Ok(Delivery {
        id: DeliveryId(row.get(0)?),
        new: NewDelivery {
            started_ms: row.get(1)?,
            profile: row.get(2)?,
            profile_kind: row.get(3)?,
            kind: if kind == Kind::Card.name() { Kind::Card } else { Kind::Notice },
            via: row.get(5)?,
            title: row.get(6)?,
            mode: row.get(7)?,
            sender: row.get(8)?,
            conversation: row.get(9)?,
            draft,
            due_ms: row.get(16)?,
        },
        ended_ms: row.get(10)?,
        people: unsigned(row.get(11)?),
        calls: unsigned(row.get(12)?),
        state: DeliveryState::from_name(&row.get::<_, String>(13)?),
        note: row.get(14)?,
        asked_ms: row.get(15)?,
        counts: Counts::default(),
    })
}

fn call_of(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    Ok(CallRow {
        id: CallId(row.get(0)?),
        number: unsigned(row.get(1)?),
        path: row.get(2)?,
        people: unsigned(row.get(3)?),
        state: CallState::from_name(&row.get::<_, String>(4)?),
        begun_ms: row.get(5)?,
        ended_ms: row.get(6)?,
        ended: Ended {
            http: row.get(7)?,
            code: row.get(8)?,
            message: row.get(9)?,
            request_id: row.get(10)?,
            task_id: row.get(11)?,
            query_key: row.get(12)?,
            attempts: row.get(13)?,
            elapsed_ms: unsigned(row.get(14)?),
            answer: row.get(15)?,
        },
        out_track_id: row.get(16)?,
        progress: row.get(17)?,
        told: row.get(18)?,
    })
}

impl Journal {
    /// A page of the deliveries, newest first, without their drafts.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn deliveries(&self, offset: usize, limit: usize) -> Result<Vec<Delivery>, HistoryError> {
        let sql = format!("SELECT {DELIVERY} FROM delivery ORDER BY id DESC LIMIT {limit} OFFSET {offset}");
        self.listed(&sql)
    }

    /// The deliveries of a query without parameters, without their drafts.
    fn listed(&self, sql: &str) -> Result<Vec<Delivery>, HistoryError> {
        self.read(|connection| {
            let mut found: Vec<Delivery> = connection
                .prepare_cached(sql)?
                .query_map([], |row| delivery_of(row, String::new()))?
                .collect::<rusqlite::Result<_>>()?;
            for delivery in &mut found {
                delivery.counts = counts(connection, delivery.id)?;
            }
            Ok(found)
        })
    }

    /// The deliveries that wait for their moment, the soonest first, without their drafts.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn waiting(&self) -> Result<Vec<Delivery>, HistoryError> {
        let sql = format!("SELECT {DELIVERY} FROM delivery WHERE state = 'waiting' ORDER BY due_ms, id");
        self.listed(&sql)
    }

    /// Shows everybody in calls that have not begun: the content's fingerprint, userid and name.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn each_left(&self, id: DeliveryId, each: &mut dyn FnMut(i64, &str, &str)) -> Result<(), HistoryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT call.content, person.userid, person.name FROM call JOIN person ON person.call = call.id
                 WHERE call.delivery = ?1 AND call.state = 'not_begun' ORDER BY call.number, person.place",
            )?;
            let mut rows = statement.query([id.0])?;
            while let Some(row) = rows.next()? {
                each(row.get(0)?, row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
            }
            Ok(())
        })
    }

    /// The draft files of card deliveries in which a text stands, the newest first, at most `limit`.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn card_drafts_with(&self, text: &str, limit: usize) -> Result<Vec<String>, HistoryError> {
        let sql = format!(
            "SELECT draft FROM delivery WHERE kind = 'card' AND draft LIKE ?1 ESCAPE '\\' ORDER BY id DESC LIMIT {limit}"
        );
        let pattern = crate::store::history::anywhere(text);
        self.read(|connection| connection.prepare_cached(&sql)?.query_map([&pattern], |row| row.get(0))?.collect())
    }

    /// How many people of a delivery stood on each rung at the moments its report was asked for, the earliest first.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn tallies(&self, id: DeliveryId) -> Result<Vec<Tally>, HistoryError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT at_ms, rung, people FROM tally WHERE delivery = ?1 ORDER BY at_ms")?;
            let mut rows = statement.query([id.0])?;
            let mut found: Vec<Tally> = Vec::new();
            while let Some(row) = rows.next()? {
                let at_ms = row.get(0)?;
                let part = (Rung::from_name(row.get_ref(1)?.as_str()?), unsigned(row.get(2)?));
                match found.last_mut() {
                    Some(last) if last.at_ms == at_ms => last.rungs.push(part),
                    _ => found.push(Tally { at_ms, rungs: vec![part] }),
                }
            }
            Ok(found)
        })
    }

    /// The deliveries with calls that were handed over since a moment and about which something new may be told.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn asking(&self, since_unix_ms: i64) -> Result<Vec<Asking>, HistoryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT call.delivery, call.ended_ms, call.asked_ms, delivery.profile, delivery.via, delivery.people
                 FROM call JOIN delivery ON delivery.id = call.delivery
                 WHERE call.state = 'handed_over' AND call.told = 0 AND call.ended_ms > ?1 ORDER BY call.delivery",
            )?;
            let mut rows = statement.query([since_unix_ms])?;
            let mut found: Vec<Asking> = Vec::new();
            while let Some(row) = rows.next()? {
                let delivery = DeliveryId(row.get(0)?);
                let call = AskedCall { ended_ms: row.get(1)?, asked_ms: row.get(2)? };
                match found.last_mut() {
                    Some(last) if last.delivery == delivery => last.calls.push(call),
                    _ => found.push(Asking {
                        delivery,
                        profile: row.get(3)?,
                        via: row.get(4)?,
                        people: unsigned(row.get(5)?),
                        calls: vec![call],
                    }),
                }
            }
            Ok(found)
        })
    }

    /// How many deliveries there are.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn delivery_count(&self) -> Result<u64, HistoryError> {
        self.read(|connection| {
            let count: i64 =
                connection.prepare_cached("SELECT count(*) FROM delivery")?.query_row([], |row| row.get(0))?;
            Ok(unsigned(count))
        })
    }

    /// One delivery with its draft; `None` when there is no such number.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, HistoryError> {
        let sql = format!("SELECT {DELIVERY}, draft FROM delivery WHERE id = ?1");
        self.read(|connection| {
            let found =
                connection.prepare_cached(&sql)?.query_row([id.0], |row| delivery_of(row, row.get(17)?)).optional()?;
            let Some(mut delivery) = found else { return Ok(None) };
            delivery.counts = counts(connection, id)?;
            Ok(Some(delivery))
        })
    }

    /// The calls of a delivery by state. Cheap enough for every second.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn counts(&self, id: DeliveryId) -> Result<Counts, HistoryError> {
        self.read(|connection| counts(connection, id))
    }

    /// The calls of a delivery, in order.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn calls(&self, id: DeliveryId) -> Result<Vec<CallRow>, HistoryError> {
        let sql = format!("SELECT {CALL} FROM call WHERE delivery = ?1 ORDER BY number");
        self.read(|connection| connection.prepare_cached(&sql)?.query_map([id.0], call_of)?.collect())
    }

    /// The first call of a delivery that has not begun, with the request as it was written down and its people.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn request(&self, call: CallId) -> Result<Option<(Call, Vec<String>)>, HistoryError> {
        self.read(|connection| {
            let stored: Option<(String, String, String)> = connection
                .prepare_cached("SELECT path, body_kind, body FROM call WHERE id = ?1")?
                .query_row([call.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let Some((path, kind, body)) = stored else { return Ok(None) };
            let Some(request) = create::call_of(&path, &kind, &body) else { return Ok(None) };
            let people = connection
                .prepare_cached("SELECT userid FROM person WHERE call = ?1 ORDER BY place")?
                .query_map([call.0], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Some((request, people)))
        })
    }

    /// Everybody of a delivery, in the order of the calls, each with a rung.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn people(&self, id: DeliveryId) -> Result<Vec<PersonRow>, HistoryError> {
        self.people_where("call.delivery", id.0)
    }

    /// Everybody of one call, each with a rung.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn people_of(&self, call: CallId) -> Result<Vec<PersonRow>, HistoryError> {
        self.people_where("call.id", call.0)
    }

    /// Everybody of the calls whose `column` is this number.
    fn people_where(&self, column: &str, number: i64) -> Result<Vec<PersonRow>, HistoryError> {
        let sql = format!(
            "SELECT call.number, person.userid, person.name, person.rung, person.code, call.state, call.code
             FROM call JOIN person ON person.call = call.id WHERE {column} = ?1
             ORDER BY call.number, person.place"
        );
        self.read(|connection| {
            connection
                .prepare_cached(&sql)?
                .query_map([number], |row| {
                    let (own, own_code): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
                    let state = CallState::from_name(row.get_ref(5)?.as_str()?);
                    let rung = own.map_or_else(|| state.rung(), |rung| Rung::from_name(&rung));
                    // The call's code says why only where the call itself decides.
                    let code = match own_code {
                        Some(code) => code,
                        None if matches!(rung, Rung::Failed | Rung::Unknown) => row.get(6)?,
                        None => String::new(),
                    };
                    Ok(PersonRow { call: unsigned(row.get(0)?), userid: row.get(1)?, name: row.get(2)?, rung, code })
                })?
                .collect()
        })
    }

    /// Shows everybody who got something from a profile on a day (`days::day_of`), with how many.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn each_of_day(&self, profile: &str, day: i64, each: &mut dyn FnMut(&str, u32)) -> Result<(), HistoryError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT userid, count FROM person_day WHERE profile = ?1 AND day = ?2 AND count > 0")?;
            let mut rows = statement.query(params![profile, day])?;
            while let Some(row) = rows.next()? {
                each(row.get_ref(0)?.as_str()?, row.get(1)?);
            }
            Ok(())
        })
    }

    /// Shows everybody who got a content from a profile on a day, with how often.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn each_of_content(
        &self,
        profile: &str,
        day: i64,
        content: i64,
        each: &mut dyn FnMut(&str, u32),
    ) -> Result<(), HistoryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT userid, count FROM content_day
                 WHERE profile = ?1 AND day = ?2 AND content = ?3 AND count > 0",
            )?;
            let mut rows = statement.query(params![profile, day, content])?;
            while let Some(row) = rows.next()? {
                each(row.get_ref(0)?.as_str()?, row.get(1)?);
            }
            Ok(())
        })
    }

    /// How often one person got a content from a profile on a day, for many pairs: `each` gets the place of the pair.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn contents_of<'p>(
        &self,
        profile: &str,
        day: i64,
        pairs: impl Iterator<Item = (i64, &'p str)>,
        each: &mut dyn FnMut(usize, u32),
    ) -> Result<(), HistoryError> {
        self.read(|connection| {
            // One look at the database for all of them: otherwise each locks and unlocks the file.
            let _one_look = connection.unchecked_transaction()?;
            let mut statement = connection.prepare_cached(
                "SELECT count FROM content_day WHERE profile = ?1 AND day = ?2 AND content = ?3 AND userid = ?4",
            )?;
            for (place, (content, userid)) in pairs.enumerate() {
                let count: Option<u32> =
                    statement.query_row(params![profile, day, content, userid], |row| row.get(0)).optional()?;
                if let Some(count @ 1..) = count {
                    each(place, count);
                }
            }
            Ok(())
        })
    }

    /// How many calls a profile made in the month of a moment.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn calls_of_month(&self, profile: &str, at_unix_ms: i64) -> Result<u64, HistoryError> {
        let month = days::month_of(at_unix_ms);
        self.read(|connection| {
            let count: Option<i64> = connection
                .prepare_cached("SELECT count FROM month_calls WHERE profile = ?1 AND month = ?2")?
                .query_row(params![profile, month], |row| row.get(0))
                .optional()?;
            Ok(unsigned(count.unwrap_or(0)))
        })
    }

    /// The calls of a profile that began since a moment, oldest first: what a sliding window begins with.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn recent(&self, profile: &str, since_unix_ms: i64) -> Result<Vec<Recent>, HistoryError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT call.path, call.begun_ms, call.ended_ms, call.people
                     FROM call JOIN delivery ON delivery.id = call.delivery
                     WHERE call.begun_ms >= ?2 AND delivery.profile = ?1 ORDER BY call.begun_ms",
                )?
                .query_map(params![profile, since_unix_ms], |row| {
                    Ok(Recent {
                        path: row.get(0)?,
                        begun_ms: row.get(1)?,
                        ended_ms: row.get(2)?,
                        people: unsigned(row.get(3)?),
                    })
                })?
                .collect()
        })
    }
}

fn counts(connection: &rusqlite::Connection, id: DeliveryId) -> rusqlite::Result<Counts> {
    let mut counts = Counts::default();
    let mut statement =
        connection.prepare_cached("SELECT state, count(*) FROM call WHERE delivery = ?1 GROUP BY state")?;
    let mut rows = statement.query([id.0])?;
    while let Some(row) = rows.next()? {
        *counts.of(CallState::from_name(row.get_ref(0)?.as_str()?)) += unsigned(row.get(1)?);
    }
    Ok(counts)
}
