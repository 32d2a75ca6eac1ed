//! A process that may end at any time, and whose number may then be another's.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use rustix::time::{ClockId, clock_gettime};

/// Parts of a second that /proc counts in: the same on every Linux.
const TICKS: u64 = 100;

/// A process, by a descriptor of its own.
#[derive(Debug)]
pub struct Process {
    pid: i32,
    descriptor: OwnedFd,
    /// Since the device started.
    started: Duration,
}

impl Process {
    /// The process of this number, which may have ended and not been waited for; `None` when there is none.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn open(pid: i32) -> io::Result<Option<Self>> {
        let Some(number) = Pid::from_raw(pid) else { return Ok(None) };
        let descriptor = match pidfd_open(number, PidfdFlags::empty()) {
            Ok(descriptor) => descriptor,
            Err(rustix::io::Errno::SRCH) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // Read once the descriptor is there: unless it has ended by now, this was its own.
        let started = started(pid).unwrap_or_else(since_start);
        Ok(Some(Self { pid, descriptor, started }))
    }

    /// Its number.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Whether it has ended.
    pub fn ended(&self) -> bool {
        let mut wanted = [PollFd::new(&self.descriptor, PollFlags::IN)];
        poll(&mut wanted, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
    }

    /// How long ago it began.
    pub fn age(&self) -> Duration {
        since_start().saturating_sub(self.started)
    }

    /// Ends it.
    pub fn kill(&self) {
        // One that has ended needs no signal.
        let _ = pidfd_send_signal(&self.descriptor, Signal::KILL);
    }
}

impl AsFd for Process {
    /// Readable once the process has ended.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

/// Since the device started.
fn since_start() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::try_from(now).unwrap_or_default()
}

/// When a process began: the 22nd field of proc_pid_stat(5), counted behind the name, which may hold anything.
fn started(pid: i32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let ticks: u64 = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
    Some(Duration::from_millis(ticks.saturating_mul(1000 / TICKS)))
}

#[cfg(test)]
mod tests;
