//! The operating system's keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//!
//! One entry a profile, holding one JSON object with all slots: several entries a profile lose sync with each other.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use keyring::{Entry, Error};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Kept, ProfileKey, Slot, Vault, VaultError};
use crate::dingtalk::{System, secret::Secret};

/// The keyring's "service" of every entry. Stable.
pub const SERVICE: &str = "DingComposer";

/// One slot inside the entry. The string moves into a [`Secret`] (same allocation) or is zeroed.
#[derive(serde::Serialize, serde::Deserialize)]
struct Held {
    value: String,
    at: i64,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

/// Secrets in the operating system's keyring. Every call may block while the keyring asks the person to unlock it.
#[derive(Default)]
pub struct KeyringVault {
    /// One call at a time: an entry is read, changed and written as a whole, and Windows allows one thread an entry.
    turn: Mutex<()>,
}

impl KeyringVault {
    /// Opens nothing yet: the first call does.
    pub fn new() -> Self {
        Self::default()
    }

    fn entry(profile: &ProfileKey) -> Result<Entry, VaultError> {
        status()?;
        Entry::new(SERVICE, profile.as_str()).map_err(|error| explain(&error, profile))
    }

    fn read(entry: &Entry, profile: &ProfileKey) -> Result<BTreeMap<String, Held>, VaultError> {
        let bytes = match entry.get_secret() {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(Error::NoEntry) => return Ok(BTreeMap::new()),
            Err(error) => return Err(explain(&error, profile)),
        };
        // The error of serde_json may quote what it read, so only the place is told.
        serde_json::from_slice(&bytes).map_err(|error| VaultError::Damaged {
            entry: profile.as_str().to_owned(),
            reason: format!("line {}, column {}", error.line(), error.column()),
        })
    }

    fn write(entry: &Entry, profile: &ProfileKey, slots: &mut BTreeMap<String, Held>) -> Result<(), VaultError> {
        if slots.is_empty() {
            return match entry.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(explain(&error, profile)),
            };
        }
        match Self::write_once(entry, profile, slots) {
            // Tokens can be fetched again; the secrets they are fetched with cannot.
            Err(VaultError::TooLong { .. }) if drop_cached(slots) => Self::write_once(entry, profile, slots),
            answer => answer,
        }
    }

    fn write_once(entry: &Entry, profile: &ProfileKey, slots: &BTreeMap<String, Held>) -> Result<(), VaultError> {
        let bytes = serde_json::to_vec(slots).map(Zeroizing::new).map_err(|error| VaultError::Failed {
            reason: format!("{:?} at column {}", error.classify(), error.column()),
        })?;
        entry.set_secret(&bytes).map_err(|error| explain(&error, profile))?;
        let back = entry.get_secret().map(Zeroizing::new).map_err(|error| explain(&error, profile))?;
        if *back == *bytes { Ok(()) } else { Err(VaultError::NotKept) }
    }

    fn change(
        &self,
        profile: &ProfileKey,
        change: impl FnOnce(&mut BTreeMap<String, Held>) -> bool,
    ) -> Result<(), VaultError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = Self::entry(profile)?;
        let mut slots = Self::read(&entry, profile)?;
        if change(&mut slots) { Self::write(&entry, profile, &mut slots) } else { Ok(()) }
    }
}

impl Vault for KeyringVault {
    fn get(&self, profile: &ProfileKey, slot: Slot) -> Result<Option<Kept>, VaultError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = Self::entry(profile)?;
        let mut slots = Self::read(&entry, profile)?;
        Ok(slots
            .remove(slot.name())
            .map(|mut held| Kept { secret: Secret::new(std::mem::take(&mut held.value)), at_unix: held.at }))
    }

    fn set(&self, profile: &ProfileKey, slot: Slot, kept: &Kept) -> Result<(), VaultError> {
        self.change(profile, |slots| {
            let held = Held { value: kept.secret.open().to_owned(), at: kept.at_unix };
            slots.insert(slot.name().to_owned(), held);
            true
        })
    }

    fn delete(&self, profile: &ProfileKey, slot: Slot) -> Result<(), VaultError> {
        self.change(profile, |slots| slots.remove(slot.name()).is_some())
    }

    fn status(&self) -> Result<(), VaultError> {
        status()
    }
}

/// Whether there were fetched tokens to leave out.
fn drop_cached(slots: &mut BTreeMap<String, Held>) -> bool {
    let before = slots.len();
    for system in System::ALL {
        slots.remove(Slot::Cached(system).name());
    }
    slots.len() < before && !slots.is_empty()
}

/// The façade opens the platform's store once a process; the cause of a failure stands only in its status.
fn status() -> Result<(), VaultError> {
    match Entry::store_status() {
        Ok(()) => Ok(()),
        Err(error) => Err(VaultError::NoService { reason: reason(error) }),
    }
}

fn explain(error: &Error, profile: &ProfileKey) -> VaultError {
    match error {
        Error::NoStorageAccess(_) => VaultError::Locked { reason: reason(error) },
        Error::NoDefaultStore => VaultError::NoService { reason: reason(error) },
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) | Error::Ambiguous(_) => {
            VaultError::Damaged { entry: profile.as_str().to_owned(), reason: reason(error) }
        }
        Error::TooLong(_, limit) => VaultError::TooLong { limit: *limit },
        _ => VaultError::Failed { reason: reason(error) },
    }
}

/// The system's words, without the variants that carry the entry's bytes.
fn reason(error: &Error) -> String {
    match error {
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => cause.to_string(),
        Error::BadEncoding(_) => "not UTF-8".to_owned(),
        Error::BadDataFormat(..) => "malformed".to_owned(),
        Error::Ambiguous(found) => format!("{} entries of this name", found.len()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_name_is_stable() {
        assert_eq!(SERVICE, "DingComposer");
    }

    #[test]
    fn when_an_entry_is_too_long_tokens_go_first_and_secrets_never() {
        let held = || Held { value: "x".to_owned(), at: 0 };
        let mut slots = BTreeMap::from([("app_secret".to_owned(), held()), ("cached_api".to_owned(), held())]);
        assert!(drop_cached(&mut slots));
        assert_eq!(slots.keys().collect::<Vec<_>>(), ["app_secret"]);
        assert!(!drop_cached(&mut slots));
    }

    #[test]
    fn the_words_of_an_error_never_hold_the_entry() {
        let key = ProfileKey::new("token", "t", "", &[]);
        for error in [
            Error::BadEncoding(b"test-secret-hunter2".to_vec()),
            Error::BadDataFormat(
                b"test-secret-hunter2".to_vec(),
                Box::new(std::io::Error::other("test-secret-hunter2")),
            ),
        ] {
            let shown = format!("{:?} {}", explain(&error, &key), explain(&error, &key));
            assert!(!shown.contains("test-secret-hunter2"), "{shown}");
        }
    }
}
