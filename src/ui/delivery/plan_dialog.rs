//! The plan on screen before anything leaves: people and calls, who would not get it and why, the limits, the button.

use std::sync::Arc;

use egui::{Label, RichText, ScrollArea, TextEdit, Ui};
use egui_extras::{Column, TableBuilder};

use super::{
    DeliveryAction, plan_people,
    planning::{Planned, Planning},
    words,
};
use crate::{
    compose::Severity,
    deliver::{
        limits::Allowed,
        plan::{Doubt, Mode},
    },
    lang::{Lang, text},
    store::{history::HistoryError, settings::ProfileKind},
    ui::{
        action::{Action, Actions},
        icons::Icon,
        settings::SettingsAction,
        state::Tab,
        theme::{self, size, tokens},
        widgets::{
            self, Banner, Dialog, Level, PushButton, dialog::Answer, fold, form::finding_line, grouped, segmented,
        },
    },
};

/// Width of the dialog.
const WIDTH: f32 = 780.0;
/// What the dialog needs above and below its scrolled part.
const AROUND: f32 = 250.0;

/// What the dialog reads.
pub struct Reads<'a> {
    /// The language.
    pub lang: Lang,
    /// Now, Unix milliseconds.
    pub now_ms: i64,
    /// Why it cannot start now, whatever the plan says.
    pub off: Result<(), String>,
    /// Wishes.
    pub actions: &'a Actions,
}

impl Reads<'_> {
    pub(super) fn send(&self, action: DeliveryAction) {
        self.actions.send(Action::Delivery(action));
    }
}

/// The dialog, while a plan is to be shown.
pub fn plan_ui(ctx: &egui::Context, reads: &Reads<'_>, planning: &mut Planning) {
    let lang = reads.lang;
    let title = if planning.order.trial { tr!(lang, "plan.title_trial") } else { tr!(lang, "plan.title") };
    let made = planning.made.value().cloned();
    let mut dialog = Dialog::new("plan", title, tr!(lang, "common.cancel")).width(WIDTH);
    if let Some(planned) = &made {
        dialog = dialog.accept(button(reads, planning, planned));
    }
    let (answer, ()) = dialog.show(ctx, |ui| {
        let height = (ui.ctx().content_rect().height() - AROUND).max(180.0);
        // As high as it needs from the first moment on, not growing pass by pass.
        let area = ScrollArea::vertical().id_salt("plan").max_height(height).min_scrolled_height(height);
        area.auto_shrink([false, true]).show(ui, |ui| {
            ui.set_width(ui.available_width() - size::S);
            ui.spacing_mut().item_spacing.y = size::M;
            if let Some(error) = planning.made.failure() {
                let reason = error.message(lang, HistoryError::message);
                Banner::new(Level::Error, tr!(lang, "plan.failed")).text(reason).show(ui);
            }
            if let Some(planned) = &made {
                content_ui(ui, reads, planning, planned);
            } else if planning.made.is_pending() {
                ui.label(tr!(lang, "plan.making"));
            }
        });
        if let Some(planned) = &made {
            number_ui(ui, reads, planning, planned);
        }
    });
    match answer {
        Answer::None => {}
        Answer::Accepted => reads.send(DeliveryAction::Start),
        Answer::Cancelled => reads.send(DeliveryAction::ClosePlan),
    }
}

/// The button that sends, off with its reason.
fn button(reads: &Reads<'_>, planning: &Planning, planned: &Planned) -> PushButton {
    let lang = reads.lang;
    let plan = &planned.plan;
    let (people, calls) = (grouped(planned.number()), grouped(plan.calls.len() as u64));
    let label = if let Some(due_ms) = planned.order.due_ms {
        let at = words::moment(due_ms, reads.now_ms);
        tr!(lang, "plan.start_at", at = at, people = people, calls = calls)
    } else {
        tr!(lang, "plan.start", people = people, calls = calls)
    };
    let live = planned.order.profile.kind != ProfileKind::Sandbox;
    let button = if live { PushButton::danger(label) } else { PushButton::primary(label) };
    button.icon(Icon::Send).enabled(startable(reads, planning, planned))
}

/// Why it cannot start now.
fn startable(reads: &Reads<'_>, planning: &Planning, planned: &Planned) -> Result<(), String> {
    let lang = reads.lang;
    let plan = &planned.plan;
    reads.off.clone()?;
    if planning.current().is_none() {
        return Err(tr!(lang, "plan.making").into_owned());
    }
    if let Some(doubt) = plan.doubts.iter().find(|doubt| doubt.blocks()) {
        return Err(doubt.message(lang));
    }
    if let Some(error) = plan.findings.iter().find(|one| one.severity == Severity::Error) {
        return Err(error.message(lang));
    }
    if plan.blocked() || plan.in_vain() > 0 {
        return Err(tr!(lang, "plan.choose_first", count = grouped(plan.in_vain() as u64)).into_owned());
    }
    if planned.asks_number() && digits(&planning.typed) != planned.number().to_string() {
        return Err(tr!(lang, "send.type_number_first").into_owned());
    }
    Ok(())
}

fn digits(typed: &str) -> String {
    typed.trim().replace([',', '，'], "")
}

fn number_ui(ui: &mut Ui, reads: &Reads<'_>, planning: &mut Planning, planned: &Planned) {
    if !planned.asks_number() {
        return;
    }
    let t = tokens(ui.style());
    ui.horizontal(|ui| {
        let label = tr!(reads.lang, "send.type_number", number = planned.number());
        let label = ui.label(RichText::new(label).color(t.text));
        ui.add(TextEdit::singleline(&mut planning.typed).desired_width(120.0)).labelled_by(label.id);
    });
}

fn content_ui(ui: &mut Ui, reads: &Reads<'_>, planning: &mut Planning, planned: &Arc<Planned>) {
    let lang = reads.lang;
    head_ui(ui, reads, planning, planned);
    for doubt in &planned.plan.doubts {
        doubt_ui(ui, reads, doubt);
    }
    let errors = planned.plan.findings.iter().filter(|one| one.severity >= Severity::Warning);
    for finding in errors.take(8) {
        finding_line(ui, lang, finding);
    }
    if planned.plan.dropped.is_empty() {
        ui.horizontal(|ui| {
            let t = tokens(ui.style());
            ui.add(Icon::Check.sized(t.ok, size::ICON).alt_text(""));
            ui.label(RichText::new(tr!(lang, "plan.nobody_dropped")).color(t.ok));
        });
    } else {
        plan_people::dropped_ui(ui, reads, planning, planned);
    }
    if planned.plan.calls.len() > 1 {
        ui.push_id("calls", |ui| {
            let title = tr!(lang, "plan.calls", count = grouped(planned.plan.calls.len() as u64));
            fold(ui, &title, |ui| calls_ui(ui, lang, planned));
        });
    }
    ui.push_id("limits", |ui| fold(ui, &tr!(lang, "plan.limits"), |ui| limits_ui(ui, reads, planned)));
}

/// Mode, and the three figures.
fn head_ui(ui: &mut Ui, reads: &Reads<'_>, planning: &Planning, planned: &Planned) {
    let lang = reads.lang;
    let t = tokens(ui.style());
    let order = &planned.order;
    let organisation = if order.profile.kind == ProfileKind::Sandbox {
        tr!(lang, "send.practice").into_owned()
    } else {
        tr!(lang, "send.live", organisation = order.profile.organisation_name()).into_owned()
    };
    ui.add(Label::new(RichText::new(format!("{} · {organisation}", order.title)).color(t.muted)).truncate());
    if !order.trial {
        let mut mode = planning.order.mode;
        let choices = [
            (Mode::Fewest, tr!(lang, "plan.fewest").into_owned()),
            (Mode::Report, tr!(lang, "plan.report").into_owned()),
        ];
        ui.horizontal(|ui| {
            if segmented(ui, &tr!(lang, "plan.mode"), &mut mode, choices) {
                reads.send(DeliveryAction::Mode(mode));
            }
            let help = match mode {
                Mode::Fewest => tr!(lang, "plan.fewest_help"),
                Mode::Report => tr!(lang, "plan.report_help"),
            };
            let help = theme::help(ui.style(), help);
            ui.add(Label::new(help).wrap());
        });
    }
    let plan = &planned.plan;
    let unknown = plan.departments.iter().filter(|one| one.people.is_none()).count();
    let figures = [
        (
            if unknown > 0 && plan.people() == 0 {
                tr!(lang, "send.departments", count = unknown).into_owned()
            } else if unknown > 0 {
                tr!(lang, "send.people_and_departments", count = grouped(plan.reached()), departments = unknown)
                    .into_owned()
            } else {
                words::people(plan.reached(), lang)
            },
            tr!(lang, "plan.people_note").into_owned(),
        ),
        (
            words::calls(plan.calls.len() as u64, lang),
            match plan.contents.len() {
                1 => tr!(lang, "plan.one_content").into_owned(),
                contents => tr!(lang, "plan.content_count", count = grouped(contents as u64)).into_owned(),
            },
        ),
        (words::takes(plan.takes_ms, lang), tr!(lang, "plan.takes_note").into_owned()),
        (
            words::people(plan.dropped.iter().filter(|one| plan.left_out || one.rule.stops()).count() as u64, lang),
            if plan.left_out { tr!(lang, "plan.left_out") } else { tr!(lang, "plan.dropped_note") }.into_owned(),
        ),
    ];
    ui.columns(figures.len(), |columns| {
        for (ui, (figure, note)) in columns.iter_mut().zip(figures) {
            egui::Frame::new()
                .fill(t.raised)
                .stroke(egui::Stroke::new(1.0, t.line))
                .corner_radius(size::RADIUS)
                .inner_margin(egui::Margin::symmetric(12, 8))
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.add(Label::new(theme::heading(figure)).truncate());
                    ui.add(Label::new(theme::help(ui.style(), note)).truncate());
                });
        }
    });
}

fn doubt_ui(ui: &mut Ui, reads: &Reads<'_>, doubt: &Doubt) {
    let lang = reads.lang;
    let level = if doubt.blocks() { Level::Error } else { Level::Warning };
    let message = match doubt {
        Doubt::Month { left, needed, until_ms } => {
            let until = words::moment(*until_ms, reads.now_ms);
            text(
                lang,
                "delivery.doubt.calls_per_month",
                &[("left", left.to_string()), ("needed", needed.to_string()), ("until", until)],
            )
        }
        other => other.message(lang),
    };
    let mut banner = Banner::new(level, message);
    let choose = |what: String| tr!(lang, "plan.choose", what = what).into_owned();
    let offer = match doubt {
        Doubt::UnknownDepartments(_) => {
            Some((choose(tr!(lang, "plan.fewest").into_owned()), DeliveryAction::Mode(Mode::Fewest)))
        }
        Doubt::NoReport { .. } => {
            Some((choose(tr!(lang, "plan.report").into_owned()), DeliveryAction::Mode(Mode::Report)))
        }
        Doubt::Month { until_ms, .. } => {
            let until = words::moment(*until_ms, reads.now_ms);
            Some((tr!(lang, "plan.wait", until = until).into_owned(), DeliveryAction::StartAt(*until_ms)))
        }
        Doubt::Nobody | Doubt::NotForPeople | Doubt::Conversation(_) | Doubt::LongerThanADay => None,
    };
    if let Some((label, _)) = &offer {
        banner = banner.button(PushButton::new(label.clone()));
    }
    if banner.show(ui).is_some()
        && let Some((_, action)) = offer
    {
        reads.send(action);
    }
}

fn calls_ui(ui: &mut Ui, lang: Lang, planned: &Planned) {
    let plan = &planned.plan;
    let headings = [
        tr!(lang, "plan.column_call"),
        tr!(lang, "plan.column_people"),
        tr!(lang, "plan.column_first"),
        tr!(lang, "plan.column_content"),
        tr!(lang, "plan.column_at"),
    ];
    TableBuilder::new(ui)
        .id_salt("calls")
        .striped(true)
        .auto_shrink([false, true])
        .max_scroll_height(168.0)
        .min_scrolled_height(0.0)
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::exact(56.0))
        .column(Column::exact(110.0))
        .column(Column::remainder().clip(true))
        .column(Column::exact(72.0))
        .column(Column::exact(110.0))
        .header(24.0, |mut header| {
            widgets::rows::headings(&mut header, headings);
        })
        .body(|body| {
            body.rows(26.0, plan.calls.len(), |mut row| {
                let at = row.index();
                let Some(call) = plan.calls.get(at) else { return };
                row.col(|ui| {
                    ui.label((at + 1).to_string());
                });
                row.col(|ui| match planned.meter(call.people.len()) {
                    Some(meter) => meter.show(ui, lang),
                    None => {
                        ui.label(grouped(call.people.len() as u64));
                    }
                });
                row.col(|ui| {
                    let first = plan.order.get(call.people.start).map(|row| planned.name_of(*row));
                    let name = first.map(|(name, id)| if name.is_empty() { id } else { name }).unwrap_or_default();
                    ui.add(Label::new(name).truncate());
                });
                row.col(|ui| {
                    ui.label((call.content + 1).to_string());
                });
                row.col(|ui| {
                    ui.label(words::takes(call.at_ms, lang));
                });
            });
        });
}

fn limits_ui(ui: &mut Ui, reads: &Reads<'_>, planned: &Planned) {
    let lang = reads.lang;
    let t = tokens(ui.style());
    egui::Grid::new("limits").num_columns(3).min_row_height(24.0).spacing([size::L, size::XS]).show(ui, |ui| {
        for (key, allowed) in planned.plan.allowed.all() {
            ui.label(limit_label(key, lang));
            let value =
                allowed.value.map_or_else(|| tr!(lang, "limits.none").into_owned(), |value| grouped(value.into()));
            ui.label(theme::medium(value));
            ui.add(Label::new(RichText::new(source(allowed, lang)).size(size::SMALL).color(t.muted)).wrap());
            ui.end_row();
        }
    });
    let edit = PushButton::quiet(tr!(lang, "plan.change_limits")).icon(Icon::Settings).small();
    if edit.show(ui).clicked() {
        reads.send(DeliveryAction::ClosePlan);
        reads.actions.send(Action::ShowTab(Tab::Settings));
        reads.actions.send(Action::Settings(SettingsAction::Edit(planned.order.profile.id())));
    }
}

/// A limit's name.
pub fn limit_label(key: &str, lang: Lang) -> String {
    text(lang, &format!("limits.{key}"), &[])
}

/// Where a limit's figure comes from: the settings, or the documents with every figure they give.
pub fn source(allowed: Allowed, lang: Lang) -> String {
    let documents: Vec<String> =
        allowed.said.iter().map(|one| format!("{} ({})", grouped(one.value.into()), one.source)).collect();
    let documents = documents.join(if lang == Lang::Zh { "；" } else { "; " });
    match (allowed.set, documents.is_empty()) {
        (true, true) => tr!(lang, "limits.set").into_owned(),
        (true, false) => tr!(lang, "limits.set_documented", documents = documents).into_owned(),
        (false, true) => tr!(lang, "limits.undocumented").into_owned(),
        (false, false) if allowed.said.len() > 1 => tr!(lang, "limits.stricter", documents = documents).into_owned(),
        (false, false) => tr!(lang, "limits.documented", documents = documents).into_owned(),
    }
}
