//! QEMU's monitor (QMP, docs/interop/qmp-spec.rst): ask for a power-off, a reset or an end, and hear what became of
//! the machine.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::Shutdown;
use std::os::fd::AsRawFd as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::{Value, json};

use crate::Cancel;
use crate::transcript::{Fate, Transcript};

/// How often the wait for QEMU's connection looks whether it still makes sense.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
/// How long QEMU may take from its start to its connection.
const CONNECTS_WITHIN: Duration = Duration::from_secs(60);

/// Why the monitor did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum QmpError {
    /// The socket could not be made.
    #[error("the socket for QEMU's monitor could not be made")]
    Listen(#[source] io::Error),
    /// The connection failed.
    #[error("QEMU's monitor does not take commands")]
    Send(#[source] io::Error),
    /// QEMU has ended, or never connected.
    #[error("QEMU's monitor is gone")]
    Gone,
    /// No answer came.
    #[error("QEMU's monitor did not answer `{command}` in time")]
    Late {
        /// What was asked.
        command: String,
    },
    /// QEMU refused.
    #[error("QEMU refused `{command}`: {reason}")]
    Refused {
        /// What was asked.
        command: String,
        /// What it said.
        reason: String,
    },
}

/// The monitor of one QEMU process.
pub struct Qmp {
    messages: Receiver<Message>,
    stream: Option<UnixStream>,
    next: u64,
    gone: Cancel,
}

enum Message {
    Connected(UnixStream),
    Reply(Value),
}

impl Qmp {
    /// Makes the socket `name` in `folder` and waits for QEMU in a thread of its own.
    pub(crate) fn listen(folder: &Path, name: &str, transcript: Transcript) -> Result<Self, QmpError> {
        let listener = bind(folder, name).map_err(QmpError::Listen)?;
        let (sender, messages) = channel();
        let gone = Cancel::new();
        let watched = gone.clone();
        transcript.monitor(true);
        let serve = move || {
            if let Some(stream) = accept(&listener, &transcript, &watched) {
                // A monitor that breaks off has no more to say; the console's end tells the rest.
                let _ = listen_to(stream, &sender, &transcript);
            }
            transcript.monitor(false);
        };
        thread::Builder::new().name("monitor".to_owned()).spawn(serve).map_err(QmpError::Listen)?;
        Ok(Self { messages, stream: None, next: 1, gone })
    }

    /// Presses the power button: a system that listens to it shuts down.
    ///
    /// # Errors
    /// When the monitor does not answer or refuses.
    pub fn power_button(&mut self, deadline: Instant) -> Result<(), QmpError> {
        self.execute("system_powerdown", deadline).map(drop)
    }

    /// Resets the machine, as its reset button does.
    ///
    /// # Errors
    /// When the monitor does not answer or refuses.
    pub fn reset(&mut self, deadline: Instant) -> Result<(), QmpError> {
        self.execute("system_reset", deadline).map(drop)
    }

    /// Ends QEMU, as if the machine lost its power, with what QEMU itself holds back written.
    ///
    /// # Errors
    /// When the monitor does not answer or refuses.
    pub fn quit(&mut self, deadline: Instant) -> Result<(), QmpError> {
        self.execute("quit", deadline).map(drop)
    }

    /// The run state, such as `running` or `shutdown`.
    ///
    /// # Errors
    /// When the monitor does not answer or refuses.
    pub fn status(&mut self, deadline: Instant) -> Result<String, QmpError> {
        let answer = self.execute("query-status", deadline)?;
        Ok(answer["status"].as_str().unwrap_or("unknown").to_owned())
    }

    fn execute(&mut self, command: &str, deadline: Instant) -> Result<Value, QmpError> {
        self.connected(command, deadline)?;
        let id = self.next;
        self.next += 1;
        let Some(stream) = &mut self.stream else { return Err(QmpError::Gone) };
        writeln!(stream, "{}", json!({"execute": command, "id": id})).map_err(QmpError::Send)?;
        loop {
            match self.receive(command, deadline)? {
                Message::Reply(reply) if reply["id"] == id => return answer(command, &reply),
                // The answer to a command whose wait was given up.
                Message::Reply(_) | Message::Connected(_) => {}
            }
        }
    }

    fn connected(&mut self, command: &str, deadline: Instant) -> Result<(), QmpError> {
        while self.stream.is_none() {
            if let Message::Connected(stream) = self.receive(command, deadline)? {
                self.stream = Some(stream);
            }
        }
        Ok(())
    }

    fn receive(&self, command: &str, deadline: Instant) -> Result<Message, QmpError> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.messages.recv_timeout(left).map_err(|error| match error {
            RecvTimeoutError::Timeout => QmpError::Late { command: command.to_owned() },
            RecvTimeoutError::Disconnected => QmpError::Gone,
        })
    }
}

impl Drop for Qmp {
    fn drop(&mut self) {
        self.gone.cancel();
        if let Some(stream) = &self.stream {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Binds by way of the folder's descriptor: its own path may be longer than a socket's address can be.
fn bind(folder: &Path, name: &str) -> io::Result<UnixListener> {
    // The socket of a boot before this one is nobody's.
    match std::fs::remove_file(folder.join(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let folder = File::open(folder)?;
    UnixListener::bind(format!("/proc/self/fd/{}/{name}", folder.as_raw_fd()))
}

fn accept(listener: &UnixListener, transcript: &Transcript, gone: &Cancel) -> Option<UnixStream> {
    let until = Instant::now() + CONNECTS_WITHIN;
    loop {
        // Asked before the poll: a connection made before the console's end is then still seen.
        let last = transcript.is_closed() || gone.is_cancelled() || Instant::now() > until;
        let mut ready = [PollFd::new(listener, PollFlags::IN)];
        match poll(&mut ready, Some(&TICK)) {
            Ok(1..) => return listener.accept().ok().map(|(stream, _)| stream),
            Ok(0) | Err(rustix::io::Errno::INTR) if !last => {}
            _ => return None,
        }
    }
}

fn listen_to(stream: UnixStream, sender: &Sender<Message>, transcript: &Transcript) -> io::Result<()> {
    let mut greeter = stream.try_clone()?;
    // A QEMU that is already gone takes no greeting, but what it said is still to be read.
    let _ = writeln!(greeter, "{}", json!({"execute": "qmp_capabilities", "id": 0}));
    let mut writer = Some(greeter);
    for line in BufReader::new(stream).lines() {
        let Ok(message) = serde_json::from_str::<Value>(&line?) else { continue };
        if let Some(fate) = message["event"].as_str().and_then(|event| fate(event, &message)) {
            transcript.fate(fate);
        }
        if message["id"] == 0 {
            // Commands are understood only after this answer.
            if let Some(writer) = writer.take() {
                let _ = sender.send(Message::Connected(writer));
            }
        } else if message.get("id").is_some() {
            let _ = sender.send(Message::Reply(message));
        }
    }
    Ok(())
}

fn fate(event: &str, message: &Value) -> Option<Fate> {
    match (event, message["data"]["reason"].as_str()) {
        ("RESET", _) => Some(Fate::Reset),
        // Nobody here stops a machine: QEMU did, over an error that it cannot go on from.
        ("STOP", _) => Some(Fate::Stopped),
        ("SHUTDOWN", Some("guest-reset")) => Some(Fate::EndedByReset),
        ("SHUTDOWN", Some("guest-shutdown")) => Some(Fate::EndedByPowerOff),
        _ => None,
    }
}

fn answer(command: &str, reply: &Value) -> Result<Value, QmpError> {
    match reply.get("return") {
        Some(value) => Ok(value.clone()),
        None => Err(QmpError::Refused {
            command: command.to_owned(),
            reason: reply["error"]["desc"].as_str().unwrap_or("no reason was given").to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::after;

    /// A monitor of one connection that answers every command by `answers`, after some noise.
    fn qemu(folder: &Path, answers: fn(&str) -> String) -> thread::JoinHandle<()> {
        let mut stream = UnixStream::connect(folder.join("qmp")).unwrap();
        writeln!(stream, r#"{{"QMP": {{"version": {{}}, "capabilities": []}}}}"#).unwrap();
        thread::spawn(move || {
            for line in BufReader::new(stream.try_clone().unwrap()).lines() {
                let Ok(command) = serde_json::from_str::<Value>(&line.unwrap()) else { return };
                writeln!(stream, r#"{{"event": "NIC_RX_FILTER_CHANGED", "data": {{}}}}"#).unwrap();
                let answer = answers(command["execute"].as_str().unwrap());
                writeln!(stream, "{}", answer.replace("ID", &command["id"].to_string())).unwrap();
            }
        })
    }

    fn soon() -> Instant {
        after(Duration::from_secs(10))
    }

    #[test]
    fn commands_are_answered_and_refusals_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut qmp = Qmp::listen(folder.path(), "qmp", Transcript::new(Cancel::new(), None)).unwrap();
        let qemu = qemu(folder.path(), |command| match command {
            "query-status" => r#"{"return": {"status": "running"}, "id": ID}"#.into(),
            "system_reset" => r#"{"error": {"class": "GenericError", "desc": "not now"}, "id": ID}"#.into(),
            _ => r#"{"return": {}, "id": ID}"#.into(),
        });
        assert_eq!(qmp.status(soon()).unwrap(), "running");
        assert_eq!(qmp.reset(soon()).unwrap_err().to_string(), "QEMU refused `system_reset`: not now");
        qmp.quit(soon()).unwrap();
        drop(qmp);
        qemu.join().unwrap();
    }

    #[test]
    fn the_machines_fate_reaches_the_transcript() {
        let folder = tempfile::tempdir().unwrap();
        let transcript = Transcript::new(Cancel::new(), None);
        let qmp = Qmp::listen(folder.path(), "qmp", transcript.clone()).unwrap();
        let mut stream = UnixStream::connect(folder.path().join("qmp")).unwrap();
        writeln!(stream, r#"{{"event": "SHUTDOWN", "data": {{"guest": true, "reason": "guest-shutdown"}}}}"#)
            .unwrap();
        drop(stream);
        transcript.console_closed();
        let end = transcript.wait(soon(), |state| state.end(Default::default())).ok();
        assert_eq!(end, Some(crate::End::PowerOff));
        drop(qmp);
    }

    #[test]
    fn a_monitor_that_never_connects_is_late_and_then_gone() {
        let folder = tempfile::tempdir().unwrap();
        let transcript = Transcript::new(Cancel::new(), None);
        let mut qmp = Qmp::listen(folder.path(), "qmp", transcript.clone()).unwrap();
        let late = qmp.status(after(Duration::from_millis(10)));
        assert!(matches!(late, Err(QmpError::Late { .. })), "{late:?}");
        transcript.console_closed();
        assert!(matches!(qmp.status(soon()), Err(QmpError::Gone)));
    }
}
