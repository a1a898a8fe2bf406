use std::sync::Arc;

use super::*;
use crate::{
    compose::Kind,
    dingtalk::calls::{self, NoticeForm},
    store::{Trouble, home::Home},
};

fn home() -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(Some(folder.path().to_owned())).unwrap();
    (folder, home)
}

/// A delivery of some calls with two people each; content 7.
fn delivery(journal: &Journal, profile: &str, count: usize) -> DeliveryId {
    let new = NewDelivery {
        started_ms: 1_000,
        profile: profile.into(),
        profile_kind: "internal".into(),
        kind: Kind::Notice,
        via: "template".into(),
        title: "题".into(),
        mode: "fewest".into(),
        sender: "123".into(),
        conversation: String::new(),
        draft: "{}".into(),
        due_ms: None,
    };
    let calls = (0..count).map(|at| {
        let people: Vec<String> = (0..2).map(|two| format!("u{}", at * 2 + two)).collect();
        let form = NoticeForm { agent_id: "123".into(), userid_list: people.clone(), ..NoticeForm::default() };
        NewCall {
            call: calls::send_by_template(&form),
            out_track_id: String::new(),
            content: 7,
            people: people.into_iter().map(|userid| Who { userid, name: String::new() }).collect(),
            in_departments: 0,
        }
    });
    journal.create(new, calls.collect()).unwrap()
}

fn today(journal: &Journal, profile: &str) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    journal
        .each_of_day(profile, days::day_of(5_000), &mut |userid, count| found.push((userid.to_owned(), count)))
        .unwrap();
    found
}

fn ended(task: &str) -> Ended {
    Ended { http: Some(200), task_id: task.into(), attempts: 1, ..Ended::default() }
}

#[test]
fn a_call_is_there_whole_before_it_begins_and_complete_after() {
    let (_folder, home) = home();
    let journal = Journal::open(&home).unwrap();
    let id = delivery(&journal, "p", 2);
    let calls = journal.calls(id).unwrap();
    assert_eq!((calls.len(), calls[0].number, calls[0].state), (2, 1, CallState::NotBegun));
    let (request, people) = journal.request(calls[0].id).unwrap().unwrap();
    assert_eq!(request.body.to_text(), "agent_id=123&userid_list=u0%2Cu1");
    assert_eq!(people, ["u0", "u1"]);
    assert!(journal.begin(calls[0].id, 5_000).unwrap());
    assert!(!journal.begin(calls[0].id, 5_000).unwrap(), "a call begins once");
    journal.end(calls[0].id, CallState::HandedOver, 5_100, ended("9")).unwrap();
    let again = Journal::open(&home).unwrap();
    let call = &again.calls(id).unwrap()[0];
    assert_eq!(
        (call.state, call.ended.task_id.as_str(), call.begun_ms, call.ended_ms),
        (CallState::HandedOver, "9", Some(5_000), Some(5_100))
    );
    let row = again.delivery(id).unwrap().unwrap();
    assert_eq!((row.people, row.calls, row.counts.handed_over, row.counts.not_begun), (4, 2, 1, 1));
    assert_eq!(again.deliveries(0, 10).unwrap().len(), 1);
    assert_eq!(again.delivery(DeliveryId(99)).unwrap(), None);
}

#[test]
fn after_a_crash_a_begun_call_is_unknown_and_the_rest_not_begun() {
    let (_folder, home) = home();
    let journal = Journal::open(&home).unwrap();
    let id = delivery(&journal, "p", 3);
    let calls = journal.calls(id).unwrap();
    journal.begin(calls[0].id, 5_000).unwrap();
    journal.end(calls[0].id, CallState::HandedOver, 5_100, ended("9")).unwrap();
    let held = journal.lock_profile("p").unwrap();
    journal.begin(calls[1].id, 5_000).unwrap();
    assert_eq!(Journal::open(&home).unwrap().settled(), 0, "the window that sends is alive");
    drop(held);
    let after = Journal::open(&home).unwrap();
    assert_eq!(after.settled(), 1);
    let states: Vec<_> = after.calls(id).unwrap().iter().map(|call| call.state).collect();
    assert_eq!(states, [CallState::HandedOver, CallState::Unknown, CallState::NotBegun]);
    let rungs: Vec<_> = after.people(id).unwrap().iter().map(|person| person.rung).collect();
    assert_eq!(
        rungs,
        [Rung::HandedOver, Rung::HandedOver, Rung::Unknown, Rung::Unknown, Rung::NotBegun, Rung::NotBegun]
    );
    assert!(!after.begin(calls[1].id, 6_000).unwrap(), "an unknown call is never repeated");
    assert!(after.decide(calls[1].id, false).unwrap());
    assert!(after.begin(calls[1].id, 6_000).unwrap(), "unless a person decided");
}

#[test]
fn what_surely_did_not_arrive_is_not_counted() {
    let (_folder, home) = home();
    let journal = Journal::open(&home).unwrap();
    let calls = journal.calls(delivery(&journal, "p", 3)).unwrap();
    for call in &calls {
        journal.begin(call.id, 5_000).unwrap();
    }
    assert_eq!(today(&journal, "p").len(), 6);
    assert_eq!(journal.calls_of_month("p", 5_000).unwrap(), 3);
    journal.end(calls[0].id, CallState::Unknown, 5_100, Ended::default()).unwrap();
    journal.end(calls[1].id, CallState::Refused, 5_100, Ended { code: "400002".into(), ..Ended::default() }).unwrap();
    journal.give_back(calls[2].id, Ended::default()).unwrap();
    assert_eq!(today(&journal, "p"), [("u0".to_owned(), 1), ("u1".to_owned(), 1)], "what may have arrived counts");
    assert_eq!(journal.calls_of_month("p", 5_000).unwrap(), 2, "a refused call was a call");
    assert!(today(&journal, "other").is_empty());
    let mut had = Vec::new();
    journal.each_of_content("p", days::day_of(5_000), 7, &mut |userid, _| had.push(userid.to_owned())).unwrap();
    assert_eq!(had, ["u0", "u1"]);
    let mut places = Vec::new();
    let pairs = [(7, "u0"), (8, "u0"), (7, "u2"), (7, "u1")];
    journal.contents_of("p", days::day_of(5_000), pairs.into_iter(), &mut |place, _| places.push(place)).unwrap();
    assert_eq!(places, [0, 3]);
    assert_eq!(journal.recent("p", 4_000).unwrap().len(), 2);
}

#[test]
fn a_report_gives_rungs_and_a_recall_keeps_who_had_read() {
    let (_folder, home) = home();
    let journal = Journal::open(&home).unwrap();
    let id = delivery(&journal, "p", 1);
    let call = journal.calls(id).unwrap()[0].id;
    journal.begin(call, 5_000).unwrap();
    journal.end(call, CallState::HandedOver, 5_100, ended("9")).unwrap();
    let reported = |userid: &str, rung, code: &str| Reported { userid: userid.into(), rung, code: code.into() };
    let report = vec![
        reported("u0", Rung::Read, ""),
        reported("u1", Rung::Dropped, "143106"),
        reported("guest", Rung::Unread, ""),
    ];
    journal.report(call, report, 6_000).unwrap();
    let people = |journal: &Journal| {
        let people = journal.people(id).unwrap();
        people.iter().map(|one| (one.userid.clone(), one.rung.name(), one.code.clone())).collect::<Vec<_>>()
    };
    let row = |userid: &str, rung: &'static str, code: &str| (userid.to_owned(), rung, code.to_owned());
    assert_eq!(people(&journal), [row("u0", "read", ""), row("u1", "dropped", "143106"), row("guest", "unread", "")]);
    journal.recalled(call).unwrap();
    assert_eq!(
        people(&journal),
        [row("u0", "recalled", "read"), row("u1", "dropped", "143106"), row("guest", "recalled", "")]
    );
    assert_eq!(journal.delivery(id).unwrap().unwrap().asked_ms, Some(6_000));
}

#[test]
fn a_second_window_is_told_that_the_profile_is_being_sent_for() {
    let (folder, first) = home();
    let second = Home::open(Some(folder.path().to_owned())).unwrap();
    let (one, two) = (Journal::open(&first).unwrap(), Journal::open(&second).unwrap());
    let held = one.lock_profile("总部").unwrap();
    assert!(matches!(two.lock_profile("总部"), Err(HistoryError::InUse(_))));
    two.lock_profile("客户").unwrap();
    drop(held);
    two.lock_profile("总部").unwrap();
}

#[test]
fn a_damaged_journal_is_said_and_left_alone() {
    let (_folder, home) = home();
    std::fs::write(home.journal_path(), "this is no database ".repeat(100)).unwrap();
    assert!(matches!(Journal::open(&home), Err(HistoryError::Damaged { .. })));
    assert!(home.journal_path().exists(), "nothing is replaced in silence");
    let aside = Journal::set_aside(&home).unwrap();
    assert!(aside.exists());
    delivery(&Journal::open(&home).unwrap(), "p", 1);
}

#[test]
fn a_locked_journal_is_said() {
    let (_folder, home) = home();
    let journal = Journal::open(&home).unwrap();
    let call = journal.calls(delivery(&journal, "p", 1)).unwrap()[0].id;
    journal.write(|connection| connection.busy_timeout(std::time::Duration::from_millis(1))).unwrap();
    let other = Connection::open(home.journal_path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(journal.begin(call, 5_000).unwrap_err(), HistoryError::InUse(home.journal_path()));
    other.execute_batch("ROLLBACK").unwrap();
    assert!(journal.begin(call, 5_000).unwrap());
}

#[test]
fn a_full_disk_is_said_and_what_shared_the_flush_is_not_lost_in_silence() {
    let (_folder, home) = home();
    let journal = Arc::new(Journal::open(&home).unwrap());
    let calls = journal.calls(delivery(&journal, "p", 40)).unwrap();
    journal
        .write(|connection| {
            let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            connection.pragma_update(None, "max_page_count", pages)
        })
        .unwrap();
    let threads: Vec<_> = calls
        .chunks(10)
        .map(|calls| {
            let (journal, calls) = (Arc::clone(&journal), calls.to_vec());
            std::thread::Builder::new()
                .spawn(move || {
                    for call in calls {
                        journal.begin(call.id, 5_000).ok();
                        let big = Ended { answer: "x".repeat(1 << 16), ..Ended::default() };
                        if let Err(error) = journal.end(call.id, CallState::Unknown, 6_000, big) {
                            assert!(
                                matches!(&error, HistoryError::File(file) if file.trouble == Trouble::Full),
                                "{error:?}"
                            );
                        }
                    }
                })
                .unwrap()
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let again = Journal::open(&home).unwrap();
    assert!(
        again
            .calls(DeliveryId(1))
            .unwrap()
            .iter()
            .all(|call| call.ended.answer.is_empty() || call.state == CallState::Unknown)
    );
    journal.write(|connection| connection.pragma_update(None, "max_page_count", 1 << 20)).unwrap();
    assert!(
        journal.set_state(DeliveryId(1), DeliveryState::Stopped, "full".into(), None).is_ok(),
        "it goes on when there is space"
    );
}

#[test]
fn many_threads_share_the_flush() {
    let (_folder, home) = home();
    let journal = Arc::new(Journal::open(&home).unwrap());
    let calls = journal.calls(delivery(&journal, "p", 64)).unwrap();
    let threads: Vec<_> = calls
        .chunks(8)
        .map(|calls| {
            let (journal, calls) = (Arc::clone(&journal), calls.to_vec());
            std::thread::Builder::new()
                .spawn(move || {
                    for call in calls {
                        assert!(journal.begin(call.id, 5_000).unwrap());
                        journal.end(call.id, CallState::HandedOver, 6_000, ended("1")).unwrap();
                    }
                })
                .unwrap()
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(journal.counts(DeliveryId(1)).unwrap().handed_over, 64);
    assert_eq!(today(&journal, "p").len(), 128);
}
