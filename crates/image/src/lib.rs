//! From packages to a bootable disk.
//!
//! [`root::assemble`] merges packages into one deterministic `root.tar` with all that the image adds, here in this process
//! and without privileges: ownership lives in the archive's headers. The disk is described, not made: [`disk::parts`] and
//! [`disk::disk`] give scripts that the caller runs with the image tools, without network, one after the other:
//!
//! | step | by | from | to |
//! |---|---|---|---|
//! | root | this process | packages, services | `root.tar`, `os-release`, `manifest.json` |
//! | parts | [`disk::parts`] | `root.tar`, `os-release`, the kernel | `root.erofs` or `root.ext4`, `<image>.efi` |
//! | measure | [`disk::Measured`] | the parts | their sizes, checked against slot and ESP |
//! | disk | [`disk::disk`] | the parts, `manifest.json` | `<image>.img`, `<image>.manifest.json` |
//!
//! An OCI image needs no tools: [`oci::assemble`] merges packages in the same way and writes the image in this process.
//!
//! Times are the project's epoch, identifiers derive from a digest that the caller gives, sizes are computed here:
//! the same inputs give the same bytes in every folder and on every machine.

pub mod budget;
pub mod disk;
mod error;
pub mod identity;
mod manifest;
pub mod oci;
pub mod root;
mod services;

pub use error::ImageError;
pub use manifest::{Content, Manifest, Package};
pub use services::ServiceProblem;

/// Counts the changes to this crate that change the bytes of a root or a disk. It belongs in the keys that they are stored under.
pub const REVISION: u32 = 1;
