//! `settings.toml`: language, theme, text size and the profiles. Never a secret.
//!
//! Written by people as well as by the program: comments, order and unknown keys survive, mistakes are named with file,
//! line, profile and key, and a file that cannot be read is set aside, never overwritten. Knows no screen.

mod limits;
mod problem;
mod profile;
mod read;
mod secrets;

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

pub use limits::{LimitField, Limits};
pub use problem::{Problem, ProblemKind};
pub use profile::{Profile, ProfileColour, ProfileId, ProfileKind};
pub use secrets::{FoundSecret, secrets_in_file};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value, value};
use zeroize::Zeroizing;

use super::files::{self, FileError};
use crate::{
    dingtalk::host::BaseUrl,
    lang::{Lang, text},
};

/// Light, dark, or as the system says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All themes, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word in `settings.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word in `settings.toml`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// The settings in use. Change the public fields, then [`Settings::save`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// `language`; `None` follows the system ([`Lang::of_system`]).
    pub language: Option<Lang>,
    /// `theme`.
    pub theme: Theme,
    /// `text_scale`: 1 is normal; within [`Settings::TEXT_SCALES`].
    pub text_scale: f32,
    /// `current_profile`: the profile the window opens on; empty is the first.
    pub current_profile: String,
    /// The profiles that can be used, in order. A sandbox is always among them.
    pub profiles: Vec<Profile>,
    /// Names of profiles that stand in the file and cannot be used as they are (see the problems); kept in the file.
    refused: Vec<String>,
    document: DocumentMut,
    /// Which profile each `[[profile]]` of the document is; `None` for a refused one.
    tables: Vec<Option<ProfileId>>,
    /// Hash of the file's text as read or written last; `None` when there was no file.
    base: Option<u64>,
    has_secrets: bool,
    /// The file could neither be read nor set aside: it must not be overwritten.
    locked: bool,
}

/// What [`Settings::load`] found.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings to use.
    pub settings: Settings,
    /// What is wrong in the file, in its order: show all of it.
    pub problems: Vec<Problem>,
}

/// Why settings could not be written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Someone else (an editor, another window) changed the file since it was read; it is not overwritten.
    #[error("{} was changed by someone else", .0.display())]
    ChangedOutside(PathBuf),
    /// The file could neither be read nor set aside when the program started; it is not overwritten.
    #[error("{} could not be read and is left as it is", .0.display())]
    LeftAlone(PathBuf),
    /// A secret stands in the file: writing would silently lose it.
    #[error("{} holds a secret: move it into the keyring first", .0.display())]
    SecretInFile(PathBuf),
    /// A name that is blank, too long or not unique.
    #[error("the profile name “{0}” cannot be used")]
    ProfileName(String),
}

impl SettingsError {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        let path = |path: &PathBuf| vec![("path", path.display().to_string())];
        match self {
            Self::File(error) => error.message(lang),
            Self::ChangedOutside(file) => text(lang, "store.settings.changed_outside", &path(file)),
            Self::LeftAlone(file) => text(lang, "store.settings.left_alone", &path(file)),
            Self::SecretInFile(file) => text(lang, "store.settings.secret_in_file", &path(file)),
            Self::ProfileName(name) => text(lang, "store.settings.profile_name", &[("name", name.clone())]),
        }
    }
}

/// Why there is no profile of a name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoProfile {
    /// No `[[profile]]` has this name.
    #[error("no profile is called “{name}”; there are: {}", known.join(", "))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// It stands in the file but has a mistake, which the problems name.
    #[error("the profile “{0}” has a mistake in settings.toml")]
    Refused(String),
}

impl NoProfile {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Unknown { name, known } => {
                let between = if lang == Lang::Zh { "、" } else { ", " };
                let args = [("name", name.clone()), ("known", known.join(between))];
                text(lang, "store.settings.no_profile", &args)
            }
            Self::Refused(name) => text(lang, "store.settings.refused_profile", &[("name", name.clone())]),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: None,
            theme: Theme::System,
            text_scale: 1.0,
            current_profile: String::new(),
            profiles: vec![Profile::new(Profile::SANDBOX, ProfileKind::Sandbox)],
            refused: Vec::new(),
            document: DocumentMut::new(),
            tables: Vec::new(),
            base: None,
            has_secrets: false,
            locked: false,
        }
    }
}

impl Settings {
    /// Accepted text sizes.
    pub const TEXT_SCALES: RangeInclusive<f32> = 0.5..=3.0;

    /// Reads a settings file. Always gives settings to work with; a file that cannot be read is set aside (renamed to
    /// `settings.toml.broken-<n>`) and the defaults are used.
    pub fn load(path: &Path) -> Loaded {
        let (problem, line, error) = match files::read_text(path).map(|text| text.map(Zeroizing::new)) {
            Ok(None) => return Loaded { settings: Self::default(), problems: Vec::new() },
            Ok(Some(text)) => match read::parse(path, &text) {
                Ok(parsed) => return Self::from_parsed(parsed, hash(&text)),
                Err(error) => (Err(error.reason), error.line, None),
            },
            Err(error) => (Ok(error.clone()), None, Some(error)),
        };
        let set_aside = files::set_aside(path).ok();
        if let Some(error) = error {
            tracing::warn!(%error, "the settings cannot be read");
        }
        let settings = Self { locked: set_aside.is_none(), ..Self::default() };
        let kind = match problem {
            Ok(error) => ProblemKind::Unreadable { error, set_aside },
            Err(reason) => ProblemKind::Syntax { reason, set_aside },
        };
        let problem = Problem { file: path.to_owned(), line, profile: None, key: None, kind };
        Loaded { settings, problems: vec![problem] }
    }

    fn from_parsed(parsed: read::Parsed, base: u64) -> Loaded {
        let mut settings = Self {
            language: parsed.language,
            theme: parsed.theme.unwrap_or_default(),
            text_scale: parsed.text_scale.unwrap_or(1.0),
            current_profile: parsed.current_profile.unwrap_or_default(),
            profiles: Vec::new(),
            document: parsed.document,
            base: Some(base),
            has_secrets: parsed.has_secrets,
            ..Self::default()
        };
        for one in parsed.profiles {
            if one.refused {
                settings.tables.push(None);
                settings.refused.push(one.profile.name);
            } else {
                settings.tables.push(Some(one.profile.id));
                settings.profiles.push(one.profile);
            }
        }
        settings.keep_a_sandbox();
        Loaded { settings, problems: parsed.problems }
    }

    /// The sandbox is always there, whatever the file says.
    fn keep_a_sandbox(&mut self) {
        if !self.profiles.iter().any(Profile::is_sandbox) {
            let name = self.free_name(Profile::SANDBOX);
            self.profiles.insert(0, Profile::new(name, ProfileKind::Sandbox));
        }
    }

    /// A name that no profile has: the given one, or with a number behind it.
    pub fn free_name(&self, wanted: &str) -> String {
        let taken =
            |name: &str| self.profiles.iter().any(|one| one.name == name) || self.refused.iter().any(|one| one == name);
        let mut name = wanted.to_owned();
        let mut number = 2_u32;
        while taken(&name) {
            name = format!("{wanted} {number}");
            number = number.saturating_add(1);
        }
        name
    }

    /// The language to show.
    pub fn lang(&self) -> Lang {
        self.language.unwrap_or_else(Lang::of_system)
    }

    /// The profile of a name.
    ///
    /// # Errors
    /// [`NoProfile`] naming those there are, or saying that it stands in the file with a mistake.
    pub fn profile(&self, name: &str) -> Result<&Profile, NoProfile> {
        let name = name.trim();
        if let Some(found) = self.profiles.iter().find(|one| one.name.trim() == name) {
            return Ok(found);
        }
        if self.refused.iter().any(|refused| refused == name) {
            return Err(NoProfile::Refused(name.to_owned()));
        }
        let known = self.profiles.iter().map(|one| one.name.clone()).collect();
        Err(NoProfile::Unknown { name: name.to_owned(), known })
    }

    /// The profile of an id.
    pub fn by_id(&self, id: ProfileId) -> Option<&Profile> {
        self.profiles.iter().find(|one| one.id == id)
    }

    /// The profile the window opens on: `current_profile`, else the sandbox.
    pub fn current(&self) -> &Profile {
        let named = self.profiles.iter().find(|one| one.name == self.current_profile);
        named.unwrap_or_else(|| self.sandbox())
    }

    /// The first sandbox profile.
    pub fn sandbox(&self) -> &Profile {
        static SPARE: std::sync::LazyLock<Profile> =
            std::sync::LazyLock::new(|| Profile::new(Profile::SANDBOX, ProfileKind::Sandbox));
        self.profiles.iter().find(|one| one.is_sandbox()).unwrap_or(&SPARE)
    }

    /// Names of profiles that stand in the file but cannot be used.
    pub fn refused(&self) -> &[String] {
        &self.refused
    }

    /// Whether a secret stands in the file (a problem names it): see [`secrets_in_file`].
    pub fn has_secrets_in_file(&self) -> bool {
        self.has_secrets
    }

    /// Writes the settings: whole or not at all, keeping comments and unknown keys.
    ///
    /// # Errors
    /// See [`SettingsError`]; the file is as it was then.
    pub fn save(&mut self, path: &Path) -> Result<(), SettingsError> {
        if self.has_secrets {
            return Err(SettingsError::SecretInFile(path.to_owned()));
        }
        self.write(path)
    }

    /// Takes the keys that hold secrets out of the file, after they were put into the vault. Load again afterwards.
    ///
    /// # Errors
    /// See [`SettingsError`]; the file is as it was then.
    pub fn remove_secrets_from_file(&mut self, path: &Path) -> Result<(), SettingsError> {
        self.write(path)?;
        self.has_secrets = false;
        Ok(())
    }

    fn write(&mut self, path: &Path) -> Result<(), SettingsError> {
        self.check_names()?;
        self.keep_a_sandbox();
        if self.locked {
            return Err(SettingsError::LeftAlone(path.to_owned()));
        }
        let on_disk = files::read_text(path)?.map(Zeroizing::new).map(|text| hash(&text));
        if on_disk.is_some() && on_disk != self.base {
            return Err(SettingsError::ChangedOutside(path.to_owned()));
        }
        self.update_document();
        let text = self.document.to_string();
        files::write_atomically(path, text.as_bytes())?;
        self.base = Some(hash(&text));
        Ok(())
    }

    fn check_names(&self) -> Result<(), SettingsError> {
        for (at, profile) in self.profiles.iter().enumerate() {
            let name = profile.name.trim();
            let taken = self.profiles.iter().take(at).any(|other| other.name.trim() == name)
                || self.refused.iter().any(|other| other == name);
            if name.is_empty() || taken || name.chars().count() > Profile::LONGEST_NAME {
                return Err(SettingsError::ProfileName(profile.name.clone()));
            }
        }
        Ok(())
    }

    fn update_document(&mut self) {
        let root = self.document.as_table_mut();
        set(root, "language", self.language.map(|lang| lang.code().into()));
        set_unless(root, "theme", self.theme.name().into(), self.theme == Theme::default());
        let scale = (f64::from(self.text_scale) * 100.0).round() / 100.0;
        set_unless(root, "text_scale", scale.into(), (scale - 1.0).abs() < f64::EPSILON);
        set(root, "current_profile", (!self.current_profile.is_empty()).then(|| self.current_profile.as_str().into()));

        let mut old: Vec<(Option<ProfileId>, Table)> = match root.remove("profile") {
            Some(Item::ArrayOfTables(tables)) => self.tables.iter().copied().zip(tables).collect(),
            _ => Vec::new(),
        };
        let mut positions: Vec<_> = old.iter().filter_map(|(_, table)| table.position()).collect();
        positions.sort_unstable();
        let mut positions = positions.into_iter();
        let mut tables = ArrayOfTables::new();
        self.tables.clear();
        let mut push = |id, mut table: Table| {
            if let Some(position) = positions.next() {
                table.set_position(position);
                // A table inside moves with it: of one position, the outer one is written first.
                for (_, item) in table.iter_mut() {
                    if let Some(inner) = item.as_table_mut() {
                        inner.set_position(position);
                    }
                }
            }
            tables.push(table);
            self.tables.push(id);
        };
        for profile in &self.profiles {
            let at = old.iter().position(|(id, _)| *id == Some(profile.id));
            let mut table = match at {
                Some(at) => old.remove(at).1,
                // The sandbox that is always there needs no lines of its own.
                None if is_plain_sandbox(profile) => continue,
                None => {
                    let mut table = Table::new();
                    table.decor_mut().set_prefix("\n");
                    table
                }
            };
            update_profile(&mut table, profile);
            push(Some(profile.id), table);
        }
        for (id, table) in old {
            if id.is_none() {
                push(None, table);
            }
        }
        if !tables.is_empty() {
            self.document.insert("profile", Item::ArrayOfTables(tables));
        }
    }
}

fn is_plain_sandbox(profile: &Profile) -> bool {
    *profile == Profile { id: profile.id, ..Profile::new(Profile::SANDBOX, ProfileKind::Sandbox) }
}

fn update_profile(table: &mut Table, profile: &Profile) {
    set(table, "name", Some(profile.name.trim().into()));
    set(table, "kind", Some(profile.kind.name().into()));
    for (key, address) in [("api", &profile.api), ("oapi", &profile.oapi)] {
        // An address written another way (a slash at the end) stays as it is.
        let written = table.get(key).and_then(Item::as_str).and_then(|text| BaseUrl::parse(text).ok());
        if written != *address || (written.is_none() && table.contains_key(key)) {
            set(table, key, address.as_ref().map(|url| url.as_str().into()));
        }
    }
    let mut copy = profile.clone();
    for (key, field) in Profile::TEXTS {
        let text = field(&mut copy).trim();
        // An id written as a number stays one as long as it says the same.
        let same = table.get(key).and_then(Item::as_integer).is_some_and(|number| number.to_string() == text);
        if !same {
            set(table, key, (!text.is_empty()).then(|| text.into()));
        }
    }
    let (confirm, timeout) = (profile.confirm_above, profile.timeout_seconds);
    let plain = confirm == Profile::CONFIRM_ABOVE && !profile.confirm_set;
    set_unless(table, "confirm_above", i64::from(confirm).into(), plain);
    let stop = profile.stop_after_errors;
    set_unless(table, "stop_after_errors", i64::from(stop).into(), stop == Profile::STOP_AFTER_ERRORS);
    update_only_to(table, &profile.only_to);
    update_limits(table, profile.limits);
    set_unless(table, "timeout_seconds", i64::from(timeout).into(), timeout == Profile::TIMEOUT_SECONDS);
    set(table, "colour", profile.colour.map(|colour| colour.name().into()));
}

fn update_only_to(table: &mut Table, wanted: &[String]) {
    let written = table.get("only_to").and_then(Item::as_array).map(|list| {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).trim().to_owned();
        list.iter().map(text).collect::<Vec<_>>()
    });
    if wanted.is_empty() {
        table.remove("only_to");
    } else if written.as_deref() != Some(wanted) {
        table.insert("only_to", value(wanted.iter().map(String::as_str).collect::<toml_edit::Array>()));
    }
}

fn update_limits(table: &mut Table, mut limits: Limits) {
    const KEY: &str = "limits";
    if limits != Limits::default() && !table.get(KEY).is_some_and(Item::is_table) {
        table.insert(KEY, Item::Table(Table::new()));
    }
    let Some(inner) = table.get_mut(KEY).and_then(Item::as_table_mut) else { return };
    for (key, field) in Limits::KEYS {
        set(inner, key, field(&mut limits).map(|limit| i64::from(limit).into()));
    }
    if inner.is_empty() {
        table.remove(KEY);
    }
}

/// Sets, changes or removes a key, leaving one that says the same already (and its comment) untouched.
fn set(table: &mut Table, key: &str, wanted: Option<Value>) {
    let Some(mut wanted) = wanted else {
        table.remove(key);
        return;
    };
    match table.get_mut(key) {
        Some(Item::Value(old)) => {
            let same = match (&*old, &wanted) {
                (Value::String(old), Value::String(new)) => old.value().trim() == new.value(),
                (Value::Integer(old), Value::Integer(new)) => old.value() == new.value(),
                (Value::Float(old), Value::Float(new)) => (old.value() - new.value()).abs() < 1e-9,
                _ => false,
            };
            if !same {
                *wanted.decor_mut() = old.decor().clone();
                *old = wanted;
            }
        }
        _ => {
            table.insert(key, value(wanted));
        }
    }
}

/// As [`set`], but a default that does not stand in the file is not added.
fn set_unless(table: &mut Table, key: &str, wanted: Value, is_default: bool) {
    if table.contains_key(key) || !is_default {
        set(table, key, Some(wanted));
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
