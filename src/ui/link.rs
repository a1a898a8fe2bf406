//! The connection to the organisation of the current profile: session, token, and the sandbox where it is the sandbox.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::{
    background::{Background, Broken},
    env::Env,
    remote::Remote,
};
use crate::{
    deliver::connect::{ConnectError, Connection, connect},
    dingtalk::{Failure, Session, System, TokenState, TokenStatus, tokens::Clock},
    lang::Lang,
    sandbox::{Sandbox, SandboxOptions},
    store::{settings::Profile, vault::Vault},
};

/// The one sandbox of the program, started when a sandbox profile is first connected and kept while profiles change.
#[derive(Clone, Default)]
pub struct SandboxSlot(Arc<Mutex<Option<Arc<Sandbox>>>>);

impl SandboxSlot {
    /// The running sandbox, if it was started.
    pub fn running(&self) -> Option<Arc<Sandbox>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The running sandbox, started now if need be. Blocks for a moment.
    ///
    /// # Errors
    /// The system's, when no loopback port can be opened.
    pub fn start(&self, options: SandboxOptions) -> std::io::Result<Arc<Sandbox>> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = slot.as_ref() {
            return Ok(Arc::clone(running));
        }
        let started = Arc::new(Sandbox::start(options)?);
        *slot = Some(Arc::clone(&started));
        Ok(started)
    }

    /// Forgets the running sandbox, so that the next connection starts another one. It stops with its last user.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// The connection of the current profile.
#[derive(Default)]
pub struct Link {
    connection: Remote<Connection, Broken<ConnectError>>,
    /// A token fetch that the person asked for.
    refreshing: Remote<(), Broken<Box<Failure>>>,
    /// Counts connections: what was asked of an older one is not shown for a newer one.
    generation: u64,
}

impl Link {
    /// Connects to a profile; what was connected before is let go.
    pub fn connect(&mut self, profile: &Profile, env: &Env, sandbox: &SandboxSlot, background: &Background) {
        self.generation += 1;
        self.connection = Remote::NotAsked;
        self.refreshing = Remote::NotAsked;
        let profile = profile.clone();
        let vault: Arc<dyn Vault> = Arc::clone(&env.vault) as Arc<dyn Vault>;
        let clock: Arc<dyn Clock> = Arc::clone(&env.clock);
        let (sandbox, options) = (sandbox.clone(), env.sandbox);
        background.start_blocking("connect", &mut self.connection, move || {
            connect(&profile, &vault, clock, || sandbox.start(options)).map_err(Broken::Error)
        });
    }

    /// Takes what arrived; `true` when the connection changed in this call.
    pub fn poll(&mut self) -> bool {
        self.refreshing.poll();
        self.connection.poll()
    }

    /// The connection, once it is there.
    pub fn connection(&self) -> Option<&Connection> {
        self.connection.value()
    }

    /// The session, once it is there.
    pub fn session(&self) -> Option<&Session> {
        self.connection.value().map(|connection| &connection.session)
    }

    /// The sandbox, when the profile is one and it runs.
    pub fn sandbox(&self) -> Option<&Arc<Sandbox>> {
        self.connection.value().and_then(|connection| connection.sandbox.as_ref())
    }

    /// Counts connections.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether it is being made.
    pub fn is_pending(&self) -> bool {
        self.connection.is_pending()
    }

    /// Why it could not be made.
    pub fn failure(&self, lang: Lang) -> Option<String> {
        self.connection.failure().map(|error| error.message(lang, ConnectError::message))
    }

    /// Fetches new tokens for both systems.
    pub fn refresh(&mut self, background: &Background) {
        let Some(session) = self.session().cloned() else { return };
        background.start(&mut self.refreshing, async move {
            let cancel = CancellationToken::new();
            for system in System::ALL {
                session.refresh(system, &cancel).await.map_err(Broken::Error)?;
            }
            Ok(())
        });
    }

    /// Whether a token fetch that the person asked for is on its way.
    pub fn is_refreshing(&self) -> bool {
        self.refreshing.is_pending()
    }

    /// How the last token fetch that the person asked for ended, once.
    pub fn take_refreshed(&mut self) -> Option<Result<(), Broken<Box<Failure>>>> {
        if let Some(error) = self.refreshing.take_failure() {
            return Some(Err(error));
        }
        self.refreshing.take_here().map(Ok)
    }

    /// What is known of the tokens of both systems: the one that ends first, or the one in trouble.
    pub fn token(&self) -> Option<TokenStatus> {
        let session = self.session()?;
        let rank = |state: TokenState| match state {
            TokenState::Missing => 0,
            TokenState::Failed => 1,
            TokenState::Expired => 2,
            TokenState::Fetching => 3,
            TokenState::Here => 4,
            // A system that was never used is no news as long as the other one is.
            TokenState::NotFetched => 5,
        };
        System::ALL
            .into_iter()
            .map(|system| session.token_status(system))
            .min_by_key(|status| (rank(status.state), status.seconds_left.unwrap_or(i64::MAX)))
    }
}
