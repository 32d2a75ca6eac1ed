//! The three standard streams of a step.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::{io, process};

/// Where one standard stream of a step leads.
#[derive(Debug, Default)]
pub enum Stream {
    /// Nowhere: reads end at once, writes vanish.
    #[default]
    Null,
    /// Where the caller's own leads.
    Inherit,
    /// A file, one end of a pipe, a terminal. [`spawn`](crate::spawn) closes it in the caller. A step can open
    /// anew what a file descriptor refers to, so give it nothing that it must not read and write.
    Fd(OwnedFd),
}

impl Stream {
    /// The stream as a file descriptor of its own, for the standard input.
    pub(crate) fn into_input(self) -> io::Result<OwnedFd> {
        match self {
            Self::Null => Ok(File::open("/dev/null")?.into()),
            Self::Inherit => io::stdin().as_fd().try_clone_to_owned(),
            Self::Fd(fd) => Ok(fd),
        }
    }

    /// The stream as the standard library wants it.
    pub(crate) fn into_output(self) -> process::Stdio {
        match self {
            Self::Null => process::Stdio::null(),
            Self::Inherit => process::Stdio::inherit(),
            Self::Fd(fd) => fd.into(),
        }
    }
}

impl<T: Into<OwnedFd>> From<T> for Stream {
    fn from(source: T) -> Self {
        Self::Fd(source.into())
    }
}

/// The standard streams of a step; by default all lead nowhere.
///
/// The step leaves the caller's session, so the caller's terminal is never its controlling terminal. A terminal as `stdin` that
/// is nobody's becomes that of the step: see [`attend`](crate::attend).
#[derive(Debug, Default)]
pub struct Stdio {
    /// The standard input.
    pub stdin: Stream,
    /// The standard output.
    pub stdout: Stream,
    /// The standard error.
    pub stderr: Stream,
}

impl Stdio {
    /// All three are the caller's own.
    pub fn inherit() -> Self {
        Self { stdin: Stream::Inherit, stdout: Stream::Inherit, stderr: Stream::Inherit }
    }
}
