//! After the calls: what became of it for every person, and taking it back.
//!
//! Progress and results are asked on a schedule that ends before DingTalk forgets them (results 24 hours). Everything is
//! written into the journal; what cannot be asked stays as it was known. Nothing here sends a message.

mod recall;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use self::recall::{Recalled, recall};
use super::{report::fault_code, run::blocking, spaces};
use crate::{
    compose::{CardVia, Kind},
    dingtalk::{Fault, Session, answers, calls, endpoint},
    lang::{Lang, text},
    store::{
        history::HistoryError,
        journal::{CallRow, CallState, Delivery, DeliveryId, Journal, PersonRow, Reported, Rung},
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

/// Up to so many people a delivery whose readers cost a call each is asked about by itself.
const ASKED_ONE_BY_ONE: u64 = 20;

/// Whether its report may be asked for on the schedule. Robots' own chats by createAndDeliver have a key, and so a call, for
/// each person, and calls count against the month: with more than a handful only a person asks.
pub fn asks_by_itself(delivery: &Delivery) -> bool {
    delivery.new.via != CardVia::CreateAndDeliver.name() || delivery.people <= ASKED_ONE_BY_ONE
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
    /// Calls of which DingTalk tells nothing person by person: see `why_silent`.
    pub silent: usize,
    /// Why, by the call's number in the delivery.
    pub why_silent: Vec<(u64, Silence)>,
    /// Why asking failed, by the call's number in the delivery: code or word.
    pub failed: Vec<(u64, String)>,
}

/// Why DingTalk tells nothing about a call, or does not take it back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Silence {
    /// More than 100 people: there is no result person by person.
    TooMany,
    /// Older than 24 hours.
    TooOld,
    /// The answer gave no id (task id, key of the card, key of a place) to ask by.
    NoId,
    /// The robot's code is not known: the draft and the profile name none.
    NoRobotCode,
    /// No call is documented that would tell, or take it back.
    NotDocumented,
}

impl Silence {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::TooMany, Self::TooOld, Self::NoId, Self::NoRobotCode, Self::NotDocumented];

    /// A stable word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooMany => "too_many",
            Self::TooOld => "too_old",
            Self::NoId => "no_id",
            Self::NoRobotCode => "no_robot_code",
            Self::NotDocumented => "not_documented",
        }
    }

    /// The sentence for a person; `calls`: how many it concerns.
    pub fn message(self, calls: usize, lang: Lang) -> String {
        text(lang, &format!("delivery.silent.{}", self.name()), &[("calls", calls.to_string())])
    }
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
            Told::Nothing(why) => {
                asked.silent += 1;
                asked.why_silent.push((call.number, why));
            }
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
    Nothing(Silence),
    Failed(String),
}

impl Told {
    fn of(fault: &Fault) -> Self {
        match fault {
            // Too many people, or not ready (dossier A2.4).
            Fault::Refused(refusal) if refusal.code.as_deref() == Some("41052") => Self::Running,
            Fault::Refused(refusal) if refusal.code.as_deref() == Some("processQueryKey.expireTime") => Self::Running,
            other => Self::Failed(fault_code(other)),
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
    if call.people > u64::from(super::limits::REPORTED_PEOPLE) {
        return Told::Nothing(Silence::TooMany);
    } else if is_old(call, now_ms) {
        return Told::Nothing(Silence::TooOld);
    } else if task.is_empty() {
        return Told::Nothing(Silence::NoId);
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

/// Which of the documented ways leads back to a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum CardKind {
    /// A one-to-one chat with a cool app: `privateChatMessages`.
    PrivateChat,
    /// Robots' own chats, one key for all receivers: `oToMessages`.
    Robot,
    /// The same, with a key for each place.
    RobotPlaces,
    /// None is documented.
    Other,
}

fn kind_of(call: &CallRow) -> CardKind {
    let path = call.path.as_str();
    if path == endpoint::SEND_PRIVATE_CHAT_CARD.path {
        CardKind::PrivateChat
    } else if path == endpoint::SEND_INTERACTIVE_CARD.path {
        CardKind::Robot
    } else if path == endpoint::CREATE_AND_DELIVER.path {
        CardKind::RobotPlaces
    } else {
        CardKind::Other
    }
}

fn is_old(call: &CallRow, now_ms: i64) -> bool {
    now_ms - call.ended_ms.unwrap_or(now_ms) >= DAY_MS
}

/// The keys to ask about a card by, with the place each is for (empty: all its people); else why there are none.
fn keys_of(delivery: &Delivery, call: &CallRow, now_ms: i64) -> Result<Vec<(String, String)>, Silence> {
    let kind = kind_of(call);
    let keys: Vec<(String, String)> = match kind {
        CardKind::PrivateChat | CardKind::Robot => vec![(String::new(), call.ended.query_key.clone())],
        CardKind::RobotPlaces => spaces::of_answer(&call.ended.answer)
            .into_iter()
            .filter(|place| place.success && place.space_type.eq_ignore_ascii_case("IM_ROBOT"))
            .filter_map(|place| Some((place.space_id, place.carrier_id?)))
            .collect(),
        CardKind::Other => return Err(Silence::NotDocumented),
    };
    if is_old(call, now_ms) {
        Err(Silence::TooOld)
    } else if !keys.iter().any(|(_, key)| !key.is_empty()) {
        Err(Silence::NoId)
    } else if kind != CardKind::PrivateChat && delivery.new.sender.is_empty() {
        Err(Silence::NoRobotCode)
    } else {
        Ok(keys)
    }
}

async fn ask_card(
    session: &Session,
    delivery: &Delivery,
    call: &CallRow,
    journal: &Arc<Journal>,
    now_ms: i64,
    cancel: &CancellationToken,
) -> Told {
    let keys = match keys_of(delivery, call, now_ms) {
        Ok(keys) => keys,
        Err(why) => return Told::Nothing(why),
    };
    let (shared, id) = (Arc::clone(journal), call.id);
    // Why the journal cannot be read is said by whoever writes next.
    let Ok(here) = blocking(move || shared.people_of(id)).await else { return Told::Running };
    // What surely did not get there, or was taken back, has no readers.
    let here: Vec<PersonRow> =
        here.into_iter().filter(|one| !matches!(one.rung, Rung::Failed | Rung::Invalid | Rung::Recalled)).collect();
    if kind_of(call) == CardKind::PrivateChat {
        let read = match readers(session, delivery, &call.ended.query_key, cancel).await {
            Ok(read) => read,
            Err(told) => return told,
        };
        let rung = |userid: &str| if read.iter().any(|reader| reader == userid) { Rung::Read } else { Rung::Unread };
        let told = |one: PersonRow| Reported { rung: rung(&one.userid), userid: one.userid, code: String::new() };
        return Told::People(here.into_iter().map(told).collect());
    }
    let mut reported: Vec<Reported> = Vec::new();
    for (place, key) in &keys {
        // A key that is for one person: whoever has read it needs no further call.
        if !place.is_empty() && !here.iter().any(|one| one.userid == *place && one.rung != Rung::Read) {
            continue;
        }
        let answer = match session.call(&calls::robot_read_status(&delivery.new.sender, key), cancel).await {
            Ok(answer) => answers::robot_read_status(&answer.value),
            // What was told so far is kept.
            Err(failure) if reported.is_empty() => return Told::of(&failure.fault),
            Err(_) => break,
        };
        let said = match answer {
            Ok(said) => said,
            Err(malformed) => return Told::Failed(malformed.to_string()),
        };
        let rung = |read: bool| if read { Rung::Read } else { Rung::Unread };
        let report =
            |userid: &str, read: bool| Reported { userid: userid.to_owned(), rung: rung(read), code: String::new() };
        if place.is_empty() {
            let known = |userid: &str| here.iter().any(|one| one.userid == userid);
            reported.extend(said.iter().filter(|(id, _)| known(id)).map(|(id, read)| report(id, *read)));
        } else if let Some((_, read)) = said.first() {
            // By the id that travelled: it may be a unionId.
            reported.push(report(place, *read));
        }
    }
    Told::People(reported)
}

/// Everybody who has read a card of a one-to-one chat.
async fn readers(
    session: &Session,
    delivery: &Delivery,
    key: &str,
    cancel: &CancellationToken,
) -> Result<Vec<String>, Told> {
    let mut read: Vec<String> = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let request = calls::card_readers(key, &delivery.new.conversation, &delivery.new.sender, next.as_deref());
        let page = match session.call(&request, cancel).await {
            Ok(answer) => match answers::card_readers(&answer.value) {
                Ok(page) => page,
                Err(malformed) => return Err(Told::Failed(malformed.to_string())),
            },
            Err(failure) => return Err(Told::of(&failure.fault)),
        };
        read.extend(page.read);
        match page.next_token {
            // A token that leads back to where we were would never end.
            Some(token) if Some(&token) != next.as_ref() => next = Some(token),
            _ => return Ok(read),
        }
    }
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
