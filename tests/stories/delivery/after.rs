//! Asking afterwards: progress of every notice call, thriftily, at the profile's pace and within its month.

use std::time::Duration;

use ding_composer::{
    deliver::{
        after::{self, Silence},
        export,
        plan::Mode,
        time::Time as _,
        words::explain_code,
    },
    lang::Lang,
    sandbox::{Effect, Rules, Script},
    store::journal::{DeliveryId, DeliveryState},
};

use super::{Scene, people};

const PROGRESS: &str = "/topapi/message/corpconversation/getsendprogress";
const RESULT: &str = "/topapi/message/corpconversation/getsendresult";

/// How many calls of an address the sandbox took or refused.
fn calls(scene: &Scene, path: &str) -> usize {
    scene.sandbox.ledger().iter().filter(|entry| &*entry.path == path).count()
}

/// A notice to so many people, carried out.
fn made(scene: &Scene, count: usize, mode: Mode) -> DeliveryId {
    let draft = scene.notice("一");
    let id = scene.delivery(&draft, &people(&scene.people(count)), mode);
    assert_eq!(scene.run(&scene.sender(&draft), id).state, DeliveryState::Done);
    id
}

fn ask(scene: &Scene, id: DeliveryId) -> after::Asked {
    scene.runtime.block_on(scene.desk(&scene.session()).ask(id, scene.time.wall_ms())).unwrap()
}

#[test]
fn above_a_hundred_people_progress_is_asked_until_it_is_done_and_everybody_has_a_reason() {
    let scene = Scene::new();
    let id = made(&scene, 150, Mode::Fewest);
    let asked = ask(&scene, id);
    assert_eq!((asked.running, asked.silent), (1, 0), "DingTalk is not through with it: {asked:?}");
    let begun = &scene.journal.calls(id).unwrap()[0];
    assert!(begun.progress.is_some_and(|percent| percent < 100) && !begun.told, "{begun:?}");
    assert_eq!(scene.journal.asking(0).unwrap()[0].calls[0].asked_ms, Some(scene.time.wall_ms()));
    scene.time.advance(Duration::from_secs(5));
    assert_eq!(ask(&scene, id).why_silent, [(1, Silence::TooMany)]);
    assert_eq!((calls(&scene, PROGRESS), calls(&scene, RESULT)), (2, 0), "a result would only time out");
    assert!(scene.journal.calls(id).unwrap()[0].told);
    assert!(scene.journal.asking(0).unwrap().is_empty(), "the schedule has ended");
    ask(&scene, id);
    assert_eq!(calls(&scene, PROGRESS), 2, "nothing more can be told, so nothing more is asked");

    let persons = scene.persons(id);
    assert!(persons.iter().all(|one| one.rung.name() == "handed_over" && one.code == "silent.too_many"));
    let why = explain_code(&persons[0].code, Lang::Zh).unwrap();
    assert!(why.contains("100 人"), "{why}");
    let csv = String::from_utf8(export::csv(&persons, Lang::Zh)).unwrap();
    assert_eq!(csv.matches(&format!("已提交：{why}")).count(), 150);
    // Taken back, the reason is gone with what it was about.
    let desk = scene.desk(&scene.session());
    assert_eq!(scene.runtime.block_on(desk.recall(id, scene.time.wall_ms())).unwrap().people, 150);
    assert!(scene.persons(id).iter().all(|one| one.rung.name() == "recalled" && one.code.is_empty()));
}

#[test]
fn a_call_whose_people_all_stand_where_they_stay_is_not_asked_about_again() {
    let scene = Scene::new();
    let id = made(&scene, 3, Mode::Report);
    for person in scene.persons(id) {
        scene.sandbox.reads(&person.userid);
    }
    scene.time.advance(Duration::from_secs(5));
    assert_eq!(ask(&scene, id).reported, 1);
    assert_eq!((calls(&scene, PROGRESS), calls(&scene, RESULT)), (1, 1));
    assert!(scene.journal.asking(0).unwrap().is_empty());
    assert_eq!(ask(&scene, id).reported, 1, "it still has its report");
    assert_eq!((calls(&scene, PROGRESS), calls(&scene, RESULT)), (1, 1));
    let tallies = scene.journal.tallies(id).unwrap();
    assert_eq!(tallies.last().unwrap().rungs.iter().map(|(_, people)| people).sum::<u64>(), 3);
}

#[test]
fn asking_keeps_to_the_pace_and_stops_where_the_months_calls_are_used_up() {
    let mut scene = Scene::new();
    scene.profile.limits.calls_per_second = Some(2);
    scene.sandbox.set_rules(Rules { calls_per_second: Some(2), ..scene.sandbox.rules() });
    let id = made(&scene, 310, Mode::Report);
    scene.time.advance(Duration::from_secs(5));
    let before = scene.time.passed();
    let asked = ask(&scene, id);
    assert_eq!((asked.reported, asked.failed.len()), (4, 0), "{asked:?}");
    assert!(scene.since(before) >= Duration::from_secs(1), "four calls at two a second");
    assert!(scene.sandbox.ledger().iter().all(|entry| entry.code.is_none()), "nothing came too soon");
    let month = |scene: &Scene| scene.journal.calls_of_month("org", scene.time.wall_ms()).unwrap();
    assert_eq!(month(&scene), 4 + 8, "DingTalk counts asking as well");
    scene.profile.limits.calls_per_month = Some(13);
    scene.time.advance(Duration::from_mins(2));
    let asked = ask(&scene, id);
    assert_eq!((asked.reported, asked.failed), (1, vec![(2, "calls_per_month".to_owned())]));
    assert_eq!(month(&scene), 13);
    // Taking back is tried whatever is counted here: DingTalk decides.
    let desk = scene.desk(&scene.session());
    assert_eq!(scene.runtime.block_on(desk.recall(id, scene.time.wall_ms())).unwrap().calls, 4);
}

#[test]
fn an_asking_that_came_too_soon_is_made_again_after_the_pause_that_the_answer_names() {
    let scene = Scene::new();
    let id = made(&scene, 2, Mode::Report);
    scene.time.advance(Duration::from_secs(5));
    let too_soon = Effect::Code { code: "88/90018".to_owned(), message: None, scopes: Vec::new(), ip: None };
    scene.sandbox.script(Script::once(RESULT, too_soon));
    let before = scene.time.passed();
    let asked = ask(&scene, id);
    assert_eq!((asked.reported, asked.failed.len()), (1, 0), "{asked:?}");
    assert!(scene.since(before) >= Duration::from_secs(1));
}
