//! What differs from one machine or one run to the next is taken out of a tree: times and extended attributes.

use std::ffi::{CStr, CString};
use std::fs::File;

use rustix::fs::{
    AtFlags, Mode, Timespec, Timestamps, UTIME_OMIT, fchmod, flistxattr, flistxattr_query, fremovexattr,
    futimens, utimensat,
};
use rustix::io::Errno;

use super::MTIME;
use super::walk::{Entry, Node, Tree};
use crate::error::{At, Result};

/// Reading changes the time of access anyway.
pub(crate) const TIMES: Timestamps = Timestamps {
    last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
    last_modification: Timespec { tv_sec: MTIME, tv_nsec: 0 },
};

/// Normalises a file or directory that is open.
pub(crate) fn opened(tree: &Tree, entry: &Entry, file: &File) -> Result<()> {
    strip(file, entry).at("remove the extended attributes of", &tree.whole(&entry.path))?;
    futimens(file, &TIMES).at("set the time of", &tree.whole(&entry.path))
}

/// Normalises everything but files. It comes last: putting something in a directory changes the directory's time.
pub(crate) fn links_and_directories(tree: &Tree) -> Result<()> {
    for entry in &tree.entries {
        match entry.node {
            Node::File(_) => {}
            Node::Directory => opened(tree, entry, &tree.open(entry)?)?,
            Node::Link { .. } => utimensat(tree.directory(), &entry.path, &TIMES, AtFlags::SYMLINK_NOFOLLOW)
                .at("set the time of", &tree.whole(&entry.path))?,
        }
    }
    Ok(())
}

/// Removes the extended attributes: the digest does not cover them, but an overlay that a tree is mounted in obeys
/// `user.overlay.*`, and the kernel access control lists and capabilities.
fn strip(file: &File, entry: &Entry) -> rustix::io::Result<()> {
    for name in attributes(file)? {
        match fremovexattr(file, name.as_c_str()) {
            Err(Errno::ACCESS) => {
                // `user.*` belongs to the contents: removing one needs the right to write.
                fchmod(file, Mode::from_raw_mode(entry.mode | 0o200))?;
                fremovexattr(file, name.as_c_str())?;
                fchmod(file, Mode::from_raw_mode(entry.mode))?;
            }
            Err(Errno::NODATA) => {}
            result => result?,
        }
    }
    Ok(())
}

/// The names of a file's attributes, without those by which the host's security module labels every file.
fn attributes(file: &File) -> rustix::io::Result<Vec<CString>> {
    let mut space = Vec::new();
    loop {
        let needed = match flistxattr_query(file) {
            Ok(0) | Err(Errno::NOTSUP) => return Ok(Vec::new()),
            result => result?,
        };
        space.resize(needed, 0);
        match flistxattr(file, space.as_mut_slice()) {
            // One was added in between.
            Err(Errno::RANGE) => {}
            result => {
                space.truncate(result?);
                break;
            }
        }
    }
    let names = space.split_inclusive(|byte| *byte == 0);
    let names = names.filter_map(|name| CStr::from_bytes_with_nul(name).ok()).map(CStr::to_owned);
    Ok(names.filter(|name| removable(name.to_bytes())).collect())
}

fn removable(name: &[u8]) -> bool {
    !name.starts_with(b"security.") || name == b"security.capability"
}
