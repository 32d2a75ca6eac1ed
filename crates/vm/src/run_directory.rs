//! The directory of one run: what QEMU reads and writes in addition to the disk.

use std::path::{Path, PathBuf};

/// A directory of one run's own, under its two names. They are the same where QEMU runs without a sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDirectory {
    here: PathBuf,
    inside: String,
}

impl RunDirectory {
    /// An existing directory: its path on this host, and the path at which QEMU sees it. The latter is best short:
    /// the path of a UNIX socket has 107 bytes.
    pub fn new(here: impl Into<PathBuf>, inside: impl Into<String>) -> Self {
        Self { here: here.into(), inside: inside.into() }
    }

    /// The path on this host.
    pub fn here(&self) -> &Path {
        &self.here
    }

    /// The path on this host of a file in it.
    pub fn file_here(&self, name: &str) -> PathBuf {
        self.here.join(name)
    }

    /// The path of a file in it, as QEMU sees it.
    pub fn file_inside(&self, name: &str) -> String {
        format!("{}/{name}", self.inside.trim_end_matches('/'))
    }
}
