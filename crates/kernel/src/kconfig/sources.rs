//! Where the text of Kconfig files comes from.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use yoe_tree::Tree;

/// Gives the text of a file by its path below the directory of the sources, with `/` between its parts.
pub trait Sources {
    /// The bytes of the file at `path`.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// The most bytes of a file: more than any Kconfig file has.
const LARGEST: u64 = 64 << 20;

/// The files below a directory, read when they are needed. Neither a path's own parts nor a link lead out of the directory.
#[derive(Clone, Copy, Debug)]
pub struct Directory<'a>(pub &'a Path);

impl Sources for Directory<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        Ok(Tree::directory(self.0).and_then(|tree| tree.read(Path::new(path), LARGEST))?)
    }
}

/// Files in memory: path to text.
impl Sources for BTreeMap<String, String> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}
