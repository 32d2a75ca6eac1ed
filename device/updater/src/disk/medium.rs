//! The disk as a file, whatever it is.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Advice, fadvise};
use yoe_disk::gpt::{Medium, Write};

use crate::error::UpdaterError;

/// A disk, or a file that stands for one.
#[derive(Debug)]
pub struct Disk {
    file: File,
    path: PathBuf,
}

impl Disk {
    /// Opens it for reading, and for writing when asked to.
    ///
    /// # Errors
    /// When that is not possible.
    pub fn open(path: &Path, write: bool) -> Result<Self, UpdaterError> {
        let file = OpenOptions::new().read(true).write(write).open(path);
        Ok(Self { file: file.map_err(UpdaterError::file("opened", path))?, path: path.to_owned() })
    }

    /// One that was opened already, from this path.
    pub fn of(file: File, path: &Path) -> Self {
        Self { file, path: path.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes and waits until it is durable.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn write(&self, write: &Write) -> Result<(), UpdaterError> {
        let written = self.file.write_all_at(&write.bytes, write.offset).and_then(|()| self.file.sync_data());
        written.map_err(UpdaterError::file("written", &self.path))
    }

    /// A part of it.
    pub fn region(&self, start: u64, size: u64) -> Region<'_> {
        Region { file: &self.file, start, size, position: 0 }
    }
}

impl Medium for Disk {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        // The metadata of a block device has no length.
        (&self.file).seek(SeekFrom::End(0))
    }
}

/// A part of a file: what is beyond its end is not there.
#[derive(Debug, Clone)]
pub struct Region<'a> {
    file: &'a File,
    start: u64,
    size: u64,
    position: u64,
}

impl<'a> Region<'a> {
    /// A whole file.
    pub fn whole(file: &'a File, size: u64) -> Self {
        Self { file, start: 0, size, position: 0 }
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its first bytes, as a part of their own.
    pub fn first(&self, size: u64) -> Self {
        Self { size: size.min(self.size), position: 0, ..self.clone() }
    }

    /// Its last bytes, as a part of their own.
    pub fn last(&self, size: u64) -> Self {
        let size = size.min(self.size);
        Self { start: self.start + (self.size - size), size, position: 0, ..self.clone() }
    }

    /// Fills the buffer from this offset.
    ///
    /// # Errors
    /// When that much is not there.
    pub fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.inside(offset, buffer.len())?;
        self.file.read_exact_at(buffer, self.start + offset)
    }

    /// Writes at this offset.
    ///
    /// # Errors
    /// When it does not fit, or the disk fails.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.inside(offset, bytes.len())?;
        self.file.write_all_at(bytes, self.start + offset)
    }

    /// Waits until everything is durable, and forgets what memory holds of it: what is read next comes from the disk.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn settle(&self) -> io::Result<()> {
        self.file.sync_data()?;
        // Advice; where it is not taken, memory is read back.
        let _ = fadvise(self.file, self.start, std::num::NonZeroU64::new(self.size), Advice::DontNeed);
        Ok(())
    }

    fn inside(&self, offset: u64, length: usize) -> io::Result<()> {
        match offset.checked_add(length as u64) {
            Some(end) if end <= self.size => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

impl Read for Region<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.size.saturating_sub(self.position);
        let length = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let count = self.file.read_at(&mut buffer[..length], self.start + self.position)?;
        self.position += count as u64;
        Ok(count)
    }
}
