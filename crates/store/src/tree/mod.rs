//! Trees: reading a directory into a list of entries, and the digest of that list.

mod compare;
mod copy;
mod hash;
mod normalise;
mod private;
#[cfg(test)]
mod tests;
mod walk;

use std::path::Path;

use yoe_model::{Digest, Fingerprint};

use crate::error::Result;
use walk::{Modes, Tree};

pub use compare::{Differs, TreeDifference, tree_differences};
pub use copy::copy_tree;
pub(crate) use hash::FileHasher;

/// The time of everything in a stored tree: 1980-01-01 00:00:00 UTC, in seconds since 1970; the first that every
/// archive format can say (ZIP's count begins there).
pub const MTIME: i64 = 315_532_800;

/// The digest of a directory, hashing its files on all cores.
///
/// It covers the directory itself and everything in it, sorted by the bytes of its path relative to the directory: path,
/// kind, permission bits (0o7777; a symbolic link has none), a link's target, a file's SHA-256. It does not cover
/// owners, times and extended attributes. Hard links count as separate files. Symbolic links are not followed.
///
/// # Errors
///
/// [`StoreError::SpecialFile`](crate::StoreError::SpecialFile) for sockets, named pipes and devices.
pub fn tree_digest(dir: &Path) -> Result<Digest> {
    let tree = Tree::read(dir, Modes::Keep)?;
    let digests = hash::files(&tree, &|_, _, _| Ok(()))?;
    Ok(digest(&tree, &digests))
}

/// A tree that was made ready to be stored.
pub(crate) struct Prepared {
    pub(crate) digest: Digest,
    /// The bytes of its files.
    pub(crate) size: u64,
}

/// Makes a directory fit for the store, and gives its digest: see [`crate::Store::import_tree`]. Each file is opened and
/// read once.
pub(crate) fn prepare(dir: &Path) -> Result<Prepared> {
    let tree = Tree::read(dir, Modes::MakeReadable)?;
    private::detach(&tree)?;
    let digests = hash::files(&tree, &normalise::opened)?;
    normalise::links_and_directories(&tree)?;
    Ok(Prepared { digest: digest(&tree, &digests), size: tree.size() })
}

/// The bytes of a tree's files.
pub(crate) fn tree_size(dir: &Path) -> Result<u64> {
    Ok(Tree::read(dir, Modes::Keep)?.size())
}

/// `files` holds, for each entry, the digest of its bytes if it is a file.
fn digest(tree: &Tree, files: &[Option<Digest>]) -> Digest {
    let mut all = Fingerprint::new("yoe tree 1");
    for (entry, file) in tree.entries.iter().zip(files) {
        all = all.add(entry.path_bytes()).add(&entry.mode);
        all = all.add(entry.node.name()).add(entry.node.target()).add(file);
    }
    all.finish()
}
