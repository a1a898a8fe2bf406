//! After the calls: what became of it for every person, and taking it back.
//!
//! Progress and results are asked on a schedule that ends before DingTalk forgets them (results 24 hours). Everything is
//! written into the journal; what cannot be asked stays as it was known. Nothing here sends a message.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::run::blocking;
use crate::{
    compose::Kind,
    dingtalk::{Fault, Session, answers, calls, endpoint},
    store::{
        history::HistoryError,
        journal::{CallRow, CallState, Delivery, DeliveryId, Journal, Reported, Rung},
    },
};

/// When a report is asked for, milliseconds after a call ended: soon and often at first, the last time before results end.
pub const SCHEDULE_MS: [i64; 8] =
    [5_000, 30_000, 2 * 60_000, 10 * 60_000, 3_600_000, 4 * 3_600_000, 12 * 3_600_000, 23 * 3_600_000 + 30 * 60_000];
/// How long DingTalk keeps results, and how long a message can be taken back, milliseconds.
pub const DAY_MS: i64 = 24 * 3_600_000;
/// How long DingTalk tells progress and lets a status bar be changed, milliseconds (one page says 24 hours as well).
pub const WEEK_MS: i64 = 7 * DAY_MS;

/// When the report of a delivery is due next, Unix milliseconds; `None`: never again, results have ended.
pub fn next_due(last_call_ended_ms: i64, asked_ms: Option<i64>) -> Option<i64> {
    let due = SCHEDULE_MS.iter().map(|after| last_call_ended_ms + after);
    due.into_iter().find(|due| asked_ms.is_none_or(|asked| asked < *due))
}

/// Until when things are possible, Unix milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deadlines {
    /// Taking it back.
    pub recall_ms: i64,
    /// Asking for results.
    pub result_ms: i64,
    /// Asking for progress, changing a status bar.
    pub progress_ms: i64,
}

/// The deadlines of a call that ended at a moment.
pub const fn deadlines(ended_ms: i64) -> Deadlines {
    Deadlines { recall_ms: ended_ms + DAY_MS, result_ms: ended_ms + DAY_MS, progress_ms: ended_ms + WEEK_MS }
}

/// What asking about a delivery brought.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// Calls whose people have rungs now.
    pub reported: usize,
    /// Calls that are still on their way at DingTalk: ask again later.
    pub running: usize,
    /// Calls of which DingTalk tells nothing person by person: more than 100 people, too old, no task id.
    pub silent: usize,
    /// Why asking failed, by the call's number in the delivery: code or word.
    pub failed: Vec<(u64, String)>,
}

/// Asks about every call of a delivery that was handed over.
///
/// # Errors
/// [`HistoryError`] when the journal cannot be read or written.
pub async fn ask(
    session: &Session,
    journal: &Arc<Journal>,
    id: DeliveryId,
    now_ms: i64,
    cancel: &CancellationToken,
) -> Result<Asked, HistoryError> {
    let mut asked = Asked::default();
    let Some((delivery, calls)) = load(journal, id).await? else { return Ok(asked) };
    for call in calls.iter().filter(|call| call.state == CallState::HandedOver) {
        let answer = match delivery.new.kind {
            Kind::Notice => ask_notice(session, &delivery, call, now_ms, cancel).await,
            Kind::Card => ask_card(session, &delivery, call, journal, now_ms, cancel).await,
        };
        match answer {
            Told::People(reported) => {
                asked.reported += 1;
                let (journal, call) = (Arc::clone(journal), call.id);
                blocking(move || journal.report(call, reported, now_ms)).await?;
            }
            Told::Running => asked.running += 1,
            Told::Nothing => asked.silent += 1,
            Told::Failed(code) => asked.failed.push((call.number, code)),
        }
        if cancel.is_cancelled() {
            break;
        }
    }
    Ok(asked)
}

/// What a call's report tells.
enum Told {
    People(Vec<Reported>),
    Running,
    Nothing,
    Failed(String),
}

impl Told {
    fn of(fault: &Fault) -> Self {
        match fault {
            // Too many people, or not ready (dossier A2.4).
            Fault::Refused(refusal) if refusal.code.as_deref() == Some("41052") => Self::Running,
            Fault::Refused(refusal) if refusal.code.as_deref() == Some("processQueryKey.expireTime") => Self::Running,
            Fault::Refused(refusal) => Self::Failed(refusal.code.clone().unwrap_or_default()),
            other => Self::Failed(super::report::fault_word(other).unwrap_or_default().to_owned()),
        }
    }
}

async fn ask_notice(
    session: &Session,
    delivery: &Delivery,
    call: &CallRow,
    now_ms: i64,
    cancel: &CancellationToken,
) -> Told {
    let (agent, task) = (delivery.new.sender.as_str(), call.ended.task_id.as_str());
    let age = now_ms - call.ended_ms.unwrap_or(now_ms);
    if task.is_empty() || age >= DAY_MS || call.people > u64::from(super::limits::REPORTED_PEOPLE) {
        return Told::Nothing;
    }
    match session.call(&calls::send_progress(agent, task), cancel).await {
        Ok(answer) => {
            if answers::send_progress(&answer.value).is_ok_and(|progress| !progress.done) {
                return Told::Running;
            }
        }
        Err(failure) => return Told::of(&failure.fault),
    }
    let result = match session.call(&calls::send_result(agent, task), cancel).await {
        Ok(answer) => match answers::send_result(&answer.value) {
            Ok(result) => result,
            Err(malformed) => return Told::Failed(malformed.to_string()),
        },
        Err(failure) => return Told::of(&failure.fault),
    };
    let mut reported: Vec<Reported> = Vec::new();
    let mut add = |list: Vec<String>, rung: Rung| {
        reported.extend(list.into_iter().map(|userid| Reported { userid, rung, code: String::new() }));
    };
    add(result.unread, Rung::Unread);
    add(result.read, Rung::Read);
    add(result.failed, Rung::Failed);
    add(result.invalid, Rung::Invalid);
    reported.extend(result.forbidden.into_iter().map(|one| Reported {
        userid: one.userid,
        rung: Rung::Dropped,
        code: one.code,
    }));
    Told::People(reported)
}

async fn ask_card(
    session: &Session,
    delivery: &Delivery,
    call: &CallRow,
    journal: &Arc<Journal>,
    now_ms: i64,
    cancel: &CancellationToken,
) -> Told {
    let key = call.ended.query_key.as_str();
    // Other ways of sending cards have no read list, or one a person with a key of their own.
    if key.is_empty()
        || call.path != endpoint::SEND_PRIVATE_CHAT_CARD.path
        || now_ms - call.ended_ms.unwrap_or(now_ms) >= DAY_MS
    {
        return Told::Nothing;
    }
    let mut read: Vec<String> = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let request = calls::card_readers(key, &delivery.new.conversation, &delivery.new.sender, next.as_deref());
        let page = match session.call(&request, cancel).await {
            Ok(answer) => match answers::card_readers(&answer.value) {
                Ok(page) => page,
                Err(malformed) => return Told::Failed(malformed.to_string()),
            },
            Err(failure) => return Told::of(&failure.fault),
        };
        read.extend(page.read);
        match page.next_token {
            // A token that leads back to where we were would never end.
            Some(token) if Some(&token) != next.as_ref() => next = Some(token),
            _ => break,
        }
    }
    let (journal, id) = (Arc::clone(journal), delivery.id);
    let number = call.number;
    let people = blocking(move || journal.people(id)).await.unwrap_or_default();
    let rung = |userid: &str| if read.iter().any(|reader| reader == userid) { Rung::Read } else { Rung::Unread };
    let here = people.iter().filter(|person| person.call == number);
    Told::People(
        here.map(|person| Reported { userid: person.userid.clone(), rung: rung(&person.userid), code: String::new() })
            .collect(),
    )
}

/// What taking back brought.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recalled {
    /// Calls that were taken back.
    pub calls: usize,
    /// People in them.
    pub people: u64,
    /// Those of them who are known to have read it before.
    pub had_read: Vec<String>,
    /// Calls that could not be: number in the delivery, code or word.
    pub failed: Vec<(u64, String)>,
    /// Calls that nothing is known to take back by: no task id or key, or older than 24 hours.
    pub too_late: usize,
}

/// Takes back every call of a delivery that was handed over. Who had read it is asked before, where that is possible.
///
/// # Errors
/// [`HistoryError`] when the journal cannot be read or written.
pub async fn recall(
    session: &Session,
    journal: &Arc<Journal>,
    id: DeliveryId,
    now_ms: i64,
    cancel: &CancellationToken,
) -> Result<Recalled, HistoryError> {
    ask(session, journal, id, now_ms, cancel).await?;
    let mut recalled = Recalled::default();
    let Some((delivery, calls)) = load(journal, id).await? else { return Ok(recalled) };
    let before = {
        let journal = Arc::clone(journal);
        blocking(move || journal.people(id)).await?
    };
    for call in calls.iter().filter(|call| call.state == CallState::HandedOver) {
        let late = now_ms - call.ended_ms.unwrap_or(now_ms) >= DAY_MS;
        let request = match delivery.new.kind {
            Kind::Notice if !call.ended.task_id.is_empty() => {
                calls::recall_notice(&delivery.new.sender, &call.ended.task_id)
            }
            Kind::Card if !call.ended.query_key.is_empty() && call.path == endpoint::SEND_PRIVATE_CHAT_CARD.path => {
                calls::recall_cards(&delivery.new.conversation, &[&call.ended.query_key], &delivery.new.sender)
            }
            Kind::Notice | Kind::Card => {
                recalled.too_late += 1;
                continue;
            }
        };
        if late {
            recalled.too_late += 1;
            continue;
        }
        match session.call(&request, cancel).await {
            Ok(answer) => {
                if let Some(code) = answers::recall_failed(&answer.value, &call.ended.query_key) {
                    recalled.failed.push((call.number, code));
                    continue;
                }
                let (journal, of) = (Arc::clone(journal), call.id);
                blocking(move || journal.recalled(of)).await?;
                recalled.calls += 1;
                recalled.people += call.people;
                let here = before.iter().filter(|person| person.call == call.number && person.rung == Rung::Read);
                recalled.had_read.extend(here.map(|person| person.userid.clone()));
            }
            Err(failure) => {
                let code = match &failure.fault {
                    Fault::Refused(refusal) => refusal.code.clone().unwrap_or_default(),
                    other => super::report::fault_word(other).unwrap_or_default().to_owned(),
                };
                recalled.failed.push((call.number, code));
            }
        }
    }
    Ok(recalled)
}

async fn load(journal: &Arc<Journal>, id: DeliveryId) -> Result<Option<(Delivery, Vec<CallRow>)>, HistoryError> {
    let journal = Arc::clone(journal);
    blocking(move || match journal.delivery(id)? {
        Some(delivery) => Ok(Some((delivery, journal.calls(id)?))),
        None => Ok(None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_asked_for_until_just_before_the_day_ends() {
        assert_eq!(next_due(0, None), Some(5_000));
        assert_eq!(next_due(0, Some(5_000)), Some(30_000));
        assert_eq!(next_due(0, Some(3_600_001)), Some(4 * 3_600_000));
        assert_eq!(next_due(0, Some(DAY_MS - 1)), None);
        assert!(SCHEDULE_MS.iter().all(|after| *after < DAY_MS));
    }
}
