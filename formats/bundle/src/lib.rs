//! Signed updates: what the host publishes and the device believes.
//!
//! A repository is a directory that any static web server can serve. A bundle is one file, a tar archive of the part of a
//! repository that one update needs, its metadata first: for USB sticks, local networks, and range requests.
//!
//! ```text
//! metadata/1.root.json  2.root.json …        who may sign; each signed by the one before it
//! metadata/timestamp.json                    the newest snapshot
//! metadata/<n>.snapshot.json                 the newest list
//! metadata/<n>.targets.json                  digests of all that follows
//! targets/<image>/<machine>/<version>/<sha256>.manifest.json
//! targets/<image>/<machine>/<version>/<sha256>.index
//! targets/<image>/<machine>/<version>/<sha256>.content
//! targets/<image>/<machine>/workloads/<workload>/<version>/<sha256>.manifest.json  .index  .content
//! ```
//!
//! Names and metadata are those of The Update Framework, version 1.0, with consistent snapshots; so every client of it
//! can read a repository. Our own are the [`Manifest`], the [`Index`] and the content: the root file system, then the
//! kernel image, byte for byte. Nothing is compressed here: both parts are already. A workload that is updated apart from the system has
//! a [`WorkloadManifest`], and the file system that it lies in as its content.
//!
//! [`Trust`] verifies, [`Publisher`] signs, [`archive`] reads and writes bundles. Nothing here does I/O.

pub mod archive;
pub mod canonical;
mod chunk;
mod error;
mod index;
mod key;
mod manifest;
mod publish;
mod role;
mod time;
mod trust;
mod workload;

pub use chunk::{CHUNKING, Chunking, chunks};
pub use error::{Role, TrustError};
pub use index::{Chunk, Index, IndexError};
pub use key::{KeyError, PublicKey, Signer};
pub use manifest::{Kernel, Manifest, ManifestError, Root};
pub use publish::{Expiry, Keyring, Named, Published, Publisher};
pub use role::{RoleKeys, RootRole, Snapshot, TargetFile, Targets, Timestamp};
pub use time::Time;
pub use trust::{Seen, Trust, Verified};
pub use workload::WorkloadManifest;

/// Counts the changes to this crate that change what is published.
pub const REVISION: u32 = 1;

/// The part of an update that is its bill of materials, in CycloneDX: where devices look for it.
pub const BILL: &str = "sbom.cdx.json";

/// Names of files in a repository.
pub mod path {
    /// The newest timestamp.
    pub const TIMESTAMP: &str = "metadata/timestamp.json";

    /// A version of the root metadata.
    pub fn root(version: u64) -> String {
        format!("metadata/{version}.root.json")
    }

    /// A version of the snapshot.
    pub fn snapshot(version: u64) -> String {
        format!("metadata/{version}.snapshot.json")
    }

    /// A version of the list of targets.
    pub fn targets(version: u64) -> String {
        format!("metadata/{version}.targets.json")
    }

    /// Where a target is, by its name and the digits of its SHA-256 digest.
    pub fn target(name: &str, digest: &str) -> String {
        match name.rsplit_once('/') {
            Some((directory, file)) => format!("targets/{directory}/{digest}.{file}"),
            None => format!("targets/{digest}.{name}"),
        }
    }
}

/// The digits of the SHA-256 digest of these bytes.
pub fn sha256(bytes: &[u8]) -> String {
    yoe_notation::hex::encode(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}
