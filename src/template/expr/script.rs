//! The JavaScript-like texts of `expList`: `submitted ? 'disabled' : 'normal'`.
//!
//! As far as the builder's expressions go: literals, names, members, elements, `!`, `-`, `+ - * / %`, comparisons, `==`
//! and `===` (read alike: values come as text as often as typed), `&&`, `||`, `?:`, and `subdataIndex()`. The client never
//! sees these texts: the builder compiles them into `widgetInfo`; here they are computed for a person to see.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::Value;

use super::value::{at, from_f64, number, string, truth};

/// How deep parts may stand in each other.
const MAX_DEPTH: usize = 40;
/// The longest text that is read, in bytes.
const MAX_BYTES: usize = 20_000;

/// A parsed text.
#[derive(Clone, PartialEq, Debug)]
pub enum Script {
    /// A literal.
    Literal(Value),
    /// A name, or `subdataIndex()`.
    Name(String),
    /// A call of something; only `subdataIndex` has a value.
    Call(String),
    /// `a.b`, `a['b']`, `a[0]`.
    Member(Box<Script>, Box<Script>),
    /// `!a`.
    Not(Box<Script>),
    /// `-a`.
    Minus(Box<Script>),
    /// Two parts and what stands between.
    Binary(&'static str, Box<Script>, Box<Script>),
    /// Condition, then, else.
    Ternary(Box<Script>, Box<Script>, Box<Script>),
}

/// Where a text stops making sense, as a byte offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScriptError {
    /// The offset.
    pub offset: usize,
}

/// Operators by rank, lowest first; longer ones before their beginnings.
const RANKS: [&[&str]; 6] =
    [&["||", "??"], &["&&"], &["===", "!==", "==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

/// Parses a text.
///
/// # Errors
/// [`ScriptError`] at the first place that is not understood.
pub fn parse(text: &str) -> Result<Script, ScriptError> {
    if text.len() > MAX_BYTES {
        return Err(ScriptError { offset: MAX_BYTES });
    }
    let mut parser = Parser { text, at: 0 };
    let script = parser.ternary(0)?;
    parser.space();
    if parser.at < text.len() { Err(parser.error()) } else { Ok(script) }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    const fn error(&self) -> ScriptError {
        ScriptError { offset: self.at }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn need(&mut self, token: &str) -> Result<(), ScriptError> {
        if self.eat(token) { Ok(()) } else { Err(self.error()) }
    }

    fn ternary(&mut self, depth: usize) -> Result<Script, ScriptError> {
        if depth > MAX_DEPTH {
            return Err(self.error());
        }
        let condition = self.binary(0, depth)?;
        if !self.eat("?") {
            return Ok(condition);
        }
        let then = self.ternary(depth + 1)?;
        self.need(":")?;
        let otherwise = self.ternary(depth + 1)?;
        Ok(Script::Ternary(Box::new(condition), Box::new(then), Box::new(otherwise)))
    }

    fn binary(&mut self, rank: usize, depth: usize) -> Result<Script, ScriptError> {
        let Some(operators) = RANKS.get(rank) else { return self.unary(depth) };
        let mut left = self.binary(rank + 1, depth)?;
        let mut parts = 0;
        while let Some(operator) = operators.iter().find(|operator| self.eat(operator)) {
            parts += 1;
            // A chain leans to the left, so it is as deep as it is long.
            if parts > MAX_DEPTH * 4 {
                return Err(self.error());
            }
            let right = self.binary(rank + 1, depth)?;
            left = Script::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self, depth: usize) -> Result<Script, ScriptError> {
        if depth > MAX_DEPTH {
            return Err(self.error());
        }
        if self.eat("!") {
            return Ok(Script::Not(Box::new(self.unary(depth + 1)?)));
        }
        if self.eat("-") {
            return Ok(Script::Minus(Box::new(self.unary(depth + 1)?)));
        }
        let mut part = self.primary(depth)?;
        for _ in 0..MAX_DEPTH {
            if self.eat("?.") || self.eat(".") {
                let name = self.name().ok_or_else(|| self.error())?;
                part = Script::Member(Box::new(part), Box::new(Script::Literal(Value::String(name))));
            } else if self.eat("[") {
                let index = self.ternary(depth + 1)?;
                self.need("]")?;
                part = Script::Member(Box::new(part), Box::new(index));
            } else {
                return Ok(part);
            }
        }
        Err(self.error())
    }

    fn name(&mut self) -> Option<String> {
        self.space();
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
        let name = rest.get(..end).filter(|name| !name.is_empty())?;
        self.at += end;
        Some(name.to_owned())
    }

    fn primary(&mut self, depth: usize) -> Result<Script, ScriptError> {
        self.space();
        let rest = self.rest();
        match rest.chars().next() {
            Some('(') => {
                self.at += 1;
                let inside = self.ternary(depth + 1)?;
                self.need(")")?;
                Ok(inside)
            }
            Some(quote @ ('\'' | '"' | '`')) => {
                let mut text = String::new();
                let mut chars = rest.char_indices().skip(1);
                while let Some((offset, c)) = chars.next() {
                    match c {
                        '\\' => match chars.next() {
                            Some((_, 'n')) => text.push('\n'),
                            Some((_, escaped)) => text.push(escaped),
                            None => break,
                        },
                        c if c == quote => {
                            self.at += offset + 1;
                            return Ok(Script::Literal(Value::String(text)));
                        }
                        c => text.push(c),
                    }
                }
                Err(self.error())
            }
            Some(c) if c.is_ascii_digit() => {
                let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
                let digits = rest.get(..end).unwrap_or_default();
                let value = serde_json::from_str(digits).map_err(|_bad_number| self.error())?;
                self.at += end;
                Ok(Script::Literal(value))
            }
            _ => {
                let name = self.name().ok_or_else(|| self.error())?;
                if self.eat("(") {
                    self.need(")")?;
                    return Ok(Script::Call(name));
                }
                Ok(match name.as_str() {
                    "true" => Script::Literal(Value::Bool(true)),
                    "false" => Script::Literal(Value::Bool(false)),
                    "null" | "undefined" => Script::Literal(Value::Null),
                    _ => Script::Name(name),
                })
            }
        }
    }
}

impl Script {
    /// The value; `name` looks names up, `index` is the current list element's index.
    pub fn eval(&self, name: &dyn Fn(&str) -> Option<Value>, index: Option<usize>) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Name(found) => name(found).unwrap_or_default(),
            Self::Call(called) if called == "subdataIndex" => index.map_or(Value::Null, Value::from),
            Self::Call(_) => Value::Null,
            Self::Member(of, member) => {
                let (of, member) = (of.eval(name, index), member.eval(name, index));
                let key = string(&member);
                match &of {
                    Value::Array(list) if key == "length" => Value::from(list.len()),
                    Value::String(text) if key == "length" => Value::from(text.chars().count()),
                    Value::Object(map) => map.get(&*key).cloned().unwrap_or_default(),
                    other => at(other, &key).cloned().unwrap_or_default(),
                }
            }
            Self::Not(part) => Value::Bool(!truth(&part.eval(name, index))),
            Self::Minus(part) => number(&part.eval(name, index)).map_or(Value::Null, |number| from(-number)),
            Self::Ternary(condition, then, otherwise) => {
                if truth(&condition.eval(name, index)) { then } else { otherwise }.eval(name, index)
            }
            Self::Binary(operator, left, right) => {
                let left = left.eval(name, index);
                match *operator {
                    "&&" => return if truth(&left) { right.eval(name, index) } else { left },
                    "||" => return if truth(&left) { left } else { right.eval(name, index) },
                    "??" => return if left.is_null() { right.eval(name, index) } else { left },
                    _ => {}
                }
                binary(operator, &left, &right.eval(name, index))
            }
        }
    }
}

/// A whole result is written without a point.
fn from(number: f64) -> Value {
    let value = from_f64(number);
    match string(&value).parse::<i64>() {
        Ok(whole) => Value::from(whole),
        Err(_) => value,
    }
}

fn binary(operator: &str, left: &Value, right: &Value) -> Value {
    let numbers = || Some((number(left)?, number(right)?));
    let ordered = || match (left, right) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => numbers().and_then(|(a, b)| a.partial_cmp(&b)),
    };
    let same = || match (left, right) {
        (Value::Number(_), _) | (_, Value::Number(_)) => numbers().is_some_and(|(a, b)| a.total_cmp(&b).is_eq()),
        _ => string(left) == string(right),
    };
    match operator {
        "==" | "===" => Value::Bool(same()),
        "!=" | "!==" => Value::Bool(!same()),
        "<" => Value::Bool(ordered() == Some(Ordering::Less)),
        ">" => Value::Bool(ordered() == Some(Ordering::Greater)),
        "<=" => Value::Bool(ordered().is_some_and(Ordering::is_le)),
        ">=" => Value::Bool(ordered().is_some_and(Ordering::is_ge)),
        "+" if left.is_string() || right.is_string() => {
            let (left, right): (Cow<'_, str>, Cow<'_, str>) = (string(left), string(right));
            Value::String(format!("{left}{right}"))
        }
        _ => match numbers() {
            None => Value::Null,
            Some((a, b)) => from(match operator {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" => a / b,
                _ => a % b,
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        let names = json!({ "on": true, "off": "", "status": "disabled", "n": 3, "o": { "a": [1, { "b": "x" }] } });
        parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}")).eval(&|name| names.get(name).cloned(), Some(4))
    }

    #[test]
    fn what_the_builder_writes_is_computed() {
        for (text, expected) in [
            ("on ? 'yes' : 'no'", json!("yes")),
            ("off ? off : status", json!("disabled")),
            ("status == \"disabled\"", json!(true)),
            ("status !== 'disabled' || !off", json!(true)),
            ("subdataIndex() + 1", json!(5)),
            ("n > 2 && n <= 3", json!(true)),
            ("n + 'x' + 1", json!("3x1")),
            ("1 + 2 * 3 - -4", json!(11)),
            ("7 / 2", json!(3.5)),
            ("7 % 4", json!(3)),
            ("o.a[1].b", json!("x")),
            ("o['a'].length", json!(2)),
            ("missing.b.c", json!(null)),
            ("missing ?? 'd'", json!("d")),
            ("off ? 1 : n === '3' ? 2 : 3", json!(2)),
            ("(on && off) || 'z'", json!("z")),
            ("'it\\'s'", json!("it's")),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_has_a_place() {
        assert_eq!(parse("a ? b").unwrap_err().offset, 5);
        assert_eq!(parse("a b").unwrap_err().offset, 2);
        for broken in ["", "(", "'x", "a.", "a[", "1.2.3", "a &&", "f(1)"] {
            assert!(parse(broken).is_err(), "{broken}");
        }
        for bomb in ["(", "!", "-", "a?", "a[", "1+", "a."] {
            assert!(parse(&bomb.repeat(5_000)).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_text_ends(text in any::<String>(), parts in proptest::collection::vec("[a-c0-9?:!()+'. \\[\\]&|=<>-]", 0..60)) {
            for text in [text, parts.concat()] {
                if let Ok(script) = parse(&text) {
                    script.eval(&|_| Some(json!([1, "a"])), None);
                }
            }
        }
    }
}
