//! What can go wrong with a call, in three kinds that decide what may be done next.
//!
//! [`Refusal`]: the server answered and says no; nothing was done. [`NotSent`]: the request surely never arrived.
//! [`Doubt`]: it may have arrived; a send is then never repeated by itself. Holds no text for people: the catalogue
//! explains it. Every text in here is masked already.

use super::System;
use super::mask::Masker;

/// Why a call did not succeed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The server answered with a fault.
    Refused(Refusal),
    /// The request surely did not arrive.
    NotSent(NotSent),
    /// It may have arrived, and no readable answer came.
    Unknown(Doubt),
}

/// A fault that the server told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The system that answered.
    pub system: System,
    /// The code that says what is wrong: of an 88 wrapper its sub code. `None` where the answer had none.
    pub code: Option<String>,
    /// The wrapper's own code (`88`) where there was one.
    pub wrapper: Option<String>,
    /// The server's message, or the beginning of a page's text; may be empty.
    pub message: String,
    /// HTTP status. The old system answers 200 with a fault inside.
    pub http: u16,
    /// Permission points that the answer asks for.
    pub scopes: Vec<String>,
    /// The caller's IP address as DingTalk saw it, where the answer names it.
    pub ip: Option<String>,
    /// The app key that the answer names.
    pub app_key: Option<String>,
    /// The https links in the message, in order.
    pub links: Vec<String>,
    /// What the answer looked like.
    pub shape: RefusalShape,
}

/// What a refusing answer looked like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RefusalShape {
    /// `{"code","message","requestid"}`, in whatever capitals.
    Api,
    /// An `errcode` body from the api host.
    ApiErrcode,
    /// `{"errcode","errmsg"}`.
    Oapi,
    /// Errcode 88 with the real code inside.
    OapiWrapped,
    /// An api answer with `"success": false`.
    NoSuccess,
    /// The gateway's IP ban: `{"status":1111,…,"punish":"deny"}` or its HTML page.
    IpBan,
    /// Something that is not JSON, with the content type it claimed.
    WrongContent {
        /// The `content-type` header, empty when there was none.
        content_type: String,
    },
    /// A redirect, which is never followed: a token must not travel to another host.
    Redirect {
        /// Where it points, masked.
        location: String,
    },
    /// A 4xx with nothing that can be read in it.
    NoCode,
}

impl Refusal {
    /// A refusal without anything but what is named, for tests.
    #[cfg(test)]
    pub fn example(system: System, http: u16, code: Option<&str>, message: &str, shape: RefusalShape) -> Self {
        Self {
            system,
            code: code.map(str::to_owned),
            wrapper: None,
            message: message.to_owned(),
            http,
            scopes: Vec::new(),
            ip: None,
            app_key: None,
            links: Vec::new(),
            shape,
        }
    }

    /// Whether the token is not (or no longer) accepted: nothing was done, and a new token may heal it.
    pub fn is_invalid_token(&self) -> bool {
        const CODES: [&str; 8] = [
            "InvalidAuthentication",
            "invalidAccessToken",
            "accesstoken.expired",
            "40014",
            "40001",
            "42001",
            "33001",
            "40000",
        ];
        match &self.code {
            // Plain 40000 has another meaning; as a sub code it is "access_token is blank" (dossier B).
            Some(code) if code == "40000" => self.wrapper.is_some(),
            Some(code) => CODES.iter().any(|known| known.eq_ignore_ascii_case(code)),
            None => self.http == 401 && self.shape == RefusalShape::NoCode,
        }
    }

    /// Whether a limit on calls per time stopped it. Such 403s are not permission faults although they look like it.
    pub fn is_rate_limit(&self) -> bool {
        if self.shape == RefusalShape::IpBan {
            return true;
        }
        let Some(code) = &self.code else { return self.http == 429 };
        if let Ok(number) = code.parse::<u32>() {
            return matches!(number, 45009 | 90001..=90017 | 90018 | 143_103 | 143_104 | 143_203 | 143_204);
        }
        let lower = code.to_ascii_lowercase();
        ["qpslimit", "qpmlimit", "qps.exceed", "request.overlimit", "throttling"]
            .iter()
            .any(|part| lower.contains(part))
    }

    /// Whether a permission point (or the right to see a person or department) is missing.
    pub fn is_permission(&self) -> bool {
        if self.is_rate_limit() || self.is_ip_list() {
            return false;
        }
        let Some(code) = &self.code else { return false };
        let lower = code.to_ascii_lowercase();
        matches!(
            lower.as_str(),
            "60011" | "43007" | "48002" | "41044" | "50002" | "50004" | "unauthorized" | "auth.error"
        ) || lower == "permission.checkfailed"
            || lower.contains("permissiondenied")
            || !self.scopes.is_empty()
    }

    /// Whether the caller's IP address is not on the app's list.
    pub fn is_ip_list(&self) -> bool {
        self.code.as_deref().is_some_and(|code| code == "60020" || code.ends_with("IpNotInWhiteList"))
    }

    pub(crate) fn masked(self, masker: &Masker) -> Self {
        let text = |text: String| masker.with_keys(&text);
        Self {
            system: self.system,
            code: self.code.map(text),
            wrapper: self.wrapper.map(text),
            message: text(self.message),
            http: self.http,
            scopes: self.scopes.into_iter().map(text).collect(),
            ip: self.ip.map(text),
            app_key: self.app_key.map(text),
            links: self.links.into_iter().map(text).collect(),
            shape: match self.shape {
                RefusalShape::WrongContent { content_type } => {
                    RefusalShape::WrongContent { content_type: text(content_type) }
                }
                RefusalShape::Redirect { location } => RefusalShape::Redirect { location: text(location) },
                other => other,
            },
        }
    }
}

/// Why a request surely did not arrive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotSent {
    /// The host's name could not be resolved.
    Dns {
        /// The host asked for.
        host: String,
    },
    /// The host refuses connections.
    ConnectionRefused {
        /// Host and port.
        host: String,
    },
    /// No connection within the time allowed.
    ConnectTimedOut {
        /// Host and port.
        host: String,
    },
    /// No connection for another reason: no route, connection reset.
    Unreachable {
        /// The system's own words, masked.
        reason: String,
    },
    /// No secure connection: unknown certificate, wrong name, not a TLS server.
    Tls {
        /// The TLS library's words, masked.
        reason: String,
    },
    /// The system's proxy did not let the call through.
    Proxy {
        /// What it said, masked.
        reason: String,
    },
    /// This computer has no CA certificates, so no https connection can be trusted.
    NoCertificates,
    /// The request could not be built: an impossible address, or a token with characters that no header may hold.
    BadRequest {
        /// What is wrong with it, masked.
        reason: String,
    },
    /// There is no token and nothing to get one with: the named credential is empty.
    NoToken {
        /// `appKey`, `appSecret`, `suiteKey`, `suiteSecret`, `authCorpId`, `suiteTicket` or `accessToken`.
        missing: &'static str,
    },
    /// The token was pasted and cannot be renewed by the program.
    CannotRenew,
    /// No answer came to the token call made before this one; the call itself was not made.
    TokenUnknown(Doubt),
    /// Cancelled before it left.
    Cancelled,
    /// The profile's own guard held it back: somebody in it is not among those who alone may receive.
    Guarded {
        /// The first of them; empty where the message does not say whom it reaches.
        who: String,
    },
}

/// Why it is not known whether a call was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Doubt {
    /// No (whole) answer within the time allowed, after the request left.
    TimedOut,
    /// The connection ended after the request left and before a whole answer.
    Cut {
        /// What the system says of it, masked.
        reason: String,
    },
    /// Cancelled by the person after it left.
    Cancelled,
    /// A 5xx without a readable answer.
    ServerError {
        /// HTTP status.
        http: u16,
        /// Why the answer says nothing.
        why: Unreadable,
    },
    /// A 2xx whose answer does not say what happened.
    NoReadableAnswer {
        /// HTTP status.
        http: u16,
        /// Why the answer says nothing.
        why: Unreadable,
    },
}

/// Why an answer says nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unreadable {
    /// No bytes.
    Empty,
    /// It ended before it was whole.
    CutOff,
    /// More bytes than are ever read.
    TooLarge {
        /// The largest answer that is read, in bytes.
        limit: u64,
    },
    /// Not JSON.
    NotJson {
        /// The `content-type` header, empty when there was none.
        content_type: String,
    },
    /// JSON, but not an object.
    NotAnObject,
    /// An object that says neither success nor a fault.
    NoVerdict,
}

impl Fault {
    /// Whether the request may have arrived.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// What the server refused, if it did.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::NotSent(_) | Self::Unknown(_) => None,
        }
    }

    pub(crate) fn masked(self, masker: &Masker) -> Self {
        let text = |text: String| masker.with_keys(&text);
        match self {
            Self::Refused(refusal) => Self::Refused(refusal.masked(masker)),
            Self::NotSent(not_sent) => Self::NotSent(match not_sent {
                NotSent::Unreachable { reason } => NotSent::Unreachable { reason: text(reason) },
                NotSent::Tls { reason } => NotSent::Tls { reason: text(reason) },
                NotSent::Proxy { reason } => NotSent::Proxy { reason: text(reason) },
                NotSent::BadRequest { reason } => NotSent::BadRequest { reason: text(reason) },
                NotSent::TokenUnknown(doubt) => NotSent::TokenUnknown(doubt.masked(masker)),
                other => other,
            }),
            Self::Unknown(doubt) => Self::Unknown(doubt.masked(masker)),
        }
    }
}

impl Doubt {
    fn masked(self, masker: &Masker) -> Self {
        match self {
            Self::Cut { reason } => Self::Cut { reason: masker.with_keys(&reason) },
            Self::ServerError { http, why } => Self::ServerError { http, why: why.masked(masker) },
            Self::NoReadableAnswer { http, why } => Self::NoReadableAnswer { http, why: why.masked(masker) },
            other => other,
        }
    }
}

impl Unreadable {
    fn masked(self, masker: &Masker) -> Self {
        match self {
            Self::NotJson { content_type } => Self::NotJson { content_type: masker.with_keys(&content_type) },
            other => other,
        }
    }
}
