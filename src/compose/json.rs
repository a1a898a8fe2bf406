//! Reading JSON that a person typed or pasted.
//!
//! Why not `serde_json` here: it reports bytes where an editor needs characters, keeps the last of two members of one
//! name without a word, says "expected value" where a person pasted Python, and with `arbitrary_precision` it turns an
//! object whose member is called `$serde_json::private::Number` into a number. This reader accepts exactly RFC 8259
//! (and a byte order mark in front), keeps every number as typed, and knows where everything stands. Values are handed
//! on as [`serde_json::Value`].

use std::{borrow::Cow, collections::HashSet};

use serde_json::{Map, Value};

pub use super::json_error::{JsonError, Place, Problem};
use super::pointer;

/// The deepest nesting that is read; one less than what `serde_json` takes at the other end.
pub const MAX_DEPTH: usize = 120;

/// What a text held.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The value; where a member stands twice in one object, the last one.
    pub value: Value,
    /// Every member whose name had already been used in its object, in the order of the text.
    pub duplicates: Vec<Duplicate>,
}

/// A member whose name had already been used in its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// JSON pointer of the member.
    pub pointer: String,
    /// Where its second name stands.
    pub place: Place,
}

/// Reads one JSON value.
///
/// # Errors
/// [`JsonError`] names the first place that is no JSON and what is probably meant.
pub fn parse(text: &str) -> Result<Parsed, JsonError> {
    let root = parse_node(text)?;
    let mut duplicates = Vec::new();
    root.duplicates("", &mut |pointer, offset| {
        duplicates.push(Duplicate { pointer: pointer.to_owned(), place: Place::of(text, offset) });
    });
    Ok(Parsed { value: root.into_value(), duplicates })
}

/// A JSON text of which places are asked: read once, asked often. Marks findings in the JSON view.
#[derive(Debug)]
pub struct Places {
    root: Node,
}

impl Places {
    /// Reads a text; `None` when it is no JSON.
    pub fn of(text: &str) -> Option<Self> {
        Some(Self { root: parse_node(text).ok()? })
    }

    /// Where the value at a JSON pointer stands, as a range of bytes; `None` when there is no such value. Where the pointer
    /// goes on into JSON text inside a string, that string is the place.
    pub fn range(&self, pointer: &str) -> Option<std::ops::Range<usize>> {
        let mut node = &self.root;
        for name in pointer::names(pointer) {
            node = match &node.data {
                Data::Object(members) => &members.iter().rev().find(|member| member.name == name)?.node,
                Data::List(items) => items.get(name.parse::<usize>().ok()?)?,
                Data::Text(_) => break,
                _ => return None,
            };
        }
        Some(node.start..node.end)
    }

    /// The same for the nearest thing around a pointer that is there: where a missing member would stand.
    pub fn nearest(&self, pointer: &str) -> std::ops::Range<usize> {
        let mut pointer = pointer;
        loop {
            if let Some(range) = self.range(pointer) {
                return range;
            }
            pointer = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }
}

/// Where the value at a JSON pointer stands in a text. To ask for several, read the text once: [`Places`].
pub fn locate(text: &str, pointer: &str) -> Option<std::ops::Range<usize>> {
    Places::of(text)?.range(pointer)
}

/// A JSON value with its place, every member kept (also those of one name).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// First byte.
    pub start: usize,
    /// First byte behind it.
    pub end: usize,
    pub data: Data,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Null,
    Bool(bool),
    /// As typed.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    pub name: String,
    /// Where the name stands.
    pub at: usize,
    pub node: Node,
}

impl Node {
    /// The value without places; of members of one name the last.
    pub fn into_value(self) -> Value {
        match self.data {
            Data::Null => Value::Null,
            Data::Bool(value) => Value::Bool(value),
            Data::Number(text) => number(text),
            Data::Text(text) => Value::String(text),
            Data::List(items) => Value::Array(items.into_iter().map(Self::into_value).collect()),
            Data::Object(members) => {
                let mut map = Map::new();
                for member in members {
                    map.insert(member.name, member.node.into_value());
                }
                Value::Object(map)
            }
        }
    }

    /// A node without a place.
    pub fn of(value: &Value) -> Self {
        let data = match value {
            Value::Null => Data::Null,
            Value::Bool(value) => Data::Bool(*value),
            Value::Number(number) => Data::Number(number.as_str().to_owned()),
            Value::String(text) => Data::Text(text.clone()),
            Value::Array(items) => Data::List(items.iter().map(Self::of).collect()),
            Value::Object(map) => Data::Object(
                map.iter().map(|(name, value)| Member { name: name.clone(), at: 0, node: Self::of(value) }).collect(),
            ),
        };
        Self { start: 0, end: 0, data }
    }

    /// Calls back with pointer and place of every member whose name had been used.
    pub fn duplicates(&self, at: &str, found: &mut dyn FnMut(&str, usize)) {
        match &self.data {
            Data::Object(members) => {
                let mut seen = HashSet::with_capacity(members.len());
                for member in members {
                    let again = !seen.insert(member.name.as_str());
                    let nested = matches!(member.node.data, Data::Object(_) | Data::List(_));
                    if again || nested {
                        let pointer = pointer::join(at, &member.name);
                        if again {
                            found(&pointer, member.at);
                        }
                        member.node.duplicates(&pointer, found);
                    }
                }
            }
            Data::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if matches!(item.data, Data::Object(_) | Data::List(_)) {
                        item.duplicates(&pointer::element(at, index), found);
                    }
                }
            }
            _ => {}
        }
    }
}

/// A number as typed. `text` follows JSON's grammar.
pub(super) fn number(text: String) -> Value {
    Value::Number(serde_json::Number::from_string_unchecked(text))
}

/// Reads one JSON value with places.
pub(super) fn parse_node(text: &str) -> Result<Node, JsonError> {
    parse_node_within(text, MAX_DEPTH)
}

/// Reads a JSON value that will stand one level deeper than the document's own.
pub(super) fn parse_inner(text: &str) -> Result<Node, JsonError> {
    parse_node_within(text, MAX_DEPTH - 1)
}

fn parse_node_within(text: &str, depth: usize) -> Result<Node, JsonError> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut parser = Parser { text, at: start, depth, open: Vec::new() };
    parser.space()?;
    if parser.peek().is_none() {
        return Err(parser.fail(Problem::Empty));
    }
    let node = parser.value()?;
    parser.space()?;
    match parser.peek() {
        None => Ok(node),
        Some(c @ ('}' | ']')) => Err(parser.fail(Problem::Unexpected(c))),
        Some(_) => Err(parser.fail(Problem::Trailing)),
    }
}

/// Whether a text is a number in JSON's grammar.
pub(super) fn is_number(text: &str) -> bool {
    number_end(text.as_bytes()) == Some(text.len())
}

/// Length of the JSON number at the start; `None` when there is none.
fn number_end(bytes: &[u8]) -> Option<usize> {
    let digits = |mut at: usize| {
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        (at > start).then_some(at)
    };
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at = if bytes.get(at) == Some(&b'0') { at + 1 } else { digits(at)? };
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(at + 1 + sign)?;
    }
    Some(at)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    /// How many levels may still be opened.
    depth: usize,
    /// Brackets that are open, with their places.
    open: Vec<(char, usize)>,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fail(&self, problem: Problem) -> JsonError {
        self.fail_at(self.at, problem)
    }

    fn fail_at(&self, at: usize, problem: Problem) -> JsonError {
        JsonError::new(self.text, at, problem)
    }

    /// The end of the text where more was needed.
    fn end(&self) -> JsonError {
        match self.open.last() {
            Some(&(bracket, at)) => {
                let opened = Place::of(self.text, at);
                self.fail(Problem::Unclosed { bracket, line: opened.line })
            }
            None => self.fail(Problem::Empty),
        }
    }

    fn space(&mut self) -> Result<(), JsonError> {
        let rest = self.rest().as_bytes();
        let skipped = rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(rest.len());
        self.at += skipped;
        match rest.get(skipped..).unwrap_or_default() {
            [b'/', b'/' | b'*', ..] | [b'#', ..] => Err(self.fail(Problem::Comment)),
            _ => Ok(()),
        }
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn value(&mut self) -> Result<Node, JsonError> {
        let start = self.at;
        let data = match self.peek() {
            None => return Err(self.end()),
            Some('{') => self.nested('{', Self::members)?,
            Some('[') => self.nested('[', Self::items)?,
            Some('"') => Data::Text(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            Some(c) => self.word(c)?,
        };
        Ok(Node { start, end: self.at, data })
    }

    fn nested(&mut self, bracket: char, read: fn(&mut Self) -> Result<Data, JsonError>) -> Result<Data, JsonError> {
        if self.open.len() >= self.depth {
            return Err(self.fail(Problem::TooDeep(self.depth)));
        }
        self.open.push((bracket, self.at));
        self.at += 1;
        let data = read(self)?;
        self.open.pop();
        Ok(data)
    }

    fn members(&mut self) -> Result<Data, JsonError> {
        let mut members = Vec::new();
        self.space()?;
        if self.eat('}') {
            return Ok(Data::Object(members));
        }
        loop {
            let at = self.at;
            let name = match self.peek() {
                Some('"') => self.string()?,
                _ => return Err(self.no_name()),
            };
            self.space()?;
            if !self.eat(':') {
                return Err(match self.peek() {
                    None => self.end(),
                    Some('：') => self.fail(Problem::FullWidth('：', ':')),
                    Some(_) => self.fail(Problem::MissingColon(short(&name))),
                });
            }
            self.space()?;
            if let Some('}' | ',') = self.peek() {
                return Err(self.fail(Problem::MissingValue(short(&name))));
            }
            let node = self.value()?;
            members.push(Member { name, at, node });
            if !self.more('}')? {
                return Ok(Data::Object(members));
            }
        }
    }

    fn items(&mut self) -> Result<Data, JsonError> {
        let mut items = Vec::new();
        self.space()?;
        if self.eat(']') {
            return Ok(Data::List(items));
        }
        loop {
            items.push(self.value()?);
            if !self.more(']')? {
                return Ok(Data::List(items));
            }
        }
    }

    /// After a member or element: `true` when a comma promises another one, `false` when the bracket closed.
    fn more(&mut self, close: char) -> Result<bool, JsonError> {
        self.space()?;
        let comma = self.at;
        if self.eat(close) {
            return Ok(false);
        }
        if self.eat(',') {
            self.space()?;
            return match self.peek() {
                None => Err(self.end()),
                Some('}' | ']') => Err(self.fail_at(comma, Problem::TrailingComma)),
                Some(',') => Err(self.fail(Problem::Unexpected(','))),
                Some(_) => Ok(true),
            };
        }
        Err(match self.peek() {
            None => self.end(),
            Some(c @ ('}' | ']')) => {
                let (open, line) = self.open.last().map_or(('{', 1), |&(c, at)| (c, Place::of(self.text, at).line));
                self.fail(Problem::WrongBracket { open, line, found: c })
            }
            Some(c) => match full_width(c) {
                Some(plain) if !is_quote(plain) => self.fail(Problem::FullWidth(c, plain)),
                _ => self.fail(Problem::MissingComma),
            },
        })
    }

    /// What is wrong where the name of a member was due.
    fn no_name(&self) -> JsonError {
        let Some(c) = self.peek() else { return self.end() };
        if c == '\'' {
            return self.fail(Problem::SingleQuote);
        }
        if let Some(plain) = full_width(c) {
            return self.fail(Problem::FullWidth(c, plain));
        }
        if is_word(c) {
            return self.fail(Problem::UnquotedName(short(self.rest_word())));
        }
        self.fail(Problem::Unexpected(c))
    }

    fn rest_word(&self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    /// `true`, `false`, `null`, or what a person wrote instead.
    fn word(&mut self, c: char) -> Result<Data, JsonError> {
        let word = self.rest_word();
        let data = match word {
            "true" => Data::Bool(true),
            "false" => Data::Bool(false),
            "null" => Data::Null,
            "" => {
                return Err(match (c, full_width(c)) {
                    ('\'', _) => self.fail(Problem::SingleQuote),
                    ('+' | '.', _) => self.fail(Problem::BadNumber(short(self.number_like()))),
                    (_, Some(plain)) => self.fail(Problem::FullWidth(c, plain)),
                    _ => self.fail(Problem::Unexpected(c)),
                });
            }
            _ => {
                let instead = match word.to_ascii_lowercase().as_str() {
                    "true" => "true",
                    "false" => "false",
                    "none" | "nil" | "null" | "undefined" | "nan" | "infinity" => "null",
                    _ => return Err(self.fail(Problem::UnquotedText(short(word)))),
                };
                return Err(self.fail(Problem::OtherWord { found: word.to_owned(), instead }));
            }
        };
        self.at += word.len();
        Ok(data)
    }

    /// Everything that was probably meant as one number.
    fn number_like(&self) -> &'t str {
        let rest = self.rest();
        let end =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '+' | '-' | '.' | '_'))).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    fn number(&mut self) -> Result<Data, JsonError> {
        let whole = self.number_like();
        if !is_number(whole) {
            let problem = match whole.to_ascii_lowercase().as_str() {
                "-infinity" | "-nan" => Problem::OtherWord { found: whole.to_owned(), instead: "null" },
                _ => Problem::BadNumber(short(whole)),
            };
            return Err(self.fail(problem));
        }
        self.at += whole.len();
        Ok(Data::Number(whole.to_owned()))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        let open = self.at;
        self.at += 1;
        let mut text = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            // Byte by byte: what ends plain text is ASCII, and a megabyte of it goes through here.
            let Some(stop) = rest.bytes().position(|b| b == b'"' || b == b'\\' || b < b' ') else {
                let opened = Place::of(self.text, open);
                self.at = self.text.len();
                return Err(self.fail(Problem::UnclosedText { line: opened.line, column: opened.column }));
            };
            let (plain, rest) = rest.split_at(stop);
            if text.is_empty() {
                text = Cow::Borrowed(plain);
            } else {
                text.to_mut().push_str(plain);
            }
            self.at += stop;
            match rest.chars().next() {
                Some('"') => {
                    self.at += 1;
                    return Ok(text.into_owned());
                }
                Some('\\') => {
                    let c = self.escape()?;
                    text.to_mut().push(c);
                }
                other => return Err(self.fail(Problem::Control(other.unwrap_or_default()))),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let mut rest = self.rest().chars();
        rest.next();
        let plain = match rest.next() {
            Some('"') => '"',
            Some('\\') => '\\',
            Some('/') => '/',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unicode(),
            Some(other) => return Err(self.fail(Problem::BadEscape(format!("\\{other}")))),
            None => return Err(self.fail(Problem::BadEscape("\\".to_owned()))),
        };
        self.at += 2;
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let first = self.hex(self.at)?;
        let (code, length) = match first {
            0xD800..=0xDBFF => {
                let second = if self.rest().get(6..8) == Some("\\u") { self.hex(self.at + 6)? } else { 0 };
                if !(0xDC00..=0xDFFF).contains(&second) {
                    return Err(self.fail(Problem::HalfCharacter(self.rest().get(..6).unwrap_or_default().to_owned())));
                }
                (0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12)
            }
            other => (other, 6),
        };
        let Some(c) = char::from_u32(code) else {
            return Err(self.fail(Problem::HalfCharacter(self.rest().get(..6).unwrap_or_default().to_owned())));
        };
        self.at += length;
        Ok(c)
    }

    /// The four hexadecimal digits of the `\uXXXX` at a place.
    fn hex(&self, at: usize) -> Result<u32, JsonError> {
        self.text
            .get(at + 2..at + 6)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| {
                let shown: String = self.text.get(at..).unwrap_or_default().chars().take(6).collect();
                self.fail_at(at, Problem::BadEscape(shown))
            })
    }
}

pub(super) fn is_word(c: char) -> bool {
    (c.is_alphanumeric() || matches!(c, '_' | '$' | '-')) && full_width(c).is_none()
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'')
}

/// The character of JSON that a look-alike of a Chinese keyboard or a word processor was meant as.
pub(super) fn full_width(c: char) -> Option<char> {
    Some(match c {
        '“' | '”' | '„' | '＂' | '「' | '」' | '‘' | '’' | '＇' => '"',
        '：' => ':',
        '，' | '、' => ',',
        '｛' => '{',
        '｝' => '}',
        '［' | '【' => '[',
        '］' | '】' => ']',
        '\u{3000}' | '\u{a0}' | '\u{200b}' | '\u{feff}' => ' ',
        _ => return None,
    })
}

/// At most twenty characters of what was found, for a message.
fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(20).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
