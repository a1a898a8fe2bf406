//! What a token is made of: credentials, the clock, the cache, and how a token answer is read.
//!
//! Knows no socket: [`super::session`] makes the calls.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::call::Call;
use super::secret::Secret;
use super::{System, calls, said};

/// How long a token lives, in seconds, where an answer does not say it.
pub const TOKEN_LIFE: i64 = 7200;

/// A token is refreshed this long (seconds) before it expires, as the documents advise.
pub const REFRESH_EARLY: i64 = 600;

/// What a profile gets its tokens with. The `Debug` text shows no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Credentials {
    /// An app of one's own organisation.
    Internal {
        /// `appKey`.
        app_key: String,
        /// `appSecret`.
        app_secret: Secret,
    },
    /// A third-party enterprise app in a corp that authorised it.
    ThirdParty {
        /// `suiteKey`.
        suite_key: String,
        /// `suiteSecret`.
        suite_secret: Secret,
        /// `authCorpId`: the corp.
        auth_corp_id: String,
        /// `suiteTicket`, pushed by DingTalk about every five hours.
        suite_ticket: Secret,
    },
    /// A token fetched elsewhere and pasted. It cannot be renewed, and serves both systems.
    Pasted {
        /// The token.
        token: Secret,
        /// When it was pasted (Unix seconds); its two hours are counted from then.
        pasted_at_unix: Option<i64>,
    },
}

impl Credentials {
    /// Whether a new token can be fetched with them.
    pub const fn can_renew(&self) -> bool {
        !matches!(self, Self::Pasted { .. })
    }

    /// The first part that is needed and empty.
    pub fn missing(&self) -> Option<&'static str> {
        let blank = |text: &str| text.trim().is_empty();
        let parts: Vec<(&'static str, bool)> = match self {
            Self::Internal { app_key, app_secret } => {
                vec![("appKey", blank(app_key)), ("appSecret", app_secret.is_blank())]
            }
            Self::ThirdParty { suite_key, suite_secret, auth_corp_id, suite_ticket } => vec![
                ("suiteKey", blank(suite_key)),
                ("suiteSecret", suite_secret.is_blank()),
                ("authCorpId", blank(auth_corp_id)),
                ("suiteTicket", suite_ticket.is_blank()),
            ],
            Self::Pasted { token, .. } => vec![("accessToken", token.is_blank())],
        };
        parts.into_iter().find(|(_, missing)| *missing).map(|(name, _)| name)
    }

    /// The call that fetches a token for a system; `None` for a pasted one.
    pub(crate) fn token_call(&self, system: System, now_millis: i64) -> Option<Call> {
        match (self, system) {
            (Self::Internal { app_key, app_secret }, System::Api) => {
                Some(calls::token_internal_api(app_key, app_secret))
            }
            (Self::Internal { app_key, app_secret }, System::Oapi) => {
                Some(calls::token_internal_oapi(app_key, app_secret))
            }
            (Self::ThirdParty { suite_key, suite_secret, auth_corp_id, suite_ticket }, System::Api) => {
                Some(calls::token_third_party_api(suite_key, suite_secret, auth_corp_id, suite_ticket))
            }
            (Self::ThirdParty { suite_key, suite_secret, auth_corp_id, suite_ticket }, System::Oapi) => {
                Some(calls::token_third_party_oapi(suite_key, suite_secret, auth_corp_id, suite_ticket, now_millis))
            }
            (Self::Pasted { .. }, _) => None,
        }
    }
}

/// A token and its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CachedToken {
    /// The token.
    pub token: Secret,
    /// When it expires, Unix seconds.
    pub expires_at_unix: i64,
}

/// Where tokens outlive a session (the OS keyring). One cache belongs to one profile.
///
/// Its owner empties it when the profile's credentials or addresses change. The methods may block: they are called on a
/// worker thread. A failing store loses only the cached token, so nothing is answered.
pub trait TokenCache: Send + Sync {
    /// The token kept for a system.
    fn load(&self, system: System) -> Option<CachedToken>;
    /// Keeps a token, or forgets it.
    fn save(&self, system: System, token: Option<&CachedToken>);
}

/// A cache that lives as long as the program.
#[derive(Debug, Default)]
pub struct MemoryTokenCache(Mutex<[Option<CachedToken>; 2]>);

impl TokenCache for MemoryTokenCache {
    fn load(&self, system: System) -> Option<CachedToken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[slot(system)].clone()
    }

    fn save(&self, system: System, token: Option<&CachedToken>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[slot(system)] = token.cloned();
    }
}

/// The place of a system in a pair.
pub(crate) const fn slot(system: System) -> usize {
    match system {
        System::Api => 0,
        System::Oapi => 1,
    }
}

/// What time it is.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970, UTC.
    fn now_millis(&self) -> i64;

    /// Seconds since 1970, UTC.
    fn now_unix(&self) -> i64 {
        self.now_millis().div_euclid(1000)
    }
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_millis(&self) -> i64 {
        jiff::Timestamp::now().as_millisecond()
    }
}

/// The token of a token call's answer, in either system's spelling, with its life in seconds.
pub(crate) fn read_token(value: &Value) -> Option<(Secret, i64)> {
    let object = value.as_object()?;
    let token = said::member(object, "accesstoken").and_then(Value::as_str).filter(|token| !token.trim().is_empty())?;
    let life = said::member(object, "expirein").or_else(|| said::member(object, "expiresin")).and_then(said::number);
    Some((Secret::new(token), life.filter(|life| *life > 0).unwrap_or(TOKEN_LIFE).min(i64::from(u32::MAX))))
}
