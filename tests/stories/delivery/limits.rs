//! Limits that the server itself counts, not a script: whoever passes one is refused by contract, the delivery stands still
//! for as long as the answer says, with a countdown, and goes on by itself. On a virtual clock.

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use ding_composer::{
    compose::{CardVia, Draft, file},
    deliver::{
        pace::{Standstill, Stop},
        plan::Mode,
        run::{Control, Parts, Sender, Watch},
        time::Time as _,
    },
    sandbox::Rules,
    store::journal::{DeliveryId, DeliveryState},
};
use serde_json::json;

use super::{Scene, faults::session_to, people};
use crate::raw::{Raw, Reply};

/// A profile that knows no limit, so that only the server's count.
fn scene(rules: Rules) -> Scene {
    let mut scene = Scene::new().free();
    scene.profile.limits.people_per_call = Some(2);
    scene.sandbox.set_rules(rules);
    scene
}

fn delivery(scene: &Scene, count: usize) -> (Draft, DeliveryId) {
    let draft = scene.notice("一");
    let id = scene.delivery(&draft, &people(&scene.people(count)), Mode::Fewest);
    (draft, id)
}

/// Carries it out; gives the virtual time it took and every standstill it told.
fn carry_out(scene: &Scene, sender: &Sender, id: DeliveryId) -> (Duration, Vec<Standstill>) {
    let told: Arc<Mutex<Vec<Standstill>>> = Arc::default();
    let watched: Arc<OnceLock<Watch>> = Arc::default();
    let watch = {
        let (told, watched) = (Arc::clone(&told), Arc::clone(&watched));
        Watch::new(move || {
            let now = watched.get().and_then(|watch| watch.progress().standstill);
            let mut told = told.lock().unwrap();
            if now != told.last().copied() {
                told.extend(now);
            }
        })
    };
    watched.set(watch.clone()).unwrap();
    let before = scene.time.passed();
    let run = scene.runtime.block_on(sender.run(id, &Control::default(), &watch)).unwrap();
    assert_eq!(run.state, DeliveryState::Done, "{run:?}");
    assert_eq!((run.counts.handed_over, run.counts.refused, run.counts.unknown), (run.counts.ended(), 0, 0));
    assert_eq!(watch.progress().standstill, None, "nothing stands still at the end");
    (scene.since(before), told.lock().unwrap().clone())
}

fn everybody_once(scene: &Scene, count: usize) {
    let mut all = scene.arrived().concat();
    assert_eq!(all.len(), count);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "nobody twice");
}

fn refused(scene: &Scene) -> Vec<String> {
    let mut codes: Vec<String> = scene.sandbox.ledger().into_iter().filter_map(|entry| entry.code).collect();
    codes.dedup();
    codes
}

#[test]
fn the_apps_calls_per_second() {
    let scene = scene(Rules { calls_per_second: Some(5), ..Rules::default() });
    let (draft, id) = delivery(&scene, 24);
    let (took, told) = carry_out(&scene, &scene.sender(&draft), id);
    assert_eq!(took, Duration::from_secs(2), "12 calls at 5 a second, a second each time");
    assert_eq!(told[0], Standstill { why: Stop::RateLimit, left: Duration::from_secs(1) }, "the countdown begins");
    assert_eq!(refused(&scene), ["88/90018"]);
    everybody_once(&scene, 24);
}

#[test]
fn all_callers_together_until_the_end_of_the_penalty_that_the_text_names() {
    let scene = scene(Rules { api_calls_per_second: Some(4), ..Rules::default() });
    scene.time.advance(Duration::from_millis(300));
    let (draft, id) = delivery(&scene, 12);
    let (took, told) = carry_out(&scene, &scene.sender(&draft), id);
    assert_eq!(refused(&scene), ["88/90002"]);
    // The text has whole seconds: the end of this one, and up to a second more to be sure.
    assert!((700..=1_800).contains(&took.as_millis()), "{took:?}");
    assert!(told.iter().all(|one| one.why == Stop::RateLimit && one.left <= Duration::from_millis(1_800)), "{told:?}");
    everybody_once(&scene, 12);
}

#[test]
fn people_per_minute() {
    let scene = scene(Rules { people_per_minute: Some(4), ..Rules::default() });
    let (draft, id) = delivery(&scene, 12);
    let (took, told) = carry_out(&scene, &scene.sender(&draft), id);
    assert_eq!(took, Duration::from_mins(2), "4 people a minute");
    assert_eq!((told[0].why, told[0].left), (Stop::RateLimit, Duration::from_mins(1)));
    assert_eq!(refused(&scene), ["41047"]);
    everybody_once(&scene, 12);
}

#[test]
fn a_banned_address_waits_for_five_minutes() {
    let scene = scene(Rules { calls_per_address: Some(3), ..Rules::default() });
    let (draft, id) = delivery(&scene, 10);
    let (took, told) = carry_out(&scene, &scene.sender(&draft), id);
    assert_eq!(took, Duration::from_mins(5), "3 calls, five minutes, the other two");
    assert_eq!(told[0], Standstill { why: Stop::IpBan, left: Duration::from_mins(5) });
    everybody_once(&scene, 10);
}

#[test]
fn the_months_calls_stop_it_until_the_next_month() {
    let scene = scene(Rules { calls_per_month: Some(2), ..Rules::default() });
    let (draft, id) = delivery(&scene, 6);
    let sender = scene.sender(&draft);
    let run = scene.run(&sender, id);
    assert_eq!((run.state, run.note.as_str()), (DeliveryState::Stopped, "90020"));
    assert_eq!((run.counts.handed_over, run.counts.not_begun, run.counts.refused), (2, 1, 0));
    scene.time.advance(Duration::from_hours(24 * 31));
    drop(sender);
    assert_eq!(scene.run(&scene.sender(&draft), id).counts.handed_over, 3);
    everybody_once(&scene, 6);
}

#[test]
fn the_new_system_says_it_in_its_own_words() {
    for (rules, code, least) in [
        (
            Rules { calls_per_second: Some(2), ..Rules::default() },
            "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
            1_000,
        ),
        (Rules { api_calls_per_second: Some(2), ..Rules::default() }, "Forbidden.AccessDenied.QpsLimitForApi", 900),
    ] {
        let mut scene = scene(rules);
        scene.profile.limits.people_per_call = Some(1);
        let text = json!({"kind": "card", "version": 1, "via": CardVia::CreateAndDeliver.name(), "body": {
            "cardTemplateId": scene.sandbox.card_template_ids()[0], "outTrackId": "a",
            "cardData": {"cardParamMap": {"title": "t"}}, "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
        }});
        let draft = file::read(&text.to_string()).unwrap().draft;
        let id = scene.delivery(&draft, &people(&scene.people(4)), Mode::Fewest);
        let (took, _) = carry_out(&scene, &scene.sender(&draft), id);
        assert!(took >= Duration::from_millis(least) && took <= Duration::from_secs(3), "{code}: {took:?}");
        assert_eq!(refused(&scene), [code]);
    }
}

#[test]
fn a_gateway_that_says_retry_after_is_believed() {
    const LIMITED: &str = "{\"errcode\":90018,\"errmsg\":\"too many\",\"request_id\":\"r\"}";
    let date = jiff::Timestamp::from_millisecond(super::MORNING_MS + 42_000).unwrap();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap();
    for (header, least) in [("7".to_owned(), 7), (date, 42)] {
        let scene = Scene::new().free();
        let (draft, id) = delivery(&scene, 2);
        let time = scene.runtime.block_on(async {
            let server = Raw::start(move |seen| {
                let first = seen.connection == 0;
                let line = if first { format!("Retry-After: {header}\r\n") } else { String::new() };
                let body = if first { LIMITED } else { "{\"errcode\":0,\"errmsg\":\"ok\",\"task_id\":1}" };
                let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{line}");
                Reply::Bytes(format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into())
            })
            .await;
            let sender =
                Sender::open(Parts { session: session_to(server.address.port()), ..scene.parts(&draft) }).unwrap();
            let before = scene.time.passed();
            let run = sender.run(id, &Control::default(), &Watch::default()).await.unwrap();
            assert_eq!((run.state, run.counts.handed_over), (DeliveryState::Done, 1), "{run:?}");
            scene.since(before)
        });
        assert_eq!(time, Duration::from_secs(least));
    }
}
