//! Deliveries that wait for their moment: written down whole, begun when it comes, or shown where a person has to decide.

use std::sync::Arc;

use super::App;
use crate::{
    deliver::{
        plan::Past,
        start::start,
        waiting::{Moment, moment_of, standing},
    },
    store::{
        history::HistoryError,
        journal::{Delivery, DeliveryId},
    },
    ui::{
        delivery::{Failed, planning::Planned, words},
        widgets::{Level, Toast},
    },
};

impl App {
    /// Writes a plan down to begin at its moment: it outlives the window.
    pub(super) fn write_waiting(&mut self, planned: Arc<Planned>, out_track_id: String, due_ms: i64) {
        let Some(journal) = self.state.journal.value().cloned() else { return };
        let now_ms = self.env.clock.now_millis();
        self.background.start_blocking("write-waiting", &mut self.deliveries.written, move || {
            start(&planned.starting(&out_track_id, now_ms, Some(due_ms)), &journal)
                .map(|_| due_ms)
                .map_err(Failed::Error)
        });
    }

    /// Takes what was written down, begins whose moment has come, asks to be woken for the others.
    pub(super) fn take_waiting(&mut self, ctx: &egui::Context) {
        let lang = self.state.lang;
        let now_ms = self.env.clock.now_millis();
        if self.deliveries.written.poll() {
            self.deliveries.changed();
            let toast = match (self.deliveries.written.take_failure(), self.deliveries.written.take_here()) {
                (Some(error), _) => Toast::error(error.message(lang, HistoryError::message)),
                (None, Some(due_ms)) => {
                    let at = words::moment(due_ms, now_ms);
                    Toast::new(Level::Ok, tr!(lang, "waiting.written", at = at))
                }
                (None, None) => return,
            };
            self.toasts.add(toast);
        }
        if let Some(id) = self.deliveries.waits.poll() {
            self.begin_waiting(id);
        }
        let Some(waiting) = self.deliveries.book.waiting.value() else { return };
        if waiting.is_empty() {
            return;
        }
        // The countdown is shown.
        ctx.request_repaint_after_secs(1.0);
        let profile = &self.state.profile().name;
        let due = waiting.iter().find(|one| {
            one.new.profile == *profile
                && moment_of(one, now_ms) == Some(Moment::Now)
                && self.deliveries.waits.stands(one.id).is_none()
                && !self.deliveries.live.iter().any(|live| live.id() == Some(one.id))
        });
        if let Some(due) = due.cloned().filter(|_| self.state.link.session().is_some()) {
            self.look_at_waiting(&due);
        }
    }

    /// Looks at the rules once more, because others may have sent meanwhile.
    fn look_at_waiting(&mut self, one: &Delivery) {
        let (Some(journal), false) = (self.state.journal.value().cloned(), self.deliveries.waits.is_looking()) else {
            return;
        };
        let history = self.state.history.value().cloned();
        let (one, profile, now_ms) = (one.clone(), self.state.profile().clone(), self.env.clock.now_millis());
        let background = &self.background;
        self.deliveries.waits.look(one.id, |made| {
            background.start_blocking("look-at-waiting", made, move || {
                let past = Past { journal: &journal, history: history.as_deref() };
                standing(&one, &profile, &past, now_ms).map_err(Failed::Error)
            });
        });
    }

    fn waiting_one(&self, id: DeliveryId) -> Option<Delivery> {
        let waiting = self.deliveries.book.waiting.value()?;
        waiting.iter().find(|one| one.id == id).cloned()
    }

    /// A person does not wait for the moment.
    pub(super) fn send_waiting(&mut self, id: DeliveryId) {
        if let Some(one) = self.waiting_one(id) {
            self.deliveries.waits.forget(id);
            self.look_at_waiting(&one);
        }
    }

    /// Goes on with it like with any other.
    pub(super) fn begin_waiting(&mut self, id: DeliveryId) {
        if let Some(one) = self.waiting_one(id) {
            self.deliveries.waits.forget(id);
            self.go_on_with(&one);
        }
    }
}
