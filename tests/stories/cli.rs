//! The same core without a window: exit codes, the object of `--json`, and what never happens.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Command, Output},
    sync::mpsc,
    time::Duration,
};

use serde_json::{Value, json};

/// A secret with the mark that `scripts/secret-scan` looks for.
const TOKEN: &str = "test-secret-token-0123456789";

pub struct Cli {
    pub home: tempfile::TempDir,
}

impl Cli {
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    fn draft(&self, kind: &str, body: &Value) -> String {
        self.write("draft.json", &json!({ "kind": kind, "version": 1, "body": body }).to_string())
    }

    /// A `token` profile that points to a loopback server.
    pub fn profile(&self, port: u16) {
        self.write(
            "settings.toml",
            &format!(
                "[[profile]]\nname = \"org\"\nkind = \"token\"\napi = \"http://127.0.0.1:{port}\"\n\
                 oapi = \"http://127.0.0.1:{port}\"\nagent_id = \"123\"\ntimeout_seconds = 2\n"
            ),
        );
    }

    pub fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_ding-composer"))
            .args(args)
            .args(["--lang", "en", "--home"])
            .arg(self.home.path())
            .env("DING_COMPOSER_TOKEN", TOKEN)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .output()
            .unwrap()
    }

    /// Runs with `--json`: the exit code and the one object on standard output.
    pub fn json(&self, args: &[&str]) -> (i32, Value) {
        let mut args = args.to_vec();
        args.push("--json");
        let out = self.run(&args);
        let text = String::from_utf8(out.stdout).unwrap();
        let error = String::from_utf8_lossy(&out.stderr).into_owned();
        let value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("not one object: {text:?}; {error}"));
        (out.status.code().unwrap(), value)
    }
}

/// Answers each connection with one of these raw answers, in order, and reports the requests it read.
pub fn server(answers: Vec<String>) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = mpsc::channel();
    std::thread::Builder::new()
        .name("raw-server".to_owned())
        .spawn(move || {
            for answer in answers {
                let Ok((mut stream, _)) = listener.accept() else { return };
                stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                let mut request = Vec::new();
                let mut chunk = [0; 4096];
                // Head and as much body as its length says.
                while let Ok(count @ 1..) = stream.read(&mut chunk) {
                    request.extend_from_slice(&chunk[..count]);
                    let text = String::from_utf8_lossy(&request);
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let length = head
                        .lines()
                        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
                        .unwrap_or(0);
                    if body.len() >= length {
                        break;
                    }
                }
                sender.send(String::from_utf8_lossy(&request).into_owned()).ok();
                if answer == "hang" {
                    std::thread::sleep(Duration::from_secs(4));
                } else {
                    stream.write_all(answer.as_bytes()).ok();
                }
            }
        })
        .unwrap();
    (port, receiver)
}

pub fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn card() -> Value {
    json!({
        "cardTemplateId": "11112222-3333-4444-5555-666677778888.schema",
        "openConversationId": "cidAbCdEf0123456789==",
        "robotCode": "dingrobot",
        "outTrackId": "card-0001",
        "receiverUserIdList": ["user01"],
        "cardData": { "cardParamMap": { "title": "蚂蚁分工" } },
    })
}

fn notice() -> Value {
    json!({ "agent_id": 123, "template_id": "tpl-1", "userid_list": "user01", "data": "{\"name\":\"张三\"}" })
}

fn nothing_secret(home: &Path, out: &Output) {
    for text in [&out.stdout, &out.stderr] {
        assert!(!String::from_utf8_lossy(text).contains(TOKEN), "{}", String::from_utf8_lossy(text));
    }
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                let found = bytes.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes());
                assert!(!found, "{} holds the token", path.display());
            }
        }
    }
}

#[test]
fn a_good_draft_is_ready_and_a_bad_one_names_every_place() {
    let cli = Cli::new();
    let (code, report) = cli.json(&["check", &cli.draft("card", &card())]);
    assert_eq!((code, report["outcome"].as_str()), (0, Some("ready")), "{report:#}");

    let bad = json!({ "outTrackId": "x".repeat(101), "cardData": { "cardParamMap": {} } });
    let (code, report) = cli.json(&["check", &cli.draft("card", &bad)]);
    assert_eq!((code, report["outcome"].as_str()), (1, Some("findings")), "{report:#}");
    let pointers: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| finding["pointer"].as_str().unwrap())
        .collect();
    assert!(pointers.contains(&"/cardTemplateId") && pointers.contains(&"/outTrackId"), "{report:#}");
    let limit = report["findings"].as_array().unwrap().iter().find_map(|finding| finding.get("limit")).unwrap();
    assert_eq!((limit["max"].as_u64(), limit["actual"].as_u64()), (Some(100), Some(101)));
    assert_eq!(report["calls"], json!([]));
}

#[test]
fn what_is_no_draft_is_said_with_its_place() {
    let cli = Cli::new();
    let file = cli.write("draft.json", "{\"kind\":\"card\",\n \"version\":1,\n \"body\":{,}}");
    let (code, report) = cli.json(&["check", &file]);
    assert_eq!(code, 1);
    assert_eq!(report["findings"][0]["line"], 3, "{report:#}");
    let gone = cli.run(&["check", "/nowhere/draft.json"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("/nowhere/draft.json"));
    assert_eq!(cli.run(&["frobnicate"]).status.code(), Some(2));
}

#[test]
fn a_card_and_a_notice_reach_a_server_exactly_once_and_as_documented() {
    let cli = Cli::new();
    let (port, requests) = server(vec![
        answer("200 OK", r#"{"success":true,"result":{"processQueryKey":"pqk-1"}}"#),
        answer("200 OK", r#"{"errcode":0,"errmsg":"ok","task_id":282632271040,"request_id":"req-2"}"#),
    ]);
    cli.profile(port);
    let file = cli.draft("card", &card());
    let (code, report) = cli.json(&["send", &file, "--profile", "org", "--yes"]);
    assert_eq!((code, report["outcome"].as_str()), (0, Some("handed_over")), "{report:#}");
    let call = &report["calls"][0];
    assert_eq!(call["process_query_key"], "pqk-1");
    assert_eq!(call["out_track_id"], "card-0001");
    assert_eq!(call["http_status"], 200);
    let request = requests.recv().unwrap();
    assert!(request.starts_with("POST /v1.0/im/privateChat/interactiveCards/send HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("x-acs-dingtalk-access-token: {TOKEN}")));
    let sent: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(sent, card());

    let file = cli.draft("notice", &notice());
    let (code, report) = cli.json(&["send", &file, "--profile", "org", "--yes"]);
    assert_eq!((code, report["outcome"].as_str()), (0, Some("handed_over")), "{report:#}");
    let call = &report["calls"][0];
    assert_eq!((call["task_id"].as_str(), call["request_id"].as_str()), (Some("282632271040"), Some("req-2")));
    let request = requests.recv().unwrap();
    let first = format!("POST /topapi/message/corpconversation/sendbytemplate?access_token={TOKEN} HTTP/1.1\r\n");
    assert!(request.starts_with(&first), "{request}");
    let body = request.split_once("\r\n\r\n").unwrap().1;
    assert!(body.contains("data=%7B%22name%22%3A%22%E5%BC%A0%E4%B8%89%22%7D"), "{body}");
    assert!(body.contains("userid_list=user01") && body.contains("agent_id=123"), "{body}");
    assert!(requests.recv_timeout(Duration::from_millis(200)).is_err(), "nothing was sent twice");
}

#[test]
fn a_live_profile_needs_yes_and_findings_make_no_call() {
    let cli = Cli::new();
    let (port, requests) = server(vec![answer("200 OK", "{}")]);
    cli.profile(port);
    let out = cli.run(&["send", &cli.draft("card", &card()), "--profile", "org"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("--yes"));
    let nobody = json!({ "agent_id": 123, "template_id": "t", "data": "{}" });
    let (code, report) = cli.json(&["send", &cli.draft("notice", &nobody), "--profile", "org", "--yes"]);
    assert_eq!((code, report["outcome"].as_str()), (1, Some("findings")), "{report:#}");
    assert!(requests.try_recv().is_err(), "a call was made");
}

#[test]
fn each_way_to_fail_has_its_word_and_its_exit_code() {
    let refused = r#"{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","requestid":"R-1","message":"no","accessdenieddetail":{"requiredScopes":["Card.Instance.Write"]}}"#;
    let wrapped = r#"{"errcode":88,"sub_code":"60020","sub_msg":"访问ip不在白名单之中,request ip=1.2.3.4","errmsg":"ding talk error[subcode=60020,submsg=访问ip不在白名单之中,request ip=1.2.3.4 appKey(dingx)]","request_id":"R-2"}"#;
    let cases: [(&str, Value, String, i32, &str, &str); 6] = [
        (
            "card",
            card(),
            answer("403 Forbidden", refused),
            3,
            "refused",
            "Forbidden.AccessDenied.AccessTokenPermissionDenied",
        ),
        ("notice", notice(), answer("200 OK", wrapped), 3, "refused", "60020"),
        ("card", card(), answer("502 Bad Gateway", "<html>bad gateway</html>"), 4, "unknown", "unknown.server_error"),
        ("notice", notice(), answer("200 OK", ""), 4, "unknown", "unknown.no_readable_answer"),
        ("card", card(), "hang".to_owned(), 4, "unknown", "unknown.timed_out"),
        ("notice", notice(), String::new(), 4, "unknown", "unknown.cut"),
    ];
    for (kind, body, raw, exit, outcome, word) in cases {
        let cli = Cli::new();
        let (port, requests) = server(vec![raw]);
        cli.profile(port);
        let file = cli.draft(kind, &body);
        let (code, report) = cli.json(&["send", &file, "--profile", "org", "--yes"]);
        assert_eq!((code, report["outcome"].as_str().unwrap()), (exit, outcome), "{word}: {report:#}");
        let call = &report["calls"][0];
        assert_eq!(call["code"].as_str(), Some(word), "{report:#}");
        for part in ["what", "cause", "fix"] {
            assert!(
                call["explanation"][part].as_str().is_some_and(|text| !text.is_empty()),
                "{word} {part}: {report:#}"
            );
        }
        if word == "60020" {
            assert_eq!(call["explanation"]["ip"], "1.2.3.4");
        }
        if word.starts_with("Forbidden") {
            assert_eq!(call["explanation"]["scopes"], json!(["Card.Instance.Write"]));
        }
        assert!(requests.recv().is_ok());
        assert!(requests.recv_timeout(Duration::from_millis(50)).is_err(), "{word}: repeated");
    }
}

#[test]
fn what_surely_never_left_is_no_doubt() {
    let cli = Cli::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    cli.profile(free);
    let (code, report) = cli.json(&["send", &cli.draft("card", &card()), "--profile", "org", "--yes"]);
    assert_eq!((code, report["outcome"].as_str()), (3, Some("refused")), "{report:#}");
    assert_eq!(report["calls"][0]["code"], "network.refused");
}

#[test]
fn without_settings_the_sandbox_takes_it_and_nothing_secret_is_kept() {
    let cli = Cli::new();
    let file = cli.draft("notice", &notice());
    let out = cli.run(&["send", &file, "--json"]);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    // The sandbox knows no template tpl-1: it says so as DingTalk would.
    assert_eq!(out.status.code(), Some(3), "{report:#}");
    assert_eq!(report["profile"], "Sandbox");
    nothing_secret(cli.home.path(), &out);

    let (port, _requests) = server(vec![answer("400 Bad Request", &format!(r#"{{"code":"x","message":"{TOKEN}"}}"#))]);
    cli.profile(port);
    let out = cli.run(&["send", &cli.draft("card", &card()), "--profile", "org", "--yes", "--json"]);
    assert_eq!(out.status.code(), Some(3));
    nothing_secret(cli.home.path(), &out);
}
