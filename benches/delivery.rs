//! Deliveries: the plan of 100,000 people against a journal of a million entries, opening both databases with it, and calls
//! a second against a server on this computer that answers at once.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use ding_composer::{
    compose::{
        CheckContext, Draft, Kind, PersonRef,
        card::{PrivateColumn, PrivateRow},
        personal::PeopleTable,
    },
    deliver::{
        limits::allowances,
        plan::{Mode, Past, Recipients, Wanted, plan},
        run::{Control, Parts, Sender, Watch},
        start::{Starting, start},
        time::RealTime,
    },
    dingtalk::{
        BaseUrl, Client, Clock as _, Credentials, Hosts, MemoryTokenCache, Secret, Session, SystemClock, Timeouts,
        calls,
    },
    store::{
        Home,
        history::{Filter, History},
        journal::{CallState, Ended, Journal},
        settings::{Limits, Profile, ProfileKind},
    },
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::harness::Report;

const PEOPLE: usize = 100_000;
/// Deliveries to all of them that the journal holds.
const DELIVERIES: usize = 10;

fn notice(text: &str) -> Draft {
    let data = json!({ "title": text }).to_string();
    Draft::from_body(Kind::Notice, &json!({ "agent_id": 1, "template_id": "t", "data": data }))
}

fn everybody(columns: &[&str]) -> Recipients {
    let row = |at: usize| PrivateRow {
        person: PersonRef { id: format!("user{at:06}"), name: String::new() },
        cells: columns.iter().map(|_| Some(format!("第 {at} 位"))).collect(),
    };
    let columns =
        columns.iter().map(|key| PrivateColumn { key: (*key).to_owned(), ..PrivateColumn::default() }).collect();
    Recipients { table: PeopleTable { columns, rows: (0..PEOPLE).map(row).collect() }, departments: Vec::new() }
}

fn profile() -> Profile {
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

/// Answers every request with the same bytes and closes.
fn server() -> std::io::Result<u16> {
    const ANSWER: &[u8] =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 59\r\nconnection: close\r\n\r\n\
        {\"success\":true,\"result\":{\"processQueryKey\":\"abcdefghijk\"}}";
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    for number in 0..2 {
        let listener = listener.try_clone()?;
        std::thread::Builder::new().name(format!("server-{number}")).spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let mut read = 0;
                while let Ok(count @ 1..) = stream.read(&mut buffer[read..]) {
                    read += count;
                    let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let wanted = head.lines().find_map(|line| {
                        line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok()
                    });
                    if body.len() >= wanted.unwrap_or(0) {
                        break;
                    }
                }
                // A client that went away needs no answer.
                stream.write_all(ANSWER).ok();
            }
        })?;
    }
    Ok(port)
}

/// The body that both this program and the SDK send.
const BODY: &str = r#"{"cardTemplateId":"11112222-3333-4444-5555-666677778888.schema","openConversationId":"cidAbCdEf0123456789==","robotCode":"dingrobot","outTrackId":"card-0001","receiverUserIdList":["user01"],"cardData":{"cardParamMap":{"title":"今天 18:00 停电","text":"请提前保存工作。"}}}"#;

fn rate(report: &Report, name: &str, calls: usize, took: Duration) {
    let each = took / u32::try_from(calls.max(1)).unwrap_or(u32::MAX);
    let second = calls as f64 / took.as_secs_f64();
    report.samples(&format!("{name}: time a call ({second:.0} a second)"), None, &mut [each]);
}

pub fn throughput(report: &Report, folder: &std::path::Path) -> std::io::Result<()> {
    const CALLS: usize = 5_000;
    const AT_ONCE: usize = 32;
    let port = server()?;
    let Ok(base) = BaseUrl::parse(&format!("http://127.0.0.1:{port}")) else { return Ok(()) };
    let hosts = Hosts { api: base.clone(), oapi: base };
    let Ok(client) = Client::new(Timeouts::default()) else { return Ok(()) };
    let credentials = Credentials::Pasted { token: Secret::new("token"), pasted_at_unix: None };
    let session =
        Session::new(client, hosts, credentials, Arc::new(MemoryTokenCache::default()), Arc::new(SystemClock));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let call = calls::send_private_chat_card(BODY.to_owned());

    for (name, at_once) in [("throughput: one after the other", 1), ("throughput: 32 at once", AT_ONCE)] {
        let begun = Instant::now();
        let done = runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..at_once {
                let (session, call) = (session.clone(), call.clone());
                tasks.spawn(async move {
                    let mut done = 0;
                    for _ in 0..CALLS / at_once {
                        done += usize::from(session.call(&call, &CancellationToken::new()).await.is_ok());
                    }
                    done
                });
            }
            tasks.join_all().await.into_iter().sum::<usize>()
        });
        rate(report, name, done, begun.elapsed());
    }
    delivery(report, folder, &session, &runtime, CALLS, AT_ONCE);
    match std::env::var_os("FIGURES_PYTHON") {
        // Set by scripts/bench-sdk.sh: the official SDK against the same server, in the same run.
        Some(python) => {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/bench_sdk.py");
            let out = std::process::Command::new(python).args([script, &port.to_string(), "500", BODY]).output()?;
            let told = String::from_utf8_lossy(&out.stdout).into_owned();
            match told.trim().parse::<f64>() {
                Ok(seconds) => rate(report, "throughput: official Python SDK", 500, Duration::from_secs_f64(seconds)),
                Err(_) => {
                    report.skipped("throughput: official Python SDK", String::from_utf8_lossy(&out.stderr).trim());
                }
            }
        }
        None => report.skipped("throughput: official Python SDK", "run scripts/bench-sdk.sh"),
    }
    Ok(())
}

/// The same calls as a delivery: each written down before it leaves and after its answer.
fn delivery(
    report: &Report,
    folder: &std::path::Path,
    session: &Session,
    runtime: &tokio::runtime::Runtime,
    calls: usize,
    at_once: usize,
) {
    let Ok(home) = Home::open(Some(folder.join("throughput-home"))) else { return };
    let Ok(journal) = Journal::open(&home) else { return };
    let journal = Arc::new(journal);
    let mut profile = profile();
    profile.limits.people_per_call = Some(1);
    let Ok(body) = serde_json::from_str(BODY) else { return };
    let draft = Draft::from_body(Kind::Card, &body);
    let mut list = everybody(&[]);
    list.table.rows.truncate(calls);
    let context = CheckContext::default();
    let now_ms = SystemClock.now_millis();
    let wanted = Wanted {
        draft: &draft,
        recipients: &list,
        profile: &profile,
        mode: Mode::Fewest,
        leave_out: false,
        directory: None,
        context: &context,
        now_ms,
    };
    let Ok(planned) = plan(&wanted, &Past { journal: &journal, history: None }) else { return };
    let starting = Starting {
        plan: &planned,
        draft: &draft,
        recipients: &list,
        profile: &profile,
        title: "",
        out_track_id: "card",
        now_ms,
        due_ms: None,
    };
    let Ok(id) = start(&starting, &journal) else { return };
    let parts = Parts {
        session: session.clone(),
        journal: Arc::clone(&journal),
        history: None,
        allowances: allowances(&profile, draft.via()),
        profile,
        time: Arc::new(RealTime::new(Arc::new(SystemClock))),
        at_once,
        dice: Box::new(|| 0.0),
    };
    let Ok(sender) = Sender::open(parts) else { return };
    let begun = Instant::now();
    let run = runtime.block_on(sender.run(id, &Control::default(), &Watch::default()));
    let done = run.map(|run| run.counts.handed_over).unwrap_or_default();
    rate(
        report,
        "throughput: a delivery with its journal, 32 at once",
        usize::try_from(done).unwrap_or(0),
        begun.elapsed(),
    );
}
