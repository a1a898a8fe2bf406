//! The list of findings, errors first; a click leads to the field.

use egui::{CornerRadius, Label, RichText, ScrollArea, Sense, StrokeKind, Ui};

use crate::{
    compose::{Draft, fix},
    ui::{
        action::Action,
        commands::Command,
        cx::Cx,
        icons::Icon,
        theme::{size, tokens},
        widgets::{PushButton, empty_state, form::severity_look},
    },
};

/// Where a fix button begins: under the finding's text, right of its icon.
const FIX_INDENT: f32 = 28.0;

pub fn checks_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &Draft) {
    let all = cx.findings.all();
    if all.is_empty() {
        empty_state(ui, Icon::Check, &tr!(cx.lang, "shell.all_right"), &tr!(cx.lang, "shell.all_right_text"), None);
        return;
    }
    if let Some(key) = Command::NextFinding.shortcut_text(ui.ctx()) {
        let text = crate::ui::theme::help(ui.style(), tr!(cx.lang, "shell.checks_hint", key = key));
        ui.label(text);
    }
    ScrollArea::vertical().id_salt("findings").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = size::XS;
        for index in 0..all.len() {
            finding_row(ui, cx, draft, index);
        }
    });
}

fn finding_row(ui: &mut Ui, cx: &Cx<'_>, draft: &Draft, index: usize) {
    let t = tokens(ui.style());
    let finding = &cx.findings.all()[index];
    ui.push_id(("finding", index), |ui| {
        let (ink, icon) = severity_look(ui, finding.severity);
        let message = finding.message(cx.lang);
        let behind = ui.painter().add(egui::Shape::Noop);
        let row = egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(8, 6))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal_top(|ui| {
                    ui.add(icon.sized(ink, 16.0).alt_text(""));
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 2.0;
                        ui.add(Label::new(&message).wrap().selectable(false));
                        if !finding.pointer.is_empty() {
                            let place = RichText::new(&finding.pointer).monospace().size(size::SMALL).color(t.muted);
                            ui.add(Label::new(place).truncate().selectable(false));
                        }
                    });
                });
            })
            .response;
        let response = ui.interact(row.rect, ui.scope_id().with("jump"), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &message));
        let radius = CornerRadius::same(size::RADIUS);
        if response.hovered() {
            ui.painter().set(behind, egui::Shape::rect_filled(row.rect, radius, t.hover));
        }
        if response.has_focus() {
            ui.painter().rect_stroke(row.rect, radius, ui.visuals().selection.stroke, StrokeKind::Inside);
        }
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            cx.send(Action::Jump(finding.pointer.clone()));
        }
        if let Some(fix) = fix::offer(draft, finding) {
            ui.horizontal(|ui| {
                ui.add_space(FIX_INDENT);
                let label = fix.label(cx.lang);
                // A screen reader hears which finding the button is for.
                let name = format!("{label}: {message}");
                if PushButton::new(label.as_str()).small().name(name).show(ui).clicked() {
                    cx.send(Action::Repair(Box::new((finding.clone(), fix))));
                }
            });
        }
    });
}
