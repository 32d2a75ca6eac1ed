//! Directories that programs keep their own caches in. What lies in them is not content of the store: nothing is named by its
//! digest, and no result depends on it.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::Store;
use crate::error::{At, Result};
use crate::layout::{entries, make_directory};
use crate::remove::remove_directory;
use crate::usage::touch;

impl Store {
    /// The directory of the cache with this name, which must be the name of a file; made when it is missing, and marked as
    /// used. Several processes may get the same one: the program that it belongs to must be able to share it.
    pub fn cache(&self, name: &str) -> Result<PathBuf> {
        let path = self.layout.caches().join(name);
        make_directory(&path)?;
        touch(&path)?;
        Ok(path)
    }

    /// Removes caches that were not asked for during `max_age`.
    pub(crate) fn discard_caches(&self, max_age: Duration) -> Result<()> {
        let session = self.session()?;
        for path in entries(&self.layout.caches())? {
            let used = path.metadata().and_then(|meta| meta.modified()).at("inspect", &path)?;
            if SystemTime::now().duration_since(used).unwrap_or_default() <= max_age {
                continue;
            }
            // Out of its place first: who asks for it from now on gets a new one.
            let trash = session.scratch()?;
            fs::rename(&path, trash.path().join("cache")).at("remove", &path)?;
            remove_directory(trash.path())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GcOptions;

    #[test]
    fn a_cache_stays_while_it_is_used() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("store")).unwrap();
        let (old, new) = (store.cache("old").unwrap(), store.cache("new").unwrap());
        fs::write(old.join("entry"), "x").unwrap();
        fs::write(new.join("entry"), "x").unwrap();
        let long_ago = SystemTime::now() - Duration::from_secs(1000);
        fs::File::open(&old).unwrap().set_modified(long_ago).unwrap();
        let week = GcOptions { max_age: Some(Duration::from_secs(500)), ..GcOptions::default() };
        store.gc(&GcOptions { dry_run: true, ..week.clone() }).unwrap();
        assert!(old.join("entry").exists(), "a dry run removes nothing");
        store.gc(&week).unwrap();
        assert!(!old.exists() && new.join("entry").exists());
        assert!(!store.cache("old").unwrap().join("entry").exists(), "a new one is empty");
    }
}
