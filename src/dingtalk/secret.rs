//! A secret text: no `Display`, no `Serialize`, redacted `Debug`, zeroed when dropped.

use zeroize::Zeroizing;

/// An app secret, suite ticket or access token.
///
/// It is opened with [`Secret::open`] only next to the socket, in the keyring, and where a signature is computed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Every use is a place where a secret could leak: keep them few.
    pub fn open(&self) -> &str {
        &self.0
    }

    /// Whether nothing (or only blanks) is in it.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
