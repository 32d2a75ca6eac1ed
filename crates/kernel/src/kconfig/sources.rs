//! Where the text of Kconfig files comes from.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path};

/// Gives the text of a file by its path below the folder of the sources, with `/` between its parts.
pub trait Sources {
    /// The bytes of the file at `path`.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// The files below a folder, read when they are needed. A path never leads out of the folder by its own parts.
#[derive(Clone, Copy, Debug)]
pub struct Folder<'a>(pub &'a Path);

impl Sources for Folder<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let inside =
            Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path leads out of the folder"));
        }
        std::fs::read(self.0.join(path))
    }
}

/// Files in memory: path to text.
impl Sources for BTreeMap<String, String> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}
