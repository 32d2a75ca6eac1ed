//! A package's files, as the device takes them.

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::Path;

use yoe_package::{ArchiveWriter, Kind, PackageError, PublicKey, Reader};

/// Directories whose files can be replaced on a device that runs.
const REPLACED: [&str; 2] = ["usr/", "etc/"];

/// The files.
pub struct Archive {
    /// As tar(1) reads them, from the beginning.
    pub file: File,
    /// How many there are: files and links.
    pub count: usize,
}

/// Why a package cannot be put onto a device that runs.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The package.
    #[error("the package cannot be read")]
    Package(#[from] PackageError),
    /// The archive.
    #[error("its files cannot be written down for the device")]
    Write(#[from] io::Error),
    /// A file where no overlay is.
    #[error("it holds /{0}, and only files below /usr and /etc can be replaced on a device that runs")]
    Elsewhere(String),
}

/// The files of a package that one of these keys signed.
///
/// # Errors
/// [`ArchiveError`].
pub fn archive(package: &Path, keys: &[PublicKey]) -> Result<Archive, ArchiveError> {
    let mut writer = ArchiveWriter::new(tempfile::tempfile()?);
    let mut count = 0;
    Reader::open(package, keys)?.read(|entry, content| -> Result<(), ArchiveError> {
        let below = REPLACED.iter().any(|directory| entry.path.starts_with(directory));
        // The skeleton of a root, and the links in it, are the same in every version.
        let skeleton = entry.kind == Kind::Directory || !entry.path.contains('/');
        match (below, skeleton) {
            (true, _) => {
                writer.append(entry, content)?;
                count += usize::from(entry.kind != Kind::Directory);
                Ok(())
            }
            (false, true) => Ok(()),
            (false, false) => Err(ArchiveError::Elsewhere(entry.path.clone())),
        }
    })?;
    let mut file = writer.finish()?;
    file.rewind()?;
    Ok(Archive { file, count })
}
