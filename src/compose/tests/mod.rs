//! Stories and properties of the whole room; small ones stand beside the code.

mod card;
mod cost;
mod file;
mod fix;
mod json;
mod notice;
mod paste;
mod personal;
mod round_trip;
mod texts;
mod ways;

use super::{CheckContext, Draft, Finding, Kind, Known, Severity, check_draft};

/// A card that has no error, as text of its body.
const CARD: &str = r#"{
  "cardTemplateId": "7bd1.schema",
  "openConversationId": "cid1234",
  "receiverUserIdList": ["zhang01", "li02"],
  "outTrackId": "t-1",
  "robotCode": "dingrobot",
  "cardData": {"cardParamMap": {"title": "报销", "sys_lastMessageI18n": "{\"zh_CN\":\"报销\",\"zh_TW\":\"報銷\",\"zh_HK\":\"報銷\",\"ja_JP\":\"精算\",\"en_US\":\"Claim\"}"}}
}"#;

/// A notice that has no error.
const NOTICE: &str =
    r#"{"agent_id": 948060598, "template_id": "e27a", "userid_list": "zhang01,li02", "data": "{\"name\":\"张三\"}"}"#;

fn draft(kind: Kind, text: &str) -> Draft {
    Draft::from_text(kind, text).unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

/// The card above with some members replaced; `null` takes one out.
fn card_with(change: &str) -> Draft {
    merged(Kind::Card, CARD, change)
}

fn notice_with(change: &str) -> Draft {
    merged(Kind::Notice, NOTICE, change)
}

fn merged(kind: Kind, base: &str, change: &str) -> Draft {
    let mut body = super::json::parse(base).unwrap().value;
    let change = super::json::parse(change).unwrap().value;
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(name);
        } else {
            body[name] = value.clone();
        }
    }
    Draft::from_body(kind, &body)
}

fn findings(draft: &Draft) -> Vec<Finding> {
    check_draft(draft, &CheckContext::default()).findings
}

/// Severity letter, code and pointer of every finding, without the infos.
fn short(draft: &Draft) -> Vec<String> {
    findings(draft).iter().filter(|finding| finding.severity > Severity::Info).map(shown).collect()
}

fn shown(finding: &Finding) -> String {
    let letter = &finding.severity.name()[..1];
    format!("{letter} {} {}", finding.code, finding.pointer)
}

/// So many cases, or `PROPTEST_CASES`; what failed is in the output, not in a file beside the source.
fn cases(cases: u32) -> proptest::test_runner::Config {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(cases);
    proptest::test_runner::Config { cases, failure_persistence: None, ..proptest::test_runner::Config::default() }
}

struct Sent(&'static str, String);

impl Known for Sent {
    fn earlier_content(&self, out_track_id: &str) -> Option<String> {
        (out_track_id == self.0).then(|| self.1.clone())
    }
}
