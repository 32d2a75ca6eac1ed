//! A stored tree shares no file with anything outside it.

use std::collections::HashMap;
use std::fs::{self, File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::walk::{Entry, Inode, Tree};
use crate::error::{At, Result};

/// Replaces files that also have a name outside the tree by copies: storing would change the other name's time, and
/// writing through the other name would damage the stored tree. Hard links within the tree stay.
pub(crate) fn detach(tree: &Tree) -> Result<()> {
    let mut inside: HashMap<(u64, u64), u64> = HashMap::new();
    for inode in linked(tree).map(|(_, inode)| inode) {
        *inside.entry(inode.id).or_default() += 1;
    }
    for (entry, _) in linked(tree).filter(|(_, inode)| inside.get(&inode.id) != Some(&inode.names)) {
        copy(tree, entry)?;
    }
    Ok(())
}

/// The files that have several names.
fn linked(tree: &Tree) -> impl Iterator<Item = (&Entry, &Inode)> {
    let with_inode = tree.entries.iter().filter_map(|entry| Some((entry, entry.node.inode()?)));
    with_inode.filter(|(_, inode)| inode.names > 1)
}

fn copy(tree: &Tree, entry: &Entry) -> Result<()> {
    let path = tree.whole(&entry.path);
    let mut from = tree.open(entry)?;
    let (mut to, new) = create_beside(&path)?;
    std::io::copy(&mut from, &mut to).at("copy", &path)?;
    // After writing, which takes setuid away.
    to.set_permissions(Permissions::from_mode(entry.mode)).at("set the mode of", &new)?;
    fs::rename(&new, &path).at("replace", &path)
}

/// A new file in the same directory, under a name that no other entry has.
fn create_beside(path: &Path) -> Result<(File, PathBuf)> {
    let mut number = 0_u64;
    loop {
        let new = path.with_file_name(format!(".copy-{number}"));
        match File::create_new(&new) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            result => return Ok((result.at("create", &new)?, new)),
        }
    }
}
