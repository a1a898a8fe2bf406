//! Checks drafts as they are typed: small ones at once, large ones on a background thread, never two at a time for one.

use std::{collections::HashMap, sync::Arc};

use super::{
    background::Background,
    delivery::planning::soften,
    drafts::{DraftId, OpenDraft},
    findings::Findings,
    remote::Remote,
};
use crate::compose::{
    Draft,
    check::{CheckCache, CheckContext, Checked, EarlierCard, Known, check_draft_with},
    notice::NoticeTemplate,
};

/// From this many people with private values on, a check leaves the thread that paints.
const LARGE: usize = 200;

/// What is known beyond a draft; shared with the background.
#[derive(Clone, Default)]
pub struct Facts {
    /// Content hashes of earlier sends, by outTrackId, for the current profile.
    pub earlier: Arc<HashMap<String, String>>,
    /// What cards of earlier sends hold, by outTrackId, for what an update would erase.
    pub earlier_cards: Arc<HashMap<String, EarlierCard>>,
    /// People and departments, where they are loaded.
    pub people: Option<Arc<dyn People>>,
    /// Whether the profile is a third-party enterprise app; `None` for the sandbox.
    pub third_party: Option<bool>,
}

/// What a check may ask the directory.
pub trait People: Send + Sync {
    /// How many different people users and departments reach together, when all members are known.
    fn reached(&self, users: &[&str], departments: &[&str]) -> Option<u64>;
    /// How many people a department has, sub-departments included.
    fn in_department(&self, department: &str) -> Option<u64>;
}

impl Known for Facts {
    fn earlier_content(&self, out_track_id: &str) -> Option<String> {
        self.earlier.get(out_track_id).cloned()
    }

    fn earlier_card(&self, out_track_id: &str) -> Option<EarlierCard> {
        self.earlier_cards.get(out_track_id).cloned()
    }

    fn people_reached(&self, users: &[&str], departments: &[&str]) -> Option<u64> {
        self.people.as_ref()?.reached(users, departments)
    }

    fn department_people(&self, department: &str) -> Option<u64> {
        self.people.as_ref()?.in_department(department)
    }
}

struct Done {
    id: DraftId,
    revision: u64,
    checked: Checked,
    cache: CheckCache,
}

/// The checks on their way.
#[derive(Default)]
pub struct Checker {
    job: Remote<Done, String>,
}

impl Checker {
    /// Takes the result of a background check, if one came.
    pub fn collect<'d>(&mut self, find: impl FnOnce(&DraftId) -> Option<&'d mut OpenDraft>) {
        self.job.poll();
        if self.job.take_failure().is_some() {
            // It panicked or was lost; the draft still needs its check and gets another one.
            return;
        }
        if let Some(Done { id, revision, checked, cache }) = self.job.take_here()
            && let Some(open) = find(&id)
        {
            open.cache = cache;
            // Findings of an older content are better than none until the newer ones come.
            open.set_checked(Findings::new(soften(checked.findings)), checked.ready, revision);
        }
    }

    /// Checks a draft if its content is not checked yet.
    pub fn check(
        &mut self,
        open: &mut OpenDraft,
        facts: &Facts,
        template: Option<&NoticeTemplate>,
        background: &Background,
    ) {
        if !open.needs_check() || self.job.is_pending() {
            return;
        }
        let revision = open.revision();
        let mut cache = std::mem::take(&mut open.cache);
        let large = matches!(&open.draft, Draft::Card(card) if card.private.rows.len() > LARGE);
        if !large {
            let context = CheckContext { known: facts, template, third_party: facts.third_party };
            let checked = check_draft_with(&open.draft, &context, &mut cache);
            open.cache = cache;
            open.set_checked(Findings::new(soften(checked.findings)), checked.ready, revision);
            return;
        }
        let (id, draft, facts, template) = (open.id.clone(), open.draft.clone(), facts.clone(), template.cloned());
        background.start_blocking("check", &mut self.job, move || {
            let context = CheckContext { known: &facts, template: template.as_ref(), third_party: facts.third_party };
            let checked = check_draft_with(&draft, &context, &mut cache);
            Ok(Done { id, revision, checked, cache })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{
        CardDraft, PersonRef,
        card::{PrivateRow, PrivateTable},
    };

    fn draft(people: usize) -> OpenDraft {
        let rows = (0..people)
            .map(|number| PrivateRow {
                person: PersonRef { id: format!("u{number}"), name: String::new() },
                cells: Vec::new().into(),
            })
            .collect();
        let private = Arc::new(PrivateTable { columns: Vec::new(), rows });
        let card = CardDraft { private, ..CardDraft::default() };
        let at = jiff::Timestamp::UNIX_EPOCH;
        OpenDraft::new(DraftId::new("a").unwrap(), String::new(), Draft::Card(card), at, true)
    }

    #[test]
    fn a_small_draft_is_checked_at_once_and_a_large_one_in_the_background() {
        let background = Background::new(egui::Context::default());
        let mut checker = Checker::default();
        let mut small = draft(2);
        checker.check(&mut small, &Facts::default(), None, &background);
        assert!(!small.needs_check() && small.findings.first_error().is_some(), "the template is missing");

        let mut large = draft(LARGE + 1);
        checker.check(&mut large, &Facts::default(), None, &background);
        assert!(large.needs_check(), "it is on its way");
        let started = std::time::Instant::now();
        while large.needs_check() {
            assert!(started.elapsed().as_secs() < 20, "the check never came");
            std::thread::sleep(std::time::Duration::from_millis(2));
            checker.collect(|_| Some(&mut large));
        }
        assert!(large.findings.first_error().is_some());
    }
}
