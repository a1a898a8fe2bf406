//! Values of variables as they travel: strings of their own, or members of the JSON text under `sys_full_json_obj`.
//!
//! The rule of this API (`faq-card` of the doc centre): `cardParamMap` takes strings only; variables of any other type
//! go together into **one** object, as JSON text, under the reserved key `sys_full_json_obj`. Numbers travel exactly as
//! typed (`1.50` stays `1.50`).

use std::borrow::Cow;

use super::{
    card::{LastMessage, ValueKind},
    json::{self, Data, JsonError, Node},
    tree::{compact_value, quote, without_space},
    via::Encoding,
};

/// The reserved key for everything that is no text.
pub const FULL_JSON: &str = "sys_full_json_obj";
/// The reserved key for the line of the conversation list.
pub const LAST_MESSAGE: &str = "sys_lastMessageI18n";

/// Why a value does not fit its type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ValueError {
    /// Nothing was typed; a number, a truth value or JSON cannot be empty.
    Empty,
    /// No number in JSON's grammar.
    NotANumber,
    /// Neither `true` nor `false`.
    NotABoolean,
    /// No JSON.
    NotJson(JsonError),
}

/// The JSON text of a value, or why there is none. Text and Markdown always have one.
///
/// # Errors
/// [`ValueError`] for a value that does not fit its kind.
pub fn json_text(kind: ValueKind, value: &str) -> Result<String, ValueError> {
    let trimmed = value.trim();
    match kind {
        ValueKind::Text | ValueKind::Markdown => {
            let mut out = String::new();
            quote(value, &mut out);
            Ok(out)
        }
        _ if trimmed.is_empty() => Err(ValueError::Empty),
        ValueKind::Number if json::is_number(trimmed) => Ok(trimmed.to_owned()),
        ValueKind::Number => Err(ValueError::NotANumber),
        ValueKind::Boolean if matches!(trimmed, "true" | "false") => Ok(trimmed.to_owned()),
        ValueKind::Boolean => Err(ValueError::NotABoolean),
        ValueKind::Json => match json::parse_inner(value) {
            Ok(_) => Ok(without_space(value)),
            Err(error) => Err(ValueError::NotJson(error)),
        },
    }
}

/// Adds `"key":value` to the inside of a JSON object's text.
///
/// A value that does not fit its kind is written as a JSON string of what was typed, so that the JSON view and a saved
/// draft keep it; its finding stands beside it and the card cannot be sent.
pub(super) fn push_member(inside: &mut String, key: &str, kind: ValueKind, value: &str) {
    if !inside.is_empty() {
        inside.push(',');
    }
    quote(key, inside);
    inside.push(':');
    match json_text(kind, value) {
        Ok(text) => inside.push_str(&text),
        Err(_) => quote(value, inside),
    }
}

/// A member of `sys_full_json_obj` as a row of the form: its name, kind and text as it stood.
pub(super) type FullMember = (String, ValueKind, String);

/// Takes the text of `sys_full_json_obj` apart; `None` when it is no JSON object.
pub(super) fn full_json_members(text: &str) -> Option<Vec<FullMember>> {
    let Data::Object(members) = json::parse_node(text).ok()?.data else { return None };
    Some(members.into_iter().map(|member| (member.name, kind_of(&member.node), source(text, &member.node))).collect())
}

fn source(text: &str, node: &Node) -> String {
    text.get(node.start..node.end).unwrap_or_default().to_owned()
}

fn kind_of(node: &Node) -> ValueKind {
    match node.data {
        Data::Number(_) => ValueKind::Number,
        Data::Bool(_) => ValueKind::Boolean,
        _ => ValueKind::Json,
    }
}

/// A value as a string of its own: text as it is, everything else as JSON text without space. A value that does not fit
/// its kind travels as it was typed; its finding stands beside it and the card cannot be sent.
pub fn wire_text(kind: ValueKind, value: &str) -> Cow<'_, str> {
    if !kind.in_full_json() {
        return Cow::Borrowed(value);
    }
    json_text(kind, value).map_or(Cow::Borrowed(value), Cow::Owned)
}

/// How a string of a body is shown in the form. Where JSON travels as strings, an object or a list is JSON, as long as it
/// would then travel exactly as it stands.
pub(super) fn kind_of_text(encoding: Encoding, value: &str) -> ValueKind {
    let json = encoding == Encoding::PerVariable
        && value.starts_with(['{', '['])
        && json_text(ValueKind::Json, value).is_ok_and(|text| text == value);
    if json { ValueKind::Json } else { text_kind(value) }
}

/// Text, or Markdown where it has several lines: how a string of a body is shown in the form.
pub(super) fn text_kind(value: &str) -> ValueKind {
    if value.contains('\n') { ValueKind::Markdown } else { ValueKind::Text }
}

/// What the text of `sys_lastMessageI18n` holds.
pub(super) struct LastMessageParts {
    pub known: LastMessage,
    /// Languages the form has no line for, and values that are no text.
    pub others: Vec<(String, serde_json::Value)>,
}

/// Takes the text of `sys_lastMessageI18n` apart; `None` when it is no JSON object or names a language twice.
pub(super) fn last_message_parts(text: &str) -> Option<LastMessageParts> {
    let node = json::parse_node(text).ok()?;
    let mut twice = false;
    node.duplicates("", &mut |_, _| twice = true);
    let Data::Object(members) = node.data else { return None };
    if twice {
        return None;
    }
    let mut parts = LastMessageParts { known: LastMessage::default(), others: Vec::new() };
    for member in members {
        let slot = LastMessage::LOCALES.iter().position(|locale| *locale == member.name);
        match (slot.and_then(|at| parts.known.texts.get_mut(at)), member.node.data) {
            (Some(slot), Data::Text(text)) => *slot = text,
            (_, data) => {
                let node = Node { start: member.node.start, end: member.node.end, data };
                parts.others.push((member.name, node.into_value()));
            }
        }
    }
    Some(parts)
}

/// The text of `sys_lastMessageI18n`; `None` when there is nothing to say.
pub(super) fn last_message_text<'v>(
    message: &LastMessage,
    others: impl IntoIterator<Item = (&'v str, &'v serde_json::Value)>,
) -> Option<String> {
    let mut inside = String::new();
    for (locale, text) in LastMessage::LOCALES.iter().zip(&message.texts) {
        if !text.is_empty() {
            push_member(&mut inside, locale, ValueKind::Text, text);
        }
    }
    for (name, value) in others {
        let known = LastMessage::LOCALES.iter().zip(&message.texts).any(|(l, text)| *l == name && !text.is_empty());
        if !known {
            if !inside.is_empty() {
                inside.push(',');
            }
            quote(name, &mut inside);
            inside.push(':');
            inside.push_str(&compact_value(value));
        }
    }
    (!inside.is_empty()).then(|| format!("{{{inside}}}"))
}
