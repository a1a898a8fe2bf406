//! Pasted tokens with their two-hour clock, and the token of the environment.

use super::{Kept, ProfileKey, Slot, Vault, VaultError};
use crate::dingtalk::secret::Secret;

/// How long an access token is valid, in seconds (every token page).
pub const TOKEN_SECONDS: i64 = 7200;

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

#[cfg(test)]
mod tests {
    use super::{super::SessionVault, *};

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
