//! A row of the picker, drawn in one piece so that long lists stay cheap: a box to tick, a name, an id, and what else is
//! known. Rows are no tab stops: the search field keeps the keyboard and the arrow keys move a cursor through them.

use std::ops::Range;

use egui::{
    Align2, Color32, CornerRadius, FontFamily, FontId, Pos2, Rect, Response, Sense, Stroke, StrokeKind, TextFormat, Ui,
    pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use crate::ui::{
    icons::Icon,
    theme::{Tokens, fonts, size, tokens},
    widgets::describe,
};

/// The height of a row, in points.
pub const HEIGHT: f32 = size::ROW;
/// A box to tick.
const BOX: f32 = 16.0;

/// What a row shows.
#[derive(Clone, Debug, Default)]
pub struct RowLook<'a> {
    /// Ticked or not; `None`: nothing to tick here.
    pub ticked: Option<bool>,
    /// An icon before the name.
    pub icon: Option<Icon>,
    /// The name.
    pub name: &'a str,
    /// The part of the name that matches the search.
    pub name_mark: Option<Range<usize>>,
    /// The id, in a column of its own.
    pub id: &'a str,
    /// The part of the id that matches the search.
    pub id_mark: Option<Range<usize>>,
    /// What else is known, in grey.
    pub detail: &'a str,
    /// Whether the keyboard's cursor stands here.
    pub cursor: bool,
    /// Whether this is the row whose contents are shown elsewhere.
    pub selected: bool,
    /// Whether the detail stands at the right edge, as numbers do.
    pub detail_right: bool,
    /// How far the row is moved to the right, in points.
    pub indent: f32,
    /// Which part of the width the name gets; the rest is shared by id and detail.
    pub name_share: f32,
}

/// Draws a row over the full width. It is named by its name and id, and described by its detail.
pub fn row_ui(ui: &mut Ui, look: &RowLook<'_>) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::CLICK);
    let label = if look.id.is_empty() { look.name.to_owned() } else { format!("{} {}", look.name, look.id) };
    let (role, on) = match look.ticked {
        Some(ticked) => (egui::Role::CheckBox, ticked),
        None => (egui::Role::Button, look.selected),
    };
    response.widget_info(|| egui::WidgetInfo::selected(role, true, on, &label));
    if !look.detail.is_empty() {
        describe(&response, look.detail);
    }
    if ui.is_rect_visible(rect) {
        paint(ui, rect, &response, look);
    }
    response
}

fn paint(ui: &Ui, rect: Rect, response: &Response, look: &RowLook<'_>) {
    let t = tokens(ui.style());
    let radius = CornerRadius::same(size::RADIUS);
    let fill = if look.selected {
        t.accent_soft
    } else if response.hovered() || look.cursor {
        t.hover
    } else {
        Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, radius, fill);
    if look.cursor {
        ui.painter().rect_stroke(rect, radius, Stroke::new(1.5, t.accent), StrokeKind::Inside);
    }
    let mut left = rect.left() + size::S + look.indent;
    let middle = rect.center().y;
    let right = rect.right() - size::S;
    // Columns stand below each other whether a row has an icon or not.
    let inside = if look.ticked.is_some() { left + BOX + size::S } else { left };
    let column = inside + (right - inside) * look.name_share;
    if let Some(ticked) = look.ticked {
        tick_box(ui, t, pos2(left + BOX / 2.0, middle), ticked);
        left += BOX + size::S;
    }
    if let Some(icon) = look.icon {
        let place = Rect::from_center_size(pos2(left + size::ICON / 2.0, middle), vec2(size::ICON, size::ICON));
        icon.sized(t.muted, size::ICON).paint_at(ui, place);
        left += size::ICON + 6.0;
    }
    let name_end = if look.id.is_empty() && look.detail.is_empty() { right } else { column };
    let name = job(look.name, look.name_mark.as_ref(), FontFamily::Proportional, size::TEXT, t.text, t);
    text(ui, name, pos2(left, middle), name_end - left - size::S);
    left = name_end;
    if !look.id.is_empty() {
        let id_width = if look.detail.is_empty() { right - left } else { ((right - left) * 0.42).min(220.0) };
        let id = job(look.id, look.id_mark.as_ref(), FontFamily::Monospace, size::SMALL, t.muted, t);
        text(ui, id, pos2(left, middle), id_width - size::S);
        left += id_width;
    }
    if !look.detail.is_empty() && left < right {
        let detail = job(look.detail, None, FontFamily::Proportional, size::SMALL, t.muted, t);
        if look.detail_right {
            let galley = ui.fonts_mut(|fonts| fonts.layout_job(detail));
            let place = Align2::RIGHT_CENTER.anchor_size(pos2(right, middle), galley.size());
            ui.painter().galley(place.min, galley, Color32::PLACEHOLDER);
        } else {
            text(ui, detail, pos2(left, middle), right - left);
        }
    }
}

/// Draws a box to tick.
pub fn tick_box(ui: &Ui, t: &Tokens, center: Pos2, ticked: bool) {
    let rect = Rect::from_center_size(center, vec2(BOX, BOX));
    let radius = CornerRadius::same(4);
    if ticked {
        ui.painter().rect_filled(rect, radius, t.primary);
        Icon::Check.sized(t.on_primary, 12.0).paint_at(ui, Rect::from_center_size(center, vec2(12.0, 12.0)));
    } else {
        ui.painter().rect(rect, radius, t.field, Stroke::new(1.0, t.outline_hover), StrokeKind::Inside);
    }
}

/// A text whose matching part is set off.
fn job(
    content: &str,
    mark: Option<&Range<usize>>,
    family: FontFamily,
    points: f32,
    ink: Color32,
    t: &Tokens,
) -> LayoutJob {
    let mut job = LayoutJob::default();
    let plain = TextFormat { font_id: FontId::new(points, family.clone()), color: ink, ..TextFormat::default() };
    match mark.and_then(|mark| Some((content.get(..mark.start)?, content.get(mark.clone())?, content.get(mark.end..)?)))
    {
        Some((before, inside, after)) => {
            let family = if family == FontFamily::Proportional { fonts::medium() } else { family };
            let strong = TextFormat { font_id: FontId::new(points, family), color: t.accent, ..TextFormat::default() };
            job.append(before, 0.0, plain.clone());
            job.append(inside, 0.0, strong);
            job.append(after, 0.0, plain);
        }
        None => job.append(content, 0.0, plain),
    }
    job
}

fn text(ui: &Ui, mut job: LayoutJob, left_middle: Pos2, width: f32) {
    if width <= 8.0 {
        return;
    }
    job.wrap = TextWrapping::truncate_at_width(width);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let place = Align2::LEFT_CENTER.anchor_size(left_middle, galley.size());
    ui.painter().galley(place.min, galley, Color32::PLACEHOLDER);
}
