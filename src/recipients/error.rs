//! Why a list could not be read at all.

use super::{MAX_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_ROWS};
use crate::lang::{Lang, text};

/// Why a list could not be read at all. What is wrong with a single row is [`super::Reason`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ListError {
    /// There is nothing in it.
    #[error("the list is empty")]
    Empty,
    /// The file is larger than [`MAX_BYTES`].
    #[error("the file is larger than {MAX_BYTES} bytes")]
    TooLarge {
        /// Its size in bytes, where one is told.
        bytes: Option<u64>,
    },
    /// A workbook unpacks to more than its limit, or its cells hold more text than a table may.
    #[error("the workbook unpacks to too much")]
    UnpacksTooLarge,
    /// More than [`MAX_ROWS`] rows.
    #[error("more than {MAX_ROWS} rows")]
    TooManyRows,
    /// A row with more than [`MAX_COLUMNS`] cells.
    #[error("line {line} has more than {MAX_COLUMNS} columns")]
    TooManyColumns {
        /// The line, from 1.
        line: u32,
    },
    /// More than [`MAX_CELLS`] cells.
    #[error("more than {MAX_CELLS} cells")]
    TooManyCells,
    /// A workbook with a password.
    #[error("the workbook is protected with a password")]
    Password,
    /// A workbook that could not be read.
    #[error("the workbook is damaged: {0}")]
    Damaged(String),
    /// A workbook without this sheet.
    #[error("the workbook has no sheet {0}")]
    NoSheet(usize),
    /// Neither text nor a workbook that is read here.
    #[error("neither text nor a workbook")]
    NotAList,
    /// A file of another kind, known by its first bytes: its name, the same in every language.
    #[error("a {0} file")]
    OtherKind(&'static str),
    /// A web page under the name of a workbook, as many systems export it.
    #[error("a web page, not a workbook")]
    WebPage,
    /// The file could not be read.
    #[error("reading failed: {0}")]
    Io(String),
    /// There is no such file.
    #[error("no such file")]
    NotThere,
    /// The program may not read the file.
    #[error("not allowed to read it")]
    NotAllowed,
    /// It is a folder, a pipe or the like.
    #[error("not a file")]
    NotAFile,
    /// No row looks like a header (command line only): the first row.
    #[error("no header row; the first row is {0:?}")]
    NoHeader(Vec<String>),
    /// Two columns name the person by userid (command line only): their headers.
    #[error("both {0:?} and {1:?} are the userid")]
    TwoUserIds(String, String),
    /// The header row names no `userid` column (command line only).
    #[error("no column `userid`; the columns are {0:?}")]
    NoUserId(Vec<String>),
    /// Two columns have the same header, so a variable would get two values (command line only).
    #[error("two columns are called {0:?}")]
    TwoColumns(String),
    /// Somebody cancelled it.
    #[error("cancelled")]
    Cancelled,
}

impl ListError {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        let say = |key, args: &[(&str, String)]| text(lang, key, args);
        match self {
            Self::Empty => say("list.error.empty", &[]),
            Self::TooLarge { bytes } => {
                let limit = ("limit", (MAX_BYTES >> 20).to_string());
                match bytes {
                    Some(bytes) => {
                        let size = ("size", bytes.div_ceil(1 << 20).to_string());
                        say("list.error.too_large", &[size, limit])
                    }
                    None => say("list.error.too_large_unknown", &[limit]),
                }
            }
            Self::UnpacksTooLarge => say("list.error.unpacks_too_large", &[]),
            Self::TooManyRows => say("list.error.too_many_rows", &[("limit", MAX_ROWS.to_string())]),
            Self::TooManyColumns { line } => {
                say("list.error.too_many_columns", &[("line", line.to_string()), ("limit", MAX_COLUMNS.to_string())])
            }
            Self::TooManyCells => say("list.error.too_many_cells", &[("limit", MAX_CELLS.to_string())]),
            Self::Password => say("list.error.password", &[]),
            Self::Damaged(reason) => say("list.error.damaged", &[("reason", reason.clone())]),
            Self::NoSheet(sheet) => say("list.error.no_sheet", &[("sheet", (sheet + 1).to_string())]),
            Self::NotAList => say("list.error.not_a_list", &[]),
            Self::OtherKind(kind) => say("list.error.other_kind", &[("kind", (*kind).to_owned())]),
            Self::WebPage => say("list.error.web_page", &[]),
            Self::Io(reason) => say("list.error.io", &[("reason", reason.clone())]),
            Self::NotThere => say("list.error.not_there", &[]),
            Self::NotAllowed => say("list.error.not_allowed", &[]),
            Self::NotAFile => say("list.error.not_a_file", &[]),
            Self::NoHeader(first) => say("list.error.no_header", &[("first", first.join(" | "))]),
            Self::TwoUserIds(one, other) => {
                say("list.error.two_userids", &[("one", one.clone()), ("other", other.clone())])
            }
            Self::NoUserId(columns) => say("list.error.no_userid", &[("columns", columns.join(", "))]),
            Self::TwoColumns(name) => say("list.error.two_columns", &[("name", name.clone())]),
            Self::Cancelled => say("list.error.cancelled", &[]),
        }
    }
}
