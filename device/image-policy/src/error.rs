//! Why there is no judgement.

use std::path::{Path, PathBuf};

use yoe_program::FileError;

/// Why an image could not be judged. It may not run then.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// A file of this system cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file of the root says something else than it should.
    #[error("cannot parse {}", .0.display())]
    Record(PathBuf, #[source] serde_json::Error),
    /// The policy is of a later form.
    #[error("{} has the format {found}, and this program reads 1", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// What the engine says of the image cannot be read.
    #[error("the engine's standard input cannot be read")]
    Input(#[source] std::io::Error),
    /// It is larger than anything that an engine says.
    #[error("the engine says more of an image than {0} bytes")]
    TooLarge(u64),
    /// It is no descriptor.
    #[error("cannot parse what the engine says of the image")]
    Descriptor(#[source] serde_json::Error),
}

impl PolicyError {
    /// An error of a file, for `map_err`.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let error = FileError::new(action, path);
        move |source| Self::File(error(source))
    }
}
