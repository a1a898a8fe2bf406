//! Bad rows as a file that Excel opens, and that can be imported again once corrected.

use super::{BadRow, ListError, Mapping, Table, mapping::letters};
use crate::lang::{Lang, text};

/// Names of the two columns that a saved list has more, in both languages; they are no variables when it is read again.
const OWN: [&str; 4] = ["行号", "原因", "Line", "Reason"];

/// Whether a header is one of the columns that only a saved list has.
pub(super) fn is_own_column(header: &str) -> bool {
    OWN.contains(&header)
}

/// Rows as CSV in UTF-8 with a byte order mark: the list's columns, then line and reason.
///
/// # Errors
/// [`ListError::Io`] when writing into memory fails, which it does not.
pub fn bad_rows(table: &Table, mapping: &Mapping, rows: &[BadRow], lang: Lang) -> Result<Vec<u8>, ListError> {
    let fail = |error: csv::Error| ListError::Io(error.to_string());
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0).max(table.width());
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::from("\u{feff}".as_bytes()));
    let own = [text(lang, "list.saved.line", &[]), text(lang, "list.saved.reason", &[])];
    // A column without a header stays one, so that it is no variable when the file is read again.
    let header = mapping.header.and_then(|line| table.row_of_line(line));
    let titles = (0..width).map(|column| header.map_or_else(|| letters(column), |row| row.get(column).to_owned()));
    writer.write_record(titles.chain(own)).map_err(fail)?;
    for row in rows {
        let cells = (0..width).map(|column| row.cells.get(column).cloned().unwrap_or_default());
        writer.write_record(cells.chain([row.line.to_string(), row.reason.message(lang)])).map_err(fail)?;
    }
    writer.into_inner().map_err(|error| ListError::Io(error.to_string()))
}
