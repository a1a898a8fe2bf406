//! Every fault × every call that sends: the rung of everybody is the right one, the others are not touched, and nobody gets
//! anything twice. And every fault × the calls that change or take back what is there.

use std::{sync::Arc, time::Duration};

use ding_composer::{
    compose::{CardVia, CheckContext, Draft, check_draft, file},
    deliver::{
        Outcome,
        plan::Mode,
        run::{Control, Parts, Sender, Watch},
        send::Sending,
        time::Time as _,
    },
    dingtalk::{
        Client, Clock, Credentials, Doubt, Failure, Fault, MemoryTokenCache, Session, SystemClock, Timeouts, calls,
    },
    sandbox::{
        CREATE_AND_DELIVER, Effect, SEND_CARD, SEND_FREE, SEND_INTERACTIVE_CARD, SEND_NOTICE, Script, UPDATE_CARD,
        UPDATE_INTERACTIVE_CARD, UPDATE_STATUS_BAR,
    },
    store::{
        history::HistoryError,
        journal::{CallState, DeliveryId, DeliveryState},
    },
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    Scene,
    faults::{cutter, session_to},
    people,
};

/// The sending calls, each with the path it goes to.
const WAYS: [(&str, &str); 5] = [
    ("template", SEND_NOTICE),
    ("asyncsend_v2", SEND_FREE),
    ("privateChat", SEND_CARD),
    ("createAndDeliver", CREATE_AND_DELIVER),
    ("interactiveCards", SEND_INTERACTIVE_CARD),
];

fn draft(scene: &Scene, via: &str) -> Draft {
    let sandbox = &scene.sandbox;
    let card = |body: Value| json!({"kind": "card", "version": 1, "via": via, "body": body});
    let shown = json!({"cardParamMap": {"title": "t"}});
    let template = &sandbox.card_template_ids()[0];
    let text = match via {
        "template" => return scene.notice("一"),
        "asyncsend_v2" => json!({"kind": "notice", "version": 1, "via": via, "body": {
            "agent_id": sandbox.agent_id(), "msg": {"msgtype": "text", "text": {"content": "一"}},
        }}),
        "privateChat" => card(json!({
            "cardTemplateId": template, "outTrackId": "a", "openConversationId": sandbox.open_conversation_id(),
            "robotCode": sandbox.robot_code(), "cardData": shown,
        })),
        "createAndDeliver" => card(json!({
            "cardTemplateId": template, "outTrackId": "a", "cardData": shown,
            "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
        })),
        _ => card(json!({
            "cardTemplateId": template, "outTrackId": "a", "conversationType": 0, "cardData": shown,
        })),
    };
    file::read(&text.to_string()).unwrap().draft
}

fn page(status: u16) -> Effect {
    Effect::Body { status, content_type: "text/html".to_owned(), bytes: b"<html>not here</html>".to_vec() }
}

fn answer(body: &str) -> Effect {
    Effect::Body { status: 200, content_type: "application/json".to_owned(), bytes: body.into() }
}

/// A fault, and the rung and code of the people of the call that meets it.
fn faults(new_system: bool) -> Vec<(Effect, &'static str, &'static str)> {
    let own = |new: &'static str, old: &'static str| if new_system { new } else { old };
    let mut cases = vec![
        (Effect::code(own("param.invalid", "400002")), "failed", own("param.invalid", "400002")),
        (
            Effect::code(own("Forbidden.AccessDenied.AccessTokenPermissionDenied", "88/60011")),
            "failed",
            own("Forbidden.AccessDenied.AccessTokenPermissionDenied", "60011"),
        ),
        (page(404), "failed", "answer.wrong_content"),
        (Effect::CutBeforeAnswer, "unknown", "unknown.cut"),
        (Effect::CutMidAnswer, "unknown", "unknown.no_readable_answer"),
        (Effect::Empty, "unknown", "unknown.no_readable_answer"),
        (Effect::Html, "unknown", "unknown.no_readable_answer"),
        (Effect::Huge, "unknown", "unknown.no_readable_answer"),
        (page(500), "unknown", "unknown.server_error"),
        (page(502), "unknown", "unknown.server_error"),
        (page(503), "unknown", "unknown.server_error"),
        (answer("{\"errcode\""), "unknown", "unknown.no_readable_answer"),
        (answer("[]"), "unknown", "unknown.no_readable_answer"),
        (answer("\"ok\""), "unknown", "unknown.no_readable_answer"),
        (Effect::Slow(Duration::from_millis(700)), "unknown", "unknown.timed_out"),
        // Carried out later or after all, by themselves.
        (Effect::Slow(Duration::from_millis(30)), "handed_over", ""),
        (Effect::code(own("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "88/90018")), "handed_over", ""),
        (Effect::code(own("Forbidden.AccessDenied.QpsLimitForApi", "90002")), "handed_over", ""),
        (Effect::IpBan, "handed_over", ""),
        (Effect::code(own("InvalidAuthentication", "88/42001")), "handed_over", ""),
    ];
    if !new_system {
        cases.push((answer("{}"), "unknown", "unknown.no_readable_answer"));
    }
    cases
}

/// Of an app whose token can be fetched anew.
fn session(scene: &Scene, total: Duration) -> Session {
    let client = Client::new(Timeouts { connect: Duration::from_secs(2), total }).unwrap();
    let credentials =
        Credentials::Internal { app_key: scene.sandbox.app_key(), app_secret: scene.sandbox.app_secret() };
    let cache = Arc::new(MemoryTokenCache::default());
    Session::new(client, scene.sandbox.hosts(), credentials, cache, Arc::new(SystemClock))
}

/// Three calls of two people each, each delivery with cards of its own.
fn three(scene: &Scene, draft: &Draft, number: usize) -> DeliveryId {
    let plan = scene.plan(draft, &people(&scene.people(6)), Mode::Fewest, false);
    assert!(!plan.blocked(), "{:?} {:?}", plan.doubts, plan.findings);
    let list = people(&scene.people(6));
    let track = format!("track{number}");
    scene.write(&plan, draft, &list, &track, None)
}

fn taken(scene: &Scene, path: &str) -> usize {
    scene.sandbox.ledger().iter().filter(|entry| &*entry.path == path && entry.taken).count()
}

#[test]
fn every_fault_at_every_sending_call_gives_the_right_rung() {
    for (via, path) in WAYS {
        let mut scene = Scene::new().free();
        scene.profile.limits.people_per_call = Some(2);
        let draft = draft(&scene, via);
        for (number, (effect, rung, code)) in faults(path.starts_with("/v1.0/")).into_iter().enumerate() {
            let id = three(&scene, &draft, number);
            let quick = matches!(effect, Effect::Slow(time) if time.as_millis() > 500);
            let session = session(&scene, Duration::from_millis(if quick { 350 } else { 10_000 }));
            let sender = Sender::open(Parts { session, ..scene.parts(&draft) }).unwrap();
            let before = taken(&scene, path);
            scene.sandbox.script(Script::once(path, Effect::Slow(Duration::ZERO)));
            scene.sandbox.script(Script::once(path, effect.clone()));
            let run = scene.run(&sender, id);
            assert_eq!(run.state, DeliveryState::Done, "{via}: {effect:?}");
            for (place, person) in scene.persons(id).iter().enumerate() {
                let wanted = if place / 2 == 1 { (rung, code) } else { ("handed_over", "") };
                let got = (person.rung.name(), person.code.as_str());
                assert_eq!(got, wanted, "{via}: {effect:?}, person {place}");
            }
            let carried_out = matches!(
                effect,
                Effect::Slow(_) | Effect::CutBeforeAnswer | Effect::CutMidAnswer | Effect::Empty | Effect::Huge
            );
            let once = if carried_out || rung == "handed_over" { 3 } else { 2 };
            assert_eq!(taken(&scene, path) - before, once, "{via}: {effect:?}: made more than once, or not at all");
            // Going on makes nothing again.
            assert_eq!(scene.run(&sender, id).counts, run.counts);
            assert_eq!(taken(&scene, path) - before, once, "{via}: {effect:?}");
        }
    }
}

#[test]
fn a_connection_cut_in_the_head_in_the_body_or_after_it_is_unknown_for_every_sending_call() {
    for (via, _) in WAYS {
        let mut scene = Scene::new().free();
        scene.profile.limits.people_per_call = Some(2);
        let draft = draft(&scene, via);
        for (number, after) in [40, 330, 100_000].into_iter().enumerate() {
            let id = three(&scene, &draft, number);
            let (port, met) = cutter(after);
            let sender = Sender::open(Parts { session: session_to(port), ..scene.parts(&draft) }).unwrap();
            let run = scene.run(&sender, id);
            assert_eq!(run.counts.unknown, 3, "{via} after {after} bytes: {run:?}");
            assert_eq!(met.load(std::sync::atomic::Ordering::SeqCst), 3, "{via} after {after} bytes: each once");
            assert_eq!(scene.rungs(id), ["unknown"; 6]);
        }
    }
}

#[test]
fn what_cannot_be_written_down_is_not_sent_by_any_call() {
    // Each waits for the database for some seconds: at the same time.
    std::thread::scope(|threads| {
        for (via, path) in WAYS {
            threads.spawn(move || {
                let mut scene = Scene::new().free();
                scene.profile.limits.people_per_call = Some(2);
                let draft = draft(&scene, via);
                let id = three(&scene, &draft, 0);
                let sender = scene.sender(&draft);
                let other = rusqlite::Connection::open(scene.journal.path()).unwrap();
                other.execute_batch("BEGIN IMMEDIATE").unwrap();
                let done = scene.runtime.block_on(sender.run(id, &Control::default(), &Watch::default()));
                assert!(matches!(done, Err(HistoryError::InUse(_))), "{via}: {done:?}");
                assert_eq!(taken(&scene, path), 0, "{via}");
                other.execute_batch("ROLLBACK").unwrap();
                assert_eq!(scene.run(&sender, id).counts.handed_over, 3, "{via}");
                assert_eq!(taken(&scene, path), 3, "{via}");
            });
        }
    });
}

#[test]
fn a_clock_that_is_set_back_keeps_the_windows_of_every_sending_call() {
    for (via, path) in WAYS {
        let mut scene = Scene::new().free();
        scene.profile.limits.people_per_call = Some(2);
        scene.profile.limits.people_per_minute = Some(2);
        let draft = draft(&scene, via);
        let first = three(&scene, &draft, 0);
        assert_eq!(scene.run(&scene.sender(&draft), first).counts.handed_over, 3, "{via}");
        // An hour back: what was just sent counts as just now.
        let back = super::VirtualTime::new(&scene.sandbox, super::MORNING_MS - 3_600_000);
        let second = three(&scene, &draft, 1);
        let time: Arc<dyn ding_composer::deliver::time::Time> = Arc::clone(&back) as _;
        let sender = Sender::open(Parts { time, ..scene.parts(&draft) }).unwrap();
        assert_eq!(scene.run(&sender, second).counts.handed_over, 3, "{via}");
        assert!(
            back.passed() >= Duration::from_mins(3),
            "{via}: a minute for what was sent, and two more: {:?}",
            back.passed()
        );
        assert_eq!(taken(&scene, path), 6, "{via}");
    }
}

/// What a fault means for a call that is made once: refused, unknown, or nothing wrong.
fn outcome_of(rung: &str) -> Outcome {
    match rung {
        "failed" => Outcome::Refused,
        "unknown" => Outcome::Unknown,
        _ => Outcome::HandedOver,
    }
}

#[test]
fn every_fault_at_the_update_of_a_card() {
    for (via, path, first) in [
        (CardVia::Update, UPDATE_CARD, "createAndDeliver"),
        (CardVia::UpdateInteractiveCards, UPDATE_INTERACTIVE_CARD, "privateChat"),
    ] {
        let scene = Scene::new().free();
        let card = draft(&scene, first);
        let sent = three(&scene, &card, 0);
        assert_eq!(scene.run(&scene.sender(&card), sent).counts.handed_over, 1);
        let text = json!({"kind": "card", "version": 1, "via": via.name(), "body": {
            "outTrackId": "track0", "cardData": {"cardParamMap": {"title": "neu"}},
        }});
        let update = file::read(&text.to_string()).unwrap().draft;
        let ready = check_draft(&update, &CheckContext::default()).ready.unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        for (effect, rung, code) in faults(true) {
            // One by one it is told that it came too soon; the person sends it again.
            let too_soon =
                matches!(&effect, Effect::Code { code, .. } if code.contains("Qps")) || effect == Effect::IpBan;
            let quick = matches!(effect, Effect::Slow(time) if time.as_millis() > 500);
            let session = session(&scene, Duration::from_millis(if quick { 350 } else { 10_000 }));
            let before = taken(&scene, path);
            scene.sandbox.script(Script::once(path, effect.clone()));
            let sending = Sending {
                session: &session,
                history: &scene.history,
                profile: &scene.profile,
                draft: &update,
                title: String::new(),
                clock: &clock,
            };
            let cancel = CancellationToken::new();
            let done = scene.runtime.block_on(ding_composer::deliver::send(&ready, sending, &cancel)).unwrap();
            let wanted = if too_soon { Outcome::Refused } else { outcome_of(rung) };
            assert_eq!(done.outcome, wanted, "{via:?}: {effect:?}");
            if !too_soon && !code.is_empty() {
                assert_eq!(done.code().as_deref(), Some(code), "{via:?}: {effect:?}");
            }
            assert!(taken(&scene, path) - before <= 1, "{via:?}: {effect:?}: never twice");
        }
    }
}

fn word(done: &Result<ding_composer::dingtalk::Answer, Box<Failure>>) -> &'static str {
    match done.as_ref().map_err(|failure| &failure.fault) {
        Ok(_) => "handed_over",
        Err(Fault::Refused(_)) => "failed",
        Err(Fault::NotSent(_)) => "not_begun",
        Err(Fault::Unknown(_)) => "unknown",
    }
}

#[test]
fn every_fault_at_the_change_of_a_status_bar() {
    let scene = Scene::new().free();
    let text = json!({"kind": "notice", "version": 1, "via": "asyncsend_v2", "body": {
        "agent_id": scene.sandbox.agent_id(),
        "msg": {"msgtype": "oa", "oa": {
            "message_url": "https://example.com", "head": {"bgcolor": "FFBBBBBB", "text": "t"},
            "status_bar": {"status_value": "待审批", "status_bg": "0xFFF65E5E"}, "body": {"title": "t", "content": "c"},
        }},
    }});
    let oa = file::read(&text.to_string()).unwrap().draft;
    let id = scene.delivery(&oa, &people(&scene.people(2)), Mode::Fewest);
    assert_eq!(scene.run(&scene.sender(&oa), id).counts.handed_over, 1, "{:?}", scene.journal.calls(id));
    let task = scene.journal.calls(id).unwrap()[0].ended.task_id.clone();
    let agent = scene.sandbox.agent_id().to_string();
    for (effect, rung, _) in faults(false) {
        let quick = matches!(effect, Effect::Slow(time) if time.as_millis() > 500);
        let session = session(&scene, Duration::from_millis(if quick { 350 } else { 10_000 }));
        scene.sandbox.script(Script::once(UPDATE_STATUS_BAR, effect.clone()));
        let before = scene.sandbox.ledger().len();
        let call = calls::status_bar_update(&agent, &task, "已同意", "0xFF78C06E");
        let done = scene.runtime.block_on(session.call(&call, &CancellationToken::new()));
        let limited = matches!(&effect, Effect::Code { code, .. } if code.contains("9001") || code.contains("9000"));
        let wanted = if limited || effect == Effect::IpBan { "failed" } else { rung };
        assert_eq!(word(&done), wanted, "{effect:?}: {done:?}");
        if effect == Effect::CutBeforeAnswer {
            assert!(matches!(&done.unwrap_err().fault, Fault::Unknown(Doubt::Cut { .. })));
        }
        let paths = scene.sandbox.ledger().into_iter().skip(before).filter(|one| &*one.path == UPDATE_STATUS_BAR);
        let renewed = matches!(&effect, Effect::Code { code, .. } if code == "88/42001");
        assert_eq!(paths.count(), if renewed { 2 } else { 1 }, "{effect:?}: people see it, so it is never repeated");
    }
}

#[test]
fn every_fault_at_a_recall_leaves_the_rungs_as_they_were_and_it_can_be_tried_again() {
    const RECALLS: [(&str, &str); 3] = [
        ("template", "/topapi/message/corpconversation/recall"),
        ("privateChat", "/v1.0/robot/privateChatMessages/batchRecall"),
        ("createAndDeliver", "/v1.0/robot/otoMessages/batchRecall"),
    ];
    for (via, path) in RECALLS {
        let mut scene = Scene::new().free();
        scene.profile.robot_code = scene.sandbox.robot_code();
        let draft = draft(&scene, via);
        let id = three(&scene, &draft, 0);
        assert_eq!(scene.run(&scene.sender(&draft), id).counts.handed_over, 1, "{via}");
        let recall = |session: &Session| {
            let now = scene.time.wall_ms();
            scene.runtime.block_on(scene.desk(session).recall(id, now)).unwrap()
        };
        scene.time.advance(Duration::from_secs(2));
        for (effect, rung, _) in faults(path.starts_with("/v1.0/")) {
            let renewed =
                matches!(&effect, Effect::Code { code, .. } if code == "88/42001" || code == "InvalidAuthentication");
            let limited = rung == "handed_over" && matches!(effect, Effect::Code { .. } | Effect::IpBan);
            if renewed || rung == "handed_over" && !limited {
                continue;
            }
            let quick = matches!(effect, Effect::Slow(time) if time.as_millis() > 500);
            let session = session(&scene, Duration::from_millis(if quick { 350 } else { 10_000 }));
            // A recall may be made again by the client itself, because twice does nothing more.
            scene.sandbox.script(Script::always(path, effect.clone()));
            let recalled = recall(&session);
            scene.sandbox.clear_scripts();
            assert_eq!((recalled.calls, recalled.failed.len()), (0, 1), "{via}: {effect:?}: {recalled:?}");
            assert!(!recalled.failed[0].1.is_empty(), "{via}: {effect:?}: a code or word says why");
            assert_eq!(scene.journal.calls(id).unwrap()[0].state, CallState::HandedOver, "{via}: {effect:?}");
            assert!(scene.rungs(id).iter().all(|rung| ["read", "unread", "handed_over"].contains(rung)), "{via}");
        }
        let recalled = recall(&session(&scene, Duration::from_secs(10)));
        assert_eq!((recalled.calls, recalled.failed.len()), (1, 0), "{via}");
        assert_eq!(scene.rungs(id), ["recalled"; 6], "{via}");
    }
}
