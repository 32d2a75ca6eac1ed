//! What is known of an image that is compared.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use yoe_model::Digest;
use yoe_package::{ArchiveReader, Kind};

use crate::{ImageError, Manifest};

/// What an image holds, as far as it is known: of one that is not built there are neither sizes nor files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Its name.
    pub image: String,
    /// Its version.
    pub version: String,
    /// Its packages, by name.
    pub packages: BTreeMap<String, PackageEntry>,
    /// Names of its services.
    pub services: Vec<String>,
    /// Bytes of the files of its root.
    pub installed: Option<u64>,
    /// Values of its kernel's options, such as `CONFIG_MODULES`. What is not set is not in it.
    pub kernel: Option<BTreeMap<String, String>>,
    /// Its files, by path.
    pub files: Option<BTreeMap<String, FileEntry>>,
}

/// A package of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackageEntry {
    /// Its version with the release.
    pub version: String,
    /// Bytes of its files, when it is built.
    pub bytes: Option<u64>,
}

/// A file, directory or link of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEntry {
    /// `file`, `directory`, `link`.
    pub kind: &'static str,
    /// Permission bits, in octal.
    pub mode: String,
    /// User and group.
    pub owner: [u32; 2],
    /// Bytes of its content.
    pub bytes: u64,
    /// The digest of a file's content, or where a link leads.
    pub content: Option<String>,
}

impl From<&Manifest> for Contents {
    fn from(manifest: &Manifest) -> Self {
        let entry = |package: &crate::Package| {
            let (version, bytes) = (package.version.clone(), Some(package.installed_size));
            (package.name.clone(), PackageEntry { version, bytes })
        };
        Self {
            image: manifest.image.clone(),
            version: manifest.version.clone(),
            packages: manifest.packages.iter().map(entry).collect(),
            services: manifest.services.clone(),
            installed: Some(manifest.content.bytes),
            kernel: None,
            files: None,
        }
    }
}

/// The files of a root: those in its `root.tar`.
///
/// # Errors
/// When it cannot be read.
pub fn files(root: &Path) -> Result<BTreeMap<String, FileEntry>, ImageError> {
    let file = File::open(root).map_err(ImageError::io("read", root))?;
    let mut archive = ArchiveReader::new(BufReader::new(file));
    let mut files = BTreeMap::new();
    let wrong = |error: yoe_package::ArchiveError| ImageError::io("read", root)(std::io::Error::other(error));
    while let Some(entry) = archive.next_entry().map_err(wrong)? {
        let (kind, content) = match &entry.kind {
            Kind::File => ("file", Some(digest(&mut archive).map_err(ImageError::io("read", root))?)),
            Kind::Directory => ("directory", None),
            Kind::Symlink(target) => ("link", Some(target.clone())),
            Kind::HardLink(target) => ("hard link", Some(target.clone())),
        };
        let mode = format!("{:04o}", entry.mode);
        let owner = [entry.uid, entry.gid];
        files.insert(format!("/{}", entry.path), FileEntry { kind, mode, owner, bytes: entry.size, content });
    }
    Ok(files)
}

fn digest(content: &mut impl Read) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(Digest::from_bytes(hash.finalize().into()).to_string()),
            count => hash.update(&buffer[..count]),
        }
    }
}
