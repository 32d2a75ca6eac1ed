//! The EFI system partition before it is mounted: no file has two names.

use std::path::Path;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use yoe_disk::fat::{Name, names};

use super::Disk;
use crate::error::UpdaterError;
use crate::machine::redundant;
use crate::retry::retry_while;

/// Takes away each name of a file that has two. Nothing is written when there is none.
///
/// # Errors
/// When another program keeps the partition, or the disk fails.
pub fn mend(device: &Path) -> Result<(), UpdaterError> {
    if twins(&Disk::open(device, false)?)?.is_empty() {
        return Ok(());
    }
    // A driver knows what it read, and would not see the change.
    let disk = alone(device)?;
    for name in twins(&disk)? {
        name.unlink().try_for_each(|write| disk.write(&write))?;
    }
    Ok(())
}

fn twins(disk: &Disk) -> Result<Vec<Name>, UpdaterError> {
    let all = names(disk).map_err(UpdaterError::file("read", disk.path()))?;
    let clusters: Vec<_> = all.iter().map(|name| (name.path.as_str(), name.cluster)).collect();
    Ok(redundant(&clusters).into_iter().map(|index| all[index].clone()).collect())
}

/// Opens a partition that is mounted nowhere.
fn alone(device: &Path) -> Result<Disk, UpdaterError> {
    // O_EXCL on a block device: nobody else holds it, a mounted file system included (open(2)).
    let flags = OFlags::RDWR | OFlags::EXCL | OFlags::CLOEXEC;
    match retry_while(Errno::BUSY, || open(device, flags, Mode::empty())) {
        Ok(file) => Ok(Disk::of(file.into(), device)),
        Err(Errno::BUSY) => Err(UpdaterError::Mounted(device.to_owned())),
        Err(errno) => Err(UpdaterError::file("opened", device)(errno.into())),
    }
}
