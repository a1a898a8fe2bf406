//! A list to choose from, with the chevron of this program's icons instead of egui's triangle.
//!
//! egui closes a menu on a click of the pointer only; here a choice made with Enter or the space bar closes it as well, and
//! the focus goes back to the button that opened it.

use egui::{AsIdSalt, ComboBox, InnerResponse, IntoAtoms, Key, Pos2, Response, Stroke, Ui, vec2};

/// A combo box that shows what is chosen. Name it: `.response.labelled_by(…)` or `.accessible_name(…)`.
#[must_use = "nothing is shown before `show_ui`"]
pub struct Combo<'a>(ComboBox<'a>);

/// A combo box that shows what is chosen.
pub fn combo<'a>(salt: impl AsIdSalt, chosen: impl IntoAtoms<'a>) -> Combo<'a> {
    Combo(ComboBox::from_id_salt(salt).selected_text(chosen).icon(|ui, rect, visuals, _is_open| {
        let Pos2 { x, y } = rect.center();
        let points = [vec2(-4.0, -2.0), vec2(0.0, 2.0), vec2(4.0, -2.0)].map(|by| egui::pos2(x, y) + by);
        let stroke = Stroke::new(1.5, visuals.fg_stroke.color);
        ui.painter().line_segment([points[0], points[1]], stroke);
        ui.painter().line_segment([points[1], points[2]], stroke);
    }))
}

impl Combo<'_> {
    /// The width of the button, in points.
    pub fn width(self, width: f32) -> Self {
        Self(self.0.width(width))
    }

    /// What is chosen is cut off where it does not fit.
    pub fn truncate(self) -> Self {
        Self(self.0.truncate())
    }

    /// Shows the button, and the list while it is open.
    pub fn show_ui<R>(self, ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> InnerResponse<Option<R>> {
        let mut chosen = false;
        let shown = self.0.show_ui(ui, |ui| {
            let inner = content(ui);
            chosen = close_on_key(ui);
            inner
        });
        if chosen {
            shown.response.request_focus();
        }
        shown
    }
}

/// Closes the menu that is being shown when something in it was chosen by key. Call it after its last entry.
pub fn close_on_key(ui: &Ui) -> bool {
    let pressed = ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Space));
    let focused = if pressed { ui.memory(egui::Memory::focused) } else { None };
    let here = |response: &Response| response.layer_id == ui.layer_id() && response.clicked();
    let chosen = focused.and_then(|id| ui.ctx().read_response(id)).as_ref().is_some_and(here);
    if chosen {
        ui.close();
    }
    chosen
}
