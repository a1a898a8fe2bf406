//! Facts: a name, a value that can be selected, and a button that copies it.

use egui::{Label, RichText, Ui, vec2};

use super::{buttons::flat, icon_button};
use crate::{
    lang::Lang,
    ui::{
        icons::Icon,
        theme::{size, tokens},
    },
};

/// Width of the names, so that the values of several rows stand below each other.
const NAME_WIDTH: f32 = 118.0;

/// A fact that can be copied. Nothing is shown for an empty value.
pub fn copy_row(ui: &mut Ui, lang: Lang, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    row(ui, name, |ui| {
        let text = RichText::new(value).monospace();
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if icon_button(ui, Icon::Copy, tr!(lang, "common.copy_named", name = name)).clicked() {
                ui.copy_text(value.to_owned());
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(Label::new(text).truncate().selectable(true));
            });
        });
    });
}

/// What is drawn in `ui` from here on is a row of a list: no frame, filled when it is the chosen one.
pub fn row_look(ui: &mut Ui, chosen: bool) {
    flat(ui);
    if chosen {
        let fill = tokens(ui.style()).accent_soft;
        let widgets = &mut ui.visuals_mut().widgets;
        widgets.inactive.weak_bg_fill = fill;
        widgets.hovered.weak_bg_fill = fill;
    }
}

/// A fact that is only read.
pub fn fact_row(ui: &mut Ui, name: &str, value: impl Into<egui::WidgetText>) {
    row(ui, name, |ui| {
        ui.add(Label::new(value).wrap());
    });
}

fn row(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui)) {
    let t = tokens(ui.style());
    ui.push_id(("fact", name), |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = size::S;
            ui.allocate_ui_with_layout(
                vec2(NAME_WIDTH, size::CONTROL_SMALL + 4.0),
                egui::Layout::left_to_right(egui::Align::Center),
                |ui| {
                    ui.set_min_width(NAME_WIDTH);
                    ui.add(Label::new(RichText::new(name).color(t.muted)).truncate());
                },
            );
            content(ui);
        });
    });
}

/// The heading row of a table: small, muted, not selectable.
pub fn headings<S: Into<String>>(header: &mut egui_extras::TableRow<'_, '_>, texts: impl IntoIterator<Item = S>) {
    for text in texts {
        header.col(|ui| {
            let t = tokens(ui.style());
            ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.muted)).selectable(false));
        });
    }
}
