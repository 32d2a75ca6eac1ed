//! Paths inside a root that is being put together. Every path is resolved as if the root were `/` already, so a
//! symbolic link in a layer leads nowhere else.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::{Errno, Result};

/// The mode of a directory that is made on the way to something else.
const DIRECTORY: u32 = 0o755;
/// The mode of a file that is made to mount on.
const FILE: u32 = 0o644;

fn open(root: BorrowedFd<'_>, path: &Path, flags: OFlags) -> Result<OwnedFd> {
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(root, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve)
}

/// The directory at `path`, made if it is missing, along with its parents.
pub(crate) fn directory(root: BorrowedFd<'_>, path: &Path) -> Result<OwnedFd> {
    match open(root, path, OFlags::PATH | OFlags::DIRECTORY) {
        Err(Errno::NOENT) => {}
        found => return found,
    }
    let (parent, name) = parent(root, path)?;
    match rustix::fs::mkdirat(&parent, name, DIRECTORY.into()) {
        Ok(()) | Err(Errno::EXIST) => open(root, path, OFlags::PATH | OFlags::DIRECTORY),
        Err(error) => Err(error),
    }
}

/// The file at `path` as a place to mount on, made empty if it is missing, along with its parents.
pub(crate) fn file(root: BorrowedFd<'_>, path: &Path) -> Result<OwnedFd> {
    match open(root, path, OFlags::PATH) {
        Err(Errno::NOENT) => {}
        found => return found,
    }
    let (parent, name) = parent(root, path)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(parent, name, flags, FILE.into())
}

/// Sets the mode of the directory at `path`, which is made if it is missing.
pub(crate) fn directory_with_mode(root: BorrowedFd<'_>, path: &Path, mode: u32) -> Result<()> {
    directory(root, path)?;
    // A descriptor that only stands for a path cannot change modes.
    let directory = open(root, path, OFlags::RDONLY | OFlags::DIRECTORY)?;
    rustix::fs::fchmod(directory, mode.into())
}

fn parent<'p>(root: BorrowedFd<'_>, path: &'p Path) -> Result<(OwnedFd, &'p std::ffi::OsStr)> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(Errno::INVAL) };
    Ok((directory(root, parent)?, name))
}

#[cfg(test)]
mod tests;
