//! The sandbox as its callers meet it: raw HTTP over a socket, nothing of the program's own client.

mod cards;
mod directory;
mod free;
mod notices;
mod own_client;
mod tokens;
mod trouble;

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use ding_composer::dingtalk::host::BaseUrl;
use ding_composer::sandbox::{
    CONTROL_HEADER, CardNote, DropRule, Effect, Fate, HUGE, Rules, SEND_CARD, SEND_NOTICE, Sandbox, SandboxOptions,
    Script,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// An answer as it came out of the socket.
struct Raw {
    bytes: Vec<u8>,
}

impl Raw {
    fn head_end(&self) -> usize {
        self.bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a complete head") + 4
    }

    fn head(&self) -> String {
        String::from_utf8_lossy(&self.bytes[..self.head_end()]).to_lowercase()
    }

    fn status(&self) -> u16 {
        self.head().split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
    }

    fn body(&self) -> &[u8] {
        &self.bytes[self.head_end()..]
    }

    fn json(&self) -> Value {
        serde_json::from_slice(self.body()).unwrap_or_else(|error| panic!("{error}: {}", self.head()))
    }

    /// The declared length of the body.
    fn length(&self) -> usize {
        let head = self.head();
        let line = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        line.trim().parse().expect("a number")
    }
}

/// Sends a request and reads until the other side closes.
fn exchange(base: &BaseUrl, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Raw {
    let address = base.as_str().strip_prefix("http://").expect("plain http on loopback");
    let mut socket = TcpStream::connect(address).expect("the sandbox listens");
    socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let mut request = format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").expect("a String takes it");
    }
    write!(request, "Content-Length: {}\r\n\r\n", body.len()).expect("a String takes it");
    socket.write_all(request.as_bytes()).expect("the head is taken");
    socket.write_all(body).expect("the body is taken");
    let mut bytes = Vec::new();
    // A reset is an end as well.
    socket.read_to_end(&mut bytes).ok();
    Raw { bytes }
}

const JSON: (&str, &str) = ("Content-Type", "application/json; charset=utf-8");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded;charset=utf-8");
const TOKEN: &str = "x-acs-dingtalk-access-token";

fn start() -> Sandbox {
    Sandbox::start(SandboxOptions::default()).expect("the sandbox starts")
}

fn api_token(sandbox: &Sandbox) -> String {
    let body = json!({"appKey": sandbox.app_key(), "appSecret": sandbox.app_secret().open()}).to_string();
    let answer = exchange(&sandbox.hosts().api, "POST", "/v1.0/oauth2/accessToken", &[JSON], body.as_bytes()).json();
    assert_eq!(answer["expireIn"], 7200);
    answer["accessToken"].as_str().expect("a token").to_owned()
}

fn oapi_token(sandbox: &Sandbox) -> String {
    let target = format!("/gettoken?appkey={}&appsecret={}", sandbox.app_key(), sandbox.app_secret().open());
    let answer = exchange(&sandbox.hosts().oapi, "GET", &target, &[], b"").json();
    assert_eq!((answer["errcode"].as_i64(), answer["expires_in"].as_i64()), (Some(0), Some(7200)));
    answer["access_token"].as_str().expect("a token").to_owned()
}

fn post_api(sandbox: &Sandbox, path: &str, token: &str, body: &Value) -> Raw {
    exchange(&sandbox.hosts().api, "POST", path, &[JSON, (TOKEN, token)], body.to_string().as_bytes())
}

fn post_form(sandbox: &Sandbox, path: &str, token: &str, fields: &[(&str, &str)]) -> Value {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let target = format!("{path}?access_token={token}");
    let raw = exchange(&sandbox.hosts().oapi, "POST", &target, &[FORM], body.as_bytes());
    assert_eq!(raw.status(), 200, "oapi always answers 200");
    raw.json()
}

/// A card that is right in every field.
fn card(sandbox: &Sandbox) -> Value {
    json!({
        "cardTemplateId": sandbox.card_template_ids()[0],
        "openConversationId": sandbox.open_conversation_id(),
        "robotCode": sandbox.robot_code(),
        "receiverUserIdList": ["zengmin", "shanxue"],
        "outTrackId": "track-1",
        "cardData": {"cardParamMap": {
            "title": "迎新会",
            "content": "周五见",
            "sys_full_json_obj": "{\"progress\":0.50,\"done\":false}",
            "sys_lastMessageI18n": "{\"zh_CN\":\"蚂蚁分工\",\"en_US\":\"Ant division of labor\"}",
        }},
        "privateData": {"shanxue": {"cardParamMap": {"title": "给单雪", "sys_full_json_obj": "{\"done\":true}"}}},
        "atOpenIds": {"zengmin": "曾敏", "@ALL": "@ALL"},
        "userIdType": 1,
        "cardOptions": {"supportForward": true},
        "callbackRouteKey": sandbox.callback_route_key(),
        "pullStrategy": true,
    })
}

fn errcode(answer: &Value) -> i64 {
    answer["errcode"].as_i64().expect("an errcode")
}
