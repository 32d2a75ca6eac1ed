//! A copy of a tree whose directories list their entries in another order.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use rustix::fs::futimens;

use super::normalise::{TIMES, links_and_directories};
use super::walk::{Entry, Modes, Node, Tree};
use crate::error::{At, Result};

/// Copies a tree of the store to `to`, which is made: the same names, permissions and times. In each directory the last name is
/// made first. A file system that lists entries in the order of their making (tmpfs: the newest first) then lists them
/// otherwise than one that sorts them by a hash (ext4).
///
/// # Errors
///
/// When the tree cannot be read, or the copy cannot be written; what was copied stays there.
pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    let tree = Tree::read(from, Modes::Keep)?;
    let mut directories: BTreeMap<&Path, Vec<&Entry>> = BTreeMap::new();
    for entry in tree.entries.iter().skip(1) {
        directories.entry(entry.path.parent().unwrap_or(Path::new(""))).or_default().push(entry);
    }
    make_directory(to).at("create", to)?;
    for entry in directories.values().flat_map(|entries| entries.iter().rev()) {
        let path = to.join(&entry.path);
        copy(&tree, entry, &path)?;
    }
    let copied = Tree::read(to, Modes::Keep)?;
    links_and_directories(&copied)?;
    // Permissions of directories last: one may forbid to write into it.
    for entry in tree.entries.iter().rev().filter(|entry| matches!(entry.node, Node::Directory)) {
        let path = copied.whole(&entry.path);
        fs::set_permissions(&path, Permissions::from_mode(entry.mode)).at("set the mode of", &path)?;
    }
    Ok(())
}

fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

fn copy(tree: &Tree, entry: &Entry, path: &Path) -> Result<()> {
    let written = match &entry.node {
        Node::Directory => make_directory(path),
        Node::Link { target } => symlink(std::ffi::OsStr::from_bytes(target), path),
        Node::File(_) => {
            let mut source = tree.open(entry)?;
            File::create_new(path).and_then(|mut file| {
                io::copy(&mut source, &mut file)?;
                file.set_permissions(Permissions::from_mode(entry.mode))?;
                Ok(futimens(&file, &TIMES)?)
            })
        }
    };
    written.at("write", path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;
    use crate::{MTIME, tree_digest};

    #[test]
    fn a_copy_is_the_same_tree() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |path: &str| from.path().join(path);
        fs::create_dir_all(at("sub/locked")).unwrap();
        fs::write(at("sub/locked/file"), "x").unwrap();
        fs::write(at("sub.txt"), "y").unwrap();
        symlink("nowhere", at("link")).unwrap();
        fs::set_permissions(at("sub.txt"), Permissions::from_mode(0o751)).unwrap();
        fs::set_permissions(at("sub/locked"), Permissions::from_mode(0o555)).unwrap();
        let copy = to.path().join("copy");
        copy_tree(from.path(), &copy).unwrap();
        fs::set_permissions(&copy, from.path().metadata().unwrap().permissions()).unwrap();
        assert_eq!(tree_digest(&copy).unwrap(), tree_digest(from.path()).unwrap());
        let times =
            ["sub", "sub/locked/file", "sub.txt"].map(|path| copy.join(path).metadata().unwrap().mtime());
        assert_eq!(times, [MTIME; 3]);
    }
}
