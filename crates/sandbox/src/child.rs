//! A step that runs.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::net::Shutdown;

use crate::protocol::{self, Report};
use crate::{Exit, SandboxError, usage};

/// A running step. Dropping it kills the step and waits until nothing of it is left.
#[derive(Debug)]
pub struct Child {
    supervisor: process::Child,
    control: OwnedFd,
    ended: Option<Exit>,
    used: Duration,
}

impl Child {
    pub(crate) fn new(supervisor: process::Child, control: OwnedFd) -> Self {
        Self { supervisor, control, ended: None, used: Duration::ZERO }
    }

    /// The report that tells whether the command runs.
    pub(crate) fn first_report(&self) -> Result<Option<Report>, SandboxError> {
        protocol::receive_report(self.control.as_fd()).map_err(SandboxError::Lost)
    }

    /// Ends the sandbox and tells how its supervisor ended.
    pub(crate) fn end(mut self) -> Result<process::ExitStatus, SandboxError> {
        self.kill();
        self.supervisor.wait().map_err(SandboxError::Lost)
    }

    /// The process id, in the caller's view, of the process that stands for the whole sandbox.
    pub fn id(&self) -> u32 {
        self.supervisor.id()
    }

    /// Ends the step and everything it started, by SIGKILL. Returns at once; [`wait`](Self::wait) waits for the end.
    pub fn kill(&self) {
        // The only error is that the socket's other end is gone: the step has ended.
        let _ = rustix::net::shutdown(&self.control, Shutdown::Write);
    }

    /// Waits until the step's command has ended and nothing that it started is left.
    ///
    /// # Errors
    /// [`SandboxError::Lost`] when the system does not tell how it ended.
    pub fn wait(&mut self) -> Result<Exit, SandboxError> {
        if let Some(exit) = self.ended {
            return Ok(exit);
        }
        let mut reported = None;
        while let Some(report) = protocol::receive_report(self.control.as_fd()).map_err(SandboxError::Lost)? {
            if let Report::Ended(exit) = report {
                reported = Some(exit);
                break;
            }
        }
        // The supervisor ends after the last process of the sandbox.
        self.used = usage::of_ended(self.supervisor.id()).unwrap_or_default();
        self.supervisor.wait().map_err(SandboxError::Lost)?;
        // Who died without a word was killed.
        let exit = reported.unwrap_or(Exit::Signal(libc::SIGKILL));
        self.ended = Some(exit);
        Ok(exit)
    }

    /// The processor time of the step and all that it started, once it has ended: in user and kernel mode, on all processors.
    /// Zero before that, and where the system does not tell.
    pub fn used(&self) -> Duration {
        self.used
    }

    /// Waits at most this long; `None` when the step still runs then.
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    pub fn wait_timeout(&mut self, timeout: Duration) -> Result<Option<Exit>, SandboxError> {
        if self.ended.is_none() && !self.readable_within(timeout).map_err(SandboxError::Lost)? {
            return Ok(None);
        }
        self.wait().map(Some)
    }

    /// Whether the socket has something to say within this time. All it ever says after the start is the end.
    fn readable_within(&self, timeout: Duration) -> io::Result<bool> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            let mut polled = [PollFd::new(&self.control, PollFlags::IN)];
            match rustix::event::poll(&mut polled, left.as_ref()) {
                Err(rustix::io::Errno::INTR) => {}
                result => return Ok(result? > 0),
            }
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.ended.is_none() {
            self.kill();
            // Nobody is left to hear of an error; what matters is that the wait is over.
            drop(self.supervisor.wait());
        }
    }
}
