//! Letting the engine's store begin anew, when nothing else mends it. The unit engine-config does it, before the engine starts: while it
//! runs, containers hold what would be removed.

use std::path::Path;

use yoe_program::durable;

use crate::error::WorkloadError;

/// Asks for it, for the next start of the device.
///
/// # Errors
/// When the file cannot be written.
pub fn ask(file: &Path) -> Result<(), WorkloadError> {
    Ok(durable(file, &[])?)
}
