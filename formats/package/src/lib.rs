//! The package archive: Alpine's `.apk` version 2 and its index, written deterministically and read with suspicion.
//!
//! A package is three gzip members one after the other, each a piece of one tar stream:
//!
//! | member | holds |
//! |---|---|
//! | signature | `.SIGN.RSA256.<key>.rsa.pub`: PKCS#1 v1.5 over the SHA-256 of the control member's bytes |
//! | control | `.PKGINFO`, whose `datahash` is the SHA-256 of the data member's bytes |
//! | data | the files, each with the pax record `APK-TOOLS.checksum.SHA1` |
//!
//! RSA256 (PKCS#1 v1.5 with SHA-256) is what current publishers sign with; the older `.SIGN.RSA.` rests on SHA-1.
//!
//! [`Tree::scan`] reads what a build left, [`Tree::split`] divides it into a package for the device and one for
//! building against, [`check`](check()) finds what must not be shipped, [`write`](write()) makes the archive, [`Reader`]
//! verifies and reads it, [`index`] lists packages.
//!
//! The same tree, [`Info`] and key give the same bytes: entries are sorted, owned by root, and dated by the build's epoch.
//! Hard links become files of their own, so that the bytes do not depend on how the tree was written.

mod ar;
mod arch;
mod archive;
pub mod check;
mod control;
mod digest;
mod elf;
mod error;
pub mod index;
mod key;
mod name;
mod read;
mod sonames;
mod split;
mod tree;
mod write;

pub use arch::Arch;
pub use archive::{ArchiveError, ArchiveReader, ArchiveWriter, Entry, Kind};
pub use check::{CheckContext, CheckError, check};
pub use control::{Control, Info};
pub use digest::{Sha1, Sha256};
pub use error::PackageError;
pub use key::{KeyError, PublicKey, Signer};
pub use read::{Limits, Reader, Summary};
pub use sonames::{Sonames, sonames};
pub use split::Split;
pub use tree::{Content, Node, Tree};
pub use write::{Written, write};

/// Counts the changes to this crate that change the bytes of a package or the verdict of its checks. It belongs in
/// every key that a package is stored under.
pub const REVISION: u32 = 3;
