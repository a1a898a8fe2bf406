//! A code or word of a delivery's call, explained in one sentence.

use super::after::Silence;
use crate::{
    catalogue,
    dingtalk::System,
    lang::{Lang, text},
    store::journal::{Delivery, DeliveryState},
};

/// Whether a living process is sending it: calls of dead ones are settled when the journal is opened.
pub fn is_being_sent(delivery: &Delivery) -> bool {
    delivery.state == DeliveryState::Open && delivery.counts.begun > 0
}

/// How a delivery stands, in one or two words.
pub fn state(delivery: &Delivery, lang: Lang) -> String {
    let key = if is_being_sent(delivery) { "sending" } else { delivery.state.name() };
    text(lang, &format!("delivery.state.{key}"), &[])
}

/// What a code means, with what to do; `None` for an empty one.
pub fn explain_code(code: &str, lang: Lang) -> Option<String> {
    if code.is_empty() {
        return None;
    }
    let key = match code {
        "read" => Some("delivery.word.had_read"),
        "unknown.ended" => Some("delivery.word.ended"),
        "guard.only_to" => Some("wire.guarded.what"),
        "calls_per_month" => Some("delivery.word.month"),
        "people_per_minute" => Some("delivery.word.minute"),
        "unknown_path" => Some("delivery.word.path"),
        _ if code.starts_with("unknown.") => Some("outcome.hint.unknown"),
        _ if code.starts_with("network.") || code.starts_with("token.") => Some("outcome.hint.not_sent"),
        _ => None,
    };
    if let Some(key) = key {
        return Some(text(lang, key, &[]));
    }
    if let Some(why) = Silence::ALL.into_iter().find(|why| why.code() == code) {
        return Some(why.of_person(lang));
    }
    let entry = catalogue::lookup(System::Oapi, code, None).or_else(|| catalogue::lookup(System::Api, code, None))?;
    let words = match (lang, &entry.en) {
        (Lang::En, Some(words)) => words,
        _ => &entry.zh,
    };
    let space = if lang == Lang::En { " " } else { "" };
    Some(
        [words.what.as_str(), words.fix.as_str()]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(space),
    )
}
