//! What only saves time: beginnings of downloads, and caches of programs.

use std::fs;
use std::path::Path;

use super::discard::discard;
use crate::error::{At, Result};
use crate::layout::entries;
use crate::remove::remove_directory;
use crate::{Kind, Store};

/// Something that can go without a result being lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// What it is, as a person says it: `cache of ccache-1234`.
    pub what: String,
    /// Bytes of its files.
    pub bytes: u64,
}

impl Store {
    /// Removes the beginnings of downloads that nobody fetches now, and the caches of programs; with `dry_run` only says what
    /// would be removed. What is removed is fetched or computed again when it is needed.
    pub fn clean(&self, dry_run: bool) -> Result<Vec<Leftover>> {
        let mut gone = Vec::new();
        let session = self.session()?;
        for object in self.layout.list(Kind::Partial)?.0 {
            let bytes = super::inventory::bytes(&self.layout, object)?;
            let removed = dry_run || {
                let trash = session.scratch()?;
                let gate = self.layout.enter_alone()?;
                let used = super::sweep::in_use(&self.layout, &gate)?.contains(&object);
                !used && discard(&self.layout, object, trash.path(), &gate)?
            };
            if removed {
                gone.push(Leftover { what: format!("beginning of the download {}", object.digest), bytes });
            }
        }
        let mut caches = entries(&self.layout.caches())?;
        caches.sort();
        for path in caches {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = bytes(&path)?;
            if !dry_run {
                // Out of its place first: who asks for it from now on gets a new one.
                let trash = session.scratch()?;
                fs::rename(&path, trash.path().join("cache")).at("remove", &path)?;
                remove_directory(trash.path())?;
            }
            gone.push(Leftover { what: format!("cache {name}"), bytes });
        }
        Ok(gone)
    }
}

fn bytes(path: &Path) -> Result<u64> {
    let mut total = 0;
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        let meta = fs::symlink_metadata(&path).at("inspect", &path)?;
        match meta.is_dir() {
            true => open.extend(entries(&path)?),
            false => total += meta.len(),
        }
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use yoe_model::Digest;

    use super::*;

    #[test]
    fn what_only_saves_time_goes_and_results_stay() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("store")).unwrap();
        fs::write(store.cache("compiler").unwrap().join("entry"), "12345").unwrap();
        fs::write(store.partial(&Digest::of(b"whole")).unwrap(), "123").unwrap();
        let session = store.session().unwrap();
        let scratch = session.scratch().unwrap();
        fs::write(scratch.path().join("file"), "x").unwrap();
        let tree = store.import_tree(scratch.path()).unwrap();
        drop((scratch, session));
        let planned = store.clean(true).unwrap();
        assert_eq!(planned.iter().map(|one| one.bytes).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(store.clean(false).unwrap(), planned);
        assert_eq!(store.clean(true).unwrap(), []);
        assert!(store.tree(&tree).unwrap().is_some());
    }

    #[test]
    fn a_download_that_goes_on_stays() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("store")).unwrap();
        let digest = Digest::of(b"whole");
        fs::write(store.partial(&digest).unwrap(), "123").unwrap();
        let _lock = store.lock_blob(&digest).unwrap();
        assert_eq!(store.clean(false).unwrap(), []);
    }
}
