//! Lists of recipients: bytes or pasted cells become a table, a table becomes people with values, and whatever could not
//! be used keeps its line, its reason and its text.
//!
//! Pure: bytes in, no network, no clock, no screen. Memory is bounded by the limits below, whatever the bytes are.
//!
//! * [`read`]: which format it is, in which encoding, with which separator; a [`Table`].
//! * [`mapping`]: header row, which column tells the person, which is a variable.
//! * [`people`]: a table under a mapping becomes an [`Import`]. [`lookup`]: who a name, number or mobile is.
//! * [`saved`]: the bad rows as a file. [`group`]: saved groups of people and how they are combined.

mod cfb;
mod delimited;
mod encoding;
mod error;
pub mod group;
mod guess;
pub mod lookup;
pub mod mapping;
mod ods;
pub mod people;
pub mod read;
pub mod saved;
mod table;
#[cfg(test)]
mod tests;
mod workbook;

pub use delimited::Separator;
pub use encoding::Encoding;
pub use error::ListError;
pub use lookup::{Candidate, DirectoryLookup, Lookup, MobileAnswer, NoLookup};
pub use mapping::{ColumnUse, Keep, Key, Mapping};
pub use people::{Ambiguous, BadRow, Doubt, Duplicate, Edits, Import, Reason, Recipient};
pub use read::{Format, ReadOptions, Reading, Source, read, take_bytes};
pub use table::{Table, TableRow};

use std::ops::ControlFlow;

/// Largest file or paste, in bytes. 100,000 rows of ten columns are about 10 MB.
pub const MAX_BYTES: u64 = 64 << 20;
/// Most that a workbook's parts may unpack to, in bytes.
pub const MAX_UNPACKED: u64 = 256 << 20;
/// Most that a workbook's shared texts may unpack to, in bytes.
pub const MAX_SHARED: u64 = 64 << 20;
/// Most text a table may hold, in bytes (one shared text may stand in many cells).
pub const MAX_TEXT: usize = 192 << 20;
/// Most rows of a table: what a worksheet holds.
pub const MAX_ROWS: usize = 1_048_576;
/// Most columns of a table.
pub const MAX_COLUMNS: usize = 256;
/// Most cells of a table.
pub const MAX_CELLS: usize = 12_000_000;

/// How far some work is: `done` of `total`, in units of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Units done.
    pub done: u64,
    /// Units in all; 0 while nobody knows.
    pub total: u64,
}

/// Is told how far the work is, a few hundred times in all; `Break` stops it ([`ListError::Cancelled`]).
pub type Tick<'a> = &'a dyn Fn(Progress) -> ControlFlow<()>;

/// For who needs neither progress nor cancel.
pub fn no_tick(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// How many units lie between two ticks.
const TICK_EVERY: u64 = 1 << 10;

fn tick(tick: Tick<'_>, done: u64, total: u64) -> Result<(), ListError> {
    if done.is_multiple_of(TICK_EVERY) && tick(Progress { done, total }).is_break() {
        return Err(ListError::Cancelled);
    }
    Ok(())
}

/// A list for the command line: columns are matched by the header row; `userid` (or one of its known other names) is the
/// person, every other column with a header is a variable of that name, a name column also names the person. Of a
/// workbook's sheets the first one with such a header counts: a cover may stand before it. With it, how it was read.
///
/// # Errors
/// [`ListError`]: the file cannot be read, or it has no `userid` column. Bad rows and duplicates are in the [`Import`].
pub fn read_for_cli(bytes: &[u8], file_name: &str) -> Result<(Import, Source), ListError> {
    /// Sheets looked at: each is read whole.
    const MOST_SHEETS: usize = 16;
    let first = read(bytes, file_name, &ReadOptions::default(), &no_tick)?;
    let people = |reading: Reading, mapping: &Mapping| {
        let import = people::evaluate(&reading.table, mapping, &Edits::default(), &NoLookup, &no_tick)?;
        Ok((import, reading.source))
    };
    let error = match Mapping::of_command_line(&first.table) {
        Ok(mapping) => return people(first, &mapping),
        Err(error) => error,
    };
    let Source::Workbook { sheets, sheet, .. } = first.source else { return Err(error) };
    for other in (0..sheets.len().min(MOST_SHEETS)).filter(|other| *other != sheet) {
        let options = ReadOptions { sheet: Some(other), ..ReadOptions::default() };
        if let Ok(reading) = read(bytes, file_name, &options, &no_tick)
            && let Ok(mapping) = Mapping::of_command_line(&reading.table)
        {
            return people(reading, &mapping);
        }
    }
    Err(error)
}
