//! What was wrong in `settings.toml`: which file, line, profile and key, and what to do.

use std::path::PathBuf;

use crate::{
    dingtalk::host::BaseUrlError,
    lang::{Lang, text},
    store::files::FileError,
};

/// One thing that is wrong or doubtful in the settings file. Never carries a secret's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The settings file.
    pub file: PathBuf,
    /// Its line, from 1, where one can be told.
    pub line: Option<usize>,
    /// The profile it stands in; its number ("2") where it has no name.
    pub profile: Option<String>,
    /// The key.
    pub key: Option<String>,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProblemKind {
    /// The file could not be read; the defaults are used.
    Unreadable {
        /// Why.
        error: FileError,
        /// Where the file was put so that nothing in it is lost; `None` when even that failed (then nothing is written).
        set_aside: Option<PathBuf>,
    },
    /// It is no TOML, or `profile` is no list of tables; the defaults are used.
    Syntax {
        /// The parser's words, in English.
        reason: String,
        /// As above.
        set_aside: Option<PathBuf>,
    },
    /// A key this version does not know. It is kept as it is.
    UnknownKey,
    /// A key that holds a secret: secrets belong into the keyring. The profile is not used until it is out of the file.
    Secret,
    /// A third-party personal app: the page says "暂不支持".
    PersonalApp,
    /// A key that has to be there is missing.
    Missing,
    /// The value has another type or is outside of what is accepted.
    NotAccepted {
        /// What is accepted.
        expected: String,
    },
    /// `api` or `oapi` is no usable address.
    Address(BaseUrlError),
    /// `api` or `oapi` of a sandbox profile points to another machine.
    SandboxElsewhere,
    /// Another profile above has this name.
    DuplicateName,
}

impl Problem {
    /// Whether something in the file is not used because of it (a profile, or the whole file); else it is a hint.
    pub fn is_error(&self) -> bool {
        match self.kind {
            ProblemKind::UnknownKey => false,
            // A wrong theme or text size is replaced by the default; nothing goes to the wrong place because of it.
            ProblemKind::NotAccepted { .. } => self.profile.is_some(),
            _ => true,
        }
    }

    /// The sentence for a person: the place first, then what is wrong and what to do.
    pub fn message(&self, lang: Lang) -> String {
        let mut place = self.file.display().to_string();
        if let Some(line) = self.line {
            place.push_str(&text(lang, "store.settings.at_line", &[("line", line.to_string())]));
        }
        if let Some(profile) = &self.profile {
            place.push_str(&text(lang, "store.settings.in_profile", &[("profile", profile.clone())]));
        }
        let key = self.key.clone().unwrap_or_default();
        let aside = |set_aside: &Option<PathBuf>| match set_aside {
            Some(path) => text(lang, "store.settings.set_aside", &[("path", path.display().to_string())]),
            None => text(lang, "store.settings.left", &[]),
        };
        let what = match &self.kind {
            ProblemKind::Unreadable { error, set_aside } => error.message(lang) + &aside(set_aside),
            ProblemKind::Syntax { reason, set_aside } => {
                text(lang, "store.settings.syntax", &[("reason", reason.clone())]) + &aside(set_aside)
            }
            ProblemKind::UnknownKey => text(lang, "store.settings.unknown_key", &[("key", key)]),
            ProblemKind::Secret => text(lang, "store.settings.secret", &[("key", key)]),
            ProblemKind::PersonalApp => text(lang, "store.settings.personal_app", &[]),
            ProblemKind::Missing => text(lang, "store.settings.missing", &[("key", key)]),
            ProblemKind::NotAccepted { expected } => {
                text(lang, "store.settings.not_accepted", &[("key", key), ("expected", expected.clone())])
            }
            ProblemKind::Address(reason) => {
                let reason = match reason {
                    BaseUrlError::Unreadable(_) => text(lang, "store.settings.address_unreadable", &[]),
                    BaseUrlError::NotHttps => text(lang, "store.settings.address_not_https", &[]),
                    BaseUrlError::Extra => text(lang, "store.settings.address_extra", &[]),
                };
                text(lang, "store.settings.address", &[("key", key), ("reason", reason)])
            }
            ProblemKind::SandboxElsewhere => text(lang, "store.settings.sandbox_elsewhere", &[("key", key)]),
            ProblemKind::DuplicateName => text(lang, "store.settings.duplicate", &[]),
        };
        text(lang, "store.settings.problem", &[("place", place), ("what", what)])
    }
}
