//! What can be asked of the sandbox: any code, a slow answer, a cut connection, a wrong body.

use std::time::Duration;

use serde_json::{Value, json};

use super::fault::{Dialect, Fault};
use crate::dingtalk::System;
use crate::lang::{Lang, text};

/// An order to the sandbox. The first fitting one is used; several are used up in the order they were given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script {
    /// The path it is for, such as `/v1.0/im/privateChat/interactiveCards/send`. `None`: every call but the token calls; a
    /// code of one system then only strikes calls of that system.
    pub endpoint: Option<String>,
    /// How many calls it strikes; `None`: all, until [`super::Sandbox::clear_scripts`].
    pub times: Option<u32>,
    /// What happens to them.
    pub effect: Effect,
}

impl Script {
    /// An order for the next call to a path.
    pub fn once(endpoint: impl Into<String>, effect: Effect) -> Self {
        Self { endpoint: Some(endpoint.into()), times: Some(1), effect }
    }

    /// An order for every call to a path.
    pub fn always(endpoint: impl Into<String>, effect: Effect) -> Self {
        Self { endpoint: Some(endpoint.into()), times: None, effect }
    }

    /// Reads `{"endpoint"?, "times"?, "effect": {"kind": …}}` as the control route takes it.
    ///
    /// # Errors
    /// The name of the member that is missing or not understood.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let endpoint = match &value["endpoint"] {
            Value::Null => None,
            Value::String(path) if path.starts_with('/') => Some(path.clone()),
            _ => return Err("endpoint: a path that begins with / is needed".to_owned()),
        };
        let times = match &value["times"] {
            Value::Null => None,
            other => Some(
                other.as_u64().and_then(|times| u32::try_from(times).ok()).ok_or("times: a whole number is needed")?,
            ),
        };
        Ok(Self { endpoint, times, effect: Effect::from_json(&value["effect"])? })
    }
}

/// What a [`Script`] does to a call.
///
/// The call counts as arrived and is carried out by `Slow`, the two cuts, `Empty` and `Huge`; the others stand for a
/// refusal or a gateway in front, and nothing is carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// A refusal: `param.empty`, `400002`, `88/60011` (wrapped), `HTTP 503` (a page without code) or `x5-punish`.
    Code {
        /// The code as the catalogue names it; a sub code of the wrapper as `88/<sub_code>`.
        code: String,
        /// The server's message; the official wording when left out.
        message: Option<String>,
        /// Permission points that are missing, for the permission codes.
        scopes: Vec<String>,
        /// The caller's address, for the codes of the address list.
        ip: Option<String>,
    },
    /// Carried out at once, answered after this time or when all orders are forgotten.
    Slow(Duration),
    /// Carried out; the connection is closed without an answer.
    CutBeforeAnswer,
    /// Carried out; the connection is closed in the middle of the answer's body.
    CutMidAnswer,
    /// This answer instead.
    Body {
        /// HTTP status.
        status: u16,
        /// `Content-Type`; empty: none.
        content_type: String,
        /// The body.
        bytes: Vec<u8>,
    },
    /// Carried out; the answer's body is empty.
    Empty,
    /// Carried out, but places whose id has this in it refuse the card: `deliverResults[].errorMsg` is this message.
    RefuseSpace {
        /// A part of the place's id; empty: every place.
        space: String,
        /// What `errorMsg` says.
        message: String,
    },
    /// A gateway's HTML page with status 200.
    Html,
    /// Carried out; the answer is followed by blanks up to [`HUGE`] bytes.
    Huge,
    /// The JSON of an IP ban, without any code.
    IpBan,
}

/// The size of an [`Effect::Huge`] answer in bytes.
pub const HUGE: usize = 16 * 1024 * 1024;

impl Effect {
    /// A refusal with a code and nothing else said.
    pub fn code(code: impl Into<String>) -> Self {
        Self::Code { code: code.into(), message: None, scopes: Vec::new(), ip: None }
    }

    /// The word used by the control route and by the sandbox's settings.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Code { .. } => "code",
            Self::Slow(_) => "slow",
            Self::CutBeforeAnswer => "cut_before_answer",
            Self::CutMidAnswer => "cut_mid_answer",
            Self::Body { .. } => "body",
            Self::Empty => "empty",
            Self::RefuseSpace { .. } => "refuse_space",
            Self::Html => "html",
            Self::Huge => "huge",
            Self::IpBan => "ip_ban",
        }
    }

    /// What it does, for a person.
    pub fn label(&self, lang: Lang) -> String {
        let args = match self {
            Self::Code { code, .. } => vec![("code", code.clone())],
            Self::Slow(time) => vec![("seconds", format!("{:.1}", time.as_secs_f64()))],
            Self::Body { status, .. } => vec![("status", status.to_string())],
            Self::RefuseSpace { space, .. } => vec![("space", space.clone())],
            _ => Vec::new(),
        };
        text(lang, &format!("sandbox.effect.{}", self.kind()), &args)
    }

    /// Whether the call is carried out although something happens to its answer.
    pub(super) const fn carries_out(&self) -> bool {
        matches!(
            self,
            Self::Slow(_)
                | Self::CutBeforeAnswer
                | Self::CutMidAnswer
                | Self::Empty
                | Self::Huge
                | Self::RefuseSpace { .. }
        )
    }

    fn from_json(value: &Value) -> Result<Self, String> {
        let optional = |name: &str| value[name].as_str().map(str::to_owned);
        let needed = |name: &str| optional(name).ok_or_else(|| format!("effect.{name}: a text is needed"));
        Ok(match needed("kind")?.as_str() {
            "code" => Self::Code {
                code: needed("code")?,
                message: optional("message"),
                scopes: value["scopes"]
                    .as_array()
                    .map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                    .unwrap_or_default(),
                ip: optional("ip"),
            },
            "slow" => Self::Slow(Duration::from_millis(
                value["millis"].as_u64().ok_or("effect.millis: a whole number is needed")?,
            )),
            "cut_before_answer" => Self::CutBeforeAnswer,
            "cut_mid_answer" => Self::CutMidAnswer,
            "body" => Self::Body {
                status: value["status"]
                    .as_u64()
                    .and_then(|status| u16::try_from(status).ok())
                    .filter(|status| (200..600).contains(status))
                    .ok_or("effect.status: 200 to 599 is needed")?,
                content_type: optional("content_type").unwrap_or_default(),
                bytes: optional("text").unwrap_or_default().into_bytes(),
            },
            "empty" => Self::Empty,
            "refuse_space" => {
                Self::RefuseSpace { space: optional("space").unwrap_or_default(), message: needed("message")? }
            }
            "html" => Self::Html,
            "huge" => Self::Huge,
            "ip_ban" => Self::IpBan,
            other => return Err(format!("effect.kind: {other} is not known")),
        })
    }

    /// The fault that a code effect stands for on a call to this path.
    ///
    /// A permission code names the path's own scope, and a code of the address list the caller's address, when the script
    /// says nothing: the real answers always do.
    pub(super) fn fault(&self, system: System, path: &str, app_key: &str) -> Option<Fault> {
        let Self::Code { code, message, scopes, ip } = self else { return None };
        let permission = matches!(code.as_str(), "88/60011" | "Forbidden.AccessDenied.AccessTokenPermissionDenied");
        let address = matches!(code.as_str(), "88/60020" | "Forbidden.AccessDenied.IpNotInWhiteList");
        let mut scopes = scopes.clone();
        if permission && scopes.is_empty() {
            scopes.extend(scope_of(path).map(str::to_owned));
        }
        let ip = ip.clone().or_else(|| address.then(|| "127.0.0.1".to_owned()));
        let known = super::codes::known(code);
        let message = message.clone().unwrap_or_else(|| known.message.clone());
        let status = known.status;
        if code == "x5-punish" {
            return Some(Fault { dialect: Dialect::Banned, message, place: None });
        }
        if let Some(status) = code.strip_prefix("HTTP ").and_then(|rest| rest.get(..3)) {
            let status = status.parse().unwrap_or(500);
            return Some(Fault { dialect: Dialect::Page { status }, message, place: None });
        }
        if let Some(sub_code) = code.strip_prefix("88/") {
            let sub_msg = match (scopes.first(), ip) {
                (Some(_), _) => format!(
                    "{message}：[{}]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content={app_key}%23{}",
                    scopes.join(","),
                    scopes.join("%2C"),
                ),
                (None, Some(ip)) => format!("{message},request ip={ip} appKey({app_key})"),
                (None, None) => message.clone(),
            };
            let dialect = Dialect::Wrapped { sub_code: sub_code.to_owned(), sub_msg, scopes };
            return Some(Fault { dialect, message, place: None });
        }
        let message = match ip {
            Some(ip) => format!("{message}, request ip={ip}"),
            None => message,
        };
        let dialect = match code.parse::<i64>() {
            Ok(errcode) => Dialect::Plain { errcode, on_api: system == System::Api },
            Err(_) => Dialect::Api { status, code: code.clone(), scopes },
        };
        Some(Fault { dialect, message, place: None })
    }

    /// The system whose calls a code strikes when its script names no path; `None`: both.
    pub(super) fn system(&self) -> Option<System> {
        let Self::Code { code, .. } = self else { return None };
        if code == "x5-punish" || code.starts_with("HTTP ") {
            return None;
        }
        if code.starts_with("88/") || code.parse::<i64>().is_ok() { Some(System::Oapi) } else { Some(System::Api) }
    }

    /// As the control route shows it.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Code { code, .. } => json!({"kind": self.kind(), "code": code}),
            _ => json!({"kind": self.kind()}),
        }
    }
}

/// The permission point of a path (dossier A1, A2, A4).
fn scope_of(path: &str) -> Option<&'static str> {
    match path {
        super::SEND_CARD | super::SEND_INTERACTIVE_CARD | super::UPDATE_INTERACTIVE_CARD => Some("qyapi_chat_manage"),
        super::CREATE_AND_DELIVER | super::UPDATE_CARD => Some("Card.Instance.Write"),
        super::SEND_NOTICE | super::SEND_FREE | super::UPDATE_STATUS_BAR | super::UPLOAD => Some("qyapi_base"),
        "/topapi/v2/department/listsub" | "/topapi/v2/department/get" => Some("qyapi_get_department_list"),
        "/topapi/v2/user/list" => Some("qyapi_get_department_member"),
        "/topapi/v2/user/get" => Some("qyapi_get_member"),
        "/topapi/v2/user/getbymobile" => Some("qyapi_get_member_by_mobile"),
        "/v1.0/contact/users/search" => Some("qyapi_addresslist_search"),
        _ => None,
    }
}
