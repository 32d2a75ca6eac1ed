//! Archives become trees, and nothing but the tree is touched.
//!
//! Names are resolved as if the tree were the root of a file system (`openat2` with `RESOLVE_IN_ROOT`), so neither `..`
//! nor a link that the archive made earlier leads out of it. Device nodes and pipes are refused; owners, setuid bits and
//! write permission for others are dropped; times are kept, because build systems compare them. Symbolic links are kept
//! word for word, wherever they point: who reads a tree must not follow them.

mod ar;
mod bounded;
mod compression;
mod deb;
mod entries;
mod environment;
mod error;
mod files;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod image_layer;
mod layer;
mod part;
mod root;
mod source;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::Cancel;
pub(crate) use bounded::{BoundError, Bounded};
pub(crate) use compression::Compression;
pub use deb::{archive_in_deb, deb, read_file};
pub use environment::environment;
pub use error::{EntryError, UnpackError};
pub(crate) use files::{Found, files_below};
pub use image_layer::{LayerContent, image_layer};
use layer::Layer;
use part::Part;
use root::Root;
pub use source::{SourceFile, source};

/// What an archive may hold at most, and what ends its unpacking early.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Sum of all file sizes, in bytes.
    pub bytes: u64,
    /// Number of files, directories and links.
    pub entries: u64,
    /// The flag that ends unpacking.
    pub cancel: Cancel,
}

impl Limits {
    /// The most bytes that a tar stream within these limits has: content, and for each entry its header, its padding and a
    /// long name.
    pub(crate) fn stream(&self) -> u64 {
        const OF_ENTRY: u64 = 4096;
        self.bytes.saturating_add(self.entries.saturating_mul(OF_ENTRY))
    }
}

impl Default for Limits {
    /// 16 GiB in two million entries: several times the largest source tree in use. Nothing ends it early.
    fn default() -> Self {
        Self { bytes: 16 << 30, entries: 2_000_000, cancel: Cancel::new() }
    }
}

/// Unpacks a tar archive, whose `name` says how it is compressed, into a directory that is made, or is empty. If all that it
/// holds lies in one directory, that directory's content is unpacked instead.
///
/// With `only`, paths below the single top directory, what is not one of them or below one is left out.
///
/// # Errors
/// When the name is not that of an archive that is read, when the archive is damaged or hostile, when it has nothing at a
/// path of `only`, or when the directory cannot be written. What was unpacked until then stays there.
pub fn archive(
    file: &Path,
    name: &str,
    only: &[String],
    into: &Path,
    limits: &Limits,
) -> Result<(), UnpackError> {
    let opened = File::open(file).map_err(|source| UnpackError::Open { path: file.to_owned(), source })?;
    stream(BufReader::new(opened), name, only, into, limits)
}

/// [`archive`], of what a reader gives.
fn stream(
    bytes: impl BufRead,
    name: &str,
    only: &[String],
    into: &Path,
    limits: &Limits,
) -> Result<(), UnpackError> {
    let compression =
        Compression::of_tar(name).ok_or_else(|| UnpackError::Format { name: name.to_owned() })?;
    empty_directory(into)?;
    let part = Part::new(only);
    let mut root = Root::open(into)?;
    let taken = |path: &[u8]| only.is_empty() || part.takes(path);
    let layer = Layer::new(name, &mut root, limits).filter(&taken);
    layer.unpack(compression.reader(bytes))?;
    part.check(name)?;
    strip(into).map_err(|source| UnpackError::Directory { path: into.to_owned(), source })
}

/// Makes a directory, or makes sure that it is empty.
fn empty_directory(path: &Path) -> Result<(), UnpackError> {
    let directory_error = |source| UnpackError::Directory { path: path.to_owned(), source };
    std::fs::create_dir_all(path).map_err(directory_error)?;
    match std::fs::read_dir(path).map_err(directory_error)?.next() {
        None => Ok(()),
        Some(_) => Err(UnpackError::NotEmpty { path: path.to_owned() }),
    }
}

/// If a tree is one directory and nothing else, moves that directory's content up.
fn strip(tree: &Path) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(tree)?;
    let (Some(first), None) = (entries.next().transpose()?, entries.next()) else { return Ok(()) };
    if !first.file_type()?.is_dir() {
        return Ok(());
    }
    // The directory may hold an entry of its own name, so it first takes one that nothing in it has.
    let mut aside = tree.join(".top");
    while first.path().join(aside.file_name().unwrap_or_default()).symlink_metadata().is_ok() {
        aside.as_mut_os_string().push("_");
    }
    std::fs::rename(first.path(), &aside)?;
    for entry in std::fs::read_dir(&aside)? {
        let entry = entry?;
        std::fs::rename(entry.path(), tree.join(entry.file_name()))?;
    }
    std::fs::remove_dir(&aside)
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
