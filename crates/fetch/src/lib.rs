//! Bytes from outside become verified files and trees.
//!
//! - [`client`] downloads files that are known by their digest: resumed, retried, and verified before they count.
//! - [`unpack`] makes trees of archives, of Debian packages, and of all packages of a build environment.
//! - [`lock`](mod@lock) looks up what a project names in the signed indexes of [`debian`] archives, and reads and writes the
//!   lock's text.
//! - [`modules`] fetches the trees of modules, from git repositories and archives.
//! - [`images`] looks up what names of registries' images stand for, and fetches their files by digest.
//! - [`patches`] reads the patches that a Debian source package carries.
//! - [`upstream`] says what upstream offers, for somebody who does not have it in a project yet.
//! - [`snapshot`](fn@snapshot) copies a working tree, and [`snapshot_digest`] tells whether it has changed.
//!
//! Everything blocks; a [`Cancel`] flag ends it early.

mod child;
pub mod client;
pub mod debian;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod host;
pub mod images;
pub mod lock;
pub mod modules;
pub mod patches;
mod snapshot;
pub mod unpack;
pub mod upstream;

#[cfg(test)]
mod test_archive;
#[cfg(test)]
mod test_server;

use yoe_model::Cancel;

pub use snapshot::{SnapshotError, snapshot, snapshot_digest};
