//! One tar stream unpacked into a root.

use std::io::{self, Read};

use super::entries::{self, Entry, Item, Kind};
use super::error::{EntryError, UnpackError};
use super::root::{self, Name, Refusal, Root};
use super::{Bounded, Limits};

/// Which entries are taken, by their cleaned name.
pub(super) type Filter<'a> = &'a dyn Fn(&[u8]) -> bool;

/// Lays one archive into a root.
pub(super) struct Layer<'a> {
    archive: &'a str,
    root: &'a mut Root,
    limits: &'a Limits,
    filter: Filter<'a>,
    bytes: u64,
    entries: u64,
}

impl<'a> Layer<'a> {
    pub(super) fn new(archive: &'a str, root: &'a mut Root, limits: &'a Limits) -> Self {
        Self { archive, root, limits, filter: &|_| true, bytes: 0, entries: 0 }
    }

    pub(super) fn filter(mut self, filter: Filter<'a>) -> Self {
        self.filter = filter;
        self
    }

    pub(super) fn unpack(mut self, reader: impl Read) -> Result<(), UnpackError> {
        let archive = self.archive;
        let damaged = |source| UnpackError::stream(archive, source);
        let reader = Bounded::new(reader, self.limits.stream(), &self.limits.cancel);
        entries::each(reader, damaged, |item| match item {
            Item::Entry(entry, content) => self.entry(&entry, content),
            Item::Refused(name, problem) => Err(self.refused(&name, problem)),
        })
    }

    fn entry(&mut self, entry: &Entry, content: &mut dyn Read) -> Result<(), UnpackError> {
        self.count(entry)?;
        let name = Name::new(&entry.name).map_err(|problem| self.refused(&entry.name, problem))?;
        // The tree itself is there already.
        if name.is_root() && matches!(entry.kind, Kind::Directory) || !(self.filter)(name.as_bytes()) {
            return Ok(());
        }
        let made = match &entry.kind {
            Kind::Directory => self.root.directory(&name, entry.mode & 0o755 | 0o700),
            Kind::File => return self.file(&name, entry, content),
            Kind::Symlink(target) => self.root.symlink(&name, target),
            Kind::HardLink(target) => Name::new(target)
                .map_err(|_| Refusal::Entry(hard_link(target)))
                .and_then(|target| self.root.hard_link(&name, &target)),
            Kind::Other(kind) => Err(Refusal::Entry(EntryError::Kind(kind))),
        };
        made.map_err(|refusal| self.failed(&entry.name, refusal))
    }

    fn file(&mut self, name: &Name, entry: &Entry, content: &mut dyn Read) -> Result<(), UnpackError> {
        let mode = entry.mode & 0o755 | 0o600;
        let mut file = self.root.file(name, mode).map_err(|refusal| self.failed(&entry.name, refusal))?;
        let mut buffer = [0; 64 * 1024];
        let mut left = entry.size;
        while left > 0 {
            if self.limits.cancel.is_cancelled() {
                return Err(UnpackError::Cancelled);
            }
            let count = match content.read(&mut buffer) {
                Ok(0) => return Err(self.damaged(io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.damaged(error)),
            };
            io::Write::write_all(&mut file, &buffer[..count])
                .map_err(|error| self.failed(&entry.name, error.into()))?;
            left = left.saturating_sub(count as u64);
        }
        root::set_time(&file, entry.time).map_err(|error| self.failed(&entry.name, error.into()))
    }

    /// Counts an entry before any of its content is read.
    fn count(&mut self, entry: &Entry) -> Result<(), UnpackError> {
        if self.limits.cancel.is_cancelled() {
            return Err(UnpackError::Cancelled);
        }
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(entry.size);
        let limit = if self.entries > self.limits.entries {
            format!("{} entries", self.limits.entries)
        } else if self.bytes > self.limits.bytes {
            format!("{} bytes", self.limits.bytes)
        } else {
            return Ok(());
        };
        Err(UnpackError::TooLarge { archive: self.archive.to_owned(), limit })
    }

    fn damaged(&self, source: io::Error) -> UnpackError {
        UnpackError::stream(self.archive, source)
    }

    fn refused(&self, name: &[u8], problem: EntryError) -> UnpackError {
        let entry = String::from_utf8_lossy(name).into_owned();
        UnpackError::Entry { archive: self.archive.to_owned(), entry, problem }
    }

    fn failed(&self, name: &[u8], refusal: Refusal) -> UnpackError {
        match refusal {
            Refusal::Entry(problem) => self.refused(name, problem),
            Refusal::System(source) => UnpackError::Write {
                archive: self.archive.to_owned(),
                entry: String::from_utf8_lossy(name).into_owned(),
                source,
            },
        }
    }
}

fn hard_link(target: &[u8]) -> EntryError {
    EntryError::HardLink { target: String::from_utf8_lossy(target).into_owned() }
}
