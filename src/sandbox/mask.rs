//! Keeps secrets out of what the sandbox shows of a call.

use serde_json::Value;

use super::call::Call;

/// What stands in a secret's place.
const STARS: &str = "***";

/// Parameters and members whose value is a secret, in lower case.
const NAMES: [&str; 7] =
    ["access_token", "appsecret", "suitesecret", "suiteticket", "signature", "accesstoken", "client_secret"];
const HEADERS: [&str; 5] =
    ["x-acs-dingtalk-access-token", "authorization", "proxy-authorization", "cookie", super::CONTROL_HEADER];

/// The secrets that are known, and the places where unknown ones stand.
pub(super) struct Mask<'s>(Vec<&'s str>);

impl<'s> Mask<'s> {
    pub(super) fn new(known: impl Iterator<Item = &'s str>) -> Self {
        Self(known.filter(|secret| !secret.is_empty()).collect())
    }

    /// A text without any known secret.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            if text.contains(secret) {
                text = text.replace(secret, STARS);
            }
        }
        text
    }

    /// A query or form: the values of secret names masked, everything else as it stood.
    pub(super) fn query(&self, query: &str) -> String {
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) if !value.is_empty() && is_secret(name) => format!("{name}={STARS}"),
                _ => pair.to_owned(),
            })
            .collect();
        self.text(&pairs.join("&"))
    }

    pub(super) fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        headers
            .iter()
            .map(|(name, value)| {
                let value = if HEADERS.contains(&name.as_str()) { STARS.to_owned() } else { self.text(value) };
                (name.clone(), value)
            })
            .collect()
    }

    /// The body as text. A message's JSON stays as it was written but for known secrets; other JSON with a secret member is
    /// written anew.
    pub(super) fn body(&self, call: &Call) -> String {
        if call.header("content-type").is_some_and(|kind| kind.starts_with("multipart/")) {
            return self.text(&super::media::shown(call));
        }
        let text = String::from_utf8_lossy(&call.body);
        if call.header("content-type").is_some_and(|kind| kind.contains("form")) {
            return self.query(&text);
        }
        if call.path.contains("oauth2") || call.path.starts_with("/service/") {
            if let Ok(Value::Object(mut members)) = serde_json::from_str(&text) {
                for (name, value) in &mut members {
                    if is_secret(name) {
                        *value = Value::String(STARS.to_owned());
                    }
                }
                return self.text(&Value::Object(members).to_string());
            }
            // Not readable, and possibly a secret: nothing of it is shown.
            return if text.is_empty() { String::new() } else { STARS.to_owned() };
        }
        self.text(&text)
    }
}

fn is_secret(name: &str) -> bool {
    NAMES.contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dingtalk::System;

    fn call(path: &str, content_type: &str, body: &str) -> Call {
        Call {
            system: System::Oapi,
            method: "POST".to_owned(),
            path: path.to_owned(),
            query: String::new(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let mask = Mask::new(["tok123"].into_iter());
        assert_eq!(mask.query("a=1&access_token=zzz&b=tok123"), "a=1&access_token=***&b=***");
        assert_eq!(mask.body(&call("/topapi/x", "application/json", r#"{ "a":"tok123"}"#)), r#"{ "a":"***"}"#);
        assert_eq!(
            mask.body(&call("/v1.0/oauth2/accessToken", "application/json", r#"{"appKey":"k","appSecret":"wrong"}"#)),
            r#"{"appKey":"k","appSecret":"***"}"#
        );
        assert_eq!(mask.body(&call("/v1.0/oauth2/accessToken", "application/json", "appSecret wrong")), "***");
        assert_eq!(mask.headers(&[("cookie".to_owned(), "x".to_owned())]), [("cookie".to_owned(), "***".to_owned())]);
    }
}
