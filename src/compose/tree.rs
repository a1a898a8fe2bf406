//! A body being put together: written once, then turned into a [`Value`], compact text (what is sent) or indented text
//! (what the JSON view shows).

use std::{borrow::Cow, sync::Arc};

use serde_json::{Map, Value};

use super::json;

/// Members of an object under construction, those of one name too.
pub(super) type Members<'d> = Vec<(Cow<'d, str>, Tree<'d>)>;

/// A JSON value under construction; it borrows from the draft, as thousands of cells go through it.
#[derive(Clone, Debug)]
pub(super) enum Tree<'d> {
    /// JSON text that is already right for the style being written.
    Raw(Arc<str>),
    Text(Cow<'d, str>),
    Value(Cow<'d, Value>),
    List(Vec<Tree<'d>>),
    Object(Members<'d>),
}

impl Tree<'_> {
    pub fn is_empty_object(&self) -> bool {
        matches!(self, Self::Object(members) if members.is_empty())
    }

    /// Whether it is `{}` or `{"cardParamMap":{}}`: there only because the API wants it.
    pub fn is_filler(&self) -> bool {
        match self {
            Self::Object(members) => match members.as_slice() {
                [] => true,
                [(name, only)] => name == "cardParamMap" && only.is_empty_object(),
                _ => false,
            },
            _ => false,
        }
    }

    /// As a value; of members of one name the last.
    pub fn into_value(self) -> Value {
        match self {
            Self::Raw(text) => {
                json::parse_node(&text).map_or_else(|_| Value::String(text.to_string()), json::Node::into_value)
            }
            Self::Text(text) => Value::String(text.into_owned()),
            Self::Value(value) => value.into_owned(),
            Self::List(items) => Value::Array(items.into_iter().map(Tree::into_value).collect()),
            Self::Object(members) => {
                let mut map = Map::new();
                for (name, tree) in members {
                    map.insert(name.into_owned(), tree.into_value());
                }
                Value::Object(map)
            }
        }
    }

    /// As text without any space: what is sent.
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }

    /// As text indented by two spaces; `level` is that of the line it begins in.
    pub fn pretty(&self, level: usize) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(level));
        out
    }

    fn write(&self, out: &mut String, level: Option<usize>) {
        match self {
            Self::Raw(text) => out.push_str(text),
            Self::Text(text) => quote(text, out),
            Self::Value(value) => write_value(value, out, level),
            Self::List(items) => {
                sequence(out, level, ('[', ']'), items, |out, item, level| item.write(out, level));
            }
            Self::Object(members) => {
                sequence(out, level, ('{', '}'), members, |out, (name, tree), level| {
                    write_name(name, out, level);
                    tree.write(out, level);
                });
            }
        }
    }
}

fn write_name(name: &str, out: &mut String, level: Option<usize>) {
    quote(name, out);
    out.push_str(if level.is_some() { ": " } else { ":" });
}

fn write_value(value: &Value, out: &mut String, level: Option<usize>) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(number.as_str()),
        Value::String(text) => quote(text, out),
        Value::Array(items) => {
            sequence(out, level, ('[', ']'), items, |out, item, level| write_value(item, out, level));
        }
        Value::Object(map) => sequence(out, level, ('{', '}'), map, |out, (name, value), level| {
            write_name(name, out, level);
            write_value(value, out, level);
        }),
    }
}

fn sequence<I: IntoIterator>(
    out: &mut String,
    level: Option<usize>,
    (open, close): (char, char),
    items: I,
    write: impl Fn(&mut String, I::Item, Option<usize>),
) {
    out.push(open);
    let inner = level.map(|level| level + 1);
    let mut empty = true;
    for item in items {
        if !empty {
            out.push(',');
        }
        empty = false;
        line_break(out, inner);
        write(out, item, inner);
    }
    if !empty {
        line_break(out, level);
    }
    out.push(close);
}

pub(super) fn line_break(out: &mut String, level: Option<usize>) {
    const SPACES: &str = "\n                                ";
    if let Some(level) = level {
        if let Some(spaces) = SPACES.get(..=level * 2) {
            out.push_str(spaces);
        } else {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', level * 2));
        }
    }
}

/// A value as text without any space; numbers as they are, real UTF-8.
pub(super) fn compact_value(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, &mut out, None);
    out
}

/// A text as a JSON string: only what has to be escaped is escaped.
pub(super) fn quote(text: &str, out: &mut String) {
    out.reserve(text.len() + 2);
    out.push('"');
    // Nearly every text is plain; looking at all of it without a branch is many bytes at a time.
    let special = |byte: u8| u8::from(byte < b' ') | u8::from(byte == b'"') | u8::from(byte == b'\\');
    if text.bytes().fold(0, |found, byte| found | special(byte)) == 0 {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut plain = 0;
    // Byte by byte: what has to be escaped is ASCII, and tens of thousands of cells go through here.
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            other => {
                out.push_str("\\u00");
                out.extend([other >> 4, other & 15].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)));
            }
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

/// A valid JSON text without the space between its parts; nothing else changes (numbers, escapes).
pub(super) fn without_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut inside, mut escaped) = (false, false);
    for c in text.trim_start_matches('\u{feff}').chars() {
        if inside {
            out.push(c);
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => inside = false,
                _ => {}
            }
        } else if !matches!(c, ' ' | '\t' | '\n' | '\r') {
            out.push(c);
            inside = c == '"';
        }
    }
    out
}
