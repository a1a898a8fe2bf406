//! The keyring for most profiles, memory for those whose person chose "only for this session".

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Kept, KeyringVault, ProfileKey, SessionVault, Slot, Vault, VaultError};

/// What the program uses: one vault in front of the keyring and the session's memory.
///
/// A secret is written to the keyring unless its profile was chosen to be kept for this session only; it is read from
/// memory first, so that a choice made while the keyring fails does not ask the keyring again.
pub struct ChosenVault {
    lasting: Arc<dyn Vault>,
    session: SessionVault,
    only_session: Mutex<HashSet<ProfileKey>>,
}

impl Default for ChosenVault {
    fn default() -> Self {
        Self::new(Arc::new(KeyringVault::new()))
    }
}

impl ChosenVault {
    /// In front of any lasting vault ([`ChosenVault::default`] uses the operating system's keyring).
    pub fn new(lasting: Arc<dyn Vault>) -> Self {
        Self { lasting, session: SessionVault::new(), only_session: Mutex::new(HashSet::new()) }
    }

    fn chosen(&self) -> MutexGuard<'_, HashSet<ProfileKey>> {
        self.only_session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this profile's secrets are kept in memory only. What the keyring holds already stays there.
    pub fn keep_for_session_only(&self, profile: &ProfileKey) {
        self.chosen().insert(profile.clone());
    }

    /// Whether this profile's secrets are kept in memory only.
    pub fn is_session_only(&self, profile: &ProfileKey) -> bool {
        self.chosen().contains(profile)
    }
}

impl Vault for ChosenVault {
    fn get(&self, profile: &ProfileKey, slot: Slot) -> Result<Option<Kept>, VaultError> {
        let here = self.session.get(profile, slot)?;
        if here.is_some() {
            return Ok(here);
        }
        match self.lasting.get(profile, slot) {
            // The person has chosen to do without the keyring: its absence is no news.
            Err(_) if self.is_session_only(profile) => Ok(None),
            answer => answer,
        }
    }

    fn set(&self, profile: &ProfileKey, slot: Slot, kept: &Kept) -> Result<(), VaultError> {
        if self.is_session_only(profile) {
            return self.session.set(profile, slot, kept);
        }
        self.lasting.set(profile, slot, kept)?;
        self.session.delete(profile, slot)
    }

    fn delete(&self, profile: &ProfileKey, slot: Slot) -> Result<(), VaultError> {
        self.session.delete(profile, slot)?;
        match self.lasting.delete(profile, slot) {
            Err(_) if self.is_session_only(profile) => Ok(()),
            answer => answer,
        }
    }

    fn status(&self) -> Result<(), VaultError> {
        self.lasting.status()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::kept, *};

    struct NoKeyring;

    impl NoKeyring {
        fn error() -> VaultError {
            VaultError::NoService { reason: "no bus".into() }
        }
    }

    impl Vault for NoKeyring {
        fn get(&self, _: &ProfileKey, _: Slot) -> Result<Option<Kept>, VaultError> {
            Err(Self::error())
        }
        fn set(&self, _: &ProfileKey, _: Slot, _: &Kept) -> Result<(), VaultError> {
            Err(Self::error())
        }
        fn delete(&self, _: &ProfileKey, _: Slot) -> Result<(), VaultError> {
            Err(Self::error())
        }
        fn status(&self) -> Result<(), VaultError> {
            Err(Self::error())
        }
    }

    #[test]
    fn without_a_keyring_the_session_is_an_offer_not_a_silent_replacement() {
        let vault = ChosenVault::new(Arc::new(NoKeyring));
        let key = ProfileKey::new("internal", "a", "k", &[]);
        let error = vault.set(&key, Slot::AppSecret, &kept("s", 1)).unwrap_err();
        assert!(error.offers_session());
        assert_eq!(vault.get(&key, Slot::AppSecret).unwrap_err(), error);

        vault.keep_for_session_only(&key);
        assert_eq!(vault.get(&key, Slot::AppSecret).unwrap(), None);
        super::super::rename(&vault, &key, &key).unwrap();
        vault.set(&key, Slot::AppSecret, &kept("s", 1)).unwrap();
        assert_eq!(vault.get(&key, Slot::AppSecret).unwrap(), Some(kept("s", 1)));
        vault.delete(&key, Slot::AppSecret).unwrap();
        assert_eq!(vault.get(&key, Slot::AppSecret).unwrap(), None);

        let other = ProfileKey::new("internal", "b", "k", &[]);
        assert!(vault.get(&other, Slot::AppSecret).is_err(), "the choice is one profile's");
    }

    #[test]
    fn a_working_keyring_holds_everything() {
        super::super::tests::round_trip(&ChosenVault::new(Arc::new(SessionVault::new())), "chosen");
    }
}
