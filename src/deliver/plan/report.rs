//! The plan as data: the object that `--plan --json` prints.

use serde_json::{Map, Value, json};

use super::{Doubt, Dropped, Offer, Plan, Recipients, Rule};
use crate::{
    compose::personal::Use,
    deliver::{limits::Allowed, report::finding},
    lang::{Lang, text},
};

/// The rule for a person, as a sentence.
pub fn rule_label(rule: Rule, lang: Lang) -> String {
    text(lang, &format!("delivery.rule.{}", rule.name()), &[])
}

impl Offer {
    /// The words of a button.
    pub fn label(self, lang: Lang) -> String {
        text(lang, &format!("delivery.offer.{}", self.name()), &[])
    }
}

impl Doubt {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        let args: Vec<(&str, String)> = match self {
            Self::Nobody | Self::NotForPeople | Self::LongerThanADay => Vec::new(),
            Self::Conversation(kinds) => vec![("kinds", kinds.join("、"))],
            Self::UnknownDepartments(ids) => vec![("departments", ids.join("、"))],
            Self::Month { left, needed, until_ms } => {
                vec![("left", left.to_string()), ("needed", needed.to_string()), ("until", local_moment(*until_ms))]
            }
            Self::NoReport { calls } => vec![("calls", calls.to_string())],
        };
        text(lang, &format!("delivery.doubt.{}", self.name()), &args)
    }
}

/// A moment as people read it: by this computer's clock, to the minute.
pub fn local_moment(at_unix_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_unix_ms).map(|at| at.to_zoned(jiff::tz::TimeZone::system()));
    at.map_or_else(|_| at_unix_ms.to_string(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

/// A moment as reports write it: RFC 3339 in UTC.
pub fn moment(at_unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_unix_ms).map_or_else(|_| at_unix_ms.to_string(), |at| at.to_string())
}

fn limit(allowed: Allowed) -> Value {
    let said: Vec<Value> = allowed.said.iter().map(|one| json!({ "value": one.value, "source": one.source })).collect();
    json!({ "value": allowed.value, "set": allowed.set, "documented": said })
}

fn dropped(one: &Dropped, recipients: &Recipients, lang: Lang) -> Value {
    let person = recipients.person(one.row);
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    put("userid", json!(person.map(|person| person.id.as_str())));
    put("row", json!(one.row + 1));
    put("rule", json!(one.rule.name()));
    put("explanation", json!(rule_label(one.rule, lang)));
    if one.got > 0 {
        put("got", json!(one.got));
    }
    if let Some(until) = one.until_ms {
        put("until", json!(moment(until)));
    }
    put("offers", json!(one.rule.offers().iter().map(|offer| offer.name()).collect::<Vec<_>>()));
    Value::Object(object)
}

/// The object of `--plan --json`.
pub fn plan_json(plan: &Plan, recipients: &Recipients, profile: &str, lang: Lang) -> Value {
    let calls: Vec<Value> = plan
        .calls
        .iter()
        .enumerate()
        .map(|(at, call)| {
            json!({ "number": at + 1, "people": call.people.len(), "content": call.content + 1, "at_ms": call.at_ms })
        })
        .collect();
    let limits: Map<String, Value> =
        plan.allowed.all().into_iter().map(|(key, allowed)| (key.to_owned(), limit(allowed))).collect();
    let columns: Map<String, Value> = plan
        .columns
        .iter()
        .map(|(name, used)| {
            let used = match used {
                Use::InTexts => "in_texts",
                Use::Value => "value",
                Use::Nothing => "unused",
            };
            (name.clone(), json!(used))
        })
        .collect();
    let doubts: Vec<Value> = plan
        .doubts
        .iter()
        .map(|doubt| json!({ "doubt": doubt.name(), "blocks": doubt.blocks(), "message": doubt.message(lang) }))
        .collect();
    let findings: Vec<Value> = plan
        .findings
        .iter()
        .zip(&plan.found_at)
        .map(|(one, row)| {
            let mut said = finding(one, lang);
            if let (Some(object), Some(person)) = (said.as_object_mut(), row.and_then(|row| recipients.person(row))) {
                object.insert("userid".to_owned(), json!(person.id));
            }
            said
        })
        .collect();
    json!({
        "profile": profile,
        "mode": plan.mode.name(),
        "kind": plan.via.kind().name(),
        "via": plan.via.name(),
        "people": plan.people(),
        "calls": plan.calls.len(),
        "contents": plan.contents.len(),
        "takes_ms": plan.takes_ms,
        "blocked": plan.blocked() || plan.in_vain() > 0,
        "left_out": plan.left_out,
        "limits": limits,
        "columns": columns,
        "cut": calls,
        "dropped": plan.dropped.iter().map(|one| dropped(one, recipients, lang)).collect::<Vec<_>>(),
        "doubts": doubts,
        "findings": findings,
    })
}
