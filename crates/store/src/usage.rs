//! Finding an object and marking it as used are one step, taken in the gate.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};
use rustix::io::Errno;
use yoe_model::Digest;

use crate::error::{At, Result, present};
use crate::layout::Layout;
use crate::{ActionResult, Kind, Object, Store};

impl Store {
    /// Where the object lies, if the store has it. From here on it is in use.
    pub(crate) fn find(&self, object: Object) -> Result<Option<PathBuf>> {
        let _gate = self.layout.enter()?;
        let found = self.layout.has(object)?;
        if found {
            self.mark(object)?;
        }
        Ok(found.then(|| self.layout.path(object)))
    }

    /// Marks as used what was found in the same gate.
    pub(crate) fn mark(&self, object: Object) -> Result<()> {
        self.list_in_sessions(object)?;
        touch(&self.layout.stamp(object))
    }
}

impl Layout {
    /// Whether there is such an object. What it holds is not looked at.
    pub(crate) fn has(&self, object: Object) -> Result<bool> {
        let path = self.path(object);
        let meta = present(path.symlink_metadata()).at("inspect", &path)?;
        Ok(meta.is_some_and(|meta| if object.kind == Kind::Tree { meta.is_dir() } else { meta.is_file() }))
    }

    /// Everything that a result names, or the first that is missing.
    pub(crate) fn contents_of(
        &self,
        result: &ActionResult,
    ) -> Result<std::result::Result<Vec<Object>, Digest>> {
        let tree = Object::new(Kind::Tree, &result.tree);
        if !self.has(tree)? {
            return Ok(Err(result.tree));
        }
        let mut contents = vec![tree];
        for digest in &result.references {
            match self.find_content(digest)? {
                Some(object) => contents.push(object),
                None => return Ok(Err(*digest)),
            }
        }
        Ok(Ok(contents))
    }

    /// The tree or the blob of this digest, where only the digest is known.
    fn find_content(&self, digest: &Digest) -> Result<Option<Object>> {
        for kind in [Kind::Tree, Kind::Blob] {
            let object = Object::new(kind, digest);
            if self.has(object)? {
                return Ok(Some(object));
            }
        }
        Ok(None)
    }

    /// Writes down how large a tree is; it counts as just used.
    pub(crate) fn note_size(&self, tree: Object, bytes: u64) -> Result<()> {
        let path = self.stamp(tree);
        fs::write(&path, format!("{bytes}\n")).at("write", &path)
    }

    /// When an object was last used; long ago where nothing says so.
    pub(crate) fn last_used(&self, object: Object) -> Result<SystemTime> {
        let path = self.stamp(object);
        let meta = present(path.symlink_metadata()).at("inspect", &path)?;
        Ok(meta.and_then(|meta| meta.modified().ok()).unwrap_or(SystemTime::UNIX_EPOCH))
    }
}

/// Sets a file's times to now; the file is made when it is missing.
pub(crate) fn touch(path: &Path) -> Result<()> {
    // UTIME_NOW is the time of the kernel's last tick: too coarse to tell what came before a collection from what came after.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now = Timespec { tv_sec: now.as_secs() as _, tv_nsec: now.subsec_nanos() as _ };
    let times = Timestamps { last_access: now, last_modification: now };
    match utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => File::create(path).map(|_| ()).at("create", path),
        result => result.at("set the time of", path),
    }
}

#[cfg(test)]
mod tests;
