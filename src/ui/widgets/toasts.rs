//! Short notes that come and go, and the list of the past ones. Each is an alert for screen readers and tests.

use std::{collections::VecDeque, time::Duration};

use egui::{Align2, Area, Context, CornerRadius, Frame, Id, Label, Margin, Order, RichText, Stroke, Ui, vec2};

use super::{Level, PushButton, buttons::icon_button_sized};
use crate::{
    lang::Lang,
    ui::{
        action::Action,
        icons::Icon,
        theme::{self, size, tokens},
    },
};

/// How long a note stays, in seconds; errors stay until they are closed.
const STAYS_SECS: f64 = 5.0;
/// How many past notes are kept.
const KEPT: usize = 50;
/// How many are shown at once.
const SHOWN: usize = 4;

/// A note.
#[derive(Clone, Debug)]
pub struct Toast {
    /// How bad it is.
    pub level: Level,
    /// The sentence.
    pub text: String,
    /// A button's text and what it does.
    pub action: Option<(String, Action)>,
}

impl Toast {
    /// A note without a button.
    pub fn new(level: Level, text: impl Into<String>) -> Self {
        Self { level, text: text.into(), action: None }
    }

    /// It worked.
    pub fn ok(text: impl Into<String>) -> Self {
        Self::new(Level::Ok, text)
    }

    /// It did not; stays until it is closed.
    pub fn error(text: impl Into<String>) -> Self {
        Self::new(Level::Error, text)
    }

    /// With a button.
    #[must_use]
    pub fn action(mut self, text: impl Into<String>, action: Action) -> Self {
        self.action = Some((text.into(), action));
        self
    }
}

struct Live {
    number: u64,
    toast: Toast,
    /// Seconds of egui's clock; set when it is first drawn.
    ends: Option<f64>,
}

/// The notes on screen and the past ones.
#[derive(Default)]
pub struct Toasts {
    next: u64,
    live: VecDeque<Live>,
    past: VecDeque<Toast>,
    unread_errors: usize,
}

impl Toasts {
    /// Shows a note.
    pub fn add(&mut self, toast: Toast) {
        if toast.level == Level::Error {
            self.unread_errors += 1;
        }
        self.past.push_front(toast.clone());
        self.past.truncate(KEPT);
        self.live.push_back(Live { number: self.next, toast, ends: None });
        self.next += 1;
        while self.live.len() > SHOWN {
            self.live.pop_front();
        }
    }

    /// The past notes, newest first.
    pub fn past(&self) -> impl ExactSizeIterator<Item = &Toast> {
        self.past.iter()
    }

    /// Draws the notes over the lower right corner, so far above the window's lower edge that a bar of the usual height and
    /// `below` points more stay free; gives the action of the button that was pressed.
    pub fn show(&mut self, ctx: &Context, lang: Lang, below: f32) -> Option<Action> {
        let now = ctx.input(|input| input.time);
        for live in &mut self.live {
            if live.toast.level != Level::Error && live.ends.is_none() {
                live.ends = Some(now + STAYS_SECS + if live.toast.action.is_some() { 3.0 } else { 0.0 });
            }
        }
        self.live.retain(|live| live.ends.is_none_or(|ends| ends > now));
        if let Some(next) = self.live.iter().filter_map(|live| live.ends).reduce(f64::min) {
            ctx.request_repaint_after(Duration::from_secs_f64((next - now).max(0.0)));
        }
        let mut done = None;
        let mut closed = None;
        // The answers of a dialog stand at its right end, where the notes would cover them: then they keep to the left.
        let dialog = ctx.memory(|memory| memory.top_modal_layer().is_some());
        let (corner, side, mut offset) = if dialog {
            (Align2::LEFT_BOTTOM, size::L, size::L)
        } else {
            (Align2::RIGHT_BOTTOM, -size::L, 72.0 + below)
        };
        for live in self.live.iter().rev() {
            let id = Id::unique(("toast", live.number));
            let response = Area::new(id)
                .order(Order::Tooltip)
                .anchor(corner, vec2(side, -offset))
                .accessible_name(live.toast.text.clone())
                .role(egui::accesskit::Role::Alert)
                .show(ctx, |ui| {
                    let (close, action) = toast_ui(ui, lang, &live.toast);
                    if close {
                        closed = Some(live.number);
                    }
                    if action.is_some() {
                        closed = Some(live.number);
                        done = action;
                    }
                })
                .response;
            offset += response.rect.height() + size::S;
        }
        if let Some(number) = closed {
            self.live.retain(|live| live.number != number);
        }
        done
    }

    /// The list of past notes, for a menu.
    pub fn past_ui(&mut self, ui: &mut Ui, lang: Lang) -> Option<Action> {
        self.unread_errors = 0;
        let t = tokens(ui.style());
        ui.set_width(360.0);
        if self.past.is_empty() {
            ui.label(RichText::new(tr!(lang, "shell.no_messages")).color(t.muted));
            return None;
        }
        let mut done = None;
        egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (index, toast) in self.past.iter().enumerate() {
                ui.push_id(("past", index), |ui| {
                    let (ink, _, icon) = toast.level.look(ui);
                    ui.horizontal_top(|ui| {
                        ui.add(icon.sized(ink, 14.0).alt_text(""));
                        ui.vertical(|ui| {
                            ui.add(Label::new(&toast.text).wrap());
                            if let Some((text, action)) = &toast.action
                                && PushButton::quiet(text).small().show(ui).clicked()
                            {
                                done = Some(action.clone());
                            }
                        });
                    });
                });
            }
        });
        done
    }

    /// How many errors came since the list was last looked at.
    pub fn unread_errors(&self) -> usize {
        self.unread_errors
    }
}

fn toast_ui(ui: &mut Ui, lang: Lang, toast: &Toast) -> (bool, Option<Action>) {
    let t = tokens(ui.style());
    let (ink, _, icon) = toast.level.look(ui);
    let mut closed = false;
    let mut done = None;
    Frame::new()
        .fill(t.surface)
        .stroke(Stroke::new(1.0, t.outline))
        .shadow(ui.visuals().popup_shadow)
        .corner_radius(CornerRadius::same(size::RADIUS_LARGE))
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_max_width(380.0);
            ui.horizontal_top(|ui| {
                ui.add(icon.sized(ink, 18.0).alt_text(""));
                ui.vertical(|ui| {
                    ui.set_max_width(300.0);
                    ui.add(Label::new(theme::medium(&toast.text)).wrap());
                    if let Some((text, action)) = &toast.action
                        && PushButton::new(text).small().show(ui).clicked()
                    {
                        done = Some(action.clone());
                    }
                });
                closed = icon_button_sized(ui, Icon::Close, tr!(lang, "common.close"), 22.0, true).clicked();
            });
        });
    (closed, done)
}
