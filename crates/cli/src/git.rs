//! git, run on this machine.

use std::process::Command;

use crate::error::CommandError;

/// What git prints. `failed` is the message when it fails; what it said is the cause.
///
/// # Errors
/// When it cannot be run, or fails.
pub fn printed(command: &mut Command, failed: &str) -> Result<Vec<u8>, CommandError> {
    let output = command
        .output()
        .map_err(|error| CommandError::config("git cannot be run").because(error).hint("install git"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let printed = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let error = CommandError::user(failed);
    Err(if printed.is_empty() { error } else { error.because(printed) })
}
