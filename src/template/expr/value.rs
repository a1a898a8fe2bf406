//! How values read as text, as numbers and as truth.

use std::borrow::Cow;

use serde_json::{Number, Value};

/// A value as text: `null` is empty, a whole number has no `.0` (assumption: `@concat{@toStr{@div{…}},'np'}` has to give
/// a length), lists and objects are JSON text.
pub fn string(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Number(number) => match number.as_f64() {
            Some(float) if !is_whole(number) && float.fract() == 0.0 && float.abs() < 1e15 => {
                Cow::Owned(format!("{float:.0}"))
            }
            _ => Cow::Owned(number.to_string()),
        },
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(_) | Value::Object(_) => Cow::Owned(value.to_string()),
    }
}

/// A value as a number; text is read as one.
pub fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// Truth is by string: an empty text, `null`, `false` and what is missing are false.
///
/// Assumption: the number 0 is false as well. Evidence: a select's placeholder is drawn by
/// `@triple{@len{chosen},'gone','visible'}`. The text `'0'` is true.
pub fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(text.as_str(), "" | "false" | "null"),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// Whether a number is written without point and exponent: such numbers divide as whole ones.
pub fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64()
}

/// A whole number, where the value is one or a text of one.
pub fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The whole part of a number, within the range of `i64`.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, which is what is wanted")]
pub const fn trunc(number: f64) -> i64 {
    number as i64
}

/// A number as a value; `null` where it is not finite.
pub fn from_f64(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// What a path leads to: members by name, elements by `[n]` or `.n`.
pub fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut here = value;
    for step in path.split('.') {
        let (name, mut rest) = step.split_at(step.find('[').unwrap_or(step.len()));
        if !name.is_empty() {
            here = match here {
                Value::Object(map) => map.get(name)?,
                Value::Array(list) => list.get(name.parse::<usize>().ok()?)?,
                _ => return None,
            };
        } else if rest.is_empty() {
            return None;
        }
        while let Some(inside) = rest.strip_prefix('[') {
            let (index, after) = inside.split_once(']')?;
            here = match here {
                Value::Array(list) => list.get(index.trim().parse::<usize>().ok()?)?,
                Value::Object(map) => map.get(index.trim_matches(['\'', '"']))?,
                _ => return None,
            };
            rest = after;
        }
    }
    Some(here)
}
