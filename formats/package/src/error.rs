//! What can go wrong with a package.

use std::io;
use std::path::{Path, PathBuf};

use crate::{ArchiveError, KeyError};

/// Why a package cannot be written, read or trusted.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried, such as `read`.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A build left something that no package can hold.
    #[error("{path:?} is {kind}; a package holds files, directories and symbolic links")]
    Unsupported {
        /// The path in the tree.
        path: String,
        /// Such as `a socket`.
        kind: &'static str,
    },
    /// A file's name is not text.
    #[error("the file name {path:?} is not UTF-8")]
    NotUtf8 {
        /// The name, with what is not text replaced.
        path: String,
    },
    /// A field cannot stand in `.PKGINFO`.
    #[error("{field} {value:?} {problem}")]
    Field {
        /// The field's name.
        field: &'static str,
        /// Its value.
        value: String,
        /// What is wrong and what was expected.
        problem: &'static str,
    },
    /// A file changed while it was being packaged.
    #[error("{path:?} changed while it was being packaged")]
    Changed {
        /// The path in the tree.
        path: String,
    },
    /// The key refused.
    #[error("the package cannot be signed")]
    Sign(#[source] KeyError),
    /// The bytes are not a package.
    #[error("{package} is not a package of version 2: {problem}")]
    Malformed {
        /// The file's name.
        package: String,
        /// What is wrong.
        problem: String,
    },
    /// An archive in it is damaged or hostile.
    #[error("the {member} of {package} is not usable")]
    Archive {
        /// The file's name.
        package: String,
        /// Which of the three members.
        member: &'static str,
        /// Why.
        source: ArchiveError,
    },
    /// No trusted key signed it.
    #[error("{package} is signed by {signed_by}; trusted here: {trusted}")]
    Untrusted {
        /// The file's name.
        package: String,
        /// The keys that it names, or `nobody`.
        signed_by: String,
        /// The keys given.
        trusted: String,
    },
    /// It names a trusted key, which did not sign these bytes.
    #[error(
        "the signature of {package} does not match its content: it was changed after key {key:?} signed it"
    )]
    Signature {
        /// The file's name.
        package: String,
        /// The key's name.
        key: String,
    },
    /// The data is not what the control part promises.
    #[error("the files of {package} have SHA-256 {found}; its signed control part promises {promised}")]
    DataHash {
        /// The file's name.
        package: String,
        /// As computed.
        found: String,
        /// As signed.
        promised: String,
    },
    /// A file is not what its header promises.
    #[error("{path:?} in {package} does not have the checksum in its header")]
    FileChecksum {
        /// The package's file name.
        package: String,
        /// The file.
        path: String,
    },
    /// It unpacks to more than was allowed.
    #[error("{package} {problem}")]
    Limit {
        /// The file's name.
        package: String,
        /// Which limit.
        problem: &'static str,
    },
}

impl PackageError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| PackageError::Io { doing, path: path.to_owned(), source }
    }
}
