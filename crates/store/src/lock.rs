//! Locks between processes and between threads: `flock(2)` on a file opened anew by each holder.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::{At, Result, StoreError};

/// An exclusive lock; dropping it releases it. A killed holder's lock is free at once.
#[derive(Debug)]
#[must_use = "a lock is held for as long as this value lives"]
pub struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Waits until no other thread or process holds the lock at `path`.
    pub(crate) fn exclusive(path: &Path) -> Result<Self> {
        loop {
            let file = open(path)?;
            lock(&file, File::lock).at("lock", path)?;
            if still_named(&file, path)? {
                return Ok(Self { path: path.to_owned(), _file: file });
            }
        }
    }

    /// The lock at `path`, or `None` when someone else holds it.
    pub(crate) fn try_exclusive(path: &Path) -> Result<Option<Self>> {
        loop {
            let file = open(path)?;
            if !try_lock(&file, path)? {
                return Ok(None);
            }
            if still_named(&file, path)? {
                return Ok(Some(Self { path: path.to_owned(), _file: file }));
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Before the file is closed, so while the lock is held: whoever waits for this file sees that it lost its
        // name, and starts again. A file that cannot be removed is only untidy.
        let _ = fs::remove_file(&self.path);
    }
}

/// The store's gate. Who looks something up, or puts something in, passes it together with others; who takes something
/// out has it alone. It is held for a few system calls, never while the bytes of trees and blobs are read or written.
#[derive(Debug)]
#[must_use = "the gate is held for as long as this value lives"]
pub(crate) struct Gate {
    _file: File,
}

impl Gate {
    pub(crate) fn shared(path: &Path) -> Result<Self> {
        let file = open(path)?;
        lock(&file, File::lock_shared).at("lock", path)?;
        Ok(Self { _file: file })
    }

    pub(crate) fn alone(path: &Path) -> Result<Self> {
        let file = open(path)?;
        lock(&file, File::lock).at("lock", path)?;
        Ok(Self { _file: file })
    }
}

/// Locks an open file if nobody holds it.
pub(crate) fn try_lock(file: &File, path: &Path) -> Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => {
            Err(StoreError::Io { doing: "lock", path: path.to_owned(), source })
        }
    }
}

/// Locks, again when a signal came in between.
pub(crate) fn lock(file: &File, how: fn(&File) -> io::Result<()>) -> io::Result<()> {
    loop {
        match how(file) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn open(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(path).at("open the lock", path)
}

/// Whether the file was not removed by a holder before us.
fn still_named(file: &File, path: &Path) -> Result<bool> {
    Ok(file.metadata().at("inspect", path)?.nlink() > 0)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn one_holder_at_a_time_though_the_file_comes_and_goes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let inside = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _lock = Lock::exclusive(&path).unwrap();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(!path.exists(), "the last holder removes the file");
    }

    #[test]
    fn a_held_lock_is_not_given_to_a_second() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let first = Lock::exclusive(&path).unwrap();
        assert!(Lock::try_exclusive(&path).unwrap().is_none());
        drop(first);
        assert!(Lock::try_exclusive(&path).unwrap().is_some());
    }
}
