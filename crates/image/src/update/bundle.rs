//! One file that holds what one update needs.

use std::io::{BufWriter, Write as _};
use std::path::Path;

use yoe_bundle::{Published, Trust, archive, path};

use super::{Release, UpdateError};

/// Writes a bundle, whole or not at all; its size in bytes. Metadata comes first, so that a device that reads it over a
/// network knows with the first pieces whether it wants the rest. `roots` are all versions of the root metadata.
///
/// # Errors
/// When something cannot be read or written.
pub fn write(
    to: &Path,
    roots: &[Trust],
    published: &Published,
    release: &Release,
) -> Result<u64, UpdateError> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parts = release.parts()?;
    let write = || {
        let new = tempfile::NamedTempFile::new_in(folder)?;
        let mut file = BufWriter::new(new.as_file());
        for root in roots {
            let bytes = root.bytes();
            archive::append(&mut file, &path::root(root.version()), bytes.len() as u64, &mut &bytes[..])?;
        }
        let newest = roots.last().map(|root| path::root(root.version()));
        for (path, bytes) in published.files.iter().rev().filter(|(path, _)| Some(path) != newest.as_ref()) {
            archive::append(&mut file, path, bytes.len() as u64, &mut &bytes[..])?;
        }
        for (path, length, mut from) in parts {
            archive::append(&mut file, &path, length, &mut from)?;
        }
        file.write_all(&archive::END)?;
        file.flush()?;
        drop(file);
        let size = new.as_file().metadata()?.len();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        new.as_file().set_permissions(mode)?;
        new.as_file().sync_all()?;
        new.persist(to).map_err(|error| error.error)?;
        Ok(size)
    };
    write().map_err(UpdateError::io("write", to))
}
