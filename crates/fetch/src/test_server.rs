//! A web server on loopback for tests, with faults on demand. It ends when it is dropped.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// A request, as far as tests look at it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// First byte asked for by a Range header.
    pub(crate) from: Option<u64>,
    /// How many requests came before this one.
    pub(crate) before: usize,
    /// Its headers, the names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// What a form has.
    pub(crate) body: String,
}

impl Request {
    /// What it says of who asks.
    pub(crate) fn authorization(&self) -> &str {
        self.headers.get("authorization").map_or("", String::as_str)
    }
}

/// What the server does with a request.
pub(crate) enum Reply {
    /// A status and nothing else.
    Status(u16),
    /// The bytes; the part asked for when a part was.
    Bytes(Vec<u8>),
    /// The bytes whole, whatever was asked for.
    Whole(Vec<u8>),
    /// As `Bytes`, but the connection ends after so many of them.
    Cut(Vec<u8>, usize),
    /// Exactly this text as the answer.
    Raw(String),
    /// A status, these headers, each with its line's end, and these bytes.
    With(u16, String, Vec<u8>),
    /// So many bytes of the whole, then silence until the server ends.
    Silent(Vec<u8>, usize),
    /// The bytes whole, one every few milliseconds, until the client goes away.
    Dripping(Vec<u8>),
}

pub(crate) struct Server {
    address: SocketAddr,
    end: Arc<AtomicBool>,
    requests: Arc<Mutex<Vec<Request>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn new(answer: impl Fn(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let end = Arc::new(AtomicBool::new(false));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (ended, seen) = (Arc::clone(&end), Arc::clone(&requests));
        let thread = std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                // A client that goes away is none of the server's business.
                let _ = serve(stream.unwrap(), &answer, &seen, &mut silent);
            }
        });
        Self { address, end, requests, thread: Some(thread) }
    }

    /// Its host and port.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &impl Fn(&Request) -> Reply,
    seen: &Mutex<Vec<Request>>,
    silent: &mut Vec<TcpStream>,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let before = seen.lock().unwrap().len();
    let mut request =
        Request { path: String::new(), from: None, before, headers: BTreeMap::new(), body: String::new() };
    let mut reader = BufReader::new(stream.try_clone()?);
    for line in reader.by_ref().lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            request.headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        if let Some(rest) = line.strip_prefix("GET /").or(line.strip_prefix("POST /")) {
            request.path = rest.split(' ').next().unwrap_or_default().to_owned();
        }
        if let Some(range) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            request.from = range.trim_end_matches('-').parse().ok();
        }
    }
    let length = request.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    reader.take(length).read_to_string(&mut request.body)?;
    seen.lock().unwrap().push(request.clone());
    match answer(&request) {
        Reply::Status(status) => head(&mut stream, status, 0, ""),
        Reply::Raw(text) => stream.write_all(text.as_bytes()),
        Reply::With(status, headers, bytes) => {
            head(&mut stream, status, bytes.len(), &headers)?;
            stream.write_all(&bytes)
        }
        Reply::Whole(bytes) => part(&mut stream, None, &bytes, usize::MAX),
        Reply::Bytes(bytes) => part(&mut stream, request.from, &bytes, usize::MAX),
        Reply::Cut(bytes, count) => part(&mut stream, request.from, &bytes, count),
        Reply::Dripping(bytes) => {
            head(&mut stream, 200, bytes.len(), "")?;
            bytes.iter().try_for_each(|byte| {
                std::thread::sleep(Duration::from_millis(5));
                stream.write_all(&[*byte])
            })
        }
        Reply::Silent(bytes, count) => {
            part(&mut stream, None, &bytes, count)?;
            silent.push(stream);
            Ok(())
        }
    }
}

fn part(stream: &mut TcpStream, from: Option<u64>, bytes: &[u8], count: usize) -> std::io::Result<()> {
    let Some(from) = from else {
        head(stream, 200, bytes.len(), "")?;
        return stream.write_all(&bytes[..count.min(bytes.len())]);
    };
    if from >= bytes.len() as u64 {
        return head(stream, 416, 0, "");
    }
    let rest = &bytes[from as usize..];
    let range = format!("Content-Range: bytes {from}-{}/{}\r\n", bytes.len() - 1, bytes.len());
    head(stream, 206, rest.len(), &range)?;
    stream.write_all(&rest[..count.min(rest.len())])
}

fn head(stream: &mut TcpStream, status: u16, length: usize, more: &str) -> std::io::Result<()> {
    let text = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n");
    stream.write_all(text.as_bytes())
}
