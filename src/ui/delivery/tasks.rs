//! What is asked and done after the calls: reports on a schedule and by button, recall, unknown calls, decisions.
//!
//! One task a delivery at a time. What a schedule asks by itself makes no noise; what a person asked for is told.

use std::collections::HashMap;

use super::{
    Failed,
    running::{Senders, Tools},
};
use crate::{
    deliver::after::{self, Asked, Desk, Recalled},
    store::journal::{AskedCall, Asking, CallId, DeliveryId, DeliveryState},
    ui::{background::Background, remote::Remote},
};

/// What a task brought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Done {
    /// Reports were asked for.
    Asked(Asked),
    /// It was taken back.
    Recalled(Recalled),
    /// So many unknown cards are not unknown any more.
    Settled(usize),
    /// A decision was written down.
    Decided,
    /// What had not begun never will.
    GivenUp,
}

struct Task {
    by_person: bool,
    job: Remote<Done, Failed>,
}

/// The tasks on their way.
#[derive(Default)]
pub struct Tasks {
    running: HashMap<DeliveryId, Task>,
    /// When a report was asked for last in this session, Unix milliseconds: also where it brought nothing to write down.
    asked: HashMap<DeliveryId, i64>,
    /// What asks, by profile.
    desks: HashMap<String, Desk>,
    /// The last recall of each delivery, to be shown with it.
    pub recalled: HashMap<DeliveryId, Recalled>,
}

/// A task that ended.
pub struct Ended {
    /// Of which delivery.
    pub id: DeliveryId,
    /// Whether a person asked for it.
    pub by_person: bool,
    /// What it brought.
    pub done: Result<Done, Failed>,
}

impl Tasks {
    /// Whether something is on its way for a delivery.
    pub fn is_busy(&self, id: DeliveryId) -> bool {
        self.running.contains_key(&id)
    }

    /// Whether anything a person asked for is on its way.
    pub fn is_any_busy(&self) -> bool {
        !self.running.is_empty()
    }

    /// Takes what ended.
    pub fn poll(&mut self) -> Vec<Ended> {
        let mut ended = Vec::new();
        self.running.retain(|id, task| {
            if !task.job.poll() {
                return true;
            }
            let done = match (task.job.take_failure(), task.job.take_here()) {
                (Some(error), _) => Err(error),
                (None, Some(done)) => Ok(done),
                (None, None) => return false,
            };
            ended.push(Ended { id: *id, by_person: task.by_person, done });
            false
        });
        for one in &ended {
            if let Ok(Done::Recalled(recalled)) = &one.done {
                self.recalled.insert(one.id, recalled.clone());
            }
        }
        ended
    }

    fn begin(
        &mut self,
        id: DeliveryId,
        by_person: bool,
        background: &Background,
        job: impl Future<Output = Result<Done, Failed>> + Send + 'static,
    ) {
        if self.is_busy(id) {
            return;
        }
        let mut task = Task { by_person, job: Remote::NotAsked };
        background.start(&mut task.job, job);
        self.running.insert(id, task);
    }

    /// Asks for progress and results.
    pub fn ask(&mut self, id: DeliveryId, by_person: bool, tools: Tools, now_ms: i64, background: &Background) {
        self.asked.insert(id, now_ms);
        let desk = self.desk(tools);
        self.begin(id, by_person, background, async move {
            desk.ask(id, now_ms).await.map(Done::Asked).map_err(Failed::Error)
        });
    }

    /// Takes it back.
    pub fn recall(&mut self, id: DeliveryId, tools: Tools, now_ms: i64, background: &Background) {
        let desk = self.desk(tools);
        self.begin(id, true, background, async move {
            desk.recall(id, now_ms).await.map(Done::Recalled).map_err(Failed::Error)
        });
    }

    /// Asks again about unknown cards.
    pub fn ask_unknown(&mut self, id: DeliveryId, tools: Tools, senders: &Senders, background: &Background) {
        let senders = senders.clone();
        self.begin(id, true, background, async move {
            senders.ask_unknown(&tools, id).await.map(Done::Settled).map_err(Failed::Error)
        });
    }

    /// Writes down what a person decided about an unknown call.
    pub fn decide(
        &mut self,
        id: DeliveryId,
        call: CallId,
        arrived: bool,
        journal: &std::sync::Arc<crate::store::journal::Journal>,
        background: &Background,
    ) {
        let journal = std::sync::Arc::clone(journal);
        self.write(id, background, move || journal.decide(call, arrived).map(|_| Done::Decided));
    }

    /// What has not begun never will.
    pub fn give_up(
        &mut self,
        id: DeliveryId,
        now_ms: i64,
        journal: &std::sync::Arc<crate::store::journal::Journal>,
        background: &Background,
    ) {
        let journal = std::sync::Arc::clone(journal);
        self.write(id, background, move || {
            journal.set_state(id, DeliveryState::Cancelled, String::new(), Some(now_ms)).map(|()| Done::GivenUp)
        });
    }

    /// Gives one that waits another moment.
    pub fn put_off(
        &mut self,
        id: DeliveryId,
        until_ms: i64,
        journal: &std::sync::Arc<crate::store::journal::Journal>,
        background: &Background,
    ) {
        let journal = std::sync::Arc::clone(journal);
        self.write(id, background, move || journal.put_off(id, until_ms).map(|_| Done::Decided));
    }

    fn write(
        &mut self,
        id: DeliveryId,
        background: &Background,
        job: impl FnOnce() -> Result<Done, crate::store::history::HistoryError> + Send + 'static,
    ) {
        if self.is_busy(id) {
            return;
        }
        let mut task = Task { by_person: true, job: Remote::NotAsked };
        background.start_blocking("delivery-task", &mut task.job, move || job().map_err(Failed::Error));
        self.running.insert(id, task);
    }

    /// When the report of a delivery is asked for next by itself, Unix milliseconds; `None`: never again.
    pub fn next_due(&self, asking: &Asking, runs: bool) -> Option<i64> {
        if !after::asks_by_itself(asking) {
            return None;
        }
        // An asking that brought nothing to write down was one as well.
        let here = self.asked.get(&asking.delivery).copied();
        let asked = |call: &AskedCall| AskedCall {
            asked_ms: call.asked_ms.into_iter().chain(here.filter(|at| *at >= call.ended_ms)).max(),
            ..*call
        };
        let calls: Vec<AskedCall> = asking.calls.iter().map(asked).collect();
        if runs { after::last_due(&calls) } else { after::next_due(&calls) }
    }

    /// The desk of a profile: its pace goes on from what was asked before.
    fn desk(&mut self, tools: Tools) -> Desk {
        let earlier = self.desks.get(&tools.profile.name);
        let desk = Desk::new(tools.session, tools.journal, &tools.profile, tools.time, earlier);
        self.desks.insert(tools.profile.name, desk.clone());
        desk
    }
}
