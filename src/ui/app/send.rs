//! A click on 发送: the question before a live send, the send itself in the background, and what becomes of it.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::App;
use crate::{
    compose::{Draft, check::CheckCache, ready},
    deliver::send::{Sending, send},
    ui::{
        action::Action,
        background::Broken,
        delivery::{HistoryPart, planning::is_planned},
        drafts::DraftId,
        remote::Remote,
        sending::{Confirm, LastSend, Reach, Running, Sent},
        state::{InspectorTab, Tab},
        widgets::{Level, Toast},
    },
};

impl App {
    /// Sends the current draft: its plan first. There is none without people by name, for cards that go into conversations
    /// or change one that is there, and with errors on the sandbox: those are one call.
    pub(super) fn send_current(&mut self) {
        let Some(open) = self.state.current() else { return };
        if !is_planned(&open.draft) || open.findings.first_error().is_some() {
            let id = open.id.clone();
            self.send_plain(&id);
        } else {
            self.plan_current();
        }
    }

    /// Sends the current draft in one call, after the question where one is needed.
    pub(super) fn send_plain(&mut self, id: &DraftId) {
        let Some(open) = self.state.current().filter(|open| open.id == *id) else { return };
        let (id, kind) = (open.id.clone(), open.draft.kind());
        let people = self.state.facts.people.as_deref();
        let reach = open.ready.as_ref().map(|ready| Reach::of(ready, people)).unwrap_or_default();
        match Confirm::needed(id.clone(), kind, reach, self.state.profile()) {
            Some(confirm) => self.confirm = Some(confirm),
            None => self.send_now(&id),
        }
    }

    /// Sends a draft: everything was asked.
    pub(super) fn send_now(&mut self, id: &DraftId) {
        // The draft may have changed while the question was open: the same rules hold again.
        if self.state.current().is_none_or(|open| open.id != *id) {
            return;
        }
        if let Err(reason) = self.state.may_send() {
            self.toasts.add(Toast::new(Level::Warning, reason));
            return;
        }
        let (lang, overrules) = (self.state.lang, self.state.overrules_errors());
        let profile = self.state.profile().clone();
        let (Some(session), Some(history)) = (self.state.link.session().cloned(), self.state.history.value().cloned())
        else {
            return;
        };
        let clock = Arc::clone(&self.env.clock);
        let began = self.now();
        let Some(open) = self.state.current_mut() else { return };
        let ready = match open.ready.clone() {
            Some(ready) => ready,
            None if overrules => ready::force_ready(&open.draft, &mut CheckCache::default()),
            None => return,
        };
        let (draft, title) = (open.draft.clone(), open.title(lang));
        let cancel = CancellationToken::new();
        let mut outcome = Remote::NotAsked;
        let name = profile.name.clone();
        let (stop, shown_title) = (cancel.clone(), title.clone());
        self.background.start(&mut outcome, async move {
            let sending = Sending {
                session: &session,
                history: &history,
                profile: &profile,
                draft: &draft,
                title,
                clock: &clock,
            };
            send(&ready, sending, &stop).await.map_err(Broken::Error)
        });
        self.state.running = Some(Running {
            draft: id.clone(),
            title: shown_title,
            began,
            cancel,
            cancelled: false,
            profile: name,
            outcome,
        });
        self.state.inspector = InspectorTab::Outcome;
        self.state.inspector_open = true;
    }

    /// Stops the send on its way.
    pub(super) fn cancel_send(&mut self) {
        if let Some(running) = &mut self.state.running {
            running.cancel.cancel();
            running.cancelled = true;
        }
    }

    /// Takes what became of the send on its way.
    pub(super) fn take_outcome(&mut self, ctx: &egui::Context) {
        let Some(running) = &mut self.state.running else { return };
        if !running.outcome.poll() {
            return;
        }
        let Some(mut running) = self.state.running.take() else { return };
        let lang = self.state.lang;
        let last = match (running.outcome.take_failure(), running.outcome.take_here()) {
            (Some(error), _) => LastSend::NotWritten(error),
            (None, Some(delivery)) => LastSend::Made(Sent {
                delivery: Arc::new(delivery),
                profile: running.profile,
                at: running.began,
                sandbox: self.state.link.sandbox().is_some(),
            }),
            (None, None) => return,
        };
        self.history_view.changed();
        self.deliveries.sent_last(HistoryPart::Single, self.state.tab);
        let (level, word) = if let LastSend::Made(sent) = &last {
            let (profile, delivery) = (sent.profile.clone(), Arc::clone(&sent.delivery));
            self.after_send(&running.draft, sent);
            self.note_delivery(&profile, &delivery);
            (level_of(&delivery), delivery.label(lang))
        } else {
            (Level::Error, tr!(lang, "send.not_written").into_owned())
        };
        let shown = self.state.current().is_some_and(|open| open.id == running.draft);
        if let Some(open) = self.state.drafts.get_mut(&running.draft) {
            open.last_send = Some(last);
        }
        if !shown {
            let text = tr!(lang, "send.ended_elsewhere", title = running.title, outcome = word);
            let show = Action::SelectDraft(running.draft.clone());
            self.toasts.add(Toast::new(level, text).action(tr!(lang, "common.show"), show));
        }
        ctx.request_repaint();
    }

    /// A card whose send was answered gets a new outTrackId: the old one belongs to the card that was made.
    fn after_send(&mut self, id: &DraftId, sent: &Sent) {
        let delivery = &sent.delivery;
        let answered = delivery.exchange.http_status.is_some() && delivery.exchange.endpoint.sends;
        let fresh = (self.env.fresh_id)();
        if let Some(open) = self.state.drafts.get_mut(id)
            && let Draft::Card(card) = &mut open.draft
            && card.out_track_id.trim() == delivery.ids.out_track_id
        {
            self.earlier.remove(&delivery.ids.out_track_id);
            // An update leaves the card its id, to be updated again.
            if answered && !card.via.is_update() {
                card.out_track_id = fresh;
            } else {
                open.forget_check();
            }
        }
        if let Some(error) = &delivery.journal_error {
            let lang = self.state.lang;
            self.toasts.add(Toast::error(tr!(lang, "send.journal_error", reason = error.message(lang))));
        }
        let explained = delivery.explain(self.state.lang);
        if let Some(seconds) = explained.and_then(|explained| explained.wait_seconds)
            && delivery.fault.as_ref().and_then(crate::dingtalk::Fault::refusal).is_some()
        {
            self.state.wait_until = Some(self.env.clock.now_unix() + i64::from(seconds));
        }
    }

    /// Shows the tab and draft that a send came from.
    pub(super) fn show_draft(&mut self, id: &DraftId) {
        if let Some(kind) = self.state.drafts.select(id) {
            self.state.tab = Tab::of(kind);
        }
    }
}

/// How an outcome is coloured.
pub(super) fn level_of(delivery: &crate::deliver::Delivery) -> Level {
    use crate::deliver::Outcome;
    match delivery.outcome {
        Outcome::HandedOver => Level::Ok,
        Outcome::Refused | Outcome::NotSent => Level::Error,
        Outcome::Begun | Outcome::Unknown | Outcome::Partly => Level::Warning,
    }
}
