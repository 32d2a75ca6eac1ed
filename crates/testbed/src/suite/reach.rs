//! Reaching the device from this host, through a port of its loopback that QEMU forwards.
//!
//! QEMU accepts every connection and closes it when the device does not, so that alone proves nothing: something must come
//! back. What does not work yet is tried again until the time is over or the machine ends.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use yoe_model::Reach;

use super::report::TestError;
use yoe_vm::{Console, GuestErrorKind, WaitError, after};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(250);
/// How long one try may take: emulated devices are slow to answer.
const TRY: Duration = Duration::from_secs(10);
/// Most bytes of an answer that are read.
const MOST: u64 = 1 << 20;

/// Tries until the answer is as it should be.
pub(super) fn reach(
    reach: &Reach,
    host: u16,
    console: &mut Console,
    deadline: Instant,
) -> Result<(), TestError> {
    loop {
        let found = attempt(reach, host, deadline);
        let Err(found) = found else { return Ok(()) };
        match console.wait_for_end(deadline.min(after(PAUSE))) {
            Err(WaitError::Deadline) if Instant::now() < deadline => {}
            Err(WaitError::Deadline) => return Err(failure(reach, found)),
            Err(other) => return Err(guest(other.into(), console)),
            Ok(end) => return Err(guest(GuestErrorKind::Ended(end), console)),
        }
    }
}

fn guest(kind: GuestErrorKind, console: &Console) -> TestError {
    TestError::Guest(yoe_vm::GuestError::new(kind, console))
}

fn failure(reach: &Reach, found: String) -> TestError {
    TestError::Reach { port: reach.port, expected: reach.expect.clone(), found }
}

/// One try; tells what was found instead.
fn attempt(reach: &Reach, host: u16, deadline: Instant) -> Result<(), String> {
    let answer = ask(reach, host, deadline.min(after(TRY)));
    let text = match &answer {
        Ok(bytes) => String::from_utf8_lossy(bytes),
        Err(error) => return Err(error.to_string()),
    };
    let fits = match (&reach.expect, &reach.path) {
        (Some(expected), _) => text.contains(expected),
        (None, Some(_)) => status(&text).is_some_and(|status| (200..400).contains(&status)),
        (None, None) => !text.is_empty(),
    };
    if fits { Ok(()) } else { Err(text.into_owned()) }
}

fn ask(reach: &Reach, host: u16, deadline: Instant) -> io::Result<Vec<u8>> {
    let left = || deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, host));
    let mut stream = TcpStream::connect_timeout(&address, left())?;
    stream.set_write_timeout(Some(left()))?;
    if let Some(path) = &reach.path {
        // 1.0: the answer ends with the connection and comes in one piece.
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    }
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while (answer.len() as u64) < MOST {
        stream.set_read_timeout(Some(left()))?;
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
            // A service that keeps the line open has said what it says first.
            Err(error) if !answer.is_empty() && is_late(&error) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        let text = String::from_utf8_lossy(&answer);
        if reach.path.is_none() && reach.expect.as_ref().is_none_or(|expected| text.contains(expected)) {
            break;
        }
    }
    Ok(answer)
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// The status of an HTTP answer (RFC 9112, section 4).
fn status(answer: &str) -> Option<u32> {
    answer.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, pipe, sink};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use yoe_model::Cancel;

    /// A service that gives each connection its own answer, and what a host that asks is told.
    fn reached(path: Option<&str>, expect: Option<&str>, answers: &[&'static str]) -> Result<(), String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let host = listener.local_addr().unwrap().port();
        let (asks, answers) = (path.is_some(), answers.to_vec());
        let server = thread::spawn(move || {
            for answer in answers {
                let mut stream = listener.accept().unwrap().0;
                if asks {
                    let mut line = String::new();
                    BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
                    assert_eq!(line, "GET /x HTTP/1.0\r\n");
                }
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let (reader, machine) = pipe().unwrap();
        let mut console = Console::new(reader, sink(), Cancel::new(), None).unwrap();
        let wanted = Reach { port: 80, path: path.map(str::to_owned), expect: expect.map(str::to_owned) };
        let found = reach(&wanted, host, &mut console, after(Duration::from_secs(2)));
        if found.is_ok() {
            server.join().unwrap();
        }
        drop(machine);
        found.map_err(|failure| failure.to_string())
    }

    #[test]
    fn it_is_tried_until_the_answer_fits() {
        let answers = ["", "HTTP/1.1 503 Wait\r\n\r\nhello", "HTTP/1.1 200 OK\r\n\r\nhello"];
        assert_eq!(reached(Some("/x"), None, &answers), Ok(()));
        assert_eq!(reached(Some("/x"), Some("hello"), &answers[..2]), Ok(()));
        assert_eq!(reached(None, Some("SSH-2.0"), &["", "SSH-2.0-dropbear\r\n"]), Ok(()));
        assert_eq!(reached(None, None, &["", "220 ready\r\n"]), Ok(()));
    }

    #[test]
    fn what_was_found_instead_is_told() {
        let message =
            reached(Some("/x"), Some("hello"), &["HTTP/1.1 404 Not Found\r\n\r\n"; 64]).unwrap_err();
        assert_eq!(
            message,
            "expected port 80 of the device to answer with \"hello\", found \"HTTP/1.1 404 Not Found\\r\\n\\r\\n\""
        );
    }

    #[test]
    fn a_machine_that_ends_ends_the_tries() {
        let (reader, machine) = pipe().unwrap();
        let mut console = Console::new(reader, sink(), Cancel::new(), None).unwrap();
        drop(machine);
        let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let wanted = Reach { port: 80, path: None, expect: None };
        let began = Instant::now();
        let failure = reach(&wanted, nobody, &mut console, after(Duration::from_secs(60))).unwrap_err();
        assert!(matches!(failure, TestError::Guest(_)), "{failure}");
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}
