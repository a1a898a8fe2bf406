//! A row of choices of which exactly one holds.

use egui::{Button, Color32, CornerRadius, Frame, Margin, Response, RichText, Stroke, Ui, vec2};

use crate::{
    lang::Lang,
    ui::theme::{fonts, size, tokens},
};

/// Shows the choices; `true` when the person picked another one. `name` is the accessible name of the group.
pub fn segmented<T: PartialEq + Copy>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    choices: impl IntoIterator<Item = (T, String)>,
) -> bool {
    segmented_field(ui, name, value, choices).changed()
}

/// Left out, yes or no, as the control of a field.
pub fn truth_field(ui: &mut Ui, lang: Lang, name: &str, value: &mut Option<bool>) -> Response {
    let choices = [
        (None, tr!(lang, "card.not_sent").into_owned()),
        (Some(true), tr!(lang, "way.yes").into_owned()),
        (Some(false), tr!(lang, "way.no").into_owned()),
    ];
    segmented_field(ui, name, value, choices)
}

/// The same as the control of a field: the response is the chosen (or first) choice's, over the whole row, and says when the
/// person picked another one.
pub fn segmented_field<T: PartialEq + Copy>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    choices: impl IntoIterator<Item = (T, String)>,
) -> Response {
    let t = tokens(ui.style());
    let mut changed = false;
    let mut shown: Option<Response> = None;
    let choices: Vec<(T, String)> = choices.into_iter().collect();
    // A row that does not fit takes a second line instead of widening what it stands in.
    let wide: f32 = choices.iter().map(|(_, text)| about_width(text) + 2.0 * size::M).sum();
    let wraps = wide > ui.available_width();
    let row = Frame::new()
        .fill(t.hover)
        .corner_radius(CornerRadius::same(size::RADIUS))
        .inner_margin(Margin::same(2))
        .show(ui, |ui| {
            ui.scope_builder(
                egui::UiBuilder::new().accessibility_role(egui::accesskit::Role::RadioGroup).accessibility_label(name),
                |ui| {
                    let line = |ui: &mut Ui| {
                        ui.spacing_mut().item_spacing = vec2(2.0, 2.0);
                        ui.spacing_mut().button_padding = vec2(size::M - 2.0, 3.0);
                        ui.spacing_mut().interact_size.y = size::CONTROL - 4.0;
                        for (choice, text) in choices {
                            let chosen = *value == choice;
                            let widgets = &mut ui.visuals_mut().widgets;
                            widgets.inactive.weak_bg_fill = if chosen { t.surface } else { Color32::TRANSPARENT };
                            widgets.inactive.bg_stroke = Stroke::NONE;
                            widgets.hovered.weak_bg_fill = if chosen { t.surface } else { t.pressed };
                            widgets.hovered.bg_stroke = Stroke::NONE;
                            let mut label = RichText::new(&text).color(if chosen { t.accent } else { t.muted });
                            if chosen {
                                label = label.family(fonts::medium());
                            }
                            let response = ui.add(Button::new(label).corner_radius(size::RADIUS - 2));
                            response.ctx.accesskit_node_builder(response.id, |node| {
                                node.set_role(egui::accesskit::Role::RadioButton);
                                node.set_toggled(chosen.into());
                            });
                            if response.clicked() && !chosen {
                                *value = choice;
                                changed = true;
                            }
                            if chosen || shown.is_none() {
                                shown = Some(response);
                            }
                        }
                    };
                    if wraps {
                        ui.horizontal_wrapped(line)
                    } else {
                        ui.horizontal(line)
                    };
                },
            );
        });
    let mut response = shown.unwrap_or_else(|| row.response.clone());
    response.rect = row.response.rect;
    if changed {
        response.mark_changed();
    }
    response
}

/// About how wide a text of a control is, in points.
fn about_width(text: &str) -> f32 {
    text.chars().map(|letter| if letter.is_ascii() { 7.0 } else { 14.0 }).sum()
}
