//! Pictures of the web that a card shows, fetched when a person asks for them.
//!
//! Never with a token, a cookie or a referer: an address comes from a template or a value, and is anybody's. Few
//! redirects, each looked at before it is followed; a bound on bytes and time; only what is a picture by its first bytes.

use std::{net::IpAddr, sync::Arc, time::Duration};

use tokio::sync::OnceCell;
use url::{Host, Url};

use super::{
    client::{Client, Reuse, Route, make},
    connect::tell,
};
use crate::lang::{Lang, text};

/// What is fetched at most, and how long it may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PictureRules {
    /// Bytes of one picture, after unpacking of the transfer.
    pub max_bytes: usize,
    /// Connecting, redirects and the whole answer together.
    pub total: Duration,
    /// Whether addresses of this computer are fetched: only where the sandbox is one.
    pub this_computer: bool,
}

impl Default for PictureRules {
    /// 10 MB, 15 s, not this computer.
    fn default() -> Self {
        Self { max_bytes: 10 * 1024 * 1024, total: Duration::from_secs(15), this_computer: false }
    }
}

/// How many pictures of one card are fetched at most.
pub const MOST: usize = 60;
/// How many are fetched at once.
pub const AT_ONCE: usize = 4;

/// How many redirects are followed.
const MOST_REDIRECTS: usize = 4;

/// Why there is no picture.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PictureFault {
    /// Not an http or https address, or one with a user name in it.
    #[error("not an http or https address")]
    Address,
    /// It points to this computer: nobody else would see it.
    #[error("an address of this computer")]
    ThisComputer,
    /// A redirect to where no redirect is followed: this computer, a private network, from https to http.
    #[error("a redirect to {0}")]
    Redirect(String),
    /// More redirects than are followed.
    #[error("too many redirects")]
    Redirects,
    /// The server answered something else than the picture.
    #[error("HTTP {0}")]
    Http(u16),
    /// It is no PNG, JPEG, GIF or WebP; with the type the server gives.
    #[error("not a picture: {0}")]
    Kind(String),
    /// More bytes than are fetched.
    #[error("more than {max} bytes")]
    TooLarge {
        /// The most.
        max: usize,
    },
    /// It took too long.
    #[error("timed out")]
    TimedOut,
    /// No connection, or it broke.
    #[error("unreachable: {0}")]
    Unreachable(String),
}

impl PictureFault {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Address => text(lang, "picture.address", &[]),
            Self::ThisComputer => text(lang, "picture.this_computer", &[]),
            Self::Redirect(host) => text(lang, "picture.redirect", &[("host", host.clone())]),
            Self::Redirects => text(lang, "picture.redirects", &[]),
            Self::Http(status) => text(lang, "picture.http", &[("status", status.to_string())]),
            Self::Kind(kind) => text(lang, "picture.kind", &[("kind", kind.clone())]),
            Self::TooLarge { max } => text(lang, "picture.too_large", &[("max", (max / 1024 / 1024).to_string())]),
            Self::TimedOut => text(lang, "picture.timed_out", &[]),
            Self::Unreachable(reason) => text(lang, "picture.unreachable", &[("reason", reason.clone())]),
        }
    }
}

/// Whether an address is one of the web, as far as its text says.
pub fn is_web(address: &str) -> bool {
    let lower = address.trim_start().get(..8).unwrap_or(address).to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https:/")
}

/// Whose computers an address leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
enum Reach {
    World,
    Private,
    ThisComputer,
}

fn reach_of_ip(ip: IpAddr) -> Reach {
    let ip = ip.to_canonical();
    let private = match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    if ip.is_loopback() || ip.is_unspecified() {
        Reach::ThisComputer
    } else if private {
        Reach::Private
    } else {
        Reach::World
    }
}

/// The nearest of the computers a host's name stands for. A name that is not known here is the proxy's business.
async fn reach(url: &Url) -> Reach {
    match url.host() {
        Some(Host::Ipv4(ip)) => reach_of_ip(ip.into()),
        Some(Host::Ipv6(ip)) => reach_of_ip(ip.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            if name == "localhost" || name.ends_with(".localhost") {
                return Reach::ThisComputer;
            }
            let found = tokio::net::lookup_host((name, url.port_or_known_default().unwrap_or(443))).await;
            found.map_or(Reach::World, |all| all.map(|at| reach_of_ip(at.ip())).max().unwrap_or(Reach::World))
        }
        None => Reach::World,
    }
}

fn read_address(address: &str) -> Result<Url, PictureFault> {
    let url = Url::parse(address.trim()).map_err(|_error| PictureFault::Address)?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    if plain && url.host().is_some() { Ok(url) } else { Err(PictureFault::Address) }
}

/// Fetches pictures. Cheap to clone.
#[derive(Clone, Default)]
pub struct Pictures(Arc<[OnceCell<reqwest::Client>; 3]>);

impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pictures")
    }
}

impl Pictures {
    /// The bytes of a picture: a PNG, JPEG, GIF or WebP file by its first bytes.
    ///
    /// # Errors
    /// [`PictureFault`].
    pub async fn fetch(&self, address: &str, rules: &PictureRules) -> Result<Vec<u8>, PictureFault> {
        let work = self.follow(address, rules);
        tokio::time::timeout(rules.total, work).await.unwrap_or(Err(PictureFault::TimedOut))
    }

    async fn follow(&self, address: &str, rules: &PictureRules) -> Result<Vec<u8>, PictureFault> {
        let mut url = read_address(address)?;
        let first = reach(&url).await;
        if first == Reach::ThisComputer && !rules.this_computer {
            return Err(PictureFault::ThisComputer);
        }
        let mut near = first;
        for _ in 0..=MOST_REDIRECTS {
            let response = self.get(&url, near == Reach::ThisComputer, rules).await?;
            if !response.status().is_redirection() {
                return read(response, rules).await;
            }
            let to = response.headers().get("location").and_then(|to| to.to_str().ok());
            let next = to.and_then(|to| url.join(to).ok()).ok_or(PictureFault::Http(response.status().as_u16()))?;
            let next = read_address(next.as_str())?;
            let refused = || PictureFault::Redirect(next.host_str().unwrap_or_default().to_owned());
            // Nearer than the first address was, or in clear where it was not: somebody else's choice.
            near = reach(&next).await;
            if near > first || url.scheme() == "https" && next.scheme() == "http" {
                return Err(refused());
            }
            url = next;
        }
        Err(PictureFault::Redirects)
    }

    async fn get(&self, url: &Url, here: bool, rules: &PictureRules) -> Result<reqwest::Response, PictureFault> {
        let route = match (here, url.scheme()) {
            (true, "http") => Route::Plain,
            (true, _) => Route::Local,
            (false, _) => Route::Remote,
        };
        let unreachable = |reason: String| PictureFault::Unreachable(reason);
        let connect = rules.total.min(Duration::from_secs(5));
        let once = self.0.get(route as usize).ok_or_else(|| unreachable(String::new()))?;
        let made = once.get_or_try_init(|| async move {
            // The cryptography is chosen once a process.
            Client::new(super::Timeouts::default()).map_err(|error| format!("{error:?}"))?;
            let built = tokio::task::spawn_blocking(move || make(route, Reuse::Never, connect)).await;
            let built = built.map_err(|lost| lost.to_string())?;
            built.map_err(|error| format!("{error:?}"))
        });
        let client = made.await.map_err(unreachable)?;
        let request = client.get(url.clone()).header("accept", "image/png,image/jpeg,image/webp,image/gif");
        request.send().await.map_err(|error| fault(&error))
    }
}

fn fault(error: &reqwest::Error) -> PictureFault {
    if error.is_timeout() { PictureFault::TimedOut } else { PictureFault::Unreachable(tell(error)) }
}

async fn read(mut response: reqwest::Response, rules: &PictureRules) -> Result<Vec<u8>, PictureFault> {
    if response.status() != reqwest::StatusCode::OK {
        return Err(PictureFault::Http(response.status().as_u16()));
    }
    let too_large = PictureFault::TooLarge { max: rules.max_bytes };
    let told = response.headers().get("content-length").and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|told| told > rules.max_bytes) {
        return Err(too_large);
    }
    let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind: String = kind.split(';').next().unwrap_or_default().trim().chars().take(60).collect();
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| fault(&error))? {
        if bytes.len() + part.len() > rules.max_bytes {
            return Err(too_large);
        }
        bytes.extend_from_slice(&part);
        // What is no picture is not read to its end.
        if bytes.len() >= 16 && !is_picture(&bytes) {
            return Err(PictureFault::Kind(kind));
        }
    }
    if is_picture(&bytes) { Ok(bytes) } else { Err(PictureFault::Kind(kind)) }
}

/// Whether a file begins as a PNG, JPEG, GIF or WebP.
fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        || bytes.starts_with(&[0xFF, 0xD8, 0xFF])
        || bytes.starts_with(b"GIF87a")
        || bytes.starts_with(b"GIF89a")
        || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_are_told_apart_by_whose_computers_they_lead_to() {
        for (address, expected) in [
            ("http://127.0.0.1/a", Reach::ThisComputer),
            ("http://[::1]/", Reach::ThisComputer),
            ("http://[::ffff:127.0.0.1]/", Reach::ThisComputer),
            ("http://0.0.0.0/", Reach::ThisComputer),
            ("http://localhost:80/", Reach::ThisComputer),
            ("http://a.localhost./", Reach::ThisComputer),
            ("http://2130706433/", Reach::ThisComputer),
            ("http://192.168.1.1/", Reach::Private),
            ("http://169.254.169.254/latest", Reach::Private),
            ("https://[fd00::1]/", Reach::Private),
            ("https://203.0.113.7/", Reach::World),
        ] {
            assert_eq!(reach(&read_address(address).unwrap()).await, expected, "{address}");
        }
    }

    #[tokio::test]
    async fn what_is_no_address_of_the_web_or_leads_here_is_refused_before_anything_leaves() {
        let rules = PictureRules::default();
        for (address, expected) in [
            ("@lALPDe7s7NAxEApAQA", PictureFault::Address),
            ("file:///etc/passwd", PictureFault::Address),
            ("data:image/png;base64,AA", PictureFault::Address),
            ("https://user:secret@example.com/a.png", PictureFault::Address),
            ("http://127.0.0.1:9/a.png", PictureFault::ThisComputer),
        ] {
            assert_eq!(Pictures::default().fetch(address, &rules).await, Err(expected), "{address}");
        }
        assert!(
            is_web("https://a/b.png") && is_web("HTTP://a") && !is_web("@lALP") && !is_web("httpd") && !is_web("人人")
        );
    }

    #[test]
    fn every_fault_is_said_in_both_languages() {
        let faults = [
            PictureFault::Address,
            PictureFault::ThisComputer,
            PictureFault::Redirect("a".into()),
            PictureFault::Redirects,
            PictureFault::Http(404),
            PictureFault::Kind("text/html".into()),
            PictureFault::TooLarge { max: 10 << 20 },
            PictureFault::TimedOut,
            PictureFault::Unreachable("x".into()),
        ];
        for fault in faults {
            for lang in Lang::ALL {
                let said = fault.message(lang);
                assert!(!said.contains("%{") && !said.starts_with("picture."), "{said}");
            }
        }
    }
}
