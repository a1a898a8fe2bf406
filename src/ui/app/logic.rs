//! What happens before every pass, also while the window is hidden: shortcuts, wishes, results of background work.

use super::App;
use crate::{
    compose::Draft,
    dingtalk::TokenState,
    store::history::HistoryError,
    ui::{
        background::Broken,
        commands,
        widgets::{Level, Toast},
    },
};

/// Below this many seconds the time left of a token is shown to the minute, above it to five minutes.
const TOKEN_SOON_SECS: i64 = 600;

impl App {
    pub(super) fn run_logic(&mut self, ctx: &egui::Context) {
        self.state.now_unix = self.env.clock.now_unix();
        self.state.text_focused = ctx.text_edit_focused();
        self.composing.step(ctx);
        if ctx.memory(|memory| memory.top_modal_layer().is_none()) && !self.palette.is_open() {
            for command in commands::pressed(ctx, self.state.text_focused) {
                self.run(ctx, command);
            }
        }
        self.take_dropped_files(ctx);
        for action in self.actions.take() {
            self.apply(ctx, action);
        }
        self.take_read_drafts();
        self.take_history();
        if self.state.link.poll() {
            self.prepare_sandbox();
            self.connect_people();
        }
        self.take_people();
        self.importer.poll(&self.background, &mut self.contacts);
        self.fill_first_drafts();
        self.take_token();
        self.take_outcome(ctx);
        self.take_deliveries(ctx);
        self.take_files();
        self.take_lab();
        self.take_media();
        self.poll_settings();
        self.follow_drafts(ctx);
        self.ask_earlier_use();
        self.keep_changes(ctx);
        self.wake_in_time(ctx);
        self.jump.step(ctx);
        self.answer_close_request(ctx);
    }

    /// Notices what was typed: undo points, checks.
    fn follow_drafts(&mut self, ctx: &egui::Context) {
        let now = self.now();
        let now_secs = ctx.input(|input| input.time);
        self.checker.collect(|id| self.state.drafts.get_mut(id));
        let Some(kind) = self.state.tab.kind() else { return };
        if self.composing.is_on() {
            return;
        }
        let state = &mut self.state;
        let Some(open) = state.drafts.current_mut(kind) else { return };
        open.follow(now_secs, now);
        if open.is_in_flux() {
            // The undo point is made once the typing has paused.
            ctx.request_repaint_after_secs(1.0);
        }
        let template = match &open.draft {
            Draft::Notice(notice) => {
                let by_name = open.template.as_deref().and_then(|name| {
                    self.templates.all().iter().find(|one| one.name == name && one.id == notice.template_id)
                });
                by_name.or_else(|| self.templates.by_id(&notice.template_id))
            }
            Draft::Card(_) => None,
        };
        self.checker.check(open, &state.facts, template, &self.background);
        let people = self.contacts.loaded();
        self.deliveries.calls.follow(open, state.settings.current(), &state.facts, people, &self.background);
        state.calls = self.deliveries.calls.count();
        self.lab.follow(open);
    }

    fn take_history(&mut self) {
        if !self.state.history.poll() {
            return;
        }
        let lang = self.state.lang;
        if let Some(error) = self.state.history.failure() {
            let text = tr!(lang, "shell.history_problem", reason = error.message(lang, HistoryError::message));
            self.toasts.add(Toast::error(text));
        }
        if let Some(history) = self.state.history.value() {
            if let Some(path) = history.set_aside() {
                self.toasts.add(Toast::error(tr!(lang, "shell.history_set_aside", path = path.display())));
            }
            if history.settled() > 0 {
                let text = tr!(lang, "shell.history_settled", count = history.settled());
                self.toasts.add(Toast::new(Level::Warning, text));
            }
        }
    }

    /// Says how a token fetch ended that the person asked for.
    fn take_token(&mut self) {
        let lang = self.state.lang;
        match self.state.link.take_refreshed() {
            None => {}
            Some(Ok(())) => self.toasts.add(Toast::ok(tr!(lang, "shell.token_fetched"))),
            Some(Err(Broken::Error(failure))) => {
                let context = self
                    .state
                    .link
                    .session()
                    .map(|session| crate::catalogue::Context::of(session.credentials()))
                    .unwrap_or_default();
                let explained = crate::catalogue::explain(&failure, &context, lang);
                self.toasts.add(Toast::error(format!("{}{}", explained.what, explained.fix)));
            }
            Some(Err(lost @ Broken::Lost(_))) => {
                self.toasts.add(Toast::error(lost.message(lang, |_, _| String::new())));
            }
        }
    }

    /// Asks the history whether the current card's outTrackId was used before.
    fn ask_earlier_use(&mut self) {
        if self.earlier_asked.poll()
            && let Some((id, found, card)) = self.earlier_asked.take_here()
        {
            if let Some(card) = card {
                let mut cards = (*self.state.facts.earlier_cards).clone();
                cards.insert(id.clone(), card);
                self.state.facts.earlier_cards = cards.into();
            }
            if let Some(found) = &found {
                let mut earlier = (*self.state.facts.earlier).clone();
                earlier.insert(id.clone(), found.content_hash.clone());
                self.state.facts.earlier = earlier.into();
                for open in self.state.drafts.all_mut() {
                    open.forget_check();
                }
            }
            self.earlier.insert(id, found);
        }
        if self.earlier_asked.is_pending() {
            return;
        }
        let Some(history) = self.state.history.value().cloned() else { return };
        let Some(Draft::Card(card)) = self.state.current().map(|open| &open.draft) else { return };
        let id = card.out_track_id.trim();
        if id.is_empty() || self.earlier.contains_key(id) {
            return;
        }
        let (id, profile) = (id.to_owned(), self.state.profile().name.clone());
        self.background.start_blocking("earlier-use", &mut self.earlier_asked, move || {
            let found = history.earlier_use(&profile, &id).map_err(Broken::Error)?;
            // Only what is there can be updated; reading its drafts takes longer.
            let card = match &found {
                Some(_) => crate::deliver::earlier::earlier_card(&history, &profile, &id).map_err(Broken::Error)?,
                None => None,
            };
            Ok((id, found, card))
        });
    }

    /// Asks to be woken when something shown changes by itself: a token that runs out, a limit that ends.
    fn wake_in_time(&mut self, ctx: &egui::Context) {
        if let Some(until) = self.state.wait_until {
            let left = until - self.state.now_unix;
            if left > 0 {
                ctx.request_repaint_after_secs(1.0);
            } else {
                self.state.wait_until = None;
                self.toasts.add(Toast::new(Level::Info, tr!(self.state.lang, "send.wait_over")));
            }
        }
        if let Some(status) = self.state.link.token()
            && status.state == TokenState::Here
            && let Some(left) = status.seconds_left
        {
            let step = if left > TOKEN_SOON_SECS { 300 } else { 60 };
            let next = left % step + 1;
            ctx.request_repaint_after_secs(next as f32);
        }
        if self.state.running.is_some() {
            // The seconds it has taken are shown.
            ctx.request_repaint_after_secs(0.5);
        }
    }
}
