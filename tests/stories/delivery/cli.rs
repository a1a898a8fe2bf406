//! The same without a window: plan, send, list, resume, report, recall.

use std::{path::Path, process::Output, sync::Arc};

use ding_composer::sandbox::{Effect, SEND_NOTICE, Sandbox, SandboxOptions, Script};
use serde_json::{Value, json};

use super::kill::{command, write_scene};

pub struct Shell {
    folder: tempfile::TempDir,
    pub sandbox: Arc<Sandbox>,
    pub ids: Vec<String>,
}

impl Shell {
    pub fn new(count: usize) -> Self {
        let sandbox =
            Arc::new(Sandbox::start(SandboxOptions { people: count + 40, ..SandboxOptions::default() }).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let organisation = sandbox.organisation();
        let visible = organisation.people().iter().filter(|person| !person.hidden);
        let ids: Vec<String> = visible.map(|person| person.userid.to_string()).take(count).collect();
        write_scene(folder.path(), &sandbox, &ids);
        Self { folder, sandbox, ids }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn run(&self, args: &[&str]) -> Output {
        command(self.path(), &self.sandbox, args).output().unwrap()
    }

    pub fn json(&self, args: &[&str]) -> (i32, Value) {
        let mut args = args.to_vec();
        args.push("--json");
        let out = self.run(&args);
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        let value = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{told}"));
        (out.status.code().unwrap(), value)
    }

    pub fn send(&self, more: &[&str]) -> (i32, Value) {
        let mut args = vec!["send", "draft.json", "--people", "list.csv", "--profile", "org", "--yes"];
        args.extend(more);
        self.json(&args)
    }

    pub fn arrived(&self) -> usize {
        self.sandbox.ledger().iter().filter(|entry| &*entry.path == SEND_NOTICE && entry.taken).count()
    }
}

pub fn rungs(delivery: &Value) -> Vec<&str> {
    delivery["people"].as_array().unwrap().iter().map(|person| person["rung"].as_str().unwrap()).collect()
}

#[test]
fn a_plan_is_printed_and_nothing_is_sent() {
    let shell = Shell::new(5);
    let (exit, plan) = shell.send(&["--plan"]);
    assert_eq!(exit, 0, "{plan:#}");
    assert_eq!(
        (plan["people"].as_u64(), plan["calls"].as_u64(), plan["blocked"].as_bool()),
        (Some(5), Some(5), Some(false))
    );
    assert_eq!(plan["limits"]["per_person_per_day"]["set"], true);
    assert_eq!(plan["columns"]["who"], "in_texts");
    assert_eq!(shell.arrived(), 0);
    assert_eq!(shell.json(&["deliveries"]).1, json!([]), "a plan is not a delivery");
    let text = shell.run(&["send", "draft.json", "--people", "list.csv", "--profile", "org", "--plan"]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("5 people"), "no --yes is needed to look");
}

#[test]
fn a_delivery_is_sent_listed_reported_and_taken_back() {
    let shell = Shell::new(4);
    let (exit, sent) = shell.send(&["--mode", "report"]);
    assert_eq!((exit, sent["state"].as_str()), (0, Some("done")), "{sent:#}");
    assert_eq!(rungs(&sent), ["handed_over"; 4]);
    assert_eq!(sent["calls"].as_array().unwrap().len(), 4);
    assert_eq!(sent["calls"][0]["people"][0]["userid"], json!(shell.ids[0]));
    assert!(sent["calls"][0]["task_id"].is_string());
    assert_eq!(shell.arrived(), 4);

    let (exit, list) = shell.json(&["deliveries"]);
    assert_eq!((exit, list.as_array().map(Vec::len)), (0, Some(1)));
    let row = &list[0];
    assert_eq!(
        (row["id"].as_i64(), row["profile"].as_str(), row["people"].as_u64(), row["calls"].as_u64()),
        (Some(1), Some("org"), Some(4), Some(4))
    );
    assert!(row["started"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    let (_, again) = shell.json(&["deliveries", "1"]);
    assert_eq!(again["people"], sent["people"]);
    assert_eq!(shell.run(&["deliveries", "9"]).status.code(), Some(2));

    shell.sandbox.reads(&shell.ids[0]);
    let (exit, report) = shell.json(&["report", "1", "--csv", "out.csv", "--xlsx", "out.xlsx"]);
    assert_eq!(exit, 0);
    assert_eq!(rungs(&report)[0], "read");
    assert!(rungs(&report).iter().all(|rung| ["read", "unread"].contains(rung)), "{report:#}");
    let csv = std::fs::read_to_string(shell.path().join("out.csv")).unwrap();
    assert!(csv.contains(&format!("{},", shell.ids[0])) && csv.lines().count() == 5, "{csv}");
    assert!(shell.path().join("out.xlsx").exists());

    let (exit, recalled) = shell.json(&["recall", "1"]);
    assert_eq!((exit, rungs(&recalled)), (0, vec!["recalled"; 4]));
    assert_eq!(recalled["people"][0]["code"], "read", "who had read it keeps that");
    assert_eq!(shell.sandbox.recalled_tasks().len(), 4);
}

#[test]
fn refused_and_unknown_calls_have_their_exit_codes_and_are_not_repeated() {
    let shell = Shell::new(3);
    shell.sandbox.script(Script::once(SEND_NOTICE, Effect::code("400002")));
    let (exit, sent) = shell.send(&[]);
    assert_eq!(exit, 3, "{sent:#}");
    let failed: Vec<_> =
        sent["people"].as_array().unwrap().iter().filter(|person| person["rung"] == "failed").collect();
    assert_eq!((failed.len(), failed[0]["code"].as_str()), (1, Some("400002")));
    assert!(failed[0]["explanation"].as_str().is_some_and(|text| !text.is_empty()));

    shell.sandbox.script(Script::once(SEND_NOTICE, Effect::CutBeforeAnswer));
    let list =
        std::fs::read_to_string(shell.path().join("list.csv")).unwrap().replace(",0", ",甲").replace(",1", ",乙");
    std::fs::write(shell.path().join("list.csv"), list).unwrap();
    let before = shell.arrived();
    let (exit, sent) = shell.send(&[]);
    assert_eq!(exit, 4, "{sent:#}");
    assert_eq!(rungs(&sent).iter().filter(|rung| **rung == "unknown").count(), 1);
    assert_eq!(shell.arrived(), before + 3, "carried out, though no answer came");
    let (exit, resumed) = shell.json(&["resume", "2", "--yes"]);
    assert_eq!((exit, rungs(&resumed)), (4, rungs(&sent)));
    assert_eq!(shell.arrived(), before + 3, "an unknown call is never made again by this");
}

#[test]
fn who_would_not_get_it_stops_a_send_until_somebody_decides() {
    let shell = Shell::new(3);
    assert_eq!(shell.send(&[]).0, 0);
    let (exit, plan) = shell.send(&["--plan"]);
    assert_eq!(exit, 1, "{plan:#}");
    assert_eq!(plan["dropped"].as_array().unwrap().len(), 3);
    assert_eq!(
        (plan["dropped"][0]["rule"].as_str(), plan["dropped"][0]["userid"].as_str()),
        (Some("same_content"), Some(shell.ids[0].as_str()))
    );
    assert_eq!(plan["dropped"][0]["offers"], json!(["leave_out", "change_text", "wait"]));
    let rows = format!("userid,who\n{},0\n{},neu\n", shell.ids[0], shell.ids[1]);
    std::fs::write(shell.path().join("list.csv"), rows).unwrap();
    let (exit, sent) = shell.send(&["--leave-out"]);
    assert_eq!((exit, sent["people"].as_array().map(Vec::len)), (0, Some(1)), "{sent:#}");
    assert_eq!(shell.arrived(), 4);
}

#[test]
fn consent_and_the_typed_number_are_asked_for() {
    let shell = Shell::new(3);
    let out = shell.run(&["send", "draft.json", "--people", "list.csv", "--profile", "org"]);
    assert_eq!(out.status.code(), Some(2));
    let settings = shell.path().join("settings.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("kind = \"token\"", "kind = \"token\"\nconfirm_above = 2")).unwrap();
    let send = ["send", "draft.json", "--people", "list.csv", "--profile", "org", "--yes"];
    let out = shell.run(&send);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("--confirm 3"));
    assert_eq!(shell.run(&[&send[..], &["--confirm", "4"]].concat()).status.code(), Some(2));
    assert_eq!(shell.arrived(), 0);
    assert_eq!(shell.run(&[&send[..], &["--confirm", "3"]].concat()).status.code(), Some(0));
    std::fs::write(
        &settings,
        std::fs::read_to_string(&settings).unwrap().replace("confirm_above = 2", "only_to = [\"x\"]"),
    )
    .unwrap();
    let out = shell.run(&send);
    assert_eq!(out.status.code(), Some(1), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(shell.arrived(), 3);
}

#[test]
fn a_bad_list_and_a_damaged_journal_are_said_and_nothing_is_sent() {
    let shell = Shell::new(2);
    std::fs::write(shell.path().join("bad.csv"), "name,who\na,b\n").unwrap();
    let out = shell.run(&["send", "draft.json", "--people", "bad.csv", "--profile", "org", "--yes"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("bad.csv"));
    // Every line that cannot be used, and every person who stands there twice, is named by its line.
    let (one, two) = (&shell.ids[0], &shell.ids[1]);
    let rows = format!("userid,who\n{one},a\n,b\n{two},c\n{one},a\n{two},d\nx y,e\n{one},f,g\n");
    std::fs::write(shell.path().join("odd.csv"), rows).unwrap();
    let out = shell.run(&["send", "draft.json", "--people", "odd.csv", "--profile", "org", "--plan"]);
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(1), "{told}");
    for part in
        ["Line 3 of", "Line 7 of", "Line 8 of", "Line 5 of", "line 2 already", "Line 6 of", "line 4 already, with"]
    {
        assert!(told.contains(part), "no {part} in {told}");
    }
    std::fs::write(shell.path().join("journal.sqlite"), "no database ".repeat(100)).unwrap();
    let out = shell.run(&["send", "draft.json", "--people", "list.csv", "--profile", "org", "--yes"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&out.stderr).contains("nothing was sent"),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    assert_eq!(shell.arrived(), 0);
    // A damaged history is put aside, and that is said: the plan knows less of today without it.
    std::fs::rename(shell.path().join("journal.sqlite"), shell.path().join("damaged")).unwrap();
    std::fs::write(shell.path().join("history.sqlite"), "no database ".repeat(100)).unwrap();
    let out = shell.run(&["send", "draft.json", "--people", "list.csv", "--profile", "org", "--plan"]);
    assert!(String::from_utf8_lossy(&out.stderr).contains("history.sqlite.broken-1"), "nothing was said");
    std::fs::rename(shell.path().join("damaged"), shell.path().join("journal.sqlite")).unwrap();
    // Looking sends nothing anyway: it says that the journal cannot be used, and what can be done.
    let out = shell.run(&["deliveries"]);
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(2), "{told}");
    assert!(told.contains("cannot be used") && told.contains("backup") && !told.contains("nothing was sent"), "{told}");
}

#[test]
fn the_sandbox_profile_needs_nothing_at_all() {
    let shell = Shell::new(2);
    std::fs::remove_file(shell.path().join("settings.toml")).unwrap();
    let (exit, sent) = shell.json(&["send", "draft.json", "--people", "list.csv"]);
    assert_eq!(
        (exit, sent["profile"].as_str(), sent["state"].as_str()),
        (0, Some("Sandbox"), Some("done")),
        "{sent:#}"
    );
}
