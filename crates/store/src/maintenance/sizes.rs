//! How much room a store takes.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use yoe_model::Digest;

use crate::error::{At, Result, present};
use crate::layout::entries;
use crate::{Kind, Object, Store};

/// What one directory of a store takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartSize {
    /// Its name below the store's root.
    pub name: String,
    /// How many entries it has; with directories in between, those of theirs.
    pub objects: u64,
    /// Bytes on the disk, as du(1) counts them: whole blocks, a file with several names once.
    pub bytes: u64,
}

impl Store {
    /// What each of its directories takes, by name. Files that go meanwhile are not counted.
    pub fn sizes(&self) -> Result<Vec<PartSize>> {
        let mut seen = HashSet::new();
        let mut parts = Vec::new();
        for path in sorted(self.root())? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let kind = Kind::ALL.into_iter().find(|kind| kind.directory() == name);
            let objects = match kind {
                Some(kind) => self.layout.list(kind)?.0.len() as u64,
                None => 0,
            };
            parts.push(PartSize { name, objects, bytes: on_disk(&path, &mut seen)? });
        }
        Ok(parts)
    }

    /// Bytes of the files of a tree, as they were counted when it was stored; absent when it is not there. It does not count as
    /// used.
    pub fn tree_bytes(&self, digest: &Digest) -> Result<Option<u64>> {
        let object = Object::new(Kind::Tree, digest);
        if !self.layout.has(object)? {
            return Ok(None);
        }
        super::inventory::bytes(&self.layout, object).map(Some)
    }
}

fn sorted(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = entries(directory)?;
    paths.sort();
    Ok(paths)
}

/// Bytes of blocks of everything at and below a path. Links are not followed.
fn on_disk(path: &Path, seen: &mut HashSet<(u64, u64)>) -> Result<u64> {
    let mut total = 0;
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        let Some(meta) = present(fs::symlink_metadata(&path)).at("inspect", &path)? else { continue };
        if meta.is_dir() || meta.nlink() == 1 || seen.insert((meta.dev(), meta.ino())) {
            total += meta.blocks() * 512;
        }
        if meta.is_dir() {
            open.extend(entries(&path)?);
        }
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// By a program that knows nothing of this one.
    fn du(path: &Path) -> u64 {
        let output = Command::new("du").args(["-s", "-B1"]).arg(path).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_whitespace().next().unwrap().parse().unwrap()
    }

    #[test]
    fn the_parts_amount_to_what_du_says() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("store")).unwrap();
        let session = store.session().unwrap();
        for round in 0..20u32 {
            let scratch = session.scratch().unwrap();
            fs::create_dir_all(scratch.path().join("deep/er")).unwrap();
            fs::write(scratch.path().join("deep/er/file"), vec![b'x'; 5000 * round as usize]).unwrap();
            fs::hard_link(scratch.path().join("deep/er/file"), scratch.path().join("again")).unwrap();
            store.import_tree(scratch.path()).unwrap();
        }
        let parts = store.sizes().unwrap();
        let trees = parts.iter().find(|part| part.name == "trees").unwrap();
        assert_eq!(trees.objects, 20);
        let sum: u64 = parts.iter().map(|part| part.bytes).sum();
        let (du, root) = (du(store.root()), fs::metadata(store.root()).unwrap().blocks() * 512);
        assert_eq!(sum + root, du);
    }
}
