//! 全部发给我: the cases of a template as cards for the test people, and what became of each.
//!
//! Makes drafts of cases and remembers results; plans and sends nothing itself ([`crate::deliver::cases`] does).

use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

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
    /// The `outTrackId` of the first card.
    pub track: String,
}

/// Cases that were sent, or are on their way.
pub struct SentCases {
    /// The template's id.
    pub template_id: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// To whom.
    pub people: Vec<PersonRef>,
    /// The export they were made from ([`text_hash`](crate::template::cases::text_hash)).
    pub export: String,
    /// Of each call: the word of its case.
    keys: Vec<String>,
    /// The cases that did not go out: their word, and why.
    refused: Vec<(String, String)>,
    /// The delivery, once it is written down.
    pub id: Arc<OnceLock<DeliveryId>>,
    /// The `outTrackId` of its first card: what tells it from a delivery of the same number in another journal.
    track: String,
    /// Whether it is kept as it is now.
    kept: bool,
    calls: Remote<Vec<CallRow>, Failed>,
    /// What the last reading was made for.
    read_for: Option<(bool, Counts)>,
}

impl SentCases {
    /// Cases about to leave. `export` is the [`text_hash`](crate::template::cases::text_hash) of their export.
    pub fn new(asked: &Asked, export: String, at_ms: i64, lang: Lang) -> Self {
        let key = |place: usize| asked.keys.get(place).cloned().unwrap_or_default();
        Self {
            template_id: asked.template_id.clone(),
            at_ms,
            people: asked.people.clone(),
            export,
            keys: asked.plan.case_of_call.iter().map(|place| key(*place)).collect(),
            refused: asked.plan.refused.iter().map(|(place, why)| (key(*place), why_not(why, lang))).collect(),
            id: Arc::default(),
            track: asked.track.clone(),
            kept: false,
            calls: Remote::NotAsked,
            read_for: None,
        }
    }

    /// What to keep of it, when that is another thing than before: not before its delivery is written down.
    pub fn to_keep(&mut self) -> Option<Value> {
        if self.kept || (!self.keys.is_empty() && self.id.get().is_none()) {
            return None;
        }
        self.kept = true;
        let people: Vec<Value> =
            self.people.iter().map(|person| json!({ "id": person.id, "name": person.name })).collect();
        Some(json!({
            "delivery": self.id.get().map(|id| id.0),
            "track": self.track,
            "at_ms": self.at_ms,
            "export": self.export,
            "people": people,
            "cases": self.keys,
            "refused": self.refused,
        }))
    }

    /// Reads what was kept; `None` where there is nothing.
    pub fn read(template_id: &str, kept: &Value) -> Option<Self> {
        let word = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = |name: &str| kept.get(name).and_then(Value::as_array).into_iter().flatten();
        let id = OnceLock::new();
        if let Some(number) = kept.get("delivery").and_then(Value::as_i64) {
            id.set(DeliveryId(number)).ok();
        }
        Some(Self {
            template_id: template_id.to_owned(),
            at_ms: kept.get("at_ms")?.as_i64()?,
            people: list("people")
                .map(|person| PersonRef { id: word(person, "id"), name: word(person, "name") })
                .collect(),
            export: word(kept, "export"),
            keys: list("cases").filter_map(|key| key.as_str().map(str::to_owned)).collect(),
            refused: list("refused")
                .filter_map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned())))
                .collect(),
            id: Arc::new(id),
            track: word(kept, "track"),
            kept: true,
            calls: Remote::NotAsked,
            read_for: None,
        })
    }

    /// A case has another word now.
    pub fn rename(&mut self, from: &str, to: &str) {
        let refused = self.refused.iter_mut().map(|(key, _)| key);
        for key in self.keys.iter_mut().chain(refused).filter(|key| *key == from) {
            to.clone_into(key);
            self.kept = false;
        }
    }

    /// Whether its results are being read.
    pub fn is_busy(&self) -> bool {
        self.calls.is_pending()
    }

    /// How many cards it is.
    pub fn cards(&self) -> usize {
        self.keys.len()
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

    /// Its delivery, where the journal has it.
    pub fn delivery(&self) -> Option<DeliveryId> {
        self.rows()?;
        self.id.get().copied()
    }

    /// Its calls, where the journal has them.
    fn rows(&self) -> Option<&[CallRow]> {
        let rows = self.calls.value()?;
        let first = rows.iter().find(|call| call.number == 1)?;
        (first.out_track_id == self.track).then_some(rows.as_slice())
    }

    /// What became of a case, in words with its colour; `None` when it was not among them.
    pub fn result(&self, key: &str, lang: Lang) -> Option<(Dot, String)> {
        if let Some((_, why)) = self.refused.iter().find(|(known, _)| known == key) {
            return Some((Dot::Error, tr!(lang, "lab.case_not_sent", reason = why).into_owned()));
        }
        let number = self.keys.iter().position(|known| known == key)? as u64 + 1;
        let call = self.rows()?.iter().find(|call| call.number == number)?;
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
    use super::*;
    use crate::template::cases::Origin;

    #[test]
    fn what_was_sent_is_kept_once_its_delivery_is_written_down_and_read_again() {
        let mut sent = SentCases {
            template_id: "t".into(),
            at_ms: 7,
            people: vec![PersonRef { id: "u".into(), name: "周".into() }],
            export: "e".into(),
            keys: vec!["sample".into()],
            refused: vec![("empty".into(), "太长".into())],
            id: Arc::default(),
            track: "track".into(),
            kept: false,
            calls: Remote::NotAsked,
            read_for: None,
        };
        assert_eq!(sent.to_keep(), None, "its delivery has no number yet");
        sent.id.set(DeliveryId(3)).unwrap();
        let kept = sent.to_keep().unwrap();
        assert_eq!(sent.to_keep(), None, "once");
        let mut again = SentCases::read("t", &kept).unwrap();
        assert_eq!((again.at_ms, again.people.clone(), again.cards()), (7, sent.people.clone(), 1));
        assert_eq!(again.id.get(), Some(&DeliveryId(3)));
        assert!(again.result("empty", Lang::Zh).unwrap().1.contains("太长"));
        assert_eq!((again.to_keep(), again.delivery()), (None, None));
        again.rename("nobody", "other");
        assert_eq!(again.to_keep(), None);
        again.rename("empty", "other");
        assert!(again.result("other", Lang::Zh).is_some() && again.to_keep().is_some());
        assert!(SentCases::read("t", &Value::Null).is_none());
    }

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
