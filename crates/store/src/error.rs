//! What can go wrong in a store.

use std::io;
use std::path::{Path, PathBuf};

use yoe_model::Digest;

use crate::Object;

/// The result of a store's functions.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why the store could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// A verb: "read", "create".
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// The disk, or the user's quota of it, is used up.
    #[error("no room to {doing} {}: collect the store's garbage or put the store on a larger disk", path.display())]
    Full {
        /// A verb: "write", "create".
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// The directory holds a store of another layout.
    #[error(
        "the store {} has layout version {found:?}, this program knows version {expected:?}: \
         use another directory, or remove this one (everything in it can be built again)",
        root.display()
    )]
    UnknownVersion {
        /// The store's directory.
        root: PathBuf,
        /// What its `version` file says.
        found: String,
        /// What this program writes.
        expected: &'static str,
    },

    /// The directory is not empty and holds something else than a store.
    #[error(
        "{} is not a store: it has no version file, but it holds {stranger:?}; give a new or an empty directory",
        root.display()
    )]
    NotAStore {
        /// The directory that was named.
        root: PathBuf,
        /// An entry in it that no store has.
        stranger: String,
    },

    /// A file's bytes are not the expected ones. The file was removed.
    #[error("{} has the wrong SHA-256\n  expected {expected}\n     found {found}", path.display())]
    WrongDigest {
        /// The file that was offered.
        path: PathBuf,
        /// What it should have been.
        expected: Digest,
        /// What it was.
        found: Digest,
    },

    /// A tree holds something that is neither a file, a directory nor a symbolic link.
    #[error("{} is a {kind}: a tree holds files, directories and symbolic links only", path.display())]
    SpecialFile {
        /// Where it lies.
        path: PathBuf,
        /// "socket", "named pipe", "block device", "character device".
        kind: &'static str,
    },

    /// A path is of another kind than it must be.
    #[error("{} is not a {expected}", path.display())]
    WrongKind {
        /// What was named.
        path: PathBuf,
        /// "directory" or "regular file".
        expected: &'static str,
    },

    /// What was to be moved into the store lies on another file system.
    #[error(
        "{} lies on another file system than the store {}: make it in a scratch directory of the store",
        path.display(), root.display()
    )]
    OtherFileSystem {
        /// What was to be moved.
        path: PathBuf,
        /// The store's directory.
        root: PathBuf,
    },

    /// A result was to be recorded before its tree was stored.
    #[error("the result of {label:?} cannot be recorded: the store has no tree {tree}")]
    NotStored {
        /// The result's label.
        label: String,
        /// The digest of the tree.
        tree: Digest,
    },

    /// A result cannot be written as JSON.
    #[error("cannot encode {object}")]
    Encode {
        /// What was to be written.
        object: Object,
        /// The encoder's reason.
        source: serde_json::Error,
    },
}

impl StoreError {
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { doing, path, source },
            _ => Self::Io { doing, path, source },
        }
    }
}

/// Says what was being done, and where, when the system refused.
pub(crate) trait At<T> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T>;
}

impl<T, E: Into<io::Error>> At<T> for std::result::Result<T, E> {
    fn at(self, doing: &'static str, path: &Path) -> Result<T> {
        self.map_err(|error| StoreError::io(doing, path, error.into()))
    }
}

/// Takes "it is not there" out of the errors.
pub(crate) fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
