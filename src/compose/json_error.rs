//! What is wrong in a JSON text, said for people who paste Python, JavaScript or text from a word processor.

use std::fmt;

use crate::lang::{Lang, text};

/// A place in a text as an editor counts it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Byte offset, from 0.
    pub offset: usize,
}

impl Place {
    /// The place of a byte offset. A byte order mark has no column.
    pub fn of(text: &str, offset: usize) -> Self {
        let offset = (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let before = text.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
        let in_line = before.get(line_start..).unwrap_or_default();
        Self { line, column: in_line.chars().filter(|&c| c != '\u{feff}').count() + 1, offset }
    }
}

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// There is nothing, or only space.
    Empty,
    /// The text ends while a bracket is open.
    Unclosed {
        /// The bracket.
        bracket: char,
        /// The line in which it opened.
        line: usize,
    },
    /// The text ends inside a string.
    UnclosedText {
        /// The line in which it opened.
        line: usize,
        /// The column in which it opened.
        column: usize,
    },
    /// Something follows the value.
    Trailing,
    /// A comma before a closing bracket.
    TrailingComma,
    /// A comma is missing.
    MissingComma,
    /// No colon behind this name.
    MissingColon(String),
    /// No value behind this name.
    MissingValue(String),
    /// `]` for `{`, or the other way round.
    WrongBracket {
        /// The bracket that is open.
        open: char,
        /// The line in which it opened.
        line: usize,
        /// The bracket that closes.
        found: char,
    },
    /// `'text'`.
    SingleQuote,
    /// A look-alike of a Chinese keyboard or a word processor, and what JSON needs.
    FullWidth(char, char),
    /// `{name: …}`.
    UnquotedName(String),
    /// A text without quotes as a value.
    UnquotedText(String),
    /// Python's `True`, JavaScript's `undefined`, …
    OtherWord {
        /// What stands there.
        found: String,
        /// What JSON writes.
        instead: &'static str,
    },
    /// `01`, `+1`, `.5`, `1.`, `0x10`, `1_000`.
    BadNumber(String),
    /// A line break, tab or other control character inside a string.
    Control(char),
    /// A backslash with something JSON does not know.
    BadEscape(String),
    /// One half of a character outside the basic plane.
    HalfCharacter(String),
    /// `//`, `/*` or `#`.
    Comment,
    /// Anything else that cannot stand here.
    Unexpected(char),
    /// Nested deeper than this.
    TooDeep(usize),
}

impl Problem {
    /// The locale key of its sentence and what fills it.
    pub fn text(&self) -> (&'static str, Vec<(&'static str, String)>) {
        let one = |name: &'static str, value: &dyn fmt::Display| vec![(name, value.to_string())];
        match self {
            Self::Empty => ("json.empty", Vec::new()),
            Self::Unclosed { bracket, line } => {
                ("json.unclosed", vec![("bracket", bracket.to_string()), ("opened", line.to_string())])
            }
            Self::UnclosedText { line, column } => {
                ("json.unclosed_text", vec![("opened", line.to_string()), ("opened_column", column.to_string())])
            }
            Self::Trailing => ("json.trailing", Vec::new()),
            Self::TrailingComma => ("json.trailing_comma", Vec::new()),
            Self::MissingComma => ("json.missing_comma", Vec::new()),
            Self::MissingColon(name) => ("json.missing_colon", one("name", name)),
            Self::MissingValue(name) => ("json.missing_value", one("name", name)),
            Self::WrongBracket { open, line, found } => (
                "json.wrong_bracket",
                vec![("open", open.to_string()), ("opened", line.to_string()), ("found", found.to_string())],
            ),
            Self::SingleQuote => ("json.single_quote", Vec::new()),
            Self::FullWidth(found, ' ') => ("json.odd_space", one("code", &format!("U+{:04X}", u32::from(*found)))),
            Self::FullWidth(found, plain) => {
                ("json.full_width", vec![("found", found.to_string()), ("plain", plain.to_string())])
            }
            Self::UnquotedName(name) => ("json.unquoted_name", one("name", name)),
            Self::UnquotedText(found) => ("json.unquoted_text", one("found", found)),
            Self::OtherWord { found, instead } => {
                ("json.other_word", vec![("found", found.clone()), ("instead", (*instead).to_owned())])
            }
            Self::BadNumber(found) => ("json.bad_number", one("found", found)),
            Self::Control('\n' | '\r') => ("json.line_break", Vec::new()),
            Self::Control('\t') => ("json.tab", Vec::new()),
            Self::Control(c) => ("json.control", one("code", &format!("U+{:04X}", u32::from(*c)))),
            Self::BadEscape(found) => ("json.bad_escape", one("found", found)),
            Self::HalfCharacter(found) => ("json.half_character", one("found", found)),
            Self::Comment => ("json.comment", Vec::new()),
            Self::Unexpected(c) => ("json.unexpected", one("found", c)),
            Self::TooDeep(max) => ("json.too_deep", one("max", max)),
        }
    }
}

/// A text that is no JSON: the first place where it stops being it, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JsonError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Byte offset, from 0; at most the length of the text.
    pub offset: usize,
    /// What is wrong.
    pub problem: Problem,
}

impl JsonError {
    pub(super) fn new(text: &str, offset: usize, problem: Problem) -> Self {
        let Place { line, column, offset } = Place::of(text, offset);
        Self { line, column, offset, problem }
    }

    /// What is wrong and what is probably meant, without the place.
    pub fn reason(&self, lang: Lang) -> String {
        let (key, args) = self.problem.text();
        text(lang, key, &args)
    }

    /// The place and what is wrong there, as one sentence.
    pub fn message(&self, lang: Lang) -> String {
        let args =
            [("line", self.line.to_string()), ("column", self.column.to_string()), ("reason", self.reason(lang))];
        text(lang, "json.at", &args)
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for JsonError {}
