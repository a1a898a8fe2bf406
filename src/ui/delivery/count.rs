//! How many calls the draft on screen would make, counted by the planner itself. Reads no past: that is the plan's.

use std::sync::Arc;

use crate::{
    compose::{CheckContext, Draft},
    deliver::plan::{self, Mode, Wanted},
    store::settings::Profile,
    ui::{
        background::Background,
        checking::Facts,
        drafts::{DraftId, OpenDraft},
        picker::Loaded,
        remote::Remote,
    },
};

/// From this many people on it is counted off the painting thread.
const LARGE: usize = 200;

/// What a count belongs to.
struct Of {
    draft: DraftId,
    revision: u64,
    profile: Profile,
    people: Option<Arc<Loaded>>,
}

impl Of {
    fn is(&self, open: &OpenDraft, profile: &Profile, people: Option<&Arc<Loaded>>) -> bool {
        let same_people = match (&self.people, people) {
            (None, None) => true,
            (Some(known), Some(now)) => Arc::ptr_eq(known, now),
            _ => false,
        };
        self.draft == open.id && self.revision == open.revision() && same_people && self.profile == *profile
    }
}

/// The count, kept until the draft, the profile or the directory changes.
#[derive(Default)]
pub struct Calls {
    of: Option<Of>,
    count: Option<usize>,
    job: Remote<usize>,
}

impl Calls {
    /// The number of calls; `None` while it is counted for the first time.
    pub fn count(&self) -> Option<usize> {
        self.count
    }

    /// Counts again where something changed.
    pub fn follow(
        &mut self,
        open: &OpenDraft,
        profile: &Profile,
        facts: &Facts,
        people: Option<&Arc<Loaded>>,
        background: &Background,
    ) {
        if self.job.poll() {
            self.count = self.job.take_here();
        }
        if self.job.is_pending() || self.of.as_ref().is_some_and(|of| of.is(open, profile, people)) {
            return;
        }
        let large = is_large(&open.draft);
        let another = self.of.as_ref().is_none_or(|of| of.draft != open.id);
        if large && !another && open.is_in_flux() {
            // While somebody types, the check has the other core; the count of before stands until there is a pause.
            return;
        }
        if another {
            self.count = None;
        }
        self.of = Some(Of {
            draft: open.id.clone(),
            revision: open.revision(),
            profile: profile.clone(),
            people: people.cloned(),
        });
        if !super::planning::is_planned(&open.draft) {
            self.count = Some(1);
            return;
        }
        let (draft, profile, facts, people) = (open.draft.clone(), profile.clone(), facts.clone(), people.cloned());
        let count = move || count(&draft, &profile, &facts, people.as_deref());
        if large {
            background.start_blocking("count-calls", &mut self.job, move || Ok(count()));
        } else {
            self.count = Some(count());
        }
    }
}

fn is_large(draft: &Draft) -> bool {
    match draft {
        Draft::Card(card) => card.receivers.len() > LARGE || card.private.rows.len() > LARGE,
        Draft::Notice(notice) => notice.users.len() > LARGE || !notice.departments.is_empty(),
    }
}

fn count(draft: &Draft, profile: &Profile, facts: &Facts, people: Option<&Loaded>) -> usize {
    let directory = people.map(|loaded| &loaded.directory);
    let recipients = plan::recipients(draft, None, directory);
    let context = CheckContext { known: facts, template: None, third_party: facts.third_party };
    let wanted = Wanted {
        draft,
        recipients: &recipients,
        profile,
        mode: Mode::Fewest,
        leave_out: false,
        directory,
        context: &context,
        now_ms: 0,
    };
    plan::call_count(&wanted).max(1)
}
