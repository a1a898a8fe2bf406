//! What the server showed of the ways of sending: by the connection check, and by what was sent. Kept in the home.

use super::App;
use crate::{
    compose::{Kind, Via, ways::fit::Seen},
    deliver::{Delivery, Outcome},
    dingtalk::{
        CheckItem, CheckResult, CheckStep, Fault,
        probe::{self, Verdict},
    },
    store::{
        access::Access,
        settings::{Profile, ProfileKind},
    },
};

/// What a line of the check says of a way; `None` where it says nothing.
pub(super) fn seen_of(item: &CheckItem) -> Option<(Via, Seen)> {
    let CheckStep::Way(probe) = item.step else { return None };
    let seen = match &item.result {
        CheckResult::Works | CheckResult::LetThrough { .. } => Seen::Open,
        CheckResult::MissingScopes { scopes, .. } => Seen::Lacks(scopes.clone()),
        CheckResult::NotForApp(_) => Seen::Closed,
        CheckResult::Failed(_) | CheckResult::Skipped => return None,
    };
    Some((Via::of_probe(probe), seen))
}

/// What became of a send says of its way; `None` where it says nothing.
fn seen_of_delivery(delivery: &Delivery) -> Option<(Via, Seen)> {
    let endpoint = delivery.exchange.endpoint;
    let all = Via::all(Kind::Card).into_iter().chain(Via::all(Kind::Notice));
    let via = all.into_iter().find(|via| via.probe().endpoint().path == endpoint.path)?;
    let seen = match &delivery.fault {
        None if matches!(delivery.outcome, Outcome::HandedOver | Outcome::Partly | Outcome::Refused) => Seen::Open,
        Some(Fault::Refused(refusal)) => match probe::judge(refusal) {
            Verdict::LetThrough => Seen::Open,
            Verdict::Lacks if refusal.scopes.is_empty() => Seen::Lacks(vec![endpoint.permission.to_owned()]),
            Verdict::Lacks => Seen::Lacks(refusal.scopes.clone()),
            Verdict::NotForApp => Seen::Closed,
            Verdict::Nothing => return None,
        },
        _ => return None,
    };
    Some((via, seen))
}

impl App {
    /// Takes over what the connection check found, once it is done.
    pub(super) fn note_check(&mut self) {
        let Some(run) = &self.settings_view.check else { return };
        let (key, now) = (run.key.as_str().to_owned(), self.env.clock.now_unix());
        let found: Vec<(Via, Seen)> = run.items.value().into_iter().flatten().filter_map(seen_of).collect();
        for (via, seen) in &found {
            self.state.access.note(&key, *via, now, seen.clone());
        }
        if !found.is_empty() {
            self.keep_access();
        }
    }

    /// Takes over what a send showed of its way.
    pub(super) fn note_delivery(&mut self, profile: &str, delivery: &Delivery) {
        let Some(profile) = self.state.settings.profiles.iter().find(|known| known.name == profile) else { return };
        let (key, now) = (profile.vault_key().as_str().to_owned(), self.env.clock.now_unix());
        if let Some((via, seen)) = seen_of_delivery(delivery)
            && (self.state.access.of(&key, via).is_some() || !profile.is_sandbox() || seen != Seen::Open)
            && self.state.access.note(&key, via, now, seen)
        {
            self.keep_access();
        }
    }

    /// The sandbox's rules changed: nothing is known of it any more.
    pub(super) fn forget_sandbox_access(&mut self) {
        let sandboxes = self.state.settings.profiles.iter().filter(|profile| profile.is_sandbox());
        for key in sandboxes.map(|profile| profile.vault_key().as_str().to_owned()).collect::<Vec<_>>() {
            self.state.access.forget(&key);
        }
    }

    /// Forgets what was seen of a profile that is taken away.
    pub(super) fn forget_access(&mut self, profile: &Profile) {
        self.state.access.forget(profile.vault_key().as_str());
        self.keep_access();
    }

    fn keep_access(&self) {
        // The sandbox begins anew with every start, and the next pasted token may be another app's.
        let lasts = |key: &str| {
            ![ProfileKind::Sandbox, ProfileKind::Token].iter().any(|kind| key.starts_with(&format!("{}/", kind.name())))
        };
        let path = Access::path(self.env.home.root());
        if let Err(error) = self.state.access.save(&path, lasts) {
            tracing::warn!(%error, "what the ways of sending answered cannot be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compose::CardVia, dingtalk::Probe};

    #[test]
    fn only_a_verdict_on_a_way_is_taken_over() {
        let item = |step, result| CheckItem { step, result };
        let open = item(CheckStep::Way(Probe::PrivateChat), CheckResult::LetThrough { code: "param.empty".to_owned() });
        assert_eq!(seen_of(&open), Some((CardVia::PrivateChat.into(), Seen::Open)));
        assert_eq!(seen_of(&item(CheckStep::Way(Probe::FreeNotice), CheckResult::Skipped)), None);
        assert_eq!(seen_of(&item(CheckStep::Search, CheckResult::Works)), None);
    }
}
