//! Carrying out: pause, resume, cancel, limits that answer, the guard, two at once, reports and recall.

use std::time::Duration;

use ding_composer::{
    deliver::{
        after, export,
        pace::Stop,
        plan::Mode,
        run::{Control, Sender, Watch, Wish},
        time::Time as _,
    },
    lang::Lang,
    sandbox::{Effect, SEND_NOTICE, Script},
    store::{
        Home,
        history::HistoryError,
        journal::{CallState, DeliveryState, Journal},
    },
};

use super::{Scene, people, valued};

#[test]
fn everybody_gets_their_own_content_and_people_with_the_same_share_a_call() {
    let scene = Scene::new().free();
    let ids = scene.people(6);
    let draft = scene.notice("亲爱的${name}");
    let names = ["张", "李", "张", "张", "李", "王"];
    let list = valued(&["name"], ids.iter().zip(names).map(|(id, name)| (id.as_str(), vec![name.to_owned()])));
    let id = scene.delivery(&draft, &list, Mode::Fewest);
    let run = scene.run(&scene.sender(&draft), id);
    assert_eq!((run.state, run.counts.handed_over), (DeliveryState::Done, 3));
    let got = |places: &[usize]| places.iter().map(|at| ids[*at].clone()).collect::<Vec<_>>();
    assert_eq!(scene.arrived(), [got(&[0, 2, 3]), got(&[1, 4]), got(&[5])]);
    let texts: Vec<String> =
        scene.sandbox.arrivals().iter().filter_map(|one| one.notice().map(|notice| notice.text.clone())).collect();
    assert!(texts[0].contains("亲爱的张") && texts[2].contains("亲爱的王"), "{texts:?}");
}

#[test]
fn a_pause_begins_no_more_calls_and_a_cancel_ends_for_good() {
    let mut scene = Scene::new().free();
    scene.profile.limits.people_per_call = Some(10);
    let draft = scene.notice("一");
    let id = scene.delivery(&draft, &people(&scene.people(100)), Mode::Fewest);
    let sender = scene.sender(&draft);
    let (control, watch) = (Control::default(), Watch::default());
    scene.sandbox.script(Script::always(SEND_NOTICE, Effect::Slow(Duration::from_millis(30))));
    let run = scene.runtime.block_on(async {
        let run = sender.run(id, &control, &watch);
        let buttons = async {
            while watch.progress().counts.handed_over < 3 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            control.pause();
            assert_eq!(control.wanted(), Wish::Pause);
            while watch.progress().counts.begun > 0 || !watch.progress().paused {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let at = watch.progress().counts.handed_over;
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert_eq!(watch.progress().counts.handed_over, at, "nothing leaves while it is paused");
            assert_eq!(scene.journal.delivery(id).unwrap().unwrap().state, DeliveryState::Paused);
            control.resume();
            while watch.progress().counts.handed_over < at + 2 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            control.cancel();
            control.resume();
            assert_eq!(control.wanted(), Wish::Cancel, "a cancel is for good");
        };
        tokio::join!(run, buttons).0.unwrap()
    });
    assert_eq!(run.state, DeliveryState::Cancelled);
    assert!(run.counts.not_begun > 0 && run.counts.unknown == 0, "what was on its way was awaited: {run:?}");
    assert_eq!(scene.arrived().len() as u64, run.counts.handed_over);
}

#[test]
fn what_comes_too_soon_waits_for_as_long_as_the_answer_says_and_goes_on_by_itself() {
    let text = |end: i64| {
        let at = |ms: i64| {
            jiff::tz::offset(8)
                .to_datetime(jiff::Timestamp::from_millisecond(ms).unwrap())
                .to_string()
                .replace('T', " ")
        };
        let now = super::MORNING_MS;
        format!("从 {} 到 {} 请求总次数超过 1200 次, 限制将在 {} 结束.", at(now), at(now), at(now + end))
    };
    let limit =
        |code: &str, message: Option<String>| Effect::Code { code: code.into(), message, scopes: Vec::new(), ip: None };
    for (effect, least, most) in [
        (limit("88/90018", None), 1, 2),
        (limit("88/90002", Some(text(7_000))), 7, 9),
        (limit("90002", None), 1, 2),
        (limit("41047", None), 60, 61),
        (Effect::IpBan, 300, 301),
    ] {
        let scene = Scene::new().free();
        let draft = scene.notice("一");
        let id = scene.delivery(&draft, &people(&scene.people(3)), Mode::Fewest);
        let sender = scene.sender(&draft);
        scene.sandbox.script(Script::once(SEND_NOTICE, effect.clone()));
        let before = scene.time.passed();
        let run = scene.run(&sender, id);
        let took = scene.since(before).as_secs();
        assert_eq!((run.state, run.counts.handed_over), (DeliveryState::Done, 1), "{effect:?}");
        assert!((least..=most).contains(&took), "{effect:?}: {took} s");
        assert_eq!(scene.arrived().len(), 1);
        assert_eq!(scene.journal.calls(id).unwrap()[0].ended.code, "");
    }
}

#[test]
fn a_standstill_is_shown_with_its_countdown() {
    let scene = Scene::new().free();
    let draft = scene.notice("一");
    let sender = scene.sender(&draft);
    let path = ding_composer::dingtalk::endpoint::SEND_BY_TEMPLATE.path;
    sender.pacer().stop(path, Duration::from_mins(5), Stop::IpBan);
    scene.time.advance(Duration::from_mins(1));
    let standstill = sender.pacer().standstill(path).unwrap();
    assert_eq!((standstill.why, standstill.left), (Stop::IpBan, Duration::from_mins(4)));
    scene.time.advance(Duration::from_mins(5));
    assert_eq!(sender.pacer().standstill(path), None);
}

#[test]
fn too_many_errors_in_a_row_stop_it_and_the_rest_can_go_on() {
    let mut scene = Scene::new().free();
    scene.profile.stop_after_errors = 3;
    scene.profile.limits.people_per_call = Some(1);
    let draft = scene.notice("一");
    let id = scene.delivery(&draft, &people(&scene.people(10)), Mode::Fewest);
    scene.sandbox.script(Script::always(SEND_NOTICE, Effect::code("885006")));
    let sender = scene.sender(&draft);
    let run = scene.run(&sender, id);
    assert_eq!(
        (run.state, run.note.as_str(), run.counts.refused, run.counts.not_begun),
        (DeliveryState::Stopped, "885006", 3, 7)
    );
    scene.sandbox.clear_scripts();
    let run = scene.run(&sender, id);
    assert_eq!((run.state, run.counts.refused, run.counts.handed_over), (DeliveryState::Done, 3, 7));
    assert_eq!(scene.rungs(id).iter().filter(|rung| **rung == "failed").count(), 3);
    assert_eq!(scene.persons(id)[0].code, "885006");
}

#[test]
fn the_guard_stands_at_the_last_step_whatever_came_before() {
    let mut scene = Scene::new().free();
    scene.profile.limits.people_per_call = Some(1);
    let ids = scene.people(3);
    let draft = scene.notice("一");
    // Planned without the guard, sent with it: as if the settings had changed meanwhile.
    let id = scene.delivery(&draft, &people(&ids), Mode::Fewest);
    scene.profile.only_to = vec![ids[0].clone()];
    let run = scene.run(&scene.sender(&draft), id);
    assert_eq!((run.state, run.note.as_str()), (DeliveryState::Stopped, "guard.only_to"));
    assert_eq!(scene.arrived(), [vec![ids[0].clone()]], "only who may");
    assert_eq!(scene.rungs(id), ["handed_over", "not_begun", "not_begun"]);
}

#[test]
fn the_months_calls_end_a_delivery_with_the_day_it_can_go_on() {
    let mut scene = Scene::new().free();
    let draft = scene.notice("一");
    scene.profile.limits.people_per_call = Some(1);
    let id = scene.delivery(&draft, &people(&scene.people(5)), Mode::Fewest);
    scene.profile.limits.calls_per_month = Some(2);
    let run = scene.run(&scene.sender(&draft), id);
    assert_eq!((run.note.as_str(), run.counts.handed_over, run.counts.not_begun), ("calls_per_month", 2, 3));
    assert!(run.until_ms.is_some_and(|until| until > super::MORNING_MS));
    // The next month has calls again.
    scene.time.advance(Duration::from_hours(24 * 31));
    let run = scene.run(&scene.sender(&draft), id);
    assert_eq!((run.state, run.counts.handed_over), (DeliveryState::Stopped, 4));
}

#[test]
fn a_second_window_is_told_that_the_first_is_sending() {
    let scene = Scene::new();
    let draft = scene.notice("一");
    let first = scene.sender(&draft);
    let home = Home::open(Some(scene.folder.path().to_owned())).unwrap();
    let journal = std::sync::Arc::new(Journal::open(&home).unwrap());
    let refused = Sender::open(ding_composer::deliver::run::Parts { journal, ..scene.parts(&draft) });
    assert!(matches!(refused, Err(HistoryError::InUse(_))));
    drop(first);
    scene.sender(&draft);
}

#[test]
fn a_report_names_everybody_and_what_was_dropped_by_which_rule() {
    let scene = Scene::new();
    let ids = scene.people(4);
    let draft = scene.notice("一");
    let first = scene.delivery(&draft, &people(&ids[..1]), Mode::Report);
    let sender = scene.sender(&draft);
    scene.run(&sender, first);
    // One who got it already, one who does not exist, one who reads.
    let mut list = ids.clone();
    list.push("nobody01".to_owned());
    scene.sandbox.reads(&ids[1]);
    let id = scene.delivery(&draft, &people(&list), Mode::Report);
    scene.run(&sender, id);
    let session = scene.session();
    let ask = |now| scene.runtime.block_on(scene.desk(&session).ask(id, now)).unwrap();
    let asked = ask(scene.time.wall_ms());
    assert_eq!((asked.running, asked.reported), (1, 0), "not ready yet");
    scene.time.advance(Duration::from_secs(5));
    let asked = ask(scene.time.wall_ms());
    assert_eq!((asked.running, asked.reported, asked.failed.len()), (0, 1, 0));
    assert_eq!(scene.rungs(id), ["dropped", "read", "unread", "unread", "invalid"]);
    let people = scene.persons(id);
    assert_eq!(people[0].code, "143106");
    let csv = String::from_utf8(export::csv(&people, Lang::Zh)).unwrap();
    assert_eq!(csv.lines().count(), 6);
    assert!(csv.lines().nth(1).unwrap().contains("143106,被拦截："), "{csv}");
}

#[test]
fn a_recall_takes_back_what_was_handed_over_and_tells_who_had_read() {
    let scene = Scene::new();
    let ids = scene.people(3);
    let draft = scene.notice("一");
    let id = scene.delivery(&draft, &people(&ids), Mode::Report);
    scene.run(&scene.sender(&draft), id);
    scene.sandbox.reads(&ids[2]);
    scene.time.advance(Duration::from_secs(2));
    let session = scene.session();
    let recall = |now| scene.runtime.block_on(scene.desk(&session).recall(id, now)).unwrap();
    let recalled = recall(scene.time.wall_ms());
    assert_eq!((recalled.calls, recalled.people, recalled.had_read.as_slice()), (1, 3, &ids[2..3]));
    assert_eq!(scene.rungs(id), ["recalled"; 3]);
    assert_eq!(scene.persons(id)[2].code, "read");
    assert_eq!(scene.sandbox.recalled_tasks().len(), 1);

    let late = scene.delivery(&scene.notice("二"), &people(&ids), Mode::Report);
    scene.run(&scene.sender(&draft), late);
    let recalled =
        scene.runtime.block_on(scene.desk(&session).recall(late, scene.time.wall_ms() + after::DAY_MS)).unwrap();
    assert_eq!((recalled.calls, recalled.too_late), (0, 1));
}

#[test]
fn cards_have_an_id_each_and_tell_their_readers() {
    let scene = Scene::new();
    let ids = scene.people(25);
    let body = serde_json::json!({
        "cardTemplateId": scene.sandbox.card_template_ids()[0], "outTrackId": "card-1",
        "openConversationId": scene.sandbox.open_conversation_id(), "robotCode": scene.sandbox.robot_code(),
        "cardData": {"cardParamMap": {"title": "t"}},
    });
    let draft = ding_composer::compose::Draft::from_body(ding_composer::compose::Kind::Card, &body);
    let list = valued(&["seat"], ids.iter().map(|id| (id.as_str(), vec![format!("seat of {id}")])));
    let id = scene.delivery(&draft, &list, Mode::Fewest);
    let run = scene.run(&scene.sender(&draft), id);
    assert_eq!((run.state, run.counts.handed_over), (DeliveryState::Done, 2), "{:?}", scene.journal.calls(id));
    let tracks: Vec<_> = scene.sandbox.ledger().iter().filter_map(|entry| entry.out_track_id.clone()).collect();
    assert_eq!(tracks, ["track", "track-2"]);
    let cards: Vec<_> = scene.sandbox.arrivals().iter().filter_map(|one| one.card().cloned()).collect();
    assert_eq!((cards[0].recipients.len(), cards[1].recipients.len()), (20, 5));
    assert_eq!(cards[1].recipients[4].private[0].value, serde_json::json!(format!("seat of {}", ids[24])));
    scene.sandbox.reads(&ids[21]);
    let session = scene.session();
    let now = scene.time.wall_ms();
    scene.runtime.block_on(scene.desk(&session).ask(id, now)).unwrap();
    let read: Vec<_> = scene
        .persons(id)
        .into_iter()
        .filter(|person| person.rung.name() == "read")
        .map(|person| person.userid)
        .collect();
    assert_eq!(read, [ids[21].clone()]);
    let recalled = scene.runtime.block_on(scene.desk(&session).recall(id, now)).unwrap();
    assert_eq!((recalled.calls, recalled.had_read.len()), (2, 1));
}

#[test]
fn an_unknown_call_waits_for_a_persons_decision() {
    let scene = Scene::new().free();
    let draft = scene.notice("一");
    let id = scene.delivery(&draft, &people(&scene.people(2)), Mode::Fewest);
    scene.sandbox.script(Script::once(SEND_NOTICE, Effect::CutBeforeAnswer));
    let sender = scene.sender(&draft);
    assert_eq!(scene.run(&sender, id).counts.unknown, 1);
    assert_eq!(scene.run(&sender, id).counts.unknown, 1, "going on does not repeat it");
    assert_eq!(scene.runtime.block_on(sender.ask_unknown(id)).unwrap(), 0, "this call does not refuse a second one");
    assert_eq!(scene.arrived().len(), 1);
    let call = scene.journal.calls(id).unwrap()[0].id;
    assert!(scene.journal.decide(call, true).unwrap());
    assert_eq!(scene.journal.calls(id).unwrap()[0].state, CallState::HandedOver);
}
