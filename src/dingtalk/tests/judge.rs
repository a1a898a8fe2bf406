//! Every shape of answer leads to the verdict that the command line's exit codes rest on.

use proptest::prelude::*;
use serde_json::json;

use crate::dingtalk::endpoint::{self, Endpoint};
use crate::dingtalk::judge::{ANSWER_LIMIT, BodyEnd, RawAnswer, judge};
use crate::dingtalk::{Doubt, Fault, Refusal, RefusalShape, System, Unreadable};

const JSON: &str = "application/json;charset=UTF-8";

fn raw<'a>(http: u16, content_type: &'a str, body: &'a [u8]) -> RawAnswer<'a> {
    RawAnswer { http, content_type, location: None, body, end: BodyEnd::Whole }
}

fn fault(endpoint: &Endpoint, http: u16, body: &str) -> Fault {
    *judge(endpoint, &raw(http, JSON, body.as_bytes())).unwrap_err()
}

fn refusal(endpoint: &Endpoint, http: u16, body: &str) -> Refusal {
    match fault(endpoint, http, body) {
        Fault::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn is_ok(endpoint: &Endpoint, http: u16, body: &str) -> bool {
    judge(endpoint, &raw(http, JSON, body.as_bytes())).is_ok()
}

static CARD: &Endpoint = &endpoint::SEND_PRIVATE_CHAT_CARD;
static NOTICE: &Endpoint = &endpoint::SEND_BY_TEMPLATE;
static SEARCH: &Endpoint = &endpoint::CONTACT_USERS_SEARCH;
static LISTSUB: &Endpoint = &endpoint::DEPARTMENT_LISTSUB;

#[test]
fn success_is_taken_only_from_the_documented_signs() {
    assert!(is_ok(CARD, 200, r#"{"success":true,"result":{"processQueryKey":"k"}}"#));
    assert!(is_ok(CARD, 200, r#"{"success":"true","result":{}}"#));
    assert!(is_ok(CARD, 200, "\u{feff}{\"result\":{\"processQueryKey\":\"k\"}}"));
    assert!(is_ok(SEARCH, 200, r#"{"hasMore":false,"totalCount":0,"list":[]}"#));
    assert!(is_ok(NOTICE, 200, r#"{"errcode":0,"errmsg":"ok","task_id":1}"#));
    assert!(is_ok(NOTICE, 200, r#"{"errcode":"0"}"#));
    assert!(is_ok(NOTICE, 200, r#"{"errcode":0.0,"code":"x"}"#));
    for body in [
        "{}",
        r#"{"result":{}}"#,
        r#"{"result":{"processQueryKey":null}}"#,
        r#"{"success":"perhaps"}"#,
        r#"{"errcode":0}"#,
    ] {
        let doubt = Doubt::NoReadableAnswer { http: 200, why: Unreadable::NoVerdict };
        assert_eq!(fault(CARD, 200, body), Fault::Unknown(doubt), "{body}");
    }
    let doubt = Doubt::NoReadableAnswer { http: 200, why: Unreadable::NoVerdict };
    assert_eq!(fault(NOTICE, 200, r#"{"success":true,"task_id":5}"#), Fault::Unknown(doubt));
}

#[test]
fn an_api_error_keeps_code_message_and_scopes_in_whatever_capitals() {
    let real = r#"{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","requestid":"R1","message":"没有调用该接口的权限，接口权限申请参考：https://open.dingtalk.com/document/orgapp-server/add-api-permission","accessdenieddetail":{"requiredScopes":["Contact.User.Read"]}}"#;
    let found = refusal(CARD, 403, real);
    assert_eq!(found.code.as_deref(), Some("Forbidden.AccessDenied.AccessTokenPermissionDenied"));
    assert_eq!(found.scopes, ["Contact.User.Read"]);
    assert_eq!(found.links, ["https://open.dingtalk.com/document/orgapp-server/add-api-permission"]);
    assert_eq!(found.shape, RefusalShape::Api);
    assert!(found.is_permission() && !found.is_rate_limit());

    let capitals = r#"{"RequestId":"R2","Code":"InvalidAuthentication","Message":"不合法的access_token","AccessDeniedDetail":{"RequiredScopes":["A.B"]}}"#;
    let found = refusal(CARD, 400, capitals);
    assert!(found.is_invalid_token());
    assert_eq!(found.scopes, ["A.B"]);
}

#[test]
fn a_403_for_a_limit_is_not_a_permission_fault() {
    for code in [
        "Forbidden.AccessDenied.QpsLimitForApi",
        "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi",
        "Forbidden.AccessDenied.QpsLimitForSomethingNew",
    ] {
        let found = refusal(CARD, 403, &json!({ "code": code, "message": "m" }).to_string());
        assert!(found.is_rate_limit() && !found.is_permission(), "{code}");
    }
}

#[test]
fn the_api_host_may_answer_with_an_errcode_body() {
    let found = refusal(&endpoint::TOKEN_THIRD_PARTY_API, 200, r#"{"errcode":404,"errmsg":"请求的URI地址不存在"}"#);
    assert_eq!(
        (found.code.as_deref(), found.system, found.shape),
        (Some("404"), System::Api, RefusalShape::ApiErrcode)
    );
}

#[test]
fn an_api_answer_without_success_is_refused_not_ok() {
    let found = refusal(CARD, 200, r#"{"success":false,"message":"no"}"#);
    assert_eq!((found.code, found.message.as_str(), found.shape), (None, "no", RefusalShape::NoSuccess));
    let found = refusal(CARD, 200, r#"{"success":"false","code":"systemBusy","message":"系统繁忙"}"#);
    assert_eq!(found.code.as_deref(), Some("systemBusy"));
    let found = refusal(CARD, 500, r#"{"code":"systemError","message":"系统错误"}"#);
    assert_eq!(found.code.as_deref(), Some("systemError"));
}

#[test]
fn oapi_faults_are_read_plain_and_out_of_the_wrapper() {
    let found = refusal(NOTICE, 200, r#"{"errcode":"885001","errmsg":"消息模板不存在"}"#);
    assert_eq!((found.code.as_deref(), found.wrapper, found.shape), (Some("885001"), None, RefusalShape::Oapi));
    let found = refusal(NOTICE, 200, r#"{"errcode":22,"sub_msg":"不合法ApiName，x"}"#);
    assert_eq!((found.code.as_deref(), found.message.as_str()), (Some("22"), "不合法ApiName，x"));

    let wrapped = r#"{"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token","errmsg":"ding talk error[subcode=40014,submsg=不合法的access_token]","request_id":"16l4ew3d47pdp"}"#;
    let found = refusal(LISTSUB, 200, wrapped);
    assert_eq!((found.code.as_deref(), found.wrapper.as_deref()), (Some("40014"), Some("88")));
    assert_eq!(found.message, "不合法的access_token");
    assert!(found.is_invalid_token());
    for other in [
        r#"{"errcode":88,"subCode":40014,"subMsg":"x"}"#,
        r#"{"errcode":"88","errmsg":"ding talk error[subcode=40014,submsg=不合法的access_token]"}"#,
    ] {
        assert!(refusal(LISTSUB, 200, other).is_invalid_token(), "{other}");
    }
    // "access_token is blank" inside the wrapper; outside it the number means something else.
    assert!(refusal(LISTSUB, 200, r#"{"errcode":88,"sub_code":"40000"}"#).is_invalid_token());
    assert!(!refusal(LISTSUB, 200, r#"{"errcode":40000,"errmsg":"x"}"#).is_invalid_token());
    let bare = refusal(LISTSUB, 200, r#"{"errcode":88,"errmsg":"ding talk error"}"#);
    assert_eq!((bare.code.as_deref(), bare.wrapper), (Some("88"), None));
}

#[test]
fn scopes_links_and_the_callers_ip_are_found_inside_the_text() {
    let text = "ding talk error[subcode=60011,submsg=应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=dingabc%23qyapi_get_department_list, {requiredScopes=[qyapi_get_department_list, qyapi_get_member]}]";
    let found = refusal(LISTSUB, 200, &json!({ "errcode": 88, "errmsg": text }).to_string());
    assert_eq!(found.scopes, ["qyapi_get_department_list", "qyapi_get_member"]);
    assert_eq!(
        found.links,
        ["https://open-dev.dingtalk.com/appscope/apply?content=dingabc%23qyapi_get_department_list"]
    );
    assert!(found.is_permission());

    for (ip, seen) in [("1.2.3.4", "1.2.3.4"), ("2409:8A28::1", "2409:8a28::1")] {
        let text = format!("ding talk error[subcode=60020,submsg=访问ip不在白名单之中,request ip={ip} appKey(dingx1)]");
        let found = refusal(LISTSUB, 200, &json!({ "errcode": 88, "errmsg": text }).to_string());
        assert_eq!((found.ip.as_deref(), found.app_key.as_deref()), (Some(seen), Some("dingx1")));
        assert!(found.is_ip_list() && !found.is_permission());
    }
}

#[test]
fn an_ip_ban_is_known_with_and_without_html() {
    let found = refusal(LISTSUB, 200, r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"xxx"}"#);
    assert_eq!((found.code.clone(), found.shape.clone()), (None, RefusalShape::IpBan));
    assert!(found.is_rate_limit());
    let page =
        "<!doctype html><html><script src=\"https://g.alicdn.com/_____tmd_____/punish?x5secdata=abc\"></script></html>";
    for http in [200, 403, 405, 503] {
        assert_eq!(refusal(CARD, http, page).shape, RefusalShape::IpBan, "{http}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_at_4xx_and_unknown_otherwise() {
    let html = "<html><head><title>403 Forbidden</title></head></html>";
    let found = match *judge(CARD, &raw(403, "text/html", html.as_bytes())).unwrap_err() {
        Fault::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(found.message, "403 Forbidden");
    assert_eq!(found.shape, RefusalShape::WrongContent { content_type: "text/html".to_owned() });
    assert_eq!(refusal(CARD, 404, "").shape, RefusalShape::NoCode);
    assert_eq!(refusal(CARD, 404, "[1]").shape, RefusalShape::NoCode);
    assert_eq!(refusal(CARD, 400, "{}").shape, RefusalShape::NoCode);

    for (body, why) in [
        ("", Unreadable::Empty),
        (" \r\n", Unreadable::Empty),
        ("[]", Unreadable::NotAnObject),
        ("\"ok\"", Unreadable::NotAnObject),
        ("{\"success\":tr", Unreadable::NotJson { content_type: JSON.to_owned() }),
        ("<html>", Unreadable::NotJson { content_type: JSON.to_owned() }),
        ("{}", Unreadable::NoVerdict),
    ] {
        for endpoint in [CARD, NOTICE] {
            let got = fault(endpoint, 200, body);
            assert_eq!(got, Fault::Unknown(Doubt::NoReadableAnswer { http: 200, why: why.clone() }), "{body}");
            let got = fault(endpoint, 502, body);
            assert_eq!(got, Fault::Unknown(Doubt::ServerError { http: 502, why: why.clone() }), "{body}");
        }
    }
}

#[test]
fn a_redirect_is_a_refusal_and_an_incomplete_answer_is_judged_by_its_status() {
    let answer = RawAnswer { location: Some("https://evil.example/"), ..raw(302, "", b"") };
    let Fault::Refused(found) = *judge(CARD, &answer).unwrap_err() else { panic!() };
    assert_eq!(found.shape, RefusalShape::Redirect { location: "https://evil.example/".to_owned() });
    let cut = |http, end| *judge(CARD, &RawAnswer { end, ..raw(http, JSON, br#"{"success":true"#) }).unwrap_err();
    assert_eq!(
        cut(200, BodyEnd::CutOff),
        Fault::Unknown(Doubt::NoReadableAnswer { http: 200, why: Unreadable::CutOff })
    );
    assert_eq!(cut(500, BodyEnd::CutOff), Fault::Unknown(Doubt::ServerError { http: 500, why: Unreadable::CutOff }));
    assert_eq!(cut(200, BodyEnd::TimedOut), Fault::Unknown(Doubt::TimedOut));
    assert_eq!(cut(200, BodyEnd::Cancelled), Fault::Unknown(Doubt::Cancelled));
    let why = Unreadable::TooLarge { limit: ANSWER_LIMIT };
    assert_eq!(cut(200, BodyEnd::TooLarge), Fault::Unknown(Doubt::NoReadableAnswer { http: 200, why }));
    assert!(matches!(cut(400, BodyEnd::CutOff), Fault::Refused(_)));
}

fn json_like() -> impl Strategy<Value = String> {
    let keys =
        "(errcode|sub_code|subCode|errmsg|sub_msg|code|message|success|requestid|accessdenieddetail|result|punish)";
    let value = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| n.to_string()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        "\\PC{0,40}".prop_map(|t| serde_json::to_string(&t).unwrap()),
        "(\\[|\\]|\\{|\\}|subcode=|submsg=|request ip=|https://|requiredScopes=|[0-9a-f.:]|中|,){0,20}"
            .prop_map(|t| serde_json::to_string(&t).unwrap()),
        Just(r#"{"requiredScopes":["a",1,null]}"#.to_owned()),
        Just("[[[]]]".to_owned()),
    ];
    prop::collection::vec((keys, value), 0..6).prop_map(|members| {
        let members: Vec<_> = members.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #[test]
    fn no_bytes_panic(http in 100_u16..700, body in prop::collection::vec(any::<u8>(), 0..300)) {
        for endpoint in endpoint::ALL {
            drop(judge(endpoint, &raw(http, JSON, &body)));
        }
    }

    #[test]
    fn no_json_panics_and_nothing_but_2xx_is_ever_ok(http in 100_u16..700, body in json_like()) {
        for endpoint in endpoint::ALL {
            let verdict = judge(endpoint, &raw(http, JSON, body.as_bytes()));
            prop_assert!(verdict.is_err() || (200..300).contains(&http), "{http} {body}");
        }
    }
}
