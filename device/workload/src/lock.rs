//! Locks, which a process that ends lets go.

use std::fs::{self, File};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::error::WorkloadError;

/// Waits until nobody else holds `NAME.lock` in this directory, and holds it until the result is dropped.
///
/// # Errors
/// When there cannot be such a file.
pub fn hold(directory: &Path, name: &str) -> Result<File, WorkloadError> {
    let path = directory.join(format!("{name}.lock"));
    let open = || {
        fs::create_dir_all(directory)?;
        File::options().create(true).truncate(false).write(true).open(&path)
    };
    let file = open().map_err(WorkloadError::file("opened", &path))?;
    flock(&file, FlockOperation::LockExclusive)
        .map_err(|error| WorkloadError::file("locked", &path)(error.into()))?;
    Ok(file)
}
