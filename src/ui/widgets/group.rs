//! A group of a form: a heading that folds, and what belongs together under it.

use egui::{CornerRadius, Frame, Margin, RichText, Sense, Stroke, Ui, collapsing_header::CollapsingState};

use crate::ui::{
    icons::Icon,
    theme::{heading, help, size, tokens},
};

/// The place that is kept for a badge behind a long heading.
const BADGE: f32 = 56.0;

/// A group of fields.
#[must_use]
pub struct Group {
    title: String,
    help: Option<String>,
    badge: Option<String>,
    open: bool,
    force_open: bool,
    foldable: bool,
}

impl Group {
    /// A group that is open at first.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), help: None, badge: None, open: true, force_open: false, foldable: true }
    }

    /// One line under the heading.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A count or state behind the heading.
    pub fn badge(mut self, badge: impl Into<String>) -> Self {
        self.badge = Some(badge.into()).filter(|badge: &String| !badge.is_empty());
        self
    }

    /// Whether it is open when it is shown for the first time. Default: `true`.
    pub fn open(mut self, open: bool) -> Self {
        self.open = open;
        self
    }

    /// Opens it now: something inside is being jumped to (see `Cx::jumps_into`).
    pub fn force_open(mut self, force_open: bool) -> Self {
        self.force_open = force_open;
        self
    }

    /// Always open, without a fold.
    pub fn fixed(mut self) -> Self {
        self.foldable = false;
        self
    }

    /// Shows it; `None` while it is folded. The title is also the salt of its id.
    pub fn show<R>(self, ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> Option<R> {
        let Self { title, help: help_text, badge, open, force_open, foldable } = self;
        let t = tokens(ui.style());
        let id = ui.make_persistent_id(("group", &title));
        let mut state = CollapsingState::load_with_default_open(ui.ctx(), id, open);
        if force_open || !foldable {
            state.set_open(true);
        }
        Frame::new()
            .fill(t.surface)
            .stroke(Stroke::new(1.0, t.line))
            .corner_radius(CornerRadius::same(size::RADIUS_LARGE))
            .inner_margin(Margin { left: 16, right: 16, top: 10, bottom: 14 })
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                let heading_row = ui
                    .horizontal(|ui| {
                        ui.spacing_mut().item_spacing.x = 6.0;
                        if foldable {
                            let chevron = if state.is_open() { Icon::ChevronDown } else { Icon::ChevronRight };
                            ui.add(chevron.sized(t.muted, 14.0).alt_text(""));
                        }
                        // A long name must not make the group wider than its place.
                        ui.scope(|ui| {
                            let kept = if badge.is_some() { BADGE } else { 0.0 };
                            ui.set_max_width((ui.available_width() - kept).max(40.0));
                            ui.add(egui::Label::new(heading(&title)).selectable(false).truncate());
                        });
                        if let Some(badge) = badge {
                            ui.label(RichText::new(badge).size(size::SMALL).color(t.muted));
                        }
                        ui.take_available_width();
                    })
                    .response;
                if foldable {
                    let response = ui.interact(heading_row.rect, id.with("fold"), Sense::click());
                    response.widget_info(|| {
                        egui::WidgetInfo::selected(egui::Role::DisclosureTriangle, true, state.is_open(), &title)
                    });
                    if response.has_focus() {
                        let ring = heading_row.rect.expand2(egui::vec2(4.0, 0.0));
                        ui.painter().rect_stroke(
                            ring,
                            CornerRadius::same(size::RADIUS),
                            ui.visuals().selection.stroke,
                            egui::StrokeKind::Inside,
                        );
                    }
                    if response.clicked() {
                        state.toggle(ui);
                    }
                    response.on_hover_cursor(egui::CursorIcon::PointingHand);
                }
                if let Some(text) = help_text
                    && state.is_open()
                {
                    let text = help(ui.style(), text);
                    ui.label(text);
                }
                let shown = state.show_body_unindented(ui, |ui| {
                    ui.add_space(2.0);
                    ui.spacing_mut().item_spacing.y = size::M;
                    content(ui)
                });
                shown.map(|shown| shown.inner)
            })
            .inner
    }
}

/// Something that is folded at first: a chevron and a title, without a frame. The title is also the salt of its id.
pub fn fold<R>(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    let t = tokens(ui.style());
    let id = ui.make_persistent_id(("fold", title));
    let mut state = CollapsingState::load_with_default_open(ui.ctx(), id, false);
    let row = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let chevron = if state.is_open() { Icon::ChevronDown } else { Icon::ChevronRight };
        ui.add(chevron.sized(t.muted, 14.0).alt_text(""));
        ui.add(egui::Label::new(title).selectable(false));
    });
    let response = ui.interact(row.response.rect, id.with("click"), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::DisclosureTriangle, true, state.is_open(), title));
    if response.has_focus() {
        let radius = CornerRadius::same(size::RADIUS);
        let stroke = ui.visuals().selection.stroke;
        ui.painter().rect_stroke(row.response.rect, radius, stroke, egui::StrokeKind::Outside);
    }
    if response.clicked() {
        state.toggle(ui);
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand);
    state.show_body_unindented(ui, content).map(|shown| shown.inner)
}
