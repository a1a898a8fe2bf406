//! A profile's session: calls with a token that is fetched when needed, kept, refreshed early and healed once.
//!
//! Cheap to clone. All clones share the tokens, so that however many wait for one, it is fetched once. Knows no profile.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::System;
use super::answers::{self, AuthInfo};
use super::call::Call;
use super::calls;
use super::client::Client;
use super::exchange::{Answer, Exchange, Failure};
use super::fault::{Doubt, Fault, NotSent, Refusal, Unreadable};
use super::host::Hosts;
use super::secret::Secret;
use super::tokens::{
    CachedToken, Clock, Credentials, REFRESH_EARLY, TOKEN_LIFE, TokenCache, read_token, slot as slot_index,
};

/// After a failed early refresh the still valid token is used this long (seconds) before the next try.
const RETRY_REFRESH_AFTER: i64 = 60;

/// Tokens and calls of one profile.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    client: Client,
    hosts: Hosts,
    credentials: Credentials,
    cache: Arc<dyn TokenCache>,
    clock: Arc<dyn Clock>,
    /// One per system. Held while a token is fetched: that is what makes the others wait for it.
    slots: [tokio::sync::Mutex<Slot>; 2],
    /// Counts finished fetches, so that one who waited can see that another's fetch just failed.
    fetches: [AtomicU64; 2],
    /// What the screen may ask at any time without waiting.
    status: [Mutex<TokenStatus>; 2],
}

#[derive(Default)]
struct Slot {
    cache_read: bool,
    token: Option<Held>,
    last_failure: Option<Box<Failure>>,
}

#[derive(Clone)]
struct Held {
    cached: CachedToken,
    /// From when on a new one is fetched (Unix seconds).
    refresh_at: i64,
    /// Which fetch brought it. Tells a renewed token from a rejected one even where DingTalk gives the same text again.
    generation: u64,
}

/// Which token will do.
#[derive(Clone, Copy, PartialEq)]
enum Want {
    /// A valid one.
    Valid,
    /// One fetched after this generation; if that fails the old one stays.
    Newer(u64),
    /// One fetched after this generation, which the server rejected.
    Instead(u64),
}

/// What is known of a system's token, for the top bar.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TokenStatus {
    /// In which state it is.
    pub state: TokenState,
    /// When it expires, Unix seconds, where that is known.
    pub expires_at_unix: Option<i64>,
    /// Seconds left at the time of asking; never negative.
    pub seconds_left: Option<i64>,
    /// Whether a new one can be fetched; a pasted token cannot be renewed.
    pub renewable: bool,
    /// Why the last fetch failed, if it did.
    pub last_failure: Option<Box<Failure>>,
}

/// States of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TokenState {
    /// None asked for yet; the first call fetches it.
    #[default]
    NotFetched,
    /// Being fetched.
    Fetching,
    /// Here. Whether it is still accepted only a call can tell.
    Here,
    /// Past its end.
    Expired,
    /// The last fetch failed and no valid one is here.
    Failed,
    /// A credential it needs is empty.
    Missing,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("hosts", &self.0.hosts)
            .field("credentials", &self.0.credentials)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// A session. Nothing is fetched or read before the first call.
    pub fn new(
        client: Client,
        hosts: Hosts,
        credentials: Credentials,
        cache: Arc<dyn TokenCache>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let status = TokenStatus { renewable: credentials.can_renew(), ..TokenStatus::default() };
        Self(Arc::new(Inner {
            client,
            hosts,
            credentials,
            cache,
            clock,
            slots: Default::default(),
            fetches: Default::default(),
            status: [Mutex::new(status.clone()), Mutex::new(status)],
        }))
    }

    /// The base addresses it calls.
    pub fn hosts(&self) -> &Hosts {
        &self.0.hosts
    }

    /// What its tokens are made with.
    pub fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    /// Makes a call with a valid token.
    ///
    /// An answer that says "invalid token" proves that nothing was done: then a new token is fetched and the call made
    /// once more (`exchange.attempts` is 2). No send is ever repeated for another reason. A pasted token cannot heal.
    ///
    /// # Errors
    /// A [`Failure`]. When fetching the token failed, the call itself never left: the exchange is the token call's, and
    /// the fault is [`Fault::Refused`] or [`Fault::NotSent`], never [`Fault::Unknown`].
    pub async fn call(&self, call: &Call, cancel: &CancellationToken) -> Result<Answer, Box<Failure>> {
        if !call.endpoint.needs_token {
            return self.0.client.call(&self.0.hosts, None, call, cancel).await;
        }
        let (token, generation) = self.token(call, Want::Valid, cancel).await?;
        let first = self.0.client.call(&self.0.hosts, Some(&token), call, cancel).await;
        let rejected = matches!(&first, Err(failure) if failure.fault.refusal().is_some_and(Refusal::is_invalid_token));
        if !rejected || !self.0.credentials.can_renew() {
            return first;
        }
        let (token, _) = self.token(call, Want::Instead(generation), cancel).await?;
        let twice = |mut exchange: Exchange| {
            exchange.attempts = 2;
            exchange
        };
        match self.0.client.call(&self.0.hosts, Some(&token), call, cancel).await {
            Ok(answer) => Ok(Answer { exchange: twice(answer.exchange), ..answer }),
            Err(failure) => {
                let Failure { exchange, fault } = *failure;
                Err(Box::new(Failure { exchange: twice(exchange), fault }))
            }
        }
    }

    /// Fetches a new token for a system now, even if the old one is still valid.
    ///
    /// # Errors
    /// The token call's [`Failure`]; of a pasted token [`NotSent::CannotRenew`].
    pub async fn refresh(&self, system: System, cancel: &CancellationToken) -> Result<TokenStatus, Box<Failure>> {
        let probe = probe(system);
        if !self.0.credentials.can_renew() {
            return Err(self.not_made(&probe, Fault::NotSent(NotSent::CannotRenew)));
        }
        let generation = {
            let mut slot = self.lock(system, &probe, cancel).await?;
            self.read_cache(system, &mut slot).await;
            slot.token.as_ref().map(|held| held.generation)
        };
        // Whoever fetched one in between did what was asked for.
        self.token(&probe, generation.map_or(Want::Valid, Want::Newer), cancel).await?;
        Ok(self.token_status(system))
    }

    /// Makes sure that there is a token for a system, reading the cache or fetching one.
    ///
    /// # Errors
    /// As [`Session::call`] when fetching fails.
    pub async fn ensure_token(&self, system: System, cancel: &CancellationToken) -> Result<TokenStatus, Box<Failure>> {
        self.token(&probe(system), Want::Valid, cancel).await?;
        Ok(self.token_status(system))
    }

    /// What the corp has authorised a third-party app for, with its agent id there. Needs no token.
    ///
    /// # Errors
    /// A [`Failure`]; [`NotSent::NoToken`] with `suiteKey` when the credentials are not a third-party app's, and
    /// [`Unreadable::NoVerdict`] when the answer cannot be read.
    pub async fn auth_info(&self, cancel: &CancellationToken) -> Result<AuthInfo, Box<Failure>> {
        let missing = self.0.credentials.missing();
        let Credentials::ThirdParty { suite_key, suite_secret, auth_corp_id, suite_ticket } = &self.0.credentials
        else {
            return Err(self.not_made(&probe(System::Oapi), Fault::NotSent(NotSent::NoToken { missing: "suiteKey" })));
        };
        if let Some(missing) = missing {
            return Err(self.not_made(&probe(System::Oapi), Fault::NotSent(NotSent::NoToken { missing })));
        }
        let now = self.0.clock.now_millis();
        let call = calls::get_auth_info(suite_key, suite_secret, auth_corp_id, suite_ticket, now);
        let answer = self.0.client.call(&self.0.hosts, None, &call, cancel).await?;
        answers::auth_info(&answer.value).map_err(|_malformed| Box::new(no_verdict(answer.exchange)))
    }

    /// What is known of a system's token. Never waits.
    pub fn token_status(&self, system: System) -> TokenStatus {
        let now = self.0.clock.now_unix();
        let mut status = self.0.status[slot_index(system)].lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Credentials::Pasted { token, pasted_at_unix } = &self.0.credentials {
            status.state = if token.is_blank() { TokenState::Missing } else { TokenState::Here };
            status.expires_at_unix = pasted_at_unix.map(|at| at.saturating_add(TOKEN_LIFE));
        } else if status.state == TokenState::NotFetched && self.0.credentials.missing().is_some() {
            status.state = TokenState::Missing;
        }
        status.seconds_left = status.expires_at_unix.map(|at| at.saturating_sub(now).max(0));
        if status.state == TokenState::Here && status.seconds_left == Some(0) {
            status.state = TokenState::Expired;
        }
        status
    }

    /// The fault-and-exchange of a call that could not be made.
    fn not_made(&self, call: &Call, fault: Fault) -> Box<Failure> {
        let exchange = Exchange::before(&call.address(&self.0.hosts), call, &call.masker(None));
        Box::new(Failure { exchange, fault })
    }

    async fn lock(
        &self,
        system: System,
        call: &Call,
        cancel: &CancellationToken,
    ) -> Result<tokio::sync::MutexGuard<'_, Slot>, Box<Failure>> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(self.not_made(call, Fault::NotSent(NotSent::Cancelled))),
            slot = self.0.slots[slot_index(system)].lock() => Ok(slot),
        }
    }

    /// A token for a call, with its generation.
    async fn token(&self, call: &Call, want: Want, cancel: &CancellationToken) -> Result<(Secret, u64), Box<Failure>> {
        let system = call.endpoint.system;
        if let Some(missing) = self.0.credentials.missing() {
            return Err(self.not_made(call, Fault::NotSent(NotSent::NoToken { missing })));
        }
        if let Credentials::Pasted { token, .. } = &self.0.credentials {
            // Its two-hour clock is an estimate: only an answer can tell that it is no longer accepted.
            return match want {
                Want::Valid => Ok((token.clone(), 0)),
                Want::Newer(_) | Want::Instead(_) => Err(self.not_made(call, Fault::NotSent(NotSent::CannotRenew))),
            };
        }
        let fetches_before = self.0.fetches[slot_index(system)].load(Ordering::SeqCst);
        let mut slot = self.lock(system, call, cancel).await?;
        self.read_cache(system, &mut slot).await;
        let held_generation = slot.token.as_ref().map(|held| held.generation);
        if matches!(want, Want::Instead(rejected) if held_generation == Some(rejected)) {
            self.forget(system, &mut slot);
        }
        let now = self.0.clock.now_unix();
        let usable = slot.token.clone().filter(|held| held.cached.expires_at_unix > now);
        if let Some(held) = &usable {
            let fresh = match want {
                Want::Newer(old) => held.generation != old,
                Want::Valid | Want::Instead(_) => now < held.refresh_at,
            };
            if fresh {
                return Ok((held.cached.token.clone(), held.generation));
            }
        }
        // Waited behind a fetch that failed: its failure is ours too, instead of one failing fetch for everyone in turn.
        let fetched_meanwhile = self.0.fetches[slot_index(system)].load(Ordering::SeqCst) != fetches_before;
        if let (true, None, Some(failure)) = (fetched_meanwhile, &usable, &slot.last_failure) {
            return Err(failure.clone());
        }
        match (self.fetch(system, &mut slot, call, cancel).await, usable, want) {
            (Ok(fetched), ..) => Ok(fetched),
            // An early refresh failed: the old one is still good, and no send must fail over it. Tried again in a minute.
            (Err(_), Some(held), Want::Valid | Want::Instead(_)) => {
                let usable = (held.cached.token.clone(), held.generation);
                slot.token = Some(Held { refresh_at: now + RETRY_REFRESH_AFTER, ..held });
                Ok(usable)
            }
            (Err(failure), ..) => Err(failure),
        }
    }

    /// Fetches a token and keeps it. Called with the slot's lock held.
    async fn fetch(
        &self,
        system: System,
        slot: &mut Slot,
        call: &Call,
        cancel: &CancellationToken,
    ) -> Result<(Secret, u64), Box<Failure>> {
        let Some(token_call) = self.0.credentials.token_call(system, self.0.clock.now_millis()) else {
            return Err(self.not_made(call, Fault::NotSent(NotSent::CannotRenew)));
        };
        let _fetching = Fetching::begin(self, system, slot.token.is_some());
        let asked_at = self.0.clock.now_unix();
        let outcome = self
            .0
            .client
            .call(&self.0.hosts, None, &token_call, cancel)
            .await
            .and_then(|answer| read_token(&answer.value).ok_or_else(|| Box::new(no_verdict(answer.exchange))));
        let generation = self.0.fetches[slot_index(system)].fetch_add(1, Ordering::SeqCst) + 1;
        match outcome {
            Ok((token, life)) => {
                let cached = CachedToken { token: token.clone(), expires_at_unix: asked_at.saturating_add(life) };
                // A token that lives shorter than twice ten minutes is refreshed at half its life, not at every call.
                let refresh_at = cached.expires_at_unix - REFRESH_EARLY.min(life / 2);
                self.set_status(system, |status| {
                    status.state = TokenState::Here;
                    status.expires_at_unix = Some(cached.expires_at_unix);
                    status.last_failure = None;
                });
                slot.token = Some(Held { cached: cached.clone(), refresh_at, generation });
                slot.last_failure = None;
                self.keep(system, Some(cached));
                Ok((token, generation))
            }
            Err(failure) => {
                let cancelled =
                    matches!(failure.fault, Fault::NotSent(NotSent::Cancelled) | Fault::Unknown(Doubt::Cancelled));
                let Failure { exchange, fault } = *failure;
                // Whatever became of the token call, the call that waits for it did not leave.
                let fault = match fault {
                    Fault::Unknown(Doubt::Cancelled) => Fault::NotSent(NotSent::Cancelled),
                    Fault::Unknown(doubt) => Fault::NotSent(NotSent::TokenUnknown(doubt)),
                    other => other,
                };
                let failure = Box::new(Failure { exchange, fault });
                // One person's cancel is not the others' failure: the next in line fetches for itself.
                slot.last_failure = (!cancelled).then(|| failure.clone());
                let still_here = slot.token.is_some();
                self.set_status(system, |status| {
                    status.state = match (still_here, cancelled) {
                        (true, _) => TokenState::Here,
                        (false, true) => TokenState::NotFetched,
                        (false, false) => TokenState::Failed,
                    };
                    status.last_failure = (!cancelled).then(|| failure.clone());
                });
                Err(failure)
            }
        }
    }

    /// Drops a token that the server rejected.
    fn forget(&self, system: System, slot: &mut Slot) {
        slot.token = None;
        self.set_status(system, |status| {
            status.state = TokenState::NotFetched;
            status.expires_at_unix = None;
        });
        self.keep(system, None);
    }

    async fn read_cache(&self, system: System, slot: &mut Slot) {
        if slot.cache_read {
            return;
        }
        let cache = self.0.cache.clone();
        let loaded = tokio::task::spawn_blocking(move || cache.load(system)).await.ok().flatten();
        slot.cache_read = true;
        if let Some(cached) = loaded.filter(|cached| !cached.token.is_blank()) {
            self.set_status(system, |status| {
                status.state = TokenState::Here;
                status.expires_at_unix = Some(cached.expires_at_unix);
            });
            let refresh_at = cached.expires_at_unix - REFRESH_EARLY;
            slot.token = Some(Held { cached, refresh_at, generation: 0 });
        }
    }

    /// Saves a token in the background: a keyring may ask the person to unlock it, and no call waits for that.
    fn keep(&self, system: System, token: Option<CachedToken>) {
        let cache = self.0.cache.clone();
        drop(tokio::task::spawn_blocking(move || cache.save(system, token.as_ref())));
    }

    fn set_status(&self, system: System, change: impl FnOnce(&mut TokenStatus)) {
        change(&mut self.0.status[slot_index(system)].lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The failure of a call whose answer lacks what it was made for.
fn no_verdict(exchange: Exchange) -> Failure {
    let http = exchange.http_status.unwrap_or_default();
    Failure { exchange, fault: Fault::Unknown(Doubt::NoReadableAnswer { http, why: Unreadable::NoVerdict }) }
}

/// A harmless call that stands for "a token of this system" where no call is being made.
fn probe(system: System) -> Call {
    match system {
        System::Api => calls::contact_users_search("", 0, 1),
        System::Oapi => calls::auth_scopes(),
    }
}

/// Shows "fetching" for as long as it lives, also when the fetching future is dropped half-way.
struct Fetching<'a> {
    session: &'a Session,
    system: System,
    had_one: bool,
}

impl<'a> Fetching<'a> {
    fn begin(session: &'a Session, system: System, had_one: bool) -> Self {
        session.set_status(system, |status| status.state = TokenState::Fetching);
        Self { session, system, had_one }
    }
}

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        let after = if self.had_one { TokenState::Here } else { TokenState::NotFetched };
        self.session.set_status(self.system, |status| {
            if status.state == TokenState::Fetching {
                status.state = after;
            }
        });
    }
}
