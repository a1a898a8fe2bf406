//! One send: written down, made once, its outcome written down.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{guard::guard, report::fault_word, spaces};
use crate::{
    catalogue::{self, Explanation},
    compose::{
        CardVia, Draft, Kind, NoticeVia, PersonRef, file,
        notice::DepartmentRef,
        personal,
        ready::{Ready, ReadyNotice},
    },
    dingtalk::{
        Method,
        answers::{self, DeliverResult},
        call::Call,
        calls::{self, FreeNoticeForm, NoticeForm},
        endpoint::{self, Endpoint},
        exchange::{Exchange, Failure},
        fault::{Fault, NotSent},
        session::Session,
        tokens::Clock,
    },
    lang::{Lang, text},
    store::{
        history::{Finished, History, HistoryError, NewSend, SendId, SendIds, Who},
        settings::Profile,
    },
};

pub use crate::store::history::Outcome;

/// The longest list of names in one line of the history.
const NAMES_IN_SUMMARY: usize = 3;

/// What became of a send. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Card or notice.
    pub kind: Kind,
    /// The rung of the ladder.
    pub outcome: Outcome,
    /// What went out and came back, masked. Of the token call when fetching a token was what failed.
    pub exchange: Exchange,
    /// What went wrong; `None` when it was handed over.
    pub fault: Option<Fault>,
    /// Every id that belongs to it.
    pub ids: SendIds,
    /// Its number in the history.
    pub send_id: SendId,
    /// What became of a card at each place, where the answer tells.
    pub spaces: Vec<DeliverResult>,
    /// The history could not be updated with the outcome; the outcome itself stands.
    pub journal_error: Option<HistoryError>,
    /// What the explanation takes into account about the sender.
    pub context: catalogue::Context,
}

impl Delivery {
    /// The code that says what happened: DingTalk's own (`0` of oapi's ok), else a stable word such as `network.dns`;
    /// `None` for an ok of the api system, which has no code.
    pub fn code(&self) -> Option<String> {
        match &self.fault {
            None if self.kind == Kind::Notice => Some("0".to_owned()),
            None if self.outcome != Outcome::HandedOver => self.first_refused().map(spaces::code_of),
            None => None,
            Some(Fault::Refused(refusal)) if refusal.code.is_some() => refusal.code.clone(),
            Some(fault) => fault_word(fault).map(str::to_owned),
        }
    }

    /// The server's own words, masked; empty when it said none.
    pub fn message(&self) -> String {
        match self.fault.as_ref().and_then(Fault::refusal) {
            Some(refusal) => refusal.message.clone(),
            None => self.first_refused().map(|result| result.message.clone()).unwrap_or_default(),
        }
    }

    /// What happened, why, and what to do; `None` when it was handed over.
    pub fn explain(&self, lang: Lang) -> Option<Explanation> {
        let Some(fault) = self.fault.clone() else {
            return self.first_refused().and_then(|result| spaces::explain(result, lang));
        };
        Some(catalogue::explain(&Failure { exchange: self.exchange.clone(), fault }, &self.context, lang))
    }

    /// The first place that did not take the card.
    fn first_refused(&self) -> Option<&DeliverResult> {
        self.spaces.iter().find(|result| !result.success)
    }

    /// The word of the ladder for a person: 已受理 where the answer gave a task id or a query key.
    pub fn label(&self, lang: Lang) -> String {
        let accepted = !self.ids.task_id.is_empty() || !self.ids.process_query_key.is_empty();
        if self.outcome == Outcome::HandedOver && accepted {
            return text(lang, "outcome.accepted", &[]);
        }
        self.outcome.label(lang)
    }

    /// What that word means here, in one sentence.
    pub fn hint(&self, lang: Lang) -> String {
        let key = match self.outcome {
            Outcome::HandedOver if !self.ids.task_id.is_empty() => "outcome.hint.accepted",
            Outcome::HandedOver if self.exchange.method == Method::Put => "outcome.hint.updated",
            Outcome::HandedOver => "outcome.hint.handed_over",
            Outcome::Partly => "outcome.hint.partly",
            Outcome::Refused if self.exchange.method == Method::Put => "outcome.hint.update_refused",
            Outcome::Refused if self.fault.is_none() => "outcome.hint.spaces_refused",
            Outcome::Refused => "outcome.hint.refused",
            Outcome::NotSent => "outcome.hint.not_sent",
            Outcome::Begun | Outcome::Unknown => "outcome.hint.unknown",
        };
        text(lang, key, &[])
    }
}

/// The call that a message becomes. Showing it costs nothing; only [`send`] makes it.
pub fn call_of(ready: &Ready) -> Call {
    match ready {
        Ready::Card(card) => calls::with_body(endpoint_of(card.via), card.body.clone()),
        Ready::Notice(notice) => match notice.via {
            NoticeVia::Template => calls::send_by_template(&form_of(notice)),
            NoticeVia::Free => calls::async_send_v2(&free_form_of(notice)),
        },
    }
}

/// The call a card's way makes.
pub const fn endpoint_of(via: CardVia) -> &'static Endpoint {
    match via {
        CardVia::PrivateChat => &endpoint::SEND_PRIVATE_CHAT_CARD,
        CardVia::CreateAndDeliver => &endpoint::CREATE_AND_DELIVER,
        CardVia::InteractiveCards => &endpoint::SEND_INTERACTIVE_CARD,
        CardVia::Update => &endpoint::UPDATE_CARD,
        CardVia::UpdateInteractiveCards => &endpoint::UPDATE_INTERACTIVE_CARD,
    }
}

fn form_of(notice: &ReadyNotice) -> NoticeForm {
    NoticeForm {
        agent_id: notice.agent_id.clone(),
        template_id: notice.template_id.clone(),
        userid_list: notice.users.iter().map(|person| person.id.clone()).collect(),
        dept_id_list: notice.departments.iter().map(|department| department.id.clone()).collect(),
        data: notice.data.clone().unwrap_or_default(),
        extra: notice.others.clone(),
    }
}

fn free_form_of(notice: &ReadyNotice) -> FreeNoticeForm {
    FreeNoticeForm {
        agent_id: notice.agent_id.clone(),
        userid_list: notice.users.iter().map(|person| person.id.clone()).collect(),
        dept_id_list: notice.departments.iter().map(|department| department.id.clone()).collect(),
        to_all_user: notice.to_all_user,
        enable_id_trans: notice.enable_id_trans,
        msg: notice.msg.clone().unwrap_or_default(),
        extra: notice.others.clone(),
    }
}

/// What one send needs besides the message.
pub struct Sending<'a> {
    /// Makes the call.
    pub session: &'a Session,
    /// Where it is written down.
    pub history: &'a Arc<History>,
    /// Whose organisation it is for.
    pub profile: &'a Profile,
    /// The draft it came from, to be opened again from the history.
    pub draft: &'a Draft,
    /// One line that says what it is: the draft's title.
    pub title: String,
    /// The time.
    pub clock: &'a Arc<dyn Clock>,
}

/// Sends a message once: writes it down as begun, makes the call, writes down its outcome.
///
/// Cancelling before it left gives [`Outcome::NotSent`], after it [`Outcome::Unknown`].
///
/// # Errors
/// [`HistoryError`] when it could not be written down first: then nothing was sent.
pub async fn send(ready: &Ready, sending: Sending<'_>, cancel: &CancellationToken) -> Result<Delivery, HistoryError> {
    let Sending { session, history, profile, draft, title, clock } = sending;
    let call = call_of(ready);
    let out_track_id = match ready {
        Ready::Card(card) => card.out_track_id.clone(),
        Ready::Notice(_) => String::new(),
    };
    let new = NewSend {
        at_unix_ms: clock.now_millis(),
        profile: profile.name.clone(),
        profile_kind: profile.kind.name().to_owned(),
        kind: ready.kind(),
        title,
        who: who(ready),
        ids: SendIds { out_track_id, ..SendIds::default() },
        request: call.preview(session.hosts()),
        draft_body: file::write_compact(draft),
        content_hash: content_hash(ready, draft),
    };
    let held_back = guard(profile, &call, &ids_of(ready)).err();
    carry_out(Carried { call: &call, new, held_back }, session, history, cancel).await
}

/// A call that is written down.
pub(super) struct Carried<'a> {
    /// The call.
    pub call: &'a Call,
    /// What is known before it.
    pub new: NewSend,
    /// Why it may not leave, where the profile's guard says so.
    pub held_back: Option<NotSent>,
}

/// Writes a call down as begun, makes it once, writes down its outcome.
pub(super) async fn carry_out(
    written: Carried<'_>,
    session: &Session,
    history: &Arc<History>,
    cancel: &CancellationToken,
) -> Result<Delivery, HistoryError> {
    let Carried { call, new, held_back } = written;
    let (kind, mut ids) = (new.kind, new.ids.clone());
    let send_id = blocking(history, move |history| history.begin(&new)).await?;

    let mut spaces = Vec::new();
    let answered = match held_back {
        None => session.call(call, cancel).await,
        Some(held_back) => {
            let exchange = Exchange::before(&call.address(session.hosts()), call, &call.masker(None));
            Err(Box::new(Failure { exchange, fault: Fault::NotSent(held_back) }))
        }
    };
    let (outcome, exchange, fault) = match answered {
        Ok(answer) => {
            let said = answers::send_answer(&answer.value);
            ids.process_query_key = said.process_query_key.unwrap_or_default();
            ids.task_id = said.task_id.unwrap_or_default();
            spaces = answers::deliver_results(&answer.value);
            if ids.process_query_key.is_empty() {
                // In chats the carrier is what asks for readers later.
                let carrier = spaces.iter().find_map(|result| result.carrier_id.clone());
                ids.process_query_key = carrier.unwrap_or_default();
            }
            (spaces::outcome_of(&spaces).unwrap_or(Outcome::HandedOver), answer.exchange, None)
        }
        Err(failure) => {
            let Failure { exchange, fault } = *failure;
            if matches!(fault, Fault::Refused(_)) {
                spaces = spaces::of_answer(&exchange.answer_masked);
            }
            let outcome = match &fault {
                // A refused token call: the message itself never left.
                Fault::Refused(_) if exchange.endpoint != call.endpoint => Outcome::NotSent,
                Fault::Refused(_) => Outcome::Refused,
                Fault::NotSent(_) => Outcome::NotSent,
                Fault::Unknown(_) => Outcome::Unknown,
            };
            (outcome, exchange, Some(fault))
        }
    };
    ids.request_id = exchange.request_id.clone().unwrap_or_default();

    let context = catalogue::Context::of(session.credentials());
    let mut delivery = Delivery { kind, outcome, exchange, fault, ids, send_id, spaces, journal_error: None, context };
    let finished = Finished {
        outcome,
        elapsed_ms: u64::try_from(delivery.exchange.elapsed.as_millis()).unwrap_or(u64::MAX),
        ids: delivery.ids.clone(),
        answer: delivery.exchange.answer_masked.clone(),
        explanation: delivery.code().filter(|_| delivery.outcome != Outcome::HandedOver).unwrap_or_default(),
    };
    delivery.journal_error = blocking(history, move |history| history.finish(send_id, &finished)).await.err();
    Ok(delivery)
}

/// Runs a history call on a thread that may wait for the disk. Falls back to this one when that thread is lost.
async fn blocking<T: Send + 'static>(
    history: &Arc<History>,
    action: impl Fn(&History) -> Result<T, HistoryError> + Send + Sync + 'static,
) -> Result<T, HistoryError> {
    let action = Arc::new(action);
    let (shared, again) = (Arc::clone(history), Arc::clone(&action));
    match tokio::task::spawn_blocking(move || again(&shared)).await {
        Ok(done) => done,
        // Only when the runtime is shutting down: the row matters more than a short wait.
        Err(_) => action(history),
    }
}

/// What tells contents apart: a card's as its outTrackId is held against, a notice's as the rule of one a day is.
fn content_hash(ready: &Ready, draft: &Draft) -> String {
    match ready {
        Ready::Card(card) => card.content_hash.clone(),
        Ready::Notice(_) => format!("{:016x}", personal::content_hash(draft)),
    }
}

/// One line that tells a message from others in the history: what the conversation list shows, else the first text, else
/// the template.
pub fn title_of(draft: &Draft) -> String {
    let line = match draft {
        Draft::Card(card) => card
            .last_message
            .texts
            .iter()
            .map(String::as_str)
            .chain(card.create.group.last_message.texts.iter().map(String::as_str))
            .chain(card.create.robot.last_message.texts.iter().map(String::as_str))
            .chain(card.create.single.last_message.texts.iter().map(String::as_str))
            .chain(card.params.iter().filter(|row| !row.kind.in_full_json()).map(|row| row.value.as_str()))
            .chain([card.card_template_id.as_str(), card.out_track_id.as_str()])
            .find_map(first_line),
        Draft::Notice(notice) if notice.via == NoticeVia::Free => notice.msg.headline().and_then(first_line),
        Draft::Notice(notice) => notice
            .data
            .iter()
            .map(|field| field.value.as_str())
            .chain([notice.template_id.as_str()])
            .find_map(first_line),
    };
    line.unwrap_or_default()
}

/// The first line with something in it, cut to what a list can show.
fn first_line(text: &str) -> Option<String> {
    const SHOWN: usize = 60;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let mut shown: String = line.chars().take(SHOWN).collect();
    if line.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    Some(shown)
}

/// The ids of the people a message names.
fn ids_of(ready: &Ready) -> Vec<&str> {
    let people: &[PersonRef] = match ready {
        Ready::Card(card) => &card.receivers,
        Ready::Notice(notice) => &notice.users,
    };
    people.iter().map(|person| person.id.as_str()).collect()
}

/// To whom, for the history.
pub fn who(ready: &Ready) -> Who {
    match ready {
        Ready::Card(card) => {
            let ids: Vec<&str> = card.receivers.iter().map(|person| person.id.as_str()).collect();
            let summary = if card.via == CardVia::CreateAndDeliver {
                let places: Vec<PersonRef> = card.spaces.iter().map(|space| space.to.clone()).collect();
                summary(&places, &[])
            } else if card.via.is_update() {
                card.out_track_id.clone()
            } else if card.receivers.is_empty() {
                card.open_conversation_id.clone()
            } else {
                summary(&card.receivers, &[])
            };
            Who {
                summary,
                people: card.receivers.len() as u64,
                ids_json: if card.spaces.is_empty() {
                    serde_json::json!({ "users": ids }).to_string()
                } else {
                    let places = card.spaces.iter().map(|space| format!("{}.{}", space.kind.name(), space.to.id));
                    serde_json::json!({ "users": ids, "spaces": places.collect::<Vec<_>>() }).to_string()
                },
            }
        }
        Ready::Notice(notice) if notice.to_all_user == Some(true) => Who {
            summary: "@all".to_owned(),
            people: 0,
            ids_json: serde_json::json!({ "to_all_user": true }).to_string(),
        },
        Ready::Notice(notice) => {
            let users: Vec<&str> = notice.users.iter().map(|person| person.id.as_str()).collect();
            let departments: Vec<&str> = notice.departments.iter().map(|one| one.id.as_str()).collect();
            let inside: u64 = notice.departments.iter().filter_map(|department| department.people).sum();
            Who {
                summary: summary(&notice.users, &notice.departments),
                people: notice.users.len() as u64 + inside,
                ids_json: serde_json::json!({ "users": users, "departments": departments }).to_string(),
            }
        }
    }
}

/// "张三、李四、王五 … (12)": names where known, else ids. The same in both languages.
fn summary(people: &[PersonRef], departments: &[DepartmentRef]) -> String {
    let shown = |name: &str, id: &str| if name.is_empty() { id.to_owned() } else { name.to_owned() };
    let all = departments
        .iter()
        .map(|one| shown(&one.name, &one.id))
        .chain(people.iter().map(|one| shown(&one.name, &one.id)));
    let count = people.len() + departments.len();
    let names = all.take(NAMES_IN_SUMMARY).collect::<Vec<_>>().join("、");
    if count > NAMES_IN_SUMMARY { format!("{names} … ({count})") } else { names }
}
