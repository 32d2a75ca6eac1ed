//! The lock: which bytes a project's names stand for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Digest;
use crate::content_hash::content_hash;

/// The content of `yoe.lock`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Version of this format: [`Lock::VERSION`], or an older one that [`Lock::is_read`] accepts.
    pub version: u32,
    /// Suites by `archive/suite`, as they were when packages were last resolved.
    #[serde(default, rename = "suite")]
    pub suites: BTreeMap<String, LockedSuite>,
    /// Containers by name.
    #[serde(default, rename = "container")]
    pub containers: BTreeMap<String, LockedContainer>,
    /// Sources by [`crate::Source::key`].
    #[serde(default, rename = "source")]
    pub sources: BTreeMap<String, LockedSource>,
}

impl Lock {
    /// The version of the format that is written. Version 1 said nothing of Debian's patches.
    pub const VERSION: u32 = 2;

    /// Whether locks of this version of the format are read.
    pub fn is_read(version: u32) -> bool {
        (1..=Self::VERSION).contains(&version)
    }
}

/// A suite as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedSuite {
    /// The `Date` of the signed release file, in seconds since 1970.
    pub date: u64,
    /// SHA-256 of the signed release file.
    pub release: Digest,
    /// Fingerprint of the primary key that signed it.
    pub signed_by: String,
}

/// The packages of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedContainer {
    /// [`crate::Container::request`] when it was locked; another value means that the lock is out of date.
    pub request: Digest,
    /// Every package, by name.
    pub packages: Vec<LockedPackage>,
}

/// A locked Debian package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it is and what it is.
    #[serde(flatten)]
    pub file: ArchiveFile,
}

content_hash!(LockedPackage { name, version, file });

impl LockedPackage {
    /// The architecture that its file's name ends with, as Debian calls it: `amd64`, or `all` for none.
    pub fn architecture(&self) -> Option<&str> {
        self.file.path.strip_suffix(".deb")?.rsplit_once('_').map(|(_, architecture)| architecture)
    }
}

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveFile {
    /// The archive, a key of the project's mirrors.
    pub archive: String,
    /// Path below the archive's root.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Of the file as served.
    pub sha256: Digest,
}

// Where a file lies does not decide what it holds.
content_hash!(ArchiveFile { size, sha256 } ignoring { archive, path });

/// Which bytes a source stands for: those of files, or what its client unpacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedSource {
    /// In the order they are unpacked.
    #[serde(default)]
    pub files: Vec<ArchiveFile>,
    /// Of the tree that a client unpacked, for a source that is not a list of files.
    #[serde(default)]
    pub tree: Option<Digest>,
    /// The file that holds Debian's patches, for a source that has some of them applied.
    #[serde(default)]
    pub patches: Option<ArchiveFile>,
    /// Names of the patches that are applied, in order. They follow from `patches`; whoever reads the lock sees them.
    #[serde(default)]
    pub applied: Vec<String>,
}

impl LockedSource {
    /// Whether all its files are of this archive.
    pub fn is_of(&self, archive: &str) -> bool {
        self.files.iter().chain(&self.patches).all(|file| file.archive == archive)
    }
}

/// Where a project and its lock disagree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MismatchError {
    /// A container has no entry.
    #[error("container {0:?} is not in the lock")]
    MissingContainer(String),
    /// A container's entry answers another request.
    #[error("container {0:?} has changed since it was locked")]
    StaleContainer(String),
    /// A source has no entry.
    #[error("source {key} of unit {unit:?} is not in the lock")]
    MissingSource {
        /// [`crate::Source::key`].
        key: String,
        /// The unit that uses it.
        unit: String,
    },
    /// A source's entry is of another archive.
    #[error(
        "source {key} of unit {unit:?} has changed since it was locked: it is of archive {archive:?} now"
    )]
    StaleSource {
        /// [`crate::Source::key`].
        key: String,
        /// The unit that uses it.
        unit: String,
        /// The archive that the source names.
        archive: String,
    },
    /// The lock is of a format that this program does not read.
    #[error("the lock has format version {0}; this program reads versions 1 and 2")]
    Version(u32),
    /// The lock is of version 1, and the project has sources of Debian's.
    #[error(
        "the lock was written before Debian's patches were part of it, so {sources} of the project's sources are without \
         an entry that says whether they are applied"
    )]
    BeforePatches {
        /// How many sources of Debian's the project has.
        sources: usize,
    },
}
