//! Why a workload cannot be seen to.

use std::path::{Path, PathBuf};

use yoe_program::FileError;

/// Why a command ended without its result.
#[derive(Debug, thiserror::Error)]
pub enum WorkloadError {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// The root has no workload of this name.
    #[error("this version of the device has no workload {0:?}{1}")]
    Unknown(String, String),
    /// A file of this system cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file of the root says something else than it should.
    #[error("cannot parse {}", .0.display())]
    Record(PathBuf, #[source] serde_json::Error),
    /// The engine's client cannot be run.
    #[error("{} cannot be run", .0.display())]
    Client(PathBuf, #[source] std::io::Error),
    /// The engine's client failed.
    #[error("{command}: {printed}")]
    Failed {
        /// What was asked of it.
        command: String,
        /// The end of what it said.
        printed: String,
    },
    /// What the client said cannot be parsed.
    #[error("cannot parse what the engine says of its containers")]
    Answer(#[source] serde_json::Error),
    /// The device is not as the root says.
    #[error("{0}")]
    Wrong(String),
}

impl WorkloadError {
    /// An error of a file, for `map_err`.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let error = FileError::new(action, path);
        move |source| Self::File(error(source))
    }

    /// 1 when something is not as the root says, 2 for a wrong command line, 3 for the system.
    pub fn code(&self) -> u8 {
        match self {
            Self::Wrong(_) => 1,
            Self::Usage(_) | Self::Unknown(..) => 2,
            _ => 3,
        }
    }
}
