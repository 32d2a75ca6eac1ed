//! Paths inside a root that is being put together. Every path is resolved as if the root were `/` already, so a
//! symbolic link in a layer leads nowhere else.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags};
use rustix::io::{Errno, Result};

/// The mode of a directory that is made on the way to something else.
const DIRECTORY: u32 = 0o755;

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
    create(parent.as_fd(), name, 0o644)
}

/// Sets the mode of the directory at `path`, which is made if it is missing.
pub(crate) fn directory_with_mode(root: BorrowedFd<'_>, path: &Path, mode: u32) -> Result<()> {
    directory(root, path)?;
    // A descriptor that only stands for a path cannot change modes.
    let directory = open(root, path, OFlags::RDONLY | OFlags::DIRECTORY)?;
    rustix::fs::fchmod(directory, mode.into())
}

/// A symbolic link at `path`, instead of the file or link that may be there.
pub(crate) fn link(root: BorrowedFd<'_>, path: &Path, target: &str) -> Result<()> {
    let (parent, name) = parent(root, path)?;
    remove(parent.as_fd(), name)?;
    rustix::fs::symlinkat(target, parent, name)
}

/// A file at `path`, instead of the file or link that may be there.
pub(crate) fn write(root: BorrowedFd<'_>, path: &Path, content: &[u8], mode: u32) -> Result<()> {
    let (parent, name) = parent(root, path)?;
    remove(parent.as_fd(), name)?;
    let file = create(parent.as_fd(), name, mode)?;
    let mut rest = content;
    while !rest.is_empty() {
        rest = &rest[rustix::io::write(&file, rest)?..];
    }
    rustix::fs::fchmod(file, mode.into())
}

fn parent<'p>(root: BorrowedFd<'_>, path: &'p Path) -> Result<(OwnedFd, &'p std::ffi::OsStr)> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(Errno::INVAL) };
    Ok((directory(root, parent)?, name))
}

fn create(parent: BorrowedFd<'_>, name: &std::ffi::OsStr, mode: u32) -> Result<OwnedFd> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(parent, name, flags, mode.into())
}

fn remove(parent: BorrowedFd<'_>, name: &std::ffi::OsStr) -> Result<()> {
    match rustix::fs::unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
