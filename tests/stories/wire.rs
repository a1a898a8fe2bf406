//! What goes over the wire, byte for byte, and that nothing secret is shown of it.

use std::time::Duration;

use ding_composer::dingtalk::call::{TOKEN_HEADER, USER_AGENT};
use ding_composer::dingtalk::{
    Body, CachedToken, Call, CheckResult, CheckStep, Client, Doubt, Fault, NoticeForm, Probe, Secret, System, calls,
    check, endpoint,
};
use tokio_util::sync::CancellationToken;

use crate::raw::{Raw, Reply, Seen, TestClock, client, internal, json, kept, run, session};

pub const TOKEN: &str = "tok+en/4f0b71eb=";

pub fn never() -> CancellationToken {
    CancellationToken::new()
}

pub fn card() -> Call {
    calls::send_private_chat_card(r#"{"cardTemplateId":"t.schema","outTrackId":"o1","n":"中文"}"#.to_owned())
}

pub fn notice() -> Call {
    calls::send_by_template(&NoticeForm {
        agent_id: "123".to_owned(),
        template_id: "t1".to_owned(),
        userid_list: vec!["u1".to_owned(), "u2".to_owned()],
        dept_id_list: vec!["7".to_owned()],
        data: r#"{"名字":"张三 & \"李四\""}"#.to_owned(),
        extra: Vec::new(),
    })
}

/// Makes a call and gives what arrived.
async fn arrived(call: &Call) -> Seen {
    let raw = Raw::always(json(200, r#"{"errcode":0,"success":true,"errmsg":"ok"}"#)).await;
    let done = client().call(&raw.hosts(), Some(&Secret::new(TOKEN)), call, &never()).await.unwrap();
    assert_eq!(done.exchange.http_status, Some(200));
    // What was shown before is what went out, but for the token.
    let seen = raw.seen().remove(0);
    let shown = call.preview(&raw.hosts());
    let (head, body) = shown.split_once("\n\n").unwrap();
    let masked = seen.head.replace(TOKEN, "••••").replace("tok%2Ben%2F4f0b71eb%3D", "••••");
    let sorted = |head: &str| {
        let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
        lines[1..].sort();
        lines
    };
    assert_eq!(sorted(&masked), sorted(head));
    assert_eq!(seen.body(), body);
    seen
}

#[test]
fn a_card_goes_out_as_json_with_the_token_in_the_header() {
    run(async {
        let seen = arrived(&card()).await;
        assert_eq!(seen.line(), "POST /v1.0/im/privateChat/interactiveCards/send HTTP/1.1");
        assert_eq!(seen.header(TOKEN_HEADER), Some(TOKEN));
        assert_eq!(seen.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(seen.header("user-agent"), Some(USER_AGENT));
        assert_eq!(seen.header("authorization"), None);
        assert_eq!(seen.body(), r#"{"cardTemplateId":"t.schema","outTrackId":"o1","n":"中文"}"#);
    });
}

#[test]
fn a_notice_goes_out_as_a_form_encoded_once_with_the_token_in_the_query() {
    run(async {
        let seen = arrived(&notice()).await;
        assert_eq!(
            seen.line(),
            "POST /topapi/message/corpconversation/sendbytemplate?access_token=tok%2Ben%2F4f0b71eb%3D HTTP/1.1"
        );
        assert_eq!(seen.header(TOKEN_HEADER), None);
        assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded;charset=utf-8"));
        assert_eq!(
            seen.body(),
            "agent_id=123&template_id=t1&userid_list=u1%2Cu2&dept_id_list=7\
             &data=%7B%22%E5%90%8D%E5%AD%97%22%3A%22%E5%BC%A0%E4%B8%89+%26+%5C%22%E6%9D%8E%E5%9B%9B%5C%22%22%7D"
        );
        // Decoded once it is what was meant; the docs' curl would leave backslashes and a second layer.
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(seen.body().as_bytes()).into_owned().collect();
        assert_eq!(fields[4].1, r#"{"名字":"张三 & \"李四\""}"#);
    });
}

#[test]
fn directory_calls_go_out_as_documented() {
    run(async {
        let oapi = [
            (calls::department_listsub(1), "POST /topapi/v2/department/listsub", "dept_id=1"),
            (calls::department_get(5), "POST /topapi/v2/department/get", "dept_id=5"),
            (calls::user_list(5, 100, 100), "POST /topapi/v2/user/list", "dept_id=5&cursor=100&size=100"),
            (calls::user_get("u1"), "POST /topapi/v2/user/get", "userid=u1"),
            (calls::auth_scopes(), "GET /auth/scopes", ""),
        ];
        for (call, line, body) in oapi {
            let seen = arrived(&call).await;
            assert_eq!(seen.line(), format!("{line}?access_token=tok%2Ben%2F4f0b71eb%3D HTTP/1.1"));
            assert_eq!(seen.body(), body);
        }
        let seen = arrived(&calls::contact_users_search("张三", 0, 20)).await;
        assert_eq!(seen.line(), "POST /v1.0/contact/users/search HTTP/1.1");
        assert_eq!(seen.header(TOKEN_HEADER), Some(TOKEN));
        assert_eq!(seen.body(), r#"{"queryWord":"张三","offset":0,"size":20}"#);
    });
}

/// The connections on which calls came, after as many calls of one kind as it takes until two share one.
///
/// A connection is kept a moment after its answer was read: on a busy machine the next call may come before.
async fn until_shared(raw: &Raw, client: &Client, call: &Call) -> Vec<usize> {
    let before = raw.seen().len();
    for _ in 0..100 {
        client.call(&raw.hosts(), Some(&Secret::new(TOKEN)), call, &never()).await.unwrap();
        let seen: Vec<usize> = raw.seen()[before..].iter().map(|seen| seen.connection).collect();
        let (last, earlier) = seen.split_last().unwrap();
        if earlier.contains(last) {
            return seen;
        }
    }
    panic!("no connection is shared");
}

#[test]
fn sends_that_follow_each_other_share_a_connection_and_none_is_taken_that_may_be_stale() {
    run(async {
        let raw = Raw::always(Reply::Keep(kept(200, "application/json", r#"{"errcode":0,"success":true}"#))).await;
        let client = client();
        let reads = until_shared(&raw, &client, &calls::user_get("a")).await;
        let sends = until_shared(&raw, &client, &notice()).await;
        assert!(sends.iter().all(|one| !reads.contains(one)), "a read's connection: {reads:?}, {sends:?}");
        // One that is idle for longer than a second is left alone: the server may be closing it.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let later = until_shared(&raw, &client, &card()).await;
        assert!(later.iter().all(|one| !sends.contains(one) && !reads.contains(one)), "{sends:?}, {later:?}");
        // A read's is taken after that time: it can be made again.
        let again = until_shared(&raw, &client, &calls::user_get("a")).await;
        assert!(reads.contains(&again[0]), "{reads:?}, {again:?}");
    });
}

#[test]
fn a_server_that_closes_what_it_promised_to_keep_costs_one_send_its_certainty_and_no_more() {
    run(async {
        let used = std::sync::Mutex::new(std::collections::HashSet::new());
        let raw = Raw::start(move |seen| {
            if used.lock().unwrap().insert(seen.connection) {
                Reply::Keep(kept(200, "application/json", r#"{"errcode":0,"success":true}"#))
            } else {
                Reply::Cut
            }
        })
        .await;
        let client = client();
        let mut doubtful = 0;
        for _ in 0..60 {
            match client.call(&raw.hosts(), Some(&Secret::new(TOKEN)), &card(), &never()).await {
                Ok(_) => {}
                Err(failure) => {
                    assert!(matches!(failure.fault, Fault::Unknown(Doubt::Cut { .. })), "{failure:?}");
                    doubtful += 1;
                }
            }
        }
        // Each call came once, and after the cut each on a connection of its own.
        assert_eq!((doubtful, raw.seen().len()), (1, 60));
    });
}

#[test]
fn a_read_that_meets_a_stale_connection_is_made_again_and_a_send_never() {
    run(async {
        // Promises to keep the connection and closes it all the same.
        let lie = kept(200, "application/json", r#"{"errcode":0,"success":true}"#);
        let raw = Raw::always(Reply::Bytes(lie)).await;
        let (client, token) = (client(), Secret::new(TOKEN));
        for _ in 0..60 {
            client.call(&raw.hosts(), Some(&token), &calls::user_get("a"), &never()).await.unwrap();
        }
        // One that is always cut is told after the second time, a send after the first.
        let cut = Raw::always(Reply::Cut).await;
        for (call, times) in [(calls::user_get("a"), 2), (calls::auth_scopes(), 4), (notice(), 5)] {
            let failure = client.call(&cut.hosts(), Some(&token), &call, &never()).await.unwrap_err();
            assert!(matches!(failure.fault, Fault::Unknown(Doubt::Cut { .. })), "{failure:?}");
            assert_eq!(cut.seen().len(), times);
        }
    });
}

pub fn token_answer(seen: &Seen) -> Reply {
    if seen.line().contains("oauth2") {
        json(200, r#"{"accessToken":"api-token-0001","expireIn":7200}"#)
    } else {
        json(200, r#"{"errcode":0,"errmsg":"ok","access_token":"oapi-token-0001","expires_in":"7200"}"#)
    }
}

#[test]
fn the_connection_check_only_reads_and_names_what_is_missing() {
    run(async {
        let raw = Raw::start(|seen| {
            let line = seen.line();
            if line.contains("oauth2") || line.contains("gettoken") {
                token_answer(seen)
            } else if line.contains("/auth/scopes") {
                json(200, r#"{"errcode":0,"auth_org_scopes":{"authed_dept":[77],"authed_user":[]},"auth_user_field":[]}"#)
            } else if line.contains("listsub") {
                json(200, r#"{"errcode":88,"errmsg":"ding talk error[subcode=60011,submsg=应用尚未开通所需的权限：[qyapi_get_department_list]]"}"#)
            } else if line.contains("createAndDeliver") {
                json(400, r#"{"code":"param.cardTemplateIdEmpty","message":"参数为空","requestid":"1"}"#)
            } else if line.contains("PUT /v1.0/card/instances") {
                json(500, r#"{"code":"systemError","message":"系统错误","requestid":"1"}"#)
            } else if line.contains("interactiveCards") {
                json(403, r#"{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"没有权限","accessdenieddetail":{"requiredScopes":["qyapi_chat_manage"]}}"#)
            } else if line.contains("sendbytemplate") {
                json(200, r#"{"errcode":800001,"errmsg":"仅限ISV调用","request_id":"1"}"#)
            } else if line.contains("asyncsend_v2") {
                json(200, r#"{"errcode":40,"errmsg":"Missing required arguments","request_id":"1"}"#)
            } else if line.contains("user/list") {
                json(200, r#"{"errcode":0,"result":{"has_more":false,"list":[]}}"#)
            } else {
                json(403, r#"{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"没有权限","accessdenieddetail":{"requiredScopes":["qyapi_addresslist_search"]}}"#)
            }
        })
        .await;
        let items = check(&session(raw.hosts(), internal(), TestClock::new()), "123", &never()).await;
        let told: Vec<(CheckStep, String)> = items
            .iter()
            .map(|item| {
                let result = match &item.result {
                    CheckResult::Works => "works".to_owned(),
                    CheckResult::MissingScopes { scopes, .. } => scopes.join(","),
                    CheckResult::LetThrough { code } => format!("let through: {code}"),
                    CheckResult::NotForApp(_) => "not for this app".to_owned(),
                    CheckResult::Failed(_) => "failed".to_owned(),
                    CheckResult::Skipped => "skipped".to_owned(),
                };
                (item.step, result)
            })
            .collect();
        assert_eq!(
            told,
            [
                (CheckStep::Token(System::Oapi), "works".to_owned()),
                (CheckStep::Scopes, "works".to_owned()),
                (CheckStep::Departments, "qyapi_get_department_list".to_owned()),
                (CheckStep::Members, "works".to_owned()),
                (CheckStep::Token(System::Api), "works".to_owned()),
                (CheckStep::Search, "qyapi_addresslist_search".to_owned()),
                (CheckStep::Way(Probe::CreateAndDeliver), "let through: param.cardTemplateIdEmpty".to_owned()),
                (CheckStep::Way(Probe::PrivateChat), "qyapi_chat_manage".to_owned()),
                (CheckStep::Way(Probe::InteractiveCards), "qyapi_chat_manage".to_owned()),
                // A server in trouble says nothing about permissions.
                (CheckStep::Way(Probe::UpdateCard), "failed".to_owned()),
                (CheckStep::Way(Probe::UpdateInteractive), "qyapi_chat_manage".to_owned()),
                (CheckStep::Way(Probe::NoticeByTemplate), "not for this app".to_owned()),
                (CheckStep::Way(Probe::FreeNotice), "let through: 40".to_owned()),
            ]
        );
        // What asked about the ways that send holds nothing that could be sent, and nobody to send it to.
        let sends: Vec<&str> = endpoint::ALL.iter().filter(|e| e.sends).map(|e| e.path).collect();
        let asked = |seen: &&Seen| {
            sends
                .iter()
                .any(|path| seen.line().contains(&format!("{path} ")) || seen.line().contains(&format!("{path}?")))
        };
        let bodies: Vec<String> = raw.seen().iter().filter(asked).map(|seen| seen.body().to_owned()).collect();
        assert_eq!(bodies.len(), 7);
        for body in bodies {
            assert!(body == "{}" || body.starts_with("agent_id=123&"), "{body}");
            assert!(!body.contains("userid_list") && !body.contains("dept_id_list"), "{body}");
        }
        // It looked into the department the app may see, not into the root it may not.
        assert!(raw.seen().iter().any(|seen| seen.body().contains("dept_id=77")));
    });
}

#[test]
fn a_check_without_a_token_skips_what_needs_it() {
    run(async {
        let raw = Raw::always(json(200, r#"{"errcode":40096,"errmsg":"不合法的appKey或appSecret"}"#)).await;
        let items = check(&session(raw.hosts(), internal(), TestClock::new()), "", &never()).await;
        let skipped = items.iter().filter(|item| item.result == CheckResult::Skipped).count();
        assert_eq!((items.len(), skipped, raw.seen().len()), (13, 11, 2));
    });
}

#[test]
fn no_secret_is_in_anything_that_may_be_shown() {
    run(async {
        // A server that throws back everything it got, in several spellings.
        let raw = Raw::start(|seen| {
            if seen.line().contains("/gettoken") {
                return json(200, r#"{"errcode":0,"access_token":"oapi+token/secret=","expires_in":7200}"#);
            }
            let echo = serde_json::json!({
                "errcode": 40035,
                "errmsg": format!("bad {} {}", seen.line(), "oapi+token/secret= oapi\\u002btoken\\/secret\\u003d"),
                "request_id": "oapi%2Btoken%2Fsecret%3D",
                "access_token": "another-one",
            });
            json(200, &echo.to_string())
        })
        .await;
        let session = session(raw.hosts(), internal(), TestClock::new());
        let failure = session.call(&notice(), &never()).await.unwrap_err();
        let shown = format!("{failure:#?}\n{session:#?}\n{:#?}", session.token_status(System::Oapi));
        for secret in ["token/secret", "token%2Fsecret", "APP+SECRET", "APP%2BSECRET", "another-one", "token\\/secret"]
        {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        let fetch = calls::token_internal_oapi("k", &Secret::new("APP+SECRET/1="));
        let fetched = client().call(&raw.hosts(), None, &fetch, &never()).await.unwrap();
        let shown = format!("{fetched:#?}");
        assert!(!shown.contains("token/secret") && !shown.contains("SECRET/1"), "{shown}");
        let cached = CachedToken { token: Secret::new("oapi+token/secret="), expires_at_unix: 1 };
        assert!(!format!("{cached:?} {:?}", Body::Json("x-secret".to_owned())).contains("secret"));
        let doubt = Fault::Unknown(Doubt::TimedOut);
        assert!(doubt.is_unknown());
    });
}

#[test]
fn the_most_talkative_log_holds_no_secret() {
    const NAME: &str = "wire::the_most_talkative_log_holds_no_secret";
    if std::env::var_os(crate::child::MARK).is_none() {
        let told = crate::child::told_by_a_process_of_its_own(NAME, &[]);
        // It did log: otherwise this would prove nothing.
        assert!(told.contains("sendbytemplate") && told.contains("TRACE"), "{told}");
        for secret in ["token-0001", "APP+SECRET", "APP%2BSECRET", "SECRET/1"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        return;
    }
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).init();
    run(async {
        let raw = Raw::start(token_answer).await;
        let session = session(raw.hosts(), internal(), TestClock::new());
        session.call(&notice(), &never()).await.unwrap();
        session.call(&card(), &never()).await.unwrap_err();
        let gone = Raw::always(Reply::Cut).await;
        let secret = Secret::new("oapi-token-0001");
        client().call(&gone.hosts(), Some(&secret), &notice(), &never()).await.unwrap_err();
    });
}
