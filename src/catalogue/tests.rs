//! Every code is found, every shape is explained, in both languages.

use std::time::Duration;

use super::*;
use crate::dingtalk::endpoint::{self, Endpoint};
use crate::dingtalk::{Doubt, Exchange, Failure, Fault, NotSent, Refusal, RefusalShape, System, Unreadable};
use crate::lang::Lang;

/// The table of the card page (seed 0): HTTP status, code, the page's own words.
const CARD_PAGE: [(u16, &str, &str); 21] = [
    (400, "param.empty", "入参为空"),
    (400, "callbackUrl.empty", "回调地址为空"),
    (400, "param.invalid", "无效参数"),
    (400, "permission.checkFailed", "发送动态卡片权限校验失败"),
    (400, "queryChatbot.wrong", "查询机器人失败"),
    (400, "cardInstance.wrong", "创建卡片实例失败"),
    (400, "cidParse.wrong", "单聊会话ID解码失败"),
    (400, "card.templateEmpty", "卡片模板ID为空"),
    (400, "userInfo.convertError", "消息接收者UID解码错误"),
    (400, "card.outTraceIdError", "卡片业务标识信息格式非法"),
    (400, "card.outTraceIdEmpty", "业务标识outTrackId为空"),
    (400, "chatbot.notFound", "机器人不存在"),
    (400, "invalidParameter.cid.empty", "单聊会话id为空"),
    (400, "sendCardMessageFailed", "发送卡片失败"),
    (400, "duplicateKey", "卡片模板占位符有重复Key"),
    (400, "getPictureFailed", "获取图片url失败"),
    (400, "org.notOwn.group", "单聊会话不属于当前企业"),
    (400, "send.oa.timeout", "发工作通知超时"),
    (400, "outTrackId.exceed.limit", "outTrackId长度超限"),
    (500, "systemBusy", "系统"),
    (500, "systemError", "系统错误"),
];

/// The table of the notice page (seed 1): code, the page's words, the page's advice.
const NOTICE_PAGE: [(&str, &str, &str); 4] = [
    ("885001", "消息模板不存在", "确认消息模板是否正确"),
    ("885006", "消息模板不可用", "消息模板需要先审批通过"),
    ("400002", "agentId不合法", "确认agentId是否正确"),
    ("500", "系统异常", "出现未知的系统异常"),
];

fn exchange(endpoint: &'static Endpoint) -> Exchange {
    Exchange {
        endpoint,
        system: endpoint.system,
        method: endpoint.method,
        path: endpoint.path,
        url_masked: String::new(),
        request_masked: String::new(),
        http_status: Some(200),
        answer_masked: String::new(),
        request_id: Some("REQ-1".to_owned()),
        retry_after: None,
        elapsed: Duration::ZERO,
        attempts: 1,
    }
}

fn failure(endpoint: &'static Endpoint, fault: Fault) -> Failure {
    Failure { exchange: exchange(endpoint), fault }
}

fn refusal(system: System, http: u16, code: Option<&str>, shape: RefusalShape) -> Refusal {
    Refusal::example(system, http, code, "服务器的话", shape)
}

/// Everything a person reads is there, in the right language, without a key or placeholder left in it.
fn assert_readable(explanation: &Explanation, lang: Lang, about: &str) {
    for part in [&explanation.what, &explanation.cause, &explanation.fix] {
        assert!(!part.trim().is_empty(), "{about} {lang:?}: {explanation:?}");
        assert!(!part.contains("wire.") && !part.contains("%{"), "{about}: {part}");
        assert!(!part.contains("发送成功"), "{about}: {part}");
    }
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    assert_eq!(chinese(&explanation.what), lang == Lang::Zh, "{about}: {}", explanation.what);
}

#[test]
fn all_21_codes_of_the_card_page_are_explained() {
    for (http, code, words) in CARD_PAGE {
        let entry = lookup(System::Api, code, None).unwrap_or_else(|| panic!("{code} is missing"));
        assert!(entry.official.contains(words), "{code}: {}", entry.official);
        assert!(entry.relevant && entry.http == Some(http), "{code}");
        for lang in Lang::ALL {
            let fault = Fault::Refused(refusal(System::Api, http, Some(code), RefusalShape::Api));
            let explained = explain(&failure(&endpoint::SEND_PRIVATE_CHAT_CARD, fault), &Context::default(), lang);
            assert_readable(&explained, lang, code);
            assert!(explained.known, "{code}");
        }
    }
}

#[test]
fn all_4_codes_of_the_notice_page_are_explained() {
    for (code, words, advice) in NOTICE_PAGE {
        let entry = lookup(System::Oapi, code, None).unwrap_or_else(|| panic!("{code} is missing"));
        assert!(entry.official.contains(words) || entry.official.contains(advice), "{code}: {}", entry.official);
        assert!(entry.relevant, "{code}");
        for lang in Lang::ALL {
            let fault = Fault::Refused(refusal(System::Oapi, 200, Some(code), RefusalShape::Oapi));
            let explained = explain(&failure(&endpoint::SEND_BY_TEMPLATE, fault), &Context::default(), lang);
            assert_readable(&explained, lang, code);
            assert!(explained.known, "{code}");
        }
    }
}

#[test]
fn every_reference_entry_is_found_and_the_relevant_ones_are_whole() {
    assert_eq!(all().len(), 562);
    for entry in all() {
        let found = lookup(entry.system, &entry.code, entry.sub_code.as_deref());
        assert_eq!(found, Some(entry), "{} {:?}", entry.code, entry.sub_code);
        if entry.relevant {
            for lang in Lang::ALL {
                let words = entry.words(lang).unwrap_or_else(|| panic!("{} has no {lang:?}", entry.code));
                assert!(!words.what.is_empty() && !words.cause.is_empty() && !words.fix.is_empty(), "{}", entry.code);
            }
        }
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/errors.json");
    let path = std::env::var_os("DING_COMPOSER_REFERENCE").map_or(path, Into::into);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not here; the 562 entries were checked against themselves only", path.display());
        return;
    };
    let reference: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(reference.len(), 562);
    for entry in &reference {
        let system = if entry["system"] == "api" { System::Api } else { System::Oapi };
        let (code, sub_code) = (entry["code"].as_str().unwrap(), entry["sub_code"].as_str());
        let found = lookup(system, code, sub_code).unwrap_or_else(|| panic!("{code} {sub_code:?} is missing"));
        assert_eq!((found.system, found.code.as_str(), found.sub_code.as_deref()), (system, code, sub_code));
        // More may be relevant here: calls were added since the reference was made.
        assert!(found.relevant || entry["relevant"] == false, "{code}");
    }
}

#[test]
fn every_entry_reads_well_in_both_languages() {
    for entry in all() {
        let endpoint = match entry.system {
            System::Api => &endpoint::SEND_PRIVATE_CHAT_CARD,
            System::Oapi => &endpoint::SEND_BY_TEMPLATE,
        };
        let shape = if entry.system == System::Api { RefusalShape::Api } else { RefusalShape::Oapi };
        let mut refusal = refusal(entry.system, entry.http.unwrap_or(400), Some(&entry.code), shape);
        if let Some(sub_code) = &entry.sub_code {
            refusal.wrapper = refusal.code.replace(sub_code.clone());
            refusal.shape = RefusalShape::OapiWrapped;
        }
        for lang in Lang::ALL {
            let explained = explain(&failure(endpoint, Fault::Refused(refusal.clone())), &Context::default(), lang);
            assert!(explained.known, "{}", entry.code);
            for part in [&explained.what, &explained.cause, &explained.fix] {
                assert!(!part.trim().is_empty() && !part.contains("%{"), "{}: {part}", entry.code);
            }
            if entry.relevant {
                assert_readable(&explained, lang, &entry.code);
            }
        }
    }
}

fn every_network_fault() -> Vec<Fault> {
    let text = || "os error 1".to_owned();
    let host = || "h:443".to_owned();
    let unreadable = [
        Unreadable::Empty,
        Unreadable::CutOff,
        Unreadable::TooLarge { limit: 4 << 20 },
        Unreadable::NotJson { content_type: String::new() },
        Unreadable::NotAnObject,
        Unreadable::NoVerdict,
    ];
    let mut faults: Vec<Fault> = [
        NotSent::Dns { host: host() },
        NotSent::ConnectionRefused { host: host() },
        NotSent::ConnectTimedOut { host: host() },
        NotSent::Unreachable { reason: text() },
        NotSent::Tls { reason: text() },
        NotSent::Proxy { reason: text() },
        NotSent::NoCertificates,
        NotSent::BadRequest { reason: text() },
        NotSent::NoToken { missing: "appSecret" },
        NotSent::NoToken { missing: "accessToken" },
        NotSent::CannotRenew,
        NotSent::TokenUnknown(Doubt::TimedOut),
        NotSent::Cancelled,
        NotSent::Guarded { who: "user01".to_owned() },
    ]
    .map(Fault::NotSent)
    .into();
    faults.extend([Doubt::TimedOut, Doubt::Cut { reason: text() }, Doubt::Cancelled].map(Fault::Unknown));
    for why in unreadable {
        faults.push(Fault::Unknown(Doubt::ServerError { http: 502, why: why.clone() }));
        faults.push(Fault::Unknown(Doubt::NoReadableAnswer { http: 200, why }));
    }
    let shapes = [
        (302, RefusalShape::Redirect { location: "https://x/".to_owned() }),
        (403, RefusalShape::WrongContent { content_type: "text/html".to_owned() }),
        (400, RefusalShape::NoCode),
        (418, RefusalShape::NoCode),
        (200, RefusalShape::NoSuccess),
        (200, RefusalShape::IpBan),
    ];
    faults.extend(shapes.map(|(http, shape)| Fault::Refused(refusal(System::Oapi, http, None, shape))));
    faults
}

#[test]
fn every_shape_of_fault_is_explained_for_sends_reads_and_token_calls() {
    for fault in every_network_fault() {
        for endpoint in [&endpoint::SEND_BY_TEMPLATE, &endpoint::USER_LIST, &endpoint::TOKEN_INTERNAL_OAPI] {
            for lang in Lang::ALL {
                let explained = explain(&failure(endpoint, fault.clone()), &Context::default(), lang);
                assert_readable(&explained, lang, &format!("{fault:?}"));
                assert!(explained.known);
            }
        }
    }
}

#[test]
fn an_unknown_code_says_so_and_shows_what_came() {
    let fault = Fault::Refused(refusal(System::Api, 418, Some("teapot.empty"), RefusalShape::Api));
    for lang in Lang::ALL {
        let explained = explain(&failure(&endpoint::SEND_PRIVATE_CHAT_CARD, fault.clone()), &Context::default(), lang);
        assert!(!explained.known);
        assert!(explained.what.contains("teapot.empty") && explained.cause.contains("服务器的话"), "{explained:?}");
        assert!(explained.cause.contains("418") && explained.fix.contains("REQ-1"), "{explained:?}");
    }
    let limit = refusal(System::Api, 403, Some("Forbidden.AccessDenied.QpsLimitForNewThing"), RefusalShape::Api);
    let explained =
        explain(&failure(&endpoint::SEND_PRIVATE_CHAT_CARD, Fault::Refused(limit)), &Context::default(), Lang::Zh);
    assert_eq!((explained.known, explained.action), (false, vec![FixAction::Wait]));
}

#[test]
fn a_permission_refusal_on_the_card_call_says_that_it_is_closed_to_new_apps() {
    for (http, code) in [(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied"), (400, "permission.checkFailed")] {
        let mut refused = refusal(System::Api, http, Some(code), RefusalShape::Api);
        refused.scopes = vec!["qyapi_chat_manage".to_owned()];
        refused.links = vec![
            "https://evil.example/apply".to_owned(),
            "https://open-dev.dingtalk.com/appscope/apply?content=a".to_owned(),
        ];
        let failure = failure(&endpoint::SEND_PRIVATE_CHAT_CARD, Fault::Refused(refused));
        let explained = explain(&failure, &Context::default(), Lang::Zh);
        assert!(explained.cause.contains("2024-12-31"), "{explained:?}");
        assert!(explained.fix.contains("Card.Instance.Write") && explained.fix.contains("qyapi_chat_manage"));
        assert_eq!(explained.links, ["https://open-dev.dingtalk.com/appscope/apply?content=a"]);
        let open = FixAction::OpenPermissions("https://open-dev.dingtalk.com/appscope/apply?content=a".to_owned());
        assert_eq!(explained.action, [FixAction::UseWay("createAndDeliver"), open]);
    }
}

#[test]
fn a_notice_by_template_of_an_internal_app_is_led_to_the_free_form() {
    let refused = refusal(System::Oapi, 200, Some("800001"), RefusalShape::Oapi);
    let failure = failure(&endpoint::SEND_BY_TEMPLATE, Fault::Refused(refused));
    let explained = explain(&failure, &Context::default(), Lang::Zh);
    assert_eq!(explained.action.first(), Some(&FixAction::UseWay("asyncsend_v2")), "{explained:?}");
}

#[test]
fn the_wrapper_is_opened_and_the_ip_and_the_scope_are_named() {
    let mut refused = refusal(System::Oapi, 200, Some("60020"), RefusalShape::OapiWrapped);
    refused.wrapper = Some("88".to_owned());
    refused.ip = Some("203.0.113.9".to_owned());
    let explained = explain(&failure(&endpoint::USER_LIST, Fault::Refused(refused)), &Context::default(), Lang::Zh);
    assert!(explained.what.contains("203.0.113.9"), "{explained:?}");
    assert_eq!(explained.ip.as_deref(), Some("203.0.113.9"));

    let mut refused = refusal(System::Oapi, 200, Some("60011"), RefusalShape::OapiWrapped);
    refused.wrapper = Some("88".to_owned());
    let explained =
        explain(&failure(&endpoint::DEPARTMENT_LISTSUB, Fault::Refused(refused)), &Context::default(), Lang::En);
    assert_eq!(explained.scopes, ["qyapi_get_department_list"]);
    assert!(explained.fix.contains("qyapi_get_department_list"));
    assert_eq!(explained.action[0], FixAction::OpenPermissions(CONSOLE_URL.to_owned()));
}

#[test]
fn an_unknown_send_says_what_a_repeat_would_do() {
    let say = |endpoint: &'static Endpoint| {
        explain(&failure(endpoint, Fault::Unknown(Doubt::TimedOut)), &Context::default(), Lang::Zh).fix
    };
    assert!(say(&endpoint::SEND_PRIVATE_CHAT_CARD).contains("outTrackId"));
    assert!(say(&endpoint::SEND_BY_TEMPLATE).contains("同一天"));
    assert!(!say(&endpoint::USER_LIST).contains("接收人"));
}

#[test]
fn a_refused_token_call_points_to_the_settings_and_says_that_nothing_followed() {
    for code in ["40096", "40001"] {
        let fault = Fault::Refused(refusal(System::Oapi, 200, Some(code), RefusalShape::Oapi));
        let explained = explain(&failure(&endpoint::TOKEN_INTERNAL_OAPI, fault), &Context::default(), Lang::Zh);
        assert_eq!(explained.action, [FixAction::OpenSettings], "{code}");
        assert!(explained.what.contains("没有发出"), "{explained:?}");
    }
}

#[test]
fn a_pasted_token_offers_no_renewal_and_a_renewed_one_points_to_the_settings() {
    let mut refused = refusal(System::Oapi, 200, Some("40014"), RefusalShape::OapiWrapped);
    refused.wrapper = Some("88".to_owned());
    let mut failure = failure(&endpoint::SEND_BY_TEMPLATE, Fault::Refused(refused));
    let pasted = Context { pasted_token: true, third_party: false };
    let explained = explain(&failure, &pasted, Lang::Zh);
    assert_eq!(explained.action, [FixAction::OpenSettings]);
    assert!(explained.fix.contains("粘贴"), "{explained:?}");
    let explained = explain(&failure, &Context::default(), Lang::Zh);
    assert_eq!(explained.action, [FixAction::NewToken]);
    failure.exchange.attempts = 2;
    let explained = explain(&failure, &Context::default(), Lang::Zh);
    assert_eq!(explained.action, [FixAction::OpenSettings, FixAction::NewToken]);
}

#[test]
fn buttons_fit_the_request_at_hand() {
    let refused = |endpoint: &'static Endpoint, system, code: &str| {
        let fault = Fault::Refused(refusal(system, 400, Some(code), RefusalShape::Api));
        explain(&failure(endpoint, fault), &Context::default(), Lang::Zh)
    };
    let card = &endpoint::SEND_PRIVATE_CHAT_CARD;
    let jump = refused(card, System::Api, "invalidParameter.cid.empty").action;
    assert!(jump.contains(&FixAction::Jump(vec!["/openConversationId".to_owned()])), "{jump:?}");
    let track = refused(card, System::Api, "outTrackId.exceed.limit").action;
    assert!(track.contains(&FixAction::NewOutTrackId), "{track:?}");
    let template = refused(&endpoint::SEND_BY_TEMPLATE, System::Oapi, "885001").action;
    assert!(template.contains(&FixAction::Jump(vec!["/template_id".to_owned()])), "{template:?}");
    // A directory call has no form to jump to.
    let directory = refused(&endpoint::USER_LIST, System::Oapi, "40").action;
    assert!(!directory.iter().any(|action| matches!(action, FixAction::Jump(_))), "{directory:?}");
    let limited = refused(&endpoint::SEND_BY_TEMPLATE, System::Oapi, "90018");
    assert_eq!((limited.action, limited.wait_seconds), (vec![FixAction::Wait], Some(1)));
}

#[test]
fn look_up_ignores_capitals_and_crosses_systems_only_where_that_means_something() {
    assert!(lookup(System::Api, "invalidauthentication", None).is_some());
    assert_eq!(lookup(System::Api, "404", None).unwrap().system, System::Oapi);
    assert!(lookup(System::Oapi, "InvalidAuthentication", None).is_none());
    assert_eq!(lookup(System::Oapi, "x5-punish", None).unwrap().system, System::Api);
    assert_eq!(lookup(System::Oapi, "88", Some("885001")).unwrap().code, "885001");
    assert!(lookup(System::Oapi, "88", Some("nonsense")).is_none());
}
