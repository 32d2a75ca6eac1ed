//! QEMU's monitor (QMP, docs/interop/qmp-spec.rst): it says what became of the machine. Nothing else is asked of it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
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

/// The monitor of one QEMU process.
pub(crate) struct Monitor {
    gone: Cancel,
}

impl Monitor {
    /// Makes the socket `name` in `directory` and waits for QEMU in a thread of its own.
    ///
    /// # Errors
    /// When the socket or the thread cannot be made.
    pub(crate) fn listen(directory: &Path, name: &str, transcript: Transcript) -> io::Result<Self> {
        let listener = bind(directory, name)?;
        let gone = Cancel::new();
        let watched = gone.clone();
        transcript.monitor(true);
        let serve = move || {
            if let Some(stream) = accept(&listener, &transcript, &watched) {
                // A monitor that breaks off has no more to say; the console's end tells the rest.
                let _ = listen_to(stream, &transcript);
            }
            transcript.monitor(false);
        };
        thread::Builder::new().name("monitor".to_owned()).spawn(serve)?;
        Ok(Self { gone })
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.gone.cancel();
    }
}

/// Binds by way of the directory's descriptor: its own path may be longer than a socket's address can be.
fn bind(directory: &Path, name: &str) -> io::Result<UnixListener> {
    // The socket of a boot before this one is nobody's.
    match std::fs::remove_file(directory.join(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let directory = File::open(directory)?;
    UnixListener::bind(format!("/proc/self/fd/{}/{name}", directory.as_raw_fd()))
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

fn listen_to(mut stream: UnixStream, transcript: &Transcript) -> io::Result<()> {
    // Events come after this. A QEMU that is already gone takes no greeting, but what it said is still to be read.
    let _ = writeln!(stream, "{}", json!({"execute": "qmp_capabilities", "id": 0}));
    for line in BufReader::new(stream).lines() {
        let Ok(message) = serde_json::from_str::<Value>(&line?) else { continue };
        if let Some(fate) = message["event"].as_str().and_then(|event| fate(event, &message)) {
            transcript.fate(fate);
        }
    }
    Ok(())
}

fn fate(event: &str, message: &Value) -> Option<Fate> {
    match (event, message["data"]["reason"].as_str()) {
        // What the watchdog does comes after.
        ("WATCHDOG", _) => Some(Fate::Watchdog),
        ("RESET", _) => Some(Fate::Reset),
        // Nobody here stops a machine: QEMU did, over an error that it cannot go on from.
        ("STOP", _) => Some(Fate::Stopped),
        ("SHUTDOWN", Some("guest-reset")) => Some(Fate::EndedByReset),
        ("SHUTDOWN", Some("guest-shutdown")) => Some(Fate::EndedByPowerOff),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::after;

    #[test]
    fn the_machines_fate_reaches_the_transcript() {
        let directory = tempfile::tempdir().unwrap();
        let transcript = Transcript::new(Cancel::new(), None);
        let monitor = Monitor::listen(directory.path(), "qmp", transcript.clone()).unwrap();
        let mut stream = UnixStream::connect(directory.path().join("qmp")).unwrap();
        writeln!(stream, r#"{{"event": "SHUTDOWN", "data": {{"guest": true, "reason": "guest-shutdown"}}}}"#)
            .unwrap();
        drop(stream);
        transcript.console_closed();
        let end = transcript.wait(after(Duration::from_secs(10)), |state| state.end(Default::default())).ok();
        assert_eq!(end, Some(crate::End::PowerOff));
        drop(monitor);
    }

    #[test]
    fn a_machine_that_is_gone_is_waited_for_no_longer() {
        let directory = tempfile::tempdir().unwrap();
        let transcript = Transcript::new(Cancel::new(), None);
        drop(Monitor::listen(directory.path(), "qmp", transcript.clone()).unwrap());
        let began = Instant::now();
        transcript.console_closed();
        // Until the monitor has said that it says no more, the end of the console alone tells nothing for a while.
        let _ = transcript.wait(after(Duration::from_secs(10)), |state| state.end(Default::default()));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}
