//! Finding an object and marking it as used are one step, taken in the gate.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};
use rustix::io::Errno;

use crate::error::{At, Result, present};
use crate::layout::Layout;
use crate::{Kind, Object, Store};

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
