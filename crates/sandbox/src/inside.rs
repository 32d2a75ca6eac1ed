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
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn root() -> (tempfile::TempDir, OwnedFd) {
        let directory = tempfile::tempdir().unwrap();
        let fd = fs::File::open(directory.path()).unwrap().into();
        (directory, fd)
    }

    #[test]
    fn missing_parents_are_made() {
        let (at, root) = root();
        directory(root.as_fd(), Path::new("/a/b/c")).unwrap();
        file(root.as_fd(), Path::new("/x/y")).unwrap();
        assert!(at.path().join("a/b/c").is_dir());
        assert!(at.path().join("x/y").is_file());
    }

    #[test]
    fn links_do_not_lead_out() {
        let (at, root) = root();
        let outside = tempfile::tempdir().unwrap();
        symlink(outside.path(), at.path().join("absolute")).unwrap();
        symlink("../../../../..", at.path().join("climbing")).unwrap();
        let escaped = outside.path().join("file");
        write(root.as_fd(), Path::new("/climbing/file"), b"x", 0o644).unwrap();
        // The absolute link dangles inside the root, so nothing can be written through it.
        assert_eq!(write(root.as_fd(), Path::new("/absolute/file"), b"x", 0o644), Err(Errno::NOENT));
        assert!(!escaped.exists());
        assert!(at.path().join("file").is_file());
    }

    #[test]
    fn a_file_replaces_a_link_and_keeps_its_target() {
        let (at, root) = root();
        fs::write(at.path().join("target"), "old").unwrap();
        symlink("target", at.path().join("name")).unwrap();
        write(root.as_fd(), Path::new("/name"), b"new", 0o600).unwrap();
        assert_eq!(fs::read_to_string(at.path().join("target")).unwrap(), "old");
        assert_eq!(fs::read_to_string(at.path().join("name")).unwrap(), "new");
        assert_eq!(fs::metadata(at.path().join("name")).unwrap().permissions().mode() & 0o7777, 0o600);
    }

    #[test]
    fn a_link_replaces_a_link_but_no_directory() {
        let (at, root) = root();
        link(root.as_fd(), Path::new("/l"), "one").unwrap();
        link(root.as_fd(), Path::new("/l"), "two").unwrap();
        assert_eq!(fs::read_link(at.path().join("l")).unwrap(), Path::new("two"));
        fs::create_dir(at.path().join("d")).unwrap();
        assert_eq!(link(root.as_fd(), Path::new("/d"), "one"), Err(Errno::ISDIR));
    }

    #[test]
    fn a_directory_that_exists_gets_the_mode() {
        let (at, root) = root();
        fs::create_dir(at.path().join("d")).unwrap();
        directory_with_mode(root.as_fd(), Path::new("/d"), 0o1777).unwrap();
        assert_eq!(fs::metadata(at.path().join("d")).unwrap().permissions().mode() & 0o7777, 0o1777);
    }
}
