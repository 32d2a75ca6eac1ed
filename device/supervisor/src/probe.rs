//! One check that is under way.

use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::health::Answer;
use crate::process::Process;
use crate::time;

/// How much of what a check says is kept, in bytes: as much as Docker keeps.
const KEPT: usize = 4096;
/// How a check ended that could not be run, or took too long.
const FAILED: i32 = -1;

/// A check that is under way.
#[derive(Debug)]
pub struct Probe {
    child: Child,
    process: Process,
    output: std::fs::File,
    printed: Vec<u8>,
    pid_file: PathBuf,
    began: (Instant, SystemTime),
    timeout: Duration,
}

impl Probe {
    /// Begins a check.
    ///
    /// # Errors
    /// An answer that says why it could not begin.
    pub fn begin(command: Command, pid_file: PathBuf, timeout: Duration) -> Result<Self, Answer> {
        let began = (Instant::now(), SystemTime::now());
        Self::spawn(command, pid_file, timeout, began)
            .map_err(|error| answer(began.1, FAILED, format!("the check cannot be run: {error}")))
    }

    fn spawn(
        mut command: Command,
        pid_file: PathBuf,
        timeout: Duration,
        began: (Instant, SystemTime),
    ) -> std::io::Result<Self> {
        let (output, input) = pipe_with(PipeFlags::CLOEXEC)?;
        fcntl_setfl(&output, OFlags::NONBLOCK)?;
        let second = input.try_clone()?;
        // In a group of its own, so that nothing of it outlives its time.
        command.stdin(Stdio::null()).stdout(input).stderr(second).process_group(0);
        let mut child = command.spawn()?;
        // The command would hold the pipe open.
        drop(command);
        let process = match child.id().try_into().map_or(Ok(None), Process::open) {
            Ok(Some(process)) => process,
            other => {
                let _ = child.kill();
                child.wait()?;
                // A child that nobody waited for has its number.
                return Err(other.err().unwrap_or_else(|| std::io::Error::other("it has no process")));
            }
        };
        Ok(Self { child, process, output: output.into(), printed: Vec::new(), pid_file, began, timeout })
    }

    /// When it has taken too long.
    pub fn deadline(&self) -> Instant {
        self.began.0 + self.timeout
    }

    /// What becomes readable when there is something to see.
    pub fn descriptors(&self) -> [BorrowedFd<'_>; 2] {
        [self.process.as_fd(), self.output.as_fd()]
    }

    /// The answer, once there is one. After that the check is over and nothing of it is left.
    pub fn look(&mut self, now: Instant) -> Option<Answer> {
        self.listen();
        if let Ok(Some(status)) = self.child.try_wait() {
            self.listen();
            return Some(self.answer(status.code().unwrap_or(FAILED), None));
        }
        if now < self.deadline() {
            return None;
        }
        self.end();
        self.listen();
        Some(self.answer(FAILED, Some(format!("Health check exceeded timeout ({:?})", self.timeout))))
    }

    /// Takes what was said, so that a check that says much does not wait for a reader.
    fn listen(&mut self) {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = self.output.read(&mut buffer) {
            let room = KEPT.saturating_sub(self.printed.len());
            self.printed.extend_from_slice(&buffer[..count.min(room)]);
        }
    }

    /// Ends the check and what runs it. The program in the container is known by the runtime's file alone.
    fn end(&mut self) {
        let inner = std::fs::read_to_string(&self.pid_file).ok().and_then(|text| text.trim().parse().ok());
        if let Some(Ok(Some(process))) = inner.map(Process::open) {
            process.kill();
        }
        if let Some(group) = Pid::from_raw(self.process.pid()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }

    fn answer(&mut self, exit_code: i32, reason: Option<String>) -> Answer {
        let printed = String::from_utf8_lossy(&self.printed).into_owned();
        let output = match reason {
            Some(reason) if printed.is_empty() => reason,
            Some(reason) => format!("{reason}: {printed}"),
            None => printed,
        };
        answer(self.began.1, exit_code, output)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.end();
        }
        let _ = std::fs::remove_file(&self.pid_file);
    }
}

fn answer(start: SystemTime, exit_code: i32, output: String) -> Answer {
    Answer { start: time::text(start), end: time::text(SystemTime::now()), exit_code, output }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(script: &str, timeout: Duration) -> (Answer, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(script).current_dir(directory.path());
        let mut probe = Probe::begin(command, directory.path().join("pid"), timeout).unwrap();
        let answer = loop {
            if let Some(answer) = probe.look(Instant::now()) {
                break answer;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        (answer, directory)
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn it_ends_as_its_program_does() {
        let (answer, _directory) = probe("echo well; echo not >&2; exit 3", LONG);
        assert_eq!((answer.exit_code, answer.output.as_str()), (3, "well\nnot\n"));
        assert!(answer.start <= answer.end);
    }

    #[test]
    fn what_says_much_is_heard_to_its_end() {
        let (answer, _directory) = probe("head -c 300000 /dev/zero | tr '\\0' x", LONG);
        assert_eq!((answer.exit_code, answer.output.len()), (0, KEPT));
    }

    #[test]
    fn what_takes_too_long_is_ended_with_all_that_it_started() {
        let begun = Instant::now();
        // The program in the container is in no group of ours: it is known by its number.
        let script = "setsid sleep 300 & echo $! >pid; sleep 200 & echo $$ >group; echo begun; wait";
        let (answer, directory) = probe(script, Duration::from_millis(500));
        assert!(begun.elapsed() < Duration::from_secs(30));
        assert_eq!(answer.exit_code, FAILED);
        assert!(
            answer.output.starts_with("Health check exceeded timeout (500ms): begun"),
            "{}",
            answer.output
        );
        let group = std::fs::read_to_string(directory.path().join("group")).unwrap();
        assert!(Process::open(group.trim().parse().unwrap()).unwrap().is_none());
        // The group's number is free again when its last process is gone.
        let group = Pid::from_raw(group.trim().parse().unwrap()).unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        while rustix::process::test_kill_process_group(group).is_ok() && Instant::now() < until {
            std::thread::yield_now();
        }
        assert!(rustix::process::test_kill_process_group(group).is_err());
    }

    #[test]
    fn what_cannot_be_run_is_a_failure() {
        let answer = Probe::begin(Command::new("/nowhere"), "/nowhere/pid".into(), LONG).unwrap_err();
        assert_eq!(answer.exit_code, FAILED);
        assert!(answer.output.starts_with("the check cannot be run: "), "{}", answer.output);
    }
}
