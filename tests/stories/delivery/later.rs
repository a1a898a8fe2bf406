//! "等到 … 再发": a plan that waits is written down, survives the end of the program, and is looked at once more before it
//! begins.

use std::{sync::Arc, time::Duration};

use ding_composer::{
    deliver::{
        plan::{Mode, Past, Plan, Recipients, Rule, Wanted, plan},
        run::{Parts, Sender},
        time::Time as _,
        waiting::{LATE_MS, Moment, moment_of, standing},
    },
    store::journal::{Delivery, DeliveryId, DeliveryState, Journal},
};
use serde_json::json;

use super::{MORNING_MS, Scene, cli::Shell, people};

/// Midnight in China after the scene's morning.
const MIDNIGHT_MS: i64 = MORNING_MS + 14 * 3_600_000;

fn planned_for(scene: &Scene, draft: &ding_composer::compose::Draft, list: &Recipients, at_ms: i64) -> Plan {
    let context = ding_composer::compose::CheckContext::default();
    let wanted = Wanted {
        draft,
        recipients: list,
        profile: &scene.profile,
        mode: Mode::Fewest,
        leave_out: false,
        directory: None,
        context: &context,
        now_ms: at_ms,
    };
    plan(&wanted, &Past { journal: &scene.journal, history: Some(&scene.history) }).unwrap()
}

/// The same words to the same people again, tomorrow.
fn tomorrow(scene: &Scene, draft: &ding_composer::compose::Draft, list: &Recipients) -> DeliveryId {
    let first = scene.delivery(draft, list, Mode::Fewest);
    scene.run(&scene.sender(draft), first);
    let now = scene.plan(draft, list, Mode::Fewest, false);
    assert_eq!((now.in_vain(), now.free_ms()), (3, Some(MIDNIGHT_MS)));
    let then = planned_for(scene, draft, list, MIDNIGHT_MS);
    assert_eq!(then.in_vain(), 0, "by then everybody gets it");
    scene.write(&then, draft, list, "", Some(MIDNIGHT_MS))
}

fn found(journal: &Journal, id: DeliveryId) -> Delivery {
    journal.delivery(id).unwrap().unwrap()
}

#[test]
fn a_plan_that_waits_survives_the_end_of_the_program_and_begins_at_its_moment() {
    let scene = Scene::new();
    let (draft, list) = (scene.notice("明天再说一次"), people(&scene.people(3)));
    let id = tomorrow(&scene, &draft, &list);
    assert_eq!(scene.rungs(id), ["not_begun"; 3]);
    // The program ends; another one starts.
    let again = Arc::new(Journal::open(&scene.home).unwrap());
    let waiting = again.waiting().unwrap();
    assert_eq!(waiting.iter().map(|one| (one.id, one.new.due_ms)).collect::<Vec<_>>(), [(id, Some(MIDNIGHT_MS))]);
    assert_eq!((waiting[0].state, waiting[0].counts.not_begun), (DeliveryState::Waiting, 1));
    let past = Past { journal: &again, history: Some(&scene.history) };
    let early = standing(&waiting[0], &scene.profile, &past, scene.time.wall_ms()).unwrap();
    assert_eq!(early.in_vain.iter().map(|one| one.rule).collect::<Vec<_>>(), [Rule::SameContent; 3]);
    assert!(!early.blocks());
    assert_eq!(moment_of(&waiting[0], scene.time.wall_ms()), Some(Moment::Ahead(MIDNIGHT_MS - scene.time.wall_ms())));

    let left = MIDNIGHT_MS - scene.time.wall_ms();
    scene.time.advance(Duration::from_millis(u64::try_from(left).unwrap()));
    let delivery = found(&again, id);
    assert_eq!(moment_of(&delivery, scene.time.wall_ms()), Some(Moment::Now));
    assert!(standing(&delivery, &scene.profile, &past, scene.time.wall_ms()).unwrap().is_clear());
    let sender = Sender::open(Parts { journal: Arc::clone(&again), ..scene.parts(&draft) }).unwrap();
    let run = scene.run(&sender, id);
    assert_eq!((run.state, run.counts.handed_over), (DeliveryState::Done, 1));
    assert_eq!(scene.arrived().len(), 2, "today and tomorrow");
    let done = found(&again, id);
    assert_eq!((done.new.started_ms, moment_of(&done, 0)), (MIDNIGHT_MS, None), "it began then and waits no more");
    assert!(again.waiting().unwrap().is_empty());
}

#[test]
fn a_moment_that_was_missed_is_a_persons_decision() {
    let scene = Scene::new();
    let (draft, list) = (scene.notice("夜里发"), people(&scene.people(3)));
    let id = tomorrow(&scene, &draft, &list);
    let late = found(&scene.journal, id);
    assert_eq!(moment_of(&late, MIDNIGHT_MS + LATE_MS), Some(Moment::Now));
    let nine = MIDNIGHT_MS + 9 * 3_600_000;
    assert_eq!(moment_of(&late, nine), Some(Moment::Missed(9 * 3_600_000)));
    assert!(scene.journal.put_off(id, nine + 60_000).unwrap(), "another moment");
    assert_eq!(moment_of(&found(&scene.journal, id), nine), Some(Moment::Ahead(60_000)));
    scene.journal.set_state(id, DeliveryState::Cancelled, String::new(), Some(nine)).unwrap();
    assert!(!scene.journal.put_off(id, 0).unwrap() && !scene.journal.wake(id, 0).unwrap(), "ended for good");
    assert_eq!(scene.arrived().len(), 1);
}

#[test]
fn what_others_sent_meanwhile_stands_against_it() {
    let mut scene = Scene::new();
    let ids = scene.people(3);
    let (draft, list) = (scene.notice("一"), people(&ids));
    let id = tomorrow(&scene, &draft, &list);
    scene.time.advance(Duration::from_hours(15));
    // Somebody sent the same by hand after midnight.
    let other = scene.delivery(&draft, &people(&ids[1..2]), Mode::Fewest);
    scene.run(&scene.sender(&draft), other);
    let stands = |scene: &Scene| {
        let past = Past { journal: &scene.journal, history: Some(&scene.history) };
        standing(&found(&scene.journal, id), &scene.profile, &past, scene.time.wall_ms()).unwrap()
    };
    let found = stands(&scene);
    assert_eq!(found.in_vain.len(), 1);
    assert_eq!((found.in_vain[0].userid.as_str(), found.in_vain[0].rule), (ids[1].as_str(), Rule::SameContent));
    assert!(!found.blocks(), "a person may send all the same");
    // The guard was set meanwhile, and the month's calls are used up.
    scene.profile.only_to = ids[..1].to_vec();
    assert!(stands(&scene).blocks());
    scene.profile.only_to.clear();
    scene.profile.limits.calls_per_month = Some(1);
    assert!(stands(&scene).blocks());
}

#[test]
fn without_a_window_it_is_written_down_resumed_and_cancelled() {
    let shell = Shell::new(3);
    let (exit, made) = shell.send(&["--at", "2031-01-01T08:00:00+08:00"]);
    assert_eq!((exit, made["state"].as_str()), (0, Some("waiting")), "{made:#}");
    assert_eq!(made["due"], json!("2031-01-01T00:00:00Z"));
    assert_eq!(super::cli::rungs(&made), ["not_begun"; 3]);
    assert_eq!(shell.arrived(), 0);
    assert_eq!(shell.json(&["deliveries"]).1[0]["state"], json!("waiting"));

    // Its moment comes while resume waits for it.
    let home = ding_composer::store::Home::open(Some(shell.path().to_owned())).unwrap();
    let journal = Journal::open(&home).unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    assert!(journal.put_off(DeliveryId(1), now + 1_500).unwrap());
    let (exit, sent) = shell.json(&["resume", "1", "--yes"]);
    assert_eq!((exit, sent["state"].as_str()), (0, Some("done")), "{sent:#}");
    assert_eq!(shell.arrived(), 3);
    let first = shell.sandbox.ledger().iter().find(|entry| entry.taken && !entry.people.is_empty()).unwrap().at;
    assert!(first.as_millisecond() >= now + 1_500, "not before its moment");

    // As soon as everybody gets it: tomorrow. Before that it would be in vain, and says so.
    let (exit, made) = shell.send(&["--at", "wait"]);
    assert_eq!((exit, made["state"].as_str()), (0, Some("waiting")), "{made:#}");
    let due: jiff::Timestamp = made["due"].as_str().unwrap().parse().unwrap();
    assert_eq!(jiff::tz::offset(8).to_datetime(due).time(), jiff::civil::time(0, 0, 0, 0));
    let out = shell.run(&["resume", "2", "--now"]);
    assert_eq!(out.status.code(), Some(2), "a real organisation wants --yes");
    let (exit, cancelled) = shell.json(&["cancel", "2"]);
    assert_eq!((exit, cancelled["state"].as_str()), (0, Some("cancelled")));
    assert_eq!(shell.json(&["resume", "2", "--yes", "--now"]).0, 3, "ended for good");
    assert_eq!(shell.arrived(), 3);
    let out = shell.run(&["send", "draft.json", "--people", "list.csv", "--yes", "--profile", "org", "--at", "soon"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("--at"), "the argument is named");
    let (exit, plan) = shell.send(&["--plan", "--at", "wait"]);
    assert_eq!((exit, plan["dropped"].as_array().map(Vec::len)), (0, Some(0)), "{plan:#}");
    assert_eq!(plan["due"], made["due"]);
}

#[test]
fn on_the_sandbox_what_would_be_in_vain_is_told_before_it_begins() {
    let shell = Shell::new(2);
    std::fs::remove_file(shell.path().join("settings.toml")).unwrap();
    let words = ["send", "draft.json", "--people", "list.csv"];
    assert_eq!(shell.json(&words).0, 0);
    assert_eq!(shell.json(&[&words[..], &["--at", "wait"]].concat()).1["state"], json!("waiting"));
    let (exit, stands) = shell.json(&["resume", "2", "--now"]);
    assert_eq!((exit, stands["outcome"].as_str(), stands["blocked"].as_bool()), (1, Some("findings"), Some(false)));
    assert_eq!(stands["dropped"][0]["rule"], json!("same_content"));
    let (exit, sent) = shell.json(&["resume", "2", "--now", "--yes"]);
    assert_eq!((exit, sent["state"].as_str()), (0, Some("done")), "{sent:#}");
}
