//! What shall be sent becomes a plan, off the painting thread. Sends nothing.

use std::sync::Arc;

use super::Failed;
use crate::{
    compose::{CheckContext, Draft, Finding, Severity, notice::NoticeTemplate, personal::PeopleTable},
    deliver::{
        plan::{self, Mode, Past, Plan, Recipients, Wanted},
        start::Starting,
    },
    store::{
        history::{History, HistoryError},
        journal::Journal,
        settings::{Profile, ProfileKind},
    },
    ui::{background::Background, checking::Facts, drafts::DraftId, picker::Loaded, remote::Remote, widgets::Meter},
};

/// Up to so many people a single call goes out without the plan being shown, when there is nothing to report.
pub const HANDFUL: u64 = 20;

/// Findings about too many people for one call: the plan cuts them.
const CUT_BY_PLAN: [&str; 2] = ["notice.users_too_many", "notice.people_too_many"];

/// Whether a draft goes out by a plan: not without people by name, into conversations, or as a change of what is there.
/// Those are one call.
pub fn is_planned(draft: &Draft) -> bool {
    match draft {
        Draft::Card(card) => draft.reaches_people() && draft.conversations().is_empty() && !card.who().is_empty(),
        Draft::Notice(notice) => !notice.is_to_all(),
    }
}

/// Makes findings that a plan answers into notes.
pub fn soften(mut findings: Vec<Finding>) -> Vec<Finding> {
    for finding in &mut findings {
        if CUT_BY_PLAN.contains(&finding.code) {
            finding.severity = Severity::Info;
        }
    }
    findings
}

/// What shall be sent, to whom and how.
#[derive(Clone)]
pub struct Order {
    /// Of which draft.
    pub of: DraftId,
    /// Its title.
    pub title: String,
    /// Its content.
    pub draft: Draft,
    /// The people it is for, with their values; `None`: the draft's own recipients.
    pub list: Option<Arc<PeopleTable>>,
    /// The template of the library it is written with.
    pub template: Option<NoticeTemplate>,
    /// Whether it goes to test people first.
    pub trial: bool,
    /// When it shall begin, Unix milliseconds, where that lies ahead: the plan is as of that moment.
    pub due_ms: Option<i64>,
    /// Whose limits count.
    pub profile: Profile,
    /// How it is cut.
    pub mode: Mode,
    /// Whether those who would not get it are left out.
    pub leave_out: bool,
}

/// What is known beyond the draft. Cheap to clone.
#[derive(Clone)]
pub struct Sources {
    /// For the check.
    pub facts: Facts,
    /// The organisation, as far as it is loaded.
    pub people: Option<Arc<Loaded>>,
    /// What was delivered before.
    pub journal: Arc<Journal>,
    /// What was sent one by one.
    pub history: Option<Arc<History>>,
    /// Now, Unix milliseconds.
    pub now_ms: i64,
}

/// An order with its plan.
pub struct Planned {
    /// What shall be sent.
    pub order: Order,
    /// To whom.
    pub recipients: Recipients,
    /// How.
    pub plan: Plan,
}

impl Planned {
    /// Whether it is one call to a few people with nothing to report: sent without showing the plan.
    pub fn is_plain(&self) -> bool {
        let plan = &self.plan;
        self.order.list.is_none()
            && self.recipients.table.columns.is_empty()
            && plan.calls.len() == 1
            && plan.contents.len() == 1
            && plan.people() <= HANDFUL
            && self.recipients.departments.is_empty()
            && plan.dropped.is_empty()
            && plan.doubts.is_empty()
    }

    /// Whether it can start as it is, without a person having to choose anything.
    pub fn is_clean(&self) -> bool {
        !self.plan.blocked() && self.plan.in_vain() == 0
    }

    /// Whether the number of people has to be typed before.
    pub fn asks_number(&self) -> bool {
        let profile = &self.order.profile;
        profile.kind != ProfileKind::Sandbox
            && (self.plan.people() > u64::from(profile.confirm_above) || !self.plan.departments.is_empty())
    }

    /// What is written down of it before its first call, at `now_ms`; `due_ms`: it waits until then (Unix milliseconds).
    pub fn starting<'a>(&'a self, out_track_id: &'a str, now_ms: i64, due_ms: Option<i64>) -> Starting<'a> {
        let order = &self.order;
        Starting {
            plan: &self.plan,
            draft: &order.draft,
            recipients: &self.recipients,
            profile: &order.profile,
            title: &order.title,
            out_track_id,
            now_ms,
            due_ms,
        }
    }

    /// The number that has to be typed.
    pub fn number(&self) -> u64 {
        if self.plan.people() == 0 { self.plan.departments.len() as u64 } else { self.plan.people() }
    }

    /// The name of a row's person, else their id.
    pub fn name_of(&self, row: u32) -> (&str, &str) {
        self.recipients
            .table
            .rows
            .get(row as usize)
            .map_or(("", ""), |row| (row.person.name.as_str(), row.person.id.as_str()))
    }

    /// How full a call is, for the table of calls.
    pub fn meter(&self, people: usize) -> Option<Meter> {
        let most = self.plan.allowed.people_per_call.value?;
        Some(Meter::new(people as u64, u64::from(most), crate::compose::Unit::People))
    }
}

fn make(order: Order, from: &Sources) -> Result<Planned, HistoryError> {
    let directory = from.people.as_ref().map(|loaded| &loaded.directory);
    let recipients = plan::recipients(&order.draft, order.list.as_deref(), directory);
    let context =
        CheckContext { known: &from.facts, template: order.template.as_ref(), third_party: from.facts.third_party };
    let wanted = Wanted {
        draft: &order.draft,
        recipients: &recipients,
        profile: &order.profile,
        mode: order.mode,
        leave_out: order.leave_out,
        directory,
        context: &context,
        now_ms: from.now_ms,
    };
    let plan = plan::plan(&wanted, &Past { journal: &from.journal, history: from.history.as_deref() })?;
    Ok(Planned { order, recipients, plan })
}

/// A plan being made or shown.
pub struct Planning {
    /// What it is made of; changed by the switches of the dialog.
    pub order: Order,
    /// The plan; the one before is shown while the next is made.
    pub made: Remote<Arc<Planned>, Failed>,
    /// Whether it is on screen.
    pub shown: bool,
    /// The number as typed so far.
    pub typed: String,
    /// Only the people of this rule are listed.
    pub rule: Option<plan::Rule>,
}

impl Planning {
    /// Begins to make a plan.
    pub fn begin(order: Order, from: Sources, background: &Background) -> Self {
        let mut planning = Self { order, made: Remote::NotAsked, shown: false, typed: String::new(), rule: None };
        planning.again(from, background);
        planning
    }

    /// Makes it again, for a changed order.
    pub fn again(&mut self, from: Sources, background: &Background) {
        let order = self.order.clone();
        self.typed.clear();
        background
            .start_blocking("plan", &mut self.made, move || make(order, &from).map(Arc::new).map_err(Failed::Error));
    }

    /// The plan, once it belongs to the order as it is now.
    pub fn current(&self) -> Option<&Arc<Planned>> {
        if self.made.is_pending() { None } else { self.made.value() }
    }
}
