//! What a person wants of a running delivery, and what they are shown of it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use crate::{deliver::pace::Standstill, store::journal::Counts};

/// What a person wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Wish {
    /// Go on.
    #[default]
    Go,
    /// Begin no more calls; those on their way are awaited. Can go on.
    Pause,
    /// Begin no more calls, ever; those on their way are awaited.
    Cancel,
}

/// The buttons of a running delivery. Cheap to clone; all clones are the same buttons.
#[derive(Clone, Debug)]
pub struct Control(watch::Sender<Wish>);

impl Default for Control {
    fn default() -> Self {
        Self(watch::Sender::new(Wish::Go))
    }
}

impl Control {
    /// Begins no more calls until [`Control::resume`]. The delivery keeps its lane and may go on at once.
    pub fn pause(&self) {
        self.wish(Wish::Pause);
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        self.wish(Wish::Go);
    }

    /// Ends the delivery: what has not begun never will. It stays so.
    pub fn cancel(&self) {
        self.0.send_replace(Wish::Cancel);
    }

    /// What is wanted now.
    pub fn wanted(&self) -> Wish {
        *self.0.borrow()
    }

    pub(super) fn listen(&self) -> watch::Receiver<Wish> {
        self.0.subscribe()
    }

    fn wish(&self, wish: Wish) {
        self.0.send_if_modified(|now| {
            let changes = *now != Wish::Cancel && *now != wish;
            if changes {
                *now = wish;
            }
            changes
        });
    }
}

/// How far a delivery is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Its calls by state, those of earlier runs included.
    pub counts: Counts,
    /// People in calls that were handed over.
    pub people_handed_over: u64,
    /// Whether it is paused.
    pub paused: bool,
    /// Its lane stands still: why, and the countdown as of now (it went down since: see [`Progress::as_of`]).
    pub standstill: Option<Standstill>,
    /// When this was so, by the time the delivery runs on.
    pub as_of: Duration,
    /// Refused or doubtful calls in a row.
    pub errors_in_row: u32,
}

/// Where a delivery tells how far it is; ask it in every frame. Cheap to clone.
#[derive(Clone)]
pub struct Watch {
    progress: Arc<Mutex<Progress>>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Watch").field(&self.progress()).finish()
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new(|| {})
    }
}

impl Watch {
    /// `wake` is called whenever something changed: a screen asks for a repaint.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { progress: Arc::default(), wake: Arc::new(wake) }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner));
        (self.wake)();
    }
}
