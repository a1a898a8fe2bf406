//! Closing the window, where nothing may be lost: a send on its way, deliveries that run or wait, drafts that cannot be kept.

use super::App;
use crate::{
    deliver::waiting::{Moment, moment_of},
    lang::Lang,
    store::journal::Delivery,
    ui::{
        action::Action,
        delivery::running::Live,
        widgets::{
            PushButton,
            dialog::{Answer, Dialog},
            grouped,
        },
    },
};

/// What stands in the way of closing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Closing {
    /// Nobody asked.
    No,
    /// A send is on its way: its outcome would be unknown.
    AskSending,
    /// Deliveries run, or wait for their moment.
    AskDeliveries,
    /// Deliveries begin no more calls; those on their way are awaited. The keys of those that were stopped for it.
    Stopping(Vec<u64>),
    /// A draft cannot be kept.
    AskUnkept,
    /// The person has decided, or nothing stands in the way.
    Yes,
}

impl App {
    /// Closes when nothing stands in the way; otherwise asks first.
    pub(super) fn answer_close_request(&mut self, ctx: &egui::Context) {
        if let Closing::Stopping(_) = self.closing
            && !self.has_calls_on_their_way()
        {
            self.close_anyway(ctx);
        }
        if !ctx.input(|input| input.viewport().close_requested()) || self.closing == Closing::Yes {
            return;
        }
        let kept = self.keep_everything_now();
        let stopping = matches!(self.closing, Closing::Stopping(_));
        let standing = if self.state.running.is_some() {
            Closing::AskSending
        } else if stopping {
            self.closing.clone()
        } else if self.deliveries.live.iter().any(Live::is_running) || self.waiting().next().is_some() {
            Closing::AskDeliveries
        } else if kept {
            Closing::Yes
        } else {
            Closing::AskUnkept
        };
        self.closing = standing;
        if self.closing != Closing::Yes {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
        }
    }

    /// What waits for a moment that lies ahead.
    fn waiting(&self) -> impl Iterator<Item = &Delivery> {
        let now_ms = self.env.clock.now_millis();
        let known = self.deliveries.book.waiting.value().map_or(&[][..], Vec::as_slice);
        known.iter().filter(move |one| matches!(moment_of(one, now_ms), Some(Moment::Ahead(_))))
    }

    /// Whether a call of a delivery has left and is not answered, or may still leave.
    fn has_calls_on_their_way(&self) -> bool {
        self.deliveries.live.iter().filter(|live| live.is_running()).any(|live| {
            let progress = live.progress();
            !progress.paused || progress.counts.begun > 0
        })
    }

    /// Whether the window is about to go: nothing stands in the way, or a person has decided (a test waits for it).
    pub fn is_closing(&self) -> bool {
        self.closing == Closing::Yes
    }

    /// The question that stands in the way of closing.
    pub(super) fn closing_dialog(&mut self, ctx: &egui::Context) {
        let lang = self.state.lang;
        let anyway = PushButton::danger(tr!(lang, "shell.close_anyway"));
        let (title, text, accept, cancel) = match &self.closing {
            Closing::No | Closing::Yes => return,
            Closing::AskSending => {
                (tr!(lang, "shell.close_sending"), tr!(lang, "shell.close_sending_text").into_owned(), anyway, None)
            }
            Closing::AskDeliveries => {
                let running = self.deliveries.live.iter().any(Live::is_running);
                let (title, accept) = if running {
                    (tr!(lang, "close.running"), tr!(lang, "close.stop_and_close"))
                } else {
                    (tr!(lang, "close.waiting"), tr!(lang, "close.close"))
                };
                (title, self.deliveries_text(lang), PushButton::primary(accept), Some(tr!(lang, "close.keep_open")))
            }
            Closing::Stopping(_) => {
                let begun: u64 = self.deliveries.live.iter().map(|live| live.progress().counts.begun).sum();
                let text = tr!(lang, "close.stopping_text", count = grouped(begun)).into_owned();
                (tr!(lang, "close.stopping"), text, anyway, Some(tr!(lang, "close.keep_open")))
            }
            Closing::AskUnkept => {
                let reason = self.keep_trouble.as_ref().map(|error| error.message(lang)).unwrap_or_default();
                let text = tr!(lang, "shell.close_unkept_text", reason = reason).into_owned();
                (tr!(lang, "shell.close_unkept"), text, anyway, None)
            }
        };
        let cancel = cancel.unwrap_or_else(|| tr!(lang, "shell.keep_open"));
        let dialog = Dialog::new("closing", title, cancel).text(text).accept(accept);
        let (answer, ()) = dialog.show(ctx, |_| ());
        match answer {
            Answer::None => {}
            Answer::Accepted => self.actions.send(Action::CloseAnyway),
            Answer::Cancelled => self.keep_open(),
        }
    }

    /// What runs and what waits, a line each, and what becomes of it.
    fn deliveries_text(&self, lang: Lang) -> String {
        let now_ms = self.env.clock.now_millis();
        let mut lines = Vec::new();
        for live in self.deliveries.live.iter().filter(|live| live.is_running()) {
            let counts = live.progress().counts;
            let done = grouped(counts.ended());
            let calls = grouped(live.calls.max(counts.ended() + counts.not_begun + counts.begun));
            lines.push(tr!(lang, "close.running_line", title = live.title, done = done, calls = calls).into_owned());
        }
        if !lines.is_empty() {
            lines.push(tr!(lang, "close.running_text").into_owned());
        }
        if !lines.is_empty() && self.waiting().next().is_some() {
            lines.push(String::new());
        }
        for one in self.waiting() {
            let at = crate::ui::delivery::words::moment(one.new.due_ms.unwrap_or(now_ms), now_ms);
            lines.push(tr!(lang, "close.waiting_line", title = one.new.title, at = at).into_owned());
        }
        if self.waiting().next().is_some() {
            lines.push(tr!(lang, "close.waiting_text").into_owned());
        }
        lines.join("\n")
    }

    /// The window stays; what was stopped for closing goes on.
    fn keep_open(&mut self) {
        if let Closing::Stopping(keys) = &self.closing {
            for live in self.deliveries.live.iter().filter(|live| keys.contains(&live.key)) {
                live.control.resume();
            }
        }
        self.closing = Closing::No;
    }

    /// Closes, or first stops what runs: nothing more begins, and what is on its way is awaited.
    pub(super) fn close_anyway(&mut self, ctx: &egui::Context) {
        if self.closing == Closing::AskDeliveries && self.deliveries.live.iter().any(Live::is_running) {
            let running = self.deliveries.live.iter().filter(|live| live.is_running());
            let going = running.filter(|live| live.wish() == crate::deliver::run::Wish::Go);
            let keys = going.inspect(|live| live.control.pause()).map(|live| live.key).collect();
            self.closing = Closing::Stopping(keys);
            return;
        }
        self.closing = Closing::Yes;
        ctx.send_viewport_cmd(egui::ViewportCommand::Close);
    }
}
