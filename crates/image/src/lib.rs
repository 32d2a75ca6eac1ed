//! From packages to a bootable disk.
//!
//! [`root::assemble`] merges packages into one deterministic `root.tar` with all that the image adds, here in this process
//! and without privileges: ownership lives in the archive's headers. The disk is described, not made: functions of
//! [`disk`] give scripts that the caller runs with the image tools, without network, one after the other:
//!
//! | step | by | from | to |
//! |---|---|---|---|
//! | root | this process | packages, services | `root.tar`, `os-release`, `manifest.json` |
//! | root fs | [`disk::root_fs`] | `root.tar` | `root.erofs` or `root.ext4`; its hash tree behind it when it is verified |
//! | kernel | [`disk::kernel_image`] | `os-release`, the kernel, the root's hash | `<image>.efi` |
//! | disk | [`disk::disk`] | the parts, checked against slot and ESP | `<image>.img` |
//! | manifest | this process | the parts, `manifest.json` | `<image>.manifest.json` |
//!
//! An OCI image needs no tools: [`oci::assemble`] merges packages in the same way and writes the image in this process.
//!
//! Times are the project's epoch, identifiers derive from a digest that the caller gives, sizes are computed here:
//! the same inputs give the same bytes in every directory and on every machine.

pub mod budget;
pub mod compare;
pub mod disk;
mod error;
pub mod identity;
mod manifest;
pub mod oci;
pub mod root;
mod services;
pub mod update;

pub use error::ImageError;
pub use manifest::{
    Content, DiskManifest, DiskRecord, FileRecord, Manifest, Package, VerifiedRecord, WorkloadPart,
};
pub use services::ServiceError;

/// Counts the changes to this crate that change the bytes of a root or a disk. It belongs in the keys that they are stored under.
pub const REVISION: u32 = 6;
