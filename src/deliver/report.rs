//! What happened, as data: the object that `--json` prints. The window shows the same facts from the same structures.

use serde_json::{Map, Value, json};

use super::{
    send::{Delivery, Outcome},
    spaces,
};
use crate::{
    catalogue::Explanation,
    compose::{Finding, file::FileError},
    dingtalk::{answers::DeliverResult, fault::Fault},
    lang::Lang,
};

/// The object of `--json` for a draft that was only checked, or that has findings: no call was made.
pub fn checked(findings: &[Finding], blocked: bool, lang: Lang) -> Value {
    json!({
        "outcome": if blocked { "findings" } else { "ready" },
        "findings": findings.iter().map(|one| finding(one, lang)).collect::<Vec<_>>(),
        "calls": [],
    })
}

/// The object of `--json` for a file that is no usable draft: one finding, with its place where there is one.
pub fn unreadable(error: &FileError, lang: Lang) -> Value {
    let mut found = json!({
        "pointer": "",
        "severity": "error",
        "code": "draft.unreadable",
        "message": error.message(lang),
    });
    if let (Some(place), Some(object)) = (error.place(), found.as_object_mut()) {
        object.insert("line".to_owned(), json!(place.line));
        object.insert("column".to_owned(), json!(place.column));
    }
    json!({ "outcome": "findings", "findings": [found], "calls": [] })
}

/// The object of `--json` for a draft that was sent. Nothing secret is in it: every text of an exchange is masked.
pub fn delivered(delivery: &Delivery, findings: &[Finding], profile: &str, lang: Lang) -> Value {
    json!({
        "outcome": outcome_word(delivery.outcome),
        "profile": profile,
        "findings": findings.iter().map(|one| finding(one, lang)).collect::<Vec<_>>(),
        "calls": [call(delivery, lang)],
    })
}

/// The word of an outcome in `--json`. What never left is a refusal to the caller: nothing was handed over, and nothing
/// is in doubt; the call's `code` tells them apart. So is what some places refused: `deliver_results` tells which.
pub const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::HandedOver => "handed_over",
        Outcome::Refused | Outcome::Partly | Outcome::NotSent => "refused",
        Outcome::Begun | Outcome::Unknown => "unknown",
    }
}

/// A finding as reported: `limit` only where there is one.
pub fn finding(finding: &Finding, lang: Lang) -> Value {
    let mut object = Map::new();
    object.insert("pointer".to_owned(), json!(finding.pointer));
    object.insert("severity".to_owned(), json!(finding.severity.name()));
    object.insert("code".to_owned(), json!(finding.code));
    object.insert("message".to_owned(), json!(finding.message(lang)));
    if let Some(limit) = finding.limit {
        object
            .insert("limit".to_owned(), json!({ "max": limit.max, "actual": limit.actual, "unit": limit.unit.name() }));
    }
    Value::Object(object)
}

fn call(delivery: &Delivery, lang: Lang) -> Value {
    let exchange = &delivery.exchange;
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    put("system", json!(exchange.system.name()));
    put("method", json!(exchange.method.name()));
    put("path", json!(exchange.path));
    put("http_status", json!(exchange.http_status));
    put("code", json!(delivery.code()));
    put("message", json!(delivery.message()));
    put("request_id", json!(exchange.request_id));
    put("attempts", json!(exchange.attempts));
    put("elapsed_ms", json!(u64::try_from(exchange.elapsed.as_millis()).unwrap_or(u64::MAX)));
    for (name, text) in [
        ("task_id", &delivery.ids.task_id),
        ("process_query_key", &delivery.ids.process_query_key),
        ("out_track_id", &delivery.ids.out_track_id),
    ] {
        if !text.is_empty() {
            put(name, json!(text));
        }
    }
    if !delivery.spaces.is_empty() {
        put("deliver_results", Value::Array(delivery.spaces.iter().map(|result| space(result, lang)).collect()));
    }
    if let Some(explanation) = delivery.explain(lang) {
        put("explanation", self::explanation(&explanation));
    }
    Value::Object(object)
}

/// What became of the card at one place.
fn space(result: &DeliverResult, lang: Lang) -> Value {
    let mut object = Map::new();
    object.insert("space_type".to_owned(), json!(result.space_type));
    object.insert("space_id".to_owned(), json!(result.space_id));
    object.insert("success".to_owned(), json!(result.success));
    if let Some(carrier) = &result.carrier_id {
        object.insert("carrier_id".to_owned(), json!(carrier));
    }
    if !result.message.is_empty() {
        object.insert("message".to_owned(), json!(result.message));
    }
    if let Some(said) = spaces::explain(result, lang) {
        object.insert("explanation".to_owned(), explanation(&said));
    }
    Value::Object(object)
}

fn explanation(explanation: &Explanation) -> Value {
    let mut object = Map::new();
    object.insert("what".to_owned(), json!(explanation.what));
    object.insert("cause".to_owned(), json!(explanation.cause));
    object.insert("fix".to_owned(), json!(explanation.fix));
    if !explanation.scopes.is_empty() {
        object.insert("scopes".to_owned(), json!(explanation.scopes));
    }
    if let Some(ip) = &explanation.ip {
        object.insert("ip".to_owned(), json!(ip));
    }
    Value::Object(object)
}

/// DingTalk's code of a fault, else its word: what a call of a delivery is explained by.
pub fn fault_code(fault: &Fault) -> String {
    let own = fault.refusal().and_then(|refusal| refusal.code.clone());
    own.unwrap_or_else(|| fault_word(fault).unwrap_or_default().to_owned())
}

/// A stable word for a fault without a code of DingTalk's: `network.dns`, `unknown.timed_out`…
pub fn fault_word(fault: &Fault) -> Option<&'static str> {
    use crate::dingtalk::fault::{Doubt, NotSent, RefusalShape};
    Some(match fault {
        Fault::Refused(refusal) => match refusal.shape {
            RefusalShape::IpBan => "gateway.ip_ban",
            RefusalShape::WrongContent { .. } => "answer.wrong_content",
            RefusalShape::Redirect { .. } => "answer.redirect",
            RefusalShape::NoCode => "answer.no_code",
            RefusalShape::NoSuccess => "answer.no_success",
            RefusalShape::Api | RefusalShape::ApiErrcode | RefusalShape::Oapi | RefusalShape::OapiWrapped => {
                return None;
            }
        },
        Fault::NotSent(not_sent) => match not_sent {
            NotSent::Dns { .. } => "network.dns",
            NotSent::ConnectionRefused { .. } => "network.refused",
            NotSent::ConnectTimedOut { .. } => "network.connect_timed_out",
            NotSent::Unreachable { .. } => "network.unreachable",
            NotSent::Tls { .. } => "network.tls",
            NotSent::Proxy { .. } => "network.proxy",
            NotSent::NoCertificates => "network.no_certificates",
            NotSent::BadRequest { .. } => "request.impossible",
            NotSent::NoToken { .. } => "token.missing",
            NotSent::TokenUnknown(_) => "token.no_answer",
            NotSent::CannotRenew => "token.not_renewable",
            NotSent::Cancelled => "cancelled",
            NotSent::Guarded { .. } => "guard.only_to",
        },
        Fault::Unknown(doubt) => match doubt {
            Doubt::TimedOut => "unknown.timed_out",
            Doubt::Cut { .. } => "unknown.cut",
            Doubt::Cancelled => "unknown.cancelled",
            Doubt::ServerError { .. } => "unknown.server_error",
            Doubt::NoReadableAnswer { .. } => "unknown.no_readable_answer",
        },
    })
}
