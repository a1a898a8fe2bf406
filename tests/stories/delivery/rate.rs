//! As near the allowed rate as sliding windows permit, never over it: on a virtual clock, counted by the sandbox.

use std::time::Duration;

use ding_composer::{
    deliver::{
        plan::Mode,
        run::{Control, Parts, Sender, Watch},
        time::{RealTime, Time as _},
    },
    dingtalk::SystemClock,
    sandbox::SEND_NOTICE,
};

use super::{Scene, people, valued};

/// Sends to so many people and gives the virtual time it took.
fn takes(scene: &Scene, count: usize, mode: Mode) -> Duration {
    let draft = scene.notice(&format!("{count} {mode:?}"));
    let id = scene.delivery(&draft, &people(&scene.people(count)), mode);
    let sender = scene.sender(&draft);
    let before = scene.time.passed();
    let run = scene.run(&sender, id);
    assert_eq!(run.counts.handed_over, run.counts.ended(), "{run:?}");
    assert_eq!(run.counts.not_begun, 0);
    scene.since(before)
}

fn kept(scene: &Scene, people: usize, calls: usize) {
    let fullest = scene.sandbox.fullest();
    assert!(fullest.people_per_minute <= people, "{fullest:?}");
    assert!(fullest.calls_per_second.get(SEND_NOTICE).is_some_and(|most| *most <= calls), "{fullest:?}");
}

fn near_the_shortest(took: Duration, shortest: Duration, what: &str) {
    assert!(took >= shortest, "{what}: {took:?} is less than the limits allow ({shortest:?})");
    let most = shortest.mul_f64(1.02);
    assert!(took <= most, "{what}: {took:?}, shortest {shortest:?}");
}

fn by_people(count: usize, per_minute: u32, mode: Mode) {
    let mut scene = Scene::with_people(count + count / 20 + 50);
    scene.profile.limits.people_per_minute = Some(per_minute);
    let took = takes(&scene, count, mode);
    let shortest = Duration::from_mins(((count - 1) / per_minute as usize) as u64);
    near_the_shortest(took, shortest, &format!("{count} at {per_minute} a minute, {mode:?}"));
    kept(&scene, per_minute as usize, 20);
}

#[test]
fn five_thousand_people() {
    for (per_minute, mode) in [(5_000, Mode::Fewest), (1_500, Mode::Fewest), (200, Mode::Fewest), (1_500, Mode::Report)]
    {
        by_people(5_000, per_minute, mode);
    }
}

#[test]
fn twenty_thousand_people() {
    by_people(20_000, 5_000, Mode::Fewest);
    by_people(20_000, 1_500, Mode::Report);
}

#[test]
fn a_hundred_thousand_people() {
    by_people(100_000, 5_000, Mode::Fewest);
}

#[test]
fn calls_of_one_person_each_keep_the_limit_of_the_second() {
    let scene = Scene::with_people(1_100);
    let ids = scene.people(1_000);
    let draft = scene.notice("${name}");
    let list = valued(&["name"], ids.iter().map(|id| (id.as_str(), vec![format!("致 {id}")])));
    let id = scene.delivery(&draft, &list, Mode::Fewest);
    let before = scene.time.passed();
    let run = scene.run(&scene.sender(&draft), id);
    assert_eq!(run.counts.handed_over, 1_000);
    near_the_shortest(scene.since(before), Duration::from_secs(999 / 20), "1,000 calls");
    kept(&scene, 1_500, 20);
}

#[test]
fn a_restart_remembers_what_the_minute_holds() {
    let mut scene = Scene::new();
    scene.profile.limits.people_per_minute = Some(100);
    scene.profile.limits.same_content_per_day = Some(99);
    for _restart in 0..3 {
        // A new sender each time.
        takes(&scene, 100, Mode::Fewest);
    }
    kept(&scene, 100, 20);
}

#[test]
fn deliveries_of_one_profile_share_its_limits_in_real_time() {
    let mut scene = Scene::new();
    scene.profile.limits.calls_per_second = Some(25);
    scene.profile.limits.people_per_minute = Some(1_000_000);
    scene.sandbox.stop_clock(None);
    let ids = scene.people(60);
    let draft = scene.notice("${name}");
    let list = valued(&["name"], ids.iter().map(|id| (id.as_str(), vec![format!("致 {id}")])));
    let other = scene.notice("另 ${name}");
    let (one, two) = (scene.delivery(&draft, &list, Mode::Fewest), scene.delivery(&other, &list, Mode::Fewest));
    let time = std::sync::Arc::new(RealTime::new(std::sync::Arc::new(SystemClock)));
    let sender = Sender::open(Parts { at_once: 8, time, ..scene.parts(&draft) }).unwrap();
    let (control, watch) = (Control::default(), Watch::default());
    let (first, second) = scene
        .runtime
        .block_on(async { tokio::join!(sender.run(one, &control, &watch), sender.run(two, &control, &watch)) });
    assert_eq!((first.unwrap().counts.handed_over, second.unwrap().counts.handed_over), (60, 60));
    kept(&scene, 1_000_000, 25);
}
