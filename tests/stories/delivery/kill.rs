//! The program is killed at any moment of a delivery: afterwards no call is lost and none is made twice.

use std::{
    collections::HashMap,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use ding_composer::{
    sandbox::{SEND_NOTICE, Sandbox, SandboxOptions},
    store::{
        Home,
        journal::{CallState, DeliveryId, DeliveryState, Journal},
    },
};
use serde_json::json;

/// How often in an ordinary run, and by how many calls.
const TIMES: usize = 20;
const CALLS: usize = 250;
/// Set to a number: so often, with 1,000 calls each.
const THOROUGH: &str = "DING_COMPOSER_KILLS";

pub fn write_scene(folder: &Path, sandbox: &Sandbox, ids: &[String]) {
    let template = &sandbox.notice_templates()[0];
    let fields: serde_json::Map<_, _> = ding_composer::compose::template::fields(&template.body)
        .into_iter()
        .map(|name| (name.to_owned(), json!("致 ${who}")))
        .collect();
    let body = json!({
        "agent_id": sandbox.agent_id(), "template_id": template.id,
        "data": serde_json::Value::Object(fields).to_string(),
    });
    let draft = json!({"kind": "notice", "version": 1, "body": body});
    std::fs::write(folder.join("draft.json"), draft.to_string()).unwrap();
    let rows: Vec<String> = ids.iter().enumerate().map(|(at, id)| format!("{id},{at}")).collect();
    std::fs::write(folder.join("list.csv"), format!("userid,who\n{}\n", rows.join("\n"))).unwrap();
    let (api, oapi) = (sandbox.hosts().api, sandbox.hosts().oapi);
    let settings = format!(
        "[[profile]]\nname = \"org\"\nkind = \"token\"\napi = \"{}\"\noapi = \"{}\"\n\n[profile.limits]\n\
         calls_per_second = 1000000\ncalls_per_month = 1000000\npeople_per_minute = 1000000\n\
         per_person_per_day = 1000000\n",
        api.as_str(),
        oapi.as_str()
    );
    std::fs::write(folder.join("settings.toml"), settings).unwrap();
}

pub fn command(folder: &Path, sandbox: &Sandbox, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ding-composer"));
    command
        .args(args)
        .args(["--lang", "en", "--home"])
        .arg(folder)
        .current_dir(folder)
        .env("DING_COMPOSER_TOKEN", sandbox.pasted_token().open())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_repeated() {
    let thorough: Option<usize> = std::env::var(THOROUGH).ok().and_then(|text| text.parse().ok());
    let (times, calls) = thorough.map_or((TIMES, CALLS), |times| (times, 1_000));
    let mut took = None;
    let mut in_the_middle = 0;
    for round in 0..times {
        let sandbox = Arc::new(Sandbox::start(SandboxOptions { people: 1_200, ..SandboxOptions::default() }).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let ids: Vec<String> = {
            let organisation = sandbox.organisation();
            let visible = organisation.people().iter().filter(|person| !person.hidden);
            visible.map(|person| person.userid.to_string()).take(calls).collect()
        };
        write_scene(folder.path(), &sandbox, &ids);
        let send = ["send", "draft.json", "--people", "list.csv", "--profile", "org", "--yes", "--json"];
        let begun = Instant::now();
        let mut child =
            command(folder.path(), &sandbox, &send).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if let Some(took) = took {
            std::thread::sleep(moment(round, took));
            child.kill().unwrap();
            child.wait().unwrap();
        } else {
            // The first round is not killed: it tells how long a whole one takes.
            assert!(child.wait().unwrap().success());
            took = Some(begun.elapsed());
        }
        let before = told(folder.path());
        in_the_middle += usize::from(before.as_ref().is_some_and(|counts| counts.0 > 0 && counts.1 > 0));
        if before.is_none() {
            // Killed before the delivery was written down: then nothing may have left.
            assert_eq!(arrived(&sandbox).len(), 0, "round {round}");
            continue;
        }
        let resumed = command(folder.path(), &sandbox, &["resume", "1", "--yes", "--json"]).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&resumed.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&resumed.stderr)));
        check(round, folder.path(), &sandbox, &ids, &report, resumed.status.code());
    }
    assert!(in_the_middle * 4 >= times.saturating_sub(1), "only {in_the_middle} of {times} were killed in the middle");
}

/// A moment within the time that a whole delivery takes; spread evenly, the same in every run of the test.
fn moment(round: usize, took: Duration) -> Duration {
    let golden = 0.618_033_988_749_895_f64;
    took.mul_f64((round as f64 * golden).fract())
}

/// (Calls that began, calls that did not), once the delivery is written down.
fn told(folder: &Path) -> Option<(u64, u64)> {
    let home = Home::open(Some(folder.to_owned())).unwrap();
    let journal = Journal::open(&home).unwrap();
    let delivery = journal.delivery(DeliveryId(1)).unwrap()?;
    Some((delivery.calls - delivery.counts.not_begun, delivery.counts.not_begun))
}

fn arrived(sandbox: &Sandbox) -> HashMap<String, usize> {
    let mut arrived = HashMap::new();
    for entry in sandbox.ledger().iter().filter(|entry| &*entry.path == SEND_NOTICE && entry.taken) {
        for person in entry.people.iter() {
            *arrived.entry(person.clone()).or_default() += 1;
        }
    }
    arrived
}

fn check(
    round: usize,
    folder: &Path,
    sandbox: &Sandbox,
    ids: &[String],
    report: &serde_json::Value,
    exit: Option<i32>,
) {
    let arrived = arrived(sandbox);
    let twice: Vec<_> = arrived.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "round {round}: made twice: {twice:?}");
    let home = Home::open(Some(folder.to_owned())).unwrap();
    let journal = Journal::open(&home).unwrap();
    let delivery = journal.delivery(DeliveryId(1)).unwrap().unwrap();
    assert_eq!(delivery.state, DeliveryState::Done, "round {round}");
    let calls = journal.calls(DeliveryId(1)).unwrap();
    let people = journal.people(DeliveryId(1)).unwrap();
    assert_eq!((calls.len(), people.len()), (ids.len(), ids.len()));
    for (call, person) in calls.iter().zip(&people) {
        let count = arrived.get(&person.userid).copied().unwrap_or(0);
        match call.state {
            CallState::HandedOver => assert_eq!(count, 1, "round {round}: {} is said to be handed over", person.userid),
            // The one thing nobody can know: whether it arrived before the kill.
            CallState::Unknown => assert!(count <= 1),
            other => panic!("round {round}: {} is {other:?}", person.userid),
        }
    }
    let unknown = calls.iter().filter(|call| call.state == CallState::Unknown).count();
    assert!(unknown <= 8, "round {round}: {unknown} unknown, more than were on their way");
    assert_eq!(exit, Some(if unknown > 0 { 4 } else { 0 }), "round {round}: {report:#}");
    assert_eq!(report["people"].as_array().unwrap().len(), ids.len());
}
