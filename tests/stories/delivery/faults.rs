//! Every fault at every call of a delivery: the right rung for its people, and nothing happens to the others.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ding_composer::{
    deliver::{
        plan::Mode,
        run::{Control, Parts, Sender, Watch},
        time::Time as _,
    },
    dingtalk::{BaseUrl, Client, Credentials, Hosts, MemoryTokenCache, Secret, Session, SystemClock, Timeouts},
    sandbox::{CREATE_AND_DELIVER, Effect, SEND_NOTICE, Script},
    store::{
        history::HistoryError,
        journal::{CallState, DeliveryState, Journal},
    },
};

use super::{Scene, people};

/// A delivery of three calls with two people each.
fn three(scene: &mut Scene) -> (ding_composer::compose::Draft, ding_composer::store::journal::DeliveryId) {
    scene.profile.limits.people_per_call = Some(2);
    let draft = scene.notice("一");
    let id = scene.delivery(&draft, &people(&scene.people(6)), Mode::Fewest);
    (draft, id)
}

#[test]
fn every_fault_at_every_call_gives_the_right_rung() {
    let page = |status: u16, body: &str| Effect::Body {
        status,
        content_type: "text/html".to_owned(),
        bytes: body.as_bytes().to_vec(),
    };
    let json =
        |body: &str| Effect::Body { status: 200, content_type: "application/json".to_owned(), bytes: body.into() };
    let cases: Vec<(Effect, &str, &str)> = vec![
        (Effect::code("400002"), "failed", "400002"),
        (Effect::code("88/60011"), "failed", "60011"),
        (page(404, "<html>not here</html>"), "failed", "answer.wrong_content"),
        (Effect::CutBeforeAnswer, "unknown", "unknown.cut"),
        (Effect::CutMidAnswer, "unknown", "unknown.no_readable_answer"),
        (Effect::Empty, "unknown", "unknown.no_readable_answer"),
        (Effect::Html, "unknown", "unknown.no_readable_answer"),
        (Effect::Huge, "unknown", "unknown.no_readable_answer"),
        (page(502, "<html>bad gateway</html>"), "unknown", "unknown.server_error"),
        (json("{\"errcode\""), "unknown", "unknown.no_readable_answer"),
        (json("[]"), "unknown", "unknown.no_readable_answer"),
        (json("{}"), "unknown", "unknown.no_readable_answer"),
        (Effect::Slow(Duration::from_millis(900)), "unknown", "unknown.timed_out"),
        // These are answered later, or by themselves: everybody gets it in the end.
        (Effect::code("88/90018"), "handed_over", ""),
        (Effect::IpBan, "handed_over", ""),
        (Effect::Slow(Duration::from_millis(50)), "handed_over", ""),
    ];
    for (effect, rung, code) in cases {
        for at in 0..3 {
            let mut scene = Scene::new().free();
            let (draft, id) = three(&mut scene);
            let quick = if matches!(effect, Effect::Slow(time) if time.as_millis() > 500) { 400 } else { 10_000 };
            let session = scene.session_within(Duration::from_millis(quick));
            let sender = Sender::open(Parts { session, ..scene.parts(&draft) }).unwrap();
            for _before in 0..at {
                scene.sandbox.script(Script::once(SEND_NOTICE, Effect::Slow(Duration::ZERO)));
            }
            scene.sandbox.script(Script::once(SEND_NOTICE, effect.clone()));
            let run = scene.run(&sender, id);
            assert_eq!(run.state, DeliveryState::Done, "{effect:?} at call {}", at + 1);
            for (place, person) in scene.persons(id).iter().enumerate() {
                let (wanted, why) = if place / 2 == at { (rung, code) } else { ("handed_over", "") };
                let got = (person.rung.name(), person.code.as_str());
                assert_eq!(got, (wanted, why), "{effect:?} at call {}, person {place}", at + 1);
            }
            let mut all: Vec<String> = scene.arrived().concat();
            let before = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), before, "{effect:?}: somebody got it twice");
        }
    }
}

#[test]
fn a_token_that_ends_in_the_middle_is_fetched_anew() {
    let mut scene = Scene::new().free();
    let (draft, id) = three(&mut scene);
    let client = Client::new(Timeouts::default()).unwrap();
    let credentials =
        Credentials::Internal { app_key: scene.sandbox.app_key(), app_secret: scene.sandbox.app_secret() };
    let cache = Arc::new(MemoryTokenCache::default());
    let session = Session::new(client, scene.sandbox.hosts(), credentials, cache, Arc::new(SystemClock));
    let sender = Sender::open(Parts { session, ..scene.parts(&draft) }).unwrap();
    scene.sandbox.script(Script::once(SEND_NOTICE, Effect::Slow(Duration::ZERO)));
    scene.sandbox.script(Script::once(SEND_NOTICE, Effect::code("88/42001")));
    let run = scene.run(&sender, id);
    assert_eq!((run.state, run.counts.handed_over), (DeliveryState::Done, 3));
    assert_eq!(scene.journal.calls(id).unwrap()[1].ended.attempts, 2);

    // A pasted one cannot be fetched: it stops, and nothing is lost.
    let id = scene.delivery(&scene.notice("二"), &people(&scene.people(6)), Mode::Fewest);
    drop(sender);
    let sender = scene.sender(&draft);
    scene.sandbox.script(Script::once(SEND_NOTICE, Effect::Slow(Duration::ZERO)));
    scene.sandbox.script(Script::once(SEND_NOTICE, Effect::code("88/42001")));
    let run = scene.run(&sender, id);
    assert_eq!((run.state, run.counts.handed_over, run.counts.not_begun), (DeliveryState::Stopped, 1, 2));
}

/// A server that cuts the connection after so many bytes of each request, before any answer.
pub fn cutter(after: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let met = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&met);
    std::thread::Builder::new()
        .name("cutter".to_owned())
        .spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                count.fetch_add(1, Ordering::SeqCst);
                let mut left = after;
                let mut chunk = [0; 64];
                while left > 0 {
                    let most = left.min(chunk.len());
                    match stream.read(&mut chunk[..most]) {
                        Ok(0) | Err(_) => break,
                        Ok(read) => left -= read,
                    }
                }
                stream.flush().ok();
            }
        })
        .unwrap();
    (port, met)
}

pub fn session_to(port: u16) -> Session {
    let base = BaseUrl::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let hosts = Hosts { api: base.clone(), oapi: base };
    let timeouts = Timeouts { connect: Duration::from_secs(1), total: Duration::from_secs(2) };
    let credentials = Credentials::Pasted { token: Secret::new("t"), pasted_at_unix: None };
    let cache = Arc::new(MemoryTokenCache::default());
    Session::new(Client::new(timeouts).unwrap(), hosts, credentials, cache, Arc::new(SystemClock))
}

#[test]
fn a_connection_cut_before_during_or_after_the_body_is_unknown_and_never_repeated() {
    // Nothing read, the middle of the head, the middle of the body, everything.
    for after in [0, 40, 260, 100_000] {
        let mut scene = Scene::new().free();
        let (draft, id) = three(&mut scene);
        let (port, met) = cutter(after);
        let sender = Sender::open(Parts { session: session_to(port), ..scene.parts(&draft) }).unwrap();
        let run = scene.run(&sender, id);
        let calls = scene.journal.calls(id).unwrap();
        if after == 0 {
            // Cut before the body was asked for: it may be known that nothing left, never that it arrived.
            let fine = |state| matches!(state, CallState::Unknown | CallState::NotBegun);
            assert!(calls.iter().all(|call| fine(call.state)), "{run:?}");
            continue;
        }
        assert!(calls.iter().all(|call| call.state == CallState::Unknown), "{after}: {run:?}");
        assert_eq!(met.load(Ordering::SeqCst), 3, "{after}: each once");
    }
}

#[test]
fn what_surely_did_not_arrive_is_tried_again_with_growing_pauses_and_then_left_for_later() {
    let mut scene = Scene::new().free();
    let (draft, id) = three(&mut scene);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let sender = Sender::open(Parts { session: session_to(nobody), ..scene.parts(&draft) }).unwrap();
    let before = scene.time.passed();
    let run = scene.run(&sender, id);
    assert_eq!((run.state, run.note.as_str(), run.counts.not_begun), (DeliveryState::Stopped, "network.refused", 3));
    let took = scene.since(before);
    assert!((Duration::from_millis(7_400)..Duration::from_secs(9)).contains(&took), "0.5 + 1 + 2 + 4 s: {took:?}");
    assert_eq!(scene.rungs(id), ["not_begun"; 6]);
    drop(sender);
    let run = scene.run(&scene.sender(&draft), id);
    assert_eq!((run.state, run.counts.handed_over), (DeliveryState::Done, 3), "the network is back");
}

#[test]
fn what_cannot_be_written_down_is_not_sent() {
    let mut scene = Scene::new().free();
    let (draft, id) = three(&mut scene);
    let sender = scene.sender(&draft);
    // Another program holds the database for longer than is waited for.
    let other = rusqlite::Connection::open(scene.journal.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let failed = scene.runtime.block_on(sender.run(id, &Control::default(), &Watch::default())).unwrap_err();
    assert!(matches!(failed, HistoryError::InUse(_)), "{failed:?}");
    assert!(scene.arrived().is_empty(), "nothing left");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(scene.run(&sender, id).counts.handed_over, 3);
}

/// A file may not grow beyond so many blocks of 512 bytes: as on a disk without space, at another moment each time.
#[cfg(unix)]
#[test]
fn a_full_disk_at_any_moment_is_said_and_nothing_that_left_is_lost() {
    use ding_composer::store::{Home, journal::DeliveryId};

    use super::kill::{command, write_scene};
    let notices = [1, 70, 120, 180, 260, 400].map(|blocks| (SEND_NOTICE, blocks));
    for (path, blocks) in notices.into_iter().chain([(CREATE_AND_DELIVER, 90), (CREATE_AND_DELIVER, 240)]) {
        let scene = Scene::with_people(420);
        scene.sandbox.stop_clock(None);
        let ids = scene.people(300);
        let folder = tempfile::tempdir().unwrap();
        write_scene(folder.path(), &scene.sandbox, &ids);
        if path == CREATE_AND_DELIVER {
            let draft = serde_json::json!({"kind": "card", "version": 1, "via": "createAndDeliver", "body": {
                "cardTemplateId": scene.sandbox.card_template_ids()[0], "outTrackId": "full",
                "cardData": {"cardParamMap": {"title": "致 ${who}"}},
                "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
            }});
            std::fs::write(folder.path().join("draft.json"), draft.to_string()).unwrap();
        }
        let arrived = || -> Vec<String> {
            let taken = scene.sandbox.ledger().into_iter().filter(|entry| &*entry.path == path && entry.taken);
            taken.flat_map(|entry| entry.people.to_vec()).collect()
        };
        let send = ["send", "draft.json", "--people", "list.csv", "--profile", "org", "--yes", "--json"];
        let plain = command(folder.path(), &scene.sandbox, &send);
        let mut limited = std::process::Command::new("sh");
        // The signal is ignored, so that writing fails instead of ending the program.
        limited.args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"", &blocks.to_string()]);
        limited.arg(plain.get_program()).args(plain.get_args()).current_dir(folder.path());
        for (name, value) in plain.get_envs() {
            if let Some(value) = value {
                limited.env(name, value);
            }
        }
        let out = limited.output().unwrap();
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(matches!(out.status.code(), Some(2..=4)), "{blocks}: {:?} {told}", out.status);
        assert!(!told.contains("panicked"), "{blocks}: {told}");
        let got = arrived();
        let home = Home::open(Some(folder.path().to_owned())).unwrap();
        let journal = Journal::open(&home).unwrap();
        let people = journal.people(DeliveryId(1)).unwrap();
        for userid in &got {
            let person =
                people.iter().find(|person| person.userid == *userid).expect("it was written down before it left");
            assert!(
                ["handed_over", "unknown"].contains(&person.rung.name()),
                "{blocks}: {userid} is {:?}",
                person.rung
            );
        }
        drop((journal, home));
        if people.is_empty() {
            assert!(got.is_empty());
            continue;
        }
        // There is space again.
        command(folder.path(), &scene.sandbox, &["resume", "1", "--yes"]).output().unwrap();
        let mut all = arrived();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count, "{blocks}: nobody got it twice");
        let home = Home::open(Some(folder.path().to_owned())).unwrap();
        assert_eq!(Journal::open(&home).unwrap().counts(DeliveryId(1)).unwrap().not_begun, 0, "{blocks}");
    }
}

#[test]
fn a_clock_that_jumps_neither_breaks_the_windows_nor_the_order() {
    let mut scene = Scene::new().free();
    scene.profile.limits.people_per_minute = Some(2);
    let (draft, id) = three(&mut scene);
    let run = scene.run(&scene.sender(&draft), id);
    assert_eq!(run.counts.handed_over, 3);
    assert!(scene.sandbox.fullest().people_per_minute <= 2);
    // The wall clock goes back an hour: what was just sent counts as just now.
    let back = super::VirtualTime::new(&scene.sandbox, super::MORNING_MS - 3_600_000);
    scene.profile.limits.same_content_per_day = Some(99);
    let again = scene.delivery(&draft, &people(&scene.people(2)), Mode::Fewest);
    let time: Arc<dyn ding_composer::deliver::time::Time> = Arc::clone(&back) as _;
    let sender = Sender::open(Parts { time, ..scene.parts(&draft) }).unwrap();
    scene.run(&sender, again);
    assert!(back.passed() >= Duration::from_mins(1), "it waited for a whole minute: {:?}", back.passed());
}
