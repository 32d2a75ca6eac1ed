//! The EFI system partition: where it is mounted already, or mounted for as long as the updater works.

use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsconfig_set_string, fsmount, fsopen,
};

use super::mend::mend;
use crate::error::UpdaterError;

/// The EFI system partition's directory.
#[derive(Debug)]
pub struct Esp {
    directory: PathBuf,
    /// A mount that is in no directory: several updaters are not in each other's way, and it ends with this process, however that
    /// ends.
    _mount: Option<OwnedFd>,
}

impl Esp {
    /// The directory where it is mounted, or else a mount of this partition, mended before when something is to be changed on it.
    ///
    /// # Errors
    /// When it cannot be mended or mounted.
    pub fn open(directory: &Path, disk: &Path, number: usize, change: bool) -> Result<Self, UpdaterError> {
        if directory.join("EFI").is_dir() {
            return Ok(Self { directory: directory.to_owned(), _mount: None });
        }
        let device = partition(disk, number)?;
        if change {
            mend(&device)?;
        }
        let mount = mount(&device).map_err(|errno| UpdaterError::file("mounted", &device)(errno.into()))?;
        let directory = PathBuf::from(format!("/proc/self/fd/{}", mount.as_raw_fd()));
        Ok(Self { directory, _mount: Some(mount) })
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

/// A mount of a FAT file system, as fsmount(2) makes it.
fn mount(device: &Path) -> rustix::io::Result<OwnedFd> {
    let context = fsopen("vfat", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_set_string(&context, "source", device)?;
    fsconfig_set_string(&context, "umask", "0077")?;
    fsconfig_create(&context)?;
    let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, attributes)
}

/// The device node of a partition: its name follows no rule that holds for every kind of disk, so the kernel is asked.
fn partition(disk: &Path, number: usize) -> Result<PathBuf, UpdaterError> {
    let name = disk.file_name().unwrap_or_default();
    let directory = Path::new("/sys/block").join(name);
    let entries = std::fs::read_dir(&directory).map_err(UpdaterError::file("read", &directory))?;
    let is_it = |path: &Path| {
        let text = std::fs::read_to_string(path.join("partition")).unwrap_or_default();
        text.trim().parse() == Ok(number)
    };
    let found = entries.flatten().map(|entry| entry.path()).find(|path| is_it(path));
    let found = found.and_then(|path| path.file_name().map(|name| Path::new("/dev").join(name)));
    found.ok_or(UpdaterError::NoPartition(yoe_disk::partition::ESP))
}
