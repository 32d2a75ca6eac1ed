//! The programs of OpenSSH on this machine.

use std::io;

use crate::error::CommandError;

/// A program of OpenSSH that could not be started.
pub fn missing(program: &str, error: io::Error) -> CommandError {
    let missing = error.kind() == io::ErrorKind::NotFound;
    let error = CommandError::config(format!("{program} cannot be started")).because(error);
    if missing { error.hint("install OpenSSH's client; Debian's package is openssh-client") } else { error }
}
