//! What the buttons of an explanation do.

use super::App;
use crate::{
    catalogue::FixAction,
    compose::{Draft, Finding, Via},
    ui::{
        settings::SettingsAction,
        state::{InspectorTab, Tab},
    },
};

/// How long 等待 waits when the limit's length is not known, in seconds.
const WAIT_SECS: i64 = 60;

impl App {
    pub(super) fn fix(&mut self, ctx: &egui::Context, fix: FixAction) {
        match fix {
            FixAction::NewToken => self.state.link.refresh(&self.background),
            FixAction::CheckConnection => {
                self.state.tab = Tab::Settings;
                let profile = self.state.profile().id();
                self.apply_settings(ctx, SettingsAction::Check(profile));
            }
            FixAction::NewOutTrackId => self.new_out_track_id(),
            FixAction::OpenPermissions(url) | FixAction::OpenTemplates(url) => {
                ctx.open_url(egui::OpenUrl::new_tab(url));
            }
            FixAction::OpenSettings => {
                self.state.tab = Tab::Settings;
                let profile = self.state.profile().id();
                self.apply_settings(ctx, SettingsAction::Edit(profile));
            }
            FixAction::UseWay(name) => {
                if let Some(via) = Via::of_word(name) {
                    self.switch_way(via);
                }
            }
            FixAction::Wait => {
                let until = self.env.clock.now_unix() + WAIT_SECS;
                self.state.wait_until = Some(self.state.wait_until.map_or(until, |known| known.max(until)));
            }
            FixAction::Jump(pointers) => {
                // The first of the fields that has a finding, else the first.
                let first = self.state.current().and_then(|open| {
                    pointers.iter().find(|pointer| open.findings.below(pointer).next().is_some()).cloned()
                });
                if let Some(pointer) = first.or_else(|| pointers.into_iter().next()) {
                    self.jump.to(pointer);
                }
            }
        }
    }

    /// Sends the current card or notice another way; what does not travel there stays in the draft.
    pub(super) fn switch_way(&mut self, via: Via) {
        let Some(open) = self.state.current_mut() else { return };
        open.undo_step();
        match (&mut open.draft, via) {
            (Draft::Card(card), Via::Card(via)) => card.switch(via),
            (Draft::Notice(notice), Via::Notice(via)) => notice.set_via(via),
            _ => {}
        }
    }

    pub(super) fn new_out_track_id(&mut self) {
        let fresh = (self.env.fresh_id)();
        if let Some(open) = self.state.current_mut() {
            open.undo_step();
            if let Draft::Card(card) = &mut open.draft {
                card.out_track_id = fresh;
                self.jump.to("/outTrackId");
            }
        }
    }

    /// Jumps to the next or previous finding, from the one jumped to last.
    pub(super) fn walk_findings(&mut self, step: isize) {
        let Some(open) = self.state.current() else { return };
        let all = open.findings.all();
        if all.is_empty() {
            return;
        }
        let count = all.len();
        let next = match self.finding_at.as_ref().filter(|(id, ..)| *id == open.id) {
            Some((_, at, shown)) => {
                let same = |finding: &Finding| finding.pointer == shown.pointer && finding.code == shown.code;
                match all.iter().position(same) {
                    Some(at) => at.checked_add_signed(step).map_or(count - 1, |next| next % count),
                    // It was put right: the next one stands in its place now.
                    None if step > 0 => at % count,
                    None => at.checked_add_signed(step).map_or(count - 1, |next| next.min(count - 1)),
                }
            }
            None if step < 0 => count - 1,
            None => 0,
        };
        let (id, shown) = (open.id.clone(), all[next].clone());
        let pointer = shown.pointer.clone();
        self.finding_at = Some((id, next, shown));
        self.state.inspector = InspectorTab::Checks;
        self.jump.to(pointer);
    }
}
