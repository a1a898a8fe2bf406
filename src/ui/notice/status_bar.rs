//! Another text and colour for the status bar of an OA notice that was handed over: a small dialog, one call, its outcome.

use std::sync::Arc;

use egui::TextEdit;
use tokio_util::sync::CancellationToken;

use super::form::id_field;
use crate::{
    compose::Draft,
    deliver::{
        Delivery, Outcome,
        send::Sending,
        status_bar::{BarChange, change_status_bar},
    },
    dingtalk::{Clock, Session},
    lang::Lang,
    store::{
        history::{History, HistoryError},
        settings::Profile,
    },
    ui::{
        background::{Background, Broken},
        remote::Remote,
        widgets::{Dialog, Level, PushButton, Toast, dialog::Answer},
    },
};

/// The notice whose bar is to be changed.
#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    /// The task that the send answered.
    pub task_id: String,
    /// The notice as it was sent.
    pub draft: Box<Draft>,
}

/// What a change needs.
pub struct Means<'a> {
    /// The connection, once there is one.
    pub session: Option<&'a Session>,
    /// Where the change is written down, once it is open.
    pub history: Option<&'a Arc<History>>,
    /// Whose organisation it is for.
    pub profile: &'a Profile,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For the job.
    pub background: &'a Background,
}

/// What became of a change: the note for the person, and whether the history has a row more.
pub struct Changed {
    /// The note.
    pub toast: Toast,
    /// Whether it was written down.
    pub in_history: bool,
}

/// The dialog, and the change on its way.
#[derive(Default)]
pub struct StatusBar {
    target: Option<Target>,
    value: String,
    colour: String,
    change: Remote<(String, Delivery), Broken<HistoryError>>,
}

impl StatusBar {
    /// Asks what the bar is to say.
    pub fn open(&mut self, target: Target) {
        if !self.change.is_pending() {
            *self = Self { target: Some(target), colour: "0xFF78C06E".to_owned(), ..Self::default() };
        }
    }

    /// Whether a change is on its way.
    pub fn is_busy(&self) -> bool {
        self.change.is_pending()
    }

    /// Takes what became of a change.
    pub fn poll(&mut self, lang: Lang) -> Option<Changed> {
        if !self.change.poll() {
            return None;
        }
        if let Some(error) = self.change.take_failure() {
            let reason = error.message(lang, HistoryError::message);
            return Some(Changed {
                toast: Toast::error(tr!(lang, "free.bar.not_written", reason = reason)),
                in_history: false,
            });
        }
        let (value, delivery) = self.change.take_here()?;
        let explained = delivery.explain(lang).unwrap_or_default();
        let (what, fix) = (explained.what, explained.fix);
        let toast = match delivery.outcome {
            Outcome::HandedOver => Toast::ok(tr!(lang, "free.bar.done", value = value)),
            Outcome::Unknown | Outcome::Begun | Outcome::Partly => {
                Toast::new(Level::Warning, tr!(lang, "free.bar.unknown", what = what, fix = fix))
            }
            Outcome::Refused | Outcome::NotSent => Toast::error(tr!(lang, "free.bar.failed", what = what, fix = fix)),
        };
        Some(Changed { toast, in_history: true })
    }

    /// The dialog, when it is open.
    pub fn ui(&mut self, ctx: &egui::Context, lang: Lang, means: &Means<'_>) {
        let Some(target) = self.target.clone() else { return };
        let colour_fits = {
            let digits = self.colour.trim().strip_prefix("0x").unwrap_or_default();
            digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let off = if means.session.is_none() {
            Err(tr!(lang, "send.off_connecting").into_owned())
        } else if means.history.is_none() {
            Err(tr!(lang, "send.off_opening").into_owned())
        } else if self.value.trim().is_empty() {
            Err(tr!(lang, "free.bar.value_missing").into_owned())
        } else if !colour_fits && !self.colour.trim().is_empty() {
            Err(tr!(lang, "free.bar.colour_wrong").into_owned())
        } else {
            Ok(())
        };
        let accept = PushButton::primary(tr!(lang, "free.bar.send")).enabled(off.clone());
        let dialog = Dialog::new("status_bar", tr!(lang, "free.bar.title"), tr!(lang, "common.cancel"))
            .text(tr!(lang, "free.bar.text", task = &target.task_id))
            .accept(accept);
        let (answer, ()) = dialog.show(ctx, |ui| {
            let label = ui.label(tr!(lang, "free.bar.value"));
            let field =
                ui.add(TextEdit::singleline(&mut self.value).desired_width(f32::INFINITY)).labelled_by(label.id);
            if ui.memory(|memory| memory.focused().is_none()) {
                field.request_focus();
            }
            let label = ui.label(tr!(lang, "free.bar.colour"));
            ui.horizontal(|ui| {
                ui.add(id_field(&mut self.colour).desired_width(140.0)).labelled_by(label.id);
                for (key, colour) in super::free::STATUS_COLOURS {
                    let name = crate::lang::text(lang, key, &[]);
                    if PushButton::new(name).small().show(ui).clicked() {
                        colour.clone_into(&mut self.colour);
                    }
                }
            });
        });
        match answer {
            Answer::Cancelled => self.target = None,
            Answer::Accepted if off.is_ok() => {
                self.target = None;
                self.start(lang, target, means);
            }
            _ => {}
        }
    }

    fn start(&mut self, lang: Lang, target: Target, means: &Means<'_>) {
        let (Some(session), Some(history)) = (means.session.cloned(), means.history.cloned()) else { return };
        let (profile, clock, value) = (means.profile.clone(), Arc::clone(&means.clock), self.value.trim().to_owned());
        let agent_id = match target.draft.as_ref() {
            Draft::Notice(notice) => notice.agent_id.clone(),
            Draft::Card(_) => String::new(),
        };
        let colour = self.colour.trim().to_owned();
        let change = BarChange { agent_id, task_id: target.task_id, value: value.clone(), colour };
        let title = tr!(lang, "free.bar.row", value = value).into_owned();
        means.background.start(&mut self.change, async move {
            let sending = Sending {
                session: &session,
                history: &history,
                profile: &profile,
                draft: &target.draft,
                title,
                clock: &clock,
            };
            let changed = change_status_bar(&change, sending, &CancellationToken::new()).await;
            changed.map(|delivery| (value, delivery)).map_err(Broken::Error)
        });
    }
}
