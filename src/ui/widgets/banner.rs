//! A note across a screen: information, success, warning or error, perhaps with a button that helps.

use egui::{Color32, CornerRadius, Frame, Label, Margin, RichText, Ui};

use super::PushButton;
use crate::ui::{
    icons::Icon,
    theme::{self, size, tokens},
};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Done.
    Ok,
    /// Doubtful.
    Warning,
    /// Wrong.
    Error,
}

impl Level {
    /// Text colour, soft background and icon.
    pub fn look(self, ui: &Ui) -> (Color32, Color32, Icon) {
        let t = tokens(ui.style());
        match self {
            Self::Info => (t.accent, t.accent_soft, Icon::Info),
            Self::Ok => (t.ok, t.ok_soft, Icon::Check),
            Self::Warning => (t.warning, t.warning_soft, Icon::Warning),
            Self::Error => (t.error, t.error_soft, Icon::Error),
        }
    }
}

/// A note across a screen.
#[must_use]
pub struct Banner {
    level: Level,
    title: String,
    text: Option<String>,
    buttons: Vec<PushButton>,
}

impl Banner {
    /// One sentence.
    pub fn new(level: Level, title: impl Into<String>) -> Self {
        Self { level, title: title.into(), text: None, buttons: Vec::new() }
    }

    /// More under the sentence.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// A button that helps.
    pub fn button(mut self, button: PushButton) -> Self {
        self.buttons.push(button);
        self
    }

    /// Shows it; gives the index of the button that was pressed.
    pub fn show(self, ui: &mut Ui) -> Option<usize> {
        let Self { level, title, text, buttons } = self;
        let (ink, soft, icon) = level.look(ui);
        let mut pressed = None;
        Frame::new()
            .fill(soft)
            .corner_radius(CornerRadius::same(size::RADIUS))
            .inner_margin(Margin::symmetric(12, 10))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal_top(|ui| {
                    ui.add(icon.sized(ink, 18.0).alt_text(""));
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = size::XS;
                        if text.is_some() {
                            ui.add(Label::new(theme::medium(title).color(ink)).wrap());
                        } else {
                            ui.add(Label::new(RichText::new(title).color(ink)).wrap());
                        }
                        if let Some(text) = text {
                            ui.add(Label::new(text).wrap());
                        }
                        if !buttons.is_empty() {
                            ui.add_space(size::XS);
                            ui.horizontal_wrapped(|ui| {
                                for (index, button) in buttons.into_iter().enumerate() {
                                    if button.small().show(ui).clicked() {
                                        pressed = Some(index);
                                    }
                                }
                            });
                        }
                    });
                });
            });
        pressed
    }
}
