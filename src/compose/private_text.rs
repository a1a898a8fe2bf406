//! The text of `privateData` of a table that nothing is kept for: what [`super::card_write::private_tree`] gives, without a
//! tree of thousands of people, and without writing again what did not change since the last time.

use std::sync::{Arc, Weak};

use super::{
    card::{PrivateColumn, PrivateRow, PrivateTable},
    encode::{FULL_JSON, push_member, wire_text},
    tree::{line_break, quote},
    via::Encoding,
};

/// Rows that are written, and written again, together: a change of one costs writing so many.
const TOGETHER: usize = 32;

/// The text as it was written the last time, in blocks of [`TOGETHER`] rows. One for each level of indentation.
#[derive(Debug, Default)]
pub(super) struct PrivateText {
    /// What decides how a row is written.
    columns: Vec<PrivateColumn>,
    encoding: Option<Encoding>,
    level: Option<usize>,
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Block {
    rows: Vec<(String, Weak<Vec<Option<String>>>)>,
    text: String,
}

impl Block {
    fn fits(&self, rows: &[PrivateRow]) -> bool {
        self.rows.len() == rows.len()
            && self.rows.iter().zip(rows).all(|((id, cells), row)| row.cells.is(cells) && row.person.id == *id)
    }
}

impl PrivateText {
    /// The text, beginning in a line of this level where it is indented.
    pub(super) fn write(&mut self, table: &PrivateTable, encoding: Encoding, level: Option<usize>) -> Arc<str> {
        if self.encoding != Some(encoding) || self.level != level || self.columns != table.columns {
            self.blocks.clear();
            self.columns.clone_from(&table.columns);
            (self.encoding, self.level) = (Some(encoding), level);
        }
        let writer = RowWriter::new(&table.columns, encoding, level);
        for (number, rows) in table.rows.chunks(TOGETHER).enumerate() {
            let known = self.blocks.get_mut(number);
            if known.as_ref().is_some_and(|block| block.fits(rows)) {
                continue;
            }
            let mut text = String::with_capacity(known.as_ref().map_or(0, |block| block.text.len() + 64));
            writer.rows(rows, &mut text);
            let block =
                Block { rows: rows.iter().map(|row| (row.person.id.clone(), row.cells.mark())).collect(), text };
            match known {
                Some(known) => *known = block,
                None => self.blocks.push(block),
            }
        }
        self.blocks.truncate(table.rows.len().div_ceil(TOGETHER));
        let length: usize = self.blocks.iter().map(|block| block.text.len() + 1).sum();
        let mut out = String::with_capacity(length + 64);
        out.push('{');
        for (number, block) in self.blocks.iter().enumerate() {
            if number > 0 {
                out.push(',');
            }
            out.push_str(&block.text);
        }
        line_break(&mut out, level);
        out.push('}');
        out.into()
    }
}

/// Writes rows of one table.
struct RowWriter<'t> {
    columns: &'t [PrivateColumn],
    names: Vec<String>,
    full_name: String,
    encoding: Encoding,
    level: Option<usize>,
}

impl<'t> RowWriter<'t> {
    fn new(columns: &'t [PrivateColumn], encoding: Encoding, level: Option<usize>) -> Self {
        let quoted = |text: &str| {
            let mut out = String::with_capacity(text.len() + 2);
            quote(text, &mut out);
            out
        };
        let names = columns.iter().map(|column| quoted(&column.key)).collect();
        Self { columns, names, full_name: quoted(FULL_JSON), encoding, level }
    }

    fn line_break(&self, out: &mut String, more: usize) {
        line_break(out, self.level.map(|level| level + more));
    }

    /// The members of these rows, a comma between them, each in a line of its own where the text is indented.
    fn rows(&self, rows: &[PrivateRow], out: &mut String) {
        let colon = if self.level.is_some() { ": " } else { ":" };
        let mut full = String::new();
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            self.line_break(out, 1);
            quote(&row.person.id, out);
            out.push_str(colon);
            out.push('{');
            self.line_break(out, 2);
            out.push_str("\"cardParamMap\"");
            out.push_str(colon);
            out.push('{');
            let mut empty = true;
            let mut member = |out: &mut String, name: &str, value: &str| {
                if !empty {
                    out.push(',');
                }
                empty = false;
                self.line_break(out, 3);
                out.push_str(name);
                out.push_str(colon);
                quote(value, out);
            };
            full.clear();
            for ((column, name), cell) in self.columns.iter().zip(&self.names).zip(&row.cells) {
                let Some(cell) = cell else { continue };
                if self.encoding.in_full_json(column.kind) {
                    push_member(&mut full, &column.key, column.kind, cell);
                } else {
                    member(out, name, &wire_text(column.kind, cell));
                }
            }
            if !full.is_empty() {
                full.insert(0, '{');
                full.push('}');
                member(out, &self.full_name, &full);
            }
            if !empty {
                self.line_break(out, 2);
            }
            out.push('}');
            self.line_break(out, 1);
            out.push('}');
        }
    }
}
