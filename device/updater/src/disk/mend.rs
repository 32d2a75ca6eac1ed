//! The EFI system partition before it is mounted: no file has two names.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use yoe_disk::fat::{Name, names};

use super::Disk;
use crate::machine::superfluous;
use crate::problem::Problem;

/// How long others may keep the partition mounted: for a look at it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes away each name of a file that has two. Nothing is written when there is none.
///
/// # Errors
/// When another program keeps the partition, or the disk fails.
pub fn mend(device: &Path) -> Result<(), Problem> {
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

fn twins(disk: &Disk) -> Result<Vec<Name>, Problem> {
    let mut all = names(disk).map_err(Problem::file("read", disk.path()))?;
    let gone: Vec<String> = superfluous(all.iter().map(|name| (name.path.as_str(), name.cluster)))
        .into_iter()
        .map(str::to_owned)
        .collect();
    all.retain(|name| gone.contains(&name.path));
    Ok(all)
}

/// Opens a partition that is mounted nowhere.
fn alone(device: &Path) -> Result<Disk, Problem> {
    let start = Instant::now();
    loop {
        // O_EXCL on a block device: nobody else holds it, a mounted file system included (open(2)).
        match rustix::fs::open(device, OFlags::RDWR | OFlags::EXCL | OFlags::CLOEXEC, Mode::empty()) {
            Ok(file) => return Ok(Disk::of(file.into(), device)),
            Err(Errno::BUSY) if start.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(100)),
            Err(Errno::BUSY) => return Err(Problem::Mounted(device.to_owned())),
            Err(errno) => return Err(Problem::file("opened", device)(errno.into())),
        }
    }
}
