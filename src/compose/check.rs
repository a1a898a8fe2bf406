//! Checking a draft: findings, and a [`Ready`] where none of them is an error.
//!
//! **Cost.** [`check_draft`] looks at everything. A screen that checks at every keystroke keeps a [`CheckCache`] beside the
//! draft and calls [`check_draft_with`]: what belongs to `privateData` (its findings, its text, its hash) is worked out
//! again only when the table is another one (by the identity of its [`std::sync::Arc`], held weakly, so that the cache
//! never makes `Arc::make_mut` copy the table) or when something kept inside `privateData` changed. With 200 public
//! variables and 5,000 people × 5 columns a keystroke elsewhere stays under 2 ms; one inside the table costs the whole.

use std::collections::HashMap;

use super::{
    Draft, Finding, Severity, card::PrivateTable, check_card::check_card_with, check_notice::check_notice,
    notice::NoticeTemplate, ready::Ready,
};

pub use super::check_card::{DATA_BYTES, check_card};
pub use super::check_notice::{People, people};
pub use super::check_private::{CheckCache, PrettyParts};
pub use super::ways::erase::EarlierCard;

/// What the rest of the program knows and a check may ask. Every answer may be "not known".
pub trait Known {
    /// The [`super::CardDraft::content_hash`] of an earlier card sent with this outTrackId.
    fn earlier_content(&self, _out_track_id: &str) -> Option<String> {
        None
    }

    /// What an earlier card of this outTrackId holds now, for what an update would erase.
    fn earlier_card(&self, _out_track_id: &str) -> Option<EarlierCard> {
        None
    }

    /// How many different people the users and the departments (with their sub-departments) reach together, when the
    /// directory knows the members of all of them.
    fn people_reached(&self, _users: &[&str], _departments: &[&str]) -> Option<u64> {
        None
    }

    /// How many people a department has, sub-departments included. A count the draft holds itself comes first.
    fn department_people(&self, _department: &str) -> Option<u64> {
        None
    }
}

/// Knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingKnown;

impl Known for NothingKnown {}

/// What a check needs besides the draft.
#[derive(Clone, Copy)]
pub struct CheckContext<'c> {
    /// Earlier sends and the directory.
    pub known: &'c dyn Known,
    /// The template of the person's library that a notice uses.
    pub template: Option<&'c NoticeTemplate>,
    /// Whether the profile is a third-party enterprise app; `None` where that does not matter (the sandbox).
    pub third_party: Option<bool>,
}

impl Default for CheckContext<'_> {
    fn default() -> Self {
        Self { known: &NothingKnown, template: None, third_party: None }
    }
}

impl std::fmt::Debug for CheckContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckContext")
            .field("template", &self.template)
            .field("third_party", &self.third_party)
            .finish_non_exhaustive()
    }
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Everything wrong or doubtful, in the order of the form.
    pub findings: Vec<Finding>,
    /// What can be handed to `deliver`; `None` while a finding is an error.
    pub ready: Option<Ready>,
}

impl Checked {
    /// How many findings have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// The first error, for the reason on the button that is off.
    pub fn first_error(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity == Severity::Error)
    }
}

/// Checks a draft from nothing.
pub fn check_draft(draft: &Draft, context: &CheckContext<'_>) -> Checked {
    check_draft_with(draft, context, &mut CheckCache::default())
}

/// Checks a draft, taking from the cache what has not changed since the last call.
pub fn check_draft_with(draft: &Draft, context: &CheckContext<'_>, cache: &mut CheckCache) -> Checked {
    let findings = match draft {
        Draft::Card(card) => check_card_with(card, context, cache),
        Draft::Notice(notice) => check_notice(notice, context.template, context),
    };
    let blocked = findings.iter().any(|finding| finding.severity == Severity::Error);
    let ready = (!blocked).then(|| Ready::of(draft, cache, false));
    Checked { findings, ready }
}

/// How many findings of one code are listed before the rest is only counted.
const LISTED: usize = 100;

/// A list of findings that stays short when thousands of rows have the same problem.
#[derive(Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    counts: HashMap<&'static str, usize>,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.code).or_default();
        *count += 1;
        if *count <= LISTED {
            self.list.push(finding);
        }
    }

    /// The list, with one finding for every code that had more than are listed.
    pub fn finish(self, pointer: &str, code: &'static str) -> Vec<Finding> {
        let Self { mut list, counts } = self;
        let mut at = 0;
        let mut seen: HashMap<&'static str, usize> = HashMap::new();
        while let Some(finding) = list.get(at) {
            let (severity, of) = (finding.severity, finding.code);
            let seen = seen.entry(of).or_default();
            *seen += 1;
            at += 1;
            let total = counts.get(of).copied().unwrap_or_default();
            if *seen == LISTED && total > LISTED {
                let more = Finding::new(severity, pointer, code).arg("count", total - LISTED).arg("code", of);
                list.insert(at, more);
                at += 1;
            }
        }
        list
    }
}

/// What is wrong with an id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum IdProblem {
    Empty,
    /// Several ids in one text, as in the documents' own example.
    Joined,
    /// Quotes, brackets or backslashes around it, as in the documents' own curl.
    Wrapped,
    /// Space around or inside, or an invisible character.
    Space,
}

pub(super) fn id_problem(id: &str) -> Option<IdProblem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '$' | '+' | '/' | '=' | ':');
    if id.chars().all(plain) {
        return id.is_empty().then_some(IdProblem::Empty);
    }
    if id.trim().is_empty() {
        Some(IdProblem::Empty)
    } else if id.contains([',', '，', '、', ';', '；', '|']) || id.split_whitespace().nth(1).is_some() {
        Some(IdProblem::Joined)
    } else if id.contains(['"', '\'', '“', '”', '‘', '’', '[', ']', '{', '}', '\\']) {
        Some(IdProblem::Wrapped)
    } else if id
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'))
    {
        Some(IdProblem::Space)
    } else {
        None
    }
}

/// The first `${…}` of a text that no column of the table fills for anybody, with its braces.
pub(super) fn unfilled<'t>(text: &'t str, table: &PrivateTable) -> Option<&'t str> {
    let mut rest = text;
    while let Some(found) = placeholder(rest) {
        let name = found.get(2..found.len() - 1).unwrap_or_default();
        if !table.fills(name) {
            return Some(found);
        }
        let at = rest.find(found).unwrap_or_default() + found.len();
        rest = rest.get(at..).unwrap_or_default();
    }
    None
}

/// The first `${…}` of a text, with its braces.
pub(super) fn placeholder(text: &str) -> Option<&str> {
    let start = text.find("${")?;
    let rest = text.get(start..)?;
    let end = rest.find('}')?;
    rest.get(..=end)
}
