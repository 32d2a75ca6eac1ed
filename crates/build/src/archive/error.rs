//! What can be wrong with an archive of sources.

use std::io;
use std::path::PathBuf;

use yoe_fetch::SnapshotError;
use yoe_model::Digest;
use yoe_store::StoreError;
use yoe_tree::TreeError;

/// Why an archive of sources cannot be written or used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is something where it is to be written.
    #[error("{} is there already; name a directory that is not", .0.display())]
    Exists(PathBuf),
    /// A file cannot be read or written.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was done, such as `write`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A working tree cannot be copied.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The store has failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the archive cannot be opened, or leads out of it.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The directory is no archive of sources.
    #[error("{} is not an archive of sources: {why}", path.display())]
    NotAnArchive {
        /// The directory.
        path: PathBuf,
        /// What is missing or wrong.
        why: String,
    },
    /// A file is not what SHA256SUMS says.
    #[error("{path} was changed: expected the SHA-256 {expected} but got {found}")]
    Changed {
        /// Its path in the archive.
        path: String,
        /// What SHA256SUMS says.
        expected: Digest,
        /// What it is.
        found: Digest,
    },
    /// A tree is not the one that it is called.
    #[error(
        "trees/{expected} was changed: its digest is {found}; copy the archive with permissions and links, as `cp -a` and tar do"
    )]
    ChangedTree {
        /// The digest in its name.
        expected: Digest,
        /// Its digest.
        found: Digest,
    },
}

impl ArchiveError {
    pub(super) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
