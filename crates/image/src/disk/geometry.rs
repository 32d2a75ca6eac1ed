//! Where partitions lie.

use yoe_model::{Image, Layout, Size};

use super::Measured;
use crate::ImageError;
use crate::budget::{MIB, check_slot, partition_size, whole_mib};

/// The places of everything on a disk, in bytes; all are whole mebibytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Where the EFI system partition begins.
    pub esp_start: u64,
    /// Its size.
    pub esp_size: u64,
    /// Where the root partition begins.
    pub root_start: u64,
    /// Its size.
    pub root_size: u64,
    /// The size of the disk, the backup partition table included.
    pub disk_size: u64,
}

/// Below this, FAT has too few clusters to be FAT32.
const SMALLEST_ESP: u64 = 34 * MIB;
/// The boot manager, its configuration, folders, and the loss of files that end within a cluster.
const BOOT_MANAGER: u64 = MIB;

impl Geometry {
    /// The places for parts of these sizes.
    ///
    /// # Errors
    /// When a partition is too small.
    pub fn new(image: &Image, measured: &Measured) -> Result<Self, ImageError> {
        let Layout::Disk { esp, root, .. } = image.layout;
        let esp_size = whole_mib(esp.0);
        check_esp(image, esp, measured.kernel)?;
        check_slot(image, measured.root)?;
        let root_size = whole_mib(partition_size(root, measured.root));
        let esp_start = MIB;
        let root_start = esp_start + esp_size;
        // One more for the backup table, so that the end is aligned as well.
        Ok(Self { esp_start, esp_size, root_start, root_size, disk_size: root_start + root_size + MIB })
    }
}

fn check_esp(image: &Image, have: Size, kernel: u64) -> Result<(), ImageError> {
    // Two tables of four bytes for each cluster of 512 bytes.
    let tables = have.0 / 512 * 8;
    let need = (whole_mib(kernel) + BOOT_MANAGER + tables).max(SMALLEST_ESP);
    if need <= have.0 {
        return Ok(());
    }
    let (origin, image) = (image.origin.clone(), image.name.clone());
    Err(ImageError::EspTooSmall { origin, image, need: Size(whole_mib(need)), have })
}
