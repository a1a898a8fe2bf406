//! Fetched tokens, kept in the vault: one profile's [`TokenCache`].

use std::sync::Arc;

use super::{Kept, ProfileKey, Slot, Vault};
use crate::dingtalk::{
    System,
    tokens::{CachedToken, TokenCache},
};

/// Keeps the tokens of one profile in its vault, so that a restart does not fetch new ones.
///
/// A vault that fails costs a token call, nothing more: errors are logged (they never carry a secret) and not passed on.
pub struct VaultTokenCache {
    vault: Arc<dyn Vault>,
    profile: ProfileKey,
}

impl VaultTokenCache {
    /// The cache of a profile.
    pub fn new(vault: Arc<dyn Vault>, profile: ProfileKey) -> Self {
        Self { vault, profile }
    }
}

impl TokenCache for VaultTokenCache {
    fn load(&self, system: System) -> Option<CachedToken> {
        match self.vault.get(&self.profile, Slot::Cached(system)) {
            Ok(kept) => kept.map(|kept| CachedToken { token: kept.secret, expires_at_unix: kept.at_unix }),
            Err(error) => {
                tracing::warn!(%error, "no cached token");
                None
            }
        }
    }

    fn save(&self, system: System, token: Option<&CachedToken>) {
        let slot = Slot::Cached(system);
        let done = match token {
            Some(token) => {
                let kept = Kept { secret: token.token.clone(), at_unix: token.expires_at_unix };
                self.vault.set(&self.profile, slot, &kept)
            }
            None => self.vault.delete(&self.profile, slot),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "a token was not cached");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::SessionVault, *};
    use crate::dingtalk::secret::Secret;

    #[test]
    fn a_token_survives_in_the_vault_per_system() {
        let vault: Arc<dyn Vault> = Arc::new(SessionVault::new());
        let key = ProfileKey::new("internal", "a", "k", &[]);
        let cache = VaultTokenCache::new(Arc::clone(&vault), key.clone());
        let token = CachedToken { token: Secret::new("test-secret-token"), expires_at_unix: 99 };
        cache.save(System::Api, Some(&token));
        let again = VaultTokenCache::new(vault, key);
        assert_eq!(again.load(System::Api), Some(token));
        assert_eq!(again.load(System::Oapi), None);
        again.save(System::Api, None);
        assert_eq!(cache.load(System::Api), None);
    }
}
