//! How tokens are fetched once for all who wait, kept, refreshed early and healed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ding_composer::dingtalk::call::TOKEN_HEADER;
use ding_composer::dingtalk::{
    Credentials, Fault, MemoryTokenCache, NotSent, Secret, System, TokenCache as _, TokenState, calls, endpoint,
};
use tokio_util::sync::CancellationToken;

use crate::raw::{Raw, Reply, Seen, TestClock, internal, json, run, session, session_with};
use crate::wire::{TOKEN, card, never, notice, token_answer};

#[test]
fn the_four_token_calls_go_out_as_documented_and_carry_no_token() {
    run(async {
        let raw = Raw::start(token_answer).await;
        let clock = TestClock::new();
        let apps = session(raw.hosts(), internal(), clock.clone());
        let third = Credentials::ThirdParty {
            suite_key: "suite1".to_owned(),
            suite_secret: Secret::new("_FPxxxxj3e"),
            auth_corp_id: "corp1".to_owned(),
            suite_ticket: Secret::new("ticket-1"),
        };
        let third = session(raw.hosts(), third, clock.clone());
        for session in [&apps, &third] {
            for system in System::ALL {
                session.ensure_token(system, &never()).await.unwrap();
                assert_eq!(session.token_status(system).seconds_left, Some(7200));
            }
        }
        let seen = raw.seen();
        let lines: Vec<&str> = seen.iter().map(Seen::line).collect();
        assert_eq!(lines[0], "POST /v1.0/oauth2/accessToken HTTP/1.1");
        assert_eq!(seen[0].body(), r#"{"appKey":"dingkey1","appSecret":"APP+SECRET/1="}"#);
        assert_eq!(lines[1], "GET /gettoken?appkey=dingkey1&appsecret=APP%2BSECRET%2F1%3D HTTP/1.1");
        assert_eq!(lines[2], "POST /v1.0/oauth2/corpAccessToken HTTP/1.1");
        assert_eq!(
            seen[2].body(),
            r#"{"suiteKey":"suite1","suiteSecret":"_FPxxxxj3e","authCorpId":"corp1","suiteTicket":"ticket-1"}"#
        );
        let signed = lines[3];
        assert!(signed.starts_with(
            "POST /service/get_corp_token?accessKey=suite1&timestamp=1795000000000&suiteTicket=ticket-1&signature="
        ));
        assert_eq!(seen[3].body(), r#"{"auth_corpid":"corp1"}"#);
        assert!(seen.iter().all(|seen| seen.header(TOKEN_HEADER).is_none() && !seen.line().contains("access_token=")));
    });
}

/// A server whose tokens are numbered; `valid` says which token a call may carry.
async fn numbered(valid: &'static str, wrapped: bool) -> (Raw, Arc<AtomicUsize>) {
    let fetched = Arc::new(AtomicUsize::new(0));
    let count = fetched.clone();
    let raw = Raw::start(move |seen| {
        if seen.line().contains("/gettoken") {
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            let body = format!(r#"{{"errcode":0,"access_token":"oapi-token-{number}","expires_in":7200}}"#);
            return Reply::After(Duration::from_millis(300), Box::new(json(200, &body)));
        }
        if seen.line().contains(&format!("access_token={valid}")) {
            json(200, r#"{"errcode":0,"errmsg":"ok","task_id":42,"request_id":"r1"}"#)
        } else if wrapped {
            json(200, r#"{"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token","request_id":"r0"}"#)
        } else {
            json(200, r#"{"errcode":40014,"errmsg":"不合法的access_token","request_id":"r0"}"#)
        }
    })
    .await;
    (raw, fetched)
}

#[test]
fn twenty_callers_wait_for_one_token() {
    run(async {
        let (raw, fetched) = numbered("oapi-token-1", true).await;
        let session = session(raw.hosts(), internal(), TestClock::new());
        let callers: Vec<_> = (0..20)
            .map(|_| {
                let session = session.clone();
                tokio::spawn(async move { session.call(&calls::user_get("u"), &never()).await })
            })
            .collect();
        for caller in callers {
            assert_eq!(caller.await.unwrap().unwrap().exchange.attempts, 1);
        }
        assert_eq!(fetched.load(Ordering::SeqCst), 1);
        assert_eq!(raw.count("/topapi/v2/user/get"), 20);
    });
}

#[test]
fn an_invalid_token_is_renewed_once_for_everyone_and_the_call_repeated_once() {
    for wrapped in [true, false] {
        run(async {
            let (raw, fetched) = numbered("oapi-token-2", wrapped).await;
            let session = session(raw.hosts(), internal(), TestClock::new());
            session.ensure_token(System::Oapi, &never()).await.unwrap();
            let callers: Vec<_> = (0..20)
                .map(|_| {
                    let session = session.clone();
                    tokio::spawn(async move { session.call(&notice(), &never()).await })
                })
                .collect();
            let mut healed = 0;
            for caller in callers {
                let answer = caller.await.unwrap().unwrap();
                healed += usize::from(answer.exchange.attempts == 2);
                assert_eq!(answer.exchange.request_id.as_deref(), Some("r1"));
            }
            // On a slow machine a late one finds the new token at once.
            assert!(healed > 0);
            assert_eq!(fetched.load(Ordering::SeqCst), 2);
        });
    }
}

#[test]
fn the_same_token_again_is_not_fetched_by_each_of_those_it_was_refused_to() {
    run(async {
        // An internal app that asks again within two hours gets the same text back, prolonged.
        let fetched = Arc::new(AtomicUsize::new(0));
        let count = fetched.clone();
        let raw = Raw::start(move |seen| {
            if seen.line().contains("/gettoken") {
                count.fetch_add(1, Ordering::SeqCst);
                return json(200, r#"{"errcode":0,"access_token":"always-the-same","expires_in":7200}"#);
            }
            json(200, r#"{"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token"}"#)
        })
        .await;
        let session = session(raw.hosts(), internal(), TestClock::new());
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let session = session.clone();
                tokio::spawn(async move { session.call(&notice(), &never()).await })
            })
            .collect();
        for call in calls {
            let failure = call.await.unwrap().unwrap_err();
            assert!(failure.fault.refusal().unwrap().is_invalid_token());
            assert_eq!(failure.exchange.attempts, 2);
        }
        assert_eq!(raw.count("/topapi/message/corpconversation/sendbytemplate"), 16);
        // One at the start, and at most one more per round of refusals: not one per caller.
        assert!(fetched.load(Ordering::SeqCst) <= 4, "{}", fetched.load(Ordering::SeqCst));
    });
}

#[test]
fn an_api_token_heals_too() {
    run(async {
        let fetched = Arc::new(AtomicUsize::new(0));
        let count = fetched.clone();
        let raw = Raw::start(move |seen| match seen.header(TOKEN_HEADER) {
            None => {
                let number = count.fetch_add(1, Ordering::SeqCst);
                json(200, &format!(r#"{{"accessToken":"api-token-{number}","expireIn":7200}}"#))
            }
            Some("api-token-1") => json(200, r#"{"success":true,"result":{"processQueryKey":"k1"}}"#),
            Some(_) => {
                json(400, r#"{"code":"InvalidAuthentication","message":"不合法的access_token","requestid":"R"}"#)
            }
        })
        .await;
        let session = session(raw.hosts(), internal(), TestClock::new());
        let answer = session.call(&card(), &never()).await.unwrap();
        assert_eq!((answer.exchange.attempts, fetched.load(Ordering::SeqCst)), (2, 2));
    });
}

#[test]
fn nothing_but_an_invalid_token_is_ever_repeated() {
    run(async {
        for (status, body) in [
            (500, r#"{"code":"systemBusy","message":"系统繁忙"}"#),
            (503, ""),
            (403, r#"{"code":"Forbidden.AccessDenied.QpsLimitForApi","message":"x"}"#),
            (200, "{}"),
        ] {
            let raw = Raw::start(
                move |seen| {
                    if seen.line().contains("oauth2") { token_answer(seen) } else { json(status, body) }
                },
            )
            .await;
            let session = session(raw.hosts(), internal(), TestClock::new());
            let failure = session.call(&card(), &never()).await.unwrap_err();
            assert_eq!(failure.exchange.attempts, 1);
            assert_eq!(raw.count(endpoint::SEND_PRIVATE_CHAT_CARD.path), 1, "{status} {body}");
        }
    });
}

#[test]
fn a_token_is_refreshed_ten_minutes_early_and_kept_when_that_fails() {
    run(async {
        let refuse = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let switch = refuse.clone();
        let raw = Raw::start(move |seen| {
            if seen.line().contains("/gettoken") && switch.load(Ordering::SeqCst) {
                return json(200, r#"{"errcode":40096,"errmsg":"不合法的appKey或appSecret"}"#);
            }
            token_answer(seen)
        })
        .await;
        let clock = TestClock::new();
        let session = session(raw.hosts(), internal(), clock.clone());
        let call = async || session.call(&calls::auth_scopes(), &never()).await;
        call().await.unwrap();
        clock.pass(6599);
        call().await.unwrap();
        assert_eq!((raw.count("/gettoken"), session.token_status(System::Oapi).seconds_left), (1, Some(601)));
        clock.pass(1);
        call().await.unwrap();
        assert_eq!((raw.count("/gettoken"), session.token_status(System::Oapi).seconds_left), (2, Some(7200)));

        refuse.store(true, Ordering::SeqCst);
        clock.pass(6700);
        call().await.unwrap();
        call().await.unwrap();
        // The old one still serves; the failed refresh is told, and tried again only after a minute.
        assert_eq!(raw.count("/gettoken"), 3);
        let status = session.token_status(System::Oapi);
        assert_eq!((status.state, status.seconds_left), (TokenState::Here, Some(500)));
        assert!(status.last_failure.is_some());
        clock.pass(61);
        call().await.unwrap();
        assert_eq!(raw.count("/gettoken"), 4);
        clock.pass(500);
        let failure = call().await.unwrap_err();
        assert_eq!(failure.fault.refusal().unwrap().code.as_deref(), Some("40096"));
        assert_eq!(failure.exchange.path, "/gettoken");
    });
}

#[test]
fn a_failed_fetch_is_the_failure_of_all_who_waited_and_nothing_was_sent() {
    run(async {
        let raw = Raw::always(Reply::After(
            Duration::from_millis(300),
            Box::new(json(200, r#"{"errcode":40096,"errmsg":"不合法的appKey或appSecret"}"#)),
        ))
        .await;
        let session = session(raw.hosts(), internal(), TestClock::new());
        let callers: Vec<_> = (0..10)
            .map(|_| {
                let session = session.clone();
                tokio::spawn(async move { session.call(&notice(), &never()).await.unwrap_err() })
            })
            .collect();
        for caller in callers {
            let failure = caller.await.unwrap();
            assert_eq!(failure.exchange.endpoint, &endpoint::TOKEN_INTERNAL_OAPI);
            assert!(matches!(failure.fault, Fault::Refused(_)));
        }
        assert!(raw.count("/gettoken") <= 2, "{}", raw.count("/gettoken"));
        assert_eq!(raw.count(endpoint::SEND_BY_TEMPLATE.path), 0);
        assert_eq!(session.token_status(System::Oapi).state, TokenState::Failed);
    });
}

#[test]
fn a_token_call_without_an_answer_means_that_the_send_never_left() {
    run(async {
        for reply in [Reply::Cut, json(502, "<html>"), json(200, "{}"), json(200, r#"{"errcode":0}"#)] {
            let raw = Raw::always(reply).await;
            let session = session(raw.hosts(), internal(), TestClock::new());
            let failure = session.call(&notice(), &never()).await.unwrap_err();
            assert!(matches!(failure.fault, Fault::NotSent(NotSent::TokenUnknown(_))), "{failure:?}");
            assert_eq!(failure.exchange.path, "/gettoken");
        }
    });
}

#[test]
fn one_callers_cancel_does_not_cancel_the_others() {
    run(async {
        let (raw, fetched) = numbered("oapi-token-2", true).await;
        let session = session(raw.hosts(), internal(), TestClock::new());
        let cancel = CancellationToken::new();
        let first = {
            let (session, cancel) = (session.clone(), cancel.clone());
            tokio::spawn(async move { session.call(&notice(), &cancel).await })
        };
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(session.token_status(System::Oapi).state, TokenState::Fetching);
        let second = {
            let session = session.clone();
            tokio::spawn(async move { session.call(&notice(), &never()).await })
        };
        tokio::time::sleep(Duration::from_millis(50)).await;
        cancel.cancel();
        let failure = first.await.unwrap().unwrap_err();
        assert_eq!(failure.fault, Fault::NotSent(NotSent::Cancelled));
        second.await.unwrap().unwrap();
        assert_eq!(fetched.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn tokens_are_kept_in_the_cache_and_found_there() {
    run(async {
        let raw = Raw::start(token_answer).await;
        let (clock, cache) = (TestClock::new(), Arc::new(MemoryTokenCache::default()));
        let one = session_with(raw.hosts(), internal(), clock.clone(), cache.clone());
        one.call(&calls::auth_scopes(), &never()).await.unwrap();
        for _ in 0..100 {
            if cache.load(System::Oapi).is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let kept = cache.load(System::Oapi).unwrap();
        assert_eq!((kept.token.open(), kept.expires_at_unix), ("oapi-token-0001", 1_795_007_200));
        let two = session_with(raw.hosts(), internal(), clock.clone(), cache.clone());
        two.call(&calls::auth_scopes(), &never()).await.unwrap();
        assert_eq!(raw.count("/gettoken"), 1);
        // One that ran out while the program was closed is fetched anew.
        clock.pass(7200);
        let three = session_with(raw.hosts(), internal(), clock, cache);
        three.call(&calls::auth_scopes(), &never()).await.unwrap();
        assert_eq!(raw.count("/gettoken"), 2);
    });
}

#[test]
fn a_pasted_token_serves_both_systems_counts_its_two_hours_and_cannot_heal() {
    run(async {
        let raw = Raw::start(|seen| {
            if seen.line().contains("/auth/scopes") {
                json(200, r#"{"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token"}"#)
            } else {
                json(200, r#"{"success":true,"result":{}}"#)
            }
        })
        .await;
        let clock = TestClock::new();
        let pasted = Credentials::Pasted { token: Secret::new(TOKEN), pasted_at_unix: Some(1_795_000_000 - 200) };
        let session = session(raw.hosts(), pasted, clock.clone());
        session.call(&card(), &never()).await.unwrap();
        let failure = session.call(&calls::auth_scopes(), &never()).await.unwrap_err();
        assert!(failure.fault.refusal().unwrap().is_invalid_token());
        assert_eq!((raw.seen().len(), failure.exchange.attempts), (2, 1));
        let failure = session.refresh(System::Api, &never()).await.unwrap_err();
        assert!(matches!(failure.fault, Fault::NotSent(NotSent::CannotRenew)), "{failure:?}");
        let status = session.token_status(System::Api);
        assert_eq!((status.state, status.seconds_left, status.renewable), (TokenState::Here, Some(7000), false));
        clock.pass(7000);
        assert_eq!(session.token_status(System::Api).state, TokenState::Expired);
    });
}

#[test]
fn a_refresh_by_hand_fetches_although_the_old_one_is_valid_and_keeps_it_when_that_fails() {
    run(async {
        let (raw, fetched) = numbered("oapi-token-2", true).await;
        let session = session(raw.hosts(), internal(), TestClock::new());
        session.ensure_token(System::Oapi, &never()).await.unwrap();
        session.ensure_token(System::Oapi, &never()).await.unwrap();
        assert_eq!(fetched.load(Ordering::SeqCst), 1);
        session.refresh(System::Oapi, &never()).await.unwrap();
        assert_eq!(fetched.load(Ordering::SeqCst), 2);
        assert_eq!(session.call(&notice(), &never()).await.unwrap().exchange.attempts, 1);
    });
}

#[test]
fn an_empty_credential_is_named_before_anything_goes_out() {
    run(async {
        let raw = Raw::start(token_answer).await;
        let empty = Credentials::Internal { app_key: "k".to_owned(), app_secret: Secret::new(" ") };
        let session = session(raw.hosts(), empty, TestClock::new());
        let failure = session.call(&notice(), &never()).await.unwrap_err();
        assert_eq!(failure.fault, Fault::NotSent(NotSent::NoToken { missing: "appSecret" }));
        assert_eq!(session.token_status(System::Oapi).state, TokenState::Missing);
        assert!(raw.seen().is_empty());
    });
}

#[test]
fn a_third_party_app_learns_its_agent_id_in_the_corp() {
    run(async {
        let raw = Raw::always(json(
            200,
            r#"{"errcode":0,"auth_info":{"agent":[{"agentid":948060598,"agent_name":"通知"}]},"auth_corp_info":{"corp_name":"甲公司"}}"#,
        ))
        .await;
        let third = Credentials::ThirdParty {
            suite_key: "suite1".to_owned(),
            suite_secret: Secret::new("_FPxxxxj3e"),
            auth_corp_id: "corp1".to_owned(),
            suite_ticket: Secret::new("ticket-1"),
        };
        let info = session(raw.hosts(), third, TestClock::new()).auth_info(&never()).await.unwrap();
        assert_eq!((info.agents[0].agent_id.as_str(), info.corp_name.as_deref()), ("948060598", Some("甲公司")));
        assert!(raw.seen()[0].line().starts_with("POST /service/get_auth_info?accessKey=suite1&timestamp="));
        let failure = session(raw.hosts(), internal(), TestClock::new()).auth_info(&never()).await.unwrap_err();
        assert_eq!(failure.fault, Fault::NotSent(NotSent::NoToken { missing: "suiteKey" }));
    });
}
