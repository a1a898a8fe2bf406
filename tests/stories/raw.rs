//! A server on a raw socket: sees every byte that came and answers with any bytes at all, or none.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ding_composer::dingtalk::{
    BaseUrl, Client, Clock, Credentials, Hosts, MemoryTokenCache, Secret, Session, Timeouts, TokenCache,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came: head without the last blank line, and body.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which connection brought it, counted from 0.
    pub connection: usize,
    /// Request line and headers.
    pub head: String,
    /// Body bytes.
    pub body: Vec<u8>,
}

impl Seen {
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn body(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// What to do with a request.
#[derive(Clone)]
pub enum Reply {
    /// Write these bytes and close.
    Bytes(Vec<u8>),
    /// Write these bytes and wait for the next request on the same connection.
    Keep(Vec<u8>),
    /// Wait first.
    After(Duration, Box<Self>),
    /// Close without a byte.
    Cut,
    /// Write these bytes and then nothing, without closing.
    Hang(Vec<u8>),
}

/// The running server; it ends with the runtime of its test.
pub struct Raw {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Raw {
    /// A server that asks `reply` what to do with each request.
    pub async fn start(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (list, reply) = (seen.clone(), Arc::new(reply));
        tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, connection, list.clone(), reply.clone()));
                connection += 1;
            }
        });
        Self { address, seen }
    }

    /// A server that says the same to everything.
    pub async fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many requests had this path.
    pub fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.line().split([' ', '?']).nth(1) == Some(path)).count()
    }

    /// Both systems on this server.
    pub fn hosts(&self) -> Hosts {
        let base = BaseUrl::parse(&format!("http://{}", self.address)).unwrap();
        Hosts { api: base.clone(), oapi: base }
    }
}

async fn serve(
    mut stream: TcpStream,
    connection: usize,
    list: Arc<Mutex<Vec<Seen>>>,
    reply: Arc<impl Fn(&Seen) -> Reply + Send + Sync + 'static>,
) {
    while let Some(seen) = read(&mut stream, connection).await {
        list.lock().unwrap().push(seen.clone());
        let mut what = reply(&seen);
        while let Reply::After(delay, next) = what {
            tokio::time::sleep(delay).await;
            what = *next;
        }
        match what {
            Reply::Bytes(bytes) => {
                stream.write_all(&bytes).await.ok();
                stream.shutdown().await.ok();
                return;
            }
            Reply::Keep(bytes) => {
                stream.write_all(&bytes).await.ok();
            }
            Reply::Cut | Reply::After(..) => return,
            Reply::Hang(bytes) => {
                stream.write_all(&bytes).await.ok();
                tokio::time::sleep(Duration::from_mins(1)).await;
            }
        }
    }
}

async fn read(stream: &mut TcpStream, connection: usize) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut seen = Seen { connection, head, body: bytes[end + 4..].to_vec() };
    let length: usize = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    while seen.body.len() < length {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => seen.body.extend_from_slice(&buffer[..count]),
        }
    }
    Some(seen)
}

/// An HTTP/1.1 answer with a length, which says that the connection ends with it.
pub fn http(status: u16, content_type: &str, body: &str) -> Vec<u8> {
    kept(status, &format!("{content_type}\r\nconnection: close"), body)
}

/// An HTTP/1.1 answer with a length, which promises to keep the connection.
pub fn kept(status: u16, content_type: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        .into()
}

/// A JSON answer.
pub fn json(status: u16, body: &str) -> Reply {
    Reply::Bytes(http(status, "application/json;charset=UTF-8", body))
}

/// A clock that a test sets.
#[derive(Debug)]
pub struct TestClock(pub std::sync::atomic::AtomicI64);

impl TestClock {
    /// 2026-11-22, nearly.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(std::sync::atomic::AtomicI64::new(1_795_000_000_000)))
    }

    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now_millis(&self) -> i64 {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}

pub fn client() -> Client {
    Client::new(Timeouts { connect: Duration::from_secs(2), total: Duration::from_secs(5) }).unwrap()
}

pub fn internal() -> Credentials {
    Credentials::Internal { app_key: "dingkey1".to_owned(), app_secret: Secret::new("APP+SECRET/1=") }
}

pub fn session(hosts: Hosts, credentials: Credentials, clock: Arc<TestClock>) -> Session {
    session_with(hosts, credentials, clock, Arc::new(MemoryTokenCache::default()))
}

pub fn session_with(
    hosts: Hosts,
    credentials: Credentials,
    clock: Arc<TestClock>,
    cache: Arc<dyn TokenCache>,
) -> Session {
    Session::new(client(), hosts, credentials, cache, clock)
}

/// Runs a story on a runtime of its own, with a limit so that a hang is a failure.
pub fn run(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(30), story).await.expect("the story hangs") });
    runtime.shutdown_background();
}
