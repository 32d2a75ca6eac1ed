//! The EFI system partition: where it is mounted already, or mounted for as long as the updater works.

use std::path::{Path, PathBuf};

use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};

use crate::problem::Problem;

/// Where the updater mounts it.
const OWN: &str = "/run/yoe/esp";

/// The EFI system partition's folder.
#[derive(Debug)]
pub struct Esp {
    folder: PathBuf,
    mounted: bool,
}

impl Esp {
    /// The folder where it is mounted, or else a mount of this partition.
    ///
    /// # Errors
    /// When it cannot be mounted.
    pub fn open(folder: &Path, disk: &Path, number: usize) -> Result<Self, Problem> {
        if folder.join("EFI").is_dir() {
            return Ok(Self { folder: folder.to_owned(), mounted: false });
        }
        let device = partition(disk, number)?;
        std::fs::create_dir_all(OWN).map_err(Problem::file("made", Path::new(OWN)))?;
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        mount(&device, OWN, "vfat", flags, c"umask=0077")
            .map_err(|errno| Problem::file("mounted", &device)(errno.into()))?;
        Ok(Self { folder: OWN.into(), mounted: true })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Esp {
    fn drop(&mut self) {
        if self.mounted {
            // Everything was made durable before; at worst it stays mounted.
            let _ = unmount(OWN, UnmountFlags::empty());
        }
    }
}

/// The device node of a partition: its name follows no rule that holds for every kind of disk, so the kernel is asked.
fn partition(disk: &Path, number: usize) -> Result<PathBuf, Problem> {
    let name = disk.file_name().unwrap_or_default();
    let folder = Path::new("/sys/block").join(name);
    let entries = std::fs::read_dir(&folder).map_err(Problem::file("read", &folder))?;
    let is_it = |path: &Path| {
        let text = std::fs::read_to_string(path.join("partition")).unwrap_or_default();
        text.trim().parse() == Ok(number)
    };
    let found = entries.flatten().map(|entry| entry.path()).find(|path| is_it(path));
    let found = found.and_then(|path| path.file_name().map(|name| Path::new("/dev").join(name)));
    found.ok_or(Problem::NoPartition(yoe_disk::partition::ESP))
}
