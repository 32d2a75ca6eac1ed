//! The disk of a device with two root slots: names, types and identifiers that the host writes and the device reads.
//!
//! | module | what | after |
//! |---|---|---|
//! | [`gpt`] | the partition table, changed one identifier at a time | UEFI 2.10, chapter 5 |
//! | [`fat`] | names on the EFI system partition, and files that have two | FAT32 File System Specification 1.03 |
//! | [`partition`] | names and types of the partitions | Discoverable Partitions Specification |
//! | [`entry`] | names of boot entries, with their tries | Boot Loader Specification, automatic boot assessment |
//! | [`verity`] | hash tree and root hash, and how the command line names them | dm-verity, dm-init |
//! | [`uki`] | what a unified kernel image says of itself | UKI specification |
//! | [`bootable`] | whether a kernel image starts the root that it comes with | the above |
//! | [`signature`] | whether a boot program carries a signature | PE/COFF, Authenticode |
//! | [`loader`] | what firmware and boot manager left in EFI variables | Boot Loader Interface, UEFI 2.10 |
//!
//! Nothing here does I/O but reading and writing through [`gpt::Medium`].

pub mod bootable;
pub mod entry;
pub mod fat;
pub mod gpt;
pub mod loader;
pub mod partition;
pub mod signature;
pub mod uki;
mod uuid;
pub mod verity;

pub use uuid::{Uuid, UuidError};
