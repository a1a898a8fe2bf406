//! 全部发给我: the cases of a template as cards for the test people, and what became of each.
//!
//! Makes drafts of cases and remembers results; plans and sends nothing itself ([`crate::deliver::cases`] does).

use std::sync::{Arc, OnceLock};

use crate::{
    compose::{
        CardDraft, PersonRef,
        card::{ParamRow, PrivateColumn, PrivateRow, PrivateTable, ValueKind},
    },
    deliver::cases::{CasePlan, Refused},
    lang::Lang,
    store::journal::{CallRow, Counts, DeliveryId, Journal},
    template::{Export, cases::Case},
    ui::{
        background::Background,
        delivery::{Failed, words},
        remote::Remote,
        widgets::Dot,
    },
};

use super::form::{kind_of, typed_text};

/// The cases of a template that shall be sent.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The template's id.
    pub template_id: String,
    /// The cases.
    pub cases: Vec<Case>,
}

/// Cases that wait for a person's yes.
pub struct Asked {
    /// What shall be sent.
    pub plan: CasePlan,
    /// To whom.
    pub people: Vec<PersonRef>,
    /// For which template.
    pub template_id: String,
    /// The words of the cases, by their place.
    pub keys: Vec<String>,
    /// The title of the delivery.
    pub title: String,
}

/// Cases that were sent, or are on their way.
pub struct SentCases {
    /// The template's id.
    pub template_id: String,
    /// Of each call: the word of its case.
    keys: Vec<String>,
    /// The cases that did not go out: their word, and why.
    refused: Vec<(String, String)>,
    /// The delivery, once it is written down.
    pub id: Arc<OnceLock<DeliveryId>>,
    calls: Remote<Vec<CallRow>, Failed>,
    /// What the last reading was made for.
    read_for: Option<(bool, Counts)>,
}

impl SentCases {
    /// Cases about to leave.
    pub fn new(template_id: String, keys: &[String], plan: &CasePlan, lang: Lang) -> Self {
        let key = |place: usize| keys.get(place).cloned().unwrap_or_default();
        Self {
            template_id,
            keys: plan.case_of_call.iter().map(|place| key(*place)).collect(),
            refused: plan.refused.iter().map(|(place, why)| (key(*place), why_not(why, lang))).collect(),
            id: Arc::default(),
            calls: Remote::NotAsked,
            read_for: None,
        }
    }

    /// Whether its results are being read.
    pub fn is_busy(&self) -> bool {
        self.calls.is_pending()
    }

    /// Reads its calls again when they moved on. Call it once a pass.
    pub fn follow(&mut self, now: (bool, Counts), journal: &Arc<Journal>, background: &Background) {
        self.calls.poll();
        let Some(id) = self.id.get().copied() else { return };
        if self.calls.is_pending() || self.read_for == Some(now) {
            return;
        }
        self.read_for = Some(now);
        let journal = Arc::clone(journal);
        background.start_blocking("case-results", &mut self.calls, move || journal.calls(id).map_err(Failed::Error));
    }

    /// What became of a case, in words with its colour; `None` when it was not among them.
    pub fn result(&self, key: &str, lang: Lang) -> Option<(Dot, String)> {
        if let Some((_, why)) = self.refused.iter().find(|(known, _)| known == key) {
            return Some((Dot::Error, tr!(lang, "lab.case_not_sent", reason = why).into_owned()));
        }
        let number = self.keys.iter().position(|known| known == key)? as u64 + 1;
        let call = self.calls.value()?.iter().find(|call| call.number == number)?;
        let mut word = words::call_state(call.state, lang);
        if !call.ended.code.is_empty() {
            let why = crate::deliver::words::explain_code(&call.ended.code, lang);
            word = format!("{word}（{}）", why.unwrap_or_else(|| call.ended.code.clone()));
        }
        Some((words::call_dot(call.state), word))
    }
}

fn why_not(why: &Refused, lang: Lang) -> String {
    match why {
        Refused::Finding(finding) => finding.message(lang),
        Refused::Guard(_) => tr!(lang, "lab.case_guarded").into_owned(),
        Refused::ReachesNobody => tr!(lang, "lab.case_update").into_owned(),
    }
}

/// A case as a card: everything as in `base`, but for the values.
pub fn draft_of(base: &CardDraft, export: &Export, case: &Case, people: &[PersonRef]) -> CardDraft {
    let kind = |name: &str| export.variable(name).map_or(ValueKind::Text, kind_of);
    let params = case.card.iter().filter(|(_, value)| !value.is_null());
    let params = params.map(|(name, value)| ParamRow { key: name.clone(), kind: kind(name), value: typed_text(value) });
    let own: Vec<_> = case.private.iter().filter(|(_, value)| !value.is_null()).collect();
    let cells: Vec<Option<String>> = own.iter().map(|(_, value)| Some(typed_text(value))).collect();
    let rows = people.iter().map(|person| PrivateRow { person: person.clone(), cells: cells.clone().into() }).collect();
    let columns = own.iter().map(|(name, _)| PrivateColumn { key: (*name).clone(), kind: kind(name) }).collect();
    let private = if own.is_empty() { PrivateTable::default() } else { PrivateTable { columns, rows } };
    CardDraft { params: params.collect(), private: Arc::new(private), ..base.clone() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::cases::Origin;

    #[test]
    fn a_case_becomes_a_card_with_its_values_typed_and_the_private_ones_for_each_tester() {
        let editor = json!({ "variableList": [
            { "name": "title", "type": "string" }, { "name": "n", "type": "number" }, { "name": "rows", "type": "loopArray" },
            { "name": "own", "type": "boolean", "private": true } ] });
        let export = Export::read(&json!({ "editorData": editor.to_string() }).to_string()).unwrap();
        let map = |value: serde_json::Value| value.as_object().cloned().unwrap();
        let case = Case {
            origin: Origin::Sample,
            card: map(json!({ "title": "周报", "n": null, "rows": [{ "a": 1 }] })),
            private: map(json!({ "own": true })),
            tick: None,
        };
        let base = CardDraft {
            card_template_id: "t".into(),
            params: vec![ParamRow { key: "old".into(), ..ParamRow::default() }],
            ..CardDraft::default()
        };
        let people = ["a", "b"].map(|id| PersonRef { id: id.into(), name: String::new() });
        let card = draft_of(&base, &export, &case, &people);
        let rows: Vec<_> = card.params.iter().map(|row| (row.key.as_str(), row.kind, row.value.as_str())).collect();
        assert_eq!(rows, [("title", ValueKind::Text, "周报"), ("rows", ValueKind::Json, "[{\"a\":1}]")]);
        assert_eq!(card.card_template_id, "t");
        assert_eq!(card.private.columns, [PrivateColumn { key: "own".into(), kind: ValueKind::Boolean }]);
        assert_eq!((card.private.rows.len(), card.private.rows[1].cells[0].as_deref()), (2, Some("true")));
    }
}
