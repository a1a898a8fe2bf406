//! The facts of one delivery: when, how large, until when what is possible, and its pictures beside them.

use std::time::Duration;

use egui::{Label, RichText, Ui, vec2};

use super::{
    book::Detail,
    chart,
    list::{Reads, mode_label},
    words,
};
use crate::{
    compose::{Kind, NoticeVia},
    deliver::{after, limits::REPORTED_PEOPLE},
    store::journal::{CallState, DeliveryState},
    ui::{
        history::time_text,
        theme::{size, tokens},
        widgets::grouped,
    },
};

/// Ends of calls that lie farther apart, milliseconds, are told apart in the countdowns.
const SPREAD_MS: i64 = 10 * 60_000;
/// From this width on the facts stand in two columns beside the pictures.
const WIDE: f32 = 860.0;
/// Width of a fact's name, and height of its line.
const NAME: f32 = 84.0;
const LINE: f32 = 22.0;
/// Height of the pictures.
const PICTURE: f32 = 116.0;

/// A name and what it is, with more to be said on hover.
struct Fact {
    name: String,
    value: String,
    tip: Option<String>,
}

impl Fact {
    fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), tip: None }
    }
}

/// The facts on the left, the pictures on the right.
pub fn facts_ui(ui: &mut Ui, reads: &Reads<'_>, found: &Detail) {
    let (facts, deadlines) = (facts(reads, found), deadlines(ui, reads, found));
    let width = ui.available_width();
    ui.horizontal_top(|ui| {
        if width >= WIDE && !deadlines.is_empty() {
            column_ui(ui, width * 0.29, &facts);
            column_ui(ui, width * 0.26, &deadlines);
        } else {
            let all: Vec<Fact> = facts.into_iter().chain(deadlines).collect();
            column_ui(ui, width * 0.45, &all);
        }
        ui.vertical(|ui| pictures_ui(ui, reads, found));
    });
}

fn column_ui(ui: &mut Ui, width: f32, facts: &[Fact]) {
    let t = tokens(ui.style());
    ui.allocate_ui(vec2(width, 0.0), |ui| {
        ui.vertical(|ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing = vec2(size::S, 0.0);
            ui.spacing_mut().interact_size.y = LINE;
            for Fact { name, value, tip } in facts {
                ui.horizontal(|ui| {
                    ui.allocate_ui_with_layout(
                        vec2(NAME, LINE),
                        egui::Layout::left_to_right(egui::Align::Center),
                        |ui| {
                            ui.set_min_width(NAME);
                            ui.add(Label::new(RichText::new(name).size(size::SMALL).color(t.muted)).selectable(false));
                        },
                    );
                    let shown = ui.add(Label::new(value).truncate());
                    if let Some(tip) = tip {
                        shown.on_hover_text(tip);
                    }
                });
            }
        });
    });
}

fn pictures_ui(ui: &mut Ui, reads: &Reads<'_>, found: &Detail) {
    let lang = reads.lang;
    if found.tallies.is_empty() {
        chart::progress_ui(ui, lang, found, PICTURE);
        return;
    }
    let half = (ui.available_width() - size::M) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = size::M;
        ui.allocate_ui(vec2(half, PICTURE), |ui| chart::progress_ui(ui, lang, found, PICTURE));
        ui.allocate_ui(vec2(half, PICTURE), |ui| chart::outcome_ui(ui, lang, found, reads.now_ms, PICTURE));
    });
}

fn facts(reads: &Reads<'_>, found: &Detail) -> Vec<Fact> {
    let lang = reads.lang;
    let one = &found.delivery;
    let mut facts = vec![Fact::new(tr!(lang, "history.time"), time_text(one.new.started_ms))];
    if let Some(due_ms) = one.new.due_ms.filter(|_| one.state == DeliveryState::Waiting) {
        facts.push(Fact::new(tr!(lang, "waiting.moment"), time_text(due_ms)));
    }
    let what = format!(
        "{} · {} · {}",
        words::people(one.people, lang),
        words::calls(one.calls, lang),
        mode_label(&one.new.mode, lang)
    );
    facts.push(Fact::new(tr!(lang, "deliveries.size"), what));
    facts.push(Fact::new(tr!(lang, "history.profile"), one.new.profile.clone()));
    if found.through.1 > 0 {
        let (done, told) = found.through;
        let through = tr!(lang, "deliveries.through", done = grouped(done), calls = grouped(told));
        facts.push(Fact::new(tr!(lang, "deliveries.progress_asked"), through));
    }
    if found.handed_over_ms.is_some() || one.asked_ms.is_some() {
        let asked = one.asked_ms.map(time_text);
        let next = (reads.next_due)(one.id).map(|at| words::moment(at, reads.now_ms));
        let asked = match (asked, next) {
            (Some(asked), Some(next)) => tr!(lang, "deliveries.asked_next", asked = asked, next = next).into_owned(),
            (Some(asked), None) => asked,
            (None, Some(next)) => tr!(lang, "deliveries.next", next = next).into_owned(),
            (None, None) => "—".to_owned(),
        };
        facts.push(Fact::new(tr!(lang, "deliveries.asked"), asked));
    }
    facts
}

/// The countdowns. Nothing has a deadline before something was handed over, or after all of it was taken back.
fn deadlines(ui: &Ui, reads: &Reads<'_>, found: &Detail) -> Vec<Fact> {
    let lang = reads.lang;
    let Some((first, last)) = found.handed_over_ms else { return Vec::new() };
    let deadlines = after::deadlines(first);
    // Calls that ended long after each other have deadlines of their own: the first and the last are told.
    let spread = last - first;
    let mut soonest = i64::MAX;
    let mut tell = |name: std::borrow::Cow<'_, str>, at_ms: i64| {
        for at_ms in [at_ms, at_ms + spread].into_iter().filter(|at_ms| *at_ms > reads.now_ms) {
            soonest = soonest.min(at_ms - reads.now_ms);
        }
        let until = words::until(at_ms, reads.now_ms, lang);
        if spread < SPREAD_MS {
            return Fact::new(name, until);
        }
        let rest = words::until(at_ms + spread, reads.now_ms, lang);
        let value = if at_ms > reads.now_ms {
            tr!(lang, "deliveries.first_until", first = until)
        } else if at_ms + spread > reads.now_ms {
            tr!(lang, "deliveries.last_until", last = rest)
        } else {
            std::borrow::Cow::from(until.as_str())
        };
        let tip = tr!(lang, "deliveries.first_and_last", first = until, last = rest).into_owned();
        Fact { tip: Some(tip), ..Fact::new(name, value) }
    };
    let mut facts = vec![tell(tr!(lang, "deliveries.deadline_recall"), deadlines.recall_ms)];
    let notice = found.delivery.new.kind == Kind::Notice;
    let mut handed_over = found.calls.iter().filter(|call| call.state == CallState::HandedOver);
    facts.push(if notice && handed_over.all(|call| call.people > u64::from(REPORTED_PEOPLE)) {
        // A countdown to something that never comes would mislead.
        let none = tr!(lang, "deliveries.no_result");
        Fact { tip: Some(none.clone().into_owned()), ..Fact::new(tr!(lang, "deliveries.deadline_result"), none) }
    } else {
        tell(tr!(lang, "deliveries.deadline_result"), deadlines.result_ms)
    });
    if notice {
        facts.push(tell(tr!(lang, "deliveries.deadline_progress"), deadlines.progress_ms));
        // Only messages of the free call have a status bar.
        if found.delivery.new.via == NoticeVia::Free.name() {
            facts.push(tell(tr!(lang, "deliveries.deadline_status_bar"), deadlines.progress_ms));
        }
    }
    if soonest < i64::MAX {
        // The countdowns name two units: a minute is fine enough until the last hour.
        let every = if soonest < 3_600_000 { 1 } else { 60 };
        ui.ctx().request_repaint_after(Duration::from_secs(every));
    }
    facts
}
