//! What can go wrong.

use std::io;
use std::path::{Path, PathBuf};

/// Why no image was written.
#[derive(Debug, thiserror::Error)]
pub enum OciError {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A document could not be put into words.
    #[error("the {document} of an OCI image cannot be written as JSON")]
    Json {
        /// Which one.
        document: &'static str,
        /// Why not.
        source: serde_json::Error,
    },
}

impl OciError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| OciError::Io { doing, path: path.to_owned(), source }
    }
}
