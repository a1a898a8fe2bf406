//! What a screen sees of a loading that is under way, and what it can ask of it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::directory::model::Directory;

/// How far a loading is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Departments known so far.
    pub departments: usize,
    /// Departments whose sub-departments and members were all asked for (or given up).
    pub departments_done: usize,
    /// People known so far.
    pub people: usize,
    /// Departments or kinds of call that could not be read.
    pub troubles: usize,
    /// Seconds to wait because the server said "too many calls"; 0 when it is not waiting.
    pub waiting_seconds: u64,
}

impl Progress {
    /// The part that is done, 0 to 1. It can step back as departments are discovered.
    pub fn share(&self) -> f32 {
        if self.departments == 0 { 0.0 } else { self.departments_done as f32 / self.departments as f32 }
    }
}

#[derive(Default)]
struct State {
    progress: Progress,
    snapshot: Option<Arc<Directory>>,
    focus: VecDeque<i64>,
}

struct Inner {
    state: Mutex<State>,
    focused: tokio::sync::Notify,
    wake: Box<dyn Fn() + Send + Sync>,
}

/// A window on a loading: clone it, keep one side on the screen. Nothing in it waits.
#[derive(Clone)]
pub struct Watch(Arc<Inner>);

impl Default for Watch {
    fn default() -> Self {
        Self::new(|| {})
    }
}

impl Watch {
    /// `wake` is called (from a worker thread) whenever there is something new to see.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let wake = Box::new(wake);
        Self(Arc::new(Inner { state: Mutex::default(), focused: tokio::sync::Notify::new(), wake }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.lock().progress
    }

    /// What is here so far, once there is something; taken out, so that each is looked at once.
    pub fn take_snapshot(&self) -> Option<Arc<Directory>> {
        self.lock().snapshot.take()
    }

    /// Asks for a department's sub-departments and members before all others: someone is looking at it.
    pub fn focus(&self, department: i64) {
        self.lock().focus.push_back(department);
        self.0.focused.notify_one();
    }

    pub(super) fn take_focus(&self) -> Vec<i64> {
        self.lock().focus.drain(..).collect()
    }

    pub(super) async fn focused(&self) {
        self.0.focused.notified().await;
    }

    pub(super) fn show(&self, progress: Progress) {
        let mut state = self.lock();
        if state.progress != progress {
            state.progress = progress;
            drop(state);
            (self.0.wake)();
        }
    }

    pub(super) fn show_snapshot(&self, directory: Directory) {
        self.lock().snapshot = Some(Arc::new(directory));
        (self.0.wake)();
    }
}
