//! A directory that names cannot leave: every lookup is done by the kernel as if the directory were the root.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, ResolveFlags, Timestamps};
use rustix::io::Errno;

use super::error::{EntryError, UnpackError};

/// A directory that is the root of all lookups in it. The kernel resolves links, absolute ones included, inside of it.
pub(crate) struct Root {
    dir: OwnedFd,
    /// The directory of the last entry: most entries follow one of the same directory.
    recent: Option<(Vec<u8>, OwnedFd)>,
}

/// Why an entry could not be made.
pub(crate) enum Refusal {
    System(io::Error),
    Entry(EntryError),
}

impl From<Errno> for Refusal {
    fn from(errno: Errno) -> Self {
        Refusal::System(errno.into())
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Refusal::System(error)
    }
}

impl From<EntryError> for Refusal {
    fn from(problem: EntryError) -> Self {
        Refusal::Entry(problem)
    }
}

/// A name below the root: relative, without `.`, `..`, empty parts or zero bytes. Empty for the root itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(Vec<u8>);

impl Name {
    pub(crate) fn new(raw: &[u8]) -> Result<Self, EntryError> {
        if raw.is_empty() || raw.contains(&0) {
            return Err(EntryError::Name);
        }
        if raw.starts_with(b"/") {
            return Err(EntryError::Absolute);
        }
        let parts = || raw.split(|byte| *byte == b'/');
        if parts().any(|part| part == b"..") {
            return Err(EntryError::Parent);
        }
        let kept: Vec<&[u8]> = parts().filter(|part| !part.is_empty() && *part != b".").collect();
        Ok(Self(kept.join(&b'/')))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The directory and the last part.
    fn split(&self) -> (&[u8], &[u8]) {
        match self.0.iter().rposition(|byte| *byte == b'/') {
            Some(at) => (&self.0[..at], &self.0[at + 1..]),
            None => (b"", &self.0),
        }
    }
}

impl Root {
    pub(crate) fn open(path: &Path) -> Result<Self, UnpackError> {
        let directory_error =
            |errno: Errno| UnpackError::Directory { path: path.to_owned(), source: errno.into() };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = fs::open(path, flags, Mode::empty()).map_err(directory_error)?;
        Ok(Self { dir, recent: None })
    }

    /// Makes a directory. One that is there, or a link to one, stays and takes the mode.
    pub(crate) fn directory(&mut self, name: &Name, mode: u32) -> Result<(), Refusal> {
        let (parent, last) = name.split();
        let parent = self.parent(parent)?;
        match fs::mkdirat(parent, last, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => (),
            Err(errno) => return Err(errno.into()),
        }
        let opened = self.lookup(name.as_bytes(), OFlags::RDONLY | OFlags::DIRECTORY);
        match opened {
            Ok(dir) => Ok(fs::fchmod(dir, Mode::from_raw_mode(mode))?),
            Err(Errno::NOTDIR) => Err(EntryError::Occupied("a file").into()),
            Err(Errno::NOENT | Errno::LOOP) => Err(EntryError::Occupied("a dangling link").into()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Makes a file in the place of any other file or link.
    pub(crate) fn file(&mut self, name: &Name, mode: u32) -> Result<File, Refusal> {
        let (parent, last) = name.split();
        self.clear(parent, last)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let parent = self.parent(parent)?;
        let file = fs::openat(parent, last, flags, Mode::RUSR | Mode::WUSR)?;
        fs::fchmod(&file, Mode::from_raw_mode(mode))?;
        Ok(File::from(file))
    }

    /// Makes a symbolic link in the place of any other file or link.
    pub(crate) fn symlink(&mut self, name: &Name, target: &[u8]) -> Result<(), Refusal> {
        let target = CString::new(target).map_err(|_| EntryError::Name)?;
        let (parent, last) = name.split();
        self.clear(parent, last)?;
        let dir = self.parent(parent)?;
        Ok(fs::symlinkat(&target, dir, last)?)
    }

    /// Makes a hard link to a file of the tree, in the place of any other file or link.
    pub(crate) fn hard_link(&mut self, name: &Name, target: &Name) -> Result<(), Refusal> {
        let missing =
            || EntryError::HardLink { target: String::from_utf8_lossy(target.as_bytes()).into_owned() };
        if name == target {
            return Ok(());
        }
        let (directory, file) = target.split();
        let from = self.lookup(directory, OFlags::PATH | OFlags::DIRECTORY).map_err(|_| missing())?;
        let stat = fs::statat(&from, file, AtFlags::SYMLINK_NOFOLLOW).map_err(|_| missing())?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(missing().into());
        }
        let (parent, last) = name.split();
        let dir = self.parent(parent)?;
        // The same file by another way: removing the one would remove the other.
        if fs::statat(dir, last, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|there| (there.st_dev, there.st_ino) == (stat.st_dev, stat.st_ino))
        {
            return Ok(());
        }
        self.clear(parent, last)?;
        let dir = self.parent(parent)?;
        Ok(fs::linkat(&from, file, dir, last, AtFlags::empty())?)
    }

    /// Removes a file or link that is in the way.
    fn clear(&mut self, parent: &[u8], last: &[u8]) -> Result<(), Refusal> {
        if last.is_empty() {
            return Err(EntryError::Occupied("the tree itself").into());
        }
        let dir = self.parent(parent)?;
        match fs::unlinkat(dir, last, AtFlags::empty()) {
            Ok(()) => {
                // It may have been a link on the way to the recent directory.
                self.recent = None;
                Ok(())
            }
            Err(Errno::NOENT) => Ok(()),
            Err(Errno::ISDIR | Errno::PERM) => Err(EntryError::Occupied("a directory").into()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// The directory of this name, made where missing.
    fn parent(&mut self, name: &[u8]) -> Result<&OwnedFd, Refusal> {
        if self.recent.as_ref().is_none_or(|(recent, _)| recent != name) {
            let dir = self.make(name)?;
            self.recent = Some((name.to_owned(), dir));
        }
        Ok(self.recent.as_ref().map_or(&self.dir, |(_, dir)| dir))
    }

    fn make(&self, name: &[u8]) -> Result<OwnedFd, Refusal> {
        const FLAGS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY);
        match self.lookup(name, FLAGS) {
            Err(Errno::NOENT) => (),
            Err(Errno::NOTDIR) => return Err(EntryError::Occupied("a file on the way").into()),
            other => return Ok(other?),
        }
        let mut dir = self.lookup(b"", FLAGS)?;
        let ends = (0..=name.len()).filter(|at| *at == name.len() || name[*at] == b'/');
        let mut start = 0;
        for end in ends {
            dir = match self.lookup(&name[..end], FLAGS) {
                Err(Errno::NOENT) => {
                    match fs::mkdirat(&dir, &name[start..end], Mode::from_raw_mode(0o755)) {
                        Err(Errno::EXIST) => {
                            return Err(EntryError::Occupied("a dangling link on the way").into());
                        }
                        other => other?,
                    }
                    self.lookup(&name[..end], FLAGS)?
                }
                other => other?,
            };
            start = end + 1;
        }
        Ok(dir)
    }

    fn lookup(&self, name: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        let name = if name.is_empty() { b".".as_slice() } else { name };
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        fs::openat2(&self.dir, name, flags | OFlags::CLOEXEC, Mode::empty(), resolve)
    }
}

/// Sets when a file was last changed, in seconds since 1970.
pub(crate) fn set_time(file: &File, seconds: u64) -> io::Result<()> {
    let time = fs::Timespec { tv_sec: i64::try_from(seconds).unwrap_or(i64::MAX), tv_nsec: 0 };
    Ok(fs::futimens(file, &Timestamps { last_access: time, last_modification: time })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned() {
        assert_eq!(Name::new(b"./a//b/./c/").unwrap().as_bytes(), b"a/b/c");
        assert!(Name::new(b"./").unwrap().is_root());
        assert_eq!(Name::new(b"..a/b..").unwrap().as_bytes(), b"..a/b..");
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        assert_eq!(Name::new(b"/a"), Err(EntryError::Absolute));
        for name in ["..", "../a", "a/..", "a/../../b"] {
            assert_eq!(Name::new(name.as_bytes()), Err(EntryError::Parent), "{name}");
        }
        assert_eq!(Name::new(b""), Err(EntryError::Name));
        assert_eq!(Name::new(b"a\0b"), Err(EntryError::Name));
    }
}
