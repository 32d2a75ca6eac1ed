//! Keeping other updaters out.

use std::fs::File;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::error::UpdaterError;
use crate::retry::retry_while;

/// Whoever holds this is the only updater at work.
pub struct Lock(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    /// When another updater keeps it.
    pub fn take(path: &Path) -> Result<Self, UpdaterError> {
        let file = File::create(path).map_err(UpdaterError::file("opened", path))?;
        let lock = || flock(&file, FlockOperation::NonBlockingLockExclusive);
        match retry_while(Errno::WOULDBLOCK, lock) {
            Ok(()) => Ok(Self(file)),
            Err(Errno::WOULDBLOCK) => Err(UpdaterError::Busy),
            Err(errno) => Err(UpdaterError::file("locked", path)(errno.into())),
        }
    }
}
