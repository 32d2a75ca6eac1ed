//! The boot log: every line of the console with the time at which it began.

use std::io::Write;
use std::time::Duration;

/// Writes console lines with their times as they end, so that the log is there even when the host is cut off.
pub struct BootLog {
    sink: Box<dyn Write + Send>,
    line: Vec<u8>,
    began: Duration,
}

impl BootLog {
    /// A log that is written to `sink`. A sink that fails is given up silently: the log never ends a run.
    pub fn new(sink: impl Write + Send + 'static) -> Self {
        Self { sink: Box::new(sink), line: Vec::new(), began: Duration::ZERO }
    }

    /// Adds cleaned text that came at this time after the start.
    pub(crate) fn push(&mut self, text: &[u8], at: Duration) {
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            if self.line.is_empty() {
                self.began = at;
            }
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.flush();
            }
        }
    }

    /// Writes a line of our own.
    pub(crate) fn note(&mut self, text: &str, at: Duration) {
        if !self.line.is_empty() {
            self.line.push(b'\n');
            self.flush();
        }
        self.push(format!("--- {text}\n").as_bytes(), at);
    }

    fn flush(&mut self) {
        let stamped = [format!("[{:9.3}] ", self.began.as_secs_f64()).as_bytes(), &self.line].concat();
        let _ = self.sink.write_all(&stamped).and_then(|()| self.sink.flush());
        self.line.clear();
    }
}

impl Drop for BootLog {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            self.line.push(b'\n');
            self.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_has_the_time_at_which_it_began() {
        let shared = Shared::default();
        let mut log = BootLog::new(shared.clone());
        log.push(b"one\ntw", Duration::from_millis(1500));
        log.push(b"o\n\nlogin: ", Duration::from_millis(2500));
        log.note("reset", Duration::from_secs(3));
        log.push(b"rest", Duration::from_secs(4));
        drop(log);
        let text = String::from_utf8(shared.0.lock().unwrap().clone()).unwrap();
        let expected = "[    1.500] one\n[    1.500] two\n[    2.500] \n[    2.500] login: \n[    3.000] --- reset\n\
                        [    4.000] rest\n";
        assert_eq!(text, expected);
    }
}
