//! Why the supervisor cannot do what it was asked to.

use std::path::{Path, PathBuf};

use yoe_program::FileError;

/// Why a command ended without its result.
#[derive(Debug, thiserror::Error)]
pub enum SupervisorError {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// A file of this system cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The kernel refused something that no file is part of.
    #[error("{0}")]
    System(&'static str, #[source] std::io::Error),
    /// The runtime cannot be asked.
    #[error("{} cannot be run", .0.display())]
    Runtime(PathBuf, #[source] std::io::Error),
    /// What the runtime said cannot be parsed.
    #[error("cannot parse what the runtime says of {0}")]
    Answer(String, #[source] serde_json::Error),
}

impl SupervisorError {
    /// An error of a file, for `map_err`.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let error = FileError::new(action, path);
        move |source| Self::File(error(source))
    }

    /// 2 for a wrong command line, 3 for the system.
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            _ => 3,
        }
    }
}
