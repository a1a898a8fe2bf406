//! The entries of the catalogue, parsed once when first asked for.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::dingtalk::System;
use crate::lang::Lang;

const API: &str = include_str!("../../assets/catalogue/api.json");
const OAPI: &str = include_str!("../../assets/catalogue/oapi.json");

/// One code of one system, and for an 88 wrapper one sub code.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Entry {
    /// The system that gives it.
    pub system: System,
    /// The code. Answers without one have entries such as `HTTP 403 (no code)` and `x5-punish`.
    pub code: String,
    /// The real code inside a wrapper.
    #[serde(default)]
    pub sub_code: Option<String>,
    /// The HTTP status it comes with, where that is known.
    #[serde(default)]
    pub http: Option<u16>,
    /// What it is about: `token`, `permission`, `rate`, `template`, …
    #[serde(default)]
    pub kind: Option<String>,
    /// Whether the same call may succeed later.
    #[serde(default)]
    pub retryable: Option<bool>,
    /// The calls that give it.
    #[serde(default)]
    pub endpoints: Vec<String>,
    /// Whether the calls of this program can get it. Only then are cause, fix and English there.
    pub relevant: bool,
    /// DingTalk's own wording, in Chinese.
    #[serde(default)]
    pub official: String,
    /// Our words in Chinese.
    pub zh: Words,
    /// Our words in English.
    #[serde(default)]
    pub en: Option<Words>,
    /// What the program can do about it.
    #[serde(default)]
    pub action: EntryAction,
    /// JSON pointers of the fields it is about, of the card body and of the notice body.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// What happened, why, what to do.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Words {
    /// One sentence: what happened.
    pub what: String,
    /// The most likely cause.
    #[serde(default)]
    pub cause: String,
    /// What to do.
    #[serde(default)]
    pub fix: String,
}

/// What the program can do about an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryAction {
    /// Nothing; a person has to.
    #[default]
    None,
    /// Go to [`Entry::fields`].
    Jump,
    /// Open the settings.
    OpenSettings,
    /// Wait and try again.
    Wait,
    /// Run the connection check.
    CheckConnection,
    /// Open the permission page.
    OpenPermissions,
    /// Open the template list.
    OpenTemplates,
    /// Fetch a new token.
    NewToken,
    /// Make a new outTrackId.
    NewOutTrackId,
}

impl Entry {
    /// Our words in a language; English exists for relevant entries only.
    pub const fn words(&self, lang: Lang) -> Option<&Words> {
        match lang {
            Lang::Zh => Some(&self.zh),
            Lang::En => self.en.as_ref(),
        }
    }
}

struct Catalogue {
    entries: Vec<Entry>,
    /// System and lower-case code → places in `entries`, the one without a sub code first.
    by_code: HashMap<(System, String), Vec<usize>>,
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        // The files are part of the program and a test reads them; should one be broken, every code is simply unknown.
        let read = |text: &str| serde_json::from_str::<Vec<Entry>>(text).unwrap_or_default();
        let mut entries = read(API);
        entries.extend(read(OAPI));
        let mut by_code: HashMap<(System, String), Vec<usize>> = HashMap::new();
        for (place, entry) in entries.iter().enumerate() {
            let places = by_code.entry((entry.system, entry.code.to_ascii_lowercase())).or_default();
            if entry.sub_code.is_none() { places.insert(0, place) } else { places.push(place) }
        }
        Catalogue { entries, by_code }
    })
}

/// Every entry, api first.
pub fn all() -> &'static [Entry] {
    &catalogue().entries
}

/// The entry of a code, ignoring capitals.
///
/// With a sub code (of an 88 wrapper): the wrapper's own entry for it, else the entry of the plain code; the bare wrapper is
/// never the answer to a sub code. A number that the api host gives in an `errcode` is looked up among the old system's.
pub fn lookup(system: System, code: &str, sub_code: Option<&str>) -> Option<&'static Entry> {
    let catalogue = catalogue();
    let places = |system: System, code: &str| {
        catalogue.by_code.get(&(system, code.trim().to_ascii_lowercase())).map_or(&[][..], Vec::as_slice)
    };
    let entries =
        |system: System, code: &str| places(system, code).iter().filter_map(|place| catalogue.entries.get(*place));
    if let Some(sub_code) = sub_code {
        let wrapped = entries(system, code).find(|entry| entry.sub_code.as_deref() == Some(sub_code.trim()));
        return wrapped.or_else(|| lookup(system, sub_code, None));
    }
    let plain = |system: System| entries(system, code).find(|entry| entry.sub_code.is_none());
    plain(system).or_else(|| match system {
        System::Api if code.trim().parse::<i64>().is_ok() => plain(System::Oapi),
        // Entries for answers without a code stand once, with the api system.
        System::Oapi if code.starts_with("HTTP ") || code == "x5-punish" => plain(System::Api),
        System::Api | System::Oapi => None,
    })
}
