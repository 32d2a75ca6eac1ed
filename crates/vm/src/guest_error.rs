//! What can go wrong with a machine, with the last lines of its console.

use std::error::Error;
use std::{fmt, io};

use crate::password::PasswordError;
use crate::script::ScriptError;
use crate::{Console, End, WaitError};

/// Lines of the console that an error carries.
const TAIL: usize = 40;

/// What went wrong with a machine, and the last lines of its console.
#[derive(Debug)]
pub struct GuestError {
    /// What went wrong.
    pub kind: GuestErrorKind,
    /// The last lines of the console.
    pub tail: String,
}

/// What can go wrong with a machine.
#[derive(Debug)]
pub enum GuestErrorKind {
    /// No log-in prompt came.
    NoPrompt {
        /// How long it was waited for.
        seconds: f64,
    },
    /// The password was not accepted.
    Refused {
        /// Who tried.
        user: String,
    },
    /// A shell did not answer after the log-in.
    NoShell,
    /// There is nowhere to put a script's output.
    NoScratch,
    /// There is no way to bring bytes over the console.
    NoEncoder,
    /// The script cannot be sent.
    Script(ScriptError),
    /// The system hangs.
    Unresponsive,
    /// The system did not switch itself off.
    StillOn {
        /// How long it was waited for.
        seconds: f64,
    },
    /// Output came back torn, every time.
    Torn,
    /// The machine came to its end.
    Ended(End),
    /// The run was cancelled.
    Cancelled,
    /// The console takes nothing.
    Send(io::Error),
    /// No random marker could be made.
    Marker(PasswordError),
}

impl fmt::Display for GuestErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrompt { seconds } => write!(f, "no `login:` prompt came within {seconds:.1} s"),
            Self::Refused { user } => write!(
                f,
                "the log-in of {user} was refused: does the image take the credential \
                 `passwd.hashed-password.root` from SMBIOS (CONFIG_DMI_SYSFS)?"
            ),
            Self::NoShell => {
                f.write_str("no shell answered after the log-in: the user's shell must be a POSIX one")
            }
            Self::NoScratch => f.write_str(
                "the system has no writable directory for a script's output: tried /tmp, /run, /dev/shm and /dev",
            ),
            Self::NoEncoder => f.write_str(
                "the system has neither `base64` nor `od`: a script's output cannot be brought back",
            ),
            Self::Script(_) => f.write_str("the script cannot be run"),
            Self::Unresponsive => f.write_str("the system no longer answers on its console"),
            Self::StillOn { seconds } => write!(f, "the machine was not off within {seconds} s"),
            Self::Torn => f.write_str(
                "a script's output could not be read in several tries: something else writes to the console all the time",
            ),
            Self::Ended(end) => end.fmt(f),
            Self::Cancelled => f.write_str("the run was cancelled"),
            Self::Send(_) => f.write_str("the console takes no input"),
            Self::Marker(_) => f.write_str("the session's marker could not be made"),
        }
    }
}

impl GuestError {
    /// Adds the last lines of the console.
    pub fn new(kind: GuestErrorKind, console: &Console) -> Self {
        Self { kind, tail: console.tail(TAIL) }
    }
}

impl fmt::Display for GuestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Error for GuestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            GuestErrorKind::Script(error) => Some(error),
            GuestErrorKind::Send(error) => Some(error),
            GuestErrorKind::Marker(error) => Some(error),
            _ => None,
        }
    }
}

impl From<WaitError> for GuestErrorKind {
    fn from(interrupt: WaitError) -> Self {
        match interrupt {
            WaitError::Deadline => GuestErrorKind::Unresponsive,
            WaitError::Cancelled => GuestErrorKind::Cancelled,
            WaitError::Ended(end) => GuestErrorKind::Ended(end),
        }
    }
}
