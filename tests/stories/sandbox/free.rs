//! Free-form work notices, media files and the status bar: raw over a socket, and with the program's own client.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ding_composer::{
    deliver::upload::{MediaError, MediaFile, size_text, upload},
    dingtalk::{
        Client, Credentials, Doubt, Fault as WireFault, FreeNoticeForm, MediaProblem, MediaType, MemoryTokenCache,
        Session, SystemClock, Timeouts, calls,
    },
    sandbox::{SEND_FREE, UPDATE_STATUS_BAR, UPLOAD},
};
use tokio_util::sync::CancellationToken;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nAAAABBBBCCCC";

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

fn session(sandbox: &Sandbox) -> Session {
    let credentials = Credentials::Internal { app_key: sandbox.app_key(), app_secret: sandbox.app_secret() };
    let client = Client::new(Timeouts { total: Duration::from_secs(2), ..Timeouts::default() }).expect("a client");
    Session::new(client, sandbox.hosts(), credentials, Arc::new(MemoryTokenCache::default()), Arc::new(SystemClock))
}

fn form(sandbox: &Sandbox, msg: &Value) -> FreeNoticeForm {
    FreeNoticeForm {
        agent_id: sandbox.agent_id().to_string(),
        userid_list: vec!["zengmin".to_owned(), "shanxue".to_owned()],
        msg: msg.to_string(),
        ..FreeNoticeForm::default()
    }
}

fn oa() -> Value {
    json!({"msgtype": "oa", "oa": {
        "message_url": "http://dingtalk.com", "head": {"bgcolor": "FFBBBBBB", "text": "头部"},
        "status_bar": {"status_value": "待审批", "status_bg": "0xFFFF9D46"},
        "body": {"title": "报销", "form": [{"key": "金额:", "value": "15.6 元"}], "author": "李四"}
    }})
}

fn upload_raw(sandbox: &Sandbox, token: &str, kind: &str, name: &str, bytes: &[u8]) -> Value {
    let mut body = format!(
        "--XyZ\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--XyZ--\r\n");
    let target = format!("{UPLOAD}?access_token={token}&type={kind}");
    let head = ("Content-Type", "multipart/form-data; boundary=XyZ");
    exchange(&sandbox.hosts().oapi, "POST", &target, &[head], &body).json()
}

#[test]
fn a_picture_is_uploaded_by_any_client_and_named_in_a_message() {
    let sandbox = start();
    let token = oapi_token(&sandbox);
    let answer = upload_raw(&sandbox, &token, "image", "图.png", PNG);
    assert_eq!((errcode(&answer), answer["type"].as_str()), (0, Some("image")));
    let id = answer["media_id"].as_str().expect("an id").to_owned();
    assert_eq!(sandbox.media()[0].name, "图.png");
    let arrivals = sandbox.arrivals();
    let arrived = arrivals.last().expect("the upload");
    assert_eq!(&*arrived.body, "media: 图.png (20 B)", "the bytes are not kept");

    let agent = sandbox.agent_id().to_string();
    let msg = json!({"msgtype": "image", "image": {"media_id": id}}).to_string();
    let fields = [("agent_id", &*agent), ("userid_list", "zengmin"), ("msg", &*msg)];
    assert_eq!(errcode(&post_form(&sandbox, SEND_FREE, &token, &fields)), 0);
    let msg = json!({"msgtype": "image", "image": {"media_id": "@lADunknown"}}).to_string();
    let fields = [("agent_id", &*agent), ("userid_list", "zengmin"), ("msg", &*msg)];
    assert_eq!(errcode(&post_form(&sandbox, SEND_FREE, &token, &fields)), 40007);
    let place = sandbox.arrivals().last().and_then(|arrival| arrival.answer.place.clone());
    assert_eq!(place.as_deref(), Some("/msg/image/media_id"));

    for (kind, name, bytes, code) in [
        ("picture", "a.png", PNG, 40004),
        ("image", "a.png", &b"text"[..], 40005),
        ("image", "a.png", &b""[..], 44001),
        ("voice", "a.amr", PNG, 40005),
    ] {
        assert_eq!(errcode(&upload_raw(&sandbox, &token, kind, name, bytes)), code, "{kind} {name}");
    }
    let large = [PNG, &vec![0; 20 * 1024 * 1024]].concat();
    assert_eq!(errcode(&upload_raw(&sandbox, &token, "image", "a.png", &large)), 45001);
}

/// Fields of a call, the errcode, the place at fault.
type Case<'c> = (&'c [(&'c str, &'c str)], i64, &'c str);

#[test]
fn a_free_notice_is_refused_for_each_reason_at_its_place() {
    let sandbox = start();
    let token = oapi_token(&sandbox);
    let agent = sandbox.agent_id().to_string();
    let text = |content: &str| json!({"msgtype": "text", "text": {"content": content}}).to_string();
    let good = text("月会通知");
    let long = text(&"字".repeat(700));
    let department = sandbox.organisation().department_named("人力资源部").expect("it exists").id.to_string();
    let bar = oa().to_string();
    let cases: &[Case<'_>] = &[
        (&[("agent_id", "1"), ("userid_list", "zengmin"), ("msg", &good)], 40056, "/agent_id"),
        (&[("agent_id", &agent), ("userid_list", "zengmin")], 40, "/msg"),
        (&[("agent_id", &agent), ("userid_list", "zengmin"), ("msg", "hello")], 34014, "/msg"),
        (&[("agent_id", &agent), ("userid_list", "zengmin"), ("msg", "{\"msgtype\":\"news\"}")], 40008, "/msg/msgtype"),
        (&[("agent_id", &agent), ("userid_list", "zengmin"), ("msg", &text(""))], 44004, "/msg/text/content"),
        (&[("agent_id", &agent), ("userid_list", "zengmin"), ("msg", &long)], 45002, "/msg"),
        (&[("agent_id", &agent), ("msg", &good)], 40032, "/userid_list"),
        (&[("agent_id", &agent), ("userid_list", "nobody"), ("msg", &good)], 33012, "/userid_list"),
        (&[("agent_id", &agent), ("to_all_user", "yes"), ("msg", &good)], 40035, "/to_all_user"),
        (&[("agent_id", &agent), ("dept_id_list", &department), ("msg", &bar)], 40035, "/msg/oa/status_bar"),
    ];
    for (fields, code, place) in cases {
        let answer = post_form(&sandbox, SEND_FREE, &token, fields);
        assert_eq!(errcode(&answer), *code, "{fields:?}");
        let arrivals = sandbox.arrivals();
        assert_eq!(arrivals.last().and_then(|arrival| arrival.answer.place.as_deref()), Some(*place));
    }
}

#[test]
fn the_same_message_is_dropped_in_silence_and_everyone_is_reached_three_times_a_day() {
    let sandbox = start();
    let session = session(&sandbox);
    let cancel = CancellationToken::new();
    let fates = |sandbox: &Sandbox| {
        let arrivals = sandbox.arrivals();
        let notice = arrivals.last().and_then(|arrival| arrival.notice()).expect("a notice").clone();
        notice.recipients.iter().map(|one| one.fate).collect::<Vec<_>>()
    };
    run(async {
        let msg = json!({"msgtype": "text", "text": {"content": "请交日报 A&B=1+1 100%"}});
        let call = calls::async_send_v2(&form(&sandbox, &msg));
        let preview = call.preview(session.hosts());
        assert!(preview.contains("access_token=••••"), "{preview}");
        session.call(&call, &cancel).await.expect("taken");
        assert_eq!(fates(&sandbox), [Fate::Delivered; 2]);
        let arrivals = sandbox.arrivals();
        let notice = arrivals.last().and_then(|arrival| arrival.notice()).expect("a notice");
        let free = notice.free.as_ref().expect("free-form");
        assert_eq!((free.kind.as_str(), &free.msg, notice.text.as_str()), ("text", &msg, "请交日报 A&B=1+1 100%"));
        session.call(&call, &cancel).await.expect("the answer says ok");
        assert_eq!(fates(&sandbox), [Fate::Dropped(DropRule::SameContent); 2]);

        for number in 0..4 {
            let msg = json!({"msgtype": "text", "text": {"content": format!("全员 {number}")}});
            let form = FreeNoticeForm { userid_list: Vec::new(), to_all_user: Some(true), ..form(&sandbox, &msg) };
            let answer = session.call(&calls::async_send_v2(&form), &cancel).await;
            match answer {
                Ok(_) => {
                    assert!(number < 3);
                    // Everyone the app may see: one person of the sandbox's is outside.
                    assert_eq!(fates(&sandbox).len() + 1, sandbox.organisation().people().len());
                }
                Err(failure) => {
                    assert_eq!(number, 3);
                    assert_eq!(failure.fault.refusal().and_then(|refusal| refusal.code.as_deref()), Some("41045"));
                }
            }
        }
    });
}

#[test]
fn the_status_bar_of_an_oa_notice_changes_for_a_week() {
    let sandbox = start();
    let session = session(&sandbox);
    let cancel = CancellationToken::new();
    run(async {
        let sent = session.call(&calls::async_send_v2(&form(&sandbox, &oa())), &cancel).await.expect("taken");
        let task = sent.value["task_id"].to_string();
        let agent = sandbox.agent_id().to_string();
        let bar = |sandbox: &Sandbox| {
            let arrivals = sandbox.arrivals();
            let notice = arrivals.iter().rev().find_map(|arrival| arrival.notice()).expect("a notice").clone();
            let bar = notice.free.as_ref().and_then(|free| free.status_bar.clone()).expect("a bar");
            (bar.value, bar.background)
        };
        assert_eq!(bar(&sandbox), ("待审批".to_owned(), "0xFFFF9D46".to_owned()));
        let agreed = calls::status_bar_update(&agent, &task, "已同意", "0xFF78C06E");
        session.call(&agreed, &cancel).await.expect("changed");
        assert_eq!(bar(&sandbox), ("已同意".to_owned(), "0xFF78C06E".to_owned()));
        for (agent, task, code) in [("1", task.as_str(), "40056"), (agent.as_str(), "77", "40035")] {
            let failure = session.call(&calls::status_bar_update(agent, task, "x", ""), &cancel).await.expect_err("no");
            assert_eq!(failure.fault.refusal().and_then(|refusal| refusal.code.as_deref()), Some(code));
        }
        // The answer is lost: it may have been changed, and nobody repeats it.
        sandbox.script(Script::once(UPDATE_STATUS_BAR, Effect::CutBeforeAnswer));
        let failure = session.call(&agreed, &cancel).await.expect_err("cut");
        assert!(matches!(failure.fault, WireFault::Unknown(Doubt::Cut { .. })), "{failure:?}");
        sandbox.set_clock_skew(SignedDuration::from_hours(24 * 8));
        let failure = session.call(&agreed, &cancel).await.expect_err("too late");
        assert_eq!(failure.fault.refusal().and_then(|refusal| refusal.code.as_deref()), Some("40035"));
    });
}

#[test]
fn an_upload_is_checked_before_counted_while_and_healed_when_the_token_is_old() {
    let sandbox = start();
    let session = session(&sandbox);
    let cancel = CancellationToken::new();
    let wrong = MediaFile::of(MediaType::Image, "a.png", Arc::from(&b"hello"[..])).expect_err("no picture");
    assert!(matches!(wrong, MediaError::Problem { problem: MediaProblem::WrongFormat { found: None }, .. }));
    let mut bytes = PNG.to_vec();
    bytes.resize(300_000, 7);
    let file = MediaFile::of(MediaType::Image, "年会.png", bytes.into()).expect("a picture");
    run(async {
        let sent = Arc::new(AtomicU64::new(0));
        let note = upload(&session, &file, Arc::clone(&sent), &cancel).await.expect("uploaded");
        assert_eq!((note.name.as_str(), note.bytes), ("年会.png", 300_000));
        assert!(sent.load(Ordering::Relaxed) > 300_000, "every byte of the body is counted");
        assert_eq!(sandbox.media()[0].media_id, note.id);
        // An old token: a new one is fetched and the file goes out once more.
        sandbox.expire_tokens();
        upload(&session, &file, Arc::clone(&sent), &cancel).await.expect("healed");
        assert!(sent.load(Ordering::Relaxed) < 301_000, "the count began anew");
        // No answer: nobody knows; nothing of the file is shown.
        sandbox.script(Script::once(UPLOAD, Effect::CutBeforeAnswer));
        let failure = upload(&session, &file, sent, &cancel).await.expect_err("cut");
        assert!(failure.fault.is_unknown());
        assert!(failure.exchange.request_masked.contains("(300000 B)"), "{}", failure.exchange.request_masked);
        assert!(failure.exchange.request_masked.len() < 2_000);
        // An ok without an id is no ok.
        sandbox.script(Script::once(
            UPLOAD,
            Effect::Body {
                status: 200,
                content_type: "application/json".to_owned(),
                bytes: b"{\"errcode\":0}".to_vec(),
            },
        ));
        let failure = upload(&session, &file, Arc::default(), &cancel).await.expect_err("no id");
        assert!(failure.fault.is_unknown());
    });
    assert_eq!([size_text(12), size_text(300_000), size_text(5_000_000)], ["12 B", "293 KB", "4.8 MB"]);
}
