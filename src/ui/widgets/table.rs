//! A table of which only the rows on screen are drawn.

use std::ops::Range;

use egui::{Align, Layout, Response, Sense, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use super::rows::headings;
use crate::ui::theme::size;

/// A table: its columns with their headings, and how many rows it has.
pub struct Table<'a, const COLUMNS: usize> {
    /// Tells it from others.
    pub salt: &'a str,
    /// Heading and width of each column.
    pub columns: [(String, Column); COLUMNS],
    /// How many rows.
    pub rows: usize,
    /// Whether a row is pressed as a whole.
    pub pressed: bool,
}

impl<const COLUMNS: usize> Table<'_, COLUMNS> {
    /// Draws it and gives the rows that were drawn: what has to be read for them.
    pub fn show(self, ui: &mut Ui, mut row: impl FnMut(&mut TableRow<'_, '_>)) -> Option<Range<usize>> {
        let Self { salt, columns, rows, pressed } = self;
        // The lines between columns stand in the middle of the gap.
        ui.spacing_mut().item_spacing.x = size::L;
        let mut builder = TableBuilder::new(ui)
            .id_salt(salt)
            .striped(true)
            .sense(if pressed { Sense::click() } else { Sense::hover() })
            .auto_shrink(false)
            .cell_layout(Layout::left_to_right(Align::Center));
        let mut texts = Vec::with_capacity(COLUMNS);
        for (text, column) in columns {
            builder = builder.column(column);
            texts.push(text);
        }
        let mut seen: Option<Range<usize>> = None;
        builder.header(size::ROW_HEADING, |mut header| headings(&mut header, texts)).body(|body| {
            body.rows(size::ROW, rows, |mut drawn| {
                let at = drawn.index();
                seen = Some(seen.take().map_or(at..at + 1, |seen| seen.start.min(at)..seen.end.max(at + 1)));
                row(&mut drawn);
            });
        });
        seen
    }
}

/// A row that is not read yet: it keeps its height.
pub fn empty_row(row: &mut TableRow<'_, '_>, columns: usize) {
    for _ in 0..columns {
        row.col(|_| {});
    }
}

/// Names a row that is pressed as a whole, for who does not see it.
pub fn name_row(response: &Response, name: &str) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
}
