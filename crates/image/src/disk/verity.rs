//! dm-verity: a tree of hashes behind the root file system, by which the kernel checks every block when it reads it
//! (Documentation/admin-guide/device-mapper/verity.rst).

use std::io::Read as _;
use std::path::Path;

use yoe_disk::Uuid;
use yoe_model::{Digest, Fingerprint, Image};

use super::{DiskRequest, quote, root_file};
use crate::ImageError;

/// What [`script`] leaves next to the root: the number of data blocks and the root hash, apart by a space.
pub(super) const FILE: &str = "root.verity";
/// Bytes of a block of data and of hashes: the largest that every processor's page can hold.
pub(crate) const BLOCK: u64 = 4096;
/// More than that file has, in bytes.
const LONGEST: u64 = 4096;
const SECTORS_OF_BLOCK: u64 = BLOCK / 512;

/// What the kernel needs to open a verified root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verity {
    /// Stands for every bit of the root.
    pub root_hash: Digest,
    /// Hashed before each block.
    pub salt: Digest,
    /// Blocks of the root file system; the hash tree begins behind them.
    pub data_blocks: u64,
}

impl Verity {
    /// Reads what the run of [`super::root_fs`] left in its output directory.
    pub(super) fn in_directory(directory: &Path, image: &Image) -> Result<Self, ImageError> {
        let path = directory.join(FILE);
        let text = yoe_tree::regular(&path).and_then(|file| std::io::read_to_string(file.take(LONGEST)));
        let text = text.map_err(ImageError::io("read", &path))?;
        let parsed = text.trim_end().split_once(' ').and_then(|(blocks, hash)| {
            Some(Self { root_hash: hash.parse().ok()?, salt: salt(image), data_blocks: blocks.parse().ok()? })
        });
        parsed.ok_or(ImageError::Verity { path, text })
    }

    /// The partition's UUID: the first half of the root hash. So a command line that names the hash names the partition,
    /// in whichever slot it lies.
    pub fn partition(&self) -> Uuid {
        Uuid::of_root_hash(self.root_hash.as_bytes())
    }

    /// The kernel's `dm-mod.create=`. Without `dm-mod.waitfor`: a partition that never comes must end in a panic, and not in
    /// waiting, so that boot counting can act. A block that does not match ends in a panic too, for the same reason.
    pub(super) fn create(&self) -> String {
        let Self { root_hash, salt, data_blocks: blocks } = self;
        let (sectors, partition) = (blocks * SECTORS_OF_BLOCK, self.partition());
        format!(
            "dm-mod.create=\"yoe-root,,,ro,0 {sectors} verity 1 PARTUUID={partition} PARTUUID={partition} {BLOCK} {BLOCK} {blocks} {blocks} sha256 {root_hash} {salt} 1 panic_on_corruption\""
        )
    }
}

/// The same for every version of an image: a delta between two versions then holds only those hashes whose blocks differ.
/// Two versions have different hashes all the same, since each holds its own os-release and file system UUID.
fn salt(image: &Image) -> Digest {
    Fingerprint::new("verity salt").add(&image.name).finish()
}

/// Appends the tree to the root file system. There is no superblock: all that it would say is on the command line, which
/// can be signed.
pub(super) fn script(request: &DiskRequest<'_>) -> String {
    let root = quote(&format!("/build/dest/{}", root_file(request.image)));
    format!(
        "# Its hash tree behind it; the root hash stands for every bit.\n\
         blocks=$(($(stat -c %s {root}) / {BLOCK}))\n\
         hash=$(mktemp -u)\n\
         veritysetup format --no-superblock --format=1 --hash=sha256 --salt={} \\\n    \
         --data-block-size={BLOCK} --hash-block-size={BLOCK} --data-blocks=\"$blocks\" \\\n    \
         --hash-offset=\"$((blocks * {BLOCK}))\" --root-hash-file=\"$hash\" {root} {root} >/dev/null\n\
         echo \"$blocks $(cat \"$hash\")\" >/build/dest/{FILE}\n\
         rm \"$hash\"\n",
        salt(request.image)
    )
}

#[cfg(test)]
mod tests;
