//! A search field with its icon and a button that empties it.

use egui::{Response, TextEdit, Ui, vec2};

use super::buttons::icon_button_sized;
use crate::{
    lang::Lang,
    ui::{icons::Icon, theme::tokens},
};

/// Shows it; `name` is its hint and accessible name. The response is the text field's.
pub fn search_field(ui: &mut Ui, lang: Lang, text: &mut String, name: &str, width: f32) -> Response {
    let t = tokens(ui.style());
    let emptied = !text.is_empty();
    let response = ui.add(
        TextEdit::singleline(text)
            .hint_text(name)
            .prefix(Icon::Search.sized(t.faint, 14.0).alt_text(""))
            .desired_width(width)
            .margin(egui::Margin { left: 8, right: if emptied { 28 } else { 8 }, top: 6, bottom: 6 }),
    );
    let response = response.accessible_name(name);
    if emptied {
        let side = 20.0;
        let rect = egui::Rect::from_center_size(
            egui::pos2(response.rect.right() - side / 2.0 - 5.0, response.rect.center().y),
            vec2(side, side),
        );
        let clear = ui
            .scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
                icon_button_sized(ui, Icon::Close, tr!(lang, "common.clear"), side, true)
            })
            .inner;
        if clear.clicked() {
            text.clear();
            response.request_focus();
        }
    }
    response
}
