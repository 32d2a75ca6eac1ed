//! Opens what lies in a tree that others wrote: an archive's, a commit's, a step's, a tool's.
//!
//! Such a tree may hold a symbolic link to any file of this machine. Whoever opens one of its paths by `std::fs` follows that
//! link with the rights of the user, and what is read ends in a package, a boot image or an error message. So nothing on the
//! host opens a path of a tree but through this crate, where the kernel keeps the whole walk inside (`openat2(2)`).
//!
//! There are two kinds of trees, which differ in what a link with an absolute target means:
//!
//! - a [root](Tree::root) becomes `/` of a container or a device: the target is looked for in the tree;
//! - any other [directory](Tree::directory): the target leads out, and is refused.

mod error;
mod moving;

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, openat2};
use rustix::io::Errno;

pub use error::TreeError;

/// A directory that is only ever looked into through its descriptor.
#[derive(Debug)]
pub struct Tree {
    directory: OwnedFd,
    path: PathBuf,
    links: ResolveFlags,
}

impl Tree {
    /// A tree that is `/` of something. The path itself is this host's own.
    ///
    /// # Errors
    /// [`TreeError::Open`] when there is no such directory.
    pub fn root(path: &Path) -> Result<Self, TreeError> {
        Self::open(path, ResolveFlags::IN_ROOT)
    }

    /// A directory with relative links at most. The path itself is this host's own.
    ///
    /// # Errors
    /// [`TreeError::Open`] when there is no such directory.
    pub fn directory(path: &Path) -> Result<Self, TreeError> {
        Self::open(path, ResolveFlags::BENEATH)
    }

    fn open(path: &Path, links: ResolveFlags) -> Result<Self, TreeError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = rustix::fs::open(path, flags, Mode::empty())
            .map_err(|error| TreeError::Open { path: path.to_owned(), source: error.into() })?;
        Ok(Self { directory, path: path.to_owned(), links })
    }

    /// A descriptor that stands for the file or directory at `path` (`O_PATH`); links are followed inside the tree.
    ///
    /// # Errors
    /// When nothing is there, or a link leads out.
    pub fn find(&self, path: &Path) -> Result<OwnedFd, TreeError> {
        self.openat(path, OFlags::PATH, self.links)
    }

    /// The regular file at `path`, opened for reading; links are followed inside the tree.
    ///
    /// # Errors
    /// When nothing is there, a link leads out, or it is not a regular file.
    pub fn file(&self, path: &Path) -> Result<File, TreeError> {
        // Opening a named pipe would wait for who writes into it.
        let file = self.openat(path, OFlags::RDONLY | OFlags::NONBLOCK, self.links)?;
        let stat = rustix::fs::fstat(&file).map_err(|error| self.io(path, error))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(File::from(file)),
            _ => Err(TreeError::Kind { path: path.to_owned(), expected: "a regular file" }),
        }
    }

    /// What the regular file at `path` holds.
    ///
    /// # Errors
    /// As [`file`](Self::file), and [`TreeError::TooLarge`] when it has more than `limit` bytes.
    pub fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, TreeError> {
        let mut bytes = Vec::new();
        let read = self.file(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|source| TreeError::Io { path: path.to_owned(), source })?;
        if bytes.len() as u64 > limit {
            return Err(TreeError::TooLarge { path: path.to_owned(), limit });
        }
        Ok(bytes)
    }

    /// The directory at `path` as a tree of its own kind; `None` when nothing is there. A link on the way is refused, also one
    /// that stays inside.
    ///
    /// # Errors
    /// When there is a link on the way, or something else than a directory.
    pub fn below(&self, path: &Path) -> Result<Option<Self>, TreeError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        match self.openat(path, flags, ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS) {
            Ok(directory) => Ok(Some(Self { directory, path: self.path.join(path), links: self.links })),
            Err(TreeError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The path on this host of the regular file at `path`, for those who open it by its name. A link on the way, or in its
    /// place, is refused, also one that stays inside.
    ///
    /// # Errors
    /// When nothing is there, a link is on the way, or it is not a regular file.
    pub fn plain(&self, path: &Path) -> Result<PathBuf, TreeError> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK;
        let file = self.openat(path, flags, ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS)?;
        let stat = rustix::fs::fstat(&file).map_err(|error| self.io(path, error))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(self.path.join(path)),
            _ => Err(TreeError::Kind { path: path.to_owned(), expected: "a regular file" }),
        }
    }

    /// Where it lies on this host.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn openat(&self, path: &Path, flags: OFlags, resolve: ResolveFlags) -> Result<OwnedFd, TreeError> {
        open_at(self.directory.as_fd(), path, flags, resolve).map_err(|error| self.why(path, resolve, error))
    }

    /// Says which link it was that led out, or nowhere.
    fn why(&self, path: &Path, resolve: ResolveFlags, error: Errno) -> TreeError {
        let relative = path.strip_prefix("/").unwrap_or(path);
        let mut parts: Vec<&Path> =
            relative.ancestors().filter(|part| !part.as_os_str().is_empty()).collect();
        parts.reverse();
        for part in parts {
            let flags = OFlags::PATH | OFlags::NOFOLLOW;
            let Ok(found) = open_at(self.directory.as_fd(), part, flags, resolve) else { break };
            if let Ok(target) = rustix::fs::readlinkat(&found, "", Vec::new()) {
                let target = target.to_string_lossy().into_owned();
                return TreeError::Link { path: path.to_owned(), link: part.to_owned(), target };
            }
        }
        match error {
            Errno::NOENT => TreeError::Missing { path: path.to_owned(), tree: self.path.clone() },
            // Nothing but the path itself is left that could lead out.
            Errno::XDEV => TreeError::Path { path: path.to_owned() },
            Errno::NOTDIR => TreeError::Kind { path: path.to_owned(), expected: "a directory" },
            error => self.io(path, error),
        }
    }

    fn io(&self, path: &Path, error: Errno) -> TreeError {
        TreeError::Io { path: path.to_owned(), source: error.into() }
    }
}

impl AsFd for Tree {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// A regular file whose directory is this host's own, but not what lies there under its name: a link is refused.
///
/// # Errors
/// When it cannot be opened, is a link (`ELOOP`) or not a regular file.
pub fn regular(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::empty());
    let file = opened.map_err(|error| match error {
        Errno::LOOP => {
            io::Error::new(io::ErrorKind::InvalidInput, "it is a symbolic link; expected a regular file")
        }
        error => error.into(),
    })?;
    let file = File::from(file);
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    Ok(file)
}

/// A descriptor (`O_PATH`) for a path of this host on which there must be no link at all.
///
/// # Errors
/// What the system says; `ELOOP` for a link.
pub fn without_links(path: &Path) -> Result<OwnedFd, Errno> {
    open_at(CWD, path, OFlags::PATH, ResolveFlags::NO_SYMLINKS)
}

fn open_at(
    directory: BorrowedFd<'_>,
    path: &Path,
    flags: OFlags,
    resolve: ResolveFlags,
) -> Result<OwnedFd, Errno> {
    let resolve = resolve | ResolveFlags::NO_MAGICLINKS;
    loop {
        match openat2(directory, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve) {
            // A rename elsewhere in the system came in between.
            Err(Errno::AGAIN | Errno::INTR) => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests;
