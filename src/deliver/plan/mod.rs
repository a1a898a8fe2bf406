//! The plan, before anything leaves: people become calls, how long it will take, and what will happen to whom.
//!
//! Pure but for reading the journal: nothing is written, nothing is sent. What cannot go out as it is, is named person by
//! person with the rule and what can be done; the caller decides.

mod check;
mod count;
mod cut;
mod past;
mod recipients;
mod report;

use std::ops::Range;

pub use count::call_count;
pub use past::Past;
pub use recipients::{Recipients, recipients};
pub use report::{local_moment, moment, plan_json, rule_label};

use super::limits::{Allowances, REPORTED_PEOPLE, allowances};
use crate::{
    compose::{
        CheckContext, Draft, Finding, Kind, Severity, Via,
        notice::DepartmentRef,
        personal::{Content, PeopleTable, Personal, Use},
    },
    directory::model::Directory,
    store::{history::HistoryError, settings::Profile},
};

/// How people are cut into calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Mode {
    /// As few calls as the limits allow.
    #[default]
    Fewest,
    /// At most [`REPORTED_PEOPLE`] people a call and no departments, so that DingTalk's report names everybody.
    Report,
}

impl Mode {
    /// Both modes.
    pub const ALL: [Self; 2] = [Self::Fewest, Self::Report];

    /// The word on the command line and in the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fewest => "fewest",
            Self::Report => "report",
        }
    }

    /// The mode of a word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// What shall be sent, to whom, and how.
#[derive(Clone, Copy)]
pub struct Wanted<'w> {
    /// The message. Its own recipients do not count: those of `recipients` do.
    pub draft: &'w Draft,
    /// Who shall get it: see [`recipients`].
    pub recipients: &'w Recipients,
    /// Whose limits count.
    pub profile: &'w Profile,
    /// How it is cut.
    pub mode: Mode,
    /// Leave out whoever would not get it, instead of sending to them in vain.
    pub leave_out: bool,
    /// The people the app may see, where they are known.
    pub directory: Option<&'w Directory>,
    /// For the check of the draft.
    pub context: &'w CheckContext<'w>,
    /// Now, Unix milliseconds.
    pub now_ms: i64,
}

/// Why somebody would not get it, or not as it is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// Stands in the list before: once is enough. Always left out.
    Twice,
    /// The id is empty or cannot be one. Always left out.
    BadId,
    /// Not among those who alone may receive from this profile.
    OnlyTo,
    /// Not among the people the app may see.
    OutsideScope,
    /// Got as many messages today as are allowed.
    PerDay,
    /// Got the same content today.
    SameContent,
    /// Has no value for a `${…}` of the text: it would go out as it stands.
    NoValue,
}

impl Rule {
    /// A stable word for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Twice => "twice",
            Self::BadId => "bad_id",
            Self::OnlyTo => "only_to",
            Self::OutsideScope => "outside_scope",
            Self::PerDay => "per_day",
            Self::SameContent => "same_content",
            Self::NoValue => "no_value",
        }
    }

    /// What can be done about it.
    pub const fn offers(self) -> &'static [Offer] {
        match self {
            Self::Twice | Self::BadId | Self::OnlyTo | Self::OutsideScope => &[Offer::LeaveOut],
            Self::PerDay => &[Offer::LeaveOut, Offer::Wait],
            Self::SameContent => &[Offer::LeaveOut, Offer::ChangeText, Offer::Wait],
            Self::NoValue => &[Offer::LeaveOut, Offer::ChangeText],
        }
    }

    /// Whether they would not get it; the others would, but not as it is meant.
    pub const fn stops(self) -> bool {
        !matches!(self, Self::NoValue)
    }

    /// Whether such people are never in a call, whatever was chosen.
    const fn always_out(self) -> bool {
        matches!(self, Self::Twice | Self::BadId)
    }
}

/// What can be done about people who would not get it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Offer {
    /// Leave them out.
    LeaveOut,
    /// Change the text, so that it is not the same any more.
    ChangeText,
    /// Wait until [`Dropped::until_ms`].
    Wait,
}

impl Offer {
    /// A stable word for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LeaveOut => "leave_out",
            Self::ChangeText => "change_text",
            Self::Wait => "wait",
        }
    }
}

/// Somebody who would not get it, or not as it is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dropped {
    /// The row of [`Recipients::table`].
    pub row: u32,
    /// Why.
    pub rule: Rule,
    /// How many they got already, where the rule counts.
    pub got: u32,
    /// From when on the rule lets them through, Unix milliseconds; `None` where waiting does not help.
    pub until_ms: Option<i64>,
}

/// Something about the plan as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Doubt {
    /// Nobody is left.
    Nobody,
    /// The draft changes a card that is there: it cannot be sent to a list of people.
    NotForPeople,
    /// The draft goes into conversations, named as in its body: everybody in one sees the card, and it would be posted once
    /// for every part of the list. Such a card is sent as it is, by one call, without a list.
    Conversation(Vec<&'static str>),
    /// Departments whose members are not known: a full report needs them. The directory has to be loaded.
    UnknownDepartments(Vec<String>),
    /// The month's calls do not suffice: `left` of `needed`; the next month begins at `until_ms`.
    Month {
        /// Calls left this month.
        left: u64,
        /// Calls this plan makes.
        needed: u64,
        /// When the next month begins, Unix milliseconds.
        until_ms: i64,
    },
    /// Calls have more people than DingTalk's report names (only with fewest calls).
    NoReport {
        /// How many calls.
        calls: u64,
    },
    /// It takes longer than a day: the rules per day start anew in between, and results are kept for 24 hours.
    LongerThanADay,
}

impl Doubt {
    /// A stable word for reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::NotForPeople => "not_for_people",
            Self::Conversation(_) => "goes_into_conversation",
            Self::UnknownDepartments(_) => "unknown_departments",
            Self::Month { .. } => "calls_per_month",
            Self::NoReport { .. } => "no_report",
            Self::LongerThanADay => "longer_than_a_day",
        }
    }

    /// Whether nothing can be sent while it stands.
    pub const fn blocks(&self) -> bool {
        match self {
            Self::Nobody
            | Self::NotForPeople
            | Self::Conversation(_)
            | Self::UnknownDepartments(_)
            | Self::Month { .. } => true,
            Self::NoReport { .. } | Self::LongerThanADay => false,
        }
    }
}

/// One call of a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedCall {
    /// Which of [`Plan::contents`].
    pub content: usize,
    /// Its people, as places in [`Plan::order`].
    pub people: Range<usize>,
    /// When it departs at the earliest, milliseconds from now.
    pub at_ms: u64,
}

/// What would be sent.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How it was cut.
    pub mode: Mode,
    /// Which way it goes.
    pub via: Via,
    /// The limits it keeps, with every figure the documents give.
    pub allowed: Allowances,
    /// Who is in a call, as rows of [`Recipients::table`], in the order of the calls.
    pub order: Vec<u32>,
    /// The different contents.
    pub contents: Vec<Content>,
    /// The calls, in the order they will be made.
    pub calls: Vec<PlannedCall>,
    /// Departments that go as such with the first call (only with fewest calls, where their members are not known).
    pub departments: Vec<DepartmentRef>,
    /// People in those departments, where their number is known.
    pub in_departments: u64,
    /// How long it takes at the least, milliseconds from now to the last departure.
    pub takes_ms: u64,
    /// Who would not get it.
    pub dropped: Vec<Dropped>,
    /// Whether those were left out.
    pub left_out: bool,
    /// What stands against the plan as a whole.
    pub doubts: Vec<Doubt>,
    /// What stands against the draft, checked with the values of some of the people.
    pub findings: Vec<Finding>,
    /// For each of the findings the row whose values bring it about; `None` where everybody's do.
    pub found_at: Vec<Option<u32>>,
    /// What each column of the list is for.
    pub columns: Vec<(String, Use)>,
}

impl Plan {
    /// How many people are in the calls, those of departments counted where they are known.
    pub fn people(&self) -> u64 {
        self.order.len() as u64 + self.in_departments
    }

    /// Whether it must not be sent as it is.
    pub fn blocked(&self) -> bool {
        let guarded = !self.left_out && self.dropped.iter().any(|one| one.rule == Rule::OnlyTo);
        guarded
            || self.doubts.iter().any(Doubt::blocks)
            || self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// How many people it would be sent to in vain: a person has to choose before.
    pub fn in_vain(&self) -> usize {
        if self.left_out { 0 } else { self.dropped.iter().filter(|one| !one.rule.always_out()).count() }
    }

    /// How many of [`Self::people`] get it as far as can be told before: without those who would be dropped.
    pub fn reached(&self) -> u64 {
        let stopped = |one: &&Dropped| one.rule.stops() && !one.rule.always_out();
        let in_vain = if self.left_out { 0 } else { self.dropped.iter().filter(stopped).count() };
        self.people().saturating_sub(in_vain as u64)
    }

    /// When a wait would let everybody through whom waiting helps, Unix milliseconds.
    pub fn wait_until_ms(&self) -> Option<i64> {
        self.dropped.iter().filter_map(|one| one.until_ms).max()
    }
}

impl Plan {
    /// When waiting would let everybody through whom waiting helps, the month's calls included, Unix milliseconds; `None`
    /// when there is nothing to wait for.
    pub fn free_ms(&self) -> Option<i64> {
        let month = self.doubts.iter().filter_map(|doubt| match doubt {
            Doubt::Month { until_ms, .. } => Some(*until_ms),
            _ => None,
        });
        month.chain(self.wait_until_ms()).max()
    }
}

/// Makes the plan.
///
/// # Errors
/// [`HistoryError`] when the journal cannot be read: then nobody knows who got what today.
pub fn plan(wanted: &Wanted<'_>, past: &Past<'_>) -> Result<Plan, HistoryError> {
    let table = &wanted.recipients.table;
    let via = wanted.draft.via();
    let allowed = allowances(wanted.profile, via);
    let personal = Personal::new(wanted.draft, table);
    let columns = table.columns.iter().map(|column| column.key.clone()).zip(personal.uses().iter().copied()).collect();
    let (rows, mut dropped) = past::who(wanted, &personal);
    let grouped = personal.group(rows);
    let facts = past.facts(wanted, &allowed, &grouped, &mut dropped)?;

    let out: std::collections::HashSet<u32> =
        if wanted.leave_out { dropped.iter().map(|one| one.row).collect() } else { std::collections::HashSet::new() };
    let most = count::most_people(wanted.mode, &allowed);
    let cut = cut::cut(&grouped.people, &out, most, allowed.people_per_minute.value);
    let departments = if wanted.mode == Mode::Fewest && wanted.draft.kind() == Kind::Notice {
        wanted.recipients.departments.clone()
    } else {
        Vec::new()
    };
    let in_departments = departments.iter().filter_map(|department| department.people).sum();
    let mut plan = Plan {
        mode: wanted.mode,
        via,
        allowed,
        order: cut.order,
        contents: grouped.contents,
        calls: cut.calls,
        departments,
        in_departments,
        takes_ms: 0,
        dropped,
        left_out: wanted.leave_out,
        doubts: Vec::new(),
        findings: Vec::new(),
        found_at: Vec::new(),
        columns,
    };
    if plan.calls.is_empty() && !plan.departments.is_empty() {
        let content = Content { row: 0, hash: crate::compose::personal::content_hash(&personal.render(0)) };
        plan.contents = vec![content];
        plan.calls.push(PlannedCall { content: 0, people: 0..0, at_ms: 0 });
    }
    plan.takes_ms = cut::schedule(&mut plan.calls, &allowed, &facts.minute);
    plan.doubts = doubts(&plan, wanted, facts.calls_of_month);
    (plan.findings, plan.found_at) = check::check(&plan, &personal, wanted);
    Ok(plan)
}

fn doubts(plan: &Plan, wanted: &Wanted<'_>, calls_of_month: u64) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let conversations = wanted.draft.conversations();
    if !conversations.is_empty() {
        doubts.push(Doubt::Conversation(conversations));
    } else if plan.calls.is_empty() {
        doubts.push(Doubt::Nobody);
    }
    if !wanted.draft.reaches_people() {
        doubts.push(Doubt::NotForPeople);
    }
    let unknown = &wanted.recipients.departments;
    if plan.departments.is_empty() && !unknown.is_empty() {
        doubts.push(Doubt::UnknownDepartments(unknown.iter().map(|department| department.id.clone()).collect()));
    }
    let needed = plan.calls.len() as u64;
    if let Some(most) = plan.allowed.calls_per_month.value {
        let left = u64::from(most).saturating_sub(calls_of_month);
        if needed > left {
            let until_ms = crate::store::journal::days::next_month(wanted.now_ms);
            doubts.push(Doubt::Month { left, needed, until_ms });
        }
    }
    let large = plan.calls.iter().filter(|call| call.people.len() > REPORTED_PEOPLE as usize).count() as u64;
    if large > 0 && plan.via.kind() == Kind::Notice {
        doubts.push(Doubt::NoReport { calls: large });
    }
    if plan.takes_ms > 24 * 3_600_000 {
        doubts.push(Doubt::LongerThanADay);
    }
    doubts
}

/// The rows of a table, for who builds one.
pub fn rows(table: &PeopleTable) -> impl Iterator<Item = u32> + use<> {
    0..u32::try_from(table.rows.len()).unwrap_or(u32::MAX)
}
