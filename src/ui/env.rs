//! What the program takes from its surroundings: folder, vault, clock, randomness, the sandbox. Tests give their own.

use std::{path::PathBuf, sync::Arc};

use super::delivery::notify::{Desktop, Notifier};
use crate::{
    dingtalk::tokens::{Clock, SystemClock},
    lang::Lang,
    sandbox::SandboxOptions,
    store::{Home, HomeError, vault::ChosenVault},
};

/// Makes a fresh random identifier, such as an `outTrackId` or the name of a draft's file.
pub type FreshId = Arc<dyn Fn() -> String + Send + Sync>;

/// What the program takes from its surroundings.
#[derive(Clone)]
pub struct Env {
    /// Where everything that lasts is.
    pub home: Arc<Home>,
    /// Why the folder asked for could not be used, and a temporary one is used instead.
    pub home_problem: Option<HomeError>,
    /// Where secrets are.
    pub vault: Arc<ChosenVault>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh random identifiers.
    pub fresh_id: FreshId,
    /// How the built-in sandbox is set up.
    pub sandbox: SandboxOptions,
    /// The language asked for; `None`: as the settings or the system say.
    pub lang: Option<Lang>,
    /// Where the end of a long delivery is told while nobody looks.
    pub notifier: Arc<dyn Notifier>,
    /// Whether the desktop's own file dialogs may be opened; without them a path is typed.
    pub native_dialogs: bool,
}

impl Env {
    /// The real surroundings.
    ///
    /// # Errors
    /// [`HomeError`] when neither the folder asked for nor a temporary one can be used.
    pub fn real(home: Option<PathBuf>, lang: Option<Lang>) -> Result<Self, HomeError> {
        let (home, home_problem) = match Home::open(home) {
            Ok(home) => (home, None),
            Err(problem) => (Home::for_this_session()?, Some(problem)),
        };
        Ok(Self {
            home: Arc::new(home),
            home_problem,
            vault: Arc::new(ChosenVault::default()),
            clock: Arc::new(SystemClock),
            fresh_id: Arc::new(|| uuid::Uuid::new_v4().simple().to_string()),
            sandbox: SandboxOptions::default(),
            lang,
            notifier: Arc::new(Desktop),
            native_dialogs: true,
        })
    }

    /// The time.
    pub fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.clock.now_millis()).unwrap_or_default()
    }
}
