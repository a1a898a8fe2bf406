//! Bytes become a table: by their first bytes, never by the name of the file alone.

use std::io::Read as _;

use super::{
    Encoding, ListError, MAX_BYTES, Separator, Table, Tick, cfb, delimited, encoding, ods, workbook, workbook::Kind,
};

/// What a person decided about reading; what is `None` is found out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReadOptions {
    /// Encoding of a text.
    pub encoding: Option<Encoding>,
    /// Separator of a text.
    pub separator: Option<Separator>,
    /// Sheet of a workbook, from 0.
    pub sheet: Option<usize>,
}

/// Formats of workbooks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Format {
    /// XLSX (also XLSM).
    Xlsx,
    /// XLS of Excel 97 to 2003.
    Xls,
    /// ODS of LibreOffice and others.
    Ods,
}

impl Format {
    /// Its name, the same in every language.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "XLSX",
            Self::Xls => "XLS",
            Self::Ods => "ODS",
        }
    }
}

/// How a table was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// From text.
    Text {
        /// Its encoding.
        encoding: Encoding,
        /// Whether a byte order mark says so.
        bom: bool,
        /// Whether the encoding is beyond doubt.
        certain: bool,
        /// What stands between cells.
        separator: Separator,
    },
    /// From a workbook.
    Workbook {
        /// Its format.
        format: Format,
        /// Its sheets, in order.
        sheets: Vec<String>,
        /// The one read, from 0.
        sheet: usize,
    },
}

/// A table with how it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The table.
    pub table: Table,
    /// How it was read.
    pub source: Source,
}

/// Files that people drop here by mistake, by their first bytes.
const OTHERS: [(&[u8], &str); 9] = [
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"SQLite format 3\0", "SQLite"),
    (b"{\\rtf", "RTF"),
];

/// Reads a list: CSV, TSV and other separated text, XLSX, XLS, ODS. Pasted cells are text without a file name.
///
/// `file_name` decides only between formats whose bytes are the same.
///
/// # Errors
/// [`ListError`] names what is wrong. Rows that are odd are in the table all the same.
pub fn read(bytes: &[u8], file_name: &str, options: &ReadOptions, tick: Tick<'_>) -> Result<Reading, ListError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ListError::TooLarge { bytes: Some(bytes.len() as u64) });
    }
    if bytes.is_empty() {
        return Err(ListError::Empty);
    }
    if let Some((_, kind)) = OTHERS.into_iter().find(|(first, _)| bytes.starts_with(first)) {
        return Err(ListError::OtherKind(kind));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return match workbook::kind_of_zip(bytes)? {
            Kind::Ods => ods::read(bytes, options.sheet, tick),
            Kind::Xlsx => workbook::read_xlsx(bytes, options.sheet, tick),
        };
    }
    if bytes.starts_with(&cfb::MAGIC) {
        return workbook::read_xls(bytes, options.sheet, tick);
    }
    let decoded = encoding::decode(bytes, options.encoding)?;
    let by_name = file_name.to_ascii_lowercase().ends_with(".tsv").then_some(Separator::Tab);
    let (table, separator) = delimited::read(&decoded, options.separator.or(by_name), tick)?;
    let source = Source::Text { encoding: decoded.encoding, bom: decoded.bom, certain: decoded.certain, separator };
    Ok(Reading { table, source })
}

/// Takes a file's bytes without ever holding more than [`MAX_BYTES`] of them; `told` is its size where the system tells it.
///
/// # Errors
/// [`ListError::TooLarge`], [`ListError::Io`].
pub fn take_bytes(source: impl std::io::Read, told: Option<u64>) -> Result<Vec<u8>, ListError> {
    if told.is_some_and(|bytes| bytes > MAX_BYTES) {
        return Err(ListError::TooLarge { bytes: told });
    }
    let mut bytes = Vec::with_capacity(told.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0));
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| ListError::Io(error.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ListError::TooLarge { bytes: None });
    }
    Ok(bytes)
}
