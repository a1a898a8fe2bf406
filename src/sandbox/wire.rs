//! The sandbox's sockets: a listener per system, and answers that can be cut off at any byte.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::Shared;
use super::call::Call;
use super::fault::Reply;
use super::script::{Effect, HUGE};
use crate::dingtalk::System;

/// The largest request body that is read.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// The scissors of one connection.
#[derive(Clone, Debug)]
pub(super) struct Line(Arc<Scissors>);

#[derive(Debug)]
struct Scissors {
    /// Bytes that may still be written; [`UNCUT`]: any number.
    left: AtomicUsize,
    /// Set: so many bytes may follow the answer's head, which has not been seen yet.
    after_head: AtomicUsize,
}

const UNCUT: usize = usize::MAX;

impl Line {
    fn new() -> Self {
        Self(Arc::new(Scissors { left: AtomicUsize::new(UNCUT), after_head: AtomicUsize::new(UNCUT) }))
    }

    fn cut_now(&self) {
        self.0.left.store(0, Ordering::Relaxed);
    }

    fn cut_after(&self, body: usize) {
        self.0.after_head.store(body, Ordering::Relaxed);
    }

    /// How much of this piece of an answer may be written; `None`: the line is cut.
    fn allowed(&self, piece: &[u8]) -> Option<usize> {
        let after_head = self.0.after_head.load(Ordering::Relaxed);
        if after_head != UNCUT
            && let Some(end) = piece.windows(4).position(|four| four == b"\r\n\r\n")
        {
            self.0.after_head.store(UNCUT, Ordering::Relaxed);
            self.0.left.store(end + 4 + after_head, Ordering::Relaxed);
        }
        match self.0.left.load(Ordering::Relaxed) {
            0 => None,
            left => Some(left.min(piece.len())),
        }
    }

    fn written(&self, bytes: usize) {
        let left = self.0.left.load(Ordering::Relaxed);
        if left != UNCUT {
            self.0.left.store(left.saturating_sub(bytes), Ordering::Relaxed);
        }
    }
}

/// A connection that can be cut.
pub(super) struct Cuttable {
    stream: TcpStream,
    line: Line,
}

impl AsyncRead for Cuttable {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, piece: &[u8]) -> Poll<std::io::Result<usize>> {
        let Some(allowed) = self.line.allowed(piece) else {
            return Poll::Ready(Err(std::io::ErrorKind::ConnectionAborted.into()));
        };
        let done = Pin::new(&mut self.stream).poll_write(cx, &piece[..allowed]);
        if let Poll::Ready(Ok(bytes)) = &done {
            self.line.written(*bytes);
        }
        done
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A listener whose connections can be cut.
pub(super) struct Doors(pub(super) TcpListener);

impl Listener for Doors {
    type Io = Cuttable;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Answers are small and awaited: no waiting for more to send. Where it fails they are only slower.
        drop(stream.set_nodelay(true));
        (Cuttable { stream, line: Line::new() }, address)
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Doors>> for Line {
    fn connect_info(stream: IncomingStream<'_, Doors>) -> Self {
        stream.io().line.clone()
    }
}

/// What one listener serves.
#[derive(Clone)]
struct Desk {
    shared: Arc<Shared>,
    system: System,
}

/// Serves one system until the runtime ends.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>, system: System) {
    let app = axum::Router::new().fallback(answer).with_state(Desk { shared, system });
    let served = axum::serve(Doors(listener), app.into_make_service_with_connect_info::<Line>()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the sandbox stopped serving");
    }
}

async fn answer(State(desk): State<Desk>, ConnectInfo(line): ConnectInfo<Line>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return response(Reply::page(413));
    };
    let call = Call {
        system: desk.system,
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers,
        body: body.to_vec(),
    };
    if call.path == "/sandbox" || call.path.starts_with("/sandbox/") {
        return response(super::control::answer(&desk.shared, &call));
    }
    // Before the order is taken: one that is forgotten right after it is heard of as well.
    let cleared = desk.shared.cleared.notified();
    let outcome = desk.shared.answer(&call);
    let mut reply = outcome.reply;
    match outcome.effect {
        Some(Effect::Slow(time)) => tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = cleared => {}
        },
        Some(Effect::CutBeforeAnswer) => line.cut_now(),
        Some(Effect::CutMidAnswer) => line.cut_after(reply.body.len() / 2),
        Some(Effect::Huge) => reply.body.resize(HUGE, b' '),
        _ => {}
    }
    let mut response = response(reply);
    if desk.system == System::Api
        && let Ok(id) = HeaderValue::from_str(&outcome.request_id)
    {
        // Where the api gateway shows the id of a call that succeeded.
        response.headers_mut().insert("x-acs-request-id", id);
    }
    response
}

fn response(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !reply.content_type.is_empty()
        && let Ok(kind) = HeaderValue::from_str(&reply.content_type)
    {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}
