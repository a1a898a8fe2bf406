//! Carrying a delivery out: one call after the other at the allowed pace, each written down before it leaves.
//!
//! A [`Sender`] belongs to one profile of one process (it holds the profile's lock): all its deliveries share the windows
//! of its [`Pacer`]. What came too soon goes back into the queue and its lane stands still for the time the answer names;
//! what surely did not arrive is tried again after a growing pause; everything else is never repeated here.

mod control;
mod verdict;

use std::{collections::VecDeque, future::Future, pin::Pin, sync::Arc, time::Duration};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use control::{Control, Progress, Watch, Wish};
pub(super) use verdict::too_soon;
use verdict::{Next, verdict};

use super::{
    guard::guard,
    limits::Allowances,
    pace::{Never, Pacer, Permit, Stop},
    report::fault_word,
    time::Time,
};
use crate::{
    dingtalk::{Fault, Session, endpoint, endpoint::Endpoint},
    store::{
        history::{History, HistoryError},
        journal::{CallId, CallState, Counts, DeliveryId, DeliveryState, Journal, ProfileLock, Recent},
        settings::Profile,
    },
};

/// Calls under way at once, unless asked for otherwise. At 20 calls a second enough for answers that take 0.4 s.
pub const AT_ONCE: usize = 8;
/// How often in a row a connection may fail before the delivery stops.
const MOST_AGAIN: u32 = 4;
/// The first pause after a failed connection; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Sends deliveries of one profile. Cheap to clone; one per profile and process.
#[derive(Clone)]
pub struct Sender(Arc<Inner>);

struct Inner {
    session: Session,
    journal: Arc<Journal>,
    profile: Profile,
    pacer: Pacer,
    time: Arc<dyn Time>,
    at_once: usize,
    /// A number from 0 up to 1, for the jitter.
    dice: Arc<dyn Fn() -> f64 + Send + Sync>,
    lock: Arc<ProfileLock>,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender").field("profile", &self.0.profile.name).finish_non_exhaustive()
    }
}

/// What a sender is made of.
pub struct Parts {
    /// Makes the calls.
    pub session: Session,
    /// Where everything is written down.
    pub journal: Arc<Journal>,
    /// Messages sent one by one: they count for the windows as well.
    pub history: Option<Arc<History>>,
    /// Whose limits and guard count.
    pub profile: Profile,
    /// The limits to keep.
    pub allowances: Allowances,
    /// The clocks.
    pub time: Arc<dyn Time>,
    /// Calls under way at once: [`AT_ONCE`].
    pub at_once: usize,
    /// A number from 0 up to 1, for the jitter of pauses.
    pub dice: Box<dyn Fn() -> f64 + Send + Sync>,
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// How the delivery stands now.
    pub state: DeliveryState,
    /// Why it stopped: a code, a word, or empty.
    pub note: String,
    /// Its calls.
    pub counts: Counts,
    /// When waiting would help, Unix milliseconds (the month's calls are used up).
    pub until_ms: Option<i64>,
}

/// A call in the queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Queued {
    id: CallId,
    path: &'static str,
    people: u64,
}

/// What became of a call that was to be made.
struct Made {
    queued: Queued,
    next: Option<Next>,
    code: String,
    /// A pause that the answer asks for besides.
    rest: Option<Duration>,
    failed: Option<HistoryError>,
}

type Waiting = Pin<Box<dyn Future<Output = Result<Permit, Never>> + Send>>;

impl Sender {
    /// Takes the profile's lock and remembers what its windows hold already. Blocks for a moment.
    ///
    /// # Errors
    /// [`HistoryError::InUse`] when another window or process sends deliveries for this profile.
    pub fn open(parts: Parts) -> Result<Self, HistoryError> {
        let Parts { session, journal, history, profile, allowances, time, at_once, dice } = parts;
        let lock = journal.lock_profile(&profile.name)?;
        let now = time.wall_ms();
        let pacer = Pacer::new(allowances, journal.calls_of_month(&profile.name, now)?, Arc::clone(&time));
        // A clock that was set back has calls ahead of it: they count as just now.
        let longest = Duration::from_secs(u64::from(profile.timeout_seconds));
        let since = now - 60_000 - i64::from(profile.timeout_seconds) * 1_000;
        for recent in journal.recent(&profile.name, since)? {
            if let Some(endpoint) = endpoint_of(&recent.path) {
                pacer.remember(endpoint.path, &recent, longest);
            }
        }
        if let Some(history) = history {
            for sent in history.sent_since(&profile.name, since)? {
                let path = match sent.kind {
                    crate::compose::Kind::Card => endpoint::SEND_PRIVATE_CHAT_CARD.path,
                    crate::compose::Kind::Notice => endpoint::SEND_BY_TEMPLATE.path,
                };
                let recent =
                    Recent { path: path.to_owned(), begun_ms: sent.at_unix_ms, ended_ms: None, people: sent.people };
                pacer.remember(path, &recent, longest);
            }
        }
        let at_once = at_once.max(1);
        let (lock, dice) = (Arc::new(lock), Arc::from(dice));
        Ok(Self(Arc::new(Inner { session, journal, profile, pacer, time, at_once, dice, lock })))
    }

    /// The same right to send and the same windows under settings that changed meanwhile: of each limit the stricter. What
    /// runs already goes on with the connection and the guard it began with.
    #[must_use]
    pub fn under(&self, session: Session, profile: Profile, allowances: Allowances) -> Self {
        let known = &self.0;
        known.pacer.tighten(allowances);
        Self(Arc::new(Inner {
            session,
            journal: Arc::clone(&known.journal),
            profile,
            pacer: known.pacer.clone(),
            time: Arc::clone(&known.time),
            at_once: known.at_once,
            dice: Arc::clone(&known.dice),
            lock: Arc::clone(&known.lock),
        }))
    }

    /// The windows, to show them or to send one message through them.
    pub fn pacer(&self) -> &Pacer {
        &self.0.pacer
    }

    /// Makes the calls of a delivery that have not begun, until all have, or it is paused for good, cancelled or stopped.
    ///
    /// Unknown calls are never made again by this. Dropping the future abandons calls on their way: they become unknown.
    ///
    /// # Errors
    /// [`HistoryError`] when something cannot be written down any more: then nothing more is sent.
    pub async fn run(&self, id: DeliveryId, control: &Control, watch: &Watch) -> Result<Run, HistoryError> {
        let journal = Arc::clone(&self.0.journal);
        let calls = blocking(move || journal.calls(id)).await?;
        let mut queue: VecDeque<Queued> = VecDeque::new();
        let mut counts = Counts::default();
        let mut unmakeable = false;
        for call in &calls {
            *counts.of(call.state) += 1;
            if call.state == CallState::NotBegun {
                match endpoint_of(&call.path) {
                    Some(endpoint) => {
                        queue.push_back(Queued { id: call.id, path: endpoint.path, people: call.people });
                    }
                    None => unmakeable = true,
                }
            }
        }
        let handed_over = calls.iter().filter(|call| call.state == CallState::HandedOver).map(|call| call.people).sum();
        watch.change(|progress| {
            *progress = Progress { counts, people_handed_over: handed_over, ..Progress::default() };
        });
        let (journal, now) = (Arc::clone(&self.0.journal), self.0.time.wall_ms());
        blocking(move || journal.wake(id, now)).await?;
        self.set_state(id, DeliveryState::Open, String::new(), None).await?;
        let mut work = Work {
            sender: self,
            watch,
            queue,
            counts,
            tasks: JoinSet::new(),
            waiting: None,
            errors_in_row: 0,
            taken: false,
            failures_in_row: 0,
            stop: unmakeable.then(|| "unknown_path".to_owned()),
            until_ms: None,
            broken: None,
        };
        let mut wishes = control.listen();
        let mut was_paused = false;
        let state = loop {
            let wish = *wishes.borrow_and_update();
            let ending = work.stop.is_some() || work.broken.is_some() || wish == Wish::Cancel;
            let full = work.tasks.len() >= work.most_at_once();
            if ending || full || wish == Wish::Pause || work.queue.is_empty() {
                work.waiting = None;
            }
            if (ending || work.queue.is_empty()) && work.tasks.is_empty() {
                break if work.queue.is_empty() && !unmakeable && work.stop.is_none() && work.broken.is_none() {
                    DeliveryState::Done
                } else if wish == Wish::Cancel {
                    DeliveryState::Cancelled
                } else {
                    DeliveryState::Stopped
                };
            }
            let paused = wish == Wish::Pause;
            if paused != was_paused {
                was_paused = paused;
                watch.change(|progress| progress.paused = paused);
                let state = if paused { DeliveryState::Paused } else { DeliveryState::Open };
                // What cannot be written down ends the run, but what is on its way is awaited.
                work.broken = work.broken.or(self.set_state(id, state, String::new(), None).await.err());
                continue;
            }
            if !ending && !paused && !full {
                work.wait_for_permit();
            }
            tokio::select! {
                biased;
                changed = wishes.changed() => {
                    // Whoever held the buttons is gone: nobody can want anything else any more.
                    if changed.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
                Some(made) = work.tasks.join_next() => work.made(made),
                permit = permit(&mut work.waiting), if work.waiting.is_some() => work.begin(permit),
            }
        };
        let note = work.stop.take().unwrap_or_default();
        let ended = (state == DeliveryState::Done || state == DeliveryState::Cancelled).then(|| self.0.time.wall_ms());
        let run = Run { state, note: note.clone(), counts: work.counts, until_ms: work.until_ms };
        let kept = self.set_state(id, state, note, ended).await;
        match work.broken {
            Some(error) => Err(error),
            None => kept.map(|()| run),
        }
    }

    /// Asks again about unknown cards: only those whose call refuses a second one of the same `outTrackId`, so that
    /// asking cannot deliver twice. Answers how many are not unknown any more.
    ///
    /// # Errors
    /// [`HistoryError`] when something cannot be written down: then nothing more is asked.
    pub async fn ask_unknown(&self, id: DeliveryId) -> Result<usize, HistoryError> {
        let journal = Arc::clone(&self.0.journal);
        let calls = blocking(move || journal.calls(id)).await?;
        let mut settled = 0;
        for call in calls.into_iter().filter(|call| call.state == CallState::Unknown) {
            let Some(endpoint) = endpoint_of(&call.path).filter(|endpoint| refuses_a_second(endpoint)) else {
                continue;
            };
            let Ok(permit) = self.0.pacer.permit(endpoint.path, call.people).await else { break };
            let queued = Queued { id: call.id, path: endpoint.path, people: call.people };
            let made = self.make(queued, permit, true).await;
            match made {
                Made { failed: Some(error), .. } => return Err(error),
                Made { next: Some(Next::HandedOver | Next::Refused), .. } => settled += 1,
                Made { .. } => {}
            }
        }
        Ok(settled)
    }

    async fn set_state(
        &self,
        id: DeliveryId,
        state: DeliveryState,
        note: String,
        ended_ms: Option<i64>,
    ) -> Result<(), HistoryError> {
        let journal = Arc::clone(&self.0.journal);
        blocking(move || journal.set_state(id, state, note, ended_ms)).await
    }

    /// Makes one call: written down as begun, guarded, made once, its answer written down.
    async fn make(&self, queued: Queued, permit: Permit, again: bool) -> Made {
        let failed = |error| Made { queued, next: None, code: String::new(), rest: None, failed: Some(error) };
        let (journal, id) = (Arc::clone(&self.0.journal), queued.id);
        let read = blocking(move || journal.request(id)).await;
        let (request, people) = match read {
            Ok(Some(read)) => read,
            Ok(None) => {
                permit.unused();
                return Made {
                    queued,
                    next: Some(Next::Halt),
                    code: "unknown_path".to_owned(),
                    rest: None,
                    failed: None,
                };
            }
            Err(error) => {
                permit.unused();
                return failed(error);
            }
        };
        if let Err(reason) = guard(&self.0.profile, &request, &people) {
            permit.unused();
            let code = fault_word(&Fault::NotSent(reason)).unwrap_or_default().to_owned();
            return Made { queued, next: Some(Next::Halt), code, rest: None, failed: None };
        }
        let (journal, now) = (Arc::clone(&self.0.journal), self.0.time.wall_ms());
        let begun = blocking(move || if again { journal.begin_again(id, now) } else { journal.begin(id, now) }).await;
        match begun {
            Ok(true) => {}
            Ok(false) => {
                permit.unused();
                return Made { queued, next: None, code: String::new(), rest: None, failed: None };
            }
            Err(error) => {
                permit.unused();
                return failed(error);
            }
        }
        // Never cancelled: a call that left is awaited, because breaking it off would only make it unknown.
        let answered = self.0.session.call(&request, &CancellationToken::new()).await;
        let now = self.0.time.wall_ms();
        let verdict = verdict(answered, request.endpoint, now);
        let (code, rest) = (verdict.ended.code.clone(), verdict.rest);
        let mut next = verdict.next;
        if again && next == Next::Refused && code.eq_ignore_ascii_case(ALREADY_THERE) {
            next = Next::HandedOver;
        }
        match next {
            Next::Again | Next::Halt => permit.unused(),
            _ => permit.answered(),
        }
        let journal = Arc::clone(&self.0.journal);
        let kept = blocking(move || match next {
            Next::HandedOver => {
                journal.end(id, CallState::HandedOver, now, verdict.ended)?;
                if verdict.partly.is_empty() { Ok(()) } else { journal.report(id, verdict.partly, now) }
            }
            Next::Refused => journal.end(id, CallState::Refused, now, verdict.ended),
            Next::Unknown => journal.end(id, CallState::Unknown, now, verdict.ended),
            // Asked again without an answer: as unknown as before.
            _ if again => journal.end(id, CallState::Unknown, now, verdict.ended),
            Next::TooSoon(..) | Next::Again | Next::Halt => journal.give_back(id, verdict.ended),
        })
        .await;
        Made { queued, next: Some(next), code, rest, failed: kept.err() }
    }
}

/// The one call that promises to refuse a second card of the same `outTrackId` (dossier A1.9).
fn refuses_a_second(endpoint: &Endpoint) -> bool {
    endpoint.path == "/v1.0/card/instances/createAndDeliver"
}

/// The code of that refusal.
const ALREADY_THERE: &str = "param.cardAlreadyExist";

/// The send of a path.
pub(super) fn endpoint_of(path: &str) -> Option<&'static Endpoint> {
    endpoint::ALL.into_iter().find(|endpoint| endpoint.path == path && endpoint.sends)
}

/// A running delivery's state.
struct Work<'w> {
    sender: &'w Sender,
    watch: &'w Watch,
    queue: VecDeque<Queued>,
    counts: Counts,
    tasks: JoinSet<Made>,
    /// The permit of the first call in the queue.
    waiting: Option<Waiting>,
    errors_in_row: u32,
    /// A call of this run was handed over.
    taken: bool,
    failures_in_row: u32,
    stop: Option<String>,
    until_ms: Option<i64>,
    broken: Option<HistoryError>,
}

impl Work<'_> {
    /// How many calls may be under way now: until the first was taken, and after one that was not, no more than may fail
    /// before the delivery stops.
    fn most_at_once(&self) -> usize {
        let (inner, most) = (&self.sender.0, self.sender.0.profile.stop_after_errors);
        if most == 0 || self.taken && self.errors_in_row == 0 {
            return inner.at_once;
        }
        let left = usize::try_from(most.saturating_sub(self.errors_in_row)).unwrap_or(usize::MAX);
        inner.at_once.min(left.max(1))
    }

    fn wait_for_permit(&mut self) {
        if let (None, Some(first)) = (&self.waiting, self.queue.front().copied()) {
            let pacer = self.sender.0.pacer.clone();
            self.waiting = Some(Box::pin(async move { pacer.permit(first.path, first.people).await }));
        }
    }

    fn begin(&mut self, permit: Result<Permit, Never>) {
        self.waiting = None;
        match permit {
            Ok(permit) => {
                let Some(queued) = self.queue.pop_front() else { return permit.unused() };
                *self.counts.of(CallState::NotBegun) -= 1;
                self.counts.begun += 1;
                let sender = self.sender.clone();
                self.tasks.spawn(async move { sender.make(queued, permit, false).await });
            }
            Err(Never::Month(until_ms)) => {
                self.until_ms = Some(until_ms);
                self.stop = Some("calls_per_month".to_owned());
            }
            Err(Never::TooManyPeople) => self.stop = Some("people_per_minute".to_owned()),
        }
        self.tell(0);
    }

    fn made(&mut self, made: Result<Made, tokio::task::JoinError>) {
        let Ok(Made { queued, next, code, rest, failed }) = made else {
            // A panic inside a call: what it did nobody knows, and the journal says so at the next start.
            self.stop = Some("unknown.ended".to_owned());
            return;
        };
        self.counts.begun = self.counts.begun.saturating_sub(1);
        if let Some(error) = failed {
            // Whether it left or not stands in the journal as far as it could be written; nothing more leaves.
            self.counts.begun += 1;
            self.broken = Some(error);
            return;
        }
        if let Some(rest) = rest {
            self.sender.0.pacer.stop(queued.path, rest, Stop::RateLimit);
        }
        let mut people = 0;
        match next {
            Some(Next::HandedOver) => {
                self.counts.handed_over += 1;
                people = queued.people;
                self.taken = true;
                (self.errors_in_row, self.failures_in_row) = (0, 0);
            }
            Some(next @ (Next::Refused | Next::Unknown)) => {
                *self.counts.of(if next == Next::Refused { CallState::Refused } else { CallState::Unknown }) += 1;
                self.failures_in_row = 0;
                self.errors_in_row += 1;
                let most = self.sender.0.profile.stop_after_errors;
                if most > 0 && self.errors_in_row >= most && !self.queue.is_empty() {
                    self.stop = Some(code);
                }
            }
            Some(Next::TooSoon(wait, why)) => {
                self.back(queued);
                self.sender.0.pacer.stop(queued.path, wait, why);
            }
            Some(Next::Again) => {
                self.back(queued);
                self.failures_in_row += 1;
                if self.failures_in_row > MOST_AGAIN {
                    self.stop = Some(code);
                } else {
                    let pause = FIRST_PAUSE * 2_u32.saturating_pow(self.failures_in_row - 1);
                    // Up to half as much again, so that many computers do not come back at the same moment.
                    let pause = pause.mul_f64(1.0 + (self.sender.0.dice)().clamp(0.0, 1.0) / 2.0);
                    self.sender.0.pacer.stop(queued.path, pause, Stop::Network);
                }
            }
            Some(Next::Halt) => {
                self.back(queued);
                self.stop = Some(code);
            }
            // Somebody else has begun it meanwhile.
            None => {}
        }
        self.tell(people);
    }

    fn back(&mut self, queued: Queued) {
        self.counts.not_begun += 1;
        self.queue.push_front(queued);
        self.waiting = None;
    }

    fn tell(&self, people: u64) {
        let standstill = self.queue.front().and_then(|first| self.sender.0.pacer.standstill(first.path));
        let as_of = self.sender.0.time.passed();
        self.watch.change(|progress| {
            progress.counts = self.counts;
            progress.people_handed_over += people;
            progress.errors_in_row = self.errors_in_row;
            progress.standstill = standstill;
            progress.as_of = as_of;
        });
    }
}

async fn permit(waiting: &mut Option<Waiting>) -> Result<Permit, Never> {
    match waiting {
        Some(waiting) => waiting.await,
        None => std::future::pending().await,
    }
}

/// Runs something that waits for the disk on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(
    action: impl FnOnce() -> Result<T, HistoryError> + Send + 'static,
) -> Result<T, HistoryError> {
    match tokio::task::spawn_blocking(action).await {
        Ok(done) => done,
        Err(gone) => std::panic::resume_unwind(gone.into_panic()),
    }
}
