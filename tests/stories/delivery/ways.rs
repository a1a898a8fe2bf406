//! Cards by the other ways through plan, journal and pace: robots' own chats by list, who has read them, taking them back,
//! asking again about what nobody knows; and conversations, where a list makes no sense.

use ding_composer::{
    compose::{CardVia, Draft, Kind, Via, file},
    deliver::{
        after::{self, Silence},
        plan::{Doubt, Mode},
    },
    lang::Lang,
    sandbox::{CREATE_AND_DELIVER, Effect, SEND_INTERACTIVE_CARD, Script},
    store::journal::{CallState, DeliveryId, DeliveryState},
};
use serde_json::{Value, json};

use super::{
    Scene,
    cli::{Shell, rungs},
    people, valued,
};
use ding_composer::deliver::time::Time as _;

fn card(via: CardVia, body: &Value) -> Draft {
    let text = json!({"kind": "card", "version": 1, "via": via.name(), "body": body}).to_string();
    let draft = file::read(&text).unwrap().draft;
    assert_eq!((draft.kind(), draft.via()), (Kind::Card, Via::Card(via)));
    draft
}

/// A card into robots' own chats; to whom, the list says.
fn robot(scene: &Scene) -> Value {
    json!({
        "cardTemplateId": scene.sandbox.card_template_ids()[0], "outTrackId": "robot-1",
        "cardData": {"cardParamMap": {"title": "迎新会"}},
        "imRobotOpenSpaceModel": {"supportForward": true, "lastMessageI18n": {"ZH_CN": "给${name}的卡片"}},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": scene.sandbox.robot_code()},
    })
}

fn older(scene: &Scene) -> Value {
    json!({
        "cardTemplateId": scene.sandbox.card_template_ids()[0], "outTrackId": "older-1", "conversationType": 0,
        "cardData": {"cardParamMap": {"title": "迎新会"}},
    })
}

fn ask(scene: &Scene, id: DeliveryId) -> after::Asked {
    let (session, now) = (scene.session(), scene.time.wall_ms());
    scene.runtime.block_on(scene.desk(&session).ask(id, now)).unwrap()
}

fn recall(scene: &Scene, id: DeliveryId) -> after::Recalled {
    let (session, now) = (scene.session(), scene.time.wall_ms());
    scene.runtime.block_on(scene.desk(&session).recall(id, now)).unwrap()
}

fn read_by(scene: &Scene, id: DeliveryId) -> Vec<String> {
    let people = scene.persons(id).into_iter().filter(|person| person.rung.name() == "read");
    people.map(|person| person.userid).collect()
}

#[test]
fn robots_chats_by_list_each_place_with_its_own_outcome_readers_and_recall() {
    let scene = Scene::new();
    let ids = scene.people(25);
    let draft = card(CardVia::CreateAndDeliver, &robot(&scene));
    let list = valued(&["seat"], ids.iter().map(|id| (id.as_str(), vec![format!("{id} 的座位")])));
    scene.sandbox.script(Script::once(
        CREATE_AND_DELIVER,
        Effect::RefuseSpace { space: ids[3].clone(), message: "user not exist".into() },
    ));
    let id = scene.delivery(&draft, &list, Mode::Fewest);
    let run = scene.run(&scene.sender(&draft), id);
    assert_eq!((run.state, run.counts.handed_over), (DeliveryState::Done, 2), "{:?}", scene.journal.calls(id));
    let cards: Vec<_> = scene.sandbox.arrivals().iter().filter_map(|one| one.card().cloned()).collect();
    assert_eq!(cards.iter().map(|card| card.spaces.len()).collect::<Vec<_>>(), [20, 5]);
    assert_eq!(cards.iter().map(|card| card.out_track_id.as_str()).collect::<Vec<_>>(), ["track", "track-2"]);
    let guest = cards[1].recipient(&ids[24]).unwrap();
    assert_eq!(guest.private[0].value, json!(format!("{} 的座位", ids[24])));
    // One place refused it: that person alone failed, with the reason.
    let failed: Vec<_> = scene.persons(id).into_iter().filter(|one| one.rung.name() == "failed").collect();
    assert_eq!((failed.len(), &failed[0].userid), (1, &ids[3]));
    assert!(!failed[0].code.is_empty());

    // A call for each place: with so many people nobody asks by itself.
    assert!(!after::asks_by_itself(&scene.journal.asking(0).unwrap()[0]));
    scene.sandbox.reads(&ids[21]);
    let asked = ask(&scene, id);
    assert_eq!((asked.reported, asked.silent, asked.failed.len()), (2, 0, 0), "{asked:?}");
    assert_eq!(read_by(&scene, id), [ids[21].clone()]);
    assert_eq!(scene.persons(id)[3].rung.name(), "failed", "what never got there is not unread");

    let recalled = recall(&scene, id);
    assert_eq!((recalled.calls, recalled.had_read.as_slice(), recalled.failed.len()), (2, &ids[21..22], 0));
    assert_eq!(scene.sandbox.recalled_keys().len(), 24, "every place that took it");
    let rungs = scene.rungs(id);
    assert_eq!((rungs[3], rungs.iter().filter(|rung| **rung == "recalled").count()), ("failed", 24));
}

#[test]
fn the_older_call_reaches_robots_chats_by_list_too() {
    let mut scene = Scene::new();
    let ids = scene.people(22);
    let draft = card(CardVia::InteractiveCards, &older(&scene));
    let id = scene.delivery(&draft, &people(&ids), Mode::Fewest);
    let run = scene.run(&scene.sender(&draft), id);
    assert_eq!((run.state, run.counts.handed_over), (DeliveryState::Done, 2), "{:?}", scene.journal.calls(id));
    // The call itself must not name a robot, so only the profile can.
    let asked = ask(&scene, id);
    assert_eq!((asked.silent, asked.why_silent[0].1), (2, Silence::NoRobotCode));
    assert!(Silence::NoRobotCode.message(2, Lang::En).contains("robot_code"));
    let recalled = recall(&scene, id);
    assert_eq!((recalled.calls, recalled.why_not.len()), (0, 2));

    scene.profile.robot_code = scene.sandbox.robot_code();
    let id = scene.delivery(&draft, &people(&ids[..3]), Mode::Fewest);
    scene.run(&scene.sender(&draft), id);
    scene.sandbox.reads(&ids[1]);
    ask(&scene, id);
    assert_eq!(scene.rungs(id), ["unread", "read", "unread"]);
    assert_eq!(recall(&scene, id).calls, 1);
    assert_eq!(scene.rungs(id), ["recalled"; 3]);
}

#[test]
fn after_a_day_nothing_can_be_asked_or_taken_back_and_the_reason_is_said() {
    let scene = Scene::new();
    let draft = card(CardVia::CreateAndDeliver, &robot(&scene));
    let id = scene.delivery(&draft, &people(&scene.people(2)), Mode::Fewest);
    scene.run(&scene.sender(&draft), id);
    scene.time.advance(std::time::Duration::from_hours(25));
    assert!(after::asks_by_itself(&scene.journal.asking(0).unwrap()[0]), "two calls may be made");
    assert_eq!(ask(&scene, id).why_silent, [(1, Silence::TooOld)]);
    assert_eq!(recall(&scene, id).why_not, [(1, Silence::TooOld)]);
    assert_eq!(scene.rungs(id), ["handed_over"; 2]);
}

#[test]
fn a_list_makes_no_sense_for_a_conversation_and_the_plan_says_so() {
    let scene = Scene::new();
    let list = people(&scene.people(3));
    let group = format!("dtv1.card//IM_GROUP.{}", scene.sandbox.group_conversation_id());
    let mut body = robot(&scene);
    body["openSpaceId"] = json!(format!("{group};IM_ROBOT.{}", scene.people(1)[0]));
    body["imGroupOpenDeliverModel"] = json!({"robotCode": scene.sandbox.robot_code()});
    let mut grouped = older(&scene);
    grouped["conversationType"] = json!(1);
    grouped["openConversationId"] = json!(scene.sandbox.group_conversation_id());
    for (via, body, kinds) in
        [(CardVia::CreateAndDeliver, &body, "IM_GROUP"), (CardVia::InteractiveCards, &grouped, "conversationType 1")]
    {
        let plan = scene.plan(&card(via, body), &list, Mode::Fewest, false);
        assert!(plan.blocked());
        assert_eq!(plan.doubts, [Doubt::Conversation(vec![kinds])]);
        assert!(plan.doubts[0].message(Lang::Zh).contains(kinds), "{}", plan.doubts[0].message(Lang::Zh));
    }
    let update = card(CardVia::Update, &json!({"outTrackId": "a", "cardData": {"cardParamMap": {"title": "b"}}}));
    assert!(scene.plan(&update, &list, Mode::Fewest, false).doubts.contains(&Doubt::NotForPeople));
}

#[test]
fn an_unknown_card_is_issued_again_with_the_same_id_where_a_second_one_is_refused() {
    // Once it had arrived, once it had not: either way nobody gets it twice, and nothing is unknown any more.
    for arrived in [true, false] {
        let scene = Scene::new();
        let ids = scene.people(2);
        let draft = card(CardVia::CreateAndDeliver, &robot(&scene));
        let id = scene.delivery(&draft, &people(&ids), Mode::Fewest);
        let bad_gateway = Effect::Body { status: 502, content_type: "text/html".into(), bytes: b"<html>".to_vec() };
        let effect = if arrived { Effect::CutBeforeAnswer } else { bad_gateway };
        scene.sandbox.script(Script::once(CREATE_AND_DELIVER, effect));
        let sender = scene.sender(&draft);
        assert_eq!(scene.run(&sender, id).counts.unknown, 1);
        assert_eq!(scene.run(&sender, id).counts.unknown, 1, "going on never repeats it");
        assert_eq!(scene.runtime.block_on(sender.ask_unknown(id)).unwrap(), 1);
        assert_eq!(scene.journal.calls(id).unwrap()[0].state, CallState::HandedOver);
        assert_eq!(scene.rungs(id), ["handed_over"; 2]);
        let cards = scene.sandbox.ledger().iter().filter(|entry| entry.taken && entry.out_track_id.is_some()).count();
        assert_eq!(cards, 1, "one card, not two");
        // Where the first one was it, its answer is lost, and with it the keys of its places.
        let asked = ask(&scene, id);
        let wanted = if arrived { vec![(1, Silence::NoId)] } else { Vec::new() };
        assert_eq!((asked.why_silent, asked.reported), (wanted, usize::from(!arrived)));
    }
    // Asked again and refused for another reason, or not answered once more: as it is.
    let scene = Scene::new();
    let draft = card(CardVia::CreateAndDeliver, &robot(&scene));
    let id = scene.delivery(&draft, &people(&scene.people(1)), Mode::Fewest);
    scene.sandbox.script(Script { times: Some(2), ..Script::once(CREATE_AND_DELIVER, Effect::Html) });
    let sender = scene.sender(&draft);
    scene.run(&sender, id);
    assert_eq!(scene.runtime.block_on(sender.ask_unknown(id)).unwrap(), 0);
    assert_eq!(scene.rungs(id), ["unknown"]);
    // The older call promises nothing of the kind: it is never issued again.
    let draft = card(CardVia::InteractiveCards, &older(&scene));
    let id = scene.delivery(&draft, &people(&scene.people(1)), Mode::Fewest);
    scene.sandbox.script(Script::once(SEND_INTERACTIVE_CARD, Effect::CutBeforeAnswer));
    scene.run(&sender, id);
    assert_eq!(scene.runtime.block_on(sender.ask_unknown(id)).unwrap(), 0);
    assert_eq!(scene.rungs(id), ["unknown"]);
}

#[test]
fn without_a_window_a_card_goes_to_a_list_is_reported_and_taken_back() {
    let shell = Shell::new(3);
    let draft = json!({"kind": "card", "version": 1, "via": "createAndDeliver", "body": {
        "cardTemplateId": shell.sandbox.card_template_ids()[0], "outTrackId": "cli-1",
        "cardData": {"cardParamMap": {"title": "你好 ${who}"}},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": shell.sandbox.robot_code()},
    }});
    std::fs::write(shell.path().join("draft.json"), draft.to_string()).unwrap();
    let (exit, plan) = shell.send(&["--plan"]);
    assert_eq!(
        (exit, plan["via"].as_str(), plan["calls"].as_u64()),
        (0, Some("createAndDeliver"), Some(3)),
        "{plan:#}"
    );
    let (exit, sent) = shell.send(&[]);
    assert_eq!((exit, rungs(&sent)), (0, vec!["handed_over"; 3]), "{sent:#}");
    shell.sandbox.reads(&shell.ids[2]);
    let (exit, report) = shell.json(&["report", "1"]);
    assert_eq!((exit, rungs(&report)), (0, vec!["unread", "unread", "read"]));
    let (exit, recalled) = shell.json(&["recall", "1"]);
    assert_eq!((exit, rungs(&recalled)), (0, vec!["recalled"; 3]));

    let mut grouped = draft;
    grouped["body"]["openSpaceId"] = json!(format!("dtv1.card//IM_GROUP.{}", shell.sandbox.group_conversation_id()));
    grouped["body"]["imGroupOpenDeliverModel"] = json!({"robotCode": shell.sandbox.robot_code()});
    std::fs::write(shell.path().join("draft.json"), grouped.to_string()).unwrap();
    let out = shell.run(&["send", "draft.json", "--people", "list.csv", "--profile", "org", "--yes"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stdout).contains("IM_GROUP"), "{}", String::from_utf8_lossy(&out.stdout));
}
