//! Moves parts of one tree into another.

use std::ffi::OsStr;
use std::path::{Component, Path};

use rustix::fs::{Mode, OFlags, RenameFlags, ResolveFlags, mkdirat, renameat_with};
use rustix::io::Errno;

use crate::{Tree, TreeError};

/// The mode of a directory that is made on the way.
const DIRECTORY: Mode = Mode::RWXU.union(Mode::RGRP).union(Mode::XGRP).union(Mode::ROTH).union(Mode::XOTH);

impl Tree {
    /// Moves what lies at `path` to the same path of another tree on the same file system; directories on the way are made
    /// there. In neither tree is a link on the way followed; a link at `path` itself is moved as it is.
    ///
    /// # Errors
    /// When nothing is there, something lies there in the other tree already, or a link is on the way. Nothing is moved then.
    pub fn give(&self, path: &Path, to: &Tree) -> Result<(), TreeError> {
        let (parent, name) = split(path)?;
        let from = self.walk(parent)?;
        let into = to.make(parent)?;
        renameat_with(&from, name, &into, name, RenameFlags::NOREPLACE).map_err(|error| match error {
            Errno::NOENT => TreeError::Missing { path: path.to_owned(), tree: self.path().to_owned() },
            error => TreeError::Io { path: path.to_owned(), source: error.into() },
        })
    }

    fn walk(&self, path: &Path) -> Result<rustix::fd::OwnedFd, TreeError> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        self.openat(path, OFlags::PATH | OFlags::DIRECTORY, resolve)
    }

    /// The directory at `path`, made along with its parents where they are missing.
    fn make(&self, path: &Path) -> Result<rustix::fd::OwnedFd, TreeError> {
        match self.walk(path) {
            Err(TreeError::Missing { .. }) => {}
            found => return found,
        }
        let (parent, name) = split(path)?;
        let above = self.make(parent)?;
        match mkdirat(&above, name, DIRECTORY) {
            Ok(()) | Err(Errno::EXIST) => self.walk(path),
            Err(error) => Err(TreeError::Io { path: path.to_owned(), source: error.into() }),
        }
    }
}

/// The directory that a path lies in and its name there, if it is one below a tree.
fn split(path: &Path) -> Result<(&Path, &OsStr), TreeError> {
    let proper = path.components().all(|part| matches!(part, Component::Normal(_)));
    match (proper, path.parent(), path.file_name()) {
        (true, Some(parent), Some(name)) => Ok((parent, name)),
        _ => Err(TreeError::Path { path: path.to_owned() }),
    }
}
