//! Tokens: where they go, how long they live, what signing needs.

use super::*;

#[test]
fn a_token_in_the_wrong_place_an_invalid_and_an_expired_one() {
    let sandbox = start();
    let (api, oapi) = (sandbox.hosts().api, sandbox.hosts().oapi);
    let token = api_token(&sandbox);
    let body = card(&sandbox).to_string();
    let code = |raw: Raw| (raw.status(), raw.json()["code"].as_str().unwrap_or_default().to_owned());
    let missing = (400, "AuthenticationFailed.MissingParameter".to_owned());
    let target = format!("{SEND_CARD}?access_token={token}");
    assert_eq!(code(exchange(&api, "POST", &target, &[JSON], body.as_bytes())), missing);
    let bearer = format!("Bearer {token}");
    assert_eq!(code(exchange(&api, "POST", SEND_CARD, &[JSON, ("Authorization", &bearer)], body.as_bytes())), missing);
    let invalid = (400, "InvalidAuthentication".to_owned());
    assert_eq!(code(post_api(&sandbox, SEND_CARD, "made-up", &card(&sandbox))), invalid);
    assert_eq!(
        code(post_api(&sandbox, SEND_CARD, &oapi_token(&sandbox), &card(&sandbox))),
        invalid,
        "of the other system"
    );
    let form = exchange(&api, "POST", SEND_CARD, &[FORM, (TOKEN, &token)], b"a=1");
    assert_eq!(code(form), (400, "Missingbody".to_owned()));

    let token = oapi_token(&sandbox);
    let answer = exchange(&oapi, "GET", "/auth/scopes", &[(TOKEN, &token)], b"").json();
    assert_eq!((errcode(&answer), answer["sub_code"].as_str()), (88, Some("40000")));
    let answer = exchange(&oapi, "GET", "/auth/scopes?access_token=made-up", &[], b"").json();
    assert_eq!(answer["errmsg"], "ding talk error[subcode=40014,submsg=不合法的access_token]");
    assert!(answer["request_id"].as_str().is_some_and(|id| id.len() == 13));
    let body = format!("access_token={token}");
    let answer = exchange(&oapi, "POST", "/topapi/v2/department/listsub", &[FORM], body.as_bytes()).json();
    assert_eq!(errcode(&answer), 0, "a token in a form's body is read");

    sandbox.expire_tokens();
    let answer = exchange(&oapi, "GET", &format!("/auth/scopes?access_token={token}"), &[], b"").json();
    assert_eq!((errcode(&answer), answer["sub_code"].as_str()), (88, Some("42001")));
    let token = oapi_token(&sandbox);
    sandbox.set_clock_skew(SignedDuration::from_secs(7_201));
    let answer = exchange(&oapi, "GET", &format!("/auth/scopes?access_token={token}"), &[], b"").json();
    assert_eq!(answer["sub_code"], "42001", "two hours later");
    let pasted = sandbox.pasted_token();
    let answer = exchange(&oapi, "GET", &format!("/auth/scopes?access_token={}", pasted.open()), &[], b"").json();
    assert_eq!(errcode(&answer), 0);
    assert_eq!(post_api(&sandbox, SEND_CARD, pasted.open(), &card(&sandbox)).status(), 200);
}

#[test]
fn token_calls_refuse_wrong_credentials_and_no_secret_is_kept() {
    let sandbox = start();
    let (api, oapi) = (sandbox.hosts().api, sandbox.hosts().oapi);
    let post = |path: &str, body: Value| exchange(&api, "POST", path, &[JSON], body.to_string().as_bytes()).json();
    let wrong = post("/v1.0/oauth2/accessToken", json!({"appKey": sandbox.app_key(), "appSecret": "guess-4711"}));
    assert_eq!(wrong["code"], "invalidClientIdOrSecret");
    let answer = exchange(&oapi, "GET", "/gettoken?appkey=x&appsecret=guess-4711", &[], b"").json();
    assert_eq!(errcode(&answer), 40096);
    assert_eq!(answer["errmsg"], "不合法的appKey或appSecret");
    let answer = exchange(&oapi, "GET", "/gettoken", &[FORM], b"appkey=x&appsecret=y").json();
    assert_eq!(errcode(&answer), 40035, "only the address is read");

    let suite = |ticket: &str| {
        json!({"suiteKey": sandbox.suite_key(), "suiteSecret": sandbox.suite_secret().open(),
               "authCorpId": sandbox.auth_corp_id(), "suiteTicket": ticket})
    };
    let good = post("/v1.0/oauth2/corpAccessToken", suite(sandbox.suite_ticket().open()));
    let again = post("/v1.0/oauth2/corpAccessToken", suite(sandbox.suite_ticket().open()));
    assert_ne!(good["accessToken"], again["accessToken"], "a third-party app gets a new one each time");
    assert_eq!(post("/v1.0/oauth2/corpAccessToken", suite("old"))["code"], "invalidSuiteTicket");
    assert_eq!(post("/oauth2/corpAccessToken", suite(""))["errcode"], 404, "the address of the page's table");
    assert_eq!(api_token(&sandbox), api_token(&sandbox), "an internal app gets the same one");

    let shown = format!("{:?}", sandbox.arrivals());
    for secret in [sandbox.app_secret(), sandbox.suite_secret(), sandbox.suite_ticket()] {
        assert!(!shown.contains(secret.open()));
    }
    for secret in ["guess-4711", good["accessToken"].as_str().expect("a token"), &api_token(&sandbox)] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

fn signed(sandbox: &Sandbox, path: &str, key: &str, millis: i64, secret: &str) -> Value {
    use base64::Engine as _;
    use hmac::{KeyInit as _, Mac as _};
    let ticket = sandbox.suite_ticket();
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(format!("{millis}\n{}", ticket.open()).as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("accessKey", key)
        .append_pair("timestamp", &millis.to_string())
        .append_pair("suiteTicket", ticket.open())
        .append_pair("signature", &signature)
        .finish();
    let body = json!({"auth_corpid": sandbox.auth_corp_id()}).to_string();
    exchange(&sandbox.hosts().oapi, "POST", &format!("{path}?{query}"), &[JSON], body.as_bytes()).json()
}

#[test]
fn a_signed_token_call_is_checked_for_clock_key_and_signature() {
    let sandbox = start();
    let now = jiff::Timestamp::now().as_millisecond();
    let (key, secret) = (sandbox.suite_key(), sandbox.suite_secret());
    let call = |key: &str, millis, secret: &str| signed(&sandbox, "/service/get_corp_token", key, millis, secret);
    let good = call(&key, now, secret.open());
    assert_eq!(errcode(&good), 0);
    assert_eq!(errcode(&call(&key, now - 61_000, secret.open())), 853_002);
    assert_eq!(errcode(&call(&key, 12, secret.open())), 853_001);
    assert_eq!(errcode(&call("suitenobody", now, secret.open())), 853_003);
    assert_eq!(errcode(&call(&key, now, "wrong")), 853_004);
    sandbox.set_clock_skew(SignedDuration::from_secs(120));
    assert_eq!(errcode(&call(&key, now, secret.open())), 853_002);
    sandbox.set_clock_skew(SignedDuration::ZERO);
    let info = signed(&sandbox, "/service/get_auth_info", &key, now, secret.open());
    assert_eq!(info["auth_info"]["agent"][0]["agentid"], sandbox.agent_id());

    // With the rule of the documents, only this app may send notices by template.
    sandbox.set_rules(Rules { third_party_notices_only: true, ..Rules::default() });
    let template = &sandbox.notice_templates()[0].id;
    let agent = sandbox.agent_id().to_string();
    let fields = [("agent_id", &*agent), ("template_id", template), ("userid_list", "zengmin")];
    assert_eq!(errcode(&post_form(&sandbox, SEND_NOTICE, &oapi_token(&sandbox), &fields)), 800_001);
    let token = good["access_token"].as_str().expect("a token");
    assert_eq!(errcode(&post_form(&sandbox, SEND_NOTICE, token, &fields)), 0);
}
