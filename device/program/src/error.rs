//! Errors of files, and what is said of an error.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

/// A file of this system cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be {action}", path.display())]
pub struct FileError {
    /// What was to be done with it: `read`, `written`, …
    pub action: &'static str,
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// An error of this file, for `map_err`.
    pub fn new(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { action, path, source }
    }
}

/// An error with its causes, in one line.
pub fn message(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_follow_the_message() {
        let error = FileError::new("read", Path::new("/x"))(io::Error::other("the disk is gone"));
        assert_eq!(message(&error), "/x cannot be read: the disk is gone");
    }
}
