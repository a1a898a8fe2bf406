//! The look of the program: tokens, fonts and egui's style made from them. The one place that knows colours and sizes.

pub mod fonts;
pub mod tokens;

use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, RichText, Shadow, Stroke, Style, TextStyle, Theme,
    ThemePreference, style::WidgetVisuals, vec2,
};

pub use tokens::{DARK, LIGHT, Tokens, size};

pub use crate::store::settings::Theme as ThemeChoice;

/// The colours of the theme that a piece of screen is drawn in.
pub fn tokens(style: &Style) -> &'static Tokens {
    if style.visuals.dark_mode { &DARK } else { &LIGHT }
}

/// Shows the theme a person chose.
pub fn choose(ctx: &Context, choice: ThemeChoice) {
    ctx.set_theme(match choice {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Light => ThemePreference::Light,
        ThemeChoice::Dark => ThemePreference::Dark,
    });
}

/// Fonts, both styles and the image loader. Call it once, before the first pass.
pub fn install(ctx: &Context) {
    fonts::install(ctx);
    egui_extras::install_image_loaders(ctx);
    ctx.options_mut(|options| {
        options.fallback_theme = Theme::Light;
        // Closing goes through the window's close request only, where drafts are kept first.
        options.quit_shortcuts.clear();
    });
    ctx.style_mut_of(Theme::Light, |style| apply(style, &LIGHT));
    ctx.style_mut_of(Theme::Dark, |style| apply(style, &DARK));
}

/// Text in the medium weight, for headings and names.
pub fn medium(text: impl Into<String>) -> RichText {
    RichText::new(text).family(fonts::medium())
}

/// A group's heading.
pub fn heading(text: impl Into<String>) -> RichText {
    medium(text).size(size::HEADING)
}

/// A dialog's or empty state's heading.
pub fn title(text: impl Into<String>) -> RichText {
    medium(text).size(size::TITLE)
}

/// Help under a label, secondary facts.
pub fn help(style: &Style, text: impl Into<String>) -> RichText {
    RichText::new(text).size(size::SMALL).color(tokens(style).muted)
}

fn widget(fill: Color32, outline: Color32, text: Color32) -> WidgetVisuals {
    WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, outline),
        corner_radius: CornerRadius::same(size::RADIUS),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    }
}

fn apply(style: &mut Style, t: &'static Tokens) {
    style.text_styles = [
        (TextStyle::Small, FontId::new(size::SMALL, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(size::TEXT, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(size::TEXT, FontFamily::Proportional)),
        (TextStyle::Heading, FontId::new(size::HEADING, fonts::medium())),
        (TextStyle::Monospace, FontId::new(size::MONO, FontFamily::Monospace)),
    ]
    .into();
    style.explanation_tooltips = false;
    style.url_in_tooltip = true;
    style.animation_time = 0.12;

    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(size::S, size::S);
    spacing.button_padding = vec2(size::M, 5.0);
    spacing.interact_size = vec2(size::CONTROL, size::CONTROL);
    spacing.window_margin = Margin::same(20);
    spacing.menu_margin = Margin::same(6);
    spacing.icon_width = 18.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = size::S;
    spacing.combo_width = 160.0;
    spacing.combo_height = 320.0;
    spacing.text_edit_width = 280.0;
    spacing.tooltip_width = 420.0;
    spacing.indent = size::L;
    spacing.scroll.bar_width = 10.0;
    spacing.scroll.floating_allocated_width = 10.0;
    spacing.scroll.handle_min_length = 32.0;

    let interaction = &mut style.interaction;
    interaction.tooltip_delay = 0.35;
    interaction.selectable_labels = true;

    let dark = std::ptr::eq(t, &raw const DARK);
    let visuals = &mut style.visuals;
    *visuals = if dark { egui::Visuals::dark() } else { egui::Visuals::light() };
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(t.faint);
    visuals.panel_fill = t.surface;
    visuals.window_fill = t.surface;
    visuals.window_stroke = Stroke::new(1.0, t.line);
    visuals.window_corner_radius = CornerRadius::same(size::RADIUS_LARGE);
    visuals.menu_corner_radius = CornerRadius::same(size::RADIUS_LARGE);
    visuals.window_shadow = Shadow { offset: [0, 8], blur: 32, spread: 0, color: t.shadow };
    visuals.popup_shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: t.shadow };
    visuals.extreme_bg_color = t.field;
    visuals.text_edit_bg_color = Some(t.field);
    visuals.code_bg_color = t.code;
    visuals.faint_bg_color = t.stripe;
    visuals.hyperlink_color = t.accent;
    visuals.warn_fg_color = t.warning;
    visuals.error_fg_color = t.error;
    visuals.selection.bg_fill = t.accent_soft;
    visuals.selection.stroke = Stroke::new(1.5, t.accent);
    visuals.striped = true;
    visuals.widgets.noninteractive = widget(t.surface, t.line, t.text);
    visuals.widgets.inactive = widget(t.field, t.outline, t.text);
    visuals.widgets.hovered = widget(t.hover, t.outline_hover, t.text);
    // Also drawn around the control that has the keyboard: the focus ring.
    visuals.widgets.active = widget(t.pressed, t.accent, t.text);
    visuals.widgets.active.bg_stroke.width = 2.0;
    visuals.widgets.open = widget(t.hover, t.outline_hover, t.text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_fonts_draw_simplified_traditional_and_japanese() {
        let ctx = Context::default();
        install(&ctx);
        ctx.set_font_providers(Vec::new());
        ctx.run_ui(egui::RawInput::default(), |_| {}).drop_without_applying_deltas();
        ctx.fonts_mut(|fonts| {
            for family in [FontFamily::Proportional, fonts::medium(), FontFamily::Monospace] {
                for character in "蚂蚁分工 螞蟻分工 アリの分業 Ant division，。！？“”（）·—…→✓".chars()
                {
                    let font = FontId::new(14.0, family.clone());
                    assert!(fonts.has_glyph(&font, character), "{family:?} {character}");
                }
            }
        });
    }
}
