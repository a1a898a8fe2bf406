//! One call as it will go out: endpoint, query and body, and its text with everything secret masked.
//!
//! Makes bytes, opens no connection. The typed makers are in [`super::calls`].

use std::borrow::Cow;

use url::form_urlencoded;

use super::endpoint::Endpoint;
use super::host::Hosts;
use super::mask::{MASK, Masker};
use super::multipart::Multipart;
use super::secret::Secret;
use super::{Method, System};

/// Header that carries the token of the api system.
pub const TOKEN_HEADER: &str = "x-acs-dingtalk-access-token";

/// What this program calls itself on the wire.
pub const USER_AGENT: &str = concat!("DingComposer/", env!("CARGO_PKG_VERSION"));

/// The body of a call.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// No body.
    None,
    /// JSON text, sent exactly as it stands.
    Json(String),
    /// Form fields, percent-encoded once as UTF-8. The docs' own curl encodes quotes with backslashes: not imitated.
    Form(Vec<(Cow<'static, str>, String)>),
    /// A file.
    Multipart(Multipart),
}

/// Only kind and size: a token call's body holds a secret, and a body alone does not know which part that is.
impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Json(text) => write!(f, "Json({} bytes)", text.len()),
            Self::Form(fields) => write!(f, "Form({} fields)", fields.len()),
            Self::Multipart(file) => file.fmt(f),
        }
    }
}

impl Body {
    /// The text that goes out; of a file only its size.
    pub fn to_text(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Json(text) => text.clone(),
            Self::Form(fields) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                for (name, value) in fields {
                    form.append_pair(name, value);
                }
                form.finish()
            }
            Self::Multipart(file) => file.shown(),
        }
    }

    /// The bytes that go out.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Multipart(file) => file.to_bytes(),
            other => other.to_text().into_bytes(),
        }
    }

    /// How many bytes go out; `text` is that of [`Body::to_text`].
    fn length(&self, text: &str) -> usize {
        match self {
            Self::Multipart(file) => file.length(),
            _ => text.len(),
        }
    }

    /// The content type that names it.
    pub fn content_type(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Json(_) => Some("application/json; charset=utf-8"),
            Self::Form(_) => Some("application/x-www-form-urlencoded;charset=utf-8"),
            Self::Multipart(file) => Some(file.content_type()),
        }
    }
}

/// A call that can be shown and made. Its `Debug` text is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Which call it is.
    pub endpoint: &'static Endpoint,
    /// Query parameters without the token, not encoded yet.
    pub query: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
    /// Secrets inside query or body (app secret, suite ticket, signature): masked wherever the call is shown.
    pub(crate) secrets: Vec<Secret>,
}

impl Call {
    /// A call without secrets of its own.
    pub fn new(endpoint: &'static Endpoint, query: Vec<(&'static str, String)>, body: Body) -> Self {
        Self { endpoint, query, body, secrets: Vec::new() }
    }

    /// The whole HTTP request as it will go out, with the token and every secret masked.
    pub fn preview(&self, hosts: &Hosts) -> String {
        self.mask(&Masker::new(&self.secrets), &self.request_text(&self.address(hosts)))
    }

    /// The address with the token masked.
    pub fn url_masked(&self, hosts: &Hosts) -> String {
        self.mask(&Masker::new(&self.secrets), &self.url_text(&self.address(hosts)))
    }

    /// Masks a text of this call; in a token call also what stands under a secret's name, however short it is.
    pub(crate) fn mask(&self, masker: &Masker, text: &str) -> String {
        if self.endpoint.needs_token { masker.text(text) } else { masker.with_keys(text) }
    }

    /// Everything secret in this call when it is made with `token`.
    pub(crate) fn masker(&self, token: Option<&Secret>) -> Masker {
        Masker::new(self.secrets.iter().chain(token))
    }

    /// The query as it goes out; `token` is put first, as in the documents.
    pub(crate) fn query_text(&self, token: Option<&Secret>) -> Option<String> {
        let token = token.filter(|_| self.token_in_query()).map(|token| encode(token.open()));
        self.query_with(token.as_deref())
    }

    /// The headers that this program sets, in the order shown. The token stands in for itself.
    pub(crate) fn headers<'a>(&'a self, token: Option<&'a str>) -> Vec<(&'static str, &'a str)> {
        let mut headers = Vec::with_capacity(4);
        if let Some(token) = token.filter(|_| self.endpoint.needs_token && self.endpoint.system == System::Api) {
            headers.push((TOKEN_HEADER, token));
        }
        if let Some(kind) = self.body.content_type() {
            headers.push(("content-type", kind));
        }
        headers.push(("accept", "application/json"));
        headers.push(("user-agent", USER_AGENT));
        headers
    }

    fn token_in_query(&self) -> bool {
        self.endpoint.needs_token && self.endpoint.system == System::Oapi
    }

    fn query_with(&self, token: Option<&str>) -> Option<String> {
        let pairs = token
            .map(|token| format!("access_token={token}"))
            .into_iter()
            .chain(self.query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))));
        let text = pairs.collect::<Vec<_>>().join("&");
        (!text.is_empty()).then_some(text)
    }

    /// Where it goes, without a query.
    pub(crate) fn address(&self, hosts: &Hosts) -> url::Url {
        hosts.of(self.endpoint.system).join(self.endpoint.path)
    }

    /// The query as it is shown.
    fn query_shown(&self) -> Option<String> {
        self.query_with(self.token_in_query().then_some(MASK))
    }

    pub(crate) fn url_text(&self, address: &url::Url) -> String {
        match self.query_shown() {
            Some(query) => format!("{address}?{query}"),
            None => address.as_str().to_owned(),
        }
    }

    pub(crate) fn request_text(&self, address: &url::Url) -> String {
        let body = self.body.to_text();
        let query = self.query_shown();
        let mut text = String::with_capacity(512 + body.len());
        text.extend([self.endpoint.method.name(), " ", address.path()]);
        if let Some(query) = &query {
            text.extend(["?", query]);
        }
        text.extend([" HTTP/1.1\nhost: ", address.host_str().unwrap_or_default()]);
        if let Some(port) = address.port() {
            text.extend([":", &port.to_string()]);
        }
        for (name, value) in self.headers(Some(MASK)) {
            text.extend(["\n", name, ": ", value]);
        }
        // The one header that the HTTP library adds by itself.
        text.push_str("\naccept-encoding: gzip");
        if self.endpoint.method != Method::Get {
            text.extend(["\ncontent-length: ", &self.body.length(&body).to_string()]);
        }
        text.extend(["\n\n", &body]);
        text
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let masker = Masker::new(&self.secrets);
        f.debug_struct("Call")
            .field("endpoint", &self.endpoint.name())
            .field("query", &self.mask(&masker, &self.query_with(None).unwrap_or_default()))
            .field("body", &self.mask(&masker, &self.body.to_text()))
            .finish()
    }
}

/// Percent-encodes a query value as DingTalk's own SDK does: a blank is `%20`, `*` is `%2A`, `+` is `%2B` (dossier A3.5).
fn encode(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20").replace('*', "%2A")
}
