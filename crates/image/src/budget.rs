//! Limits: what an image may hold and what its partitions can.

use yoe_model::{Image, RootFormat, RootSize, Size, Slots, Workload};

use crate::{Content, ImageError, Manifest};

/// Checks the sum of installed file sizes against the image's budget.
///
/// # Errors
/// [`ImageError::Budget`], with the largest packages.
pub fn check_files(image: &Image, manifest: &Manifest) -> Result<(), ImageError> {
    let Some(budget) = image.budget else { return Ok(()) };
    let have = Size(manifest.content.bytes);
    if have <= budget.rootfs {
        return Ok(());
    }
    let mut packages: Vec<_> = manifest.packages.iter().collect();
    packages.sort_by_key(|package| (std::cmp::Reverse(package.installed_size), &package.name));
    let largest: Vec<_> = packages
        .iter()
        .take(3)
        .map(|package| format!("{} {}", package.name, Size(package.installed_size)))
        .collect();
    let (origin, image) = (image.origin.clone(), image.name.clone());
    Err(ImageError::Budget { origin, image, have, budget: budget.rootfs, largest: largest.join(", ") })
}

/// Checks a root file system of `bytes` bytes, its hash tree included, against a fixed root partition, with the budget's
/// growth.
///
/// # Errors
/// [`ImageError::SlotTooSmall`].
pub fn check_slot(image: &Image, bytes: u64) -> Result<(), ImageError> {
    let RootSize::Fixed(have) = image.layout.root else { return Ok(()) };
    let growth = image.budget.map_or(1.0, |budget| budget.growth);
    let need = grown(bytes, growth);
    if need <= have.0 {
        return Ok(());
    }
    let growth = (growth > 1.0).then(|| format!("{} times growth {growth}", Size(bytes)));
    Err(ImageError::SlotTooSmall {
        origin: image.origin.clone(),
        image: image.name.clone(),
        need: Size(whole_mib(need)),
        have,
        field: if image.layout.slots == Slots::Two { "slot" } else { "root" },
        growth,
    })
}

/// Rounded up; growth is small, so the loss of a float above 2^53 bytes does not matter.
fn grown(bytes: u64, growth: f64) -> u64 {
    (bytes as f64 * growth.max(1.0)).ceil() as u64
}

/// Bytes in a mebibyte.
pub(crate) const MIB: u64 = 1 << 20;

/// Rounded up to whole mebibytes.
pub(crate) fn whole_mib(bytes: u64) -> u64 {
    bytes.div_ceil(MIB) * MIB
}

/// The smallest ext4 for this content, in bytes: files and directories in blocks, inodes, a journal of 4 MiB, and a tenth
/// for block groups and extents.
pub(crate) fn ext4_need(content: &Content) -> u64 {
    let blocks = (content.blocks + content.directories) * 4096;
    let inodes = ext4_inodes(content) * 256;
    whole_mib((blocks + inodes) / 10 * 11 + 4 * MIB + MIB)
}

/// Inodes that an ext4 root gets: a quarter more than it holds at first.
pub(crate) fn ext4_inodes(content: &Content) -> u64 {
    let held = content.files + content.directories + content.links;
    held + held / 4 + 256
}

/// The size of a fitting root partition for a file system of `bytes` bytes, or the size that was fixed.
pub(crate) fn partition_size(root: RootSize, bytes: u64) -> u64 {
    match root {
        RootSize::Fit => whole_mib(bytes),
        RootSize::Fixed(size) => size.0,
    }
}

/// The size that an ext4 root is made with.
pub(crate) fn ext4_size(root: RootSize, content: &Content) -> u64 {
    match root {
        RootSize::Fit => ext4_need(content),
        RootSize::Fixed(size) => size.0,
    }
}

/// Checks what can be said before a file system is made: an ext4's size is chosen, not found.
///
/// # Errors
/// [`ImageError::SlotTooSmall`].
pub(crate) fn check_content(image: &Image, content: &Content) -> Result<(), ImageError> {
    match image.layout.format {
        RootFormat::Ext4 => check_slot(image, ext4_need(content)),
        RootFormat::Erofs => Ok(()),
    }
}

/// What workloads need of a device's disk, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Their images as they lie in the root.
    pub preloaded: u64,
    /// The same images unpacked, as the engine keeps them.
    pub unpacked: u64,
    /// Their volumes.
    pub volumes: u64,
    /// The logs of their containers.
    pub logs: u64,
    /// Their containers.
    pub containers: u64,
    /// The images of those that can be updated apart from the system, as they lie in its versions.
    pub apart: u64,
}

impl Needs {
    /// Adds what a workload needs beyond its images.
    pub fn add(&mut self, workload: &Workload) {
        // Where their form has a number, a copy is kept.
        let copies = if workload.data_version.is_some() { 2 } else { 1 };
        self.volumes += copies * workload.volumes.values().flatten().map(|size| size.0).sum::<u64>();
        self.containers += workload.services.iter().map(|service| u64::from(service.containers)).sum::<u64>();
        let logs = workload.services.iter().map(|service| u64::from(service.containers) * service.log.0);
        self.logs += logs.sum::<u64>();
    }
}

/// What a data partition keeps back, for starts that find it full and for the system's own logs.
const RESERVE: u64 = 64 * MIB;
/// Versions of a workload that came apart from the system: the one that runs, and the one that ran before.
const VERSIONS: u64 = 2;
/// What a container takes beyond its log: its settings, its network's, and an empty layer.
const CONTAINER: u64 = MIB / 4;

/// Checks what workloads need against the smallest disk: images of two versions, since the older one's go when the newer one
/// has started; volumes, logs and the reserve, and what the file system takes for itself.
///
/// # Errors
/// [`ImageError::DiskTooSmall`], with the sizes of all that it is needed for.
pub(crate) fn check_disk(image: &Image, needs: &Needs) -> Result<(), ImageError> {
    let Some(have) = image.budget.and_then(|budget| budget.disk) else { return Ok(()) };
    let RootSize::Fixed(slot) = image.layout.root else { return Ok(()) };
    let (versions, system) =
        (image.layout.slots.count(), image.layout.esp.0 + slot.0 * image.layout.slots.count());
    let content = needs.unpacked * versions
        + needs.volumes
        + needs.logs
        + needs.containers * CONTAINER * versions
        + needs.apart * VERSIONS
        + RESERVE;
    // Inodes and the journal of ext4, one block in a hundred that it keeps, and both partition tables.
    let need = whole_mib(system + content + content / 10 + 8 * MIB + 2 * MIB);
    if need <= have.0 {
        return Ok(());
    }
    let mut parts = vec![
        format!("system {}", Size(whole_mib(system))),
        format!(
            "images of {versions} versions {} ({} in the root)",
            Size(whole_mib(needs.unpacked * versions)),
            Size(whole_mib(needs.preloaded))
        ),
        format!("volumes {}", Size(needs.volumes)),
        format!("logs {}", Size(needs.logs)),
        format!("reserve {}", Size(RESERVE)),
    ];
    if needs.apart > 0 {
        parts.push(format!(
            "{VERSIONS} versions of workloads apart from the system {}",
            Size(whole_mib(needs.apart * VERSIONS))
        ));
    }
    let (origin, image) = (image.origin.clone(), image.name.clone());
    Err(ImageError::DiskTooSmall { origin, image, need: Size(need), have, parts: parts.join(", ") })
}

/// Below this, FAT has too few clusters to be FAT32.
const SMALLEST_ESP: u64 = 34 * MIB;
/// The boot manager, its configuration, directories, and the loss of files that end within a cluster.
const BOOT_MANAGER: u64 = MIB;

/// Checks a kernel of `kernel` bytes for each version that the disk can hold against the EFI system partition.
///
/// # Errors
/// [`ImageError::EspTooSmall`].
pub(crate) fn check_esp(image: &Image, kernel: u64) -> Result<(), ImageError> {
    let (have, kernels) = (image.layout.esp, image.layout.slots.count());
    // Two tables of four bytes for each cluster of 512 bytes.
    let tables = have.0 / 512 * 8;
    let need = (whole_mib(kernel) * kernels + BOOT_MANAGER + tables).max(SMALLEST_ESP);
    if need <= have.0 {
        return Ok(());
    }
    let (origin, image) = (image.origin.clone(), image.name.clone());
    Err(ImageError::EspTooSmall { origin, image, need: Size(whole_mib(need)), have, kernels })
}
