//! Why an archive could not be unpacked.

use std::io;
use std::path::PathBuf;

use super::BoundError;

/// Why an archive could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The name is not that of an archive that is read.
    #[error(
        "{name} is not an archive that can be unpacked: expected .tar, .tar.gz, .tgz, .tar.xz, .tar.zst, .tar.bz2 or .crate. \
         For a plain file say unpack = False"
    )]
    Format {
        /// The name.
        name: String,
    },
    /// The archive's file cannot be opened.
    #[error("cannot open {}", path.display())]
    Open {
        /// The archive's file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The directory cannot be made or used.
    #[error("cannot unpack into {}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The directory holds something already.
    #[error("cannot unpack into {}: it is not empty", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// The archive is cut off, or its bytes make no sense.
    #[error("{archive} is damaged")]
    Damaged {
        /// The archive.
        archive: String,
        /// What does not fit.
        source: io::Error,
    },
    /// A part is asked for, and the archive has no single top directory below which that could be.
    #[error("{archive} has no single top directory, so \"only\" cannot name a part of it")]
    NoTop {
        /// The archive.
        archive: String,
    },
    /// The archive has nothing at a path.
    #[error("{archive} has nothing at {path:?} below its top directory; correct \"only\"")]
    NoPart {
        /// The archive.
        archive: String,
        /// The path.
        path: String,
    },
    /// A package has no such file.
    #[error(
        "{package} holds no file /{path}. Its archives: {}",
        if archives.is_empty() { "none" } else { archives }
    )]
    NoFile {
        /// The package.
        package: String,
        /// The path.
        path: String,
        /// Some of the archives that it holds.
        archives: String,
    },
    /// The archive holds more than accepted.
    #[error("{archive} holds more than {limit}; refusing to fill the disk")]
    TooLarge {
        /// The archive.
        archive: String,
        /// What was exceeded, with its unit.
        limit: String,
    },
    /// An entry of the archive is refused.
    #[error("{archive}: refusing {entry:?}: {problem}")]
    Entry {
        /// The archive.
        archive: String,
        /// The entry's name; bytes that are not UTF-8 are replaced.
        entry: String,
        /// Why it is refused.
        problem: EntryError,
    },
    /// An entry cannot be written.
    #[error("{archive}: cannot write {entry:?}")]
    Write {
        /// The archive.
        archive: String,
        /// The entry's name; bytes that are not UTF-8 are replaced.
        entry: String,
        /// What the system said.
        source: io::Error,
    },
    /// Unpacking was cancelled.
    #[error("unpacking was cancelled")]
    Cancelled,
}

impl UnpackError {
    /// The error of a stream that could not be read to its end.
    pub(super) fn stream(archive: &str, source: io::Error) -> Self {
        let archive = archive.to_owned();
        match BoundError::of(&source) {
            Some(BoundError::Cancelled) => Self::Cancelled,
            Some(BoundError::TooMuch(limit)) => Self::TooLarge { archive, limit: format!("{limit} bytes") },
            None => Self::Damaged { archive, source },
        }
    }
}

/// Why an entry of an archive is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Its name starts at the root.
    #[error("its name is absolute")]
    Absolute,
    /// Its name has a `..`.
    #[error("its name has \"..\", which leads out of the tree")]
    Parent,
    /// Its name is empty or holds a zero byte.
    #[error("its name is empty or holds a zero byte")]
    Name,
    /// It is a device node, a pipe or something unknown.
    #[error("it is {0}; only files, directories and links are unpacked")]
    Kind(&'static str),
    /// It is a hard link to something that is not a file of the tree.
    #[error("it is a hard link to {target:?}, which is not a file of this tree")]
    HardLink {
        /// The target; bytes that are not UTF-8 are replaced.
        target: String,
    },
    /// Something of another kind is in its place.
    #[error("{0} is in its place")]
    Occupied(&'static str),
    /// A header extension is too long.
    #[error("its extended header has {size} bytes, more than the accepted {limit}")]
    Extension {
        /// Bytes it has.
        size: u64,
        /// Bytes accepted.
        limit: u64,
    },
}
