//! A list to choose from, with the chevron of this program's icons instead of egui's triangle.

use egui::{AsIdSalt, ComboBox, IntoAtoms, Pos2, Stroke, vec2};

/// A combo box that shows what is chosen. Name it: `.response.labelled_by(…)` or `.accessible_name(…)`.
pub fn combo<'a>(salt: impl AsIdSalt, chosen: impl IntoAtoms<'a>) -> ComboBox<'a> {
    ComboBox::from_id_salt(salt).selected_text(chosen).icon(|ui, rect, visuals, _is_open| {
        let Pos2 { x, y } = rect.center();
        let points = [vec2(-4.0, -2.0), vec2(0.0, 2.0), vec2(4.0, -2.0)].map(|by| egui::pos2(x, y) + by);
        let stroke = Stroke::new(1.5, visuals.fg_stroke.color);
        ui.painter().line_segment([points[0], points[1]], stroke);
        ui.painter().line_segment([points[1], points[2]], stroke);
    })
}
