//! One answer, as RFC 9110 says, and what twists make of it.

use std::io::{self, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::Twist;

pub struct Reply {
    version: &'static str,
    status: u16,
    fields: Vec<String>,
    body: Vec<u8>,
    /// Content-Length, where there is one.
    length: Option<usize>,
    chunked: bool,
    /// The connection ends, or nothing more comes, after so many bytes.
    stop: Option<(usize, bool)>,
    slow: Option<(usize, u64)>,
    keep: bool,
    headers: bool,
}

impl Reply {
    pub fn new(
        file: Option<Vec<u8>>,
        range: Option<(u64, u64)>,
        url: &str,
        path: &str,
        twists: &[Twist],
    ) -> Self {
        let mut reply = Self {
            version: "HTTP/1.1",
            status: 404,
            fields: Vec::new(),
            body: Vec::new(),
            length: Some(0),
            chunked: false,
            stop: None,
            slow: None,
            keep: true,
            headers: false,
        };
        let other = twists.iter().any(|twist| matches!(twist, Twist::Other(_)));
        if let Some(file) = file.or(other.then(Vec::new)) {
            let file = twists.iter().fold(file, changed);
            let part = range.filter(|_| !twists.iter().any(|twist| matches!(twist, Twist::NoRanges)));
            reply.content(&file, part, twists);
        }
        twists.iter().for_each(|twist| reply.twist(twist, url, path));
        reply
    }

    fn content(&mut self, file: &[u8], part: Option<(u64, u64)>, twists: &[Twist]) {
        let size = file.len() as u64;
        let Some((from, to)) = part else {
            (self.status, self.length) = (200, Some(file.len()));
            self.body = file.to_vec();
            return;
        };
        if from >= size {
            (self.status, self.length) = (416, Some(0));
            return;
        }
        let (mut from, mut end, mut total, mut lie) = (from, (to + 1).min(size), size.to_string(), 0);
        for twist in twists {
            match twist {
                Twist::Down(step) => from -= from % step,
                Twist::Up(step) => end = end.next_multiple_of(*step).min(size),
                Twist::WholePart => (from, end) = (0, size),
                Twist::Shift(by) => {
                    let length = end - from;
                    from = from.saturating_add_signed(*by).min(size - 1);
                    end = (from + length).min(size);
                }
                Twist::AtMost(most) => end = end.min(from + most),
                Twist::Total(text) => total = (*text).to_owned(),
                Twist::Lie(by) => lie = *by,
                _ => {}
            }
        }
        let bytes_at = from.saturating_add_signed(lie).min(size - (end - from));
        self.body = file[bytes_at as usize..(bytes_at + end - from) as usize].to_vec();
        self.status = 206;
        let place = format!("bytes {from}-{}/{total}", end - 1);
        if twists.iter().any(|twist| matches!(twist, Twist::Multipart)) {
            self.fields.push("Content-Type: multipart/byteranges; boundary=THIS".to_owned());
            let head = format!("--THIS\r\nContent-Range: {place}\r\n\r\n");
            self.body = [head.as_bytes(), &self.body, b"\r\n--THIS--\r\n"].concat();
        } else if !twists.iter().any(|twist| matches!(twist, Twist::NoPlace)) {
            self.fields.push(format!("Content-Range: {place}"));
        }
        self.length = Some(self.body.len());
    }

    fn twist(&mut self, twist: &Twist, url: &str, path: &str) {
        match twist {
            Twist::Status(status, fields) => {
                (self.status, self.body) = (*status, b"no".to_vec());
                self.length = Some(2);
                self.fields.extend(fields.lines().map(str::to_owned));
            }
            Twist::Cut(at) => self.stop = Some((*at, false)),
            Twist::Stall(at) => self.stop = Some((*at, true)),
            Twist::Long(more) => {
                self.body.extend(vec![b'x'; *more]);
            }
            Twist::Slow(piece, pause) => self.slow = Some((*piece, *pause)),
            Twist::Gzip => self.fields.push("Content-Encoding: gzip".to_owned()),
            Twist::Chunked => (self.chunked, self.length) = (true, None),
            Twist::Http10 => (self.version, self.length, self.keep) = ("HTTP/1.0", None, false),
            Twist::Hangup => self.keep = false,
            Twist::Redirect(to) => {
                (self.status, self.body, self.length) = (302, Vec::new(), Some(0));
                self.fields.push(format!("Location: {}", to.replace("{}", url).replace("{path}", path)));
            }
            Twist::Mark(mark) => self.fields.push(format!("ETag: \"{mark}\"")),
            Twist::Headers => self.headers = true,
            _ => {}
        }
    }

    /// Sends it, and says how many bytes of the body went out. Whether the connection goes on.
    pub fn send(&self, mut stream: &TcpStream, went: &mut dyn FnMut(u64)) -> io::Result<bool> {
        let mut head = format!("{} {} X\r\n", self.version, self.status);
        self.fields.iter().for_each(|field| head += &format!("{field}\r\n"));
        if let Some(length) = self.length {
            head += &format!("Content-Length: {length}\r\n");
        }
        if self.chunked {
            head += "Transfer-Encoding: chunked\r\n";
        }
        stream.write_all(head.as_bytes())?;
        if self.headers {
            loop {
                stream.write_all(b"X-More: and more\r\n")?;
            }
        }
        stream.write_all(b"\r\n")?;
        let end = self.stop.map_or(self.body.len(), |(at, _)| at.min(self.body.len()));
        let (piece, pause) = self.slow.unwrap_or((4096, 0));
        for bytes in self.body[..end].chunks(piece) {
            if self.chunked {
                stream.write_all(format!("{:x}\r\n", bytes.len()).as_bytes())?;
            }
            stream.write_all(bytes)?;
            went(bytes.len() as u64);
            if self.chunked {
                stream.write_all(b"\r\n")?;
            }
            if pause > 0 {
                std::thread::sleep(Duration::from_millis(pause));
            }
        }
        match self.stop {
            Some((at, _)) if at >= self.body.len() => {}
            Some((_, true)) => {
                // It stays open until the client has had enough.
                let mut byte = [0];
                stream.set_read_timeout(Some(Duration::from_secs(30)))?;
                let _ = stream.peek(&mut byte);
                return Ok(false);
            }
            Some((_, false)) => return Ok(false),
            None => {}
        }
        if self.chunked {
            stream.write_all(b"0\r\n\r\n")?;
        }
        Ok(self.keep && self.body.len() == self.length.unwrap_or(self.body.len()))
    }
}

/// The file, as this twist has it.
fn changed(mut file: Vec<u8>, twist: &Twist) -> Vec<u8> {
    match twist {
        Twist::Flip(at) => {
            if let Some(byte) = file.get_mut(*at) {
                *byte ^= 1;
            }
        }
        Twist::Flips(every) => file.iter_mut().step_by(*every).for_each(|byte| *byte ^= 1),
        Twist::Other(other) => return other.to_vec(),
        _ => {}
    }
    file
}
