//! The lock: which bytes a project's names stand for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::content_hash::content_hash;
use crate::{Arch, Digest, LockedImage, Module, ModuleSource, Revision};

/// The content of `yoe.lock`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// Version of this format: [`Lock::VERSION`], or an older one that [`Lock::is_read`] accepts.
    pub version: u32,
    /// Suites by `archive/suite`, as they were when packages were last resolved.
    pub suites: BTreeMap<String, LockedSuite>,
    /// Containers by name.
    pub containers: BTreeMap<String, LockedContainer>,
    /// Sources by [`crate::Source::key`].
    pub sources: BTreeMap<String, LockedSource>,
    /// Modules that are fetched, by name.
    pub modules: BTreeMap<String, LockedModule>,
    /// Images of registries, by [`crate::ImageName`].
    pub images: BTreeMap<String, LockedImage>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedContainer {
    /// [`crate::Container::request`] when it was locked; another value means that the lock is out of date.
    pub request: Digest,
    /// Every package, by name.
    pub packages: Vec<LockedPackage>,
    /// The same for other architectures: of a container that OCI images are copies of, for machines that are not like the one
    /// that builds.
    pub copies: BTreeMap<Arch, Vec<LockedPackage>>,
}

impl LockedContainer {
    /// One that is for the machine that builds alone.
    pub fn new(request: Digest, packages: Vec<LockedPackage>) -> Self {
        Self { request, packages, copies: BTreeMap::new() }
    }

    /// Whether its packages, but for the copies, are for another architecture than this one.
    pub fn is_foreign(&self, arch: Arch) -> bool {
        let others: Vec<&str> =
            Arch::ALL.iter().filter(|other| **other != arch).map(|other| other.debian()).collect();
        self.packages.iter().filter_map(LockedPackage::architecture).any(|name| others.contains(&name))
    }
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

/// Which tree a module stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedModule {
    /// What was fetched.
    pub from: LockedTree,
    /// Digest of the whole tree that was fetched, as the store knows it. The module's own directory is a part of it.
    pub tree: Digest,
}

/// What a module's tree was fetched from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LockedTree {
    /// A git repository.
    Git {
        /// Where it is served.
        url: String,
        /// What the project asked for.
        revision: Revision,
        /// The full name of the commit that this stood for.
        commit: String,
    },
    /// A tar archive.
    Archive {
        /// Where it is served.
        url: String,
        /// Size in bytes.
        size: u64,
        /// Of the file as served.
        sha256: Digest,
    },
}

impl LockedModule {
    /// Whether this is what the project asks for.
    pub fn answers(&self, source: &ModuleSource) -> bool {
        match (&self.from, source) {
            (
                LockedTree::Git { url, revision, .. },
                ModuleSource::Git { url: asked, revision: wanted, .. },
            ) => url == asked && revision == wanted,
            (LockedTree::Archive { url, .. }, ModuleSource::Archive { url: asked, .. }) => url == asked,
            _ => false,
        }
    }
}

impl Lock {
    /// Every module that is fetched, and has no entry here or one that answers something else.
    pub fn module_mismatches(&self, modules: &[Module]) -> Vec<MismatchError> {
        let fetched = modules.iter().filter(|module| module.source.needs_lock());
        let mismatch = |module: &Module| match self.modules.get(&module.name) {
            None => Some(MismatchError::MissingModule(module.name.clone())),
            Some(entry) if entry.answers(&module.source) => None,
            Some(_) => Some(MismatchError::StaleModule {
                name: module.name.clone(),
                wanted: module.source.to_string(),
            }),
        };
        fetched.filter_map(mismatch).collect()
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
    /// A module that is fetched has no entry.
    #[error("module {0:?} is not in the lock")]
    MissingModule(String),
    /// A module's entry answers another request.
    #[error("module {name:?} has changed since it was locked: it is {wanted} now")]
    StaleModule {
        /// The module.
        name: String,
        /// What the project asks for.
        wanted: String,
    },
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
    /// An image of a workload has no entry, or one that does not say enough.
    #[error("image {name} of workload {workload:?} is not in the lock")]
    MissingImage {
        /// [`crate::ImageName`].
        name: String,
        /// The workload that uses it.
        workload: String,
    },
    /// The registry has no image of the name for the machine.
    #[error(
        "image {name} of workload {workload:?} was not there for {arch} when it was locked{}",
        also(.there)
    )]
    NoArchitecture {
        /// [`crate::ImageName`].
        name: String,
        /// The workload that uses it.
        workload: String,
        /// The machine's architecture.
        arch: Arch,
        /// Those of the project's machines that it was there for.
        there: Vec<Arch>,
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

fn also(there: &[Arch]) -> String {
    let names: Vec<&str> = there.iter().map(|arch| arch.as_str()).collect();
    if names.is_empty() { String::new() } else { format!(", only for {}", names.join(" and ")) }
}
