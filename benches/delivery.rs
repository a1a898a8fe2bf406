//! Deliveries: the plan of 100,000 people against a journal of a million entries, and opening both databases with it.

use std::time::{Duration, Instant};

use ding_composer::{
    compose::{
        CheckContext, Draft, Kind, PersonRef,
        card::{PrivateColumn, PrivateRow},
        personal::PeopleTable,
    },
    deliver::{
        plan::{Mode, Past, Recipients, Wanted, plan},
        start::{Starting, start},
    },
    dingtalk::{Clock as _, SystemClock},
    store::{
        Home,
        history::{Filter, History},
        journal::{CallState, Ended, Journal},
        settings::{Limits, Profile, ProfileKind},
    },
};
use serde_json::json;

use crate::harness::Report;

const PEOPLE: usize = 100_000;
/// Deliveries to all of them that the journal holds.
const DELIVERIES: usize = 10;

fn notice(text: &str) -> Draft {
    let data = json!({ "title": text }).to_string();
    Draft::from_body(Kind::Notice, &json!({ "agent_id": 1, "template_id": "t", "data": data }))
}

pub fn everybody(columns: &[&str]) -> Recipients {
    let row = |at: usize| PrivateRow {
        person: PersonRef { id: format!("user{at:06}"), name: String::new() },
        cells: columns.iter().map(|_| Some(format!("第 {at} 位"))).collect(),
    };
    let columns =
        columns.iter().map(|key| PrivateColumn { key: (*key).to_owned(), ..PrivateColumn::default() }).collect();
    Recipients { table: PeopleTable { columns, rows: (0..PEOPLE).map(row).collect() }, departments: Vec::new() }
}

pub fn profile() -> Profile {
    let mut profile = Profile::new("org", ProfileKind::Internal);
    let much = Some(100_000_000);
    profile.limits =
        Limits { calls_per_month: much, calls_per_second: much, people_per_minute: much, ..Limits::default() };
    profile
}

pub fn plans(report: &Report, folder: &std::path::Path) {
    let Ok(home) = Home::open(Some(folder.join("journal-home"))) else { return };
    let (Ok(journal), Ok(history)) = (Journal::open(&home), History::open(&home)) else { return };
    let (profile, list) = (profile(), everybody(&[]));
    let now_ms = SystemClock.now_millis();
    let context = CheckContext::default();
    let make = |draft: &Draft, list: &Recipients| {
        let wanted = Wanted {
            draft,
            recipients: list,
            profile: &profile,
            mode: Mode::Fewest,
            leave_out: false,
            directory: None,
            context: &context,
            now_ms,
        };
        plan(&wanted, &Past { journal: &journal, history: Some(&history) })
    };
    for number in 0..DELIVERIES {
        let draft = notice(&format!("第 {number} 条"));
        let begun = Instant::now();
        let Ok(planned) = make(&draft, &list) else { return };
        let starting = Starting {
            plan: &planned,
            draft: &draft,
            recipients: &list,
            profile: &profile,
            title: "",
            out_track_id: "",
            now_ms,
            due_ms: None,
        };
        let Ok(id) = start(&starting, &journal) else { return };
        let mut took = [begun.elapsed()];
        report.samples("journal: plan and write a delivery to 100,000 people down", None, &mut took);
        for call in journal.calls(id).unwrap_or_default() {
            let written = journal.begin(call.id, now_ms).and_then(|_| {
                journal.end(
                    call.id,
                    CallState::HandedOver,
                    now_ms,
                    Ended { task_id: "1".to_owned(), ..Ended::default() },
                )
            });
            if written.is_err() {
                return;
            }
        }
    }
    let limit = Some(Duration::from_millis(500));
    let (same, other) = (notice("第 3 条"), notice("新的一条"));
    report.times("plan: 100,000 people, 1,000,000 entries today, content they had", limit, 10, || make(&same, &list));
    report.times("plan: … a new content", limit, 10, || make(&other, &list));
    let own = everybody(&["who"]);
    let personal = notice("致 ${who}");
    report.times("plan: … a content for each of them", limit, 5, || make(&personal, &own));
    let limit = Some(Duration::from_millis(50));
    report.times("journal: open with 1,000,000 entries", limit, 30, || Journal::open(&home));
    report.times("history: open and show a page beside it", limit, 30, || {
        History::open(&home).and_then(|history| history.page(&Filter::default(), 0, 100))
    });
}
