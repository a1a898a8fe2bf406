use std::sync::Arc;

use super::*;

fn home() -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(Some(folder.path().to_owned())).unwrap();
    (folder, home)
}

fn send(at_unix_ms: i64, title: &str) -> NewSend {
    NewSend {
        at_unix_ms,
        profile: "总部".into(),
        profile_kind: "internal".into(),
        kind: Kind::Card,
        title: title.into(),
        who: Who { summary: "张三 等 2 人".into(), people: 2, ids_json: "[\"u1\",\"u2\"]".into() },
        ids: SendIds { out_track_id: format!("track-{title}"), ..SendIds::default() },
        request: "POST … x-acs-dingtalk-access-token: ••••".into(),
        draft_body: "{\"a\":1}".into(),
        content_hash: format!("hash-{title}"),
    }
}

fn finished(outcome: Outcome) -> Finished {
    Finished {
        outcome,
        elapsed_ms: 120,
        ids: SendIds { process_query_key: "key=/+".into(), request_id: "req-1".into(), ..SendIds::default() },
        answer: "{\"success\":true}".into(),
        explanation: "param.empty".into(),
    }
}

#[test]
fn a_send_is_there_before_the_call_leaves_and_complete_after() {
    let (_folder, home) = home();
    let history = History::open(&home).unwrap();
    let id = history.begin(&send(1000, "甲")).unwrap();
    let begun = history.get(id).unwrap().unwrap();
    assert_eq!((begun.finished.outcome, begun.new.clone()), (Outcome::Begun, send(1000, "甲")));
    history.finish(id, &finished(Outcome::HandedOver)).unwrap();
    let record = History::open(&home).unwrap().get(id).unwrap().unwrap();
    assert_eq!(record.finished.outcome, Outcome::HandedOver);
    assert_eq!(record.finished.ids.out_track_id, "track-甲", "what was known before stays");
    assert_eq!((record.finished.ids.process_query_key.as_str(), record.finished.elapsed_ms), ("key=/+", 120));
    assert_eq!(record.finished.answer, "{\"success\":true}");
    assert_eq!(record.new.draft_body, "{\"a\":1}");
    assert_eq!(history.finish(SendId(99), &finished(Outcome::Refused)), Err(HistoryError::NoSuchSend(99)));
    assert_eq!(history.get(SendId(99)).unwrap(), None);
}

#[test]
fn after_a_crash_an_unfinished_send_is_unknown_but_a_living_windows_is_not_touched() {
    let (folder, first) = home();
    let second = Home::open(Some(folder.path().to_owned())).unwrap();
    let (of_first, of_second) = (History::open(&first).unwrap(), History::open(&second).unwrap());
    let dead = of_first.begin(&send(1, "dead")).unwrap();
    let living = of_second.begin(&send(2, "living")).unwrap();
    drop(of_first);
    drop(first);

    let third = Home::open(Some(folder.path().to_owned())).unwrap();
    let history = History::open(&third).unwrap();
    assert_eq!(history.settled(), 1);
    assert_eq!(history.get(dead).unwrap().unwrap().finished.outcome, Outcome::Unknown);
    assert_eq!(history.get(living).unwrap().unwrap().finished.outcome, Outcome::Begun);

    let own = history.begin(&send(3, "own")).unwrap();
    let again = History::open(&third).unwrap();
    assert_eq!(again.settled(), 0);
    assert_eq!(again.get(own).unwrap().unwrap().finished.outcome, Outcome::Begun, "once per opened home");
}

#[test]
fn the_list_is_newest_first_filtered_and_paged() {
    let (_folder, home) = home();
    let history = History::open(&home).unwrap();
    for number in 0..25_i64 {
        let mut new = send(number, &format!("标题{number}%_x"));
        if number % 5 == 0 {
            new.profile = "客户".into();
            new.kind = Kind::Notice;
        }
        let id = history.begin(&new).unwrap();
        let outcome = if number % 2 == 0 { Outcome::HandedOver } else { Outcome::Refused };
        history.finish(id, &finished(outcome)).unwrap();
    }
    let all = Filter::default();
    let page = history.page(&all, 0, 10).unwrap();
    assert_eq!(page.iter().map(|row| row.at_unix_ms).collect::<Vec<_>>(), (15..25).rev().collect::<Vec<_>>());
    assert_eq!(history.page(&all, 20, 10).unwrap().len(), 5);
    assert_eq!(history.count(&all).unwrap(), 25);
    let text = |text: &str| Filter { text: text.into(), ..Filter::default() };
    assert_eq!(history.count(&text("标题7%_")).unwrap(), 1, "wildcards are text");
    assert_eq!(history.count(&text("%")).unwrap(), 25);
    assert_eq!(history.count(&text("TRACK-标题24")).unwrap(), 1);
    assert_eq!(history.count(&text("客户")).unwrap(), 5);
    assert_eq!(history.count(&text("'; DROP TABLE send; --")).unwrap(), 0);
    let refused = Filter { outcomes: vec![Outcome::Refused, Outcome::Unknown], ..Filter::default() };
    assert_eq!(history.count(&refused).unwrap(), 12);
    let notices = Filter { kind: Some(Kind::Notice), profile: "客户".into(), ..Filter::default() };
    assert_eq!(history.count(&notices).unwrap(), 5);
    assert_eq!(history.profiles().unwrap(), ["客户", "总部"]);
}

#[test]
fn a_reused_out_track_id_is_found_with_what_was_sent_under_it() {
    let (_folder, home) = home();
    let history = History::open(&home).unwrap();
    assert_eq!(history.earlier_use("总部", "track-甲").unwrap(), None);
    let id = history.begin(&send(5, "甲")).unwrap();
    history.finish(id, &finished(Outcome::NotSent)).unwrap();
    assert_eq!(history.earlier_use("总部", "track-甲").unwrap(), None, "what never left did not use it up");
    let id = history.begin(&send(6, "甲")).unwrap();
    history.finish(id, &finished(Outcome::Unknown)).unwrap();
    let earlier = history.earlier_use("总部", "track-甲").unwrap().unwrap();
    assert_eq!((earlier.id, earlier.content_hash.as_str(), earlier.outcome), (id, "hash-甲", Outcome::Unknown));
    assert_eq!(history.earlier_use("客户", "track-甲").unwrap(), None);
    assert_eq!(history.earlier_use("总部", "").unwrap(), None);
}

#[test]
fn a_damaged_database_is_set_aside_and_a_new_one_begun() {
    let (folder, home) = home();
    std::fs::write(home.history_path(), "this is no database ".repeat(100)).unwrap();
    let history = History::open(&home).unwrap();
    assert_eq!(history.set_aside(), Some(folder.path().join("history.sqlite.broken-1").as_path()));
    history.begin(&send(1, "甲")).unwrap();
    assert!(History::open(&home).unwrap().set_aside().is_none());
}

#[test]
fn damage_in_the_middle_is_noticed_when_it_is_opened() {
    let (_folder, home) = home();
    let history = History::open(&home).unwrap();
    for number in 0..200 {
        history.begin(&send(number, &format!("{number}"))).unwrap();
    }
    history.run(|connection| connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")).unwrap();
    drop(history);
    let mut bytes = std::fs::read(home.history_path()).unwrap();
    let half = bytes.len() / 2;
    bytes[4096 * 2..half].fill(0x5a);
    std::fs::write(home.history_path(), bytes).unwrap();
    assert!(History::open(&home).unwrap().set_aside().is_some());
}

#[test]
fn a_database_of_something_else_or_of_a_newer_version() {
    let (_folder, home) = home();
    Connection::open(home.history_path())
        .unwrap()
        .execute_batch("PRAGMA user_version = 1; CREATE TABLE send (id)")
        .unwrap();
    assert!(History::open(&home).unwrap().set_aside().is_some());
    Connection::open(home.history_path()).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let error = History::open(&home).unwrap_err();
    assert_eq!(error, HistoryError::Newer { path: home.history_path(), found: 999 });
    assert!(home.history_path().exists(), "it is left alone");
}

#[test]
fn a_database_held_by_another_program_is_said() {
    let (_folder, home) = home();
    let history = History::open(&home).unwrap();
    history.run(|connection| connection.busy_timeout(Duration::from_millis(1))).unwrap();
    let other = Connection::open(home.history_path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(history.begin(&send(1, "x")).unwrap_err(), HistoryError::InUse(home.history_path()));
    assert_eq!(history.count(&Filter::default()).unwrap(), 0, "reading goes on");
    other.execute_batch("ROLLBACK").unwrap();
    history.begin(&send(1, "x")).unwrap();
}

#[test]
fn a_full_disk_is_said_and_leaves_the_history_usable() {
    let (_folder, home) = home();
    let history = History::open(&home).unwrap();
    let first = history.begin(&send(1, "x")).unwrap();
    // SQLite's own limit gives the same answer as a disk without space.
    let pages: i64 = history.run(|connection| connection.query_row("PRAGMA page_count", [], |row| row.get(0))).unwrap();
    history.run(|connection| connection.pragma_update(None, "max_page_count", pages)).unwrap();
    let mut big = send(2, "big");
    big.request = "x".repeat(1 << 20);
    let error = history.begin(&big).unwrap_err();
    assert!(matches!(&error, HistoryError::File(file) if file.trouble == Trouble::Full), "{error:?}");
    assert!(error.message(Lang::Zh).contains("磁盘已满"));
    history.finish(first, &finished(Outcome::HandedOver)).unwrap();
    assert_eq!(history.count(&Filter::default()).unwrap(), 1);
}

#[test]
fn two_windows_and_many_threads_write_at_once() {
    let (folder, first) = home();
    let second = Home::open(Some(folder.path().to_owned())).unwrap();
    let histories = [Arc::new(History::open(&first).unwrap()), Arc::new(History::open(&second).unwrap())];
    let threads: Vec<_> = (0..4_usize)
        .map(|number| {
            let history = Arc::clone(&histories[number % 2]);
            std::thread::Builder::new()
                .spawn(move || {
                    for at in 0..10 {
                        let id = history.begin(&send(at, &format!("{number}-{at}"))).unwrap();
                        history.finish(id, &finished(Outcome::HandedOver)).unwrap();
                    }
                })
                .unwrap()
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let done = Filter { outcomes: vec![Outcome::HandedOver], ..Filter::default() };
    assert_eq!(histories[0].count(&done).unwrap(), 40);
}

#[test]
fn only_its_owner_may_read_it() {
    let (_folder, home) = home();
    let history = History::open(&home).unwrap();
    history.begin(&send(1, "x")).unwrap();
    for entry in std::fs::read_dir(home.root()).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_file() {
            assert!(!platform::others_may_read(&entry).unwrap(), "{}", entry.display());
        }
    }
}

#[test]
fn words_of_the_outcomes_are_those_of_the_product() {
    assert_eq!(
        Outcome::ALL.map(|outcome| outcome.label(Lang::Zh)),
        ["提交中", "已提交", "部分已提交", "被拒绝", "未提交", "结果未知"]
    );
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::from_name(outcome.name()), outcome);
    }
}

/// A database with some sends in it, made once.
static FILLED: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
    let (_folder, home) = home();
    let history = History::open(&home).unwrap();
    for number in 0..30 {
        history.begin(&send(number, &format!("{number}"))).unwrap();
    }
    history.run(|connection| connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")).unwrap();
    drop(history);
    std::fs::read(home.history_path()).unwrap()
});

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn a_history_with_any_damage_opens_or_is_set_aside(
        from in proptest::prelude::any::<proptest::sample::Index>(), bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..600),
    ) {
        let (_folder, home) = home();
        let mut file = FILLED.clone();
        let from = from.index(file.len());
        for (place, byte) in file.iter_mut().skip(from).zip(bytes) {
            *place = byte;
        }
        std::fs::write(home.history_path(), file).unwrap();
        match History::open(&home) {
            Ok(history) => {
                history.page(&Filter::default(), 0, 50).ok();
                history.begin(&send(1, "goes on")).ok();
            }
            // Its format number was hit: left alone, and said.
            Err(error) => proptest::prop_assert!(matches!(error, HistoryError::Newer { .. }), "{error:?}"),
        }
    }
}
