//! From a profile to a session that can make calls.
//!
//! The one place where secrets leave the vault. Its functions block (the keyring may ask to be unlocked): worker threads only.

use std::{sync::Arc, time::Duration};

use crate::{
    dingtalk::{
        client::{Client, Timeouts},
        fault::NotSent,
        host::Hosts,
        secret::Secret,
        session::Session,
        tokens::{Clock, Credentials, MemoryTokenCache, TokenCache},
    },
    lang::{Lang, text},
    sandbox::{Sandbox, SandboxOptions},
    store::{
        settings::{Profile, ProfileKind},
        vault::{PastedToken, Slot, Vault, VaultError, VaultTokenCache, token_from_environment},
    },
};

/// A session, and the stand-in behind it where the profile is the sandbox.
#[derive(Clone)]
pub struct Connection {
    /// Makes the calls.
    pub session: Session,
    /// The stand-in; dropping the last handle stops it.
    pub sandbox: Option<Arc<Sandbox>>,
}

/// Why no session could be made. Nothing has left this computer then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectError {
    /// The keyring could not be read.
    Vault(VaultError),
    /// The sandbox could not be started; the system's own words.
    Sandbox(String),
    /// This build or computer cannot make calls at all.
    Client(NotSent),
    /// Ids that the profile's kind needs are empty, by their key in `settings.toml`.
    MissingIds(Vec<&'static str>),
}

impl ConnectError {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Vault(error) => error.message(lang),
            Self::Sandbox(reason) => text(lang, "deliver.connect.sandbox", &[("reason", reason.clone())]),
            Self::Client(reason) => text(lang, "deliver.connect.client", &[("reason", format!("{reason:?}"))]),
            Self::MissingIds(ids) => text(lang, "deliver.connect.missing_ids", &[("ids", ids.join(", "))]),
        }
    }
}

impl From<VaultError> for ConnectError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

/// Makes the session of a profile. Blocks while the keyring is asked.
///
/// A `token` profile takes the token of `DING_COMPOSER_TOKEN` first: then no keyring is needed. A secret that is not there
/// is no error here: the first call says which one is missing.
///
/// # Errors
/// See [`ConnectError`].
pub fn connect(
    profile: &Profile,
    vault: &Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    sandbox: impl FnOnce() -> std::io::Result<Arc<Sandbox>>,
) -> Result<Connection, ConnectError> {
    let timeouts = Timeouts { total: Duration::from_secs(u64::from(profile.timeout_seconds)), ..Timeouts::default() };
    let client = Client::new(timeouts).map_err(ConnectError::Client)?;
    let missing = profile.missing();
    if !missing.is_empty() {
        return Err(ConnectError::MissingIds(missing));
    }
    let (hosts, credentials, cache, sandbox) = match profile.kind {
        ProfileKind::Sandbox => {
            let sandbox = sandbox().map_err(|error| ConnectError::Sandbox(error.to_string()))?;
            let (hosts, credentials) = of_sandbox(&sandbox);
            (hosts, credentials, memory(), Some(sandbox))
        }
        ProfileKind::Token => (profile.system_hosts(), pasted(profile, vault.as_ref())?, memory(), None),
        ProfileKind::Internal | ProfileKind::ThirdParty => {
            let cache: Arc<dyn TokenCache> = Arc::new(VaultTokenCache::new(Arc::clone(vault), profile.vault_key()));
            (profile.system_hosts(), kept(profile, vault.as_ref())?, cache, None)
        }
    };
    Ok(Connection { session: Session::new(client, hosts, credentials, cache, clock), sandbox })
}

/// Starts the stand-in with its default organisation.
///
/// # Errors
/// The system's, when no loopback port can be opened.
pub fn start_sandbox(options: SandboxOptions) -> std::io::Result<Arc<Sandbox>> {
    Sandbox::start(options).map(Arc::new)
}

fn of_sandbox(sandbox: &Sandbox) -> (Hosts, Credentials) {
    let credentials = Credentials::Internal { app_key: sandbox.app_key(), app_secret: sandbox.app_secret() };
    (sandbox.hosts(), credentials)
}

fn memory() -> Arc<dyn TokenCache> {
    Arc::new(MemoryTokenCache::default())
}

fn pasted(profile: &Profile, vault: &dyn Vault) -> Result<Credentials, VaultError> {
    if let Some(token) = token_from_environment() {
        return Ok(Credentials::Pasted { token, pasted_at_unix: None });
    }
    let found = PastedToken::load(vault, &profile.vault_key())?;
    Ok(match found {
        Some(found) => Credentials::Pasted { token: found.token, pasted_at_unix: Some(found.pasted_at_unix) },
        None => Credentials::Pasted { token: Secret::new(""), pasted_at_unix: None },
    })
}

fn kept(profile: &Profile, vault: &dyn Vault) -> Result<Credentials, VaultError> {
    let key = profile.vault_key();
    let secret = |slot| vault.get(&key, slot).map(|kept| kept.map_or_else(|| Secret::new(""), |kept| kept.secret));
    Ok(if profile.kind == ProfileKind::Internal {
        Credentials::Internal { app_key: profile.app_key.trim().to_owned(), app_secret: secret(Slot::AppSecret)? }
    } else {
        Credentials::ThirdParty {
            suite_key: profile.suite_key.trim().to_owned(),
            suite_secret: secret(Slot::SuiteSecret)?,
            auth_corp_id: profile.corp_id.trim().to_owned(),
            suite_ticket: secret(Slot::SuiteTicket)?,
        }
    })
}
