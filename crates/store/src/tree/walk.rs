//! Listing a directory without ever following a symbolic link out of it.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, ResolveFlags, Stat, chmodat, openat, openat2, readlinkat,
    statat,
};
use rustix::io::Errno;

use crate::error::{At, Result, StoreError};

/// What to do about permissions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Modes {
    /// Leave them.
    Keep,
    /// Give the owner the right to read files and directories and to enter directories; at the top also to write, without
    /// which a directory cannot be moved.
    MakeReadable,
}

/// A directory's entries, sorted by path. The first is the directory itself, with an empty path.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    directory: OwnedFd,
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct Entry {
    /// Relative to the tree's root.
    pub(crate) path: PathBuf,
    /// Permission bits: 0o7777 at most.
    pub(crate) mode: u32,
    pub(crate) node: Node,
}

pub(crate) enum Node {
    Directory,
    File(Inode),
    Link { target: Vec<u8> },
}

pub(crate) struct Inode {
    pub(crate) size: u64,
    /// Device and inode number.
    pub(crate) id: (u64, u64),
    /// How many names it has, here and elsewhere.
    pub(crate) names: u64,
}

impl Tree {
    pub(crate) fn read(root: &Path, modes: Modes) -> Result<Self> {
        let stat = statat(CWD, root, AtFlags::SYMLINK_NOFOLLOW).at("inspect", root)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
            return Err(StoreError::WrongKind { path: root.to_owned(), expected: "directory" });
        }
        let mode = readable(CWD, root.as_os_str(), &stat, modes, 0o700).at("set the mode of", root)?;
        let directory = openat(CWD, root, DIRECTORY, Mode::empty()).at("open", root)?;
        let first = Entry { path: PathBuf::new(), mode, node: Node::Directory };
        let mut tree = Self { root: root.to_owned(), directory, entries: vec![first] };
        let mut at = 0;
        while at < tree.entries.len() {
            if matches!(tree.entries[at].node, Node::Directory) {
                tree.list(at, modes)?;
            }
            at += 1;
        }
        tree.entries.sort_unstable_by(|a, b| a.path_bytes().cmp(b.path_bytes()));
        Ok(tree)
    }

    /// Appends what lies in the directory at this place.
    fn list(&mut self, at: usize, modes: Modes) -> Result<()> {
        let path = self.entries[at].path.clone();
        let directory = self.open_at(&path, DIRECTORY)?;
        let whole = self.root.join(&path);
        for item in Dir::read_from(&directory).at("list", &whole)? {
            let item = item.at("list", &whole)?;
            let name = OsStr::from_bytes(item.file_name().to_bytes());
            if name != "." && name != ".." {
                let entry = entry(&directory, name, path.join(name), modes, &self.root)?;
                self.entries.push(entry);
            }
        }
        Ok(())
    }

    /// Opens a file or directory of this tree for reading. A symbolic link anywhere in the path is refused.
    pub(crate) fn open(&self, entry: &Entry) -> Result<File> {
        self.open_at(&entry.path, OFlags::NOFOLLOW | OFlags::NONBLOCK).map(File::from)
    }

    fn open_at(&self, path: &Path, flags: OFlags) -> Result<OwnedFd> {
        let relative = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC;
        loop {
            match openat2(&self.directory, relative, flags, Mode::empty(), within) {
                // A rename elsewhere in the system came in between.
                Err(Errno::AGAIN | Errno::INTR) => {}
                result => return result.at("open", &self.whole(path)),
            }
        }
    }

    /// The path with the root before it, for messages.
    pub(crate) fn whole(&self, path: &Path) -> PathBuf {
        if path.as_os_str().is_empty() { self.root.clone() } else { self.root.join(path) }
    }

    pub(crate) fn directory(&self) -> &OwnedFd {
        &self.directory
    }

    /// The bytes of all files.
    pub(crate) fn size(&self) -> u64 {
        self.entries.iter().map(|entry| entry.node.inode().map_or(0, |inode| inode.size)).sum()
    }
}

impl Entry {
    pub(crate) fn path_bytes(&self) -> &[u8] {
        self.path.as_os_str().as_bytes()
    }
}

impl Node {
    /// The kind, as digests of trees have it: another word would be another digest of every tree.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Directory => "folder",
            Self::File(_) => "file",
            Self::Link { .. } => "link",
        }
    }

    pub(crate) fn target(&self) -> &[u8] {
        if let Self::Link { target } = self { target } else { &[] }
    }

    pub(crate) const fn inode(&self) -> Option<&Inode> {
        if let Self::File(inode) = self { Some(inode) } else { None }
    }
}

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn entry(directory: &OwnedFd, name: &OsStr, path: PathBuf, modes: Modes, root: &Path) -> Result<Entry> {
    let whole = || root.join(&path);
    let stat = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW).at("inspect", &whole())?;
    let allow = |bits| readable(directory, name, &stat, modes, bits).at("set the mode of", &whole());
    let (mode, node) = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => (allow(0o500)?, Node::Directory),
        FileType::RegularFile => (allow(0o400)?, Node::File(Inode::of(&stat))),
        FileType::Symlink => {
            let target = readlinkat(directory, name, Vec::new()).at("read the link", &whole())?;
            (0, Node::Link { target: target.into_bytes() })
        }
        kind => return Err(StoreError::SpecialFile { path: whole(), kind: name_of(kind) }),
    };
    Ok(Entry { path, mode, node })
}

impl Inode {
    #[allow(clippy::unnecessary_cast, reason = "the types of these fields differ between architectures")]
    fn of(stat: &Stat) -> Self {
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        Self { size, id: (stat.st_dev as u64, stat.st_ino as u64), names: stat.st_nlink as u64 }
    }
}

/// Adds permission bits where that is wanted and they are missing; gives the permissions then.
fn readable(
    directory: impl std::os::fd::AsFd,
    name: &OsStr,
    stat: &Stat,
    modes: Modes,
    bits: u32,
) -> rustix::io::Result<u32> {
    let mode = stat.st_mode & 0o7777;
    if modes == Modes::Keep || mode & bits == bits {
        return Ok(mode);
    }
    chmodat(directory, name, Mode::from_raw_mode(mode | bits), AtFlags::empty())?;
    Ok(mode | bits)
}

const fn name_of(kind: FileType) -> &'static str {
    match kind {
        FileType::Socket => "socket",
        FileType::Fifo => "named pipe",
        FileType::BlockDevice => "block device",
        FileType::CharacterDevice => "character device",
        _ => "file of an unknown kind",
    }
}
