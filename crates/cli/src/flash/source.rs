//! A disk as a file, of which one stretch may be another file's.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use yoe_disk::gpt::Medium;

/// What is written.
#[derive(Debug)]
pub struct Source {
    file: File,
    size: u64,
    /// What stands in for a stretch of the file: where that begins, and its size.
    patch: Option<(u64, u64, File)>,
}

impl Source {
    /// The disk in this file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = yoe_tree::regular(path)?;
        let size = file.metadata()?.len();
        Ok(Self { file, size, patch: None })
    }

    /// The same disk with another content from `start` on: all of this file.
    ///
    /// # Errors
    /// When the file cannot be looked at.
    pub fn patched(mut self, start: u64, with: File) -> io::Result<Self> {
        let size = with.metadata()?.len();
        self.patch = Some((start, size, with));
        Ok(self)
    }
}

impl Medium for Source {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)?;
        let Some((start, size, with)) = &self.patch else { return Ok(()) };
        let end = offset + buffer.len() as u64;
        let (from, to) = (offset.max(*start), end.min(start + size));
        if from >= to {
            return Ok(());
        }
        let place = |at: u64| usize::try_from(at - offset).map_err(io::Error::other);
        let part = buffer.get_mut(place(from)?..place(to)?).unwrap_or_default();
        with.read_exact_at(part, from - start)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_stands_in_for_a_stretch() {
        let scratch = tempfile::tempdir().unwrap();
        let (disk, part) = (scratch.path().join("disk"), scratch.path().join("part"));
        std::fs::write(&disk, "0123456789").unwrap();
        std::fs::write(&part, "abc").unwrap();
        let source = Source::open(&disk).unwrap().patched(4, File::open(part).unwrap()).unwrap();
        let read = |offset, length| {
            let mut bytes = vec![0; length];
            source.read_at(offset, &mut bytes).map(|()| String::from_utf8(bytes).unwrap())
        };
        for (offset, length, expected) in
            [(0, 10, "0123abc789"), (5, 1, "b"), (0, 4, "0123"), (7, 3, "789"), (3, 2, "3a"), (6, 2, "c7")]
        {
            assert_eq!(read(offset, length).unwrap(), expected);
        }
        assert!(read(8, 3).is_err(), "behind its end");
    }
}
