//! Small marks of state, and what an empty screen says.

use egui::{Color32, Response, RichText, Sense, Ui, vec2};

use super::PushButton;
use crate::ui::{
    icons::Icon,
    theme::{self, size, tokens},
};

/// What a dot means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dot {
    /// Nothing known.
    Off,
    /// Working on it.
    Busy,
    /// Good.
    Ok,
    /// Soon a problem.
    Warning,
    /// A problem.
    Error,
}

impl Dot {
    /// Its colour.
    pub fn colour(self, ui: &Ui) -> Color32 {
        let t = tokens(ui.style());
        match self {
            Self::Off => t.faint,
            Self::Busy => t.accent,
            Self::Ok => t.ok,
            Self::Warning => t.warning,
            Self::Error => t.error,
        }
    }
}

/// A dot with a text behind it; the text carries the meaning, the dot only repeats it.
pub fn status_dot(ui: &mut Ui, dot: Dot, text: impl Into<String>) -> Response {
    let colour = dot.colour(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
        ui.painter().circle_filled(rect.center(), 4.0, colour);
        ui.label(text.into())
    })
    .inner
}

/// What an empty place says: what it is for, and the button that fills it.
pub fn empty_state(ui: &mut Ui, icon: Icon, title: &str, text: &str, button: Option<PushButton>) -> bool {
    let t = tokens(ui.style());
    let mut clicked = false;
    ui.vertical_centered(|ui| {
        ui.add_space(size::XL * 2.0);
        ui.add(icon.sized(t.faint, size::ICON_LARGE).alt_text(""));
        ui.add_space(size::S);
        ui.label(theme::heading(title));
        ui.label(RichText::new(text).color(t.muted));
        if let Some(button) = button {
            ui.add_space(size::S);
            clicked = button.show(ui).clicked();
        }
    });
    clicked
}
