//! A modal dialog: a question or a small form over the window, closed by Esc, the backdrop or its buttons.

use egui::{Frame, Id, Label, Margin, Modal, Stroke, Ui};

use super::PushButton;
use crate::ui::theme::{self, size, tokens};

/// What happened to a dialog in this pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Answer {
    /// Still open.
    #[default]
    None,
    /// The main button, or Enter where the dialog takes it.
    Accepted,
    /// Cancelled: Esc, backdrop, or the cancel button.
    Cancelled,
}

/// A modal dialog.
#[must_use]
pub struct Dialog {
    id: &'static str,
    title: String,
    text: Option<String>,
    accept: Option<PushButton>,
    cancel: String,
    width: f32,
}

impl Dialog {
    /// A dialog with a heading and a button that cancels.
    pub fn new(id: &'static str, title: impl Into<String>, cancel: impl Into<String>) -> Self {
        Self { id, title: title.into(), text: None, accept: None, cancel: cancel.into(), width: size::DIALOG }
    }

    /// A sentence under the heading.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The button that does it.
    pub fn accept(mut self, button: PushButton) -> Self {
        self.accept = Some(button);
        self
    }

    /// Width in points. Default: [`size::DIALOG`].
    pub fn width(mut self, points: f32) -> Self {
        self.width = points;
        self
    }

    /// Shows it with more content between the sentence and the buttons.
    pub fn show<R>(self, ctx: &egui::Context, content: impl FnOnce(&mut Ui) -> R) -> (Answer, R) {
        let Self { id, title, text, accept, cancel, width } = self;
        let t = tokens(&ctx.global_style());
        let frame = Frame::new()
            .fill(t.surface)
            .stroke(Stroke::new(1.0, t.line))
            .corner_radius(size::RADIUS_LARGE + 2)
            .shadow(ctx.global_style().visuals.window_shadow)
            .inner_margin(Margin::same(20));
        let id = Id::unique(("dialog", id));
        let before = take_keyboard(ctx, id);
        let area = Modal::default_area(id).accessible_name(title.clone());
        let shown = Modal::new(id).area(area).frame(frame).backdrop_color(t.backdrop).show(ctx, |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = size::M;
            ui.add(Label::new(theme::title(&title)).selectable(false).wrap());
            if let Some(text) = text {
                ui.add(Label::new(text).wrap());
            }
            let inner = content(ui);
            ui.add_space(size::XS);
            let mut answer = Answer::None;
            ui.horizontal(|ui| {
                super::at_end(ui, "answers", |ui| {
                    if PushButton::new(cancel).min_width(72.0).show(ui).clicked() {
                        answer = Answer::Cancelled;
                    }
                    if let Some(accept) = accept
                        && accept.min_width(88.0).show(ui).clicked()
                    {
                        answer = Answer::Accepted;
                    }
                });
            });
            (answer, inner)
        });
        let close = shown.should_close();
        let (answer, inner) = shown.inner;
        if let Some(before) = before.filter(|_| close || answer != Answer::None) {
            ctx.memory_mut(|memory| memory.request_focus(before));
        }
        (if answer == Answer::None && close { Answer::Cancelled } else { answer }, inner)
    }
}

/// Takes the keyboard from what lies under a dialog when it opens, so that Tab begins in the dialog; gives whose it was,
/// to be given back when it closes.
fn take_keyboard(ctx: &egui::Context, id: Id) -> Option<Id> {
    let key = id.with("keyboard before");
    let frame = ctx.cumulative_frame_nr();
    let known: Option<(u64, Option<Id>)> = ctx.data(|data| data.get_temp(key));
    let before = match known {
        Some((seen, before)) if frame <= seen + 1 => before,
        _ => {
            let focused = ctx.memory(egui::Memory::focused);
            if let Some(focused) = focused {
                ctx.memory_mut(|memory| memory.surrender_focus(focused));
            }
            focused
        }
    };
    ctx.data_mut(|data| data.insert_temp(key, (frame, before)));
    before
}
