//! From the bytes of an answer to a verdict: done, refused, or unknown. Pure: no socket, no clock.
//!
//! Branches on codes first, on the HTTP status only where there is no code (dossier B): `InvalidAuthentication` is a 400,
//! rate limits are 403s, and the old system answers 200 to everything. All of it must survive any bytes at all.

use serde_json::{Map, Value};

use super::System;
use super::endpoint::Endpoint;
use super::fault::{Doubt, Fault, Refusal, RefusalShape, Unreadable};
use super::said;

/// The largest answer that is read, in bytes. A page of 100 members is about 60 KB.
pub const ANSWER_LIMIT: u64 = 4 * 1024 * 1024;

/// How the reading of an answer's body ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BodyEnd {
    /// Everything came.
    Whole,
    /// The connection ended before it was whole, or its compression is broken.
    CutOff,
    /// It passed [`ANSWER_LIMIT`].
    TooLarge,
    /// Time ran out while reading.
    TimedOut,
    /// The person cancelled while reading.
    Cancelled,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct RawAnswer<'a> {
    /// HTTP status.
    pub http: u16,
    /// The `content-type` header, empty when there was none.
    pub content_type: &'a str,
    /// The `location` header.
    pub location: Option<&'a str>,
    /// What was read of the body.
    pub body: &'a [u8],
    /// How that ended.
    pub end: BodyEnd,
}

impl RawAnswer<'_> {
    const fn is_success(&self) -> bool {
        matches!(self.http, 200..=299)
    }

    const fn is_client_fault(&self) -> bool {
        matches!(self.http, 400..=499)
    }

    fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(self.body))
    }
}

/// The verdict on an answer.
///
/// # Errors
/// [`Fault::Refused`] or [`Fault::Unknown`]; never [`Fault::NotSent`], since something answered.
pub(crate) fn judge(endpoint: &Endpoint, raw: &RawAnswer<'_>) -> Result<Value, Box<Fault>> {
    if matches!(raw.http, 300..=399) {
        let location = raw.location.unwrap_or_default().to_owned();
        return Err(Box::new(Fault::Refused(bare(endpoint, raw, RefusalShape::Redirect { location }, ""))));
    }
    if raw.end != BodyEnd::Whole {
        return Err(Box::new(incomplete(endpoint, raw)));
    }
    match serde_json::from_slice::<Value>(raw.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw.body)) {
        Ok(Value::Object(object)) => judge_object(endpoint, raw, object),
        Ok(other) => Err(Box::new(unreadable(endpoint, raw, Unreadable::NotAnObject, &other.to_string()))),
        Err(_) if raw.body.iter().all(u8::is_ascii_whitespace) => {
            Err(Box::new(unreadable(endpoint, raw, Unreadable::Empty, "")))
        }
        Err(_) => Err(Box::new(not_json(endpoint, raw))),
    }
}

fn judge_object(endpoint: &Endpoint, raw: &RawAnswer<'_>, object: Map<String, Value>) -> Result<Value, Box<Fault>> {
    let success = said::member(&object, "success").and_then(said::truth);
    let errcode = said::member(&object, "errcode").and_then(said::text);
    let errcode_ok = errcode.as_deref().map(is_zero);
    if let Some(fault) = refusal_in(endpoint, raw, &object, success, errcode) {
        return Err(Box::new(Fault::Refused(fault)));
    }
    if raw.is_success() {
        let verdict = match endpoint.system {
            // The old system's only sign of success.
            System::Oapi => errcode_ok == Some(true),
            // `success` is the documented sign. Reads and token calls have none and are judged by their own content;
            // a send without it counts only when its key came back, since that key exists only for a card that went in.
            // So does a list of the places that took it.
            System::Api => {
                let key = |name: &str| said::find(&object, name).is_some();
                success == Some(true) || !endpoint.sends || key("processQueryKey") || key("deliverResults")
            }
        };
        if verdict {
            return Ok(Value::Object(object));
        }
    }
    let text = Value::Object(object).to_string();
    Err(Box::new(unreadable(endpoint, raw, Unreadable::NoVerdict, &text)))
}

/// The refusal that an object states, whatever the HTTP status.
fn refusal_in(
    endpoint: &Endpoint,
    raw: &RawAnswer<'_>,
    object: &Map<String, Value>,
    success: Option<bool>,
    errcode: Option<String>,
) -> Option<Refusal> {
    let member = |name: &str| said::member(object, name).and_then(said::text).filter(|text| !text.trim().is_empty());
    if member("punish").is_some() || member("status").as_deref() == Some("1111") {
        let text = raw.text().into_owned();
        return Some(bare(endpoint, raw, RefusalShape::IpBan, &text));
    }
    let (code, wrapper, message, all_text, shape);
    match errcode {
        Some(errcode) if is_zero(&errcode) => return None,
        Some(errcode) => {
            let outer = member("errmsg").or_else(|| member("message")).unwrap_or_default();
            let inner = member("submsg");
            all_text = format!("{outer}\n{}", inner.as_deref().unwrap_or_default());
            let sub_code = member("subcode").or_else(|| said::sub_code(&outer));
            if let (true, Some(sub)) = (errcode.trim() == "88", sub_code) {
                message = inner.or_else(|| said::sub_message(&outer)).unwrap_or(outer);
                (code, wrapper, shape) = (Some(sub), Some(errcode), RefusalShape::OapiWrapped);
            } else {
                message = if outer.is_empty() { inner.unwrap_or_default() } else { outer };
                (code, wrapper) = (Some(errcode), None);
                shape = match endpoint.system {
                    System::Api => RefusalShape::ApiErrcode,
                    System::Oapi => RefusalShape::Oapi,
                };
            }
        }
        None => {
            let named = member("code").or_else(|| member("errorcode"));
            let states_fault = match &named {
                _ if success == Some(true) => false,
                Some(code) => !raw.is_success() || success == Some(false) || !is_fine(code),
                None => success == Some(false) && (raw.is_success() || raw.is_client_fault()),
            };
            if !states_fault {
                return None;
            }
            message = member("message").or_else(|| member("errmsg")).or_else(|| member("errormsg")).unwrap_or_default();
            all_text = message.clone();
            shape = if named.is_some() { RefusalShape::Api } else { RefusalShape::NoSuccess };
            (code, wrapper) = (named, None);
        }
    }
    let mut scopes = said::required_scopes(object);
    for scope in said::scopes_in(&all_text) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Some(Refusal {
        system: endpoint.system,
        code: code.map(|code| said::clipped(code.trim(), 200)),
        wrapper,
        message: said::clipped(message.trim(), said::MESSAGE_LIMIT),
        http: raw.http,
        scopes,
        ip: said::ip_in(&all_text),
        app_key: said::app_key_in(&all_text),
        links: said::links_in(&all_text),
        shape,
    })
}

fn is_zero(code: &str) -> bool {
    code.trim().parse::<f64>().is_ok_and(|number| number == 0.0)
}

/// Codes that some gateways put into answers that are fine.
fn is_fine(code: &str) -> bool {
    is_zero(code) || ["ok", "success", "200"].iter().any(|fine| code.trim().eq_ignore_ascii_case(fine))
}

fn not_json(endpoint: &Endpoint, raw: &RawAnswer<'_>) -> Fault {
    let text = raw.text();
    if said::is_ban_page(&text) {
        return Fault::Refused(bare(endpoint, raw, RefusalShape::IpBan, &said::page_text(&text)));
    }
    let why = Unreadable::NotJson { content_type: raw.content_type.to_owned() };
    unreadable(endpoint, raw, why, &said::page_text(&text))
}

fn incomplete(endpoint: &Endpoint, raw: &RawAnswer<'_>) -> Fault {
    let text = raw.text();
    if said::is_ban_page(&text) {
        return Fault::Refused(bare(endpoint, raw, RefusalShape::IpBan, &said::page_text(&text)));
    }
    if raw.is_client_fault() {
        // The status alone says that nothing was done.
        return Fault::Refused(bare(endpoint, raw, RefusalShape::NoCode, &said::page_text(&text)));
    }
    match raw.end {
        BodyEnd::TimedOut => Fault::Unknown(Doubt::TimedOut),
        BodyEnd::Cancelled => Fault::Unknown(Doubt::Cancelled),
        BodyEnd::TooLarge => unreadable(endpoint, raw, Unreadable::TooLarge { limit: ANSWER_LIMIT }, ""),
        BodyEnd::CutOff | BodyEnd::Whole => unreadable(endpoint, raw, Unreadable::CutOff, ""),
    }
}

/// The fault of an answer in which nothing can be read: the HTTP status decides.
fn unreadable(endpoint: &Endpoint, raw: &RawAnswer<'_>, why: Unreadable, text: &str) -> Fault {
    let http = raw.http;
    if raw.is_client_fault() {
        let shape = match why {
            Unreadable::NotJson { content_type } => RefusalShape::WrongContent { content_type },
            _ => RefusalShape::NoCode,
        };
        return Fault::Refused(bare(endpoint, raw, shape, text));
    }
    Fault::Unknown(if raw.is_success() {
        Doubt::NoReadableAnswer { http, why }
    } else {
        Doubt::ServerError { http, why }
    })
}

/// A refusal without a code.
fn bare(endpoint: &Endpoint, raw: &RawAnswer<'_>, shape: RefusalShape, text: &str) -> Refusal {
    Refusal {
        system: endpoint.system,
        code: None,
        wrapper: None,
        message: said::clipped(text.trim(), said::MESSAGE_LIMIT),
        http: raw.http,
        scopes: Vec::new(),
        ip: None,
        app_key: None,
        links: Vec::new(),
        shape,
    }
}
