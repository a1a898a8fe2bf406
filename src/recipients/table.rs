//! A table of texts, compact enough for a million rows, with the line of each row and what is odd about it.

use std::collections::BTreeMap;

use super::{ListError, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT};

/// What is odd about a row, found while reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Odd {
    /// Its bytes are not in the encoding of the rest.
    OtherEncoding,
    /// A quote opens in it and never closes.
    OpenQuote,
    /// The cell (from 0) holds a number with more digits than the program that saved it keeps.
    DigitsLost(u16),
}

/// What stands in a workbook's cell whose formula has no result in the file, so that its row is not taken for an empty one.
pub(super) const NO_RESULT: &str = "=";

/// A block of merged cells: only its first cell has the value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Merged {
    /// Line of its first row, from 1.
    pub first_line: u32,
    /// Line of its last row, from 1.
    pub last_line: u32,
    /// Its first column, from 0.
    pub first_column: u32,
    /// Its last column, from 0.
    pub last_column: u32,
}

/// A table. Rows without any text are left out, but counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    text: String,
    /// End of each cell in `text`.
    ends: Vec<u32>,
    /// End of each row in `ends`.
    rows: Vec<u32>,
    /// Line of each row, from 1.
    lines: Vec<u32>,
    odd: BTreeMap<u32, Vec<Odd>>,
    merged: Vec<Merged>,
    empty_rows: usize,
    width: usize,
    /// Whether rows end where their cells end (text), so that a short one is a sign of trouble.
    pub(super) ragged_is_bad: bool,
    /// The texts of a line that is not to be trusted, as they stood.
    raw: BTreeMap<u32, String>,
}

/// A row of a [`Table`].
#[derive(Clone, Copy, Debug)]
pub struct TableRow<'a> {
    table: &'a Table,
    at: usize,
}

impl<'a> TableRow<'a> {
    /// Its line in the file, from 1.
    pub fn line(self) -> u32 {
        self.table.lines.get(self.at).copied().unwrap_or_default()
    }

    fn range(self) -> (usize, usize) {
        let start = self.at.checked_sub(1).and_then(|before| self.table.rows.get(before)).copied().unwrap_or(0);
        let end = self.table.rows.get(self.at).copied().unwrap_or(start);
        (start as usize, end as usize)
    }

    /// How many cells it has.
    pub fn len(self) -> usize {
        let (start, end) = self.range();
        end - start
    }

    /// Whether it has no cell.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// A cell's text; empty where there is none.
    pub fn get(self, column: usize) -> &'a str {
        let (start, end) = self.range();
        let at = start + column;
        if at >= end {
            return "";
        }
        let from = at.checked_sub(1).and_then(|before| self.table.ends.get(before)).copied().unwrap_or(0);
        let to = self.table.ends.get(at).copied().unwrap_or(from);
        self.table.text.get(from as usize..to as usize).unwrap_or_default()
    }

    /// Its cells.
    pub fn cells(self) -> impl ExactSizeIterator<Item = &'a str> {
        (0..self.len()).map(move |column| self.get(column))
    }
}

impl Table {
    /// How many rows it has, the header row included.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The most cells that a row has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows without any text, left out.
    pub fn empty_rows(&self) -> usize {
        self.empty_rows
    }

    /// Blocks of merged cells.
    pub fn merged(&self) -> &[Merged] {
        &self.merged
    }

    /// A row by its place from 0.
    pub fn row(&self, at: usize) -> Option<TableRow<'_>> {
        (at < self.len()).then_some(TableRow { table: self, at })
    }

    /// A row by its line in the file, from 1.
    pub fn row_of_line(&self, line: u32) -> Option<TableRow<'_>> {
        self.lines.binary_search(&line).ok().and_then(|at| self.row(at))
    }

    /// All rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = TableRow<'_>> {
        (0..self.len()).map(|at| TableRow { table: self, at })
    }

    /// What is odd about the row of a line.
    pub fn odd(&self, line: u32) -> &[Odd] {
        self.odd.get(&line).map_or(&[], Vec::as_slice)
    }

    /// A line as it stood, where its cells are not to be trusted.
    pub fn raw(&self, line: u32) -> Option<&str> {
        self.raw.get(&line).map(String::as_str)
    }

    /// The block of merged cells that covers a cell without being its first cell.
    pub fn covering(&self, line: u32, column: usize) -> Option<Merged> {
        let column = u32::try_from(column).unwrap_or(u32::MAX);
        let covers = |one: &&Merged| {
            (one.first_line..=one.last_line).contains(&line)
                && (one.first_column..=one.last_column).contains(&column)
                && (line, column) != (one.first_line, one.first_column)
        };
        self.merged.iter().find(covers).copied()
    }

    /// Bytes held, for the figures.
    pub fn bytes(&self) -> usize {
        self.text.capacity() + (self.ends.capacity() + self.rows.capacity() + self.lines.capacity()) * size_of::<u32>()
    }

    /// Appends a row; one without any text is only counted. Lines must grow.
    pub(super) fn push<'c>(&mut self, line: u32, cells: impl IntoIterator<Item = &'c str>) -> Result<bool, ListError> {
        let (text_before, cells_before) = (self.text.len(), self.ends.len());
        let (mut any, mut filled, mut count) = (false, cells_before, 0_usize);
        for cell in cells {
            count += 1;
            let cell = cell.trim();
            if self.text.len() + cell.len() > MAX_TEXT {
                return Err(ListError::UnpacksTooLarge);
            }
            if self.ends.len() >= MAX_CELLS {
                return Err(ListError::TooManyCells);
            }
            self.text.push_str(cell);
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
            if !cell.is_empty() {
                any = true;
                filled = self.ends.len();
                if count > MAX_COLUMNS {
                    return Err(ListError::TooManyColumns { line });
                }
            }
        }
        if !any {
            self.text.truncate(text_before);
            self.ends.truncate(cells_before);
            self.empty_rows += 1;
            return Ok(false);
        }
        if self.rows.len() >= MAX_ROWS {
            return Err(ListError::TooManyRows);
        }
        // Cells without text beyond the last column anyone may use are not kept.
        self.ends.truncate(filled.max(self.ends.len().min(cells_before + MAX_COLUMNS)));
        self.width = self.width.max(self.ends.len() - cells_before);
        self.rows.push(u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
        self.lines.push(line);
        Ok(true)
    }

    pub(super) fn count_empty(&mut self) {
        self.empty_rows += 1;
    }

    pub(super) fn mark(&mut self, line: u32, odd: Odd) {
        self.odd.entry(line).or_default().push(odd);
    }

    pub(super) fn keep_raw(&mut self, line: u32, raw: &str) {
        self.raw.insert(line, raw.to_owned());
    }

    pub(super) fn merge(&mut self, merged: Merged) {
        /// More are not reported: a sheet with more is a drawing, not a list.
        const MOST: usize = 4096;
        if self.merged.len() < MOST {
            self.merged.push(merged);
        }
    }

    pub(super) fn finish(mut self) -> Result<Self, ListError> {
        if self.rows.is_empty() {
            return Err(ListError::Empty);
        }
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.lines.shrink_to_fit();
        Ok(self)
    }
}
