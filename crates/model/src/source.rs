//! Sources: where a unit's text comes from.

use std::collections::BTreeMap;

use crate::content_hash::content_hash;
use crate::{ContentHash, Digest, Fingerprint, Origin};

/// The archive, a key of the project's mirrors, that serves crates.
pub const CRATES: &str = "crates";

/// A source and the folder below `$SRCDIR` that it is laid into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceEntry {
    /// What to fetch.
    pub source: Source,
    /// Folder below `$SRCDIR`; empty for `$SRCDIR` itself.
    pub into: String,
    /// Path prefixes below the archive's single top folder that are unpacked; all of it when empty.
    pub only: Vec<String>,
    /// Where it was written.
    pub origin: Origin,
}

content_hash!(SourceEntry { source, into, only } ignoring { origin });

/// What can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file on a web server, known by its digest.
    Https {
        /// The first place to ask.
        url: String,
        /// Further places that serve the same bytes, tried in order.
        mirrors: Vec<String>,
        /// Of the file as served.
        sha256: Digest,
        /// Whether it is an archive to unpack; otherwise it is laid down as one file.
        unpack: bool,
    },
    /// The upstream tarballs of a Debian source package.
    Debian {
        /// Name of the source package.
        package: String,
        /// Debian's version with its revision, such as `1.2.5-3`.
        version: String,
        /// The suite whose index lists it.
        suite: String,
        /// The archive, a key of the project's mirrors.
        archive: String,
    },
    /// A commit of a git repository.
    Git {
        /// Where the repository is served.
        url: String,
        /// The full commit name.
        commit: String,
        /// The container that holds git. Whichever git fetches it, a commit is the same bytes.
        container: String,
    },
    /// A Go module as the main module of a build, with every module that it needs.
    GoModule {
        /// Its path, such as `github.com/opencontainers/runc`.
        path: String,
        /// Its full version, such as `v1.5.1`.
        version: String,
        /// The file that stands for its `go.mod` when upstream gave that another name, such as `vendor.mod`.
        gomod: Option<String>,
        /// Modules below it that its `go.mod` replaces by folders which its archive lacks: folder to module path. They are
        /// there but empty.
        stubs: BTreeMap<String, String>,
        /// Modules that it needs in newer versions than its `go.mod` asks for: module path to version.
        upgrade: BTreeMap<String, String>,
        /// The container that holds the Go client.
        container: String,
    },
    /// The archive of a Rust crate, known by its digest.
    Crate {
        /// Its name in its registry.
        name: String,
        /// Its full version, such as `1.15.0`.
        version: String,
        /// Of the `.crate` file as served: what Cargo.lock calls `checksum`.
        sha256: Digest,
    },
    /// A working tree on this machine.
    Path {
        /// Relative to the project.
        path: String,
    },
}

impl SourceEntry {
    /// The name of the tree that this becomes: [`Source::key`], and which part of it is unpacked.
    pub fn label(&self) -> String {
        let only = if self.only.is_empty() { String::new() } else { format!(" ({})", self.only.join(", ")) };
        format!("{}{only}", self.source.key())
    }
}

impl Source {
    /// The name of this source in the lock and in messages, such as `debian:musl@1.2.5-3`.
    pub fn key(&self) -> String {
        match self {
            Source::Https { sha256, .. } => format!("https:{sha256}"),
            Source::Debian { package, version, .. } => format!("debian:{package}@{version}"),
            Source::Git { url, commit, .. } => format!("git:{url}@{commit}"),
            Source::GoModule { path, version, gomod, stubs, upgrade, .. } => {
                let gomod = gomod.iter().map(|file| format!(" with {file}"));
                let stubs = stubs.iter().map(|(folder, module)| format!(" with {module} in {folder}"));
                let upgrade = upgrade.iter().map(|(module, version)| format!(" with {module}@{version}"));
                format!("go:{path}@{version}{}", gomod.chain(stubs).chain(upgrade).collect::<String>())
            }
            Source::Crate { name, version, sha256 } => format!("crate:{name}@{version}:{sha256}"),
            Source::Path { path } => format!("path:{path}"),
        }
    }

    /// The container that holds the client which fetches it, for what this program does not fetch itself.
    pub fn container(&self) -> Option<&str> {
        match self {
            Source::Git { container, .. } | Source::GoModule { container, .. } => Some(container),
            _ => None,
        }
    }

    /// The archive, a key of the project's mirrors, that serves it, for what has no address of its own.
    pub fn archive(&self) -> Option<&str> {
        match self {
            Source::Debian { archive, .. } => Some(archive),
            Source::Crate { .. } => Some(CRATES),
            _ => None,
        }
    }

    /// Whether the lock must say which bytes its name stands for.
    pub fn needs_lock(&self) -> bool {
        matches!(self, Source::Debian { .. } | Source::GoModule { .. })
    }
}

impl ContentHash for Source {
    /// Where bytes come from does not enter: only which bytes they are.
    fn hash(&self, into: &mut Fingerprint) {
        match self {
            Source::Https { sha256, unpack, url, .. } => {
                "https".hash(into);
                sha256.hash(into);
                unpack.hash(into);
                // The name decides how an archive is read and what a plain file is called.
                url.rsplit('/').next().unwrap_or_default().hash(into);
            }
            Source::Debian { package, version, .. } => {
                "debian".hash(into);
                (package, version).hash(into);
            }
            Source::Git { commit, .. } => {
                "git".hash(into);
                commit.hash(into);
            }
            // Its bytes are those that the lock names; which module they are called after changes nothing.
            Source::GoModule { .. } => "go".hash(into),
            Source::Crate { sha256, .. } => {
                "crate".hash(into);
                sha256.hash(into);
            }
            Source::Path { path } => {
                "path".hash(into);
                path.hash(into);
            }
        }
    }
}
