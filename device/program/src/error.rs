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

/// The end of a text, of at most so many bytes, from the start of a letter.
pub fn end(text: &str, bytes: usize) -> &str {
    let from = text.len().saturating_sub(bytes);
    (from..=text.len()).find_map(|at| text.get(at..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_text_begins_with_a_letter() {
        assert_eq!(end("\u{e4}b", 600), "\u{e4}b");
        assert_eq!(end(&"\u{e4}".repeat(400), 601).len(), 600);
    }

    #[test]
    fn causes_follow_the_message() {
        let error = FileError::new("read", Path::new("/x"))(io::Error::other("the disk is gone"));
        assert_eq!(message(&error), "/x cannot be read: the disk is gone");
    }
}
