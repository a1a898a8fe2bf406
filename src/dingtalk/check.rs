//! 检查连接: tries each system with calls that only read, and says what works and which scope to ask for.
//!
//! Nothing is ever sent: only endpoints with `sends == false` are called, which a test keeps. What the ways of sending
//! answer to is asked by [`super::probe`].

use tokio_util::sync::CancellationToken;

use super::System;
use super::answers;
use super::call::Call;
use super::calls;
use super::exchange::Failure;
use super::fault::{Fault, NotSent};
use super::probe::{self, Probe, Verdict};
use super::session::Session;

/// What a step of the check tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum CheckStep {
    /// Getting an access token of a system.
    Token(System),
    /// `/auth/scopes`: what part of the organisation the app may see.
    Scopes,
    /// `v2/department/listsub` of the root.
    Departments,
    /// `v2/user/list` with one person.
    Members,
    /// `contact/users/search`.
    Search,
    /// Whether the token may make the call of a way of sending.
    Way(Probe),
}

impl CheckStep {
    /// All steps, in the order they are tried.
    pub const ALL: [Self; 13] = [
        Self::Token(System::Oapi),
        Self::Scopes,
        Self::Departments,
        Self::Members,
        Self::Token(System::Api),
        Self::Search,
        Self::Way(Probe::ALL[0]),
        Self::Way(Probe::ALL[1]),
        Self::Way(Probe::ALL[2]),
        Self::Way(Probe::ALL[3]),
        Self::Way(Probe::ALL[4]),
        Self::Way(Probe::ALL[5]),
        Self::Way(Probe::ALL[6]),
    ];

    /// The system it concerns.
    pub const fn system(self) -> System {
        match self {
            Self::Token(system) => system,
            Self::Scopes | Self::Departments | Self::Members => System::Oapi,
            Self::Search => System::Api,
            Self::Way(probe) => probe.system(),
        }
    }

    /// The permission it needs; empty for none.
    pub fn permission(self) -> &'static str {
        self.call(1, "").map_or("", |call| call.endpoint.permission)
    }

    fn call(self, dept_id: i64, agent_id: &str) -> Option<Call> {
        match self {
            Self::Token(_) => None,
            Self::Scopes => Some(calls::auth_scopes()),
            Self::Departments => Some(calls::department_listsub(dept_id)),
            Self::Members => Some(calls::user_list(dept_id, 0, 1)),
            // Any surname will do: the answer's content does not matter.
            Self::Search => Some(calls::contact_users_search("王", 0, 1)),
            Self::Way(probe) => Some(probe.call(agent_id)),
        }
    }
}

/// How a step ended.
#[derive(Clone, PartialEq, Debug)]
pub enum CheckResult {
    /// It works.
    Works,
    /// The call of a way of sending was let through: what was refused, with this code, are the parameters.
    LetThrough {
        /// The server's code.
        code: String,
    },
    /// This kind of app can never make the call.
    NotForApp(Box<Failure>),
    /// The app lacks these scopes.
    MissingScopes {
        /// What to ask for; never empty.
        scopes: Vec<String>,
        /// What the server said.
        failure: Box<Failure>,
    },
    /// It failed for another reason.
    Failed(Box<Failure>),
    /// Not tried, because the system's token could not be had.
    Skipped,
}

impl CheckResult {
    /// Whether nothing is left to be done about it.
    pub const fn is_fine(&self) -> bool {
        matches!(self, Self::Works | Self::LetThrough { .. })
    }
}

/// One line of the check.
#[derive(Clone, PartialEq, Debug)]
pub struct CheckItem {
    /// What was tried.
    pub step: CheckStep,
    /// How it ended.
    pub result: CheckResult,
}

/// Runs the check. Takes at most one time-out per step; cancelling ends it with what is known so far. `agent_id` is the
/// app's in the organisation, empty where it is not known.
pub async fn check(session: &Session, agent_id: &str, cancel: &CancellationToken) -> Vec<CheckItem> {
    let mut items: Vec<CheckItem> = Vec::new();
    // The root is the usual start; an app with a narrow range may only look into its own departments.
    let mut dept_id = 1;
    for step in CheckStep::ALL {
        if cancel.is_cancelled() {
            break;
        }
        let no_token = items
            .iter()
            .any(|item| item.step == CheckStep::Token(step.system()) && !matches!(item.result, CheckResult::Works));
        let result = match step.call(dept_id, agent_id) {
            _ if no_token => CheckResult::Skipped,
            None => match session.ensure_token(step.system(), cancel).await {
                Ok(_) => CheckResult::Works,
                Err(failure) => CheckResult::Failed(failure),
            },
            Some(call) => match session.call(&call, cancel).await {
                Ok(answer) => {
                    if let (CheckStep::Scopes, Ok(scopes)) = (step, answers::scopes(&answer.value)) {
                        dept_id = narrowed(&scopes);
                    }
                    CheckResult::Works
                }
                Err(failure) if matches!(step, CheckStep::Way(_)) && failure.exchange.endpoint == call.endpoint => {
                    asked(step, failure)
                }
                Err(failure) => failed(step, failure),
            },
        };
        if matches!(&result, CheckResult::Failed(failure) if failure.fault == Fault::NotSent(NotSent::Cancelled)) {
            break;
        }
        items.push(CheckItem { step, result });
    }
    items
}

fn narrowed(scopes: &answers::Scopes) -> i64 {
    if scopes.departments.contains(&1) { 1 } else { scopes.departments.first().copied().unwrap_or(1) }
}

/// The answer to a question about a way of sending.
fn asked(step: CheckStep, failure: Box<Failure>) -> CheckResult {
    let Some(refusal) = failure.fault.refusal() else { return CheckResult::Failed(failure) };
    match probe::judge(refusal) {
        Verdict::LetThrough => CheckResult::LetThrough { code: refusal.code.clone().unwrap_or_default() },
        Verdict::Lacks => failed(step, failure),
        Verdict::NotForApp => CheckResult::NotForApp(failure),
        Verdict::Nothing => CheckResult::Failed(failure),
    }
}

fn failed(step: CheckStep, failure: Box<Failure>) -> CheckResult {
    let Some(refusal) = failure.fault.refusal().filter(|refusal| refusal.is_permission()) else {
        return CheckResult::Failed(failure);
    };
    let mut scopes = refusal.scopes.clone();
    if scopes.is_empty() && !step.permission().is_empty() {
        scopes.push(step.permission().to_owned());
    }
    if scopes.is_empty() { CheckResult::Failed(failure) } else { CheckResult::MissingScopes { scopes, failure } }
}
