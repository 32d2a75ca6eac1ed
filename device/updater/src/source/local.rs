//! Files and directories of this device.

use std::fs::File;
use std::io::ErrorKind;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::{Ask, Piece, Pieces, Repository, Sink};
use crate::error::UpdaterError;

/// Bytes that are read at once.
const PIECE: u64 = 1 << 18;

/// A file of this device.
pub struct LocalFile {
    file: File,
    size: u64,
    name: String,
}

impl LocalFile {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, UpdaterError> {
        let name = path.display().to_string();
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(UpdaterError::Missing { origin: name });
            }
            Err(error) => return Err(UpdaterError::file("read", path)(error)),
        };
        let size = file.metadata().map_err(UpdaterError::file("read", path))?.len();
        Ok(Self { file, size, name })
    }
}

impl Pieces for LocalFile {
    fn part(&self, part: Range<u64>) -> Result<Vec<u8>, UpdaterError> {
        let end = part.end.min(self.size);
        let mut bytes = vec![0; end.saturating_sub(part.start) as usize];
        self.fill(part.start, &mut bytes)?;
        Ok(bytes)
    }

    fn read(&self, ask: &Ask, sink: &mut Sink<'_>) -> Result<(), UpdaterError> {
        let Range { start, end } = ask.part;
        if end > self.size {
            return Err(UpdaterError::Truncated { origin: self.name.clone(), have: self.size, need: end });
        }
        let mut buffer = vec![0; (end - start).min(PIECE) as usize];
        let mut at = start;
        while at < end {
            let bytes = &mut buffer[..(end - at).min(PIECE) as usize];
            self.fill(at, bytes)?;
            if !sink(Piece { at, bytes, whole: false })? {
                break;
            }
            at += bytes.len() as u64;
        }
        Ok(())
    }

    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn is_local(&self) -> bool {
        true
    }
}

impl LocalFile {
    fn fill(&self, at: u64, bytes: &mut [u8]) -> Result<(), UpdaterError> {
        self.file.read_exact_at(bytes, at).map_err(UpdaterError::file("read", Path::new(&self.name)))
    }
}

/// A repository in a directory.
pub struct LocalDirectory {
    directory: PathBuf,
    name: String,
}

impl LocalDirectory {
    /// In this directory.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), name: directory.display().to_string() }
    }
}

impl Repository for LocalDirectory {
    fn small(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, UpdaterError> {
        let file = match LocalFile::open(&self.directory.join(path)) {
            Ok(file) => file,
            Err(UpdaterError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if file.size > limit {
            return Err(UpdaterError::Oversized { origin: file.name, limit });
        }
        file.part(0..file.size).map(Some)
    }

    fn read(&self, path: &str, ask: &Ask, sink: &mut Sink<'_>) -> Result<(), UpdaterError> {
        LocalFile::open(&self.directory.join(path))?.read(ask, sink)
    }

    fn length(&self, path: &str) -> Option<u64> {
        self.directory.join(path).metadata().map(|data| data.len()).ok()
    }

    fn is_local(&self) -> bool {
        true
    }

    fn name(&self) -> &str {
        &self.name
    }
}
