//! Where secrets and tokens are kept: the operating system's keyring, or this session's memory. Never a file.
//!
//! Knows nothing of settings files and screens. **Every call may block**, for minutes when the keyring asks the person to
//! unlock it: call from a worker thread, never from the one that paints.

mod chosen;
mod os;
mod session;
mod tokens;

pub use chosen::ChosenVault;
pub use os::KeyringVault;
pub use session::SessionVault;
pub use tokens::{PastedToken, TOKEN_SECONDS, TOKEN_VARIABLE, VaultTokenCache, token_from_environment};

use crate::{
    dingtalk::{System, secret::Secret},
    lang::{Lang, text},
};

/// The stable name under which one profile's secrets are kept: see [`crate::store::settings::Profile::vault_key`].
#[derive(Clone, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct ProfileKey(String);

impl ProfileKey {
    /// `kind/name/client`, then the addresses that are not DingTalk's mainland ones; `/` and `%` inside are escaped.
    ///
    /// Changing this makes every kept secret unreachable: a test holds the names stable.
    pub(super) fn new(kind: &str, name: &str, client: &str, hosts: &[Option<String>]) -> Self {
        let escape = |part: &str| part.replace('%', "%25").replace('/', "%2F");
        let mut key = [kind, name, client].map(escape).join("/");
        for host in hosts.iter().flatten() {
            key.push('/');
            key.push_str(&escape(host));
        }
        Self(key)
    }

    /// The name as the keyring shows it (its "user").
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is kept for a profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// appSecret of an internal app.
    AppSecret,
    /// suiteSecret of a third-party app.
    SuiteSecret,
    /// suiteTicket of a third-party app; DingTalk pushes a new one about every five hours.
    SuiteTicket,
    /// A pasted access token with the time it was pasted.
    Token,
    /// A token that the program fetched, with the time it ends.
    Cached(System),
}

impl Slot {
    /// All slots.
    pub const ALL: [Self; 6] = [
        Self::AppSecret,
        Self::SuiteSecret,
        Self::SuiteTicket,
        Self::Token,
        Self::Cached(System::Api),
        Self::Cached(System::Oapi),
    ];

    /// The member's name in the keyring entry's JSON object. Stable.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AppSecret => "app_secret",
            Self::SuiteSecret => "suite_secret",
            Self::SuiteTicket => "suite_ticket",
            Self::Token => "token",
            Self::Cached(System::Api) => "cached_api",
            Self::Cached(System::Oapi) => "cached_oapi",
        }
    }
}

/// A kept secret and the time that belongs to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// The secret.
    pub secret: Secret,
    /// Unix seconds: when it was entered; for [`Slot::Cached`] when it ends.
    pub at_unix: i64,
}

/// Why the vault could not do it. Never carries a secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VaultError {
    /// This computer offers no keyring (on Linux: no Secret Service). The offer is "only for this session".
    #[error("no keyring on this computer: {reason}")]
    NoService {
        /// The system's own words.
        reason: String,
    },
    /// The keyring is locked and was not unlocked.
    #[error("the keyring is locked: {reason}")]
    Locked {
        /// The system's own words.
        reason: String,
    },
    /// The entry exists but is not what this program writes; it is left alone.
    #[error("the keyring entry “{entry}” is not readable: {reason}")]
    Damaged {
        /// The entry's name.
        entry: String,
        /// What is wrong with it, without its content.
        reason: String,
    },
    /// The keyring limits the length of an entry.
    #[error("too long for this keyring (at most {limit})")]
    TooLong {
        /// The platform's limit, in its own unit.
        limit: u32,
    },
    /// It was written without an error, and something else was read back.
    #[error("the keyring did not keep what was written")]
    NotKept,
    /// Anything else.
    #[error("the keyring failed: {reason}")]
    Failed {
        /// The system's own words.
        reason: String,
    },
}

impl VaultError {
    /// Whether keeping it for this session only is the way out.
    pub fn offers_session(&self) -> bool {
        !matches!(self, Self::TooLong { .. })
    }

    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        let (key, args) = match self {
            Self::NoService { reason } => ("store.vault.no_service", vec![("reason", reason.clone())]),
            Self::Locked { reason } => ("store.vault.locked", vec![("reason", reason.clone())]),
            Self::Damaged { entry, reason } => {
                ("store.vault.damaged", vec![("entry", entry.clone()), ("reason", reason.clone())])
            }
            Self::TooLong { limit } => ("store.vault.too_long", vec![("limit", limit.to_string())]),
            Self::NotKept => ("store.vault.not_kept", Vec::new()),
            Self::Failed { reason } => ("store.vault.failed", vec![("reason", reason.clone())]),
        };
        text(lang, key, &args)
    }
}

/// A place for secrets. Every call may block for as long as the person needs to unlock the keyring.
pub trait Vault: Send + Sync {
    /// What is kept in a slot; `None` when nothing is.
    ///
    /// # Errors
    /// See [`VaultError`].
    fn get(&self, profile: &ProfileKey, slot: Slot) -> Result<Option<Kept>, VaultError>;

    /// Keeps a secret, replacing what was in the slot.
    ///
    /// # Errors
    /// See [`VaultError`]; nothing is changed then.
    fn set(&self, profile: &ProfileKey, slot: Slot, kept: &Kept) -> Result<(), VaultError>;

    /// Empties a slot; an empty one stays empty.
    ///
    /// # Errors
    /// See [`VaultError`].
    fn delete(&self, profile: &ProfileKey, slot: Slot) -> Result<(), VaultError>;

    /// Whether secrets can be kept at all, without touching any.
    ///
    /// # Errors
    /// [`VaultError::NoService`] when there is no keyring.
    fn status(&self) -> Result<(), VaultError>;
}

/// Empties every slot of a profile that is being removed.
///
/// # Errors
/// The first [`VaultError`].
pub fn forget(vault: &dyn Vault, profile: &ProfileKey) -> Result<(), VaultError> {
    Slot::ALL.into_iter().try_for_each(|slot| vault.delete(profile, slot))
}

/// Takes the secrets of a profile along when it is renamed: written under the new name first, then removed under the old.
///
/// Do not call it when the app or an address changed: the secret was entered for the other one.
///
/// # Errors
/// The first [`VaultError`]; what was not moved is still under the old name.
pub fn rename(vault: &dyn Vault, from: &ProfileKey, to: &ProfileKey) -> Result<(), VaultError> {
    if from == to {
        return Ok(());
    }
    for slot in Slot::ALL {
        if let Some(kept) = vault.get(from, slot)? {
            vault.set(to, slot, &kept)?;
        }
    }
    forget(vault, from)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn kept(text: &str, at_unix: i64) -> Kept {
        Kept { secret: Secret::new(text), at_unix }
    }

    /// What every vault has to do; run against each.
    pub(crate) fn round_trip(vault: &dyn Vault, tag: &str) {
        let one = ProfileKey::new("internal", tag, "key", &[]);
        let two = ProfileKey::new("internal", &format!("{tag}-2"), "key", &[]);
        forget(vault, &one).unwrap();
        forget(vault, &two).unwrap();
        assert_eq!(vault.get(&one, Slot::AppSecret).unwrap(), None);
        vault.delete(&one, Slot::AppSecret).unwrap();

        let secret = kept("pä$$ \"密码\" \\ 🐜\n", 7);
        vault.set(&one, Slot::AppSecret, &secret).unwrap();
        vault.set(&one, Slot::Cached(System::Oapi), &kept("tok", 1_900_000_000)).unwrap();
        assert_eq!(vault.get(&one, Slot::AppSecret).unwrap(), Some(secret.clone()));
        assert_eq!(vault.get(&one, Slot::Cached(System::Api)).unwrap(), None);
        assert_eq!(vault.get(&two, Slot::AppSecret).unwrap(), None);

        vault.set(&one, Slot::AppSecret, &kept("second", 8)).unwrap();
        assert_eq!(vault.get(&one, Slot::AppSecret).unwrap(), Some(kept("second", 8)));

        rename(vault, &one, &two).unwrap();
        assert_eq!(vault.get(&one, Slot::AppSecret).unwrap(), None);
        assert_eq!(vault.get(&two, Slot::AppSecret).unwrap(), Some(kept("second", 8)));
        assert_eq!(vault.get(&two, Slot::Cached(System::Oapi)).unwrap(), Some(kept("tok", 1_900_000_000)));

        vault.delete(&two, Slot::AppSecret).unwrap();
        assert_eq!(vault.get(&two, Slot::AppSecret).unwrap(), None);
        forget(vault, &two).unwrap();
        assert_eq!(vault.get(&two, Slot::Cached(System::Oapi)).unwrap(), None);
    }

    #[test]
    fn errors_and_keys_never_show_a_secret() {
        let shown = format!("{:?} {:?}", kept("test-secret-hunter2", 1), ProfileKey::new("token", "t", "", &[]));
        assert!(!shown.contains("test-secret-hunter2"), "{shown}");
    }

    #[test]
    fn slot_names_are_stable() {
        let names: Vec<_> = Slot::ALL.into_iter().map(Slot::name).collect();
        assert_eq!(names, ["app_secret", "suite_secret", "suite_ticket", "token", "cached_api", "cached_oapi"]);
    }
}
