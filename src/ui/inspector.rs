//! The inspector on the right: preview, findings, request, outcome.

use egui::{Label, RichText, ScrollArea, Sense, Ui};

use super::{
    action::Action,
    card,
    cx::Cx,
    icons::Icon,
    notice,
    state::InspectorTab,
    theme::{size, tokens},
    widgets::{empty_state, form::severity_look, segmented},
};
use crate::compose::Draft;

/// The inspector.
pub fn inspector_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    part: InspectorTab,
    draft: &Draft,
    card_view: &mut card::View,
    notice_view: &mut notice::View,
) {
    let mut shown = part;
    let name = tr!(cx.lang, "shell.inspector");
    let choices = InspectorTab::ALL.map(|part| (part, part_label(cx, part)));
    if segmented(ui, &name, &mut shown, choices) {
        cx.send(Action::ShowInspector(shown));
    }
    ui.add_space(size::XS);
    ScrollArea::vertical().id_salt(("inspector", part)).auto_shrink(false).show(ui, |ui| match part {
        InspectorTab::Preview => match draft {
            Draft::Card(draft) => card::preview_ui(ui, cx, draft, card_view),
            Draft::Notice(draft) => notice::preview_ui(ui, cx, draft, notice_view),
        },
        InspectorTab::Checks => checks_ui(ui, cx),
        InspectorTab::Request | InspectorTab::Outcome => {}
    });
}

fn part_label(cx: &Cx<'_>, part: InspectorTab) -> String {
    match part {
        InspectorTab::Preview => tr!(cx.lang, "shell.inspector_preview").into_owned(),
        InspectorTab::Checks => match cx.findings.all().len() {
            0 => tr!(cx.lang, "shell.inspector_checks").into_owned(),
            count => tr!(cx.lang, "shell.inspector_checks_count", count = count).into_owned(),
        },
        InspectorTab::Request => tr!(cx.lang, "shell.inspector_request").into_owned(),
        InspectorTab::Outcome => tr!(cx.lang, "shell.inspector_outcome").into_owned(),
    }
}

fn checks_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let t = tokens(ui.style());
    if cx.findings.all().is_empty() {
        empty_state(ui, Icon::Check, &tr!(cx.lang, "shell.all_right"), &tr!(cx.lang, "shell.all_right_text"), None);
        return;
    }
    for (index, finding) in cx.findings.all().iter().enumerate() {
        ui.push_id(("finding", index), |ui| {
            let (ink, icon) = severity_look(ui, finding.severity);
            let message = finding.message(cx.lang);
            let row = ui
                .horizontal_top(|ui| {
                    ui.add(icon.sized(ink, 16.0).alt_text(""));
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 2.0;
                        ui.add(Label::new(&message).wrap().selectable(false));
                        let place = RichText::new(&finding.pointer).monospace().size(size::SMALL).color(t.muted);
                        ui.add(Label::new(place).truncate().selectable(false));
                    });
                })
                .response;
            let response = ui.interact(row.rect, ui.scope_id().with("jump"), Sense::click());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &message));
            if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
                cx.send(Action::Jump(finding.pointer.clone()));
            }
        });
    }
}
