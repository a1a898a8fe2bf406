//! Another text and colour for the status bar of an OA notice that was handed over: a call of its own, written down like a
//! send, because people see it.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::send::{Carried, Delivery, Sending, carry_out};
use crate::{
    compose::{Kind, file},
    dingtalk::calls,
    store::history::{HistoryError, NewSend, SendIds, Who},
};

/// The change of a status bar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BarChange {
    /// `agent_id` the notice was sent with.
    pub agent_id: String,
    /// The task that its send answered.
    pub task_id: String,
    /// `status_value`.
    pub value: String,
    /// `status_bg`: `0xFF` and six digits; empty: left out.
    pub colour: String,
}

/// Which task a row of the history changed the bar of; `None` for every other row.
pub fn task_of(who: &Who) -> Option<String> {
    let ids: serde_json::Value = serde_json::from_str(&who.ids_json).ok()?;
    ids.get("status_bar_of")?.as_str().map(str::to_owned)
}

/// Changes the bar once: written down as begun, called, its outcome written down. `sending.draft` is the notice it belongs
/// to. Nobody gets a notice by it, so it counts for no limit.
///
/// # Errors
/// [`HistoryError`] when it could not be written down first: then nothing was changed.
pub async fn change_status_bar(
    change: &BarChange,
    sending: Sending<'_>,
    cancel: &CancellationToken,
) -> Result<Delivery, HistoryError> {
    let call = calls::status_bar_update(&change.agent_id, &change.task_id, &change.value, &change.colour);
    let new = NewSend {
        at_unix_ms: sending.clock.now_millis(),
        profile: sending.profile.name.clone(),
        profile_kind: sending.profile.kind.name().to_owned(),
        kind: Kind::Notice,
        title: sending.title,
        who: Who {
            summary: format!("task_id {}", change.task_id),
            people: 0,
            ids_json: serde_json::json!({ "status_bar_of": change.task_id }).to_string(),
        },
        // The task is the notice's, not one that this call was given: the row is handed over, not accepted.
        ids: SendIds::default(),
        request: call.preview(sending.session.hosts()),
        draft_body: file::write_compact(sending.draft),
        content_hash: String::new(),
    };
    let written = Carried { call: &call, new, held_back: None };
    carry_out(written, sending.session, &Arc::clone(sending.history), cancel).await
}
