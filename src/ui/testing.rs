//! Builds the whole window for tests: a folder of its own, a vault in memory, a clock that stands still until it is moved,
//! identifiers that count, and its own sandbox. Drawing goes through egui_kittest; nothing here needs a display.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use super::{
    delivery::notify::{Note, Notifier},
    env::Env,
};
use crate::{
    dingtalk::tokens::Clock,
    lang::Lang,
    sandbox::SandboxOptions,
    store::{
        Home, HomeError,
        vault::{ChosenVault, SessionVault, Vault},
    },
};

/// A clock that a test moves. Starts at the computer's time, so that tokens of the sandbox are valid.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Stands at the computer's time.
    pub fn now() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(jiff::Timestamp::now().as_millisecond())))
    }

    /// Moves on by seconds.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now_millis(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Keeps the notes that the desktop would have shown.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Vec<Note>>);

impl Notes {
    /// What was shown so far.
    pub fn shown(&self) -> Vec<Note> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Notifier for Notes {
    fn show(&self, note: Note) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }
}

/// Surroundings for a test.
///
/// # Errors
/// [`HomeError`] when the folder cannot be used.
pub fn env(folder: &Path, clock: Arc<dyn Clock>) -> Result<Env, HomeError> {
    env_with_vault(folder, clock, Arc::new(SessionVault::new()))
}

/// The same with a vault of the test's own in the keyring's place.
///
/// # Errors
/// [`HomeError`] when the folder cannot be used.
pub fn env_with_vault(folder: &Path, clock: Arc<dyn Clock>, vault: Arc<dyn Vault>) -> Result<Env, HomeError> {
    let counter = AtomicU64::new(1);
    // Unique across windows over one folder, and the same in every run.
    let window = std::fs::read_dir(folder.join("drafts")).map_or(0, Iterator::count);
    Ok(Env {
        home: Arc::new(Home::open(Some(folder.to_owned()))?),
        home_problem: None,
        vault: Arc::new(ChosenVault::new(vault)),
        clock,
        fresh_id: Arc::new(move || format!("fresh-{window}-{}", counter.fetch_add(1, Ordering::Relaxed))),
        sandbox: SandboxOptions::default(),
        lang: Some(Lang::Zh),
        notifier: Arc::new(Notes::default()),
        native_dialogs: false,
    })
}
