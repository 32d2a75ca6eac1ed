//! One file that holds what one update needs.

use std::io::{self, Write};
use std::path::Path;

use yoe_bundle::{Published, Trust, archive, path};

use super::{Publication, UpdateError};

/// Writes a bundle; its size in bytes. Metadata comes first, so that a device that reads it over a network knows with the first
/// pieces whether it wants the rest. `roots` are all versions of the root metadata, `name` is what errors call the place.
///
/// # Errors
/// When something cannot be read or written.
pub fn write(
    to: &mut dyn Write,
    name: &Path,
    roots: &[Trust],
    published: &Published,
    publication: &dyn Publication,
) -> Result<u64, UpdateError> {
    let parts = publication.parts().into_iter();
    let parts = parts.map(|part| Ok((publication.path(&part), part.length, part.open()?)));
    let parts = parts.collect::<Result<Vec<_>, UpdateError>>()?;
    let mut to = Counted { to, bytes: 0 };
    let write = || {
        for root in roots {
            let bytes = root.bytes();
            archive::append(&mut to, &path::root(root.version()), bytes.len() as u64, &mut &bytes[..])?;
        }
        let newest = roots.last().map(|root| path::root(root.version()));
        for (path, bytes) in published.files.iter().rev().filter(|(path, _)| Some(path) != newest.as_ref()) {
            archive::append(&mut to, path, bytes.len() as u64, &mut &bytes[..])?;
        }
        for (path, length, mut from) in parts {
            archive::append(&mut to, &path, length, &mut from)?;
        }
        to.write_all(&archive::END)?;
        to.flush()
    };
    write().map_err(UpdateError::io("write", name))?;
    Ok(to.bytes)
}

/// Counts what is written.
struct Counted<'a> {
    to: &'a mut dyn Write,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
