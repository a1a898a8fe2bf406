//! Where asking and taking back is done: every call at the profile's pace, counted for its month.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::fault_code;
use crate::{
    compose::Kind,
    deliver::{
        limits::{Allowances, Allowed, allowances},
        pace::Pacer,
        run::{blocking, too_soon},
        time::Time,
    },
    dingtalk::{Answer, Call, Failure, Fault, Session},
    store::{journal::Journal, settings::Profile},
};

/// A call that came too soon is made again so often at the most.
const AGAIN: usize = 3;
/// A pause longer than this is left to the next asking.
const LONGEST_PAUSE: std::time::Duration = std::time::Duration::from_secs(90);

/// What is needed to ask about deliveries of a profile and to take them back. Cheap to clone; clones share the pace.
#[derive(Clone)]
pub struct Desk {
    pub(super) session: Session,
    pub(super) journal: Arc<Journal>,
    pub(super) cancel: CancellationToken,
    profile: String,
    calls_per_month: Option<u32>,
    pacer: Pacer,
    time: Arc<dyn Time>,
}

/// Why there is no answer.
#[expect(clippy::large_enum_variant, reason = "one at a time, and a fault is what it nearly always is")]
pub(super) enum Missed {
    /// The month's calls are used up.
    Month,
    /// The call failed.
    Fault(Fault),
}

impl Missed {
    /// The code or word that says it.
    pub(super) fn code(&self) -> String {
        match self {
            Self::Month => "calls_per_month".to_owned(),
            Self::Fault(fault) => fault_code(fault),
        }
    }
}

impl Desk {
    /// A desk for a profile; `earlier`: one of the same profile, whose pace goes on.
    pub fn new(
        session: Session,
        journal: Arc<Journal>,
        profile: &Profile,
        time: Arc<dyn Time>,
        earlier: Option<&Self>,
    ) -> Self {
        let limits = allowances(profile, Kind::Notice.into());
        // Nobody gets anything by it: only calls are counted, and the month by the journal.
        let only = Allowances { calls_per_second: limits.calls_per_second, ..Allowances::default() };
        let pacer = match earlier.filter(|desk| desk.profile == profile.name) {
            Some(desk) => {
                desk.pacer.tighten(only);
                desk.pacer.clone()
            }
            None => Pacer::new(only, 0, Arc::clone(&time)),
        };
        let Allowed { value: calls_per_month, .. } = limits.calls_per_month;
        Self {
            session,
            journal,
            cancel: CancellationToken::new(),
            profile: profile.name.clone(),
            calls_per_month,
            pacer,
            time,
        }
    }

    /// The name of its profile.
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// Asks once, unless the month's calls are used up; what came too soon is asked again after the pause it names.
    pub(super) async fn call(&self, request: &Call) -> Result<Answer, Missed> {
        if let Some(most) = self.calls_per_month {
            let (journal, profile, now) = (Arc::clone(&self.journal), self.profile.clone(), self.time.wall_ms());
            let made = blocking(move || journal.calls_of_month(&profile, now)).await.unwrap_or(0);
            if made >= u64::from(most) {
                return Err(Missed::Month);
            }
        }
        self.call_anyway(request).await
    }

    /// The same whatever the month holds: a message is taken back if DingTalk lets it be.
    pub(super) async fn call_anyway(&self, request: &Call) -> Result<Answer, Missed> {
        let path = request.endpoint.path;
        let mut tries = 0;
        loop {
            let Ok(permit) = self.pacer.permit(path, 0).await else { return Err(Missed::Month) };
            let outcome = self.session.call(request, &self.cancel).await;
            permit.answered();
            tries += 1;
            let failure = match outcome {
                Ok(answer) => {
                    self.count().await;
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let Failure { exchange, fault } = *failure;
            let pause = match &fault {
                Fault::Refused(refusal) => too_soon(refusal, exchange.retry_after.as_deref(), self.time.wall_ms()),
                _ => None,
            };
            if let Some((wait, why)) = pause {
                self.pacer.stop(path, wait, why);
                if tries >= AGAIN || wait > LONGEST_PAUSE {
                    return Err(Missed::Fault(fault));
                }
            } else {
                // What was refused for coming too soon is not counted by DingTalk; what never left neither.
                if !matches!(fault, Fault::NotSent(_)) {
                    self.count().await;
                }
                return Err(Missed::Fault(fault));
            }
        }
    }

    async fn count(&self) {
        let (journal, profile, now) = (Arc::clone(&self.journal), self.profile.clone(), self.time.wall_ms());
        if let Err(error) = blocking(move || journal.count_asking(&profile, now)).await {
            // Asking goes on: what it brings is written down, or that fails and is said.
            tracing::warn!(?error, "an asking could not be counted for the month");
        }
    }
}
