//! The program's own client against the sandbox: both sides read the same contract.

use std::sync::Arc;

use ding_composer::dingtalk::{
    Client, Credentials, Doubt, Failure, Fault as WireFault, MemoryTokenCache, NoticeForm, RefusalShape, Session,
    SystemClock, Timeouts, Unreadable, calls,
};
use tokio_util::sync::CancellationToken;

use super::*;

fn session(sandbox: &Sandbox, credentials: Credentials) -> Session {
    let timeouts = Timeouts { total: Duration::from_secs(2), ..Timeouts::default() };
    let client = Client::new(timeouts).expect("a client");
    Session::new(client, sandbox.hosts(), credentials, Arc::new(MemoryTokenCache::default()), Arc::new(SystemClock))
}

fn internal(sandbox: &Sandbox) -> Credentials {
    Credentials::Internal { app_key: sandbox.app_key(), app_secret: sandbox.app_secret() }
}

fn third_party(sandbox: &Sandbox) -> Credentials {
    Credentials::ThirdParty {
        suite_key: sandbox.suite_key(),
        suite_secret: sandbox.suite_secret(),
        auth_corp_id: sandbox.auth_corp_id(),
        suite_ticket: sandbox.suite_ticket(),
    }
}

fn notice(sandbox: &Sandbox, userid: &str) -> NoticeForm {
    NoticeForm {
        agent_id: sandbox.agent_id().to_string(),
        template_id: sandbox.notice_templates()[0].id.clone(),
        userid_list: vec![userid.to_owned()],
        data: json!({"title": "盘点", "time": "周五"}).to_string(),
        ..NoticeForm::default()
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

#[test]
fn each_kind_of_profile_checks_its_connection_and_sends_both_messages() {
    let sandbox = start();
    let pasted = Credentials::Pasted { token: sandbox.pasted_token(), pasted_at_unix: None };
    for credentials in [internal(&sandbox), third_party(&sandbox), pasted] {
        let session = session(&sandbox, credentials);
        let cancel = CancellationToken::new();
        run(async {
            sandbox.clear_arrivals();
            let agent_id = sandbox.agent_id().to_string();
            for item in ding_composer::dingtalk::check(&session, &agent_id, &cancel).await {
                assert!(item.result.is_fine(), "{item:?}");
            }
            let arrived = sandbox.arrivals();
            assert!(arrived.iter().all(|one| one.card().is_none() && one.notice().is_none()), "nothing is sent by it");
            let sent = session.call(&calls::send_private_chat_card(card(&sandbox).to_string()), &cancel).await;
            let sent = sent.expect("the card is taken");
            let arrived = sandbox.arrivals().pop().and_then(|arrival| arrival.card().cloned()).expect("a card");
            assert_eq!(sent.value["result"]["processQueryKey"], arrived.process_query_key.as_str());
            assert!(sent.exchange.request_id.is_some(), "the api host names it in a header");
            let sent = session.call(&calls::send_by_template(&notice(&sandbox, "zengmin")), &cancel).await;
            assert!(sent.expect("the notice is taken").value["task_id"].is_u64());
            let text =
                sandbox.arrivals().pop().and_then(|arrival| arrival.notice().cloned()).expect("a notice").text.clone();
            assert!(text.starts_with("**盘点**\n\n时间：周五"), "{text}");
        });
    }
}

#[test]
fn an_expired_token_heals_by_itself_on_both_systems() {
    let sandbox = start();
    let session = session(&sandbox, internal(&sandbox));
    let cancel = CancellationToken::new();
    run(async {
        for round in 0..2 {
            for call in [calls::contact_users_search("王", 0, 1), calls::user_get("zengmin")] {
                session.call(&call, &cancel).await.unwrap_or_else(|failure| panic!("round {round}: {failure:?}"));
            }
            sandbox.expire_tokens();
        }
    });
    let codes: Vec<String> = sandbox.arrivals().into_iter().filter_map(|arrival| arrival.answer.code).collect();
    assert_eq!(codes, ["InvalidAuthentication", "88/42001"], "one refusal each, then a new token");
}

#[test]
fn trouble_on_demand_is_understood_for_what_it_is() {
    let sandbox = start();
    let session = session(&sandbox, internal(&sandbox));
    let cancel = CancellationToken::new();
    let fault = |effect: Effect| -> WireFault {
        sandbox.script(Script::once(SEND_NOTICE, effect));
        let failure: Box<Failure> = run(session.call(&calls::send_by_template(&notice(&sandbox, "shanxue")), &cancel))
            .expect_err("it does not succeed");
        failure.fault
    };
    let doubt = |effect: Effect| match fault(effect) {
        WireFault::Unknown(doubt) => doubt,
        other => panic!("{other:?}"),
    };
    assert_eq!(doubt(Effect::Slow(Duration::from_secs(10))), Doubt::TimedOut);
    assert!(matches!(doubt(Effect::CutBeforeAnswer), Doubt::Cut { .. }));
    assert!(matches!(doubt(Effect::Empty), Doubt::NoReadableAnswer { why: Unreadable::Empty, .. }));
    assert!(matches!(doubt(Effect::Huge), Doubt::NoReadableAnswer { why: Unreadable::TooLarge { .. }, .. }));
    let cut = doubt(Effect::CutMidAnswer);
    assert!(matches!(cut, Doubt::Cut { .. } | Doubt::NoReadableAnswer { why: Unreadable::CutOff, .. }), "{cut:?}");

    let refusal = |effect: Effect| fault(effect).refusal().cloned().expect("a refusal");
    let wrapped = refusal(Effect::code("88/60011"));
    assert_eq!((wrapped.code.as_deref(), &wrapped.shape), (Some("60011"), &RefusalShape::OapiWrapped));
    assert_eq!(wrapped.scopes, ["qyapi_base"], "the scope of the call itself");
    let listed = refusal(Effect::code("88/60020"));
    assert_eq!((listed.ip.as_deref(), listed.app_key), (Some("127.0.0.1"), Some(sandbox.app_key())));
    assert_eq!(refusal(Effect::IpBan).shape, RefusalShape::IpBan);
    assert_eq!(refusal(Effect::code("885006")).code.as_deref(), Some("885006"));
}

#[test]
fn a_limit_per_second_refuses_the_call_too_many() {
    let sandbox = start();
    sandbox.stop_clock(Some(jiff::Timestamp::now()));
    sandbox.set_rules(Rules { calls_per_second: Some(3), ..Rules::default() });
    let session = session(&sandbox, internal(&sandbox));
    let cancel = CancellationToken::new();
    run(async {
        let mut refused = 0;
        for _ in 0..5 {
            if let Err(failure) = session.call(&calls::auth_scopes(), &cancel).await {
                assert!(
                    failure.fault.refusal().is_some_and(ding_composer::dingtalk::Refusal::is_rate_limit),
                    "{failure:?}"
                );
                refused += 1;
            }
        }
        assert_eq!(refused, 2);
        sandbox.set_clock_skew(SignedDuration::from_secs(2));
        assert!(session.call(&calls::auth_scopes(), &cancel).await.is_ok(), "a moment later");
    });
}
