//! The manifest: what an image holds, for people and for the steps that follow.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use yoe_model::Digest;

use crate::ImageError;

/// What an image holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this format: 1.
    pub format: u32,
    /// The image's name.
    pub image: String,
    /// The image's version.
    pub version: String,
    /// The architecture.
    pub arch: String,
    /// Seconds since 1970 that stand for "now" in it.
    pub epoch: u64,
    /// What the root tree amounts to.
    pub content: Content,
    /// Its packages, by name.
    pub packages: Vec<Package>,
    /// Names of its services, in order.
    pub services: Vec<String>,
    /// Its workloads that can be updated apart from the system, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<WorkloadPart>,
}

/// A workload that can be updated apart from the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadPart {
    /// What it is called on a device.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// What its images take when an engine has unpacked them, in bytes.
    pub unpacked: u64,
}

impl WorkloadPart {
    /// The name of the archive with its files, next to a root's.
    pub fn archive(&self) -> String {
        format!("workload-{}.tar", self.name)
    }

    /// The name of the file system with its files, next to a disk.
    pub fn file(&self) -> String {
        format!("workload-{}.erofs", self.name)
    }
}

/// What an image and its disk hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskManifest {
    /// What the image holds.
    #[serde(flatten)]
    pub root: Manifest,
    /// What its disk is made of.
    pub disk: DiskRecord,
}

/// What a disk is made of. The files are in the manifest's directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskRecord {
    /// The root file system, with its hash tree when it is verified.
    pub root: FileRecord,
    /// The unified kernel image.
    pub kernel: FileRecord,
    /// Where the EFI system partition holds the kernel image.
    pub entry: String,
    /// How the root is verified; absent in a layout without slots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<VerifiedRecord>,
    /// File systems of the workloads that can be updated apart from the system, by the workload's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub workloads: BTreeMap<String, FileRecord>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRecord {
    /// Its name.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// How dm-verity opens a root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedRecord {
    /// Stands for every bit of the root; it is on the kernel's command line.
    pub root_hash: Digest,
    /// Hashed before each block.
    pub salt: Digest,
    /// Blocks of 4096 bytes of the file system.
    pub data_blocks: u64,
    /// Blocks of 4096 bytes of the hash tree behind it.
    pub hash_blocks: u64,
    /// The UUID that the partition of a slot must have to be found.
    pub partuuid: String,
    /// Size of each slot of the disk, in bytes.
    pub slot_bytes: u64,
}

/// What a root tree amounts to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Number of regular files.
    pub files: u64,
    /// Number of directories.
    pub directories: u64,
    /// Number of symbolic links.
    pub links: u64,
    /// Sum of the sizes of the files, in bytes.
    pub bytes: u64,
    /// The same in blocks of 4096 bytes, each file rounded up.
    pub blocks: u64,
}

/// A package of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version with the release.
    pub version: String,
    /// The unit that it was made from.
    pub origin: String,
    /// An SPDX licence expression.
    pub license: String,
    /// Sum of the sizes of its files, in bytes.
    pub installed_size: u64,
    /// What the index calls it: `Q1` and the SHA-1 of its control part in base64.
    pub identity: String,
}

impl Content {
    /// The sum of both.
    pub fn with(self, other: Content) -> Self {
        Self {
            files: self.files.saturating_add(other.files),
            directories: self.directories.saturating_add(other.directories),
            links: self.links.saturating_add(other.links),
            bytes: self.bytes.saturating_add(other.bytes),
            blocks: self.blocks.saturating_add(other.blocks),
        }
    }

    /// What it takes in a file system with blocks of 4096 bytes, in bytes.
    pub fn on_disk(&self) -> u64 {
        // An inode of 256 bytes for each, and a block for each directory.
        (self.blocks + self.directories) * 4096 + (self.files + self.directories + self.links) * 256
    }
}

impl Manifest {
    /// Reads the `manifest.json` that [`crate::root::assemble`] wrote.
    ///
    /// # Errors
    /// When it cannot be read or is something else.
    pub fn open(path: &Path) -> Result<Self, ImageError> {
        read(path)
    }
}

impl DiskManifest {
    /// Reads the manifest that [`crate::disk::write_manifest`] wrote.
    ///
    /// # Errors
    /// When it cannot be read or is something else.
    pub fn open(path: &Path) -> Result<Self, ImageError> {
        read(path)
    }
}

fn read<M: DeserializeOwned>(path: &Path) -> Result<M, ImageError> {
    let text = yoe_tree::regular(path).and_then(std::io::read_to_string);
    let text = text.map_err(ImageError::io("read", path))?;
    serde_json::from_str(&text).map_err(|source| ImageError::Manifest { path: path.to_owned(), source })
}

/// Writes a manifest as JSON, with a line break at its end.
pub(crate) fn write(manifest: &impl Serialize, path: &Path) -> Result<(), ImageError> {
    let text = serde_json::to_string_pretty(manifest)
        .map_err(|source| ImageError::Manifest { path: path.to_owned(), source })?;
    std::fs::write(path, text + "\n").map_err(ImageError::io("write", path))
}
