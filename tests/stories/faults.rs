//! Every way a call can fail on a real socket, and what is then said of it: refused, surely not sent, or unknown.

use std::time::{Duration, Instant};

use ding_composer::catalogue::{self, Context};
use ding_composer::dingtalk::{
    ANSWER_LIMIT, BaseUrl, Call, Client, Doubt, Failure, Fault, Hosts, NotSent, RefusalShape, Secret, Timeouts,
    Unreadable, calls,
};
use ding_composer::lang::Lang;
use proptest::strategy::{Strategy as _, ValueTree as _};
use tokio_util::sync::CancellationToken;

use crate::child::in_a_process_of_its_own;
use crate::raw::{Raw, Reply, client, http, json, run};

const TOKEN: &str = "tok+en/4f0b71eb=";

fn card() -> Call {
    calls::send_private_chat_card(r#"{"cardTemplateId":"t","outTrackId":"o1"}"#.to_owned())
}

fn quick(total_millis: u64) -> Client {
    Client::new(Timeouts { connect: Duration::from_millis(total_millis), total: Duration::from_millis(total_millis) })
        .unwrap()
}

/// Sends a card and gives the failure, having checked that it is explained and tells no secret.
async fn fails(client: &Client, hosts: &Hosts) -> Failure {
    let sent = client.call(hosts, Some(&Secret::new(TOKEN)), &card(), &CancellationToken::new()).await;
    let failure = *sent.expect_err("a failure");
    for lang in Lang::ALL {
        let explained = catalogue::explain(&failure, &Context::default(), lang);
        assert!(!explained.what.is_empty() && !explained.cause.is_empty() && !explained.fix.is_empty());
        let shown = format!("{failure:?} {explained:?}");
        assert!(!shown.contains("4f0b71eb"), "{shown}");
    }
    failure
}

async fn fault_of(reply: Reply) -> Fault {
    fault_within(3000, reply).await
}

async fn fault_within(millis: u64, reply: Reply) -> Fault {
    let raw = Raw::always(reply).await;
    let fault = fails(&quick(millis), &raw.hosts()).await.fault;
    assert_eq!(raw.seen().len(), 1, "a send is made once");
    fault
}

fn unreadable(http: u16, why: Unreadable) -> Fault {
    Fault::Unknown(Doubt::NoReadableAnswer { http, why })
}

#[test]
fn a_connection_cut_before_the_answer_is_unknown() {
    run(async {
        for reply in [Reply::Cut, Reply::Bytes(b"HTTP/1.1 200 O".to_vec()), Reply::Bytes(b"GARBAGE\r\n\r\n".to_vec())] {
            assert!(matches!(fault_of(reply).await, Fault::Unknown(Doubt::Cut { .. })));
        }
    });
}

#[test]
fn an_answer_cut_in_the_middle_is_unknown_but_a_4xx_already_says_no() {
    run(async {
        let half = |status: u16| {
            Reply::Bytes(format!("HTTP/1.1 {status} X\r\ncontent-length: 100\r\n\r\n{{\"success\":true,").into_bytes())
        };
        assert_eq!(fault_of(half(200)).await, unreadable(200, Unreadable::CutOff));
        assert_eq!(
            fault_of(half(500)).await,
            Fault::Unknown(Doubt::ServerError { http: 500, why: Unreadable::CutOff })
        );
        assert!(matches!(fault_of(half(400)).await, Fault::Refused(_)));
        let chunked = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n10\r\n{\"success\"".to_vec();
        assert_eq!(fault_of(Reply::Bytes(chunked)).await, unreadable(200, Unreadable::CutOff));
        let gzip = b"HTTP/1.1 200 X\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00".to_vec();
        assert_eq!(fault_of(Reply::Bytes(gzip)).await, unreadable(200, Unreadable::CutOff));
    });
}

#[test]
fn an_answer_that_is_late_or_stops_is_unknown() {
    run(async {
        let late = Reply::After(Duration::from_secs(10), Box::new(json(200, r#"{"success":true}"#)));
        let start = Instant::now();
        assert_eq!(fault_within(700, late).await, Fault::Unknown(Doubt::TimedOut));
        assert!(start.elapsed() < Duration::from_secs(4));
        assert_eq!(fault_within(700, Reply::Hang(Vec::new())).await, Fault::Unknown(Doubt::TimedOut));
        let stops = b"HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{".to_vec();
        assert_eq!(fault_within(700, Reply::Hang(stops)).await, Fault::Unknown(Doubt::TimedOut));
    });
}

#[test]
fn answers_that_say_nothing_are_unknown() {
    run(async {
        let not_json = |content_type: &str| Unreadable::NotJson { content_type: content_type.to_owned() };
        assert_eq!(fault_of(json(200, "")).await, unreadable(200, Unreadable::Empty));
        assert_eq!(fault_of(json(204, "")).await, unreadable(204, Unreadable::Empty));
        let login = Reply::Bytes(http(200, "text/html", "<html><title>Login</title></html>"));
        assert_eq!(fault_of(login).await, unreadable(200, not_json("text/html")));
        let gateway = Reply::Bytes(http(502, "text/html", "<html>Bad Gateway</html>"));
        assert_eq!(
            fault_of(gateway).await,
            Fault::Unknown(Doubt::ServerError { http: 502, why: not_json("text/html") })
        );
        assert_eq!(fault_of(json(200, "{}")).await, unreadable(200, Unreadable::NoVerdict));
        assert_eq!(fault_of(json(200, "[]")).await, unreadable(200, Unreadable::NotAnObject));
    });
}

#[test]
fn json_under_another_content_type_is_still_read() {
    run(async {
        let raw = Raw::always(Reply::Bytes(http(200, "text/plain", r#"{"success":true,"result":{}}"#))).await;
        let token = Secret::new(TOKEN);
        client().call(&raw.hosts(), Some(&token), &card(), &CancellationToken::new()).await.unwrap();
    });
}

#[test]
fn a_huge_answer_is_not_read_to_its_end() {
    run(async {
        let limit = ANSWER_LIMIT;
        let declared = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n{{", limit + 1).into_bytes();
        assert_eq!(fault_of(Reply::Hang(declared)).await, unreadable(200, Unreadable::TooLarge { limit }));
        let mut endless = b"HTTP/1.1 200 X\r\nconnection: close\r\n\r\n".to_vec();
        endless.resize(endless.len() + usize::try_from(limit).unwrap() + 70_000, b' ');
        let raw = Raw::always(Reply::Bytes(endless)).await;
        let fault = fails(&client(), &raw.hosts()).await.fault;
        assert_eq!(fault, unreadable(200, Unreadable::TooLarge { limit }));
    });
}

#[test]
fn refusals_come_in_every_dress() {
    run(async {
        let ban = r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"xxx"}"#;
        let page = "<html><script src='/_____tmd_____/punish?x5secdata=1'></script></html>";
        for reply in
            [json(200, ban), Reply::Bytes(http(405, "text/html", page)), Reply::Bytes(http(200, "text/html", page))]
        {
            let fault = fault_of(reply).await;
            assert_eq!(fault.refusal().unwrap().shape, RefusalShape::IpBan);
        }
        let wall = Reply::Bytes(http(403, "text/html; charset=gbk", "<html><title>Blocked</title></html>"));
        let fault = fault_of(wall).await;
        let content_type = "text/html; charset=gbk".to_owned();
        assert_eq!(fault.refusal().unwrap().shape, RefusalShape::WrongContent { content_type });
        let known = fault_of(json(500, r#"{"code":"systemError","message":"系统错误","requestid":"R"}"#)).await;
        assert_eq!(known.refusal().unwrap().code.as_deref(), Some("systemError"));
    });
}

#[test]
fn a_redirect_is_not_followed_and_its_target_gets_no_token() {
    run(async {
        let target = Raw::always(json(200, r#"{"success":true,"result":{}}"#)).await;
        let to = format!("http://{}/?back={TOKEN}", target.address);
        let answer = format!("HTTP/1.1 307 X\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
        let raw = Raw::always(Reply::Bytes(answer.into_bytes())).await;
        let failure = fails(&client(), &raw.hosts()).await;
        let RefusalShape::Redirect { location } = &failure.fault.refusal().unwrap().shape else {
            panic!("{failure:?}")
        };
        assert!(location.ends_with("/?back=••••"), "{location}");
        assert!(target.seen().is_empty());
    });
}

#[test]
fn a_refused_connection_surely_sent_nothing() {
    run(async {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let base = BaseUrl::parse(&format!("http://{address}")).unwrap();
        let failure = fails(&client(), &Hosts { api: base.clone(), oapi: base }).await;
        assert_eq!(failure.fault, Fault::NotSent(NotSent::ConnectionRefused { host: address.to_string() }));
        assert_eq!(failure.exchange.http_status, None);
    });
}

#[test]
fn cancelling_tells_before_from_after() {
    run(async {
        let raw = Raw::always(Reply::Hang(Vec::new())).await;
        let (client, hosts, token) = (client(), raw.hosts(), Secret::new(TOKEN));
        let cancel = CancellationToken::new();
        cancel.cancel();
        let failure = client.call(&hosts, Some(&token), &card(), &cancel).await.unwrap_err();
        assert_eq!(failure.fault, Fault::NotSent(NotSent::Cancelled));
        assert!(raw.seen().is_empty());

        let cancel = CancellationToken::new();
        let hangs = card();
        let call = client.call(&hosts, Some(&token), &hangs, &cancel);
        let arrived = async {
            while raw.seen().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            cancel.cancel();
        };
        let (outcome, ()) = tokio::join!(call, arrived);
        let failure = outcome.unwrap_err();
        assert_eq!(failure.fault, Fault::Unknown(Doubt::Cancelled));
        assert_eq!(raw.seen().len(), 1);
    });
}

#[test]
fn a_token_that_no_header_may_hold_is_a_named_error() {
    run(async {
        let raw = Raw::always(json(200, r#"{"success":true}"#)).await;
        let token = Secret::new("line\nbreak-4f0b71eb");
        let failure = client().call(&raw.hosts(), Some(&token), &card(), &CancellationToken::new()).await.unwrap_err();
        assert!(matches!(failure.fault, Fault::NotSent(NotSent::BadRequest { .. })), "{failure:?}");
        assert!(!format!("{failure:?}").contains("4f0b71eb"));
        assert!(raw.seen().is_empty());
    });
}

#[test]
fn any_bytes_at_all_may_come_back() {
    run(async {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let some = proptest::collection::vec(proptest::num::u8::ANY, 0..200);
        let text = "(HTTP/1\\.1 [1-5][0-9][0-9] |content-length: 5|\r\n|\\{|\\}|\"errcode\":|88|,|\u{4e2d}|\0){0,12}";
        let text = proptest::string::string_regex(text).unwrap();
        let client = quick(3000);
        for round in 0..60 {
            let bytes = if round % 2 == 0 {
                some.new_tree(&mut runner).unwrap().current()
            } else {
                text.new_tree(&mut runner).unwrap().current().into_bytes()
            };
            let raw = Raw::always(Reply::Bytes(bytes)).await;
            let fault = fails(&client, &raw.hosts()).await.fault;
            assert!(!matches!(fault, Fault::NotSent(_)), "{fault:?}");
        }
    });
}

fn everywhere(base: &str) -> Hosts {
    let base = BaseUrl::parse(base).unwrap();
    Hosts { api: base.clone(), oapi: base }
}

#[test]
fn a_host_that_does_not_exist() {
    if in_a_process_of_its_own("faults::a_host_that_does_not_exist", &[]) {
        run(async {
            let failure = fails(&client(), &everywhere("https://nowhere.invalid")).await;
            assert_eq!(failure.fault, Fault::NotSent(NotSent::Dns { host: "nowhere.invalid".to_owned() }));
        });
    }
}

#[test]
fn a_server_that_speaks_no_tls_and_one_that_says_nothing() {
    if in_a_process_of_its_own("faults::a_server_that_speaks_no_tls_and_one_that_says_nothing", &[]) {
        run(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move {
                use tokio::io::AsyncWriteExt as _;
                let (mut plain, _) = listener.accept().await.unwrap();
                plain.write_all(b"HTTP/1.1 400 X\r\n\r\nplain http\r\n").await.unwrap();
                let _silent = listener.accept().await.unwrap();
                let _silent_too = listener.accept().await.unwrap();
                std::future::pending::<()>().await;
            });
            let hosts = everywhere(&format!("https://{address}"));
            let fault = fails(&client(), &hosts).await.fault;
            assert!(matches!(fault, Fault::NotSent(NotSent::Tls { .. })), "{fault:?}");
            let fault = fails(&quick(300), &hosts).await.fault;
            assert_eq!(fault, Fault::NotSent(NotSent::ConnectTimedOut { host: address.to_string() }));
            // Cancelled while still connecting: surely not sent.
            let cancel = CancellationToken::new();
            let later = cancel.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(200)).await;
                later.cancel();
            });
            let failure = client().call(&hosts, Some(&Secret::new(TOKEN)), &card(), &cancel).await.unwrap_err();
            assert_eq!(failure.fault, Fault::NotSent(NotSent::Cancelled));
        });
    }
}

#[test]
fn a_proxy_is_used_for_dingtalk_and_never_for_this_computer() {
    let settings = [("HTTPS_PROXY", "http://127.0.0.1:9"), ("HTTP_PROXY", "http://127.0.0.1:9")];
    if in_a_process_of_its_own("faults::a_proxy_is_used_for_dingtalk_and_never_for_this_computer", &settings) {
        run(async {
            let fault = fails(&client(), &everywhere("https://api.dingtalk.invalid")).await.fault;
            assert!(matches!(fault, Fault::NotSent(NotSent::Proxy { .. })), "{fault:?}");
            let raw = Raw::always(json(200, r#"{"success":true,"result":{}}"#)).await;
            let token = Secret::new(TOKEN);
            client().call(&raw.hosts(), Some(&token), &card(), &CancellationToken::new()).await.unwrap();
        });
    }
}

#[test]
fn a_proxy_that_wants_a_login_is_named() {
    run(async {
        let raw = Raw::always(Reply::Bytes(b"HTTP/1.1 407 Login\r\ncontent-length: 0\r\n\r\n".to_vec())).await;
        let proxy = format!("http://{}", raw.address);
        let child = tokio::task::spawn_blocking(move || {
            in_a_process_of_its_own("faults::behind_a_proxy_that_wants_a_login", &[("HTTPS_PROXY", proxy.as_str())])
        });
        assert!(!child.await.unwrap());
        assert!(raw.seen()[0].line().starts_with("CONNECT api.dingtalk.invalid:443"));
        assert!(!raw.seen()[0].head.contains("4f0b71eb"));
    });
}

/// The inner half of the story above; alone it has no proxy and does nothing.
#[test]
fn behind_a_proxy_that_wants_a_login() {
    if std::env::var_os("HTTPS_PROXY").is_none() || std::env::var_os(crate::child::MARK).is_none() {
        return;
    }
    run(async {
        let fault = fails(&client(), &everywhere("https://api.dingtalk.invalid")).await.fault;
        let Fault::NotSent(NotSent::Proxy { reason }) = fault else { panic!("{fault:?}") };
        assert!(reason.contains("authorization"), "{reason}");
    });
}

#[test]
fn without_ca_certificates_dingtalk_is_refused_and_the_sandbox_works() {
    let settings = [("SSL_CERT_FILE", "/nonexistent/ca.pem")];
    if in_a_process_of_its_own("faults::without_ca_certificates_dingtalk_is_refused_and_the_sandbox_works", &settings) {
        run(async {
            let client = client();
            let fault = fails(&client, &everywhere("https://api.dingtalk.invalid")).await.fault;
            assert_eq!(fault, Fault::NotSent(NotSent::NoCertificates));
            let raw = Raw::always(json(200, r#"{"success":true,"result":{}}"#)).await;
            let token = Secret::new(TOKEN);
            client.call(&raw.hosts(), Some(&token), &card(), &CancellationToken::new()).await.unwrap();
        });
    }
}
