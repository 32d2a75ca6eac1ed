//! The serial console: what was said is kept with its time, waited for without polling, and answered.

use std::io::{self, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use crate::transcript::{Life, State, Stop, Transcript};
use crate::{BootLog, Cancel, End, Milestone};

/// The serial console of a machine. It reads as a text is read: what was waited for lies behind.
pub struct Console {
    transcript: Transcript,
    writer: Box<dyn Write + Send>,
    position: usize,
    life: Life,
}

/// Why a wait on the console ended without what it waited for.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// The time was up.
    #[error("it did not come in time")]
    Deadline,
    /// The [`Cancel`] flag was set.
    #[error("it was cancelled")]
    Cancelled,
    /// The machine came to its end.
    #[error("{0}")]
    Ended(End),
}

impl Console {
    /// A console over a pair of streams, read by a thread of its own until it ends.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn new(
        reader: impl Read + Send + 'static,
        writer: impl Write + Send + 'static,
        cancel: Cancel,
        log: Option<BootLog>,
    ) -> io::Result<Self> {
        let transcript = Transcript::new(cancel, log);
        Self::over(transcript, Box::new(reader), Box::new(writer))
    }

    pub(crate) fn over(
        transcript: Transcript,
        mut reader: Box<dyn Read + Send>,
        writer: Box<dyn Write + Send>,
    ) -> io::Result<Self> {
        let listener = transcript.clone();
        thread::Builder::new().name("console".to_owned()).spawn(move || {
            read_all(&mut reader, |bytes| listener.console(bytes));
            listener.console_closed();
        })?;
        Ok(Self { transcript, writer, position: 0, life: Life::default() })
    }

    /// Waits until one of the texts is said, and tells which. The earliest one counts.
    ///
    /// # Errors
    /// When it did not come.
    pub fn wait_for(&mut self, texts: &[&str], deadline: Instant) -> Result<usize, WaitError> {
        let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
        let mut from = self.position;
        let (index, end) = self.wait(deadline, |state| {
            let found = earliest(state.since(from), texts).map(|(index, end)| (index, from + end));
            // A text may be split over two reads, so the next look starts a little before the end.
            from = from.max((state.end_position() + 1).saturating_sub(longest));
            found
        })?;
        self.position = end;
        Ok(index)
    }

    /// Waits as [`wait_for`](Self::wait_for) does, and leaves the text to be read again.
    ///
    /// # Errors
    /// When it did not come.
    pub fn peek_for(&mut self, texts: &[&str], deadline: Instant) -> Result<usize, WaitError> {
        let position = self.position;
        let found = self.wait_for(texts, deadline);
        self.position = position;
        found
    }

    /// The next whole line.
    ///
    /// # Errors
    /// When none came.
    pub fn next_line(&mut self, deadline: Instant) -> Result<String, WaitError> {
        let start = self.position;
        let mut seen = start;
        let line = self.wait(deadline, |state| {
            let length = state.since(seen).iter().position(|byte| *byte == b'\n').map(|at| seen - start + at);
            seen = state.end_position().max(start);
            length.map(|length| state.since(start)[..length].to_vec())
        })?;
        self.position = start + line.len() + 1;
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// Waits until the machine ends, and tells how.
    ///
    /// # Errors
    /// When it did not end in time or the wait was cancelled.
    pub fn wait_for_end(&mut self, deadline: Instant) -> Result<End, WaitError> {
        match self.wait(deadline, |_| None::<()>) {
            Err(WaitError::Ended(end)) => Ok(end),
            Err(other) => Err(other),
            Ok(()) => Err(WaitError::Deadline),
        }
    }

    /// Sends a line. What was said so far is not skipped.
    ///
    /// # Errors
    /// When the machine no longer listens.
    pub fn send_line(&mut self, line: &str) -> io::Result<()> {
        self.writer.write_all(format!("{line}\n").as_bytes())?;
        self.writer.flush()
    }

    /// Panics and resets up to now are expected: waits no longer end because of them.
    pub fn accept_resets(&mut self) {
        self.life = self.transcript.life();
    }

    /// The last lines that were said.
    pub fn tail(&self, lines: usize) -> String {
        self.transcript.tail(lines)
    }

    /// The points of the boot that were reached, in this order.
    pub fn milestones(&self) -> Vec<Milestone> {
        self.transcript.milestones()
    }

    /// The time since the machine was started.
    pub fn elapsed(&self) -> Duration {
        self.transcript.elapsed()
    }

    pub(crate) fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    fn wait<T>(&self, deadline: Instant, mut look: impl FnMut(&State) -> Option<T>) -> Result<T, WaitError> {
        let life = self.life;
        let found = self.transcript.wait(deadline, |state| match look(state) {
            Some(found) => Some(Ok(found)),
            None => state.end(life).map(Err),
        });
        match found {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(end)) => Err(WaitError::Ended(end)),
            Err(Stop::Deadline) => Err(WaitError::Deadline),
            Err(Stop::Cancelled) => Err(WaitError::Cancelled),
        }
    }
}

/// Which of the texts ends first, and where.
fn earliest(within: &[u8], texts: &[&str]) -> Option<(usize, usize)> {
    let ends = texts.iter().enumerate().filter_map(|(index, text)| {
        let text = text.as_bytes();
        within.windows(text.len().max(1)).position(|window| window == text).map(|at| (index, at + text.len()))
    });
    ends.min_by_key(|(_, end)| *end)
}

/// Hands on what a stream says until it ends or fails; a terminal whose other side is gone fails.
pub(crate) fn read_all(reader: &mut dyn Read, mut take: impl FnMut(&[u8])) {
    let mut buffer = [0; 16 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => take(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// The moment this far from now.
pub fn after(time: Duration) -> Instant {
    let now = Instant::now();
    // A time too far to be a date is as good as a day.
    now.checked_add(time).unwrap_or_else(|| now + Duration::from_secs(86_400))
}

#[cfg(test)]
mod tests {
    use std::io::{PipeWriter, pipe, sink};

    use super::*;

    fn console() -> (Console, PipeWriter) {
        let (reader, writer) = pipe().unwrap();
        (Console::new(reader, sink(), Cancel::new(), None).unwrap(), writer)
    }

    fn soon() -> Instant {
        after(Duration::from_secs(10))
    }

    #[test]
    fn a_text_split_over_writes_is_found() {
        let (mut console, mut machine) = console();
        let speaker = thread::spawn(move || {
            for piece in ["yoe lo", "g", "in", ": "] {
                machine.write_all(piece.as_bytes()).unwrap();
                thread::sleep(Duration::from_millis(5));
            }
            machine
        });
        assert_eq!(console.wait_for(&["never", "login: "], soon()).unwrap(), 1);
        drop(speaker.join().unwrap());
        assert!(matches!(console.wait_for(&["login: "], soon()), Err(WaitError::Ended(End::Exit { .. }))));
    }

    #[test]
    fn the_earliest_text_counts_and_is_then_behind() {
        let (mut console, mut machine) = console();
        machine.write_all(b"one two three\nfour\nfive").unwrap();
        assert_eq!(console.wait_for(&["three", "two"], soon()).unwrap(), 1);
        assert_eq!(console.next_line(soon()).unwrap(), " three");
        assert_eq!(console.next_line(soon()).unwrap(), "four");
        assert!(matches!(console.next_line(after(Duration::from_millis(20))), Err(WaitError::Deadline)));
        machine.write_all(b"!\n").unwrap();
        assert_eq!(console.next_line(soon()).unwrap(), "five!");
    }

    #[test]
    fn what_was_said_before_the_end_is_read_first() {
        let (mut console, mut machine) = console();
        machine.write_all(b"last words\n").unwrap();
        drop(machine);
        assert_eq!(console.next_line(soon()).unwrap(), "last words");
        assert!(matches!(console.next_line(soon()), Err(WaitError::Ended(_))));
    }

    #[test]
    fn a_set_flag_ends_a_wait() {
        let (reader, machine) = pipe().unwrap();
        let cancel = Cancel::new();
        let mut console = Console::new(reader, sink(), cancel.clone(), None).unwrap();
        let canceller = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            cancel.cancel();
        });
        let began = Instant::now();
        assert!(matches!(console.wait_for(&["x"], soon()), Err(WaitError::Cancelled)));
        assert!(began.elapsed() < Duration::from_secs(5));
        canceller.join().unwrap();
        drop(machine);
    }

    #[test]
    fn a_reset_ends_a_wait_unless_it_is_accepted() {
        let (mut console, machine) = console();
        console.transcript().fate(crate::transcript::Fate::Reset);
        assert!(matches!(console.next_line(soon()), Err(WaitError::Ended(End::Reset))));
        console.accept_resets();
        assert!(matches!(console.next_line(after(Duration::from_millis(20))), Err(WaitError::Deadline)));
        drop(machine);
    }
}
