//! What can go wrong with a machine, with the last lines of its console.

use std::error::Error;
use std::{fmt, io};

use crate::password::PasswordError;
use crate::script::ScriptError;
use crate::{Console, End, Interrupt};

/// Lines of the console that an error carries.
const TAIL: usize = 40;

/// What went wrong with a machine, and the last lines of its console.
#[derive(Debug)]
pub struct GuestError {
    /// What went wrong.
    pub trouble: GuestErrorKind,
    /// The last lines of the console.
    pub tail: String,
}

/// What can go wrong with a machine.
#[derive(Debug, thiserror::Error)]
pub enum GuestErrorKind {
    /// No log-in prompt came.
    #[error("no `login:` prompt came within {seconds:.1} s")]
    NoPrompt {
        /// How long it was waited for.
        seconds: f64,
    },
    /// The password was not accepted.
    #[error(
        "the log-in of {user} was refused: does the image take the credential `passwd.hashed-password.root` from SMBIOS \
         (CONFIG_DMI_SYSFS)?"
    )]
    Refused {
        /// Who tried.
        user: String,
    },
    /// A shell did not answer after the log-in.
    #[error("no shell answered after the log-in: the user's shell must be a POSIX one")]
    NoShell,
    /// There is nowhere to put a script's output.
    #[error(
        "the system has no writable directory for a script's output: tried /tmp, /run, /dev/shm and /dev"
    )]
    NoScratch,
    /// There is no way to bring bytes over the console.
    #[error("the system has neither `base64` nor `od`: a script's output cannot be brought back")]
    NoEncoder,
    /// The script cannot be sent.
    #[error("the script cannot be run")]
    Script(#[source] ScriptError),
    /// The system hangs.
    #[error("the system no longer answers on its console")]
    Unresponsive,
    /// The system did not switch itself off.
    #[error("the machine was not off within {seconds} s")]
    StillOn {
        /// How long it was waited for.
        seconds: f64,
    },
    /// Output came back torn, every time.
    #[error(
        "a script's output could not be read in several tries: something else writes to the console all the time"
    )]
    Torn,
    /// The machine came to its end.
    #[error("{0}")]
    Ended(End),
    /// The run was cancelled.
    #[error("the run was cancelled")]
    Cancelled,
    /// The console takes nothing.
    #[error("the console takes no input")]
    Send(#[source] io::Error),
    /// No random marker could be made.
    #[error("the session's marker could not be made")]
    Marker(#[source] PasswordError),
}

impl GuestError {
    /// Adds the last lines of the console.
    pub fn new(trouble: GuestErrorKind, console: &Console) -> Self {
        Self { trouble, tail: console.tail(TAIL) }
    }
}

impl fmt::Display for GuestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.trouble.fmt(f)
    }
}

impl Error for GuestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.trouble.source()
    }
}

impl From<Interrupt> for GuestErrorKind {
    fn from(interrupt: Interrupt) -> Self {
        match interrupt {
            Interrupt::Deadline => GuestErrorKind::Unresponsive,
            Interrupt::Cancelled => GuestErrorKind::Cancelled,
            Interrupt::Ended(end) => GuestErrorKind::Ended(end),
        }
    }
}
