//! Some files of a tar archive, read into memory.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use super::compression::Compression;
use super::entries::{self, Item, Kind};
use super::error::UnpackError;
use super::root::Name;

/// What lies at a path of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// A file, by its bytes.
    File(Vec<u8>),
    /// A link of either kind, which is not followed.
    Link,
}

/// The files and links of an archive below a directory, by their path below it. `name` says how the archive is compressed.
///
/// # Errors
/// When the archive is damaged, or when the files have more than `limit` bytes together.
pub(crate) fn files_below(
    archive: impl BufRead,
    name: &str,
    directory: &str,
    limit: u64,
) -> Result<BTreeMap<String, Found>, UnpackError> {
    let compression =
        Compression::of_tar(name).ok_or_else(|| UnpackError::Format { name: name.to_owned() })?;
    let damaged = |source| UnpackError::Damaged { archive: name.to_owned(), source };
    let mut all = BTreeMap::new();
    let mut left = limit;
    entries::each(compression.reader(archive), damaged, |item| {
        let (entry, content) = match item {
            Item::Entry(entry, content) => (entry, content),
            Item::Refused(entry, problem) => {
                let entry = String::from_utf8_lossy(&entry).into_owned();
                return Err(UnpackError::Entry { archive: name.to_owned(), entry, problem });
            }
        };
        let Some(path) = below(&entry.name, directory) else { return Ok(()) };
        let found = match entry.kind {
            Kind::File => {
                left = left.checked_sub(entry.size).ok_or_else(|| UnpackError::TooLarge {
                    archive: name.to_owned(),
                    limit: format!("{limit} bytes in {directory}"),
                })?;
                let mut bytes = Vec::new();
                content.take(entry.size).read_to_end(&mut bytes).map_err(damaged)?;
                Found::File(bytes)
            }
            Kind::Symlink(_) | Kind::HardLink(_) => Found::Link,
            Kind::Directory | Kind::Other(_) => return Ok(()),
        };
        all.insert(path, found);
        Ok(())
    })?;
    Ok(all)
}

/// An entry's path below a directory; `None` when it lies elsewhere, or is not text.
fn below(name: &[u8], directory: &str) -> Option<String> {
    let name = Name::new(name).ok()?;
    let rest = std::str::from_utf8(name.as_bytes()).ok()?.strip_prefix(directory)?.strip_prefix('/')?;
    Some(rest.to_owned())
}
