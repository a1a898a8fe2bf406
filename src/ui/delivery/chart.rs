//! A small picture of a delivery: how many people were reached over time, and on which rung they stand.

use egui::{Align2, Color32, CornerRadius, FontId, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::{
    book::{Detail, Moment},
    words,
};
use crate::{
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
        Rung::Failed | Rung::Invalid => t.error,
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
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let name = tr!(lang, "deliveries.chart");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name.as_ref()));
    let text = FontId::proportional(size::SMALL);
    let plot = Rect::from_min_max(rect.min + vec2(0.0, 4.0), rect.max - vec2(0.0, 18.0));
    let painter = ui.painter();
    painter.rect_filled(plot, CornerRadius::same(4), t.raised);
    for quarter in 1..4 {
        let y = plot.bottom() - plot.height() * quarter as f32 / 4.0;
        painter.hline(plot.x_range(), y, Stroke::new(1.0, t.line));
    }
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
    let label = |at: Pos2, align: Align2, text_: String| {
        painter.text(at, align, text_, text.clone(), t.muted);
    };
    label(pos2(plot.left(), rect.bottom()), Align2::LEFT_BOTTOM, time_text(first));
    label(pos2(plot.right(), rect.bottom()), Align2::RIGHT_BOTTOM, time_text(last));
    label(
        plot.left_top() + vec2(6.0, 2.0),
        Align2::LEFT_TOP,
        tr!(lang, "plan.people", count = grouped(most)).into_owned(),
    );
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

/// Where everybody stands: one bar, and below it the rungs with their numbers. Gives the rung that was clicked.
pub fn rungs_ui(ui: &mut Ui, lang: Lang, detail: &Detail, chosen: Option<Rung>) -> Option<Rung> {
    let parts: Vec<(u64, Color32)> = Rung::ALL.iter().map(|rung| (detail.on(*rung), colour(ui, *rung))).collect();
    let all: u64 = parts.iter().map(|(count, _)| count).sum();
    super::strip::stacked_bar(ui, ui.available_width(), 10.0, all, &parts);
    let mut clicked = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(size::S, size::XS);
        for rung in Rung::ALL.into_iter().filter(|rung| detail.on(*rung) > 0) {
            let ink = colour(ui, rung);
            let text = format!("{} {}", words::rung(rung, lang), grouped(detail.on(rung)));
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
    });
    clicked
}
