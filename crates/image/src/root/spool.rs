//! A temporary file that holds the contents of all files, so that memory holds names alone.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::Path;

/// Where a file's content lies in the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored {
    offset: u64,
    /// Bytes.
    pub size: u64,
}

/// The file, and where its content ends.
pub(crate) struct Spool {
    file: File,
    end: u64,
}

impl Spool {
    /// An empty spool; its file has no name and goes away with it.
    pub fn new(directory: &Path) -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile_in(directory)?, end: 0 })
    }

    /// Adds what `content` gives up to its end.
    pub fn put(&mut self, content: &mut dyn Read) -> io::Result<Stored> {
        self.file.seek(SeekFrom::Start(self.end))?;
        let offset = self.end;
        let size = io::copy(content, &mut self.file)?;
        self.end += size;
        Ok(Stored { offset, size })
    }

    /// A reader of one content.
    pub fn get(&self, stored: Stored) -> io::Result<impl Read + '_> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(stored.offset))?;
        Ok(file.take(stored.size))
    }
}
