//! Sliding windows: as near the allowed rate as they permit, never over it.
//!
//! What counts is when a call *arrives*, and that is only known to lie between its departure and its answer. So a call
//! takes its place in a window when it departs and gives it back a window's length after its answer: however the network
//! delays calls, no window of the server holds more than is allowed. One [`Pacer`] serves all deliveries of a profile.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use indexmap::IndexMap;
use tokio::sync::Notify;

use super::{limits::Allowances, time::Time};
use crate::store::journal::{Recent, days};

/// A minute and a little, for clocks that run differently.
const MINUTE: Duration = Duration::from_millis(60_020);
/// A second and a little.
const SECOND: Duration = Duration::from_millis(1_005);

/// Why a call cannot be permitted at all, however long one waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Never {
    /// The month's calls are used up; when the next month begins, Unix milliseconds.
    Month(i64),
    /// It has more people than a minute allows.
    TooManyPeople,
}

/// Why a lane stands still.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// Too many calls of this address or app.
    RateLimit,
    /// The gateway banned this computer's address.
    IpBan,
    /// The connection failed; tried again after a pause.
    Network,
}

impl Stop {
    /// A stable word for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RateLimit => "rate_limit",
            Self::IpBan => "ip_ban",
            Self::Network => "network",
        }
    }
}

/// A lane that stands still, with its countdown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standstill {
    /// Why.
    pub why: Stop,
    /// How long it still takes.
    pub left: Duration,
}

#[derive(Debug)]
struct Place {
    /// Tells it from the others.
    ticket: u64,
    amount: u64,
    /// From when on it is free again; `None`: its call is on its way.
    free_at: Option<Duration>,
}

/// What may happen within a length of time.
#[derive(Debug)]
struct Window {
    length: Duration,
    limit: u64,
    places: VecDeque<Place>,
}

/// How long to wait for room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Room {
    Now,
    At(Duration),
    /// When a call on its way is answered.
    WhenAnswered,
}

impl Window {
    fn new(length: Duration, limit: Option<u32>) -> Option<Self> {
        limit.map(|limit| Self { length, limit: u64::from(limit), places: VecDeque::new() })
    }

    fn room(&mut self, amount: u64, now: Duration) -> Room {
        self.places.retain(|place| place.free_at.is_none_or(|at| at > now));
        let mut taken: u64 = self.places.iter().map(|place| place.amount).sum();
        if taken + amount <= self.limit {
            return Room::Now;
        }
        let mut ends: Vec<(Duration, u64)> =
            self.places.iter().filter_map(|place| place.free_at.map(|at| (at, place.amount))).collect();
        ends.sort_unstable();
        for (at, freed) in ends {
            taken -= freed;
            if taken + amount <= self.limit {
                return Room::At(at);
            }
        }
        Room::WhenAnswered
    }

    fn take(&mut self, ticket: u64, amount: u64) {
        self.places.push_back(Place { ticket, amount, free_at: None });
    }

    fn answered(&mut self, ticket: u64, now: Duration) {
        let free_at = Some(now + self.length);
        if let Some(place) = self.places.iter_mut().find(|place| place.ticket == ticket) {
            place.free_at = free_at;
        }
    }

    fn untake(&mut self, ticket: u64) {
        self.places.retain(|place| place.ticket != ticket);
    }

    /// Something that happened before this pacer was there.
    fn remember(&mut self, amount: u64, ago: Duration, now: Duration) {
        if ago < self.length {
            self.places.push_back(Place { ticket: 0, amount, free_at: Some(now + self.length.saturating_sub(ago)) });
        }
    }
}

#[derive(Debug, Default)]
struct Lane {
    second: Option<Window>,
    stopped_until: Option<(Duration, Stop)>,
}

#[derive(Debug)]
struct State {
    allowances: Allowances,
    minute: Option<Window>,
    lanes: IndexMap<&'static str, Lane>,
    /// The month being counted, and its calls so far.
    month: (i64, u64),
    tickets: u64,
}

/// Keeps the windows of a profile. Cheap to clone: clones share them.
#[derive(Clone)]
pub struct Pacer(Arc<Inner>);

struct Inner {
    time: Arc<dyn Time>,
    state: Mutex<State>,
    changed: Notify,
    /// One at a time per lane, in the order they came.
    turns: Mutex<IndexMap<&'static str, Arc<tokio::sync::Mutex<()>>>>,
}

impl std::fmt::Debug for Pacer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pacer").field(&*self.lock()).finish()
    }
}

impl Pacer {
    /// A pacer for a profile, with the calls of this month so far.
    pub fn new(allowances: Allowances, calls_of_month: u64, time: Arc<dyn Time>) -> Self {
        let state = State {
            minute: Window::new(MINUTE, allowances.people_per_minute.value),
            allowances,
            lanes: IndexMap::new(),
            month: (days::month_of(time.wall_ms()), calls_of_month),
            tickets: 0,
        };
        Self(Arc::new(Inner { time, state: Mutex::new(state), changed: Notify::new(), turns: Mutex::default() }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes other limits from now on (the settings changed, or another way of sending joins): of each the stricter.
    pub fn tighten(&self, allowances: Allowances) {
        let mut state = self.lock();
        let stricter = |a: Option<u32>, b: Option<u32>| a.into_iter().chain(b).min();
        let minute = stricter(state.allowances.people_per_minute.value, allowances.people_per_minute.value);
        match (&mut state.minute, minute) {
            (Some(window), Some(limit)) => window.limit = u64::from(limit),
            (none, limit) => *none = Window::new(MINUTE, limit),
        }
        let second = stricter(state.allowances.calls_per_second.value, allowances.calls_per_second.value);
        for lane in state.lanes.values_mut() {
            match (&mut lane.second, second) {
                (Some(window), Some(limit)) => window.limit = u64::from(limit),
                (none, limit) => *none = Window::new(SECOND, limit),
            }
        }
        state.allowances.people_per_minute.value = minute;
        state.allowances.calls_per_second.value = second;
        state.allowances.calls_per_month.value =
            stricter(state.allowances.calls_per_month.value, allowances.calls_per_month.value);
        drop(state);
        self.0.changed.notify_waiters();
    }

    /// Remembers calls of before this pacer: of an earlier run, or made one by one. `path` must be a known endpoint's.
    ///
    /// A moment that lies ahead (the clock was set back) counts as just now. A call without an answer counts until the
    /// longest a call may take.
    pub fn remember(&self, path: &'static str, recent: &Recent, longest: Duration) {
        let wall = self.0.time.wall_ms();
        let now = self.0.time.passed();
        let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        let ended = recent.ended_ms.unwrap_or_else(|| recent.begun_ms.saturating_add(longest));
        let ago = Duration::from_millis(u64::try_from(wall.saturating_sub(ended)).unwrap_or(0));
        let mut state = self.lock();
        if let Some(window) = &mut state.minute {
            window.remember(recent.people, ago, now);
        }
        let limit = state.allowances.calls_per_second.value;
        let lane = lane_of(&mut state.lanes, path, limit);
        if let Some(window) = &mut lane.second {
            window.remember(1, ago, now);
        }
    }

    /// Waits until a call may depart, and takes its places. Dropping the future gives up the wait.
    ///
    /// # Errors
    /// [`Never`] when no waiting helps.
    pub async fn permit(&self, path: &'static str, people: u64) -> Result<Permit, Never> {
        let turn = {
            let mut turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(path).or_default())
        };
        let _turn = turn.lock().await;
        loop {
            let changed = self.0.changed.notified();
            tokio::pin!(changed);
            // Registered before looking, so that no change in between is missed.
            changed.as_mut().enable();
            let wait = match self.try_take(path, people)? {
                Ok(ticket) => return Ok(Permit { pacer: self.clone(), path, ticket, settled: false }),
                Err(wait) => wait,
            };
            match wait {
                Some(wait) => tokio::select! {
                    () = self.0.time.sleep(wait) => {}
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    }

    /// A ticket, or how long to wait (`None`: until something changes).
    fn try_take(&self, path: &'static str, people: u64) -> Result<Result<u64, Option<Duration>>, Never> {
        let now = self.0.time.passed();
        let wall = self.0.time.wall_ms();
        let mut state = self.lock();
        let month = days::month_of(wall);
        if state.month.0 != month {
            state.month = (month, 0);
        }
        if state.allowances.calls_per_month.value.is_some_and(|most| state.month.1 >= u64::from(most)) {
            return Err(Never::Month(days::next_month(wall)));
        }
        if state.minute.as_ref().is_some_and(|window| people > window.limit) {
            return Err(Never::TooManyPeople);
        }
        let minute = state.minute.as_mut().map_or(Room::Now, |window| window.room(people, now));
        let limit = state.allowances.calls_per_second.value;
        let lane = lane_of(&mut state.lanes, path, limit);
        let second = lane.second.as_mut().map_or(Room::Now, |window| window.room(1, now));
        let stopped = match lane.stopped_until {
            Some((until, _)) if until > now => Room::At(until),
            _ => Room::Now,
        };
        let mut until: Option<Duration> = None;
        let mut answer_needed = false;
        for room in [minute, second, stopped] {
            match room {
                Room::Now => {}
                Room::At(at) => until = until.max(Some(at)),
                Room::WhenAnswered => answer_needed = true,
            }
        }
        if answer_needed {
            return Ok(Err(None));
        }
        if let Some(until) = until {
            return Ok(Err(Some(until.saturating_sub(now).max(Duration::from_millis(1)))));
        }
        state.tickets += 1;
        let ticket = state.tickets;
        state.month.1 += 1;
        if let Some(window) = &mut state.minute {
            window.take(ticket, people);
        }
        if let Some(window) = state.lanes.get_mut(path).and_then(|lane| lane.second.as_mut()) {
            window.take(ticket, 1);
        }
        Ok(Ok(ticket))
    }

    /// Stops a lane for a time; a longer stop that is on already stays.
    pub fn stop(&self, path: &'static str, time: Duration, why: Stop) {
        let until = self.0.time.passed() + time;
        let mut state = self.lock();
        let every: Vec<&'static str> =
            if why == Stop::IpBan { state.lanes.keys().copied().chain([path]).collect() } else { vec![path] };
        let limit = state.allowances.calls_per_second.value;
        for path in every {
            let lane = lane_of(&mut state.lanes, path, limit);
            if lane.stopped_until.is_none_or(|(known, _)| known < until) {
                lane.stopped_until = Some((until, why));
            }
        }
        drop(state);
        self.0.changed.notify_waiters();
    }

    /// Whether a lane stands still, with the countdown.
    pub fn standstill(&self, path: &str) -> Option<Standstill> {
        let now = self.0.time.passed();
        let state = self.lock();
        let (until, why) = state.lanes.get(path)?.stopped_until?;
        (until > now).then(|| Standstill { why, left: until.saturating_sub(now) })
    }

    fn settle(&self, permit: &Permit, used: bool) {
        let now = self.0.time.passed();
        let mut state = self.lock();
        let State { minute, lanes, month, .. } = &mut *state;
        for window in minute.iter_mut().chain(lanes.get_mut(permit.path).and_then(|lane| lane.second.as_mut())) {
            if used {
                window.answered(permit.ticket, now);
            } else {
                window.untake(permit.ticket);
            }
        }
        if !used {
            month.1 = month.1.saturating_sub(1);
        }
        drop(state);
        self.0.changed.notify_waiters();
    }
}

fn lane_of<'s>(lanes: &'s mut IndexMap<&'static str, Lane>, path: &'static str, limit: Option<u32>) -> &'s mut Lane {
    lanes.entry(path).or_insert_with(|| Lane { second: Window::new(SECOND, limit), stopped_until: None })
}

/// The right to make one call now. Dropped, it counts as used up to this moment.
#[derive(Debug)]
#[must_use]
pub struct Permit {
    pacer: Pacer,
    path: &'static str,
    ticket: u64,
    settled: bool,
}

impl Permit {
    /// The call was answered (or given up): its places are free a window's length from now.
    pub fn answered(mut self) {
        self.settled = true;
        self.pacer.settle(&self, true);
    }

    /// The call surely never left: its places are free at once.
    pub fn unused(mut self) {
        self.settled = true;
        self.pacer.settle(&self, false);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.settled {
            self.pacer.settle(self, true);
        }
    }
}

/// When calls of these sizes may depart at the earliest, in milliseconds after now, each answered at once. What a minute
/// holds already (`taken`: people and how long ago, milliseconds) counts. For the plan.
pub fn departures(
    sizes: impl Iterator<Item = u64>,
    allowances: &Allowances,
    taken: &[(u64, u64)],
) -> impl Iterator<Item = u64> {
    let per_minute = allowances.people_per_minute.value.map(u64::from);
    let per_second = allowances.calls_per_second.value.and_then(|limit| usize::try_from(limit).ok());
    let mut minute: VecDeque<(u64, u64)> =
        taken.iter().filter(|(_, ago)| *ago < 60_000).map(|(people, ago)| (60_000 - ago, *people)).collect();
    minute.make_contiguous().sort_unstable();
    let mut held: u64 = minute.iter().map(|(_, people)| people).sum();
    let mut second: VecDeque<u64> = VecDeque::new();
    let mut now: u64 = 0;
    sizes.map(move |people| {
        if let Some(limit) = per_minute {
            while held + people > limit {
                let Some((free_at, freed)) = minute.pop_front() else { break };
                now = now.max(free_at);
                held -= freed;
            }
        }
        if let Some(limit) = per_second {
            if second.len() >= limit
                && let Some(free_at) = second.pop_front()
            {
                now = now.max(free_at);
            }
            second.push_back(now + 1_000);
        }
        if per_minute.is_some() {
            held += people;
            minute.push_back((now + 60_000, people));
        }
        now
    })
}
