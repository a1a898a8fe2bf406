//! What people paste: lists of ids, variables, tables of private values.
//!
//! Nothing is guessed that changes a value: text from lines stays text, JSON keeps its types.

use super::{
    card::{LastMessage, ParamRow, ValueKind},
    encode::{FULL_JSON, LAST_MESSAGE, full_json_members, last_message_parts, text_kind},
    json::{self, Data, JsonError, Member, Node},
    tree::without_space,
};
use crate::lang::Lang;

/// The ids in a pasted text, in its order: split at commas (also Chinese ones), semicolons and any space; quotes,
/// brackets and backslashes around an id are taken off. An id that stands twice is given twice.
pub fn ids(text: &str) -> Vec<String> {
    text.split(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, ',' | '，' | '、' | ';' | '；' | '|' | '\u{feff}')
    })
    .map(|part| {
        let part = part.trim_matches(|c: char| {
            matches!(
                c,
                '"' | '\''
                    | '`'
                    | '“'
                    | '”'
                    | '‘'
                    | '’'
                    | '＂'
                    | '['
                    | ']'
                    | '【'
                    | '】'
                    | '「'
                    | '」'
                    | '{'
                    | '}'
                    | '\\'
            ) || matches!(c, '\u{200b}'..='\u{200f}')
        });
        let inside = part.strip_prefix(['(', '（']).and_then(|part| part.strip_suffix([')', '）']));
        inside.unwrap_or(part)
    })
    .filter(|part| !part.is_empty())
    .map(str::to_owned)
    .collect()
}

/// Why a pasted text could not be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PasteError {
    /// There is nothing in it.
    Empty,
    /// It looks like JSON, but is none.
    Json(JsonError),
    /// JSON, but no object of variables.
    NotAnObject,
    /// A line has neither a tab nor `=`.
    NoSeparator {
        /// The line, from 1.
        line: usize,
        /// What it says, at most forty characters.
        found: String,
    },
    /// The first line of a table has fewer than two cells.
    NoHeader,
    /// A quoted cell is never closed.
    OpenQuote {
        /// The line in which it opened, from 1.
        line: usize,
    },
}

impl PasteError {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        let text = match self {
            Self::Empty => tr!(lang, "paste.empty"),
            Self::Json(error) => return error.message(lang),
            Self::NotAnObject => tr!(lang, "paste.not_an_object"),
            Self::NoSeparator { line, found } => tr!(lang, "paste.no_separator", line = line, found = found),
            Self::NoHeader => tr!(lang, "paste.no_header"),
            Self::OpenQuote { line } => tr!(lang, "paste.open_quote", line = line),
        };
        text.into_owned()
    }
}

/// Variables from a paste.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PastedParams {
    /// The variables in the order of the text, those of one name too.
    pub rows: Vec<ParamRow>,
    /// The conversation-list lines, where the paste had `sys_lastMessageI18n`.
    pub last_message: Option<LastMessage>,
}

/// Variables from a JSON object (also a whole body: its `cardParamMap` is taken), or from lines `key=value` or
/// `key<tab>value`.
///
/// JSON strings become text, numbers, truth values and everything else rows of their kind; `sys_full_json_obj` and
/// `sys_lastMessageI18n` are taken apart. Values of lines stay text, but JSON objects and lists become JSON.
///
/// # Errors
/// [`PasteError`] names the line, or what is wrong in the JSON.
pub fn params(text: &str) -> Result<PastedParams, PasteError> {
    let trimmed = text.trim_start_matches('\u{feff}').trim();
    if trimmed.is_empty() {
        return Err(PasteError::Empty);
    }
    if trimmed.starts_with(['{', '[', '｛']) {
        let root = json::parse_node(text).map_err(PasteError::Json)?;
        let members = param_map(root).ok_or(PasteError::NotAnObject)?;
        return Ok(params_of(text, members));
    }
    let mut pasted = PastedParams::default();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let Some((key, value)) = line.split_once('\t').or_else(|| line.split_once('=')) else {
            return Err(PasteError::NoSeparator { line: index + 1, found: line.trim().chars().take(40).collect() });
        };
        let value = unquoted(value.trim());
        let kind = match json::parse_inner(value).map(|node| node.data) {
            Ok(Data::Object(_) | Data::List(_)) => ValueKind::Json,
            _ => ValueKind::Text,
        };
        pasted.rows.push(ParamRow { key: unquoted(key.trim()).to_owned(), kind, value: value.to_owned() });
    }
    Ok(pasted)
}

/// The members of the object itself, or of the `cardParamMap` of a body or a part of one.
fn param_map(root: Node) -> Option<Vec<Member>> {
    let Data::Object(mut members) = root.data else { return None };
    for name in ["cardData", "cardParamMap"] {
        let at = members.iter().position(|member| member.name == name && matches!(member.node.data, Data::Object(_)));
        if let Some(Data::Object(inner)) = at.map(|at| members.swap_remove(at).node.data) {
            members = inner;
        }
    }
    Some(members)
}

fn params_of(text: &str, members: Vec<Member>) -> PastedParams {
    let mut pasted = PastedParams::default();
    for Member { name, node, .. } in members {
        let source = without_space(text.get(node.start..node.end).unwrap_or_default());
        let (kind, value) = match node.data {
            Data::Text(value) => {
                if name == FULL_JSON
                    && let Some(rows) = full_json_members(&value)
                {
                    pasted.rows.extend(rows.into_iter().map(|(key, kind, value)| ParamRow { key, kind, value }));
                    continue;
                }
                if name == LAST_MESSAGE
                    && let Some(parts) = last_message_parts(&value)
                    && parts.others.is_empty()
                {
                    pasted.last_message = Some(parts.known);
                    continue;
                }
                (text_kind(&value), value)
            }
            Data::Number(number) => (ValueKind::Number, number),
            Data::Bool(_) => (ValueKind::Boolean, source),
            Data::Null | Data::List(_) | Data::Object(_) => (ValueKind::Json, source),
        };
        pasted.rows.push(ParamRow { key: name, kind, value });
    }
    pasted
}

/// A text without the double quotes around it.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).filter(|text| !text.contains('"')).unwrap_or(text)
}

/// A table of private values from a paste.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Grid {
    /// The variables: the header without its first cell.
    pub columns: Vec<String>,
    /// The people.
    pub rows: Vec<GridRow>,
    /// What is wrong, by line. A row that is named here is in `rows` unless its problem says that it is left out.
    pub problems: Vec<GridProblem>,
}

/// A row of a pasted table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GridRow {
    /// Line of the paste in which it begins, from 1.
    pub line: usize,
    /// The id in the first cell.
    pub id: String,
    /// One cell a column; `None` where the paste had nothing.
    pub cells: Vec<Option<String>>,
}

/// What is wrong in a pasted table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GridProblem {
    /// A column has no name: its values are left out.
    NoName {
        /// The column, from 1.
        column: usize,
    },
    /// Two columns have one name: the later one's values are left out.
    NameTwice {
        /// The name.
        name: String,
    },
    /// A row has values but no id: it is left out.
    NoId {
        /// Its line, from 1.
        line: usize,
    },
    /// An id stands in an earlier row: this row is left out.
    IdTwice {
        /// Its line, from 1.
        line: usize,
        /// The id.
        id: String,
    },
    /// A row has values beyond the last column: those are left out.
    TooManyCells {
        /// Its line, from 1.
        line: usize,
        /// How many cells it has.
        cells: usize,
        /// How many the header has.
        columns: usize,
    },
}

impl GridProblem {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        let text = match self {
            Self::NoName { column } => tr!(lang, "paste.column_without_name", column = column),
            Self::NameTwice { name } => tr!(lang, "paste.column_twice", name = name),
            Self::NoId { line } => tr!(lang, "paste.row_without_id", line = line),
            Self::IdTwice { line, id } => tr!(lang, "paste.id_twice", line = line, id = id),
            Self::TooManyCells { line, cells, columns } => {
                tr!(lang, "paste.too_many_cells", line = line, cells = cells, columns = columns)
            }
        };
        text.into_owned()
    }
}

/// A table from a spreadsheet or a CSV file: the first line names the columns (its first cell, the id's, may be called
/// anything), every further line is a person. Cells are split at tabs, or where the header has none at commas or
/// semicolons; a cell in double quotes may hold any of these and line breaks, a doubled quote is one.
///
/// # Errors
/// [`PasteError`] when there is no header or a quote is never closed.
pub fn private_grid(text: &str) -> Result<Grid, PasteError> {
    let text = text.trim_start_matches('\u{feff}');
    let header_line = text.lines().find(|line| !line.trim().is_empty()).ok_or(PasteError::Empty)?;
    let separator =
        ['\t', ',', ';', '，'].into_iter().find(|c| header_line.contains(*c)).ok_or(PasteError::NoHeader)?;
    let mut records = records(text, separator)?.into_iter();
    let (_, header) = records.next().ok_or(PasteError::Empty)?;
    let mut grid = Grid::default();
    // Which column of the result a cell goes to.
    let mut targets: Vec<Option<usize>> = Vec::with_capacity(header.len());
    for (index, name) in header.iter().enumerate().skip(1) {
        let name = name.trim();
        let target = if name.is_empty() {
            None
        } else if grid.columns.iter().any(|known| known == name) {
            grid.problems.push(GridProblem::NameTwice { name: name.to_owned() });
            None
        } else {
            grid.columns.push(name.to_owned());
            Some(grid.columns.len() - 1)
        };
        targets.push(target);
        if name.is_empty() {
            grid.problems.push(GridProblem::NoName { column: index + 1 });
        }
    }
    let mut used = vec![false; targets.len()];
    let mut seen = std::collections::HashSet::new();
    for (line, record) in records {
        let id = record.first().map(|id| id.trim().to_owned()).unwrap_or_default();
        let values = record.get(1..).unwrap_or_default();
        if id.is_empty() {
            if values.iter().any(|value| !value.trim().is_empty()) {
                grid.problems.push(GridProblem::NoId { line });
            }
            continue;
        }
        if !seen.insert(id.clone()) {
            grid.problems.push(GridProblem::IdTwice { line, id });
            continue;
        }
        if values.iter().skip(targets.len()).any(|value| !value.trim().is_empty()) {
            let (cells, columns) = (record.len(), targets.len() + 1);
            grid.problems.push(GridProblem::TooManyCells { line, cells, columns });
        }
        let mut cells = vec![None; grid.columns.len()];
        for ((value, target), used) in values.iter().zip(&targets).zip(&mut used) {
            if value.is_empty() {
                continue;
            }
            *used = true;
            if let Some(cell) = target.and_then(|target| cells.get_mut(target)) {
                *cell = Some(value.clone());
            }
        }
        grid.rows.push(GridRow { line, id, cells });
    }
    // A nameless column without values is only a trailing separator.
    grid.problems.retain(|problem| match problem {
        GridProblem::NoName { column } => used.get(column - 2).copied().unwrap_or(false),
        _ => true,
    });
    Ok(grid)
}

/// Records of separated cells with the line each begins in; empty lines are left out.
fn records(text: &str, separator: char) -> Result<Vec<(usize, Vec<String>)>, PasteError> {
    let mut records = Vec::new();
    let (mut line, mut begun) = (1, 1);
    let mut record: Vec<String> = Vec::new();
    let mut cell = String::new();
    let mut quoted = None;
    let mut after_quote = false;
    let mut chars = text.chars().peekable();
    loop {
        let next = chars.next();
        match (quoted, next) {
            (Some(line), None) => return Err(PasteError::OpenQuote { line }),
            (Some(_), Some('"')) if chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            (Some(_), Some('"')) => {
                quoted = None;
                after_quote = true;
            }
            (Some(_), Some(c)) => {
                line += usize::from(c == '\n');
                // Spreadsheets write CR LF between lines and LF inside a cell; both mean a line break.
                if !(c == '\r' && chars.peek() == Some(&'\n')) {
                    cell.push(c);
                }
            }
            (None, Some('"')) if cell.is_empty() && !after_quote => quoted = Some(line),
            (None, Some('\r')) if chars.peek() == Some(&'\n') => {}
            (None, None | Some('\n')) => {
                record.push(std::mem::take(&mut cell));
                let record = std::mem::take(&mut record);
                if record.iter().any(|cell| !cell.trim().is_empty()) {
                    records.push((begun, record));
                }
                line += 1;
                begun = line;
                after_quote = false;
                if next.is_none() {
                    return Ok(records);
                }
            }
            (None, Some(c)) if c == separator => {
                record.push(std::mem::take(&mut cell));
                after_quote = false;
            }
            (None, Some(c)) => cell.push(c),
        }
    }
}
