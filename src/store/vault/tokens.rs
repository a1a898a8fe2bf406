//! Tokens: pasted ones with their two-hour clock, the one of the environment, and fetched ones that outlive a session.

use std::sync::Arc;

use super::{Kept, ProfileKey, Slot, Vault, VaultError};
use crate::dingtalk::{
    System,
    secret::Secret,
    tokens::{CachedToken, TOKEN_LIFE, TokenCache},
};

/// How long an access token is valid, in seconds (every token page).
pub const TOKEN_SECONDS: i64 = TOKEN_LIFE;

/// The environment variable that a `token` profile reads its token from, so that it needs no keyring.
pub const TOKEN_VARIABLE: &str = "DING_COMPOSER_TOKEN";

/// The token of [`TOKEN_VARIABLE`], trimmed; `None` when it is unset, blank or not UTF-8.
pub fn token_from_environment() -> Option<Secret> {
    let text = zeroize::Zeroizing::new(std::env::var(TOKEN_VARIABLE).ok()?);
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| Secret::new(trimmed))
}

/// An access token that a person pasted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastedToken {
    /// The token.
    pub token: Secret,
    /// When it was pasted, Unix seconds. It may have been fetched earlier, so it ends at the latest two hours later.
    pub pasted_at_unix: i64,
}

impl PastedToken {
    /// When it ends at the latest, Unix seconds.
    pub fn ends_at_unix(&self) -> i64 {
        self.pasted_at_unix.saturating_add(TOKEN_SECONDS)
    }

    /// Seconds left at a time, 0 when it has ended. A paste time in the future (a changed clock) counts as now.
    pub fn seconds_left(&self, now_unix: i64) -> i64 {
        self.ends_at_unix().saturating_sub(now_unix).clamp(0, TOKEN_SECONDS)
    }

    /// Reads the pasted token of a profile.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn load(vault: &dyn Vault, profile: &ProfileKey) -> Result<Option<Self>, VaultError> {
        Ok(vault.get(profile, Slot::Token)?.map(|kept| Self { token: kept.secret, pasted_at_unix: kept.at_unix }))
    }

    /// Keeps it for a profile.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn save(&self, vault: &dyn Vault, profile: &ProfileKey) -> Result<(), VaultError> {
        vault.set(profile, Slot::Token, &Kept { secret: self.token.clone(), at_unix: self.pasted_at_unix })
    }
}

/// Keeps a profile's fetched tokens in its vault. Its methods may block: worker threads only.
///
/// A vault that fails loses only the cached token: a new one is fetched, so nothing is reported but a line in the log.
pub struct VaultTokenCache {
    vault: Arc<dyn Vault>,
    profile: ProfileKey,
}

impl VaultTokenCache {
    /// The cache of one profile.
    pub fn new(vault: Arc<dyn Vault>, profile: ProfileKey) -> Self {
        Self { vault, profile }
    }
}

impl TokenCache for VaultTokenCache {
    fn load(&self, system: System) -> Option<CachedToken> {
        match self.vault.get(&self.profile, Slot::Cached(system)) {
            Ok(kept) => kept.map(|kept| CachedToken { token: kept.secret, expires_at_unix: kept.at_unix }),
            Err(error) => {
                tracing::info!(system = system.name(), %error, "no cached token could be read");
                None
            }
        }
    }

    fn save(&self, system: System, token: Option<&CachedToken>) {
        let slot = Slot::Cached(system);
        let saved = match token {
            Some(cached) => {
                let kept = Kept { secret: cached.token.clone(), at_unix: cached.expires_at_unix };
                self.vault.set(&self.profile, slot, &kept)
            }
            None => self.vault.delete(&self.profile, slot),
        };
        if let Err(error) = saved {
            tracing::info!(system = system.name(), %error, "the token could not be cached");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::SessionVault, *};

    #[test]
    fn fetched_tokens_are_cached_per_system_and_profile() {
        let vault: Arc<dyn Vault> = Arc::new(SessionVault::new());
        let cache = |name| VaultTokenCache::new(Arc::clone(&vault), ProfileKey::new("internal", name, "k", &[]));
        let token = CachedToken { token: Secret::new("t"), expires_at_unix: 99 };
        cache("a").save(System::Api, Some(&token));
        assert_eq!(cache("a").load(System::Api), Some(token));
        assert_eq!((cache("a").load(System::Oapi), cache("b").load(System::Api)), (None, None));
        cache("a").save(System::Api, None);
        assert_eq!(cache("a").load(System::Api), None);
    }

    #[test]
    fn a_pasted_token_runs_down_in_two_hours() {
        let vault = SessionVault::new();
        let key = ProfileKey::new("token", "t", "", &[]);
        assert_eq!(PastedToken::load(&vault, &key).unwrap(), None);
        let pasted = PastedToken { token: Secret::new("abc"), pasted_at_unix: 1000 };
        pasted.save(&vault, &key).unwrap();
        let read = PastedToken::load(&vault, &key).unwrap().unwrap();
        assert_eq!(read, pasted);
        assert_eq!(read.seconds_left(1000), 7200);
        assert_eq!(read.seconds_left(4600), 3600);
        assert_eq!(read.seconds_left(8200), 0);
        assert_eq!(read.seconds_left(9000), 0);
        assert_eq!(read.seconds_left(0), 7200, "a clock set back does not prolong it");
    }
}
