//! What a disk is made of, in its manifest: what an update needs to know of it.

use std::io::{self, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use yoe_model::{Digest, RootSize};

use super::{DiskRequest, Measured, Verity, entry, kernel_file, manifest_file, root_file, verity};
use crate::ImageError;
use crate::manifest::{self, DiskManifest, DiskRecord, FileRecord, VerifiedRecord};

/// Writes the manifest of a finished disk into its directory: that of the root, with what the disk is made of.
///
/// # Errors
/// When a part cannot be read, or the manifest not be written.
pub fn write_manifest(
    request: &DiskRequest<'_>,
    measured: &Measured,
    directory: &Path,
) -> Result<(), ImageError> {
    let image = request.image;
    let disk = DiskRecord {
        root: file(directory, root_file(image))?,
        kernel: file(directory, kernel_file(image))?,
        entry: entry(image),
        verified: measured.root.verity.map(|verity| verified(request, measured, &verity)),
        workloads: request
            .manifest
            .workloads
            .iter()
            .map(|part| Ok((part.name.clone(), file(directory, part.file())?)))
            .collect::<Result<_, ImageError>>()?,
    };
    let manifest = DiskManifest { root: request.manifest.clone(), disk };
    manifest::write(&manifest, &directory.join(manifest_file(image)))
}

fn verified(request: &DiskRequest<'_>, measured: &Measured, verity: &Verity) -> VerifiedRecord {
    VerifiedRecord {
        root_hash: verity.root_hash,
        salt: verity.salt,
        data_blocks: verity.data_blocks,
        hash_blocks: measured.root.bytes / verity::BLOCK - verity.data_blocks,
        partuuid: verity.partition().to_string(),
        slot_bytes: match request.image.layout.root {
            RootSize::Fixed(size) => size.0,
            RootSize::Fit => measured.root.bytes,
        },
    }
}

fn file(directory: &Path, name: String) -> Result<FileRecord, ImageError> {
    let path = directory.join(&name);
    let (bytes, sha256) = digest(&path).map_err(ImageError::io("read", &path))?;
    Ok(FileRecord { file: name, bytes, sha256 })
}

/// The size and digest of a file of any size.
pub(crate) fn digest(path: &Path) -> io::Result<(u64, Digest)> {
    let mut file = yoe_tree::regular(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok((bytes, Digest::from_bytes(hash.finalize().into())));
        }
        bytes += count as u64;
        hash.update(&buffer[..count]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_several_buffers_has_the_digest_of_its_bytes() {
        let directory = tempfile::tempdir().unwrap();
        let content = vec![7; (1 << 19) + 5];
        std::fs::write(directory.path().join("root"), &content).unwrap();
        let record = file(directory.path(), "root".into()).unwrap();
        assert_eq!((record.bytes, record.sha256), (content.len() as u64, Digest::of(&content)));
    }
}
