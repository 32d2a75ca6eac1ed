//! How QEMU is started: the caller decides, here or in a sandbox.

use std::error::Error;
use std::io::{self, Read, Write};
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use crate::console::after;

/// How often a process is asked whether it has ended. Only at its end, for a moment.
const TICK: Duration = Duration::from_millis(20);
/// How long a killed process may take to go: it may hang in the kernel, writing.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// Why a program did not start, from whoever starts it.
pub type StartError = Box<dyn Error + Send + Sync>;

/// Starts a program. Everything the arguments name must be visible to it.
pub trait Start {
    /// Starts `program` with piped standard streams.
    ///
    /// # Errors
    /// When it cannot be started.
    fn start(&self, program: &str, arguments: &[String]) -> Result<Started, StartError>;
}

/// A program that runs, with its standard streams.
pub struct Started {
    /// What it reads.
    pub stdin: Box<dyn Write + Send>,
    /// What it writes.
    pub stdout: Box<dyn Read + Send>,
    /// What it complains about.
    pub stderr: Box<dyn Read + Send>,
    /// The process.
    pub handle: Box<dyn Handle>,
}

/// A process that can be awaited and ended.
pub trait Handle: Send {
    /// Waits at most this long for its end; `None` when it still runs then.
    ///
    /// # Errors
    /// When the system does not say.
    fn wait(&mut self, timeout: Duration) -> io::Result<Option<ExitStatus>>;

    /// Ends it, and what it started, by SIGKILL. Without effect when it has ended.
    ///
    /// # Errors
    /// When the system refuses.
    fn kill(&mut self) -> io::Result<()>;
}

impl Handle for Child {
    fn wait(&mut self, timeout: Duration) -> io::Result<Option<ExitStatus>> {
        let deadline = after(timeout);
        loop {
            let status = self.try_wait()?;
            if status.is_some() || Instant::now() >= deadline {
                return Ok(status);
            }
            thread::sleep(TICK);
        }
    }

    fn kill(&mut self) -> io::Result<()> {
        Child::kill(self)
    }
}

/// Ends a process and waits until the system has taken note.
pub(crate) fn end(handle: &mut dyn Handle) -> io::Result<()> {
    if handle.wait(Duration::ZERO)?.is_none() {
        handle.kill()?;
        handle.wait(ENDS_WITHIN)?;
    }
    Ok(())
}
