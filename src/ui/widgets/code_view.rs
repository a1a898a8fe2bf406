//! A text that is only read: masked requests and answers, in code letters, wrapped, of any length (only the lines on screen
//! are drawn).

use egui::{CornerRadius, Frame, Label, Margin, RichText, ScrollArea, Stroke, TextStyle, TextWrapMode, Ui};

use crate::ui::theme::{size, tokens};

/// Where the lines of a text end at a width, kept between frames.
#[derive(Clone)]
struct Wrapped {
    key: (usize, u64, u32),
    /// Ends of lines as byte places.
    ends: std::sync::Arc<Vec<(usize, usize)>>,
}

/// Shows a text, at most so many points high. `salt` tells several in one place apart.
pub fn code_view(ui: &mut Ui, salt: &str, text: &str, max_height: f32) {
    let t = tokens(ui.style());
    Frame::new()
        .fill(t.code)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(CornerRadius::same(size::RADIUS))
        .inner_margin(Margin::same(8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let font = TextStyle::Monospace.resolve(ui.style());
            let narrow = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0')).max(1.0);
            let columns = whole((ui.available_width() - 12.0) / narrow).max(8);
            let wide = whole((font.size / narrow).ceil()).max(1);
            let lines = wrapped(ui, salt, text, columns, wide);
            let height = ui.text_style_height(&TextStyle::Monospace);
            ui.spacing_mut().item_spacing.y = 0.0;
            ScrollArea::vertical().id_salt(("code", salt)).max_height(max_height).auto_shrink([false, true]).show_rows(
                ui,
                height,
                lines.len(),
                |ui, rows| {
                    ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
                    for (start, end) in &lines[rows] {
                        let line = text.get(*start..*end).unwrap_or_default();
                        ui.add(Label::new(RichText::new(line).monospace()).selectable(true));
                    }
                },
            );
        });
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width in columns, clamped")]
fn whole(number: f32) -> u32 {
    number.clamp(0.0, 10_000.0) as u32
}

fn wrapped(ui: &Ui, salt: &str, text: &str, columns: u32, wide: u32) -> std::sync::Arc<Vec<(usize, usize)>> {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let id = ui.scope_id().with(("wrapped", salt));
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let key = (text.len(), hasher.finish(), columns);
    if let Some(known) = ui.data(|data| data.get_temp::<Wrapped>(id)).filter(|known| known.key == key) {
        return known.ends;
    }
    let ends = std::sync::Arc::new(wrap(text, columns, wide));
    ui.data_mut(|data| data.insert_temp(id, Wrapped { key, ends: std::sync::Arc::clone(&ends) }));
    ends
}

/// Byte places of the lines of a text at a width in columns; a character beyond Latin takes `wide` columns.
fn wrap(text: &str, columns: u32, wide: u32) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        let mut start = at;
        let mut used = 0;
        for (place, character) in line.char_indices() {
            let width = if (character as u32) < 0x2E80 { 1 } else { wide };
            if used + width > columns {
                lines.push((start, at + place));
                start = at + place;
                used = 0;
            }
            used += width;
        }
        lines.push((start, at + line.trim_end_matches('\r').len().max(start - at)));
        at += line.len() + 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_stands_on_exactly_one_line() {
        let text = "POST https://api.dingtalk.com\r\n\r\n{\"标题\":\"蚂蚁分工蚂蚁分工\"}\n";
        let lines = wrap(text, 10, 2);
        let joined: String = lines.iter().map(|(start, end)| &text[*start..*end]).collect();
        assert_eq!(joined, text.replace(['\r', '\n'], ""));
        let columns = |line: &str| line.chars().map(|c| if (c as u32) < 0x2E80 { 1 } else { 2 }).sum::<u32>();
        assert!(lines.iter().all(|(start, end)| columns(&text[*start..*end]) <= 10));
        assert_eq!(wrap("", 10, 2), [(0, 0)]);
    }
}
