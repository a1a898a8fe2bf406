//! Calls a second against a server on this computer that answers at once, beside the official Python SDK.

use std::{
    ffi::OsStr,
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use ding_composer::{
    compose::{CheckContext, Draft, Kind},
    deliver::{
        limits::allowances,
        plan::{Mode, Past, Wanted, plan},
        run::{Control, Parts, Sender, Watch},
        start::{Starting, start},
        time::RealTime,
    },
    dingtalk::{
        BaseUrl, Call, Client, Clock as _, Credentials, Hosts, MemoryTokenCache, Secret, Session, SystemClock,
        Timeouts, calls,
    },
    store::{Home, journal::Journal},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    runtime::Runtime,
};
use tokio_util::sync::CancellationToken;

use crate::{
    delivery::{everybody, profile},
    harness::Report,
};

/// Answers every request with the same bytes and keeps the connection, as DingTalk's gateway does.
fn server() -> std::io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("server".to_owned()).spawn(move || runtime.block_on(accept(listener)))?;
    Ok(port)
}

async fn accept(listener: TcpListener) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(answer(stream));
    }
}

async fn answer(mut stream: tokio::net::TcpStream) {
    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 59\r\n\r\n\
        {\"success\":true,\"result\":{\"processQueryKey\":\"abcdefghijk\"}}";
    let mut buffer = vec![0; 1 << 16];
    let mut read = 0;
    while let Ok(count @ 1..) = stream.read(&mut buffer[read..]).await {
        read += count;
        // A client that went away needs no answer.
        if whole(&buffer[..read]) && stream.write_all(ANSWER).await.is_ok() {
            read = 0;
        }
    }
}

/// Whether a request's head and as many bytes as it names are here.
fn whole(request: &[u8]) -> bool {
    let Some(end) = memchr::memmem::find(request, b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]);
    let named = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    request.len() - end - 4 >= named.unwrap_or(0)
}

/// The body that both this program and the SDK send.
const BODY: &str = r#"{"cardTemplateId":"11112222-3333-4444-5555-666677778888.schema","openConversationId":"cidAbCdEf0123456789==","robotCode":"dingrobot","outTrackId":"card-0001","receiverUserIdList":["user01"],"cardData":{"cardParamMap":{"title":"今天 18:00 停电","text":"请提前保存工作。"}}}"#;

/// As long as a real one, and nothing that stands in a header's name.
const TOKEN: &str = "0f5e1f3a9c7d4b2e8a6f1d3c5b7e9a1f";

const AT_ONCE: usize = 32;
/// So many that opening the connections does not count.
const CALLS: usize = 20_000;
const SDK_CALLS: usize = 2_000;
/// This program and the SDK take turns: what else the machine does meets both.
const ROUNDS: usize = 5;

/// The time of one call when `calls` of them are made, `at_once` at a time; nothing when one of them failed.
fn each(runtime: &Runtime, session: &Session, call: &Call, calls: usize, at_once: usize) -> Option<Duration> {
    let begun = Instant::now();
    let done: usize = runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..at_once {
            let (session, call) = (session.clone(), call.clone());
            tasks.spawn(async move {
                let mut done = 0;
                for _ in 0..calls / at_once {
                    done += usize::from(session.call(&call, &CancellationToken::new()).await.is_ok());
                }
                done
            });
        }
        tasks.join_all().await.into_iter().sum()
    });
    (done == calls).then(|| begun.elapsed() / u32::try_from(calls).unwrap_or(u32::MAX))
}

/// The time of one call of the official SDK to the same server.
fn sdk(python: &OsStr, port: u16) -> Result<Duration, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/bench_sdk.py");
    let (port, calls) = (port.to_string(), SDK_CALLS.to_string());
    let made = std::process::Command::new(python).args([script, &port, &calls, TOKEN, BODY]).output();
    let out = made.map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&out.stdout).trim().parse::<f64>();
    let seconds = told.map_err(|_none| String::from_utf8_lossy(&out.stderr).trim().to_owned())?;
    Ok(Duration::from_secs_f64(seconds / SDK_CALLS as f64))
}

pub fn throughput(report: &Report, folder: &std::path::Path) -> std::io::Result<()> {
    let port = server()?;
    let Ok(base) = BaseUrl::parse(&format!("http://127.0.0.1:{port}")) else { return Ok(()) };
    let hosts = Hosts { api: base.clone(), oapi: base };
    let Ok(client) = Client::new(Timeouts::default()) else { return Ok(()) };
    let credentials = Credentials::Pasted { token: Secret::new(TOKEN), pasted_at_unix: None };
    let session =
        Session::new(client, hosts, credentials, Arc::new(MemoryTokenCache::default()), Arc::new(SystemClock));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let call = calls::send_private_chat_card(BODY.to_owned());

    if let Some(one) = each(&runtime, &session, &call, CALLS / 4, 1) {
        report.samples("throughput: one after the other, time a call", None, &mut [one]);
    }
    // Set by scripts/bench-sdk.sh.
    let python = std::env::var_os("FIGURES_PYTHON");
    let (mut own, mut theirs, mut why) = (Vec::new(), Vec::new(), "run scripts/bench-sdk.sh".to_owned());
    for _ in 0..ROUNDS {
        own.extend(each(&runtime, &session, &call, CALLS, AT_ONCE));
        match python.as_deref().map(|python| sdk(python, port)) {
            Some(Ok(time)) => theirs.push(time),
            Some(Err(told)) => why = told,
            None => {}
        }
    }
    let pairs = own.iter().zip(&theirs);
    let mut factors: Vec<f64> = pairs.map(|(own, theirs)| theirs.as_secs_f64() / own.as_secs_f64()).collect();
    report.samples("throughput: 32 at once, time a call", None, &mut own);
    if factors.len() == ROUNDS {
        report.samples("throughput: official Python SDK, time a call", None, &mut theirs);
        report.factors("throughput: 32 at once beside the official Python SDK", 20.0, &mut factors);
    } else {
        report.skipped("throughput: official Python SDK", &why);
    }
    delivery(report, folder, &session, &runtime, CALLS / 4);
    Ok(())
}

/// The same calls as a delivery: each written down before it leaves and after its answer.
fn delivery(report: &Report, folder: &std::path::Path, session: &Session, runtime: &Runtime, calls: usize) {
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
        at_once: AT_ONCE,
        dice: Box::new(|| 0.0),
    };
    let Ok(sender) = Sender::open(parts) else { return };
    let begun = Instant::now();
    let run = runtime.block_on(sender.run(id, &Control::default(), &Watch::default()));
    let done = run.map(|run| run.counts.handed_over).unwrap_or_default();
    if done == calls as u64 {
        let each = begun.elapsed() / u32::try_from(calls).unwrap_or(u32::MAX);
        report.samples("throughput: a delivery with its journal, 32 at once, time a call", None, &mut [each]);
    }
}
