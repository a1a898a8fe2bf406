//! A card put in several places: what became of each. `success: true` on top of the answer is not delivery.

use crate::{
    catalogue::{self, Explanation},
    dingtalk::{
        System,
        answers::{self, DeliverResult},
    },
    lang::Lang,
    store::history::Outcome,
};

/// The outcome that the places of an answer mean; `None` when it names none, or all took it.
pub fn outcome_of(results: &[DeliverResult]) -> Option<Outcome> {
    let refused = results.iter().filter(|result| !result.success).count();
    match refused {
        0 => None,
        all if all == results.len() => Some(Outcome::Refused),
        _ => Some(Outcome::Partly),
    }
}

/// What happened at one place, why, and what to do; `None` where the card was taken.
pub fn explain(result: &DeliverResult, lang: Lang) -> Option<Explanation> {
    (!result.success).then(|| catalogue::explain_space(&result.space_type, &result.message, lang))
}

/// The places of an answer as it was kept (masked JSON text); none where it names none or cannot be read.
pub fn of_answer(text: &str) -> Vec<DeliverResult> {
    // What is kept of an answer may have its status line and headers in front.
    let json = text.find('{').and_then(|at| text.get(at..)).unwrap_or_default();
    serde_json::from_str(json).map(|value| answers::deliver_results(&value)).unwrap_or_default()
}

/// The code that says what happened at a place, where its message is one; else a stable word.
pub fn code_of(result: &DeliverResult) -> String {
    let known = catalogue::lookup(System::Api, result.message.trim(), None);
    known.map_or_else(|| "deliver.space_refused".to_owned(), |entry| entry.code.clone())
}
