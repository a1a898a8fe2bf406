//! Where deliveries are drawn: the strip at the bottom, the banner at the top, the dialogs, their part of the history.

use egui::{Frame, Margin, Panel, Ui};

use super::App;
use crate::{
    compose::{Draft, PersonRef, notice::NoticeTemplate},
    store::journal::Delivery,
    ui::{
        delivery::{HistoryPart, cut_off, list, plan_dialog, running::Live, strip, trial, waiting},
        history,
        picker::IdKind,
        state::{OpenDraft, Tab},
        theme::tokens,
        widgets::segmented,
    },
};

impl App {
    /// The template of the library that a notice is written with.
    pub(super) fn template_of(&self, open: &OpenDraft) -> Option<&NoticeTemplate> {
        let Draft::Notice(notice) = &open.draft else { return None };
        let by_name = open
            .template
            .as_deref()
            .and_then(|name| self.templates.all().iter().find(|one| one.name == name && one.id == notice.template_id));
        by_name.or_else(|| self.templates.by_id(&notice.template_id))
    }

    /// What runs, at the bottom of every tab.
    pub(super) fn draw_strip(&mut self, ui: &mut Ui) {
        let known = self.deliveries.book.waiting.value().map_or(&[][..], Vec::as_slice);
        let begun = |one: &&Delivery| !self.deliveries.live.iter().any(|live| live.id() == Some(one.id));
        let waits: Vec<Delivery> = known.iter().filter(begun).cloned().collect();
        self.deliveries.strip_height = 0.0;
        if self.deliveries.live.is_empty() && waits.is_empty() {
            return;
        }
        let t = tokens(ui.style());
        let frame = Frame::new().fill(t.surface).inner_margin(Margin::symmetric(16, 6));
        let reads = waiting::Reads {
            lang: self.state.lang,
            now_ms: self.env.clock.now_millis(),
            profile: &self.state.settings.current().name,
            waits: &self.deliveries.waits,
        };
        let shown = Panel::bottom("deliveries").frame(frame).show(ui, |ui| {
            strip::strip_ui(ui, &reads, &self.deliveries.live, &waits, &self.actions);
        });
        self.deliveries.strip_height = shown.response.rect.height();
    }

    /// What was cut off, at the top of every tab but the settings.
    pub(super) fn draw_cut_off(&mut self, ui: &mut Ui) {
        let reading = self.deliveries.part == HistoryPart::Deliveries && self.state.tab == Tab::History;
        if self.deliveries.cut_off_hidden || self.state.tab == Tab::Settings || reading {
            return;
        }
        let now_ms = self.env.clock.now_millis();
        let cut_off = self.deliveries.book.cut_off(now_ms, |id| self.deliveries.runs(id));
        if cut_off.is_empty() {
            return;
        }
        let t = tokens(ui.style());
        let frame = Frame::new().fill(t.base).inner_margin(Margin { left: 16, right: 16, top: 8, bottom: 8 });
        Panel::top("cut_off").frame(frame).show_separator_line(false).show(ui, |ui| {
            cut_off::cut_off_ui(ui, self.state.lang, &self.state.profile().name, &cut_off, &self.actions);
        });
    }

    /// 发送记录: messages sent one by one, and deliveries.
    pub(super) fn draw_history(&mut self, ui: &mut Ui) {
        let lang = self.state.lang;
        let t = tokens(ui.style());
        let frame = Frame::new().fill(t.base).inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 0 });
        if self.deliveries.part == HistoryPart::Single || self.deliveries.view.selected.is_none() {
            Panel::top("history_part").frame(frame).show_separator_line(false).show(ui, |ui| {
                let choices = [
                    (HistoryPart::Single, tr!(lang, "deliveries.part_single").into_owned()),
                    (HistoryPart::Deliveries, tr!(lang, "deliveries.part_deliveries").into_owned()),
                ];
                segmented(ui, &tr!(lang, "deliveries.history_part"), &mut self.deliveries.part, choices);
            });
        }
        if self.deliveries.part == HistoryPart::Single {
            let reads = history::Reads {
                lang,
                history: &self.state.history,
                background: &self.background,
                deliveries: self.deliveries.book.recent.value().is_some_and(|recent| !recent.is_empty()),
                actions: &self.actions,
            };
            history::tab_ui(ui, &reads, &mut self.history_view);
            return;
        }
        let now_ms = self.env.clock.now_millis();
        let running: Vec<_> =
            self.deliveries.live.iter().filter(|live| live.is_running()).filter_map(Live::id).collect();
        let (tasks, asking) = (&self.deliveries.tasks, self.deliveries.book.asking.value());
        let asking = asking.cloned().unwrap_or_default();
        let reads = list::Reads {
            lang,
            now_ms,
            journal: &self.state.journal,
            profile: &self.state.settings.current().name,
            connected: self.state.link.session().is_some(),
            runs: &|id| running.contains(&id),
            wish: &|id| {
                let runs = |live: &&Live| live.is_running() && live.id() == Some(id);
                self.deliveries.live.iter().find(runs).map(Live::wish)
            },
            busy: &|id| tasks.is_busy(id),
            recalled: &|id| tasks.recalled.get(&id).cloned(),
            next_due: &|id| {
                let one = asking.iter().find(|one| one.delivery == id)?;
                tasks.next_due(one, running.contains(&id))
            },
            actions: &self.actions,
        };
        list::list_ui(ui, &reads, &mut self.deliveries.book, &mut self.deliveries.view);
    }

    /// The plan, and 先发给我.
    pub(super) fn draw_delivery_dialogs(&mut self, ui: &Ui) {
        let lang = self.state.lang;
        if let Some(planning) = self.deliveries.planning.as_mut().filter(|planning| planning.shown) {
            let off = match &planning.order.profile {
                profile if *profile != *self.state.settings.current() => {
                    Err(tr!(lang, "deliveries.other_profile", profile = profile.name).into_owned())
                }
                _ if self.state.link.session().is_none() => Err(tr!(lang, "send.off_connecting").into_owned()),
                _ => Ok(()),
            };
            let reads = plan_dialog::Reads { lang, now_ms: self.env.clock.now_millis(), off, actions: &self.actions };
            plan_dialog::plan_ui(ui.ctx(), &reads, planning);
        }
        self.draw_trial(ui);
    }

    fn draw_trial(&mut self, ui: &Ui) {
        if !self.deliveries.trial.open {
            return;
        }
        let off = self.state.may_test();
        let profile = self.state.profile();
        let organisation = (!profile.is_sandbox()).then(|| profile.organisation_name().to_owned());
        let Some(open) = self.state.current() else {
            self.deliveries.trial.open = false;
            return;
        };
        let testers = open.testers();
        let id_kind = match &open.draft {
            Draft::Card(card) => IdKind::of_user_id_type(card.user_id_type),
            Draft::Notice(_) => IdKind::UserId,
        };
        let recipient = |row: usize| -> Option<&PersonRef> {
            match (open.values(), &open.draft) {
                (Some(list), _) => list.rows.get(row).map(|row| &row.person),
                (None, Draft::Card(card)) => card.receivers.get(row),
                (None, Draft::Notice(_)) => None,
            }
        };
        let count = match (open.values(), &open.draft) {
            (Some(list), _) => list.rows.len(),
            (None, Draft::Card(card)) if !card.private.rows.is_empty() => card.receivers.len(),
            (None, _) => 0,
        };
        let reads = trial::Reads {
            lang: self.state.lang,
            testers: &testers,
            recipients: &recipient,
            count,
            id_kind,
            organisation: organisation.as_deref(),
            off,
            actions: &self.actions,
        };
        trial::trial_ui(ui.ctx(), &reads, &mut self.deliveries.trial);
    }
}
