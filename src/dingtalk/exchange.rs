//! What went out and what came back, masked: the part of a call that may be shown, copied and kept.

use std::time::Duration;

use serde_json::Value;

use super::call::Call;
use super::endpoint::Endpoint;
use super::fault::Fault;
use super::mask::Masker;
use super::{Method, System};

/// How much of an answer is kept for showing, in bytes.
pub const KEPT_ANSWER: usize = 64 * 1024;

/// One request and its answer. Nothing in it is secret.
#[derive(Clone, PartialEq, Debug)]
pub struct Exchange {
    /// The call that was made.
    pub endpoint: &'static Endpoint,
    /// The system it went to.
    pub system: System,
    /// HTTP method.
    pub method: Method,
    /// Path below the base address.
    pub path: &'static str,
    /// The whole address, its `access_token` and other secrets masked.
    pub url_masked: String,
    /// The whole request as text, masked.
    pub request_masked: String,
    /// HTTP status; `None` when no answer came.
    pub http_status: Option<u16>,
    /// The answer's text, masked, at most [`KEPT_ANSWER`] bytes; empty when none came.
    pub answer_masked: String,
    /// DingTalk's id of the request, from the body or the `x-acs-request-id` header.
    pub request_id: Option<String>,
    /// The `retry-after` header as it came: seconds, or a date.
    pub retry_after: Option<String>,
    /// From the start of the call to its end.
    pub elapsed: Duration,
    /// How often the call was made: 2 when an invalid token was renewed in between.
    pub attempts: u32,
}

impl Exchange {
    /// An exchange before anything happened, with [`Call::address`].
    pub(crate) fn before(address: &url::Url, call: &Call, masker: &Masker) -> Self {
        Self {
            endpoint: call.endpoint,
            system: call.endpoint.system,
            method: call.endpoint.method,
            path: call.endpoint.path,
            url_masked: call.mask(masker, &call.url_text(address)),
            request_masked: call.mask(masker, &call.request_text(address)),
            http_status: None,
            answer_masked: String::new(),
            request_id: None,
            retry_after: None,
            elapsed: Duration::ZERO,
            attempts: 1,
        }
    }

    /// Keeps an answer's text, masked. What is cut off is counted.
    pub(crate) fn keep_answer(&mut self, masker: &Masker, body: &[u8]) {
        let kept = body.get(..KEPT_ANSWER).unwrap_or(body);
        let mut text = masker.with_keys(&String::from_utf8_lossy(kept));
        if kept.len() < body.len() {
            text = format!("{text}… (+{} B)", body.len() - kept.len());
        }
        self.answer_masked = text;
    }
}

/// A call that was answered with success.
#[derive(Clone, PartialEq)]
pub struct Answer {
    /// What went out and came back, masked.
    pub exchange: Exchange,
    /// The answer itself, **not** masked: a token call's answer holds a token. Not in the `Debug` text.
    pub value: Value,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("exchange", &self.exchange).finish_non_exhaustive()
    }
}

/// A call that was not answered with success.
#[derive(Clone, PartialEq, Debug)]
pub struct Failure {
    /// What went out and came back, masked. Of a token call when fetching a token was what failed.
    pub exchange: Exchange,
    /// What went wrong.
    pub fault: Fault,
}
