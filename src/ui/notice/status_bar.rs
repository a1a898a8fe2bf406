//! Another text and colour for the status bar of an OA notice that was handed over: a small dialog, one call, its outcome.

use egui::TextEdit;
use tokio_util::sync::CancellationToken;

use super::form::id_field;
use crate::{
    catalogue,
    dingtalk::{Failure, Session, calls},
    lang::Lang,
    ui::{
        background::{Background, JobLost},
        remote::Remote,
        widgets::{Dialog, Level, PushButton, Toast, dialog::Answer},
    },
};

/// The notice whose bar is to be changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// `agent_id` it was sent with.
    pub agent_id: String,
    /// The task that the send answered.
    pub task_id: String,
}

/// How a change ended badly.
enum ChangeError {
    Call(Box<Failure>, catalogue::Context),
    Lost(JobLost),
}

impl From<JobLost> for ChangeError {
    fn from(lost: JobLost) -> Self {
        Self::Lost(lost)
    }
}

/// The dialog, and the change on its way.
#[derive(Default)]
pub struct StatusBar {
    target: Option<Target>,
    value: String,
    colour: String,
    change: Remote<String, ChangeError>,
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
    pub fn poll(&mut self, lang: Lang) -> Option<Toast> {
        if !self.change.poll() {
            return None;
        }
        if let Some(value) = self.change.take_here() {
            return Some(Toast::ok(tr!(lang, "free.bar.done", value = value)));
        }
        Some(match self.change.take_failure()? {
            ChangeError::Lost(lost) => Toast::error(tr!(lang, "common.job_lost", reason = lost.0)),
            ChangeError::Call(failure, context) => {
                let explained = catalogue::explain(&failure, &context, lang);
                let (what, fix) = (explained.what, explained.fix);
                if failure.fault.is_unknown() {
                    Toast::new(Level::Warning, tr!(lang, "free.bar.unknown", what = what, fix = fix))
                } else {
                    Toast::error(tr!(lang, "free.bar.failed", what = what, fix = fix))
                }
            }
        })
    }

    /// The dialog, when it is open.
    pub fn ui(&mut self, ctx: &egui::Context, lang: Lang, session: Option<&Session>, background: &Background) {
        let Some(target) = self.target.clone() else { return };
        let colour_fits = {
            let digits = self.colour.trim().strip_prefix("0x").unwrap_or_default();
            digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let off = if session.is_none() {
            Err(tr!(lang, "send.off_connecting").into_owned())
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
                let Some(session) = session.cloned() else { return };
                let value = self.value.trim().to_owned();
                let call = calls::status_bar_update(&target.agent_id, &target.task_id, &value, self.colour.trim());
                background.start(&mut self.change, async move {
                    let context = catalogue::Context::of(session.credentials());
                    match session.call(&call, &CancellationToken::new()).await {
                        Ok(_) => Ok(value),
                        Err(failure) => Err(ChangeError::Call(failure, context)),
                    }
                });
            }
            _ => {}
        }
    }
}
