//! Writing a delivery down, whole, before anything of it leaves.

use rusqlite::{Connection, params};
use serde_json::Value;

use super::{DeliveryId, DeliveryState, Journal, NewCall, NewDelivery};
use crate::{
    dingtalk::{
        call::{Body, Call},
        endpoint,
    },
    store::history::HistoryError,
};

impl Journal {
    /// Writes a delivery with all its calls and people. Only after this may its first call begin.
    ///
    /// # Errors
    /// See [`HistoryError`]; then nothing was written.
    pub fn create(&self, new: NewDelivery, calls: Vec<NewCall>) -> Result<DeliveryId, HistoryError> {
        self.write(move |connection| create(connection, &new, &calls))
    }
}

fn create(connection: &Connection, new: &NewDelivery, calls: &[NewCall]) -> rusqlite::Result<DeliveryId> {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let reached = |call: &NewCall| number(call.people.len()) + i64::try_from(call.in_departments).unwrap_or(0);
    let people: i64 = calls.iter().map(reached).sum();
    connection
        .prepare_cached(
            "INSERT INTO delivery (started_ms, profile, profile_kind, kind, via, title, mode, people, calls, state,
                                   sender, conversation, draft, due_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?13, ?10, ?11, ?12, ?14)",
        )?
        .execute(params![
            new.started_ms,
            new.profile,
            new.profile_kind,
            new.kind.name(),
            new.via,
            new.title,
            new.mode,
            people,
            number(calls.len()),
            new.sender,
            new.conversation,
            new.draft,
            if new.due_ms.is_some() { DeliveryState::Waiting } else { DeliveryState::Open }.name(),
            new.due_ms,
        ])?;
    let delivery = connection.last_insert_rowid();
    let mut add_call = connection.prepare_cached(
        "INSERT INTO call (delivery, number, path, body_kind, body, people, content, out_track_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut add_person =
        connection.prepare_cached("INSERT INTO person (call, place, userid, name) VALUES (?1, ?2, ?3, ?4)")?;
    for (at, call) in calls.iter().enumerate() {
        let (kind, body) = body_text(&call.call);
        add_call.execute(params![
            delivery,
            number(at + 1),
            call.call.endpoint.path,
            kind,
            body,
            reached(call),
            call.content,
            call.out_track_id,
        ])?;
        let id = connection.last_insert_rowid();
        for (place, who) in call.people.iter().enumerate() {
            add_person.execute(params![id, number(place), who.userid, who.name])?;
        }
    }
    Ok(DeliveryId(delivery))
}

/// A body as the journal keeps it: its kind and its text.
fn body_text(call: &Call) -> (&'static str, String) {
    match &call.body {
        Body::None => ("none", String::new()),
        // Uploads are made before a delivery and never part of one: such a call is refused when it is read again.
        Body::Multipart(_) => ("multipart", String::new()),
        Body::Json(text) => ("json", text.clone()),
        Body::Form(fields) => {
            let fields = fields.iter().map(|(name, value)| serde_json::json!([name, value])).collect();
            ("form", Value::Array(fields).to_string())
        }
    }
}

/// The call that was written down; `None` when this program does not know its path or cannot read its body.
pub(super) fn call_of(path: &str, kind: &str, body: &str) -> Option<Call> {
    let endpoint = endpoint::ALL.into_iter().find(|endpoint| endpoint.path == path && endpoint.sends)?;
    let body = match kind {
        "none" => Body::None,
        "json" => Body::Json(body.to_owned()),
        "form" => {
            let fields: Vec<(String, String)> = serde_json::from_str(body).ok()?;
            Body::Form(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
        }
        _ => return None,
    };
    Some(Call::new(endpoint, Vec::new(), body))
}
