//! HTTP status and official wording of any code that can be asked for, out of the error catalogue.

use crate::catalogue::{Entry, lookup};
use crate::dingtalk::System;

/// What is known of a code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Known {
    pub(super) status: u16,
    pub(super) message: String,
}

/// Looks a code up: `param.empty`, `400002`, `88/60011`. An unknown one answers 400 with its own name as the message, as
/// DingTalk does for some (`param.templateUnpublished`).
pub(super) fn known(code: &str) -> Known {
    let found = match code.split_once('/') {
        Some((code, sub_code)) => lookup(System::Oapi, code, Some(sub_code)),
        None => lookup(System::Api, code, None).or_else(|| lookup(System::Oapi, code, None)),
    };
    // One status is not stated by any source: it belongs to a code whose siblings all answer 403.
    let guessed = if code.starts_with("Forbidden") { 403 } else { 400 };
    let status = found.and_then(|entry| entry.http).unwrap_or(guessed);
    let message = found.map(wording).filter(|text| !text.is_empty()).unwrap_or(code);
    Known { status, message: message.to_owned() }
}

/// The first of the official wordings, without the advice that follows the first full stop.
fn wording(entry: &'static Entry) -> &'static str {
    let first = entry.official.split(" | ").next().unwrap_or_default();
    first.split('。').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::Effect;
    use crate::sandbox::fault::RequestId;

    #[test]
    fn catalogue_codes_are_known_with_status_and_wording() {
        assert_eq!(known("param.empty"), Known { status: 400, message: "入参为空".to_owned() });
        assert_eq!(known("systemBusy").status, 500);
        assert_eq!(known("Forbidden.AccessDenied.IpNotInWhiteList").status, 403);
        assert_eq!(known("88/40014").message, "不合法的access_token");
        assert_eq!(known("88/50002").message, "企业员工不在授权范围", "a sub code without an entry of its own");
        assert_eq!(known("never.heard"), Known { status: 400, message: "never.heard".to_owned() });
    }

    #[test]
    fn every_catalogued_code_can_be_asked_for_and_comes_back_as_itself() {
        let ids = RequestId { api: "A".to_owned(), oapi: "b".to_owned() };
        for entry in crate::catalogue::all() {
            let code = match &entry.sub_code {
                Some(sub_code) => format!("{}/{sub_code}", entry.code),
                None => entry.code.clone(),
            };
            let effect = Effect::code(code.clone());
            let reply = effect.fault(entry.system, "/x", "dingkey").expect("a code is a fault").reply(&ids);
            if code.starts_with("HTTP ") {
                assert_eq!(reply.status.to_string(), code[5..8]);
                continue;
            }
            let body: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
            if code == "x5-punish" {
                assert_eq!(body["punish"], "deny");
                continue;
            }
            match entry.system {
                System::Api => {
                    assert_eq!((body["code"].as_str(), body["requestid"].as_str()), (Some(&*code), Some("A")));
                }
                System::Oapi => {
                    assert_eq!(reply.status, 200, "{code}");
                    assert_eq!(body["errcode"].as_i64().map(|errcode| errcode.to_string()), Some(entry.code.clone()));
                    assert_eq!(body["sub_code"].as_str().is_some(), entry.sub_code.is_some(), "{code}");
                    assert_eq!(body["request_id"], "b");
                }
            }
        }
    }
}
