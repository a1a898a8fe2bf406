//! Small lenient readers: members in whatever capitals, numbers as strings, and what stands inside a message's text
//! (sub code, scopes, the caller's IP, links). They find less rather than fail, and never panic.

use std::net::IpAddr;

use serde_json::{Map, Value};

/// The longest message kept of an answer, in characters.
pub(crate) const MESSAGE_LIMIT: usize = 2000;

/// A member by name, ignoring case and underscores: `requestid`, `RequestId`, `request_id` are one.
///
/// An exact name wins; a `null` counts as absent.
pub(crate) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| same_name(key, name)).map(|(_, value)| value))
        .filter(|value| !value.is_null())
}

fn same_name(a: &str, b: &str) -> bool {
    plain(a).eq(plain(b))
}

/// A name without underscores and capitals.
fn plain(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase())
}

/// A member by name at the top or inside `result`.
pub(crate) fn find<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    member(object, name).or_else(|| member(member(object, "result")?.as_object()?, name))
}

/// A value as text: numbers and booleans in their own spelling, lists and objects as JSON.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// A value as a whole number, also when it came as text or with a zero fraction.
pub(crate) fn number(value: &Value) -> Option<i64> {
    let text = text(value)?;
    let text = text.trim();
    text.parse().ok().or_else(|| text.strip_suffix(".0")?.parse().ok())
}

/// A value as a boolean, also when it came as text or number (`{"success":"true"}` is documented).
pub(crate) fn truth(value: &Value) -> Option<bool> {
    match text(value)?.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The text, cut to a number of characters with an ellipsis.
pub(crate) fn clipped(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// `60011` of `ding talk error[subcode=60011,submsg=…]`.
pub(crate) fn sub_code(text: &str) -> Option<String> {
    let rest = after(text, "subcode=").or_else(|| after(text, "sub_code="))?;
    let code = rest.split([',', ']', ' ']).next()?.trim();
    (!code.is_empty()).then(|| code.to_owned())
}

/// What follows `submsg=`, without the closing bracket of the wrapper.
pub(crate) fn sub_message(text: &str) -> Option<String> {
    let rest = after(text, "submsg=").or_else(|| after(text, "sub_msg="))?.trim_end();
    let opened = rest.matches('[').count();
    let message = if rest.matches(']').count() > opened { rest.strip_suffix(']').unwrap_or(rest) } else { rest };
    (!message.trim().is_empty()).then(|| message.trim().to_owned())
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let at = text.to_ascii_lowercase().find(mark)?;
    text.get(at + mark.len()..)
}

/// `accessdenieddetail.requiredScopes`.
pub(crate) fn required_scopes(object: &Map<String, Value>) -> Vec<String> {
    let found =
        member(object, "accessdenieddetail").and_then(Value::as_object).and_then(|d| member(d, "requiredscopes"));
    match found {
        Some(Value::Array(items)) => items.iter().filter_map(text).filter(|scope| !scope.trim().is_empty()).collect(),
        Some(Value::String(one)) => list(one).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '、', '，', ';']).map(str::trim).filter(|item| !item.is_empty())
}

/// Scopes named in a message: `{requiredScopes=[a, b]}` or `[qyapi_…]`.
pub(crate) fn scopes_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in text.match_indices('[') {
        let Some(rest) = text.get(at + 1..) else { continue };
        let Some(end) = rest.find([']', '[']) else { continue };
        let Some(inside) = rest.get(..end) else { continue };
        if !rest.get(end..).is_some_and(|tail| tail.starts_with(']')) {
            continue;
        }
        let named = text.get(..at).is_some_and(|head| head.to_ascii_lowercase().ends_with("requiredscopes="));
        let items: Vec<&str> = list(inside).collect();
        if !items.is_empty() && items.iter().all(|item| named || is_scope(item)) {
            for item in items {
                if !found.iter().any(|known| known == item) {
                    found.push(item.to_owned());
                }
            }
        }
    }
    found
}

/// `qyapi_get_member`, `Contact.User.Read`.
fn is_scope(text: &str) -> bool {
    let words = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'));
    let dotted = text.contains('.') && text.split('.').all(|part| part.starts_with(|c: char| c.is_ascii_uppercase()));
    words && (text.starts_with("qyapi_") || dotted)
}

/// The caller's address in `…,request ip=1.2.3.4 appKey(ding…)`, IPv4 or IPv6.
pub(crate) fn ip_in(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("ip").find_map(|(at, _)| {
        let rest = text.get(at + 2..)?.trim_start();
        let rest = rest.strip_prefix(['=', ':', '：', '(', '（', '[', '【']).unwrap_or(rest).trim_start();
        let end = rest.find(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':'))).unwrap_or(rest.len());
        let candidate = rest.get(..end)?.trim_end_matches(['.', ':']);
        candidate.parse::<IpAddr>().ok().map(|ip| ip.to_string())
    })
}

/// The app key in `appKey(ding…)`.
pub(crate) fn app_key_in(text: &str) -> Option<String> {
    let rest = after(text, "appkey(")?;
    let key = rest.split(')').next()?.trim();
    (!key.is_empty() && key.len() <= 128 && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        .then(|| key.to_owned())
}

/// The https links in a message.
pub(crate) fn links_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in text.match_indices("https://") {
        let Some(rest) = text.get(at..) else { continue };
        let ends = |c: char| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '"' | '\'' | '<' | '>' | '[' | ']' | '{' | '}' | ',' | '\\' | '`')
                || matches!(c, '，' | '。' | '、' | '；' | '（' | '）' | '”' | '“')
        };
        let link = rest.split(ends).next().unwrap_or_default().trim_end_matches(['.', ';', ')', '!', '?', ':']);
        if url::Url::parse(link).is_ok_and(|url| url.has_host()) && !found.iter().any(|known| known == link) {
            found.push(link.to_owned());
        }
    }
    found
}

/// Whether a page is the gateway's IP ban (its resources live under `_____tmd_____`, its parameters begin with `x5`).
pub(crate) fn is_ban_page(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let html = lower.trim_start().starts_with('<');
    html && ["_____tmd_____", "x5secdata", "x5referer", "punish"].iter().any(|mark| lower.contains(mark))
}

/// What a page says: its title, else its text without tags, else the beginning of it.
pub(crate) fn page_text(text: &str) -> String {
    if text.matches('\u{fffd}').count() > 3 {
        // Another encoding (GBK, a picture): rubbish helps nobody; the raw answer is kept beside it.
        return String::new();
    }
    let lower = text.to_ascii_lowercase();
    if let Some(title) = between(text, &lower, "<title>", "</title>").filter(|title| !title.trim().is_empty()) {
        return clipped(title.trim(), 300);
    }
    if !lower.trim_start().starts_with('<') {
        return clipped(text.trim(), 300);
    }
    let mut plain = String::new();
    let mut in_tag = false;
    for c in text.chars() {
        match c {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                plain.push(' ');
            }
            _ if !in_tag => plain.push(c),
            _ => {}
        }
    }
    clipped(&plain.split_whitespace().collect::<Vec<_>>().join(" "), 300)
}

fn between<'a>(text: &'a str, lower: &str, open: &str, close: &str) -> Option<&'a str> {
    let start = lower.find(open)? + open.len();
    let end = start + lower.get(start..)?.find(close)?;
    text.get(start..end)
}
