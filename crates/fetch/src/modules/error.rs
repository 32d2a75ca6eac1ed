//! Why a module could not be fetched.

use std::io;
use std::path::PathBuf;

use crate::client::{AddressError, FetchError, Tried};
use crate::unpack::UnpackError;

/// Why a module could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// This machine has no git.
    #[error(
        "there is no git on this machine, and modules of git repositories are fetched with it: install git, or name an archive of \
         the repository with archive = \"…\""
    )]
    NoGit,
    /// git failed.
    #[error("git cannot {doing} {url}: {stderr}")]
    Git {
        /// What it was to do, as in "git cannot list the tags of".
        doing: &'static str,
        /// The repository.
        url: String,
        /// What it said.
        stderr: String,
    },
    /// The repository has no tag or branch of this name.
    #[error("{url} has no {revision}: {hint}")]
    NoRevision {
        /// The repository.
        url: String,
        /// What was asked for, such as `tag v1`.
        revision: String,
        /// What it has.
        hint: String,
    },
    /// The repository does not have the commit.
    #[error("no branch and no tag of {url} holds the commit {commit}: {stderr}")]
    NoCommit {
        /// The repository.
        url: String,
        /// The commit.
        commit: String,
        /// What it said when it was asked for the commit alone.
        stderr: String,
    },
    /// The archive could not be downloaded.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The archive could not be unpacked.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// A link of the tree can lead out of it.
    #[error("{} is a link to {}, which can lead out of the module's tree", path.display(), target.display())]
    Link {
        /// The link, below the top of the tree.
        path: PathBuf,
        /// What it says.
        target: PathBuf,
    },
    /// A file of this machine cannot be read or written.
    #[error("cannot write the module's tree at {}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The user ended it.
    #[error("fetching {url} was cancelled")]
    Cancelled {
        /// The repository.
        url: String,
    },
}

impl ModuleError {
    /// Whether something is served, and not the bytes that were locked.
    pub fn is_other_content(&self) -> bool {
        let other = |tried: &Tried| {
            matches!(tried.problem, AddressError::Size { .. } | AddressError::Checksum { .. })
        };
        matches!(self, ModuleError::Fetch(FetchError::Failed { tried, .. }) if tried.iter().any(other))
    }

    /// Whether the cancel flag ended it.
    pub fn is_cancelled(&self) -> bool {
        match self {
            ModuleError::Cancelled { .. } => true,
            ModuleError::Fetch(error) => error.is_cancelled(),
            _ => false,
        }
    }
}
