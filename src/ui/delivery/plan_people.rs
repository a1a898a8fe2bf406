//! Who would not get it: by rule, by name, with what can be done.

use std::collections::BTreeMap;

use egui::{Label, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use super::{
    DeliveryAction,
    plan_dialog::Reads,
    planning::{Planned, Planning},
    words,
};
use crate::{
    deliver::plan::{Dropped, Offer, Rule, rule_label},
    ui::{
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{PushButton, grouped},
    },
};

/// The rules with their people, offers, and the list of names.
pub fn dropped_ui(ui: &mut Ui, reads: &Reads<'_>, planning: &mut Planning, planned: &Planned) {
    let lang = reads.lang;
    let t = tokens(ui.style());
    let plan = &planned.plan;
    let mut rules: BTreeMap<Rule, usize> = BTreeMap::new();
    for one in &plan.dropped {
        *rules.entry(one.rule).or_default() += 1;
    }
    let count = grouped(plan.dropped.len() as u64);
    let heading = if rules.keys().all(|rule| rule.stops()) {
        tr!(lang, "plan.dropped", count = count)
    } else {
        tr!(lang, "plan.dropped_or_lacking", count = count)
    };
    ui.label(theme::heading(heading));
    ui.spacing_mut().item_spacing.y = size::S;
    for (rule, count) in &rules {
        ui.horizontal_wrapped(|ui| {
            let (ink, icon) = if plan.left_out { (t.muted, Icon::Check) } else { (t.warning, Icon::Warning) };
            ui.add(icon.sized(ink, size::ICON).alt_text(""));
            ui.label(tr!(lang, "plan.rule", rule = rule_label(*rule, lang), count = grouped(*count as u64)));
            if rules.len() > 1 {
                let only = planning.rule == Some(*rule);
                let filter = if only { tr!(lang, "plan.show_all") } else { tr!(lang, "plan.show_these") };
                let rule_name = rule_label(*rule, lang);
                let name = tr!(lang, "common.named_value", name = filter, value = rule_name).into_owned();
                if PushButton::quiet(filter).name(name).small().show(ui).clicked() {
                    planning.rule = (!only).then_some(*rule);
                }
            }
        });
    }
    offers_ui(ui, reads, planned, &rules);
    let shown: Vec<&Dropped> =
        plan.dropped.iter().filter(|one| planning.rule.is_none_or(|rule| rule == one.rule)).collect();
    names_ui(ui, reads, planned, &shown);
}

/// One button for each thing that can be done: it holds for everybody whom it helps.
fn offers_ui(ui: &mut Ui, reads: &Reads<'_>, planned: &Planned, rules: &BTreeMap<Rule, usize>) {
    let lang = reads.lang;
    let plan = &planned.plan;
    let offered = |offer: Offer| rules.keys().any(|rule| rule.offers().contains(&offer));
    let helps = plan.in_vain() > 0 || offered(Offer::ChangeText) || offered(Offer::Wait);
    if !plan.left_out && !helps {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        if plan.left_out {
            let back = PushButton::new(tr!(lang, "plan.keep_in")).icon(Icon::Undo).small();
            if back.tooltip(tr!(lang, "plan.keep_in_tip")).show(ui).clicked() {
                reads.send(DeliveryAction::LeaveOut(false));
            }
            return;
        }
        let vain = plan.in_vain() as u64;
        if vain > 0 {
            let label = tr!(lang, "plan.leave_out", count = grouped(vain));
            if PushButton::primary(label).icon(Icon::Users).small().show(ui).clicked() {
                reads.send(DeliveryAction::LeaveOut(true));
            }
        }
        if offered(Offer::ChangeText)
            && PushButton::new(Offer::ChangeText.label(lang)).icon(Icon::Template).small().show(ui).clicked()
        {
            reads.send(DeliveryAction::ClosePlan);
        }
        if offered(Offer::Wait)
            && let Some(until) = plan.wait_until_ms()
        {
            let label = tr!(lang, "plan.wait", until = words::moment(until, reads.now_ms));
            let button = PushButton::new(label).icon(Icon::Clock).small();
            if button.tooltip(tr!(lang, "plan.wait_tip")).show(ui).clicked() {
                reads.send(DeliveryAction::StartAt(until));
            }
        }
    });
}

fn names_ui(ui: &mut Ui, reads: &Reads<'_>, planned: &Planned, shown: &[&Dropped]) {
    let lang = reads.lang;
    let t = tokens(ui.style());
    let headings = [
        tr!(lang, "plan.column_name"),
        tr!(lang, "plan.column_id"),
        tr!(lang, "plan.column_why"),
        tr!(lang, "plan.column_got"),
        tr!(lang, "plan.column_until"),
    ];
    let small = |text: String| RichText::new(text).size(size::SMALL).color(t.muted);
    TableBuilder::new(ui)
        .id_salt("dropped")
        .striped(true)
        .auto_shrink([false, true])
        .max_scroll_height(170.0)
        .min_scrolled_height(0.0)
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::exact(120.0).clip(true))
        .column(Column::exact(150.0).clip(true))
        .column(Column::remainder().clip(true))
        .column(Column::exact(60.0))
        .column(Column::exact(90.0))
        .header(24.0, |mut header| {
            for heading in headings {
                header.col(|ui| {
                    ui.add(Label::new(small(heading.into_owned())).selectable(false));
                });
            }
        })
        .body(|body| {
            body.rows(26.0, shown.len(), |mut row| {
                let Some(one) = shown.get(row.index()) else { return };
                let (name, id) = planned.name_of(one.row);
                row.col(|ui| {
                    ui.add(Label::new(if name.is_empty() { "—" } else { name }).truncate());
                });
                row.col(|ui| {
                    let id = if id.is_empty() {
                        tr!(lang, "plan.row", row = one.row + 1).into_owned()
                    } else {
                        id.to_owned()
                    };
                    ui.add(Label::new(RichText::new(id).monospace().size(size::SMALL)).truncate());
                });
                row.col(|ui| {
                    ui.add(Label::new(rule_label(one.rule, lang)).truncate());
                });
                row.col(|ui| {
                    if one.got > 0 {
                        ui.label(one.got.to_string());
                    }
                });
                row.col(|ui| {
                    if let Some(until) = one.until_ms {
                        ui.label(words::moment(until, reads.now_ms));
                    }
                });
            });
        });
}
