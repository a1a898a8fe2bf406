//! Deliveries: from a click on 发送 through the plan to what runs; what is asked afterwards; what screens wish.

use std::sync::Arc;

use super::App;
use crate::{
    compose::{Draft, file},
    deliver::{
        export,
        plan::{Doubt, Mode},
    },
    lang::Lang,
    store::{
        history::HistoryError,
        journal::{Delivery, DeliveryId, DeliveryState, Journal, PersonRow, Rung},
    },
    ui::{
        action::Action,
        background::Broken,
        delivery::{
            DeliveryAction, Failed, Format, HistoryPart, Whom, again,
            notify::{self, Note},
            planning::{Order, Planned, Planning, Sources},
            running::{Live, Tools},
            tasks::Done,
            trial, words,
        },
        sending::LastSend,
        state::{DraftId, InspectorTab, OpenDraft, Tab},
        widgets::{Level, Toast, grouped},
    },
};

impl App {
    /// Opens the journal of deliveries.
    pub(super) fn open_journal(&mut self) {
        let home = Arc::clone(&self.env.home);
        self.background.start_blocking("open-journal", &mut self.state.journal, move || {
            Journal::open(&home).map(Arc::new).map_err(Broken::Error)
        });
    }

    /// The plan of the current draft; what is plain goes out without showing it.
    pub(super) fn plan_current(&mut self) {
        let lang = self.state.lang;
        let Some(open) = self.state.current() else { return };
        let order = Order {
            of: open.id.clone(),
            title: open.title(lang),
            draft: open.draft.clone(),
            list: None,
            template: self.template_of(open).cloned(),
            trial: false,
            due_ms: None,
            profile: self.state.profile().clone(),
            mode: Mode::Fewest,
            leave_out: false,
        };
        self.plan(order);
    }

    fn plan(&mut self, order: Order) {
        let Some(sources) = self.sources(order.due_ms) else { return };
        self.deliveries.planning = Some(Planning::begin(order, sources, &self.background));
    }

    /// What a plan is made of; as of its moment where it waits.
    fn sources(&self, due_ms: Option<i64>) -> Option<Sources> {
        Some(Sources {
            facts: self.state.facts.clone(),
            people: self.contacts.loaded().cloned(),
            journal: self.state.journal.value()?.clone(),
            history: self.state.history.value().cloned(),
            now_ms: due_ms.unwrap_or_else(|| self.env.clock.now_millis()),
        })
    }

    pub(super) fn tools(&self, profile: &crate::store::settings::Profile, via: crate::compose::Via) -> Option<Tools> {
        Some(Tools {
            session: self.state.link.session()?.clone(),
            journal: self.state.journal.value()?.clone(),
            history: self.state.history.value().cloned(),
            profile: profile.clone(),
            via,
            clock: Arc::clone(&self.env.clock),
            time: Arc::clone(&self.deliveries.time),
            fresh_id: Arc::clone(&self.env.fresh_id),
        })
    }

    /// The tools for a delivery of the journal; a toast says why there are none.
    fn tools_of(&mut self, one: &Delivery) -> Option<Tools> {
        let lang = self.state.lang;
        let profile = self.state.profile().clone();
        let reason = if profile.name == one.new.profile {
            let via = crate::compose::Via::from_name(one.new.kind, &one.new.via).unwrap_or_else(|| one.new.kind.into());
            if let Some(tools) = self.tools(&profile, via) {
                return Some(tools);
            }
            tr!(lang, "send.off_connecting").into_owned()
        } else {
            tr!(lang, "deliveries.other_profile", profile = one.new.profile).into_owned()
        };
        self.toasts.add(Toast::new(Level::Warning, reason));
        None
    }

    /// A delivery among the last ones, or the one shown.
    fn known(&self, id: DeliveryId) -> Option<Delivery> {
        let recent = self.deliveries.book.recent.value().map_or(&[][..], Vec::as_slice);
        let shown = self.deliveries.view.detail.value().and_then(Option::as_ref).map(|found| &found.delivery);
        shown.into_iter().chain(recent).find(|one| one.id == id).cloned()
    }

    /// What happens once a pass.
    pub(super) fn take_deliveries(&mut self, ctx: &egui::Context) {
        if self.state.journal.poll() {
            self.deliveries.changed();
            if let Some(journal) = self.state.journal.value()
                && journal.settled() > 0
            {
                let text = tr!(self.state.lang, "deliveries.settled", count = journal.settled());
                self.toasts.add(Toast::new(Level::Warning, text));
            }
        }
        self.take_plan();
        self.take_ended(ctx);
        self.take_tasks();
        let Some(journal) = self.state.journal.value().cloned() else { return };
        if let Some(history) = self.state.history.value().cloned() {
            self.deliveries.find_newest(&journal, &history, &self.background);
        }
        let listed = self.state.tab == Tab::History && self.deliveries.part == HistoryPart::Deliveries;
        self.deliveries.book.read(&journal, listed, self.env.clock.now_millis(), &self.background);
        if listed {
            self.deliveries.view.read(&journal, &self.background);
            self.follow_shown(ctx);
        }
        self.take_waiting(ctx);
        self.ask_due(ctx);
        if self.deliveries.live.iter().any(Live::is_running) {
            // Seconds, paces and countdowns are shown; a paused one is counted as well as it may be going on elsewhere.
            ctx.request_repaint_after_secs(1.0);
        }
    }

    /// The delivery on screen is read again while it runs.
    fn follow_shown(&mut self, ctx: &egui::Context) {
        const EVERY: f64 = 2.0;
        let now = ctx.input(|input| input.time);
        let runs = self.deliveries.view.selected.is_some_and(|id| self.deliveries.runs(id));
        if runs && now >= self.deliveries.view.read_again_at {
            self.deliveries.view.read_again_at = now + EVERY;
            self.deliveries.changed();
        }
    }

    fn take_plan(&mut self) {
        let Some(planning) = &mut self.deliveries.planning else {
            self.state.planning = false;
            return;
        };
        let came = planning.made.poll();
        self.state.planning = planning.made.is_pending() && !planning.shown;
        if !came || planning.shown {
            return;
        }
        let Some(planned) = planning.current().cloned().filter(|_| planning.made.failure().is_none()) else {
            planning.shown = true;
            return;
        };
        if planned.order.trial || planned.order.due_ms.is_some() {
            // A wait was chosen with the plan on screen; on a live profile the number is still to be typed.
            let asked = planned.order.due_ms.is_none() || !planned.asks_number();
            if asked && planned.is_clean() && planned.plan.doubts.is_empty() {
                self.start_planned();
            } else if let Some(planning) = &mut self.deliveries.planning {
                planning.shown = true;
            }
        } else if planned.is_plain() || planned.plan.doubts.contains(&Doubt::NotForPeople) {
            self.deliveries.planning = None;
            self.send_plain(&planned.order.of);
        } else {
            planning.shown = true;
        }
    }

    /// Carries out the plan that is made.
    fn start_planned(&mut self) {
        let Some(planned) = self.deliveries.planning.as_ref().and_then(Planning::current).cloned() else { return };
        let profile = &planned.order.profile;
        if *profile != *self.state.profile() {
            let text = tr!(self.state.lang, "deliveries.other_profile", profile = profile.name);
            self.toasts.add(Toast::new(Level::Warning, text));
            return;
        }
        let Some(tools) = self.tools(profile, planned.plan.via) else { return };
        self.deliveries.planning = None;
        let out_track_id = self.take_out_track_id(&planned);
        if let Some(due_ms) = planned.order.due_ms {
            self.write_waiting(planned, out_track_id, due_ms);
            return;
        }
        let (key, of) = (self.deliveries.key(), planned.order.of.clone());
        let live = Live::start(key, planned, out_track_id, tools, &self.deliveries.senders, &self.background);
        if let Some(open) = self.state.drafts.get_mut(&of) {
            open.last_send = Some(LastSend::Batch(live.batch(self.env.now())));
            self.state.inspector = InspectorTab::Outcome;
        }
        self.deliveries.live.push(live);
        self.deliveries.sent_last(HistoryPart::Deliveries, self.state.tab);
        self.deliveries.cut_off_hidden = false;
    }

    /// The id of a delivery's first card; its draft gets another one, as it is another card from now on.
    fn take_out_track_id(&mut self, planned: &Planned) -> String {
        let fresh = (self.env.fresh_id)();
        let Draft::Card(sent) = &planned.order.draft else { return String::new() };
        if planned.order.trial {
            return fresh;
        }
        if let Some(open) = self.state.drafts.get_mut(&planned.order.of)
            && let Draft::Card(card) = &mut open.draft
            && card.out_track_id == sent.out_track_id
        {
            card.out_track_id = fresh;
        }
        sent.out_track_id.clone()
    }

    /// Takes deliveries that ended.
    fn take_ended(&mut self, ctx: &egui::Context) {
        let lang = self.state.lang;
        let mut ended = Vec::new();
        self.deliveries.live.retain_mut(|live| {
            let came = live.run.poll();
            if came {
                let run = live.run.take_here().ok_or_else(|| live.run.take_failure());
                self.state.drafts.delivery_ended(live, &run);
                ended.push((live.id(), live.title.clone(), live.took(), run));
            }
            !came
        });
        for (id, title, took, run) in ended {
            self.deliveries.changed();
            self.history_view.changed();
            let toast = match &run {
                Ok(run) => {
                    let counts = &run.counts;
                    let finished = matches!(run.state, DeliveryState::Done | DeliveryState::Cancelled);
                    let clean = finished && counts.refused == 0 && counts.unknown == 0;
                    let level = if clean { Level::Ok } else { Level::Warning };
                    let word = crate::lang::text(lang, &format!("delivery.state.{}", run.state.name()), &[]);
                    let mut text = tr!(
                        lang,
                        "deliveries.ended",
                        title = title,
                        state = word,
                        handed_over = grouped(counts.handed_over),
                        refused = grouped(counts.refused),
                        unknown = grouped(counts.unknown)
                    )
                    .into_owned();
                    if let Some(why) = words::note(&run.note, lang) {
                        text.push('\n');
                        text.push_str(&why);
                    }
                    if !finished {
                        self.deliveries.cut_off_hidden = false;
                    }
                    let looking = ctx.input(|input| input.viewport().focused).unwrap_or(true);
                    if took >= notify::LONG && !looking {
                        self.env.notifier.show(Note::of(counts, finished, lang));
                    }
                    Toast::new(level, text)
                }
                Err(error) => {
                    let reason = error.as_ref().map(|error| words::failed(error, lang)).unwrap_or_default();
                    let text = if id.is_none() {
                        tr!(lang, "deliveries.not_written", title = title, reason = reason)
                    } else {
                        tr!(lang, "deliveries.broken", title = title, reason = reason)
                    };
                    Toast::error(text)
                }
            };
            let toast = match id {
                Some(id) => toast.action(tr!(lang, "common.show"), Action::Delivery(DeliveryAction::Show(id))),
                None => toast,
            };
            self.toasts.add(toast);
        }
    }

    fn take_tasks(&mut self) {
        let lang = self.state.lang;
        for ended in self.deliveries.tasks.poll() {
            self.deliveries.changed();
            let toast = match ended.done {
                Err(error) => Toast::error(error.message(lang, HistoryError::message)),
                Ok(_) if !ended.by_person => continue,
                Ok(Done::Asked(asked)) => {
                    let mut text = tr!(lang, "deliveries.asked_done", reported = asked.reported).into_owned();
                    if asked.running > 0 {
                        text.push_str(&tr!(lang, "deliveries.asked_running", count = asked.running));
                    }
                    if asked.silent > 0 {
                        text.push_str(&tr!(lang, "deliveries.asked_silent", count = asked.silent));
                    }
                    for line in words::silences(&asked, lang) {
                        text.push('\n');
                        text.push_str(&line);
                    }
                    if let Some((number, code)) = asked.failed.first() {
                        let why = crate::deliver::words::explain_code(code, lang).unwrap_or_else(|| code.clone());
                        text.push_str(&tr!(lang, "deliveries.asked_failed", number = number, why = why));
                    }
                    let level = if asked.failed.is_empty() { Level::Ok } else { Level::Warning };
                    Toast::new(level, text)
                }
                Ok(Done::Recalled(recalled)) => {
                    let text = tr!(
                        lang,
                        "deliveries.recalled",
                        calls = grouped(recalled.calls as u64),
                        people = grouped(recalled.people)
                    );
                    let clean = recalled.failed.is_empty() && recalled.too_late == 0;
                    Toast::new(if clean { Level::Ok } else { Level::Warning }, text)
                }
                Ok(Done::Settled(count)) => Toast::new(
                    if count > 0 { Level::Ok } else { Level::Warning },
                    tr!(lang, "deliveries.settled_cards", count = count),
                ),
                Ok(Done::Decided | Done::GivenUp) => continue,
            };
            self.toasts.add(toast);
        }
    }

    /// Asks for reports that are due, of the profile in use.
    fn ask_due(&mut self, ctx: &egui::Context) {
        let now = self.env.clock.now_millis();
        let profile = self.state.profile().clone();
        if self.state.link.session().is_none() {
            return;
        }
        let asking = self.deliveries.book.asking.value().map_or(&[][..], Vec::as_slice);
        let mut due = Vec::new();
        let mut next = i64::MAX;
        for one in asking.iter().filter(|one| one.profile == profile.name) {
            match self.deliveries.tasks.next_due(one, self.deliveries.runs(one.delivery)) {
                Some(at) if at <= now => due.push(one.delivery),
                Some(at) => next = next.min(at),
                None => {}
            }
        }
        for id in due {
            if !self.deliveries.tasks.is_busy(id)
                && let Some(tools) = self.tools(&profile, crate::compose::Kind::Notice.into())
            {
                self.deliveries.tasks.ask(id, false, tools, now, &self.background);
            }
        }
        if next < i64::MAX {
            let wait = std::time::Duration::from_millis(u64::try_from(next - now).unwrap_or(0) + 50);
            ctx.request_repaint_after(wait);
        }
    }

    /// Does what a screen wished about deliveries.
    pub(super) fn apply_delivery(&mut self, action: DeliveryAction) {
        let now = self.env.clock.now_millis();
        match action {
            DeliveryAction::Mode(mode) => self.replan(|order| order.mode = mode),
            DeliveryAction::LeaveOut(on) => self.replan(|order| order.leave_out = on),
            DeliveryAction::Start => self.start_planned(),
            DeliveryAction::ClosePlan => self.deliveries.planning = None,
            DeliveryAction::StartAt(at_ms) => {
                self.replan(|order| order.due_ms = Some(at_ms));
                if let Some(planning) = &mut self.deliveries.planning {
                    planning.shown = false;
                }
            }
            DeliveryAction::SendWaiting(id) => self.send_waiting(id),
            DeliveryAction::SendAnyway(id) => self.begin_waiting(id),
            DeliveryAction::PutOff(id, until_ms) => {
                if let Some(journal) = self.state.journal.value().cloned() {
                    self.deliveries.waits.forget(id);
                    self.deliveries.tasks.put_off(id, until_ms, &journal, &self.background);
                }
            }
            DeliveryAction::Pause(key) => self.with_live(key, |live| live.control.pause()),
            DeliveryAction::Resume(key) => self.with_live(key, |live| live.control.resume()),
            DeliveryAction::Cancel(key) => self.with_live(key, |live| live.control.cancel()),
            DeliveryAction::Dismiss(key) => {
                self.deliveries.live.retain(|live| live.key != key || live.is_running());
            }
            DeliveryAction::Continue(id) => self.go_on(id),
            DeliveryAction::GiveUp(id) => {
                if let Some(journal) = self.state.journal.value().cloned() {
                    self.deliveries.tasks.give_up(id, now, &journal, &self.background);
                }
            }
            DeliveryAction::Show(id) => {
                self.state.tab = Tab::History;
                self.deliveries.part = HistoryPart::Deliveries;
                self.deliveries.view.select(id);
            }
            DeliveryAction::ShowList => {
                self.state.tab = Tab::History;
                self.deliveries.part = HistoryPart::Deliveries;
                self.deliveries.view.selected = None;
            }
            DeliveryAction::HideCutOff => self.deliveries.cut_off_hidden = true,
            DeliveryAction::AskUnknown(id) => {
                if let Some(tools) = self.known(id).and_then(|one| self.tools_of(&one)) {
                    self.deliveries.tasks.ask_unknown(id, tools, &self.deliveries.senders, &self.background);
                }
            }
            DeliveryAction::Decide(id, call, arrived) => {
                if let Some(journal) = self.state.journal.value().cloned() {
                    self.deliveries.tasks.decide(id, call, arrived, &journal, &self.background);
                }
            }
            DeliveryAction::Refresh(id) => {
                if let Some(tools) = self.known(id).and_then(|one| self.tools_of(&one)) {
                    self.deliveries.tasks.ask(id, true, tools, now, &self.background);
                }
            }
            DeliveryAction::Recall(id) => {
                if let Some(tools) = self.known(id).and_then(|one| self.tools_of(&one)) {
                    self.deliveries.tasks.recall(id, tools, now, &self.background);
                }
            }
            DeliveryAction::Export(id, format) => self.export(id, format),
            DeliveryAction::Redraft(id, whom) => self.redraft(id, Some(whom)),
            DeliveryAction::AsDraft(id) => self.redraft(id, None),
            DeliveryAction::NewJournal => self.new_journal(),
            DeliveryAction::AskTrial => {
                self.keep_default_tester();
                self.deliveries.trial = trial::Trial { open: true, as_row: None };
            }
            DeliveryAction::TrialPeople(people) => {
                let at = self.now();
                if let Some(open) = self.state.current_mut() {
                    open.set_testers(&people, at);
                }
            }
            DeliveryAction::SendTrial(as_row) => self.send_trial(as_row),
        }
    }

    fn with_live(&mut self, key: u64, action: impl FnOnce(&mut Live)) {
        if let Some(live) = self.deliveries.live.iter_mut().find(|live| live.key == key) {
            action(live);
        }
    }

    fn replan(&mut self, change: impl FnOnce(&mut Order)) {
        let Some(planning) = &mut self.deliveries.planning else { return };
        change(&mut planning.order);
        let due_ms = planning.order.due_ms;
        let Some(sources) = self.sources(due_ms) else { return };
        if let Some(planning) = &mut self.deliveries.planning {
            planning.again(sources, &self.background);
        }
    }

    fn go_on(&mut self, id: DeliveryId) {
        if let Some(one) = self.known(id) {
            self.go_on_with(&one);
        }
    }

    pub(super) fn go_on_with(&mut self, one: &Delivery) {
        if self.deliveries.live.iter().any(|live| live.id() == Some(one.id)) {
            return;
        }
        let Some(tools) = self.tools_of(one) else { return };
        let key = self.deliveries.key();
        let live = Live::go_on(key, one, tools, &self.deliveries.senders, &self.background);
        self.deliveries.live.push(live);
    }

    fn new_journal(&mut self) {
        let home = Arc::clone(&self.env.home);
        self.background.start_blocking("new-journal", &mut self.state.journal, move || {
            Journal::set_aside(&home).map_err(Failed::Error)?;
            Journal::open(&home).map(Arc::new).map_err(Failed::Error)
        });
    }

    fn export(&mut self, id: DeliveryId, format: Format) {
        let Some(journal) = self.state.journal.value().cloned() else { return };
        let lang = self.state.lang;
        let title = self.known(id).map(|one| one.new.title).unwrap_or_default();
        let name = tr!(lang, "deliveries.file_name", title = title, number = id.0).into_owned();
        let make = Arc::new(move || {
            let people = journal.people(id).map_err(|error| error.message(lang))?;
            bytes_of(&people, format, lang)
        });
        let native = self.env.native_dialogs;
        self.files.save_report(&self.background, lang, native, make, (&name, format.ending()));
    }

    /// Opens what was delivered as a new draft, for everybody or for some of its people.
    fn redraft(&mut self, id: DeliveryId, whom: Option<Whom>) {
        let lang = self.state.lang;
        let Some(found) = self.deliveries.view.detail.value().cloned().flatten().filter(|one| one.delivery.id == id)
        else {
            return;
        };
        let mut kept = match file::read(&found.delivery.new.draft) {
            Ok(kept) => kept,
            Err(error) => {
                self.toasts.add(Toast::error(error.message(lang)));
                return;
            }
        };
        if let Some(whom) = whom {
            let wanted = |one: &&PersonRow| match whom {
                Whom::Failed => matches!(one.rung, Rung::Failed | Rung::Dropped | Rung::Invalid),
                Whom::Unread => one.rung == Rung::Unread,
            };
            let people: Vec<PersonRow> = found.people.iter().filter(wanted).cloned().collect();
            again::narrow(&mut kept, &people);
        }
        if let Draft::Card(card) = &mut kept.draft {
            card.out_track_id = (self.env.fresh_id)();
        }
        let Some(draft) = DraftId::new((self.env.fresh_id)()) else { return };
        let title = &found.delivery.new.title;
        let name = match whom {
            None => tr!(lang, "shell.copy_of", name = title),
            Some(Whom::Failed) => tr!(lang, "deliveries.for_failed", name = title),
            Some(Whom::Unread) => tr!(lang, "deliveries.for_unread", name = title),
        };
        let open = OpenDraft::from_file(draft.clone(), name.into_owned(), kept, self.env.now(), false);
        self.state.drafts.add(open);
        self.show_draft(&draft);
    }

    /// Whoever the profile names is the first test person of a draft that has none.
    pub(super) fn keep_default_tester(&mut self) {
        let id = self.state.profile().test_user_id.trim().to_owned();
        let at = self.now();
        let name = self
            .contacts
            .loaded()
            .and_then(|people| people.person_name(crate::ui::picker::IdKind::UserId, &id).map(str::to_owned));
        if let Some(open) = self.state.current_mut()
            && !id.is_empty()
            && open.testers().is_empty()
        {
            open.set_testers(&[crate::compose::PersonRef { id, name: name.unwrap_or_default() }], at);
        }
    }

    fn send_trial(&mut self, as_row: Option<usize>) {
        let lang = self.state.lang;
        if let Err(reason) = self.state.may_test() {
            self.toasts.add(Toast::new(Level::Warning, reason));
            return;
        }
        let Some(open) = self.state.current() else { return };
        let (draft, list) = trial::order(&open.draft, open.values(), &open.testers(), as_row);
        let order = Order {
            of: open.id.clone(),
            title: tr!(lang, "trial.name", name = open.title(lang)).into_owned(),
            draft,
            list: Some(list),
            template: self.template_of(open).cloned(),
            trial: true,
            due_ms: None,
            profile: self.state.profile().clone(),
            mode: Mode::Report,
            leave_out: false,
        };
        self.plan(order);
    }
}

fn bytes_of(people: &[PersonRow], format: Format, lang: Lang) -> Result<Vec<u8>, String> {
    match format {
        Format::Csv => Ok(export::csv(people, lang)),
        Format::Xlsx => export::xlsx(people, lang),
    }
}
