//! Why a path of a tree could not be opened.

use std::io;
use std::path::PathBuf;

/// Why a path of a tree could not be opened. Paths are those inside of the tree.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The tree itself cannot be opened.
    #[error("cannot open the directory {}", path.display())]
    Open {
        /// Where it should be, on this host.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Nothing is there.
    #[error("{} is not there (in {})", path.display(), tree.display())]
    Missing {
        /// What was asked for.
        path: PathBuf,
        /// Where the tree lies.
        tree: PathBuf,
    },
    /// A link on the way leads out of the tree, or to nothing in it.
    #[error(
        "{} cannot be opened: {} is a symbolic link to {target}, which leads to nothing inside the same tree",
        path.display(), link.display()
    )]
    Link {
        /// What was asked for.
        path: PathBuf,
        /// The link.
        link: PathBuf,
        /// Its target; bytes that are not UTF-8 are replaced.
        target: String,
    },
    /// It is something else.
    #[error("{} is not usable; expected {expected}", path.display())]
    Kind {
        /// What was asked for.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
    /// It is larger than anything that has a use.
    #[error("{} has more than {limit} bytes", path.display())]
    TooLarge {
        /// What was asked for.
        path: PathBuf,
        /// How many bytes are read at most.
        limit: u64,
    },
    /// The path itself leads out of the tree, or cannot be moved.
    #[error("{} is not a path inside a tree; expected one without `..` that does not begin with `/`", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot open {}", path.display())]
    Io {
        /// What was asked for.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl From<TreeError> for io::Error {
    /// For readers that speak of files alone: what is missing is [`io::ErrorKind::NotFound`], a link that leads out is not.
    fn from(error: TreeError) -> Self {
        let kind = match &error {
            TreeError::Missing { .. } => io::ErrorKind::NotFound,
            TreeError::Open { source, .. } | TreeError::Io { source, .. } => source.kind(),
            TreeError::Link { .. } | TreeError::Path { .. } => io::ErrorKind::InvalidInput,
            TreeError::Kind { .. } | TreeError::TooLarge { .. } => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, error)
    }
}
