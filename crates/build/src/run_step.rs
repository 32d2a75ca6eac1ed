//! Runs one command in a sandbox: its output goes to a log and to the reporter, and a cancelled build ends it.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use yoe_model::Cancel;
use yoe_sandbox::{Exit, Spec, Stdio, Stream};

use crate::error::ActionError;

/// Lines that an error repeats from the end of a step's output.
const TAIL: usize = 20;
/// A line longer than this is cut: output may be anything.
const LONGEST: usize = 4096;
/// How soon a cancelled build notices.
const STEP: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// What a command left.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub exit: Exit,
    /// The last lines of its output.
    pub tail: String,
    /// The processor time of it and all that it started.
    pub used: Duration,
}

/// Runs a command to its end. Standard output and error are one stream, as in a terminal.
///
/// # Errors
/// When the sandbox cannot be made, and when the build was cancelled.
pub fn run_step(
    spec: &Spec,
    log: &mut File,
    cancel: &Cancel,
    line: &mut dyn FnMut(&str),
) -> Result<Ran, ActionError> {
    let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)
        .map_err(|error| ActionError::io("make a pipe for", "the step's output", error.into()))?;
    let again = write.try_clone().map_err(|error| ActionError::io("share", "the step's output", error))?;
    let stdio = Stdio { stdin: Stream::Null, stdout: Stream::Fd(write), stderr: Stream::Fd(again) };
    let mut child = yoe_sandbox::spawn(spec, stdio)?;
    let mut lines = Lines::default();
    if !copy(read, log, cancel, &mut |bytes| lines.add(bytes, line))? {
        child.kill();
        let _ = child.wait();
        return Err(ActionError::Interrupted);
    }
    lines.end(line);
    let exit = child.wait()?;
    Ok(Ran { exit, tail: lines.tail(), used: child.used() })
}

/// Copies until the other side closes; `false` when cancelled first.
fn copy(
    read: OwnedFd,
    log: &mut File,
    cancel: &Cancel,
    seen: &mut dyn FnMut(&[u8]),
) -> Result<bool, ActionError> {
    let mut read = File::from(read);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if cancel.is_cancelled() {
            return Ok(false);
        }
        let ready = poll(&mut [PollFd::new(&read, PollFlags::IN)], Some(&STEP));
        if matches!(ready, Ok(0) | Err(rustix::io::Errno::INTR)) {
            continue;
        }
        let count =
            read.read(&mut buffer).map_err(|error| ActionError::io("read", "the step's output", error))?;
        if count == 0 {
            return Ok(true);
        }
        log.write_all(&buffer[..count]).map_err(|error| ActionError::io("write", "the step's log", error))?;
        seen(&buffer[..count]);
    }
}

/// Output cut into lines.
#[derive(Debug, Default)]
struct Lines {
    open: Vec<u8>,
    last: VecDeque<String>,
}

impl Lines {
    fn add(&mut self, bytes: &[u8], line: &mut dyn FnMut(&str)) {
        for byte in bytes {
            match byte {
                b'\n' => self.end(line),
                byte if self.open.len() < LONGEST => self.open.push(*byte),
                _ => {}
            }
        }
    }

    fn end(&mut self, line: &mut dyn FnMut(&str)) {
        if self.open.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(&self.open).trim_end().to_owned();
        self.open.clear();
        line(&text);
        if self.last.len() == TAIL {
            self.last.pop_front();
        }
        self.last.push_back(text);
    }

    fn tail(self) -> String {
        self.last.into_iter().map(|line| format!("  | {line}\n")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_becomes_lines_and_a_tail() {
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        lines.add(b"one\ntw", &mut |line| seen.push(line.to_owned()));
        lines.add(b"o\n\xff\n", &mut |line| seen.push(line.to_owned()));
        assert_eq!(seen, ["one", "two", "\u{fffd}"]);
        (0..50).for_each(|n| lines.add(format!("{n}\n").as_bytes(), &mut |_| {}));
        assert_eq!(lines.tail().lines().count(), TAIL);
    }

    #[test]
    fn a_line_without_end_does_not_grow_for_ever() {
        let mut lines = Lines::default();
        lines.add(&vec![b'x'; 1 << 20], &mut |_| {});
        assert_eq!(lines.open.len(), LONGEST);
    }
}
