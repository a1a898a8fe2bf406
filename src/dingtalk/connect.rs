//! Why a connection did not come about: from the HTTP library's chain of errors to one of our own reasons.

use std::error::Error;
use std::io;

use super::fault::NotSent;
use super::host::BaseUrl;

/// Why an HTTP client could not be made.
#[derive(Debug)]
pub(crate) enum BuildError {
    /// The computer has no CA certificates.
    NoCertificates,
    /// Anything else, in the library's words.
    Other(String),
}

impl BuildError {
    /// Reads the library's error.
    pub fn of(error: &reqwest::Error) -> Self {
        let told = tell(error);
        // rustls-platform-verifier 0.7 has only this text for it.
        if told.contains("No CA certificates") { Self::NoCertificates } else { Self::Other(told) }
    }
}

impl From<BuildError> for NotSent {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::NoCertificates => Self::NoCertificates,
            BuildError::Other(reason) => Self::Tls { reason },
        }
    }
}

/// The chain of errors as one line, without the address (it may hold a token).
pub(crate) fn tell(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next: Option<&dyn Error> = error.source();
    while let Some(cause) = next {
        let text = match cause.downcast_ref::<reqwest::Error>() {
            // Its own text ends with the address.
            Some(_) => String::new(),
            None => cause.to_string(),
        };
        if !text.is_empty() && !parts.iter().any(|known| known.contains(&text)) {
            parts.push(text);
        }
        next = cause.source();
    }
    if parts.is_empty() {
        parts.push(if error.is_builder() { "the request could not be built" } else { "the request failed" }.to_owned());
    }
    parts.join(": ")
}

/// The reason of an error that happened before the request left.
pub(crate) fn explain_not_sent(error: &reqwest::Error, base: &BaseUrl) -> NotSent {
    let reason = tell(error);
    if error.is_builder() {
        return NotSent::BadRequest { reason };
    }
    let host = base.authority();
    let mut next: Option<&dyn Error> = error.source();
    let (mut io_kind, mut tls, mut proxy) = (None, None, false);
    while let Some(cause) = next {
        let text = cause.to_string();
        // hyper-util does not export these two error types; their texts begin so.
        proxy |= text.starts_with("tunnel error") || text.starts_with("SOCKS error");
        let mut inner: Option<&dyn Error> = Some(cause);
        // An io::Error's source skips the error it wraps, and these are wrapped twice.
        while let Some(one) = inner {
            if let Some(found) = one.downcast_ref::<rustls::Error>() {
                tls = Some(found.to_string());
            }
            inner = one.downcast_ref::<io::Error>().and_then(|found| {
                io_kind = Some(found.kind());
                found.get_ref().map(|wrapped| wrapped as &dyn Error)
            });
        }
        next = cause.source();
    }
    if proxy {
        return NotSent::Proxy { reason };
    }
    if let Some(reason) = tls {
        return NotSent::Tls { reason };
    }
    if error.is_dns() {
        return NotSent::Dns { host: base.host() };
    }
    if error.is_timeout() {
        return NotSent::ConnectTimedOut { host };
    }
    match io_kind {
        Some(io::ErrorKind::ConnectionRefused) => NotSent::ConnectionRefused { host },
        // The peer hung up during the handshake.
        Some(io::ErrorKind::UnexpectedEof) if base.as_str().starts_with("https:") => NotSent::Tls { reason },
        _ => NotSent::Unreachable { reason },
    }
}
