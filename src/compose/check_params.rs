//! Findings about variables: their keys and their values, public and private.

use std::collections::HashMap;

use super::{
    Finding, Severity, Unit,
    card::{CardDraft, LastMessage, ParamRow, ValueKind},
    card_write::PARAMS,
    check::{Findings, placeholder},
    encode::{FULL_JSON, LAST_MESSAGE, ValueError, json_text, last_message_parts, wire_text},
    json::{self, Data, JsonError},
    pointer,
    via::{CardVia, Encoding},
};

/// The documented limit of a key in the sibling API `createAndDeliver`, in bytes.
pub const KEY_BYTES: usize = 100;
/// The documented limit of a value in the sibling API `createAndDeliver`, in bytes.
pub const VALUE_BYTES: usize = 1024;

/// Where a variable stands: in the public `cardParamMap` or in that of one person.
pub fn value_pointer(encoding: Encoding, params: &str, key: &str, kind: ValueKind) -> String {
    if encoding.in_full_json(kind) {
        pointer::join(&pointer::join(params, FULL_JSON), key)
    } else {
        pointer::join(params, key)
    }
}

/// How a way takes a limit that only `createAndDeliver` documents: `by` is how bad the older calls take it.
fn severity(via: CardVia, by: Severity) -> Severity {
    match via {
        CardVia::CreateAndDeliver => Severity::Error,
        CardVia::Update => Severity::Warning,
        _ => by,
    }
}

pub(super) fn check_params(card: &CardDraft, findings: &mut Findings) {
    let mut rows: HashMap<&str, usize> = HashMap::with_capacity(card.params.len());
    for (index, row) in card.params.iter().enumerate() {
        if row.key.is_empty() && row.value.is_empty() {
            continue;
        }
        let at = value_pointer(card.via.encoding(), PARAMS, &row.key, row.kind);
        if let Some(first) = rows.get(row.key.as_str()) {
            findings.push(
                Finding::new(Severity::Error, &at, "card.key_duplicate")
                    .arg("key", &row.key)
                    .arg("first", first + 1)
                    .arg("row", index + 1),
            );
        } else {
            rows.insert(&row.key, index);
        }
        check_key(card.via, &row.key, &at, index + 1, findings);
        if !check_reserved(card, row, &at, findings) {
            check_value(card.via, &row.key, row.kind, &row.value, &at, findings);
        }
    }
    if card.via.encoding() == Encoding::OneObject && !card.via.is_update() {
        check_last_message(card, findings);
    }
}

const fn key_long(via: CardVia) -> &'static str {
    if matches!(via, CardVia::CreateAndDeliver) { "card.key_too_long" } else { "card.key_long" }
}

const fn value_long(via: CardVia) -> &'static str {
    if matches!(via, CardVia::CreateAndDeliver) { "card.value_too_long" } else { "card.value_long" }
}

/// A key on its own; `row` is counted from 1.
pub(super) fn check_key(via: CardVia, key: &str, at: &str, row: usize, findings: &mut Findings) {
    if key.trim().is_empty() {
        findings.push(Finding::new(Severity::Error, at, "card.key_empty").arg("row", row));
        return;
    }
    if key.trim() != key || key.contains(|c: char| c.is_control()) {
        findings.push(Finding::new(Severity::Warning, at, "card.key_space").arg("key", key));
    }
    if placeholder(key).is_some() {
        findings.push(Finding::new(Severity::Warning, at, "card.key_placeholder").arg("key", key));
    }
    if key.len() > KEY_BYTES {
        findings.push(Finding::new(severity(via, Severity::Warning), at, key_long(via)).arg("key", key).limit(
            KEY_BYTES as u64,
            key.len() as u64,
            Unit::Bytes,
        ));
    }
    if key.starts_with("sys_") && key != FULL_JSON && key != LAST_MESSAGE {
        findings.push(Finding::new(Severity::Warning, at, "card.key_unknown_reserved").arg("key", key));
    }
}

/// A reserved key typed by hand; `true` when the value needs no further look.
fn check_reserved(card: &CardDraft, row: &ParamRow, at: &str, findings: &mut Findings) -> bool {
    if card.via.encoding() == Encoding::PerVariable {
        if matches!(row.key.as_str(), FULL_JSON | LAST_MESSAGE) {
            findings.push(Finding::new(Severity::Warning, at, "card.reserved_of_old_calls").arg("key", &row.key));
        }
        return false;
    }
    match row.key.as_str() {
        FULL_JSON if !row.kind.in_full_json() => {
            if check_object_text(&row.value, at, "card.full_json_not_object", findings) {
                findings.push(Finding::new(Severity::Warning, at, "card.full_json_by_hand"));
                if card.params.iter().any(|row| row.kind.in_full_json()) {
                    findings.push(Finding::new(Severity::Error, at, "card.full_json_twice"));
                }
            }
            true
        }
        LAST_MESSAGE if !row.kind.in_full_json() => {
            if check_object_text(&row.value, at, "card.last_message_not_object", findings) {
                if last_message_parts(&row.value).is_none() {
                    findings.push(Finding::new(Severity::Error, at, "card.last_message_language_twice"));
                } else {
                    findings.push(Finding::new(Severity::Warning, at, "card.last_message_by_hand"));
                }
                if !card.last_message.is_empty() {
                    findings.push(Finding::new(Severity::Error, at, "card.last_message_twice"));
                }
            }
            true
        }
        FULL_JSON | LAST_MESSAGE => {
            findings.push(Finding::new(Severity::Error, at, "card.key_reserved").arg("key", &row.key));
            false
        }
        _ => false,
    }
}

/// Whether a text is a JSON object; a finding with the reason when it is not.
pub(super) fn check_object_text(text: &str, at: &str, code: &'static str, findings: &mut Findings) -> bool {
    match json::parse_node(text) {
        Ok(node) if matches!(node.data, Data::Object(_)) => true,
        Ok(_) => {
            let finding = Finding::new(Severity::Error, at, code).arg("reason_key", "json.not_object");
            findings.push(finding);
            false
        }
        Err(error) => {
            findings.push(because(Finding::new(Severity::Error, at, code), &error));
            false
        }
    }
}

/// Adds why a text is no JSON: `%{reason}`, with line and column.
pub(super) fn because(finding: Finding, error: &JsonError) -> Finding {
    let (key, args) = error.problem.text();
    let mut finding = finding.arg("line", error.line).arg("column", error.column);
    for (name, value) in args {
        finding = finding.arg(name, value);
    }
    finding.arg("problem_key", key).arg("reason_key", "json.at_place")
}

/// A value against its kind and the limits.
pub(super) fn check_value(via: CardVia, key: &str, kind: ValueKind, value: &str, at: &str, findings: &mut Findings) {
    let shown = || value.chars().take(40).collect::<String>();
    if kind.in_full_json() {
        match json_text(kind, value) {
            Ok(_) if kind == ValueKind::Json => {
                if let Ok(node) = json::parse_node(value) {
                    let mut first = None;
                    node.duplicates("", &mut |pointer, _| {
                        first.get_or_insert_with(|| pointer.to_owned());
                    });
                    if let Some(inner) = first {
                        findings.push(
                            Finding::new(Severity::Warning, at, "card.value_json_duplicate")
                                .arg("key", key)
                                .arg("member", inner),
                        );
                    }
                }
            }
            Ok(_) => {}
            Err(ValueError::Empty) => {
                findings.push(Finding::new(Severity::Error, at, "card.value_empty").arg("key", key));
            }
            Err(ValueError::NotANumber) => {
                findings.push(
                    Finding::new(Severity::Error, at, "card.value_not_number").arg("key", key).arg("value", shown()),
                );
            }
            Err(ValueError::NotABoolean) => {
                findings.push(
                    Finding::new(Severity::Error, at, "card.value_not_boolean").arg("key", key).arg("value", shown()),
                );
            }
            Err(ValueError::NotJson(error)) => {
                let finding = Finding::new(Severity::Error, at, "card.value_not_json").arg("key", key);
                findings.push(because(finding, &error));
            }
        }
    } else if via.encoding() == Encoding::OneObject
        && value.starts_with(['{', '['])
        && json::parse_node(value).is_ok_and(|node| matches!(node.data, Data::Object(_) | Data::List(_)))
    {
        findings.push(Finding::new(Severity::Info, at, "card.value_looks_like_json").arg("key", key));
    }
    if let Some(found) = placeholder(value) {
        let found: String = found.chars().take(40).collect();
        findings
            .push(Finding::new(Severity::Warning, at, "card.value_placeholder").arg("key", key).arg("found", found));
    }
    // Where JSON travels as a text of its own, what counts is that text, without the space it was typed with.
    let own = via.encoding() == Encoding::PerVariable && kind.in_full_json();
    let bytes = if own { wire_text(kind, value).len() } else { value.len() };
    if bytes > VALUE_BYTES {
        findings.push(Finding::new(severity(via, Severity::Info), at, value_long(via)).arg("key", key).limit(
            VALUE_BYTES as u64,
            bytes as u64,
            Unit::Bytes,
        ));
    }
}

fn check_last_message(card: &CardDraft, findings: &mut Findings) {
    let at = pointer::join(PARAMS, LAST_MESSAGE);
    let by_hand = card.params.iter().any(|row| row.key == LAST_MESSAGE);
    if card.last_message.is_empty() {
        if !by_hand {
            findings.push(Finding::new(Severity::Info, at, "card.last_message_empty"));
        }
        return;
    }
    let missing: Vec<_> = LastMessage::LOCALES
        .iter()
        .zip(&card.last_message.texts)
        .filter(|(_, text)| text.trim().is_empty())
        .map(|(locale, _)| *locale)
        .collect();
    if !missing.is_empty() {
        findings
            .push(Finding::new(Severity::Info, &at, "card.last_message_partial").arg("missing", missing.join(", ")));
    }
    for (locale, text) in LastMessage::LOCALES.iter().zip(&card.last_message.texts) {
        if let Some(found) = placeholder(text) {
            findings.push(
                Finding::new(Severity::Warning, pointer::join(&at, locale), "card.value_placeholder")
                    .arg("key", locale)
                    .arg("found", found),
            );
        }
    }
}
