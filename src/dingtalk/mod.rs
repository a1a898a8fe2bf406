//! The wire: DingTalk's two systems, their calls, answers, faults and tokens.
//!
//! Knows no drafts, no files and no screen. `System::Api` is the new style (`api.dingtalk.com`, token in a header, JSON,
//! camelCase), `System::Oapi` the old one (`oapi.dingtalk.com`, token in the query, forms, snake_case, HTTP 200 with an
//! `errcode`). The two are never mixed: see the table at the top of the API dossier.

//!
//! From the ground up: [`endpoint`] (the calls as data), [`call`] and [`calls`] (one request, its makers), [`multipart`] and
//! [`media`] (uploads), [`picture`] (pictures of the web, without a token), [`mask`], [`fault`],
//! `judge` (bytes to verdict), [`client`] (the socket), [`tokens`] and [`session`] (tokens kept and healed), [`check`],
//! [`probe`] (what a token may do), [`answers`] (lenient readers).

pub mod answers;
mod awake;
pub mod call;
pub mod calls;
pub mod check;
pub mod client;
mod connect;
pub mod endpoint;
pub mod exchange;
pub mod fault;
pub mod host;
mod judge;
pub mod mask;
pub mod media;
pub mod multipart;
pub mod picture;
pub mod probe;
mod said;
pub mod secret;
pub mod session;
pub mod tokens;

#[cfg(test)]
mod tests;

pub use answers::{Department, Member, MembersPage, Scopes, SendAnswer};
pub use call::{Body, Call};
pub use calls::{FreeNoticeForm, NoticeForm};
pub use check::{CheckItem, CheckResult, CheckStep, check};
pub use client::{Client, Timeouts};
pub use endpoint::Endpoint;
pub use exchange::{Answer, Exchange, Failure};
pub use fault::{Doubt, Fault, NotSent, Refusal, RefusalShape, Unreadable};
pub use host::{BaseUrl, BaseUrlError, Hosts};
pub use judge::ANSWER_LIMIT;
pub use media::{MediaProblem, MediaType};
pub use multipart::Multipart;
pub use probe::Probe;
pub use secret::Secret;
pub use session::{Session, TokenState, TokenStatus};
pub use tokens::{CachedToken, Clock, Credentials, MemoryTokenCache, SystemClock, TokenCache};

/// One of DingTalk's two server systems.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// New style: `https://api.dingtalk.com`, token in the header `x-acs-dingtalk-access-token`.
    Api,
    /// Old style ("top"): `https://oapi.dingtalk.com`, token in the query as `access_token`.
    Oapi,
}

impl System {
    /// Both systems.
    pub const ALL: [Self; 2] = [Self::Api, Self::Oapi];

    /// The short name used in reports and settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Oapi => "oapi",
        }
    }
}

/// HTTP methods that DingTalk's calls use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
}

impl Method {
    /// The method as written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}
