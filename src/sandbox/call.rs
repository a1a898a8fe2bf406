//! A request as it arrived, free of any HTTP crate, and the readers of its parameters.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::fault::Fault;
use crate::dingtalk::System;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) system: System,
    pub(super) method: String,
    /// Without the query.
    pub(super) path: String,
    /// As it stood in the address, without `?`.
    pub(super) query: String,
    /// Names in lower case, in the order they came.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Call {
    /// The first header of this name (lower case).
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter of the address, percent-decoded.
    pub(super) fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
    }

    fn content_type(&self) -> String {
        self.header("content-type").unwrap_or_default().to_ascii_lowercase()
    }

    /// The JSON object a call of the api system needs. A form, or nothing at all, is `Missingbody` as observed.
    pub(super) fn api_object(&self, malformed: &'static str) -> Result<Map<String, Value>, Fault> {
        if self.body.is_empty() || self.content_type().contains("form") {
            return Err(Fault::api("Missingbody"));
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Ok(object),
            _ => Err(Fault::api(malformed)),
        }
    }

    /// The parameters of a call of the oapi system: a form, or the JSON object that the official SDK sends.
    pub(super) fn oapi_params(&self) -> Result<Params, Fault> {
        let content_type = self.content_type();
        let looks_json = content_type.is_empty() && self.body.trim_ascii_start().starts_with(b"{");
        if content_type.contains("json") || looks_json {
            if self.body.trim_ascii().is_empty() {
                return Ok(Params::default());
            }
            let Ok(text) = std::str::from_utf8(&self.body) else { return Err(Fault::oapi(40033)) };
            if has_escaped_text(text) {
                return Err(Fault::oapi(40033));
            }
            return match serde_json::from_str(text) {
                Ok(Value::Object(object)) => Ok(Params(object.into_iter().collect())),
                _ => Err(Fault::oapi(47001)),
            };
        }
        let mut params = Vec::new();
        for (key, value) in form_urlencoded::parse(&self.body) {
            // U+FFFD stands for bytes that are not UTF-8: a form in GBK, for example.
            if value.contains('\u{FFFD}') || has_escaped_text(&value) {
                return Err(Fault::oapi(40033));
            }
            params.push((key.into_owned(), Value::String(value.into_owned())));
        }
        Ok(Params(params))
    }
}

/// `\uXXXX` for anything that is not a control character: global error 40033 asks for real characters.
fn has_escaped_text(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        // An even number of backslashes before the u means the backslash itself is escaped.
        let slashes = rest[..=at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        rest = &rest[at + 2..];
        let code = rest.get(..4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if slashes % 2 == 1 && code.is_some_and(|code| code >= 0x20) {
            return true;
        }
    }
    false
}

/// The parameters of an oapi call. In a form every value is a text.
#[derive(Clone, Default, Debug)]
pub(super) struct Params(Vec<(String, Value)>);

impl Params {
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value).filter(|value| !value.is_null())
    }

    /// A scalar as text; `None` when it is missing or blank.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = match self.value(name)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (!text.trim().is_empty()).then_some(text)
    }

    /// A scalar that must be there; missing is errcode 40 as observed.
    pub(super) fn required(&self, name: &'static str) -> Result<String, Fault> {
        self.text(name).ok_or_else(|| {
            Fault::oapi(40).with_message(format!("Missing required arguments:{name}")).at(format!("/{name}"))
        })
    }

    /// A whole number, or the given fault.
    pub(super) fn number(&self, name: &'static str, errcode: i64) -> Result<Option<u64>, Fault> {
        match self.text(name) {
            None => Ok(None),
            Some(text) => match text.trim().parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(Fault::oapi(errcode).at(format!("/{name}"))),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_characters_are_found_and_plain_backslashes_are_not() {
        assert!(has_escaped_text(r#"{"a":"\u4e2d"}"#));
        assert!(!has_escaped_text(r#"{"a":"\u000b"}"#));
        assert!(!has_escaped_text(r#"{"a":"\\u4e2d"}"#));
        assert!(!has_escaped_text("C:\\user"));
    }
}
