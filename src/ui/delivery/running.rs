//! Deliveries on their way: started or gone on with in the background, each with its buttons and how far it is.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::sync::Mutex;

use super::{Failed, planning::Planned};
use crate::{
    compose::Via,
    deliver::{
        limits::allowances,
        run::{AT_ONCE, Control, Parts, Progress, Run, Sender, Watch, Wish},
        start::start,
        time::Time,
    },
    dingtalk::{Session, tokens::Clock},
    store::{
        history::{History, HistoryError},
        journal::{DeliveryId, Journal},
        settings::Profile,
    },
    ui::{background::Background, env::FreshId, remote::Remote, sending::Batch},
};

/// News of a delivery is painted at most this often.
const NEWS: Duration = Duration::from_millis(120);

/// What sending needs. Cheap to clone.
#[derive(Clone)]
pub struct Tools {
    /// Makes the calls.
    pub session: Session,
    /// Where everything is written down.
    pub journal: Arc<Journal>,
    /// What was sent one by one.
    pub history: Option<Arc<History>>,
    /// Whose limits and guard count.
    pub profile: Profile,
    /// The way, for its limits.
    pub via: Via,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The clocks of all deliveries of this window: countdowns are told by the same one.
    pub time: Arc<dyn Time>,
    /// For the jitter of pauses.
    pub fresh_id: FreshId,
}

struct Held {
    sender: Sender,
    users: usize,
}

/// The senders of this window, one a profile, each kept as long as somebody uses it. Cheap to clone.
#[derive(Clone, Default)]
pub struct Senders(Arc<Mutex<HashMap<String, Held>>>);

impl Senders {
    /// The profile's sender, opened where there is none. Give it back with [`Self::give_back`].
    async fn take(&self, tools: &Tools) -> Result<Sender, HistoryError> {
        let mut held = self.0.lock().await;
        if let Some(known) = held.get_mut(&tools.profile.name) {
            known.users += 1;
            // The settings, the secret or the connection may be other ones by now; the windows are shared.
            let (session, profile) = (tools.session.clone(), tools.profile.clone());
            return Ok(known.sender.under(session, profile, allowances(&tools.profile, tools.via)));
        }
        let parts = Parts {
            session: tools.session.clone(),
            journal: Arc::clone(&tools.journal),
            history: tools.history.clone(),
            profile: tools.profile.clone(),
            allowances: allowances(&tools.profile, tools.via),
            time: Arc::clone(&tools.time),
            at_once: AT_ONCE,
            dice: dice(&tools.fresh_id),
        };
        let opened = tokio::task::spawn_blocking(move || Sender::open(parts)).await;
        let sender = opened.map_err(|_lost| HistoryError::InUse(tools.journal.path().to_owned()))??;
        held.insert(tools.profile.name.clone(), Held { sender: sender.clone(), users: 1 });
        Ok(sender)
    }

    /// The last to give it back lets other windows and the command line send for the profile.
    async fn give_back(&self, profile: &str) {
        let mut held = self.0.lock().await;
        if let Some(known) = held.get_mut(profile) {
            known.users = known.users.saturating_sub(1);
            if known.users == 0 {
                held.remove(profile);
            }
        }
    }

    /// Asks again about unknown cards.
    ///
    /// # Errors
    /// [`HistoryError`]: in use elsewhere, or it cannot be written down.
    pub async fn ask_unknown(&self, tools: &Tools, id: DeliveryId) -> Result<usize, HistoryError> {
        let sender = self.take(tools).await?;
        let asked = sender.ask_unknown(id).await;
        drop(sender);
        self.give_back(&tools.profile.name).await;
        asked
    }
}

/// A number from 0 up to 1 out of fresh identifiers.
fn dice(fresh_id: &FreshId) -> Box<dyn Fn() -> f64 + Send + Sync> {
    let fresh_id = Arc::clone(fresh_id);
    Box::new(move || {
        let digits: String = fresh_id().chars().filter(char::is_ascii_hexdigit).take(8).collect();
        u32::from_str_radix(&digits, 16).map_or(0.5, |number| f64::from(number) / (f64::from(u32::MAX) + 1.0))
    })
}

/// How large a delivery is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// How many people in all.
    pub people: u64,
    /// How many calls in all.
    pub calls: u64,
    /// How long it takes at the least, milliseconds.
    pub takes_ms: u64,
}

/// A delivery on its way, or one that has just ended.
pub struct Live {
    /// Tells it from others of this window.
    pub key: u64,
    /// Its number, once it is written down.
    id: Arc<OnceLock<DeliveryId>>,
    /// What it is.
    pub title: String,
    /// For which profile, as it was when it began.
    pub profile: Profile,
    /// How many people in all.
    pub people: u64,
    /// How many calls in all.
    pub calls: u64,
    /// The buttons.
    pub control: Control,
    watch: Watch,
    time: Arc<dyn Time>,
    /// When this run began, by `time`.
    began: Duration,
    /// How long the plan said it takes, milliseconds; `None` where it goes on.
    takes_ms: Option<u64>,
    /// Its end.
    pub run: Remote<Run, Failed>,
    /// How many people one minute allows, where that is limited.
    pub pace: Option<u32>,
    /// Whether its end was told.
    pub told: bool,
}

impl Live {
    fn new(key: u64, title: String, tools: &Tools, background: &Background) -> Self {
        let time = Arc::clone(&tools.time);
        let ctx = background.ctx().clone();
        Self {
            key,
            id: Arc::default(),
            title,
            profile: tools.profile.clone(),
            people: 0,
            calls: 0,
            control: Control::default(),
            watch: Watch::new(move || ctx.request_repaint_after(NEWS)),
            began: time.passed(),
            time,
            takes_ms: None,
            run: Remote::NotAsked,
            pace: allowances(&tools.profile, tools.via).people_per_minute.value,
            told: false,
        }
    }

    /// Writes a plan down and carries it out. `out_track_id` is the first card's.
    pub fn start(
        key: u64,
        planned: Arc<Planned>,
        out_track_id: String,
        tools: Tools,
        senders: &Senders,
        background: &Background,
    ) -> Self {
        let (title, plan) = (planned.order.title.clone(), &planned.plan);
        let size = Size { people: plan.people(), calls: plan.calls.len() as u64, takes_ms: plan.takes_ms };
        let write = move |journal: &Journal, now: i64| start(&planned.starting(&out_track_id, now, None), journal);
        Self::start_with(key, title, size, write, tools, senders, background)
    }

    /// Writes something down as a delivery and carries it out.
    pub fn start_with(
        key: u64,
        title: String,
        size: Size,
        write: impl FnOnce(&Journal, i64) -> Result<DeliveryId, HistoryError> + Send + 'static,
        tools: Tools,
        senders: &Senders,
        background: &Background,
    ) -> Self {
        let mut live = Self::new(key, title, &tools, background);
        (live.people, live.calls) = (size.people, size.calls);
        live.takes_ms = Some(size.takes_ms);
        let (senders, id, control, watch) =
            (senders.clone(), Arc::clone(&live.id), live.control.clone(), live.watch.clone());
        background.start(&mut live.run, async move {
            // The right to send first: what cannot be sent is not written down as to be sent.
            let sender = senders.take(&tools).await.map_err(Failed::Error)?;
            let (journal, clock) = (Arc::clone(&tools.journal), Arc::clone(&tools.clock));
            let written = tokio::task::spawn_blocking(move || write(&journal, clock.now_millis()));
            let run = match written.await {
                Ok(Ok(number)) => {
                    id.set(number).ok();
                    sender.run(number, &control, &watch).await.map_err(Failed::Error)
                }
                Ok(Err(error)) => Err(Failed::Error(error)),
                Err(lost) => Err(crate::ui::background::JobLost(lost.to_string()).into()),
            };
            drop(sender);
            senders.give_back(&tools.profile.name).await;
            run
        });
        live
    }

    /// Makes the calls of a delivery that have not begun.
    pub fn go_on(
        key: u64,
        of: &crate::store::journal::Delivery,
        tools: Tools,
        senders: &Senders,
        background: &Background,
    ) -> Self {
        let mut live = Self::new(key, of.new.title.clone(), &tools, background);
        (live.people, live.calls) = (of.people, of.calls);
        live.id.set(of.id).ok();
        let (senders, id, control, watch) = (senders.clone(), of.id, live.control.clone(), live.watch.clone());
        background.start(&mut live.run, async move {
            let sender = senders.take(&tools).await.map_err(Failed::Error)?;
            let run = sender.run(id, &control, &watch).await.map_err(Failed::Error);
            drop(sender);
            senders.give_back(&tools.profile.name).await;
            run
        });
        live
    }

    /// Its number, once it is written down.
    pub fn id(&self) -> Option<DeliveryId> {
        self.id.get().copied()
    }

    /// Whether it is this delivery of a draft, or goes on with it.
    pub fn is_of(&self, batch: &Batch) -> bool {
        Arc::ptr_eq(&self.id, &batch.id) || self.id().is_some_and(|id| batch.id.get() == Some(&id))
    }

    /// What its draft remembers of it.
    pub fn batch(&self, at: jiff::Timestamp) -> Batch {
        Batch {
            id: Arc::clone(&self.id),
            title: self.title.clone(),
            profile: self.profile.name.clone(),
            at,
            people: self.people,
            calls: self.calls,
            end: None,
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.watch.progress()
    }

    /// What the person wants of it.
    pub fn wish(&self) -> Wish {
        self.control.wanted()
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        self.run.is_pending()
    }

    /// How long this run has taken.
    pub fn took(&self) -> Duration {
        self.time.passed().saturating_sub(self.began)
    }

    /// How long its lane still stands still.
    pub fn stands_still(&self, progress: &Progress) -> Option<(crate::deliver::pace::Stop, Duration)> {
        let standstill = progress.standstill?;
        let since = self.time.passed().saturating_sub(progress.as_of);
        let left = standstill.left.checked_sub(since).filter(|left| !left.is_zero())?;
        Some((standstill.why, left))
    }

    /// How long it will take yet at the planned pace.
    pub fn left(&self) -> Option<Duration> {
        let takes = Duration::from_millis(self.takes_ms?);
        takes.checked_sub(self.took()).filter(|left| left.as_secs() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dice_stay_between_nought_and_one() {
        let fresh: FreshId = Arc::new(|| "ffffffffffffffff".to_owned());
        assert!(dice(&fresh)() < 1.0);
        let fresh: FreshId = Arc::new(|| "xyz".to_owned());
        assert!((dice(&fresh)() - 0.5).abs() < f64::EPSILON);
    }
}
