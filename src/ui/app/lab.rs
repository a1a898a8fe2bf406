//! Imported card templates: what was asked of their library, and what came of it.

use std::sync::Arc;

use egui::Ui;

use super::App;
use crate::{
    compose::{CardDraft, CheckContext, Draft, Kind, file},
    deliver::cases,
    sandbox::CardTemplate,
    store::{history::History, journal::Journal},
    template::cases::{Case, text_hash},
    ui::{
        action::Action,
        delivery::running::{Live, Size},
        lab::{
            cases::title,
            form::fill_from,
            library::{Known, Lab, Wish},
            sending::{Asked, SentCases, Wanted, draft_of},
        },
        picker::{IdKind, PickerRequest, Purpose},
        widgets::{Dialog, Level, PushButton, Toast, dialog::Answer},
    },
};

/// How many cards of the past are read to learn a template's variables.
const CARDS: usize = 60;

/// The cards of the past that use a template, those of single sends first, the newest of each first.
fn cards_of(id: &str, history: Option<&History>, journal: Option<&Journal>) -> Vec<CardDraft> {
    // What cannot be read teaches nothing.
    let single = history.and_then(|history| history.card_drafts_with(id, CARDS).ok()).unwrap_or_default();
    let single = single.iter().filter_map(|text| file::read_kept(Kind::Card, text).ok());
    let delivered = journal.and_then(|journal| journal.card_drafts_with(id, CARDS).ok()).unwrap_or_default();
    let delivered = delivered.iter().filter_map(|text| file::read(text).ok()).map(|file| file.draft);
    single
        .chain(delivered)
        .filter_map(|draft| match draft {
            Draft::Card(card) if card.card_template_id.trim() == id => Some(card),
            _ => None,
        })
        .collect()
}

impl App {
    /// Begins to read the imported templates.
    pub(super) fn open_lab(&mut self) {
        self.lab = Lab::open(self.env.home.root(), &self.background, self.state.lang);
    }

    /// The template of the card being written.
    fn template_of_current(&self) -> String {
        match self.state.current().map(|open| &open.draft) {
            Some(Draft::Card(card)) => card.card_template_id.clone(),
            _ => String::new(),
        }
    }

    pub(super) fn apply_lab(&mut self, wish: Wish) {
        let current = self.template_of_current();
        let wish = match wish {
            Wish::Learn(id) => {
                self.learn(id);
                return;
            }
            Wish::SendCases(wanted) => {
                self.ask_to_send(&wanted);
                return;
            }
            Wish::UseCase(id, case) => {
                self.use_case(&id, &case);
                return;
            }
            other => other,
        };
        if let Some(toast) = self.lab.apply(wish, &current, &self.background, self.state.lang) {
            self.toasts.add(toast);
        }
    }

    pub(super) fn take_lab(&mut self) {
        for toast in self.lab.poll(self.background.ctx(), &self.background, self.state.lang) {
            self.toasts.add(toast);
        }
        if let Some(known) = self.lab.take_arrived() {
            self.use_arrived(&known);
        }
        self.show_sandbox_the_templates();
        let current = self.template_of_current();
        if let (Some(sent), Some(journal)) = (self.lab.sent_mut(current.trim()), self.state.journal.value()) {
            let live =
                self.deliveries.live.iter().find(|live| live.id().is_some() && live.id() == sent.id.get().copied());
            let now = live.map_or_else(Default::default, |live| (live.is_running(), live.progress().counts));
            sent.follow(now, journal, &self.background);
        }
    }

    /// A template that was imported becomes the one of a card that has none, and its samples fill what is empty there: one
    /// step to undo.
    fn use_arrived(&mut self, known: &Known) {
        let Some(open) = self.state.current_mut() else { return };
        let Draft::Card(card) = &open.draft else { return };
        let id = card.card_template_id.trim();
        if !id.is_empty() && id != known.stored.id {
            return;
        }
        let mut filled = card.clone();
        filled.card_template_id.clone_from(&known.stored.id);
        fill_from(&mut filled, &known.export.variables, &known.export.sample);
        if filled != *card {
            open.undo_step();
            open.draft = Draft::Card(filled);
        }
    }

    /// Puts a case's values into the card being written, the private ones for everybody in its table (else for the test
    /// people): one step to undo. Variables the template does not have stay.
    fn use_case(&mut self, id: &str, case: &Case) {
        self.keep_default_tester();
        let Some(known) = self.lab.known(id).cloned() else { return };
        let Some(open) = self.state.current_mut() else { return };
        let Draft::Card(card) = &open.draft else { return };
        let rows: Vec<_> = card.private.rows.iter().map(|row| row.person.clone()).collect();
        let people = if rows.is_empty() { open.testers() } else { rows };
        let mut filled = draft_of(card, &known.export, case, &people);
        let other = card.params.iter().filter(|row| known.export.variable(&row.key).is_none());
        let other: Vec<_> = other.filter(|row| !case.card.contains_key(&row.key)).cloned().collect();
        filled.params.extend(other);
        if case.private.is_empty() {
            filled.private = Arc::clone(&card.private);
        }
        open.undo_step();
        open.draft = Draft::Card(filled);
        let name = title(self.state.lang, &case.origin);
        self.toasts.add(Toast::ok(tr!(self.state.lang, "lab.case_used", name = name)));
    }

    /// The sandbox's card platform has every template that was imported: what is tried there is the tester's own.
    fn show_sandbox_the_templates(&mut self) {
        let now = (self.lab.generation(), self.state.link.generation());
        let Some(sandbox) = self.state.link.sandbox() else { return };
        if self.lab_shown == now {
            return;
        }
        self.lab_shown = now;
        let there = sandbox.card_templates();
        for known in self.lab.imported() {
            let (id, name) = (known.stored.id.clone(), known.stored.name.clone());
            if !there.iter().any(|template| template.id == id) {
                sandbox.publish_card_template(CardTemplate { id, name, published: true, variables: Vec::new() });
            }
        }
    }

    /// Learns a template's variables from the card being written and those of the past.
    fn learn(&mut self, id: String) {
        let current = match self.state.current().map(|open| &open.draft) {
            Some(Draft::Card(card)) if card.card_template_id.trim() == id => Some(card.clone()),
            _ => None,
        };
        let (history, journal) = (self.state.history.value().cloned(), self.state.journal.value().cloned());
        let wanted = id.clone();
        let cards =
            move || current.into_iter().chain(cards_of(&wanted, history.as_deref(), journal.as_deref())).collect();
        self.lab.learn(id, cards, &self.background, self.state.lang);
    }

    /// Makes cards of cases for the test people: on the sandbox they leave at once, else after a question.
    fn ask_to_send(&mut self, wanted: &Wanted) {
        let lang = self.state.lang;
        if let Err(reason) = self.state.may_go_out() {
            self.toasts.add(Toast::new(Level::Warning, reason));
            return;
        }
        self.keep_default_tester();
        let Some(open) = self.state.current() else { return };
        let people = open.testers();
        let Draft::Card(base) = &open.draft else { return };
        if people.is_empty() {
            let request = PickerRequest::people(Purpose::Myself).id_kind(IdKind::of_user_id_type(base.user_id_type));
            self.toasts.add(Toast::new(Level::Warning, tr!(lang, "lab.pick_testers")));
            self.actions.send(Action::OpenPicker(Box::new(request)));
            return;
        }
        let Some(known) = self.lab.known(&wanted.template_id) else { return };
        let drafts: Vec<CardDraft> =
            wanted.cases.iter().map(|case| draft_of(base, &known.export, case, &people)).collect();
        let facts = &self.state.facts;
        let context = CheckContext { known: facts, template: None, third_party: facts.third_party };
        let profile = self.state.profile().clone();
        let out_track_id = (self.env.fresh_id)();
        let Some(plan) = cases::plan(&drafts, &people, &profile, &context, &out_track_id) else { return };
        let title = tr!(lang, "lab.cases_title", name = known.stored.name, count = plan.calls()).into_owned();
        let keys = wanted.cases.iter().map(|case| case.origin.key()).collect();
        let template_id = wanted.template_id.clone();
        let asked = Asked { plan, people, template_id, keys, title, track: out_track_id };
        if asked.plan.calls() == 0 || profile.is_sandbox() {
            self.send_cases(asked);
        } else {
            self.lab.to_send = Some(asked);
        }
    }

    /// Sends cases: everything was asked.
    fn send_cases(&mut self, asked: Asked) {
        let lang = self.state.lang;
        let export = self.lab.known(&asked.template_id).map(|known| text_hash(&known.stored.text)).unwrap_or_default();
        let sent = SentCases::new(&asked, export, self.now().as_millisecond(), lang);
        let Asked { plan, people, title, .. } = asked;
        if plan.calls() == 0 {
            self.toasts.add(Toast::new(Level::Warning, tr!(lang, "lab.no_case_sent")));
            self.lab.set_sent(sent);
            return;
        }
        let profile = self.state.profile().clone();
        if let Err(reason) = self.state.may_go_out() {
            self.toasts.add(Toast::new(Level::Warning, reason));
            return;
        }
        let Some(tools) = self.tools(&profile, plan.via()) else { return };
        let calls = plan.calls() as u64;
        let size = Size { people: calls * people.len() as u64, calls, takes_ms: plan.takes_ms };
        let (id, name) = (Arc::clone(&sent.id), title.clone());
        let write = move |journal: &Journal, now: i64| {
            let number = cases::start(plan, &name, &profile, journal, now)?;
            id.set(number).ok();
            Ok(number)
        };
        let key = self.deliveries.key();
        let live = Live::start_with(key, title, size, write, tools, &self.deliveries.senders, &self.background);
        self.deliveries.live.push(live);
        self.lab.set_sent(sent);
    }

    /// The question before cases go to people of an organisation.
    fn draw_send_cases(&mut self, ui: &Ui) {
        let lang = self.state.lang;
        let Some(asked) = &self.lab.to_send else { return };
        let name = |person: &crate::compose::PersonRef| {
            if person.name.is_empty() { person.id.clone() } else { person.name.clone() }
        };
        let text = tr!(
            lang,
            "lab.send_question",
            organisation = self.state.profile().organisation_name(),
            people = asked.people.len(),
            names = asked.people.iter().map(name).collect::<Vec<_>>().join("、"),
            calls = asked.plan.calls(),
            seconds = asked.plan.takes_ms.div_ceil(1_000)
        );
        let accept = PushButton::danger(tr!(lang, "lab.send_all", count = asked.plan.calls()));
        let dialog = Dialog::new("send-cases", tr!(lang, "lab.send_title"), tr!(lang, "common.cancel"));
        match dialog.text(text).accept(accept).show(ui.ctx(), |_| ()).0 {
            Answer::None => {}
            Answer::Cancelled => self.lab.to_send = None,
            Answer::Accepted => {
                if let Some(asked) = self.lab.to_send.take() {
                    self.send_cases(asked);
                }
            }
        }
    }

    /// Draws the questions of the lab over the window.
    pub(super) fn draw_lab(&mut self, ui: &Ui) {
        self.draw_send_cases(ui);
        self.lab.ui(ui.ctx(), &self.background, self.state.lang);
    }
}
