//! Letting the engine's store begin anew, when nothing else mends it. The unit engine-config does it, before the engine starts: while it
//! runs, containers hold what would be removed.

use std::fs::{self, File};
use std::path::Path;

use crate::error::WorkloadError;

/// Asks for it, for the next start of the device.
///
/// # Errors
/// When the file cannot be written.
pub fn ask(file: &Path) -> Result<(), WorkloadError> {
    let write = || {
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory)?;
        }
        File::create(file)?.sync_all()?;
        file.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
    };
    write().map_err(WorkloadError::file("written", file))
}
