//! A web server that does what servers and proxies do wrong: right in everything, but for a list of twists.

mod reply;

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use reply::Reply;

/// One thing that is wrong with an answer.
#[derive(Debug, Clone)]
pub enum Twist {
    /// It does not know parts: 200 and everything.
    NoRanges,
    /// Begins at a multiple of this before what was asked for.
    Down(u64),
    /// Ends at a multiple of this behind it.
    Up(u64),
    /// A part that is everything.
    WholePart,
    /// Another part, and says so.
    Shift(i64),
    /// Other bytes than it says.
    Lie(i64),
    /// A part of at most so many bytes, and says so.
    AtMost(u64),
    /// Names this length of the file in Content-Range.
    Total(&'static str),
    /// A part that does not say which one.
    NoPlace,
    /// Several parts, of one.
    Multipart,
    /// This status, with these fields, and a few words.
    Status(u16, &'static str),
    /// The connection ends after so many bytes.
    Cut(usize),
    /// So many bytes more than Content-Length says.
    Long(usize),
    /// So many bytes, then a pause of so many milliseconds, and so on.
    Slow(usize, u64),
    /// Nothing more comes after so many bytes, and the connection stays.
    Stall(usize),
    /// A bit of this byte of the file is another one.
    Flip(usize),
    /// A bit in each piece of so many bytes is.
    Flips(usize),
    /// An encoding that nobody asked for.
    Gzip,
    /// Chunked, without a length.
    Chunked,
    /// HTTP/1.0, without a length.
    Http10,
    /// The connection ends behind an answer that said nothing of it.
    Hangup,
    /// See there. `{}` stands for this server, `{path}` for what was asked for.
    Redirect(&'static str),
    /// Another file of this name.
    Other(Arc<Vec<u8>>),
    /// This mark of the version.
    Mark(&'static str),
    /// Headers without an end.
    Headers,
}

/// Everything is right below this path.
const MOVED: &str = "moved/";

/// What the requests whose paths contain a text are answered with, one after the other; the last answer is that of all later ones.
pub type Rule = (&'static str, Vec<Vec<Twist>>);

/// A request and what was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    pub path: String,
    pub range: Option<(u64, u64)>,
    pub fresh: bool,
    /// Bytes of the body.
    pub body: u64,
}

/// A server on the loopback device, for as long as the test runs.
pub struct Hostile {
    pub url: String,
    log: Arc<Mutex<Vec<Sent>>>,
}

struct Place {
    directory: PathBuf,
    rules: Vec<Rule>,
    counts: Mutex<Vec<usize>>,
    log: Arc<Mutex<Vec<Sent>>>,
    url: String,
}

impl Hostile {
    pub fn start(directory: &Path, rules: Vec<Rule>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let counts = Mutex::new(vec![0; rules.len()]);
        let place =
            Place { directory: directory.to_owned(), rules, counts, log: log.clone(), url: url.clone() };
        let place = Arc::new(place);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let place = place.clone();
                // What is sent and not read is no more than this.
                rustix::net::sockopt::set_socket_send_buffer_size(&stream, 16 << 10).unwrap();
                // A client that goes away ends its own connection alone.
                std::thread::spawn(move || place.connection(&stream));
            }
        });
        Self { url, log }
    }

    /// What was sent, in the order of the requests.
    pub fn log(&self) -> Vec<Sent> {
        self.log.lock().unwrap().clone()
    }

    /// Bytes of all bodies whose path contains this.
    pub fn sent(&self, path: &str) -> u64 {
        self.log().iter().filter(|sent| sent.path.contains(path)).map(|sent| sent.body).sum()
    }

    /// Requests whose path contains this.
    pub fn requests(&self, path: &str) -> usize {
        self.log().iter().filter(|sent| sent.path.contains(path)).count()
    }
}

impl Place {
    fn connection(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        loop {
            let request = lines.next().ok_or(ErrorKind::UnexpectedEof)??;
            let (mut range, mut fresh) = (None, false);
            for line in lines.by_ref() {
                let line = line?.to_lowercase();
                if line.is_empty() {
                    break;
                }
                fresh |= line == "cache-control: no-cache";
                if let Some((from, to)) =
                    line.strip_prefix("range: bytes=").and_then(|value| value.split_once('-'))
                {
                    range = Some((from.parse().unwrap(), to.parse().unwrap()));
                }
            }
            let path = request.split(' ').nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
            let number = {
                let mut log = self.log.lock().unwrap();
                log.push(Sent { path: path.clone(), range, fresh, body: 0 });
                log.len() - 1
            };
            let file = path.split('?').next().unwrap_or_default().trim_start_matches(MOVED);
            let twists = self.twists(&path);
            let reply =
                Reply::new(fs::read(self.directory.join(file)).ok(), range, &self.url, &path, &twists);
            let keep = reply.send(stream, &mut |bytes| self.log.lock().unwrap()[number].body += bytes)?;
            if !keep {
                return Ok(());
            }
        }
    }

    fn twists(&self, path: &str) -> Vec<Twist> {
        let mut all = Vec::new();
        if path.starts_with(MOVED) {
            return all;
        }
        for ((part, answers), count) in self.rules.iter().zip(self.counts.lock().unwrap().iter_mut()) {
            if path.contains(part) {
                all.extend(answers.get(*count).or(answers.last()).cloned().unwrap_or_default());
                *count += 1;
            }
        }
        all
    }
}
