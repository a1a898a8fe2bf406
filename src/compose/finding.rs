//! What is wrong or doubtful in a draft, where it stands, and which limit it breaks.

use crate::lang::{Lang, text};

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing will fail.
    Info,
    /// It will be accepted, and probably not do what was meant.
    Warning,
    /// The call would be refused: it is not made.
    Error,
}

impl Severity {
    /// The word in reports: `error`, `warning`, `info`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a limit counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Unit {
    /// UTF-8 bytes.
    Bytes,
    /// Unicode scalar values.
    Characters,
    /// People.
    People,
    /// Departments.
    Departments,
    /// Entries of a list.
    Entries,
}

impl Unit {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Characters => "characters",
            Self::People => "people",
            Self::Departments => "departments",
            Self::Entries => "entries",
        }
    }
}

/// A documented limit and what was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Limit {
    /// The largest value allowed.
    pub max: u64,
    /// The value found.
    pub actual: u64,
    /// What both count.
    pub unit: Unit,
}

/// One thing that is wrong or doubtful.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Finding {
    /// JSON pointer into the body: `/cardData/cardParamMap/title`. `""` is the body itself.
    pub pointer: String,
    /// How bad it is.
    pub severity: Severity,
    /// A stable name such as `card.template_empty`; its text is the locale key `finding.<code>`.
    pub code: &'static str,
    /// What fills the placeholders of the text.
    pub args: Vec<(&'static str, String)>,
    /// The limit it breaks, where there is one.
    pub limit: Option<Limit>,
}

impl Finding {
    /// A finding without placeholders or limit.
    pub fn new(severity: Severity, pointer: impl Into<String>, code: &'static str) -> Self {
        Self { pointer: pointer.into(), severity, code, args: Vec::new(), limit: None }
    }

    /// Fills a placeholder of the text.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over numbers and texts as they have them")]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Adds the limit it breaks; `%{max}` and `%{actual}` of the text are filled from it.
    #[must_use]
    pub fn limit(mut self, max: u64, actual: u64, unit: Unit) -> Self {
        self.limit = Some(Limit { max, actual, unit });
        self
    }

    /// The sentence for a person.
    ///
    /// A placeholder whose name ends in `_key` holds a locale key: its text, filled with the placeholders before it, fills
    /// the placeholder without that ending. One that ends in `_keys` holds several, joined with commas.
    pub fn message(&self, lang: Lang) -> String {
        let mut args: Vec<(&'static str, String)> = Vec::with_capacity(self.args.len() + 2);
        for (name, value) in &self.args {
            if let Some(plain) = name.strip_suffix("_keys") {
                let words: Vec<_> = value.split(',').map(|key| text(lang, key, &[])).collect();
                args.push((plain, words.join(if lang == Lang::Zh { "、" } else { ", " })));
            } else if let Some(plain) = name.strip_suffix("_key") {
                args.push((plain, text(lang, value, &args)));
            } else {
                args.push((name, value.clone()));
            }
        }
        if let Some(limit) = self.limit {
            args.push(("max", limit.max.to_string()));
            args.push(("actual", limit.actual.to_string()));
        }
        text(lang, &format!("finding.{}", self.code), &args)
    }
}
