//! Trouble on demand, the control routes, starting and stopping.

use super::*;

#[test]
fn each_effect_is_what_it_says_on_the_wire() {
    let sandbox = start();
    let token = api_token(&sandbox);
    let send = |track: &str| {
        let mut body = card(&sandbox);
        body["outTrackId"] = json!(track);
        post_api(&sandbox, SEND_CARD, &token, &body)
    };
    let order = |effect| sandbox.script(Script::once(SEND_CARD, effect));

    order(Effect::CutBeforeAnswer);
    assert!(send("a").bytes.is_empty(), "not one byte");
    let last = sandbox.arrivals().pop().expect("it arrived all the same");
    assert!(last.card().is_some_and(|card| card.out_track_id == "a"));
    assert_eq!((last.answer.status, last.answer.scripted), (None, Some("cut_before_answer")));

    order(Effect::CutMidAnswer);
    let raw = send("b");
    assert_eq!(raw.status(), 200);
    assert!(!raw.body().is_empty() && raw.body().len() < raw.length(), "{} of {}", raw.body().len(), raw.length());

    order(Effect::Empty);
    let raw = send("c");
    assert_eq!((raw.status(), raw.body().len()), (200, 0));

    order(Effect::Html);
    let raw = send("d");
    assert!(raw.status() == 200 && raw.head().contains("text/html") && raw.body().starts_with(b"<!DOCTYPE html>"));
    assert!(sandbox.arrivals().pop().is_some_and(|arrival| arrival.card().is_none()), "a gateway let nothing through");

    order(Effect::Huge);
    assert_eq!(send("e").body().len(), HUGE);

    order(Effect::IpBan);
    let ban = send("f").json();
    assert_eq!((ban["source"].as_str(), ban["code"].is_null(), ban["errcode"].is_null()), (Some("x5"), true, true));

    order(Effect::Body { status: 502, content_type: "text/plain".to_owned(), bytes: vec![0xff, 0xfe, 0x00] });
    let raw = send("g");
    assert_eq!((raw.status(), raw.body()), (502, &[0xff, 0xfe, 0x00][..]));

    order(Effect::Slow(Duration::from_millis(300)));
    let begun = Instant::now();
    assert_eq!(send("h").status(), 200);
    assert!(begun.elapsed() >= Duration::from_millis(300));

    assert_eq!(send("i").status(), 200, "the orders are used up");
    sandbox.script(Script { endpoint: None, times: None, effect: Effect::code("systemBusy") });
    assert_eq!(send("j").status(), 500);
    assert_eq!(oapi_token(&sandbox), oapi_token(&sandbox), "token calls are only struck by name");
    sandbox.clear_scripts();
    assert_eq!(send("k").status(), 200);
}

#[test]
fn a_code_answers_in_the_dialect_of_its_system() {
    let sandbox = start();
    let token = oapi_token(&sandbox);
    let agent = sandbox.agent_id().to_string();
    let answer = |effect: Effect| {
        sandbox.script(Script::once(SEND_NOTICE, effect));
        post_form(&sandbox, SEND_NOTICE, &token, &[("agent_id", &agent)])
    };
    let plain = answer(Effect::code("90018"));
    assert_eq!((errcode(&plain), plain["sub_code"].is_null()), (90018, true));
    let scopes = vec!["qyapi_get_department_list".to_owned()];
    let wrapped = answer(Effect::Code { code: "88/60011".to_owned(), message: None, scopes, ip: None });
    assert_eq!((errcode(&wrapped), wrapped["sub_code"].as_str()), (88, Some("60011")));
    assert!(
        wrapped["errmsg"].as_str().is_some_and(|text| text.contains("{requiredScopes=[qyapi_get_department_list]}"))
    );
    let ip = Some("203.0.113.9".to_owned());
    let listed = answer(Effect::Code { code: "88/60020".to_owned(), message: None, scopes: Vec::new(), ip });
    assert!(listed["sub_msg"].as_str().is_some_and(|text| text.contains("request ip=203.0.113.9 appKey(ding")));

    let token = api_token(&sandbox);
    let scopes = vec!["Card.Instance.Write".to_owned()];
    let code = "Forbidden.AccessDenied.AccessTokenPermissionDenied".to_owned();
    sandbox
        .script(Script::once(SEND_CARD, Effect::Code { code, message: Some("没有权限".to_owned()), scopes, ip: None }));
    let raw = post_api(&sandbox, SEND_CARD, &token, &card(&sandbox));
    assert_eq!((raw.status(), raw.json()["message"].as_str()), (403, Some("没有权限")));
    assert_eq!(raw.json()["accessdenieddetail"]["requiredScopes"], json!(["Card.Instance.Write"]));
    sandbox.script(Script::once(SEND_CARD, Effect::code("HTTP 503 (no code)")));
    let raw = post_api(&sandbox, SEND_CARD, &token, &card(&sandbox));
    assert!(raw.status() == 503 && raw.body().starts_with(b"<"));
}

#[test]
fn a_program_outside_drives_the_sandbox_by_its_control_routes() {
    let sandbox = start();
    let base = sandbox.hosts().api;
    let key = sandbox.control_key();
    let control = |method: &str, path: &str, body: &str| {
        exchange(&base, method, path, &[(CONTROL_HEADER, key.open())], body.as_bytes())
    };
    assert_eq!(exchange(&base, "GET", "/sandbox/arrivals", &[], b"").status(), 403);
    assert_eq!(exchange(&base, "GET", "/sandbox", &[(CONTROL_HEADER, "guess")], b"").status(), 403);
    assert_eq!(control("GET", "/sandbox", "").json()["agent_id"], sandbox.agent_id());
    let order = json!({"endpoint": SEND_CARD, "times": 1, "effect": {"kind": "code", "code": "systemError"}});
    assert_eq!(control("POST", "/sandbox/script", &order.to_string()).status(), 200);
    assert_eq!(control("GET", "/sandbox/script", "").json()["scripts"][0]["effect"]["code"], "systemError");
    let token = api_token(&sandbox);
    assert_eq!(post_api(&sandbox, SEND_CARD, &token, &card(&sandbox)).json()["code"], "systemError");
    assert_eq!(post_api(&sandbox, SEND_CARD, &token, &card(&sandbox)).status(), 200);
    let arrivals = control("GET", "/sandbox/arrivals", "").json();
    let last = arrivals["arrivals"].as_array().and_then(|all| all.last()).expect("it arrived").clone();
    assert_eq!(last["message"]["recipients"][1]["variables"]["title"], "给单雪");
    assert_eq!(last["headers"][TOKEN], "***");
    for (order, problem) in [
        (json!({"effect": {"kind": "dance"}}), "effect.kind"),
        (json!({"effect": {"kind": "slow"}}), "effect.millis"),
        (json!({"endpoint": 5, "effect": {"kind": "html"}}), "endpoint"),
        (json!("x"), "effect.kind"),
    ] {
        let raw = control("POST", "/sandbox/script", &order.to_string());
        assert_eq!(raw.status(), 400);
        assert!(raw.json()["error"].as_str().is_some_and(|text| text.starts_with(problem)), "{order}");
    }
    assert_eq!(control("POST", "/sandbox/expire", "").status(), 200);
    assert_eq!(post_api(&sandbox, SEND_CARD, &token, &card(&sandbox)).json()["code"], "InvalidAuthentication");
}

#[test]
fn it_stops_when_dropped_and_grows_to_a_hundred_thousand() {
    let sandbox = Sandbox::start(SandboxOptions { people: 100_000, ..SandboxOptions::default() }).expect("it starts");
    assert_eq!(sandbox.organisation().people().len(), 100_000);
    let address = sandbox.hosts().api.as_str().strip_prefix("http://").expect("http").to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    drop(sandbox);
    assert!(TcpStream::connect(&address).is_err(), "nobody listens any more");

    let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let fixed = || Sandbox::start(SandboxOptions { port: Some(port), ..SandboxOptions::default() });
    if let Ok(first) = fixed() {
        assert!(first.hosts().api.as_str().ends_with(&format!(":{port}")));
        assert!(fixed().is_err(), "a taken port is an error, not a panic");
    }
}
