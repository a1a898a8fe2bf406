//! Buttons: plain, primary, dangerous, quiet; a button that is off says why.

use egui::{Button, Color32, Response, RichText, Stroke, Ui, Vec2, vec2};

use super::describe;
use crate::ui::{
    icons::Icon,
    theme::{fonts, size, tokens},
};

/// How much a button asks to be pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Look {
    /// One of several.
    #[default]
    Plain,
    /// What one came here for; one at most on a screen.
    Primary,
    /// It destroys something, or goes out to everyone.
    Danger,
    /// Without a frame, for rows and bars.
    Quiet,
}

/// A button with a text, perhaps an icon and a shortcut.
#[must_use]
pub struct PushButton {
    text: String,
    name: Option<String>,
    look: Look,
    icon: Option<Icon>,
    shortcut: Option<String>,
    tooltip: Option<String>,
    off: Option<String>,
    small: bool,
    min_width: f32,
}

impl PushButton {
    /// A plain button.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            name: None,
            look: Look::Plain,
            icon: None,
            shortcut: None,
            tooltip: None,
            off: None,
            small: false,
            min_width: 0.0,
        }
    }

    /// The primary button of a screen.
    pub fn primary(text: impl Into<String>) -> Self {
        Self::new(text).look(Look::Primary)
    }

    /// A button that destroys something.
    pub fn danger(text: impl Into<String>) -> Self {
        Self::new(text).look(Look::Danger)
    }

    /// A button without a frame.
    pub fn quiet(text: impl Into<String>) -> Self {
        Self::new(text).look(Look::Quiet)
    }

    /// Another look. Default: [`Look::Plain`].
    pub fn look(mut self, look: Look) -> Self {
        self.look = look;
        self
    }

    /// Another accessible name than the text: 移除 in a row is 移除 张三 for a screen reader. Default: the text.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// An icon before the text.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// The shortcut shown behind the text.
    pub fn shortcut(mut self, shortcut: impl Into<String>) -> Self {
        self.shortcut = Some(shortcut.into());
        self
    }

    /// A tooltip while it is on.
    pub fn tooltip(mut self, tooltip: impl Into<String>) -> Self {
        self.tooltip = Some(tooltip.into());
        self
    }

    /// Off when `Err`, with the reason as its tooltip and accessible description.
    pub fn enabled(mut self, enabled: Result<(), String>) -> Self {
        self.off = enabled.err();
        self
    }

    /// Lower, for rows.
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// At least so wide, in points.
    pub fn min_width(mut self, points: f32) -> Self {
        self.min_width = points;
        self
    }

    /// How wide it will be, in points.
    fn width(&self, ui: &Ui) -> f32 {
        let points = if self.small { size::SMALL + 1.0 } else { egui::TextStyle::Button.resolve(ui.style()).size };
        let bold = matches!(self.look, Look::Primary | Look::Danger);
        let family = if bold { fonts::medium() } else { egui::FontFamily::Proportional };
        let galley =
            ui.painter().layout_no_wrap(self.text.clone(), egui::FontId::new(points, family), Color32::PLACEHOLDER);
        let icon = if self.icon.is_some() { size::ICON + size::S } else { 0.0 };
        let shortcut = self.shortcut.as_ref().map_or(0.0, |text| text.len() as f32 * 8.0);
        (galley.size().x + icon + shortcut + 2.0 * size::M).max(self.min_width)
    }

    /// Shows it.
    pub fn show(self, ui: &mut Ui) -> Response {
        let wraps = ui.layout().main_wrap;
        if wraps && ui.available_size_before_wrap().x < self.width(ui) {
            // The next row, whole, instead of a column of single letters at the end of this one.
            ui.end_row();
        }
        let Self { text, name, look, icon, shortcut, tooltip, off, small, min_width } = self;
        let t = tokens(ui.style());
        ui.scope(|ui| {
            if wraps {
                ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            }
            let fills = match look {
                Look::Plain => None,
                Look::Primary => Some((t.primary, t.primary_hover, t.on_primary)),
                Look::Danger => Some((t.danger, t.danger_hover, t.on_primary)),
                Look::Quiet => {
                    flat(ui);
                    None
                }
            };
            let widgets = &mut ui.visuals_mut().widgets;
            if let Some((fill, hover, ink)) = fills {
                for (visuals, fill) in [
                    (&mut widgets.inactive, fill),
                    (&mut widgets.hovered, hover),
                    (&mut widgets.active, hover),
                    (&mut widgets.open, hover),
                ] {
                    visuals.weak_bg_fill = fill;
                    visuals.fg_stroke.color = ink;
                }
                widgets.inactive.bg_stroke.color = fill;
                widgets.hovered.bg_stroke.color = hover;
                widgets.active.bg_stroke.color = if t == &crate::ui::theme::DARK { t.text } else { t.accent };
            }
            if off.is_some() {
                let quiet = look == Look::Quiet;
                widgets.inactive.weak_bg_fill = if quiet { Color32::TRANSPARENT } else { t.hover };
                widgets.inactive.bg_stroke = if quiet { Stroke::NONE } else { Stroke::new(1.0, t.line) };
                widgets.inactive.fg_stroke.color = t.muted;
                widgets.noninteractive = widgets.inactive;
                // The reason must stay readable: the look above says "off", not a fade.
                ui.visuals_mut().disabled_alpha = 0.75;
            }
            let height = if small { size::CONTROL_SMALL } else { size::CONTROL };
            if small {
                ui.spacing_mut().button_padding = vec2(size::S, 2.0);
                ui.spacing_mut().interact_size.y = height;
            }
            let mut label = RichText::new(&text);
            if matches!(look, Look::Primary | Look::Danger) {
                label = label.family(fonts::medium());
            }
            if small {
                label = label.size(size::SMALL + 1.0);
            }
            let mut button = match icon {
                Some(icon) => Button::new((icon.image().alt_text(""), label)).image_tint_follows_text_color(true),
                None => Button::new(label),
            };
            if let Some(shortcut) = &shortcut {
                let faded = match look {
                    Look::Primary | Look::Danger if off.is_none() => t.on_primary.gamma_multiply(0.8),
                    _ => t.muted,
                };
                button = button.right_text(RichText::new(shortcut).size(size::SMALL).color(faded));
            }
            let button = button.min_size(vec2(min_width, height));
            let response = ui.add_enabled(off.is_none(), button);
            // Without this the icon's file and the shortcut would be part of the name.
            let response = response.accessible_name(name.unwrap_or(text));
            if matches!(look, Look::Primary | Look::Danger) && response.has_focus() {
                // On a filled button a border of its own colour is not seen: the ring stands outside.
                let ring = Stroke::new(2.0, t.accent);
                let round = size::RADIUS + 3;
                ui.painter().rect_stroke(response.rect.expand(2.0), round, ring, egui::StrokeKind::Outside);
            }
            match (off, tooltip) {
                (Some(reason), _) => {
                    describe(&response, reason.clone());
                    response.on_disabled_hover_text(reason)
                }
                (None, Some(tooltip)) => response.on_hover_text(tooltip),
                (None, None) => response,
            }
        })
        .inner
    }
}

/// A square button with an icon only; `name` is its tooltip and accessible name.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: impl Into<String>) -> Response {
    icon_button_sized(ui, icon, name, size::CONTROL_SMALL + 4.0, true)
}

/// What is drawn in `ui` from here on has neither fill nor frame until the pointer is over it.
pub fn flat(ui: &mut Ui) {
    let widgets = &mut ui.visuals_mut().widgets;
    widgets.inactive.weak_bg_fill = Color32::TRANSPARENT;
    widgets.inactive.bg_stroke = Stroke::NONE;
    widgets.hovered.bg_stroke = Stroke::NONE;
}

/// The same with a side in points, on or off.
pub fn icon_button_sized(ui: &mut Ui, icon: Icon, name: impl Into<String>, side: f32, enabled: bool) -> Response {
    let name = name.into();
    ui.scope(|ui| {
        flat(ui);
        ui.visuals_mut().widgets.noninteractive.bg_stroke = Stroke::NONE;
        ui.spacing_mut().button_padding = Vec2::splat((side - size::ICON) / 2.0);
        ui.spacing_mut().interact_size = Vec2::splat(side);
        let button =
            Button::image(icon.image().alt_text("")).image_tint_follows_text_color(true).min_size(Vec2::splat(side));
        let response = ui.add_enabled(enabled, button).accessible_name(name.clone());
        response.on_hover_text(name.clone()).on_disabled_hover_text(name)
    })
    .inner
}
