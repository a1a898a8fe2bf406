//! An editor for JSON that stays fluid with megabytes: it draws and lays out only the rows on screen, where egui's own
//! text field lays out and copies the whole text at every key. Line numbers, colours, marks, undo, input methods.
//!
//! Knows JSON's colours and nothing of drafts.

mod buffer;
pub mod highlight;
mod input;
mod rows;

use std::{ops::Range, sync::Arc};

use egui::{
    Align2, Color32, CornerRadius, Frame, Galley, Id, Margin, Pos2, Rect, Response, ScrollArea, Sense, Stroke,
    TextStyle, Ui, WidgetInfo, accesskit, pos2,
    text::{CCursor, CharIndex},
    vec2,
};

use self::{
    buffer::{Buffer, Selection},
    highlight::Look,
    input::Wish,
    rows::Rows,
};
use crate::ui::{
    theme::{size, tokens},
    widgets::{Level, describe},
};

/// The longest text whose whole content is handed to screen readers; of a longer one they get the visible rows.
const SPOKEN_BYTES: usize = 64 << 10;

/// A line that is marked: its number, its row's background and, where known, the place in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The byte where something is wrong or worth knowing.
    pub at: usize,
    /// How bad it is.
    pub level: Level,
    /// What a screen reader says about it.
    pub text: String,
}

/// What happened to an editor in this pass.
pub struct Shown {
    /// The editor.
    pub response: Response,
    /// Whether the text changed and no input method is in the middle of a word.
    pub changed: bool,
    /// Undo was pressed with nothing of its own to take back.
    pub undo: bool,
    /// Redo was pressed with nothing of its own to do again.
    pub redo: bool,
}

/// The editor of one text.
#[derive(Default)]
pub struct CodeEditor {
    buffer: Buffer,
    rows: Rows,
    /// Where the caret wants to be in rows that are long enough, in points.
    goal: Option<f32>,
    /// When the caret last moved: it does not blink while it does.
    touched_secs: f64,
    reveal: Option<Reveal>,
    /// What an input method has written and not yet committed.
    composing: Option<Range<usize>>,
    /// What was selected when that began: the word takes its place only when it is committed.
    covered: String,
    /// A change during a composition, reported when it ends.
    unreported: bool,
}

/// What the view scrolls to when it is drawn next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reveal {
    /// As little as needed.
    Nearest,
    /// To the middle.
    Centre,
}

impl CodeEditor {
    /// The text.
    pub fn text(&self) -> &str {
        self.buffer.text()
    }

    /// Shows another text; what was typed here cannot be taken back any more.
    pub fn set_text(&mut self, text: &str) {
        self.composing = None;
        self.covered.clear();
        self.unreported = false;
        self.buffer.set_text(text);
    }

    /// Shows another text in place of a part, of which only what differs is touched; what was typed here cannot be taken
    /// back any more. `part` stands in the text now.
    pub fn set_part(&mut self, part: Range<usize>, text: &str) {
        self.composing = None;
        self.covered.clear();
        self.unreported = false;
        let old = self.buffer.text().get(part.clone()).unwrap_or_default();
        let (same_before, same_behind) = same_ends(old, text);
        let range = part.start + same_before..part.start + old.len() - same_behind;
        if !range.is_empty() || same_before + same_behind < text.len() {
            self.buffer.set_part(range, &text[same_before..text.len() - same_behind]);
        }
    }

    /// Counts changes of the text.
    pub fn version(&self) -> u64 {
        self.buffer.version()
    }

    /// How many lines the text has, as of the last time it was drawn.
    pub fn lines(&self) -> usize {
        self.rows.lines().max(1)
    }

    /// Where the caret is.
    pub fn caret(&self) -> usize {
        self.buffer.selection().head
    }

    /// Puts the caret at a byte and scrolls there.
    pub fn go_to(&mut self, at: usize) {
        self.buffer.move_to(at, false);
        self.reveal = Some(Reveal::Centre);
        self.goal = None;
    }

    /// Selects bytes and scrolls there.
    pub fn select(&mut self, range: Range<usize>) {
        self.buffer.select(Selection { anchor: range.start, head: range.end });
        self.reveal = Some(Reveal::Centre);
        self.goal = None;
    }

    /// The id of the editor in a ui.
    pub fn id(ui: &Ui, name: &str) -> Id {
        ui.make_persistent_id(("code", name))
    }

    /// Shows it in all the space there is. `name` is its accessible name.
    pub fn show(&mut self, ui: &mut Ui, name: &str, marks: &[Mark]) -> Shown {
        let t = tokens(ui.style());
        let id = Self::id(ui, name);
        let focused = ui.memory(|memory| memory.has_focus(id));
        let stroke = if focused { Stroke::new(2.0, t.accent) } else { Stroke::new(1.0, t.outline) };
        let margin = Margin::same(if focused { 1 } else { 2 });
        Frame::new()
            .fill(t.code)
            .stroke(stroke)
            .corner_radius(CornerRadius::same(size::RADIUS))
            .inner_margin(margin)
            .show(ui, |ui| {
                ui.set_min_size(ui.available_size());
                ScrollArea::vertical()
                    .id_salt(("code scroll", name))
                    .auto_shrink(false)
                    .show_viewport(ui, |ui, viewport| self.content_ui(ui, id, name, marks, viewport))
                    .inner
            })
            .inner
    }

    fn content_ui(&mut self, ui: &mut Ui, id: Id, name: &str, marks: &[Mark], viewport: Rect) -> Shown {
        let t = tokens(ui.style());
        let font = TextStyle::Monospace.resolve(ui.style());
        let (cell, font_height) = ui.fonts_mut(|fonts| (fonts.glyph_width(&font, '0'), fonts.row_height(&font)));
        let look = Look { font, row_height: font_height.ceil() + 3.0, tokens: t };
        let digits = self.lines().max(100).ilog10() + 1;
        let gutter = cell * digits as f32 + size::L;
        let width = ui.available_width();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of letters that fit a window"
        )]
        let cells = ((width - gutter - size::M) / cell).max(1.0) as usize;
        self.find_rows(cells);

        let origin = ui.max_rect().left_top() + vec2(0.0, size::XS);
        let mut frame = View { origin, gutter, width, look, page: viewport.height() };
        let visible = ui.clip_rect().intersect(Rect::from_min_size(
            ui.max_rect().left_top(),
            vec2(width, (frame.height(self.rows.len())).max(viewport.height())),
        ));
        let response = ui.interact(visible, id, Sense::click_and_drag());

        let before = (self.buffer.version(), self.buffer.selection());
        let wishes = self.keyboard(ui, id, &response, &frame);
        self.pointer(ui, id, &response, &frame);
        if before.0 != self.buffer.version() {
            self.find_rows(cells);
        }
        let moved = before != (self.buffer.version(), self.buffer.selection());
        if moved {
            self.touched_secs = ui.input(|input| input.time);
            self.reveal.get_or_insert(Reveal::Nearest);
        }
        ui.set_height(frame.height(self.rows.len()));

        let focused = response.has_focus();
        frame.page = viewport.height();
        if ui.is_rect_visible(visible) {
            self.paint(ui, &frame, marks, viewport, focused);
        }
        if let Some(reveal) = self.reveal.take() {
            let caret = self.caret_rect(ui, &frame).expand2(vec2(0.0, frame.look.row_height));
            ui.scroll_to_rect(caret, (reveal == Reveal::Centre).then_some(egui::Align::Center));
        }
        if focused {
            self.input_method_place(ui, &frame, visible);
        }
        self.speak(&response, name, marks, viewport, &frame);

        let text_changed = before.0 != self.buffer.version();
        self.unreported |= text_changed;
        let changed = self.unreported && self.composing.is_none();
        if changed {
            self.unreported = false;
        }
        let mut response = response;
        if changed {
            response.mark_changed();
        }
        Shown { response, changed, undo: wishes.contains(&Wish::Undo), redo: wishes.contains(&Wish::Redo) }
    }

    fn find_rows(&mut self, cells: usize) {
        let dirty = self.buffer.take_dirty();
        self.rows.update(self.buffer.text(), self.buffer.version(), cells, dirty.as_ref());
    }

    /// The text of a row, laid out. egui keeps it from frame to frame.
    fn galley(&self, ui: &Ui, frame: &View, row: usize) -> Arc<Galley> {
        let range = self.rows.range(row);
        let text = self.buffer.text();
        let job = highlight::row(&text[range.clone()], &text[range.end..], self.rows.row(row).in_string, &frame.look);
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    }

    /// Where a byte is drawn, in points from the beginning of its row.
    fn x_of(&self, ui: &Ui, frame: &View, row: usize, at: usize) -> f32 {
        let range = self.rows.range(row);
        let chars = self.buffer.text()[range.start..at.clamp(range.start, range.end)].chars().count();
        self.galley(ui, frame, row).pos_from_cursor(CCursor::new(CharIndex(chars))).left()
    }

    /// The byte drawn at a place of a row.
    fn at_x(&self, ui: &Ui, frame: &View, row: usize, x: f32) -> usize {
        let galley = self.galley(ui, frame, row);
        let cursor = galley.cursor_from_pos(vec2(x, frame.look.row_height / 2.0));
        let range = self.rows.range(row);
        let text = &self.buffer.text()[range.clone()];
        range.start + text.char_indices().nth(cursor.index.0).map_or(text.len(), |(at, _)| at)
    }

    /// The byte at a place of the screen.
    fn at_pos(&self, ui: &Ui, frame: &View, pos: Pos2) -> usize {
        let row = frame.row_at(pos.y).min(self.rows.len() - 1);
        self.at_x(ui, frame, row, pos.x - frame.text_left())
    }

    fn caret_rect(&self, ui: &Ui, frame: &View) -> Rect {
        let head = self.buffer.selection().head;
        let row = self.rows.of(head);
        let x = frame.text_left() + self.x_of(ui, frame, row, head);
        Rect::from_min_size(pos2(x, frame.top(row)), vec2(1.0, frame.look.row_height))
    }

    fn paint(&self, ui: &Ui, frame: &View, marks: &[Mark], viewport: Rect, focused: bool) {
        let t = frame.look.tokens;
        let height = frame.look.row_height;
        let first = frame.row_at(frame.origin.y + viewport.top());
        let last = frame.row_at(frame.origin.y + viewport.bottom()).min(self.rows.len() - 1);
        let selected = self.buffer.selection().range();
        let caret_line = self.rows.row(self.rows.of(self.buffer.selection().head)).line;
        let marked: Vec<(usize, &Mark)> =
            marks.iter().map(|mark| (self.rows.row(self.rows.of(mark.at)).line, mark)).collect();
        for index in first..=last {
            let row = self.rows.row(index);
            let range = self.rows.range(index);
            let top = frame.top(index);
            let mark = marked.iter().find(|(line, _)| *line == row.line).map(|(_, mark)| *mark);
            if let Some(mark) = mark {
                let (_, soft, _) = mark.level.look(ui);
                let stripe = Rect::from_min_size(pos2(frame.origin.x, top), vec2(frame.width, height));
                ui.painter().rect_filled(stripe, CornerRadius::ZERO, soft);
            }
            let galley = self.galley(ui, frame, index);
            let x_of = |at: usize| {
                let chars = self.buffer.text()[range.start..at].chars().count();
                frame.text_left() + galley.pos_from_cursor(CCursor::new(CharIndex(chars))).left()
            };
            let behind_row = self.rows.range(index).end + usize::from(!self.rows.row(index + 1).continued);
            if !selected.is_empty() && selected.start < behind_row && selected.end > range.start {
                let left = x_of(selected.start.clamp(range.start, range.end));
                let right = x_of(selected.end.clamp(range.start, range.end));
                // A selected line break is shown as half a letter.
                let right = if selected.end > range.end { right + height / 3.0 } else { right };
                let rect = Rect::from_min_max(pos2(left, top), pos2(right, top + height));
                ui.painter().rect_filled(rect, CornerRadius::ZERO, if focused { t.accent_soft } else { t.pressed });
            }
            if !row.continued {
                let ink = match mark {
                    Some(mark) => mark.level.look(ui).0,
                    None if row.line == caret_line && focused => t.text,
                    None => t.faint,
                };
                let place = pos2(frame.origin.x + frame.gutter - size::S, top + height / 2.0);
                let number = (row.line + 1).to_string();
                ui.painter().text(place, Align2::RIGHT_CENTER, number, frame.look.font.clone(), ink);
            }
            if let Some(mark) = mark
                && range.contains(&mark.at)
                    | (mark.at == range.end && mark.at >= range.start && !self.rows.row(index + 1).continued)
            {
                Self::underline(ui, frame, &galley, x_of(mark.at), top, mark.level.look(ui).0);
            }
            if let Some(composing) = &self.composing
                && composing.start < range.end
                && composing.end > range.start
            {
                let left = x_of(composing.start.clamp(range.start, range.end));
                let right = x_of(composing.end.clamp(range.start, range.end));
                ui.painter().hline(left..=right, top + height - 1.0, Stroke::new(1.0, t.accent));
            }
            ui.painter().galley(pos2(frame.text_left(), top), galley, t.text);
        }
        if focused && ui.input(|input| input.focused) {
            let still_secs = ui.input(|input| input.time) - self.touched_secs;
            let caret = self.caret_rect(ui, frame);
            egui::text_selection::visuals::paint_text_cursor(ui, ui.painter(), caret, still_secs);
        }
    }

    /// A wave under the place of a mark.
    fn underline(ui: &Ui, frame: &View, galley: &Galley, left: f32, top: f32, ink: Color32) {
        let right = (left + 3.0 * size::S).min(frame.text_left() + galley.size().x).max(left + size::S);
        let base = top + frame.look.row_height - 2.0;
        let mut points = Vec::new();
        let mut x = left;
        while x <= right {
            points.push(pos2(x, base - if points.len() % 2 == 0 { 0.0 } else { 2.5 }));
            x += 2.5;
        }
        ui.painter().line(points, Stroke::new(1.2, ink));
    }

    /// Tells the system where to show the list of an input method.
    fn input_method_place(&self, ui: &Ui, frame: &View, visible: Rect) {
        let to_global = ui.ctx().layer_transform_to_global(ui.layer_id()).unwrap_or_default();
        let caret = self.caret_rect(ui, frame);
        ui.output_mut(|output| {
            output.ime = Some(egui::output::IMEOutput {
                purpose: egui::IMEPurpose::Normal,
                rect: to_global * visible,
                cursor_rect: to_global * caret,
                should_interrupt_composition: false,
            });
        });
    }

    /// What screen readers (and tests) get.
    fn speak(&self, response: &Response, name: &str, marks: &[Mark], viewport: Rect, frame: &View) {
        response.widget_info(|| {
            let text = self.buffer.text();
            let spoken = if text.len() <= SPOKEN_BYTES {
                text
            } else {
                let first = frame.row_at(frame.origin.y + viewport.top());
                let last = frame.row_at(frame.origin.y + viewport.bottom()).min(self.rows.len() - 1);
                &text[self.rows.range(first).start..self.rows.range(last).end]
            };
            let mut info = WidgetInfo::labeled(egui::Role::MultilineTextInput, true, name);
            info.current_text_value = Some(spoken.to_owned());
            info
        });
        response.ctx.accesskit_node_builder(response.id, |node| {
            node.set_role(accesskit::Role::MultilineTextInput);
            node.add_action(accesskit::Action::SetValue);
            node.add_action(accesskit::Action::Focus);
        });
        if let Some(mark) = marks.iter().find(|mark| mark.level == Level::Error) {
            describe(response, mark.text.clone());
        }
    }
}

/// How many bytes two texts have in common at their beginnings and, of the rest, at their ends; whole characters.
fn same_ends(a: &str, b: &str) -> (usize, usize) {
    /// Compared at once: thousands of people stand before the place that changed.
    const BLOCK: usize = 256;
    let (x, y) = (a.as_bytes(), b.as_bytes());
    let blocks = x.chunks_exact(BLOCK).zip(y.chunks_exact(BLOCK)).take_while(|(x, y)| x == y).count() * BLOCK;
    let mut before = blocks + x[blocks..].iter().zip(&y[blocks..]).take_while(|(x, y)| x == y).count();
    while !(a.is_char_boundary(before) && b.is_char_boundary(before)) {
        before -= 1;
    }
    let (x, y) = (&x[before..], &y[before..]);
    let blocks = x.rchunks_exact(BLOCK).zip(y.rchunks_exact(BLOCK)).take_while(|(x, y)| x == y).count() * BLOCK;
    let ends = x[..x.len() - blocks].iter().rev().zip(y[..y.len() - blocks].iter().rev());
    let mut behind = blocks + ends.take_while(|(x, y)| x == y).count();
    while !(a.is_char_boundary(a.len() - behind) && b.is_char_boundary(b.len() - behind)) {
        behind -= 1;
    }
    (before, behind)
}

/// Where things are drawn in this pass.
struct View {
    /// Left top of the first row.
    origin: Pos2,
    /// Width of the line numbers.
    gutter: f32,
    /// Width of everything.
    width: f32,
    look: Look,
    /// Height of what is visible.
    page: f32,
}

impl View {
    fn text_left(&self) -> f32 {
        self.origin.x + self.gutter
    }

    fn top(&self, row: usize) -> f32 {
        self.origin.y + row as f32 * self.look.row_height
    }

    fn height(&self, rows: usize) -> f32 {
        rows as f32 * self.look.row_height + 2.0 * size::XS
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows of a text in memory, from 0")]
    fn row_at(&self, y: f32) -> usize {
        ((y - self.origin.y) / self.look.row_height).max(0.0) as usize
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows that fit a window")]
    fn rows_per_page(&self) -> usize {
        (self.page / self.look.row_height - 1.0).max(1.0) as usize
    }
}

#[cfg(test)]
mod tests;
