//! The control for the value of a variable: a line, several lines, a switch, or JSON in colours.

use egui::{
    CornerRadius, FontSelection, Id, Key, Modifiers, Response, RichText, ScrollArea, Sense, Stroke, StrokeKind,
    TextBuffer, TextEdit, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use super::code::highlight::{self, Look};
use crate::{
    compose::card::ValueKind,
    lang::Lang,
    ui::{
        theme::{self, size, tokens},
        widgets::{Meter, combo, grouped},
    },
};

/// The documented limit of a value in the newer call, in bytes; more is only a hint here.
pub const VALUE_BYTES: u64 = 1024;

/// The most lines a value is shown in before it scrolls by itself.
const LINES: usize = 10;

/// What a kind of value is called.
pub fn kind_name(lang: Lang, kind: ValueKind) -> String {
    match kind {
        ValueKind::Text => tr!(lang, "card.kind_text"),
        ValueKind::Markdown => tr!(lang, "card.kind_markdown"),
        ValueKind::Number => tr!(lang, "card.kind_number"),
        ValueKind::Boolean => tr!(lang, "card.kind_boolean"),
        ValueKind::Json => tr!(lang, "card.kind_json"),
    }
    .into_owned()
}

/// Whether a kind is written in several lines.
pub const fn is_block(kind: ValueKind) -> bool {
    matches!(kind, ValueKind::Markdown | ValueKind::Json)
}

/// A box that opens the list of kinds; its response says when another one was chosen.
pub fn kind_ui(ui: &mut Ui, lang: Lang, id: Id, kind: &mut ValueKind, name: &str, width: f32) -> Response {
    let before = *kind;
    let combo = combo(id, kind_name(lang, *kind)).width(width).truncate();
    let shown = combo.show_ui(ui, |ui| {
        for choice in ValueKind::ALL {
            ui.selectable_value(kind, choice, kind_name(lang, choice)).on_hover_text(kind_help(lang, choice));
        }
    });
    let mut response = shown.response.accessible_name(name);
    if *kind != before {
        response.mark_changed();
    }
    response
}

fn kind_help(lang: Lang, kind: ValueKind) -> String {
    match kind {
        ValueKind::Text => tr!(lang, "card.kind_text_help"),
        ValueKind::Markdown => tr!(lang, "card.kind_markdown_help"),
        ValueKind::Number => tr!(lang, "card.kind_number_help"),
        ValueKind::Boolean => tr!(lang, "card.kind_boolean_help"),
        ValueKind::Json => tr!(lang, "card.kind_json_help"),
    }
    .into_owned()
}

/// The control for a value. `name` is its accessible name, `hint` what an empty one shows in grey.
pub fn value_ui(
    ui: &mut Ui,
    lang: Lang,
    id: Id,
    kind: ValueKind,
    value: &mut String,
    name: &str,
    hint: &str,
) -> Response {
    let value_is_empty = value.is_empty();
    match kind {
        ValueKind::Boolean => boolean_ui(ui, lang, id, value, name),
        ValueKind::Text | ValueKind::Number => {
            let bytes = bytes_text(ui, value);
            let field = TextEdit::singleline(value).id(id).hint_text(hint).desired_width(f32::INFINITY);
            let field = if value_is_empty { field } else { field.suffix(bytes) };
            ui.add(field).accessible_name(name)
        }
        ValueKind::Markdown | ValueKind::Json => {
            let response = block_ui(ui, id, kind, value, name, hint);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                Meter::bytes(value, VALUE_BYTES).show(ui, lang);
            });
            response
        }
    }
}

/// How many bytes a value has, in amber above the limit of the newer call.
fn bytes_text(ui: &Ui, value: &str) -> RichText {
    let t = tokens(ui.style());
    let bytes = value.len() as u64;
    let ink = if bytes > VALUE_BYTES { t.warning } else { t.faint };
    RichText::new(format!("{} B", grouped(bytes))).size(size::SMALL).color(ink)
}

fn block_ui(ui: &mut Ui, id: Id, kind: ValueKind, value: &mut String, name: &str, hint: &str) -> Response {
    let lines = value.lines().count().max(1);
    let shown = lines.clamp(2, LINES);
    let edit = |ui: &mut Ui, value: &mut String| {
        let field = TextEdit::multiline(value).id(id).hint_text(hint).desired_width(f32::INFINITY).desired_rows(shown);
        if kind == ValueKind::Markdown {
            return ui.add(field).accessible_name(name);
        }
        let font = TextStyle::Monospace.resolve(ui.style());
        let row_height = ui.fonts_mut(|fonts| fonts.row_height(&font)) + 2.0;
        let look = Look { font: font.clone(), row_height, tokens: tokens(ui.style()) };
        let mut layouter = |ui: &Ui, text: &dyn TextBuffer, wrap_width: f32| {
            let job = highlight::block(text.as_str(), &look, wrap_width);
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let field = field.font(FontSelection::FontId(font)).layouter(&mut layouter);
        ui.add(field).accessible_name(name)
    };
    if lines > LINES {
        ScrollArea::vertical().id_salt(id).max_height(240.0).show(ui, |ui| edit(ui, value)).inner
    } else {
        edit(ui, value)
    }
}

fn boolean_ui(ui: &mut Ui, lang: Lang, id: Id, value: &mut String, name: &str) -> Response {
    ui.horizontal(|ui| {
        let mut on = value.trim() == "true";
        let known = on || value.trim() == "false";
        let mut response = switch_ui(ui, id, &mut on, name);
        if response.clicked() {
            if on { "true" } else { "false" }.clone_into(value);
            response.mark_changed();
        }
        if known {
            ui.label(value.trim());
        } else if value.is_empty() {
            ui.label(theme::help(ui.style(), tr!(lang, "card.boolean_unset")));
        } else {
            let t = tokens(ui.style());
            ui.add(egui::Label::new(RichText::new(value.as_str()).color(t.error)).truncate());
        }
        response
    })
    .inner
}

/// A switch.
pub fn switch_ui(ui: &mut Ui, id: Id, on: &mut bool, name: &str) -> Response {
    let t = tokens(ui.style());
    let (_, space) = ui.allocate_space(vec2(40.0, size::CONTROL));
    let mut response = ui.interact(space, id, Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(egui::Role::Switch, true, *on, name));
    let track = egui::Rect::from_center_size(space.center(), vec2(36.0, 20.0));
    let radius = CornerRadius::same(10);
    let fill = match (*on, response.hovered()) {
        (true, false) => t.primary,
        (true, true) => t.primary_hover,
        (false, false) => t.outline,
        (false, true) => t.outline_hover,
    };
    ui.painter().rect_filled(track, radius, fill);
    let knob = if *on { track.right() - 10.0 } else { track.left() + 10.0 };
    ui.painter().circle_filled(pos2(knob, track.center().y), 7.0, t.on_primary);
    if response.has_focus() {
        let ring = track.expand(3.0);
        let stroke = Stroke::new(2.0, t.accent);
        ui.painter().rect_stroke(ring, CornerRadius::same(13), stroke, StrokeKind::Inside);
    }
    response
}

/// Whether Alt and an arrow were pressed: `-1` up, `1` down. The keys are taken.
pub fn alt_arrow(ui: &Ui) -> Option<isize> {
    ui.input_mut(|input| {
        if input.consume_key(Modifiers::ALT, Key::ArrowUp) {
            Some(-1)
        } else if input.consume_key(Modifiers::ALT, Key::ArrowDown) {
            Some(1)
        } else {
            None
        }
    })
}
