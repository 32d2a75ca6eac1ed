//! Containers: build environments made of locked Debian packages.

use std::collections::{BTreeMap, BTreeSet};

use crate::content_hash::content_hash;
use crate::{Digest, Fingerprint, Origin};

/// A build environment. Its packages are unpacked, none of their scripts run; what those scripts would have made is
/// named by `links` and `files`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Unique in the project.
    pub name: String,
    /// Debian packages asked for; their dependencies are added by the lock.
    pub packages: BTreeSet<String>,
    /// The suite they come from, such as `trixie`.
    pub suite: String,
    /// The archive, a key of the project's mirrors.
    pub archive: String,
    /// OpenPGP fingerprints (40 or 64 upper-case hexadecimal digits) of the primary keys that may sign the suite.
    pub keys: BTreeSet<String>,
    /// Whether an index past its Valid-Until is accepted.
    pub accept_expired: bool,
    /// Symbolic links to add, absolute path to target.
    pub links: BTreeMap<String, String>,
    /// Text files to add, absolute path to text.
    pub files: BTreeMap<String, String>,
    /// The SPDX expressions of packages that are handed out, such as boot programs. Like their home pages they are for papers.
    pub licenses: BTreeMap<String, String>,
    /// Web addresses of those who made packages that are handed out.
    pub homepages: BTreeMap<String, String>,
    /// Where it was written.
    pub origin: Origin,
}

content_hash!(Container { name, packages, suite, archive, keys, accept_expired, links, files } ignoring { licenses, homepages, origin });

impl Container {
    /// What a lock entry answers: the digest of all that decides which packages are taken.
    pub fn request(&self) -> Digest {
        Fingerprint::new("container-request")
            .add(&self.packages)
            .add(&self.suite)
            .add(&self.archive)
            .add(&self.keys)
            .finish()
    }
}
