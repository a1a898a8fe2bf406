//! After the calls: what became of it for every person, and taking it back.
//!
//! Progress and results are asked on a schedule that ends before DingTalk forgets them (results 24 hours). Every call made
//! here keeps the profile's pace and counts for its month; a call of which nothing new can be told is not asked about again.
//! Everything is written into the journal; what cannot be asked stays as it was known. Nothing here sends a message.

mod desk;
mod recall;
mod schedule;

use desk::Missed;

pub use self::{
    desk::Desk,
    recall::Recalled,
    schedule::{
        DAY_MS, Deadlines, LAST_MS, SCHEDULE_MS, SELDOM_MS, WEEK_MS, asks_by_itself, deadlines, last_due, next_due,
    },
};
use super::{report::fault_code, run::blocking, spaces};
use crate::{
    compose::Kind,
    dingtalk::{Fault, answers, calls, endpoint},
    lang::{Lang, text},
    store::{
        history::HistoryError,
        journal::{CallRow, CallState, Delivery, DeliveryId, News, PersonRow, Reported, Rung},
    },
};

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

impl Asked {
    fn silence(&mut self, call: &CallRow, why: Silence) {
        self.silent += 1;
        self.why_silent.push((call.number, why));
    }
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

    /// The code that its people carry in the journal: `super::words::explain_code` says it in a sentence.
    pub fn code(self) -> String {
        format!("silent.{}", self.name())
    }

    /// The sentence beside somebody of such a call.
    pub fn of_person(self, lang: Lang) -> String {
        text(lang, &format!("delivery.silent_person.{}", self.name()), &[])
    }

    /// The sentence for a person; `calls`: how many it concerns.
    pub fn message(self, calls: usize, lang: Lang) -> String {
        text(lang, &format!("delivery.silent.{}", self.name()), &[("calls", calls.to_string())])
    }
}

/// What a call's report tells.
enum Told {
    People(Vec<Reported>),
    Running,
    Nothing(Silence),
    Failed(String),
}

impl Told {
    fn of(missed: &Missed) -> Self {
        match missed {
            // Too many people, or not ready (dossier A2.4).
            Missed::Fault(Fault::Refused(refusal)) if refusal.code.as_deref() == Some("41052") => Self::Running,
            Missed::Fault(Fault::Refused(refusal)) if refusal.code.as_deref() == Some("processQueryKey.expireTime") => {
                Self::Running
            }
            other => Self::Failed(other.code()),
        }
    }
}

/// Nobody of them will stand elsewhere than now, whatever is asked.
fn is_final(rung: Rung) -> bool {
    matches!(rung, Rung::Read | Rung::Dropped | Rung::Failed | Rung::Invalid | Rung::Recalled)
}

impl Desk {
    /// Asks about every call of a delivery that was handed over and about which something new may be told.
    ///
    /// # Errors
    /// [`HistoryError`] when the journal cannot be read or written.
    pub async fn ask(&self, id: DeliveryId, now_ms: i64) -> Result<Asked, HistoryError> {
        let mut asked = Asked::default();
        let Some((delivery, calls)) = self.load(id).await? else { return Ok(asked) };
        for call in calls.iter().filter(|call| call.state == CallState::HandedOver) {
            if call.told {
                let too_many = delivery.new.kind == Kind::Notice && has_no_result(call);
                if too_many {
                    asked.silence(call, Silence::TooMany);
                } else {
                    asked.reported += 1;
                }
                continue;
            }
            let mut progress = None;
            let told = match delivery.new.kind {
                Kind::Notice => self.ask_notice(&delivery, call, now_ms, &mut progress).await,
                Kind::Card => self.ask_card(&delivery, call, now_ms).await,
            };
            let (journal, of) = (std::sync::Arc::clone(&self.journal), call.id);
            let news = match told {
                Told::People(reported) => {
                    asked.reported += 1;
                    // Somebody unread may read it yet, and so may whoever is not named.
                    let all = u64::try_from(reported.len()).unwrap_or(0) >= call.people;
                    let told = all && reported.iter().all(|one| is_final(one.rung));
                    blocking(move || journal.report(of, reported, now_ms)).await?;
                    News { progress, told, ..News::default() }
                }
                Told::Running => {
                    asked.running += 1;
                    News { progress, ..News::default() }
                }
                Told::Nothing(why) => {
                    asked.silence(call, why);
                    let told = why == Silence::TooMany && progress == Some(100);
                    News { progress, told, why: why.code() }
                }
                Told::Failed(code) => {
                    let stops = code == Missed::Month.code();
                    asked.failed.push((call.number, code));
                    if stops {
                        break;
                    }
                    News { progress, ..News::default() }
                }
            };
            let journal = std::sync::Arc::clone(&self.journal);
            blocking(move || journal.asked(of, now_ms, news)).await?;
            if self.cancel.is_cancelled() {
                break;
            }
        }
        if asked.reported > 0 {
            self.keep_tally(id, now_ms).await?;
        }
        Ok(asked)
    }

    async fn keep_tally(&self, id: DeliveryId, now_ms: i64) -> Result<(), HistoryError> {
        let journal = std::sync::Arc::clone(&self.journal);
        blocking(move || journal.keep_tally(id, now_ms)).await
    }

    async fn ask_notice(&self, delivery: &Delivery, call: &CallRow, now_ms: i64, progress: &mut Option<u8>) -> Told {
        let (agent, task) = (delivery.new.sender.as_str(), call.ended.task_id.as_str());
        if task.is_empty() {
            return Told::Nothing(Silence::NoId);
        }
        let silence =
            if has_no_result(call) { Some(Silence::TooMany) } else { is_old(call, now_ms).then_some(Silence::TooOld) };
        *progress = call.progress;
        // Whether DingTalk is through with it is told longer than for whom; once it is, nothing more is to be asked.
        if call.progress != Some(100) && now_ms - call.ended_ms.unwrap_or(now_ms) < WEEK_MS {
            match self.call(&calls::send_progress(agent, task)).await {
                Ok(answer) => {
                    if let Ok(said) = answers::send_progress(&answer.value) {
                        *progress = Some(if said.done { 100 } else { said.percent.min(99) });
                        if !said.done {
                            return Told::Running;
                        }
                    }
                }
                // What one page says ends after a day (dossier A2.3) is no failure then.
                Err(Missed::Fault(Fault::Refused(_))) if is_old(call, now_ms) => {}
                Err(missed) => return Told::of(&missed),
            }
        }
        if let Some(why) = silence {
            return Told::Nothing(why);
        }
        let result = match self.call(&calls::send_result(agent, task)).await {
            Ok(answer) => match answers::send_result(&answer.value) {
                Ok(result) => result,
                Err(malformed) => return Told::Failed(malformed.to_string()),
            },
            Err(missed) => return Told::of(&missed),
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

    async fn load(&self, id: DeliveryId) -> Result<Option<(Delivery, Vec<CallRow>)>, HistoryError> {
        let journal = std::sync::Arc::clone(&self.journal);
        blocking(move || match journal.delivery(id)? {
            Some(delivery) => Ok(Some((delivery, journal.calls(id)?))),
            None => Ok(None),
        })
        .await
    }
}

/// More people than `getsendresult` answers for.
fn has_no_result(call: &CallRow) -> bool {
    call.people > u64::from(super::limits::REPORTED_PEOPLE)
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

impl Desk {
    async fn ask_card(&self, delivery: &Delivery, call: &CallRow, now_ms: i64) -> Told {
        let keys = match keys_of(delivery, call, now_ms) {
            Ok(keys) => keys,
            Err(why) => return Told::Nothing(why),
        };
        let (shared, id) = (std::sync::Arc::clone(&self.journal), call.id);
        // Why the journal cannot be read is said by whoever writes next.
        let Ok(here) = blocking(move || shared.people_of(id)).await else { return Told::Running };
        // What surely did not get there, or was taken back, has no readers.
        let here: Vec<PersonRow> =
            here.into_iter().filter(|one| !matches!(one.rung, Rung::Failed | Rung::Invalid | Rung::Recalled)).collect();
        if kind_of(call) == CardKind::PrivateChat {
            let read = match self.readers(delivery, &call.ended.query_key).await {
                Ok(read) => read,
                Err(told) => return told,
            };
            let rung =
                |userid: &str| if read.iter().any(|reader| reader == userid) { Rung::Read } else { Rung::Unread };
            let told = |one: PersonRow| Reported { rung: rung(&one.userid), userid: one.userid, code: String::new() };
            return Told::People(here.into_iter().map(told).collect());
        }
        let mut reported: Vec<Reported> = Vec::new();
        for (place, key) in &keys {
            // A key that is for one person: whoever has read it needs no further call.
            if !place.is_empty() && !here.iter().any(|one| one.userid == *place && one.rung != Rung::Read) {
                continue;
            }
            let answer = match self.call(&calls::robot_read_status(&delivery.new.sender, key)).await {
                Ok(answer) => answers::robot_read_status(&answer.value),
                // What was told so far is kept.
                Err(missed) if reported.is_empty() => return Told::of(&missed),
                Err(_) => break,
            };
            let said = match answer {
                Ok(said) => said,
                Err(malformed) => return Told::Failed(malformed.to_string()),
            };
            let rung = |read: bool| if read { Rung::Read } else { Rung::Unread };
            let report = |userid: &str, read: bool| Reported {
                userid: userid.to_owned(),
                rung: rung(read),
                code: String::new(),
            };
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
    async fn readers(&self, delivery: &Delivery, key: &str) -> Result<Vec<String>, Told> {
        let mut read: Vec<String> = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let request = calls::card_readers(key, &delivery.new.conversation, &delivery.new.sender, next.as_deref());
            let page = match self.call(&request).await {
                Ok(answer) => match answers::card_readers(&answer.value) {
                    Ok(page) => page,
                    Err(malformed) => return Err(Told::Failed(malformed.to_string())),
                },
                Err(missed) => return Err(Told::of(&missed)),
            };
            read.extend(page.read);
            match page.next_token {
                // A token that leads back to where we were would never end.
                Some(token) if Some(&token) != next.as_ref() => next = Some(token),
                _ => return Ok(read),
            }
        }
    }
}
