//! Writing that a loss of power cannot tear.

use std::fs::{self, File};
use std::path::Path;

use crate::FileError;

/// Replaces a file by one with this content: whole, or not at all. Directories that it lies in are made.
///
/// # Errors
/// When it cannot be written.
pub fn durable(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let new = path.with_extension("new");
    let write = || {
        fs::create_dir_all(directory)?;
        fs::write(&new, bytes)?;
        File::open(&new)?.sync_all()?;
        fs::rename(&new, path)?;
        File::open(directory)?.sync_all()
    };
    write().map_err(FileError::new("written", path))
}
