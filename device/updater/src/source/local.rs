//! Files and folders of this device.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::{Pieces, Repository, Sink};
use crate::problem::Problem;

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
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let name = path.display().to_string();
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Problem::Missing { origin: name });
            }
            Err(error) => return Err(Problem::file("read", path)(error)),
        };
        let size = file.metadata().map_err(Problem::file("read", path))?.len();
        Ok(Self { file, size, name })
    }
}

impl Pieces for LocalFile {
    fn range(&self, start: u64, length: u64, sink: &mut Sink<'_>) -> Result<(), Problem> {
        let end = start.saturating_add(length);
        if end > self.size {
            return Err(Problem::Truncated { origin: self.name.clone(), have: self.size, need: end });
        }
        let mut buffer = vec![0; length.min(PIECE) as usize];
        let mut at = start;
        while at < end {
            let piece = &mut buffer[..(end - at).min(PIECE) as usize];
            self.file.read_exact_at(piece, at).map_err(Problem::file("read", Path::new(&self.name)))?;
            sink(piece)?;
            at += piece.len() as u64;
        }
        Ok(())
    }

    fn size(&self) -> Result<u64, Problem> {
        Ok(self.size)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn is_local(&self) -> bool {
        true
    }
}

/// A repository in a folder.
pub struct Folder {
    folder: PathBuf,
    name: String,
}

impl Folder {
    /// In this folder.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), name: folder.display().to_string() }
    }
}

impl Repository for Folder {
    fn small(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        let file = match LocalFile::open(&self.folder.join(path)) {
            Ok(file) => file,
            Err(Problem::Missing { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if file.size > limit {
            return Err(Problem::Damaged { origin: file.name });
        }
        whole(&file).map(Some)
    }

    fn range(&self, path: &str, start: u64, length: u64, sink: &mut Sink<'_>) -> Result<(), Problem> {
        LocalFile::open(&self.folder.join(path))?.range(start, length, sink)
    }

    fn length(&self, path: &str) -> Option<u64> {
        self.folder.join(path).metadata().map(|data| data.len()).ok()
    }

    fn is_local(&self) -> bool {
        true
    }

    fn name(&self) -> &str {
        &self.name
    }
}

fn whole(file: &LocalFile) -> Result<Vec<u8>, Problem> {
    let mut all = Vec::new();
    file.range(0, file.size, &mut |piece| {
        all.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(all)
}
