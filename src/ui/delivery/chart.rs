//! A small picture of a delivery: how many people were reached over time, and on which rung they stand.

use egui::{Align2, Color32, CornerRadius, FontId, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::{
    book::{Detail, Moment},
    words,
};
use crate::{
    deliver::after::DAY_MS,
    lang::Lang,
    store::journal::Rung,
    ui::{
        history::time_text,
        theme::{size, tokens},
        widgets::grouped,
    },
};

/// The colour of a rung's part of a picture.
pub fn colour(ui: &Ui, rung: Rung) -> Color32 {
    let t = tokens(ui.style());
    match rung {
        Rung::NotBegun => t.pressed,
        Rung::HandedOver => t.primary,
        Rung::Unknown => t.warning,
        Rung::Read => t.ok,
        Rung::Unread => t.accent,
        Rung::Dropped => t.danger,
        Rung::Failed => t.error,
        Rung::Invalid => t.muted,
        Rung::Recalled => t.faint,
    }
}

/// How many people a layer reaches to.
type Height = fn(&Moment) -> u64;

/// People reached over time, as stacked areas: handed over below, then unknown, then refused.
#[expect(clippy::cast_possible_truncation, reason = "a moment between two others, for a tooltip")]
pub fn progress_ui(ui: &mut Ui, lang: Lang, detail: &Detail, height: f32) {
    let t = tokens(ui.style());
    let Some((first, last)) = detail.span else { return };
    let most = detail.delivery.people.max(1);
    let name = tr!(lang, "deliveries.chart");
    let (plot, response) = frame_ui(ui, &name, height);
    let painter = ui.painter();
    let count = detail.moments.len().max(2);
    let x = |at: usize| plot.left() + plot.width() * at as f32 / (count - 1) as f32;
    let y = |people: u64| plot.bottom() - plot.height() * (people as f32 / most as f32).min(1.0);
    let layers: [(Height, Height, Color32); 3] = [
        (|_| 0, |one| one.handed_over, t.ok),
        (|one| one.handed_over, |one| one.handed_over + one.unknown, t.warning),
        (|one| one.handed_over + one.unknown, |one| one.handed_over + one.unknown + one.refused, t.error),
    ];
    for (below, above, colour) in layers {
        if detail.moments.last().is_none_or(|one| above(one) == below(one)) {
            continue;
        }
        // Steps as rectangles: exact at every zoom, and cheap.
        for (at, one) in detail.moments.iter().enumerate() {
            let (low, high) = (y(below(one)), y(above(one)));
            if high < low {
                let right = x(at + 1).min(plot.right());
                let column = Rect::from_min_max(pos2(x(at).min(right), high), pos2(right, low));
                painter.rect_filled(column, 0.0, colour.gamma_multiply(0.35));
            }
        }
        let mut line: Vec<Pos2> = Vec::with_capacity(count * 2);
        for (at, one) in detail.moments.iter().enumerate() {
            line.push(pos2(x(at), y(above(one))));
            line.push(pos2(x(at + 1).min(plot.right()), y(above(one))));
        }
        painter.add(Shape::line(line, Stroke::new(1.5, colour)));
    }
    ends_ui(ui, plot, first, last, &format!("{name} · {}", words::people(most, lang)));
    if let Some(pointer) = response.hover_pos() {
        let place = (0..count - 1).find(|at| x(*at + 1) > pointer.x).unwrap_or(count - 1);
        if let Some(one) = detail.moments.get(place) {
            let share = f64::from((pointer.x - plot.left()) / plot.width().max(1.0)).clamp(0.0, 1.0);
            let at = first.saturating_add(((last - first) as f64 * share).round() as i64);
            let tip = tr!(
                lang,
                "deliveries.chart_tip",
                time = time_text(at),
                handed_over = grouped(one.handed_over),
                refused = grouped(one.refused),
                unknown = grouped(one.unknown)
            );
            response.on_hover_text(tip);
        }
    }
}

/// What became of people over time, as stacked areas: read lowest, then unread, dropped, failed, taken back. From the end
/// of the last call until now, or until results end.
#[expect(clippy::cast_possible_truncation, reason = "a moment between two others, for a tooltip")]
pub fn outcome_ui(ui: &mut Ui, lang: Lang, detail: &Detail, now_ms: i64, height: f32) {
    const LAYERS: [Rung; 6] = [Rung::Read, Rung::Unread, Rung::Dropped, Rung::Failed, Rung::Invalid, Rung::Recalled];
    let (Some((_, begin)), Some(last)) = (detail.span, detail.tallies.last()) else { return };
    let most = detail.people.len().max(1) as f32;
    let name = tr!(lang, "deliveries.outcome_chart");
    let (plot, response) = frame_ui(ui, &name, height);
    let end = last.at_ms.max(now_ms.min(begin.saturating_add(DAY_MS)));
    let length = (end - begin).max(1);
    let x = |at_ms: i64| plot.left() + plot.width() * ((at_ms - begin).max(0) as f32 / length as f32);
    let painter = ui.painter();
    for (at, tally) in detail.tallies.iter().enumerate() {
        let until = detail.tallies.get(at + 1).map_or(plot.right(), |next| x(next.at_ms));
        // The last asking is seen as well: it is as wide as a line.
        let (left, right) = (x(tally.at_ms).min(plot.right() - 2.0), until);
        let mut below = plot.bottom();
        for rung in LAYERS {
            let people: u64 = tally.rungs.iter().filter(|(known, _)| *known == rung).map(|(_, people)| people).sum();
            let above = below - plot.height() * (people as f32 / most).min(1.0);
            if above < below {
                let column = Rect::from_min_max(pos2(left, above.max(plot.top())), pos2(right, below));
                painter.rect_filled(column, 0.0, colour(ui, rung).gamma_multiply(0.75));
            }
            below = above;
        }
    }
    ends_ui(ui, plot, begin, end, &name);
    if let Some(pointer) = response.hover_pos() {
        let share = f64::from((pointer.x - plot.left()) / plot.width().max(1.0)).clamp(0.0, 1.0);
        let at = begin.saturating_add((length as f64 * share).round() as i64);
        let then = detail.tallies.iter().rev().find(|tally| tally.at_ms <= at);
        let rungs: Vec<String> = then
            .into_iter()
            .flat_map(|tally| &tally.rungs)
            .map(|(rung, people)| format!("{} {}", words::rung(*rung, lang), grouped(*people)))
            .collect();
        let at = then.map_or(at, |tally| tally.at_ms);
        let tip = tr!(lang, "deliveries.outcome_tip", time = time_text(at), rungs = rungs.join(" · "));
        response.on_hover_text(tip);
    }
}

/// The ground of a picture with its quarters; gives where to paint.
fn frame_ui(ui: &mut Ui, name: &str, height: f32) -> (Rect, egui::Response) {
    let t = tokens(ui.style());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    let plot = Rect::from_min_max(rect.min + vec2(0.0, 18.0), rect.max - vec2(0.0, 18.0));
    let painter = ui.painter();
    painter.rect_filled(plot, CornerRadius::same(4), t.raised);
    for quarter in 1..4 {
        let y = plot.bottom() - plot.height() * quarter as f32 / 4.0;
        painter.hline(plot.x_range(), y, Stroke::new(1.0, t.line));
    }
    (plot, response)
}

/// What a picture shows, above it, and from when to when, below it.
fn ends_ui(ui: &Ui, plot: Rect, first: i64, last: i64, name: &str) {
    let t = tokens(ui.style());
    let label = |at: Pos2, align: Align2, text: String| {
        ui.painter().text(at, align, text, FontId::proportional(size::SMALL), t.muted);
    };
    label(plot.left_top() - vec2(0.0, 2.0), Align2::LEFT_BOTTOM, name.to_owned());
    label(plot.left_bottom() + vec2(0.0, 2.0), Align2::LEFT_TOP, time_text(first));
    // A moment is told once.
    if time_text(last) != time_text(first) {
        label(plot.right_bottom() + vec2(0.0, 2.0), Align2::RIGHT_TOP, time_text(last));
    }
}

/// Where everybody stands: one bar, and below it the rungs with their numbers. Gives the rung that was clicked.
pub fn rungs_ui(ui: &mut Ui, lang: Lang, detail: &Detail, chosen: Option<Rung>, runs: bool) -> Option<Rung> {
    // What was reached stands at the left, as in every bar that fills.
    let (open, begun): (Vec<Rung>, Vec<Rung>) = Rung::ALL.into_iter().partition(|rung| *rung == Rung::NotBegun);
    let order: Vec<Rung> = begun.into_iter().chain(open).collect();
    // What is on its way right now is not unknown yet.
    let way = if runs { detail.on_their_way().min(detail.on(Rung::Unknown)) } else { 0 };
    let on = |rung: Rung| detail.on(rung) - if rung == Rung::Unknown { way } else { 0 };
    let mut parts: Vec<(u64, Color32)> = order.iter().map(|rung| (on(*rung), colour(ui, *rung))).collect();
    let on_its_way = tokens(ui.style()).accent.gamma_multiply(0.5);
    parts.insert(parts.len() - 1, (way, on_its_way));
    let all: u64 = parts.iter().map(|(count, _)| count).sum();
    super::strip::stacked_bar(ui, ui.available_width(), 10.0, all, &parts);
    let mut clicked = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(size::S, size::XS);
        for rung in order.into_iter().filter(|rung| on(*rung) > 0) {
            let ink = colour(ui, rung);
            let text = format!("{} {}", words::rung(rung, lang), grouped(on(rung)));
            let response = ui
                .horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 4.0;
                    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
                    ui.painter().rect_filled(rect, CornerRadius::same(2), ink);
                    ui.selectable_label(chosen == Some(rung), &text)
                })
                .inner;
            if response.clicked() {
                clicked = Some(rung);
            }
        }
        if way > 0 {
            let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
            ui.painter().rect_filled(rect, CornerRadius::same(2), on_its_way);
            ui.label(format!("{} {}", tr!(lang, "deliveries.on_its_way"), grouped(way)));
        }
    });
    clicked
}
