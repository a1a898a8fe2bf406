//! Limits of a day, guards, a damaged journal, two at once, reports on a schedule, and the table of limits in the settings.

use std::time::Duration;

use ding_composer::{
    deliver::{after, plan::Mode, time::Time as _},
    sandbox::{Effect, SEND_NOTICE, Script},
    store::{
        Home,
        history::HistoryError,
        journal::{DeliveryId, Journal},
        settings::Settings,
    },
};
use serde_json::json;

use super::{
    Scene,
    cli::{Shell, rungs},
    people,
};

#[test]
fn the_hundred_and_first_message_of_a_day_is_taken_and_dropped_and_the_report_names_the_rule() {
    let scene = Scene::new().free();
    let ids = scene.people(2);
    for number in 0..100 {
        let draft = scene.notice(&format!("第 {number} 条"));
        let id = scene.delivery(&draft, &people(&ids[..1]), Mode::Report);
        assert_eq!(scene.run(&scene.sender(&draft), id).counts.handed_over, 1);
    }
    let draft = scene.notice("第 101 条");
    let id = scene.delivery(&draft, &people(&ids), Mode::Report);
    assert_eq!(scene.run(&scene.sender(&draft), id).counts.handed_over, 1, "DingTalk says ok");
    scene.time.advance(Duration::from_secs(2));
    let (session, now) = (scene.session(), scene.time.wall_ms());
    scene.runtime.block_on(scene.desk(&session).ask(id, now)).unwrap();
    let persons = scene.persons(id);
    assert_eq!((persons[0].rung.name(), persons[0].code.as_str()), ("dropped", "143105"));
    assert_eq!(persons[1].rung.name(), "unread");
    // With the documented limit the plan says so before.
    let mut scene = scene;
    scene.profile.limits.per_person_per_day = Some(100);
    let plan = scene.plan(&scene.notice("第 102 条"), &people(&ids), Mode::Report, false);
    assert_eq!(plan.dropped.iter().map(|one| (one.row, one.got)).collect::<Vec<_>>(), [(0, 101)]);
}

#[test]
fn reports_are_asked_on_a_schedule_that_ends_before_the_day_does() {
    let scene = Scene::new();
    let ids = scene.people(4);
    let draft = scene.notice("一");
    let id = scene.delivery(&draft, &people(&ids), Mode::Report);
    scene.run(&scene.sender(&draft), id);
    let ended = scene.journal.calls(id).unwrap()[0].ended_ms.unwrap();
    let mut asked_at = Vec::new();
    let next = || after::next_due(&scene.journal.asking(ended - 1).unwrap().first()?.calls);
    while let Some(due) = next() {
        let now = scene.time.wall_ms();
        assert!(due > now, "each is ahead of the one before");
        scene.time.advance(Duration::from_millis(u64::try_from(due - now).unwrap()));
        // A new session each time: the sandbox's tokens live for two hours.
        let session = scene.session();
        let asked = scene.runtime.block_on(scene.desk(&session).ask(id, due)).unwrap();
        assert_eq!((asked.reported, asked.failed.len()), (1, 0), "{asked:?}");
        asked_at.push(due - ended);
    }
    assert_eq!(asked_at, after::SCHEDULE_MS);
    assert!(asked_at.iter().all(|after| *after < after::DAY_MS));
    assert!(scene.rungs(id).iter().all(|rung| ["read", "unread"].contains(rung)), "{:?}", scene.rungs(id));
    let asked = scene.sandbox.ledger().iter().filter(|entry| entry.path.ends_with("getsendresult")).count();
    assert_eq!(asked, after::SCHEDULE_MS.len(), "no more often than that");
    // Afterwards DingTalk has forgotten, and nobody asks in vain.
    scene.time.advance(Duration::from_hours(1));
    let (session, now) = (scene.session(), scene.time.wall_ms());
    let late = scene.runtime.block_on(scene.desk(&session).ask(id, now)).unwrap();
    assert_eq!(late.why_silent, [(1, after::Silence::TooOld)]);
}

#[test]
fn a_damaged_journal_is_put_aside_only_when_a_person_wants_it() {
    let shell = Shell::new(2);
    assert_eq!(shell.send(&[]).0, 0);
    let path = shell.path().join("journal.sqlite");
    for more in ["-wal", "-shm"] {
        std::fs::remove_file(shell.path().join(format!("journal.sqlite{more}"))).ok();
    }
    let rubbish = "no database ".repeat(100);
    std::fs::write(&path, &rubbish).unwrap();
    for words in [&["deliveries"][..], &["resume", "1", "--yes"], &["report", "1"], &["recall", "1"]] {
        let out = shell.run(words);
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(2), "{words:?}: {told}");
        assert!(told.contains("journal.sqlite") && !told.contains("panicked"), "{words:?}: {told}");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), rubbish, "nothing touched it");
    let home = Home::open(Some(shell.path().to_owned())).unwrap();
    assert!(matches!(Journal::open(&home), Err(HistoryError::Damaged { .. })));
    let aside = Journal::set_aside(&home).unwrap();
    assert_eq!(std::fs::read_to_string(aside).unwrap(), rubbish, "kept under another name");
    drop(home);
    assert_eq!(shell.json(&["deliveries"]), (0, json!([])), "a new one begins");
}

#[test]
fn two_at_once_the_second_says_so_and_another_profile_is_not_held_up() {
    let shell = Shell::new(2);
    let settings = shell.path().join("settings.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}\n{}", text.replace("name = \"org\"", "name = \"other\""))).unwrap();
    let home = Home::open(Some(shell.path().to_owned())).unwrap();
    let journal = Journal::open(&home).unwrap();
    let held = journal.lock_profile("org").unwrap();
    let out = shell.run(&["send", "draft.json", "--people", "list.csv", "--profile", "org", "--yes"]);
    assert_eq!(out.status.code(), Some(2));
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(told.contains("Another window or process"), "{told}");
    assert_eq!(shell.arrived(), 0);
    assert_eq!(shell.json(&["deliveries"]), (0, json!([])), "what cannot be sent is not written down");
    let (exit, sent) = shell.json(&["send", "draft.json", "--people", "list.csv", "--profile", "other", "--yes"]);
    assert_eq!((exit, sent["profile"].as_str()), (0, Some("other")), "{sent:#}");
    drop(held);
    assert_eq!(shell.send(&[]).0, 0);
}

#[test]
fn errors_in_a_row_stop_it_and_resume_asks_for_the_number_that_is_left() {
    let shell = Shell::new(40);
    let settings = shell.path().join("settings.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let guarded = "kind = \"token\"\nconfirm_above = 2\nstop_after_errors = 2";
    std::fs::write(&settings, text.replace("kind = \"token\"", guarded)).unwrap();
    shell.sandbox.script(Script::always(SEND_NOTICE, Effect::code("885006")));
    let (exit, sent) = shell.send(&["--confirm", "40"]);
    assert_eq!((exit, sent["state"].as_str(), sent["note"].as_str()), (3, Some("stopped"), Some("885006")), "{sent:#}");
    let failed = rungs(&sent).iter().filter(|rung| **rung == "failed").count();
    // Those on their way when it stopped are awaited.
    assert!((2..=12).contains(&failed), "{failed}");
    shell.sandbox.clear_scripts();
    let left = 40 - failed;
    let out = shell.run(&["resume", "1", "--yes"]);
    assert_eq!(out.status.code(), Some(2), "the number has to be typed");
    assert!(String::from_utf8_lossy(&out.stderr).contains(&format!("--confirm {left}")));
    let count = left.to_string();
    let (exit, resumed) = shell.json(&["resume", "1", "--yes", "--confirm", &count]);
    assert_eq!(exit, 3, "{resumed:#}");
    assert_eq!(rungs(&resumed).iter().filter(|rung| **rung == "handed_over").count(), left);
    assert_eq!(shell.arrived(), left);
    // The guard also holds for what was written down before it was set.
    let home = Home::open(Some(shell.path().to_owned())).unwrap();
    assert_eq!(Journal::open(&home).unwrap().counts(DeliveryId(1)).unwrap().not_begun, 0);
}

#[test]
fn the_table_of_limits_goes_round_and_a_bad_value_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    let keys = [
        "calls_per_second",
        "calls_per_month",
        "people_per_minute",
        "people_per_call",
        "per_person_per_day",
        "same_content_per_day",
    ];
    let lines: Vec<String> = keys.iter().zip(1..).map(|(key, value)| format!("{key} = {value}\n")).collect();
    let table = lines.concat();
    let head = "[[profile]]\nname = \"org\"\nkind = \"token\"\n\n[profile.limits]\n";
    std::fs::write(&path, format!("{head}{table}")).unwrap();
    let loaded = Settings::load(&path);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let mut limits = loaded.settings.profiles.iter().find(|one| one.name == "org").unwrap().limits;
    let read: Vec<_> =
        ding_composer::store::settings::Limits::KEYS.iter().map(|(key, at)| (*key, *at(&mut limits))).collect();
    assert_eq!(read, keys.iter().copied().zip((1..=6).map(Some)).collect::<Vec<_>>());

    for bad in ["0", "-1", "1.5", "\"viel\"", "true", "99999999999"] {
        for (at, key) in keys.iter().enumerate() {
            let broken = table.replace(&format!("{key} = {}", at + 1), &format!("{key} = {bad}"));
            std::fs::write(&path, format!("{head}{broken}")).unwrap();
            let loaded = Settings::load(&path);
            let told: Vec<String> =
                loaded.problems.iter().map(|one| one.message(ding_composer::lang::Lang::En)).collect();
            assert_eq!(told.len(), 1, "{key} = {bad}: {told:?}");
            // Five lines before the table's first key.
            for part in [*key, "org", &(6 + at).to_string()] {
                assert!(told[0].contains(part), "{key} = {bad}: {} has no {part}", told[0]);
            }
            assert!(loaded.settings.profile("org").is_err(), "a limit that cannot be read is no limit to send by");
        }
    }
    std::fs::write(&path, format!("{head}calls_per_hour = 3\n")).unwrap();
    let told = Settings::load(&path).problems[0].message(ding_composer::lang::Lang::Zh);
    assert!(told.contains("calls_per_hour") && told.contains('6'), "{told}");
}

#[test]
fn another_process_called_a_delivery_over_while_its_calls_were_on_their_way() {
    let shell = Shell::new(2);
    shell.sandbox.script(Script::always(SEND_NOTICE, Effect::Slow(Duration::from_hours(1))));
    let send = ["send", "draft.json", "--people", "list.csv", "--profile", "org", "--yes"];
    let mut first = super::kill::command(shell.path(), &shell.sandbox, &send).spawn().unwrap();
    // Both have begun: nothing is left that a second process could make.
    let begun = || {
        let (_, one) = shell.json(&["deliveries"]);
        one[0]["counts"]["begun"] == json!(2)
    };
    while !begun() {
        assert!(first.try_wait().unwrap().is_none(), "it ended before it was seen");
        std::thread::sleep(Duration::from_millis(20));
    }
    let out = shell.run(&["resume", "1", "--yes"]);
    let state = shell.json(&["deliveries", "1"]).1["state"].clone();
    let listed = shell.run(&["deliveries"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains("sending"), "{listed:?}");
    shell.sandbox.clear_scripts();
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert_eq!((out.status.code(), state), (Some(2), json!("open")), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(rungs(&shell.json(&["deliveries", "1"]).1), ["handed_over"; 2]);
}

#[test]
fn a_bad_limit_in_the_settings_sent_it_into_the_sandbox_as_if_nothing_were_wrong() {
    let shell = Shell::new(2);
    let settings = shell.path().join("settings.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("calls_per_second = 1000000", "calls_per_second = -1")).unwrap();
    let out = shell.run(&["send", "draft.json", "--people", "list.csv", "--yes"]);
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(2), "{told}");
    assert!(told.contains("calls_per_second") && told.contains("--profile"), "{told}");
    assert_eq!(shell.arrived(), 0);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_and_a_folder_are_no_lists() {
    let shell = Shell::new(1);
    let made = std::process::Command::new("mkfifo").arg(shell.path().join("pipe.csv")).status();
    let lists = if made.is_ok_and(|made| made.success()) { &["pipe.csv", "."][..] } else { &["."] };
    for list in lists {
        let out = shell.run(&["send", "draft.json", "--people", list, "--profile", "org", "--plan"]);
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(2), "{told}");
        assert!(told.contains("no plain file"), "{told}");
    }
}

#[test]
fn a_delivery_that_fails_from_the_start_makes_no_more_calls_than_may_fail() {
    let shell = Shell::new(12);
    let settings = shell.path().join("settings.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("kind = \"token\"", "kind = \"token\"\nstop_after_errors = 3")).unwrap();
    shell.sandbox.script(Script::always(SEND_NOTICE, Effect::code("400002")));
    let (exit, sent) = shell.send(&[]);
    assert_eq!((exit, sent["state"].as_str()), (3, Some("stopped")), "{sent:#}");
    assert_eq!(sent["counts"]["failed"], json!(3), "{:#}", sent["counts"]);
}
