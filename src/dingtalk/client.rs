//! The socket: makes one call, once, and says truthfully what became of it.
//!
//! Never follows a redirect, never lets a send use a connection that may be stale (see [`Reuse`]: it would make a send
//! doubtful for nothing), never repeats anything but a read that met such a connection. The only place besides the sandbox
//! that names an HTTP crate. Knows nothing of token renewal.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::Method;
use super::awake::Awake;
use super::call::{Body, Call, TOKEN_HEADER};
use super::connect::{BuildError, explain_not_sent, tell};
use super::exchange::{Answer, Exchange, Failure};
use super::fault::{Doubt, Fault, NotSent};
use super::host::{BaseUrl, Hosts};
use super::judge::{ANSWER_LIMIT, BodyEnd, RawAnswer, judge};
use super::said;
use super::secret::Secret;

/// How long a call may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timeouts {
    /// Name resolution, TCP and TLS together. Passing it means that nothing was sent.
    pub connect: Duration,
    /// The whole call, answer included. Passing it after the request left means that the outcome is unknown.
    pub total: Duration,
}

impl Default for Timeouts {
    /// 5 s to connect, 15 s in all.
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15) }
    }
}

/// Which connections a call may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Route {
    /// http on this computer: no proxy, no certificates needed.
    Plain,
    /// https on this computer: no proxy.
    Local,
    /// https to anywhere else, through the system's proxy where there is one.
    Remote,
}

/// Which connection that an earlier call left open a call may use. Each kind has its own: a send never takes a read's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reuse {
    /// A read: one that is idle for at most 20 s. When the server has just closed it, the read is made again.
    Read,
    /// A send: one that answered a send within the last second, as in a delivery. A send that met a closed connection would
    /// be unknown for nothing; servers keep idle connections for seconds (nginx 75, Node.js 5) and announce an end otherwise.
    /// None after a sleep of the computer, which that second does not count.
    Send,
    /// None: token calls because they are rare, files because they are large, whatever is made again, and sends once one
    /// was cut: that server cannot be relied on.
    Never,
}

impl Reuse {
    /// How long a connection may be idle before it is used again.
    const fn idle(self) -> Duration {
        match self {
            Self::Read => Duration::from_secs(20),
            Self::Send => Duration::from_secs(1),
            Self::Never => Duration::ZERO,
        }
    }
}

/// Makes calls. Cheap to clone; left-open connections are shared between clones.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    timeouts: Timeouts,
    /// One HTTP client per route and [`Reuse`], made when first needed: reading the computer's CA certificates takes tens of
    /// milliseconds and fails where there are none.
    made: [[OnceCell<reqwest::Client>; 3]; 3],
    /// A send's connection was cut before its answer.
    cut: AtomicBool,
    awake: Mutex<Awake>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("timeouts", &self.0.timeouts).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with these time limits.
    ///
    /// # Errors
    /// [`NotSent::Tls`] when this build has no usable cryptography. Missing CA certificates are told by the first call
    /// that needs them, so that the sandbox works without.
    pub fn new(timeouts: Timeouts) -> Result<Self, NotSent> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // An error means that another thread was faster, which is as good.
            drop(rustls::crypto::ring::default_provider().install_default());
        }
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(NotSent::Tls { reason: "no crypto provider".to_owned() });
        }
        let awake = Mutex::new(Awake::new(Instant::now(), SystemTime::now()));
        Ok(Self(Arc::new(Inner { timeouts, made: Default::default(), cut: AtomicBool::new(false), awake })))
    }

    /// The time limits.
    pub fn timeouts(&self) -> Timeouts {
        self.0.timeouts
    }

    /// Makes one call, once.
    ///
    /// `token` goes into the header (api) or the query (oapi); token calls ignore it. Dropping the future aborts the call.
    ///
    /// # Errors
    /// A [`Failure`] with the masked exchange; see [`Fault`] for the three kinds.
    pub async fn call(
        &self,
        hosts: &Hosts,
        token: Option<&Secret>,
        call: &Call,
        cancel: &CancellationToken,
    ) -> Result<Answer, Box<Failure>> {
        let masker = call.masker(token);
        let address = call.address(hosts);
        let mut exchange = Exchange::before(&address, call, &masker);
        let start = Instant::now();
        let mut raw = Raw::default();
        let outcome = self.exchange(hosts, &address, token, call, cancel, &mut raw).await;
        exchange.elapsed = start.elapsed();
        tracing::debug!(
            call = %call.endpoint.name(),
            http = raw.http,
            elapsed_millis = u64::try_from(exchange.elapsed.as_millis()).unwrap_or(u64::MAX),
            bytes = raw.body.len(),
            ok = outcome.is_ok(),
        );
        exchange.http_status = raw.http;
        exchange.retry_after = raw.retry_after.take().map(|text| masker.text(&text));
        exchange.keep_answer(&masker, &raw.body);
        exchange.request_id = raw.request_id.as_deref().map(|id| masker.text(&said::clipped(id, 200)));
        match outcome {
            Ok(value) => {
                let told = value.as_object().and_then(|object| request_id(object, &masker));
                exchange.request_id = told.or(exchange.request_id);
                Ok(Answer { exchange, value })
            }
            Err(fault) => {
                let object = serde_json::from_slice::<serde_json::Value>(&raw.body).ok();
                let told = object.as_ref().and_then(serde_json::Value::as_object).and_then(|o| request_id(o, &masker));
                exchange.request_id = told.or(exchange.request_id);
                Err(Box::new(Failure { exchange, fault: fault.masked(&masker) }))
            }
        }
    }

    async fn exchange(
        &self,
        hosts: &Hosts,
        address: &url::Url,
        token: Option<&Secret>,
        call: &Call,
        cancel: &CancellationToken,
        raw: &mut Raw,
    ) -> Result<serde_json::Value, Box<Fault>> {
        let needs_token = call.endpoint.needs_token;
        if needs_token && token.is_none_or(Secret::is_blank) {
            return Err(Box::new(Fault::NotSent(NotSent::NoToken { missing: "accessToken" })));
        }
        let base = hosts.of(call.endpoint.system);
        let left = Arc::new(AtomicBool::new(false));
        let ended = |doubt: Doubt, not_sent: NotSent| {
            let gone = left.load(Ordering::SeqCst);
            Box::new(if gone { Fault::Unknown(doubt) } else { Fault::NotSent(not_sent) })
        };
        let deadline = tokio::time::Instant::now() + self.0.timeouts.total + upload_time(call);
        let attempt = async |reuse: Reuse| {
            let http = self.http(base, reuse).await?;
            let request = build(&http, address.clone(), token.filter(|_| needs_token), call, &left)?;
            Ok::<_, Box<Fault>>(http.execute(request).await)
        };
        let work = async {
            let reuse = self.reuse(call);
            let mut outcome = attempt(reuse).await?;
            let cut = |error: &reqwest::Error| !error.is_connect() && !error.is_builder() && !error.is_timeout();
            if outcome.as_ref().is_err_and(cut) {
                match reuse {
                    // A connection that the server had just closed. Reading twice harms nobody.
                    Reuse::Read => outcome = attempt(Reuse::Never).await?,
                    Reuse::Send => self.0.cut.store(true, Ordering::Relaxed),
                    Reuse::Never => {}
                }
            }
            outcome.map_err(|error| {
                let not_sent = explain_not_sent(&error, base);
                if error.is_connect() || error.is_builder() {
                    return Box::new(Fault::NotSent(not_sent));
                }
                let doubt = if error.is_timeout() { Doubt::TimedOut } else { Doubt::Cut { reason: tell(&error) } };
                ended(doubt, not_sent)
            })
        };
        let response = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(ended(Doubt::Cancelled, NotSent::Cancelled)),
            done = tokio::time::timeout_at(deadline, work) => {
                let late = || ended(Doubt::TimedOut, NotSent::ConnectTimedOut { host: base.authority() });
                done.unwrap_or_else(|_elapsed| Err(late()))
            }
        }?;
        let end = raw.read(response, deadline, cancel).await;
        let answer = RawAnswer {
            http: raw.http.unwrap_or_default(),
            content_type: &raw.content_type,
            location: raw.location.as_deref(),
            body: &raw.body,
            end,
        };
        judge(call.endpoint, &answer)
    }

    /// Which connection a call may use.
    fn reuse(&self, call: &Call) -> Reuse {
        if !call.endpoint.needs_token || matches!(call.body, Body::Multipart(_)) {
            return Reuse::Never;
        }
        if !call.endpoint.sends {
            return Reuse::Read;
        }
        let mut awake = self.0.awake.lock().unwrap_or_else(PoisonError::into_inner);
        let open = awake.trusts(Instant::now(), SystemTime::now(), Reuse::Send.idle());
        if open && !self.0.cut.load(Ordering::Relaxed) { Reuse::Send } else { Reuse::Never }
    }

    /// The HTTP client for an address, made when first needed. A failure is not remembered: certificates may be installed.
    async fn http(&self, base: &BaseUrl, reuse: Reuse) -> Result<reqwest::Client, Box<Fault>> {
        let route = match (base.is_loopback(), base.as_str().starts_with("https:")) {
            (true, false) => Route::Plain,
            (true, true) => Route::Local,
            (false, _) => Route::Remote,
        };
        let connect = self.0.timeouts.connect;
        let once = &self.0.made[route as usize][reuse as usize];
        let made = once.get_or_try_init(|| async move {
            // Reading certificates is file work.
            let built = tokio::task::spawn_blocking(move || make(route, reuse, connect)).await;
            built.unwrap_or_else(|_join| Err(BuildError::Other("the worker stopped".to_owned())))
        });
        made.await.cloned().map_err(|error| Box::new(Fault::NotSent(error.into())))
    }
}

/// An HTTP client for a route.
pub(super) fn make(route: Route, reuse: Reuse, connect: Duration) -> Result<reqwest::Client, BuildError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(connect);
    if route != Route::Remote {
        builder = builder.no_proxy();
    }
    if route == Route::Plain {
        // No certificate is ever looked at on plain http; asking for none lets the sandbox work without any.
        builder = builder.tls_certs_only([]);
    }
    builder = builder.pool_idle_timeout(reuse.idle());
    if reuse == Reuse::Never {
        builder = builder.pool_max_idle_per_host(0);
    }
    if reuse != Reuse::Read {
        // One request at a time on a connection: no shared fate with other streams.
        builder = builder.http1_only();
    }
    builder.build().map_err(|error| BuildError::of(&error))
}

fn build(
    http: &reqwest::Client,
    mut url: url::Url,
    token: Option<&Secret>,
    call: &Call,
    left: &Arc<AtomicBool>,
) -> Result<reqwest::Request, Box<Fault>> {
    let bad = |reason: String| Box::new(Fault::NotSent(NotSent::BadRequest { reason }));
    url.set_query(call.query_text(token).as_deref());
    let method = match call.endpoint.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
    };
    let mut request = http.request(method, url);
    for (name, value) in call.headers(token.map(Secret::open)) {
        let mut value =
            reqwest::header::HeaderValue::from_str(value).map_err(|error| bad(format!("{name}: {error}")))?;
        value.set_sensitive(name == TOKEN_HEADER);
        request = request.header(name, value);
    }
    if call.endpoint.method == Method::Get {
        // There is no body whose sending could be watched, and a GET does nothing: count it as gone from the start.
        left.store(true, Ordering::SeqCst);
    } else {
        let inner = reqwest::Body::from(call.body.to_bytes());
        let sent = if let Body::Multipart(file) = &call.body {
            file.restart();
            Some(file.counter())
        } else {
            None
        };
        request = request.body(reqwest::Body::wrap(Watched { inner, rest: None, sent, left: left.clone() }));
    }
    request.build().map_err(|error| bad(tell(&error)))
}

/// A body that notes when it is first asked for its bytes.
///
/// hyper asks only once a connection stands and the head is on its way, and no server can act on a POST before its body is
/// whole. So "not asked yet" proves that nothing was done, which tells a cancelled or timed-out send from a doubtful one.
///
/// A file goes out in pieces, and what left is counted for the progress bar.
struct Watched {
    inner: reqwest::Body,
    /// What is left of a file's bytes.
    rest: Option<<reqwest::Body as http_body::Body>::Data>,
    /// Counts a file's bytes.
    sent: Option<Arc<AtomicU64>>,
    left: Arc<AtomicBool>,
}

/// Bytes of a file that are handed to the connection at once.
const PIECE: usize = 64 * 1024;
/// The slowest upload that is waited for, in bytes a second.
const SLOWEST_UPLOAD: u64 = 64 * 1024;

/// What a large body may take beyond the time of an ordinary call.
fn upload_time(call: &Call) -> Duration {
    match &call.body {
        Body::Multipart(file) => Duration::from_secs(file.length() as u64 / SLOWEST_UPLOAD),
        _ => Duration::ZERO,
    }
}

impl http_body::Body for Watched {
    type Data = <reqwest::Body as http_body::Body>::Data;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        self.left.store(true, Ordering::SeqCst);
        let Some(sent) = self.sent.clone() else { return Pin::new(&mut self.inner).poll_frame(cx) };
        let mut rest = match self.rest.take() {
            Some(rest) => rest,
            None => match Pin::new(&mut self.inner).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                other => return other,
            },
        };
        let piece = rest.split_to(rest.len().min(PIECE));
        sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
        self.rest = (!rest.is_empty()).then_some(rest);
        Poll::Ready(Some(Ok(http_body::Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        match (&self.rest, self.inner.size_hint().exact()) {
            (None, _) => self.inner.size_hint(),
            (Some(rest), inner) => http_body::SizeHint::with_exact(rest.len() as u64 + inner.unwrap_or_default()),
        }
    }
}

/// What was read of an answer so far.
#[derive(Default)]
struct Raw {
    http: Option<u16>,
    content_type: String,
    location: Option<String>,
    request_id: Option<String>,
    retry_after: Option<String>,
    body: Vec<u8>,
}

impl Raw {
    async fn read(
        &mut self,
        mut response: reqwest::Response,
        deadline: tokio::time::Instant,
        cancel: &CancellationToken,
    ) -> BodyEnd {
        let header = |name: &str| {
            response.headers().get(name).map(|value| said::clipped(&String::from_utf8_lossy(value.as_bytes()), 500))
        };
        self.content_type = header("content-type").unwrap_or_default();
        self.location = header("location");
        self.retry_after = header("retry-after");
        self.request_id = header("x-acs-request-id").or_else(|| header("x-request-id"));
        self.http = Some(response.status().as_u16());
        if response.content_length().is_some_and(|length| length > ANSWER_LIMIT) {
            return BodyEnd::TooLarge;
        }
        let limit = usize::try_from(ANSWER_LIMIT).unwrap_or(usize::MAX);
        loop {
            // What is here already is read even when the person cancels: it may say what became of the call.
            let next = tokio::select! {
                biased;
                next = tokio::time::timeout_at(deadline, response.chunk()) => next,
                () = cancel.cancelled() => return BodyEnd::Cancelled,
            };
            match next {
                Err(_elapsed) => return BodyEnd::TimedOut,
                Ok(Err(_cut)) => return BodyEnd::CutOff,
                Ok(Ok(None)) => return BodyEnd::Whole,
                Ok(Ok(Some(chunk))) => {
                    if self.body.len() + chunk.len() > limit {
                        return BodyEnd::TooLarge;
                    }
                    self.body.extend_from_slice(&chunk);
                }
            }
        }
    }
}

fn request_id(object: &serde_json::Map<String, serde_json::Value>, masker: &super::mask::Masker) -> Option<String> {
    let id = said::member(object, "requestid").and_then(said::text).filter(|id| !id.trim().is_empty())?;
    Some(masker.text(&said::clipped(id.trim(), 200)))
}
