//! Which containers there are: the directories of the runtime, by namespace. The kernel says when they change.

use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::inotify;

use crate::error::SupervisorError;
use crate::state::{Key, names};

/// Tells one directory from a later one of the same name.
pub type Identity = (u64, Option<SystemTime>);

/// The runtime's directories.
#[derive(Debug)]
pub struct Watch {
    changes: OwnedFd,
    directory: PathBuf,
}

impl Watch {
    /// Watches the directory, which is made as the runtime would make it.
    ///
    /// # Errors
    /// When it cannot be made or watched.
    pub fn new(directory: &Path) -> Result<Self, SupervisorError> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o711).create(directory);
        made.map_err(SupervisorError::file("made", directory))?;
        let flags = inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK;
        let changes = inotify::init(flags)
            .map_err(|error| SupervisorError::System("directories cannot be watched", error.into()))?;
        let watch = Self { changes, directory: directory.to_owned() };
        watch.add(directory)?;
        Ok(watch)
    }

    /// The runtime's directory for a namespace.
    pub fn root(&self, namespace: &str) -> PathBuf {
        self.directory.join(namespace)
    }

    /// Reads away what changed until now: the next thing to do is to look.
    pub fn drain(&self) {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.changes, &mut buffer);
        while reader.next().is_ok() {}
    }

    /// The containers that there are. What appears from now on ends a wait.
    ///
    /// # Errors
    /// When a directory cannot be read.
    pub fn look(&self) -> Result<Vec<(Key, Identity)>, SupervisorError> {
        let mut found = Vec::new();
        for namespace in names(&self.directory)? {
            let root = self.root(&namespace);
            // Watched first: what comes while it is read ends the next wait.
            if !root.is_dir() || self.add(&root).is_err() {
                continue;
            }
            for id in names(&root)? {
                let Ok(metadata) = fs::symlink_metadata(root.join(&id)) else { continue };
                if metadata.is_dir() {
                    let identity = (metadata.ino(), metadata.created().ok());
                    found.push((Key { namespace: namespace.clone(), id }, identity));
                }
            }
        }
        Ok(found)
    }

    /// Watches a directory; again, if it is watched.
    fn add(&self, directory: &Path) -> Result<(), SupervisorError> {
        use inotify::WatchFlags as Flags;
        let flags = Flags::CREATE | Flags::DELETE | Flags::MOVE | Flags::ONLYDIR;
        inotify::add_watch(&self.changes, directory, flags)
            .map(drop)
            .map_err(|error| SupervisorError::file("watched", directory)(error.into()))
    }
}

impl AsFd for Watch {
    /// Readable once something changed.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.changes.as_fd()
    }
}
