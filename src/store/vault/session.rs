//! Memory for as long as the program runs; zeroed when dropped.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Kept, ProfileKey, Slot, Vault, VaultError};

/// Secrets of this session only.
#[derive(Default)]
pub struct SessionVault {
    kept: Mutex<HashMap<(ProfileKey, Slot), Kept>>,
}

impl SessionVault {
    /// An empty vault.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(ProfileKey, Slot), Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for SessionVault {
    fn get(&self, profile: &ProfileKey, slot: Slot) -> Result<Option<Kept>, VaultError> {
        Ok(self.lock().get(&(profile.clone(), slot)).cloned())
    }

    fn set(&self, profile: &ProfileKey, slot: Slot, kept: &Kept) -> Result<(), VaultError> {
        self.lock().insert((profile.clone(), slot), kept.clone());
        Ok(())
    }

    fn delete(&self, profile: &ProfileKey, slot: Slot) -> Result<(), VaultError> {
        self.lock().remove(&(profile.clone(), slot));
        Ok(())
    }

    fn status(&self) -> Result<(), VaultError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn memory_keeps_what_it_is_given() {
        super::super::tests::round_trip(&super::SessionVault::new(), "memory");
    }
}
