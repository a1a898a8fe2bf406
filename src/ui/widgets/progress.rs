//! Long work: a bar, a count, and the button that stops it. Repaints only when the count changes.

use egui::{CornerRadius, RichText, Sense, Ui, vec2};

use super::{PushButton, grouped};
use crate::{
    lang::Lang,
    ui::{
        icons::Icon,
        theme::{size, tokens},
    },
};

/// Shows progress of `done` out of `total` (unknown: `None`); `true` when 取消 was pressed.
pub fn progress_ui(ui: &mut Ui, lang: Lang, what: &str, done: u64, total: Option<u64>, can_cancel: bool) -> bool {
    let t = tokens(ui.style());
    let mut cancelled = false;
    ui.horizontal(|ui| {
        let count = match total {
            Some(total) => format!("{} / {}", grouped(done), grouped(total)),
            None if done > 0 => grouped(done),
            None => String::new(),
        };
        ui.label(what);
        let (rect, response) = ui.allocate_exact_size(vec2(140.0, 6.0), Sense::hover());
        let radius = CornerRadius::same(3);
        ui.painter().rect_filled(rect, radius, t.pressed);
        let share = total.filter(|total| *total > 0).map_or(0.0, |total| (done as f32 / total as f32).clamp(0.0, 1.0));
        if share > 0.0 {
            let mut filled = rect;
            filled.set_width(rect.width() * share);
            ui.painter().rect_filled(filled, radius, t.primary);
        }
        response.widget_info(|| {
            let mut info = egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, what);
            info.value = Some(f64::from(share) * 100.0);
            info
        });
        ui.label(RichText::new(count).size(size::SMALL).color(t.muted));
        if can_cancel {
            cancelled = PushButton::quiet(tr!(lang, "common.cancel")).icon(Icon::Close).small().show(ui).clicked();
        }
    });
    cancelled
}
