//! Secrets that a person wrote into `settings.toml`: recognised by the key's name, and moved into the vault on request.

use std::path::Path;

use toml_edit::{DocumentMut, Item};
use zeroize::Zeroizing;

use super::read;
use crate::{
    dingtalk::secret::Secret,
    store::{
        files::{self, FileError},
        vault::{ProfileKey, Slot},
    },
};

/// Whether a key's name says that its value is a secret. `suite_key` and `app_key` are ids, not secrets.
pub(super) fn looks_secret(key: &str) -> bool {
    let plain: String = key.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    ["secret", "token", "password", "passwd", "ticket", "aeskey", "privatekey", "apikey", "credential"]
        .iter()
        .any(|word| plain.contains(word))
        || key.contains("密钥")
        || key.contains("密码")
        || key.contains("令牌")
}

/// Which slot of the vault a key's value belongs into; `None` when it is none of ours.
fn slot_of(key: &str) -> Option<Slot> {
    let plain: String = key.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.as_str() {
        "appsecret" | "clientsecret" | "secret" => Some(Slot::AppSecret),
        "suitesecret" => Some(Slot::SuiteSecret),
        "suiteticket" | "ticket" => Some(Slot::SuiteTicket),
        "token" | "accesstoken" => Some(Slot::Token),
        _ => None,
    }
}

/// A secret found in the settings file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundSecret {
    /// The profile's name; `None` for a key outside of the profiles.
    pub profile: Option<String>,
    /// The key in the file.
    pub key: String,
    /// Where the vault keeps it; `None` when it is nothing this program uses, or stands outside of a profile.
    pub place: Option<(ProfileKey, Slot)>,
    /// The value; `None` when it is no text.
    pub secret: Option<Secret>,
}

/// Reads the secrets that stand in a settings file, to put them into the vault because the person said so.
///
/// Afterwards [`super::Settings::remove_secrets_from_file`] takes them out of the file.
///
/// # Errors
/// [`FileError`] when the file cannot be read. A file that is no TOML has no secrets as far as this function knows.
pub fn secrets_in_file(path: &Path) -> Result<Vec<FoundSecret>, FileError> {
    let Some(text) = files::read_text(path)?.map(Zeroizing::new) else { return Ok(Vec::new()) };
    let (Ok(parsed), Ok(document)) = (read::parse(path, &text), text.parse::<DocumentMut>()) else {
        return Ok(Vec::new());
    };
    let value = |item: Option<&Item>| item.and_then(Item::as_str).map(Secret::new);
    let mut found: Vec<_> = document
        .iter()
        .filter(|(key, _)| looks_secret(key))
        .map(|(key, item)| FoundSecret { profile: None, key: key.to_owned(), place: None, secret: value(Some(item)) })
        .collect();
    let tables = document.get("profile").and_then(Item::as_array_of_tables);
    for (one, table) in parsed.profiles.iter().zip(tables.into_iter().flatten()) {
        for key in &one.secret_keys {
            found.push(FoundSecret {
                profile: Some(one.profile.name.clone()),
                key: key.clone(),
                place: slot_of(key).map(|slot| (one.profile.vault_key(), slot)),
                secret: value(table.get(key)),
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names_and_ids_are_not() {
        for key in
            ["app_secret", "appSecret", "access_token", "TOKEN", "suite_ticket", "aes-key", "client_secret", "密钥"]
        {
            assert!(looks_secret(key), "{key}");
        }
        for key in ["app_key", "suite_key", "corp_id", "callback_route_key", "name", "colour", "robot_code"] {
            assert!(!looks_secret(key), "{key}");
        }
    }
}
