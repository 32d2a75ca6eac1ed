//! The tar that packages and root trees are made of: POSIX.1-2001 ustar headers with pax records.
//!
//! Files, directories, symbolic and hard links; nothing else is written, and anything else is refused when read.

mod header;
mod pax;
mod read;
mod write;

pub use read::{ArchiveError, ArchiveReader};
pub use write::ArchiveWriter;

use crate::Sha1;

pub(crate) const BLOCK: usize = 512;

/// One entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative path with `/`, without a trailing slash, free of empty, `.` and `..` components.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Permission bits, with setuid, setgid and sticky.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Seconds since 1970.
    pub mtime: u64,
    /// Bytes of content; 0 for what is not a file.
    pub size: u64,
    /// SHA-1 of a file's content or of a link's target, from the pax record `APK-TOOLS.checksum.SHA1`.
    pub checksum: Option<Sha1>,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, with its target as written.
    Symlink(String),
    /// A further name of the file at this path.
    HardLink(String),
}

/// Why a path must not be unpacked, if so.
pub(crate) fn unsafe_path(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("is empty");
    }
    if path.starts_with('/') {
        return Some("is absolute");
    }
    if path.contains('\0') {
        return Some("holds a NUL byte");
    }
    if path.len() > 4096 {
        return Some("is longer than 4096 bytes");
    }
    path.split('/')
        .any(|part| matches!(part, "" | "." | ".."))
        .then_some("has an empty, \".\" or \"..\" component")
}

fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}
