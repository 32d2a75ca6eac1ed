//! Where partitions lie.

use yoe_model::Image;

use super::Measured;
use crate::ImageError;
use crate::budget::{MIB, check_esp, check_slot, partition_size, whole_mib};

/// A part of a disk, in bytes; both are whole mebibytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where it begins.
    pub start: u64,
    /// Its size.
    pub size: u64,
}

/// The places of everything on a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Geometry {
    /// The EFI system partition.
    pub esp: Place,
    /// The partitions for roots: one, or the two slots.
    pub roots: Vec<Place>,
    /// The size of the disk in bytes, the backup partition table included.
    pub disk_size: u64,
}

impl Geometry {
    /// The places for parts of these sizes.
    ///
    /// # Errors
    /// When a partition is too small.
    pub fn new(image: &Image, measured: &Measured) -> Result<Self, ImageError> {
        let layout = &image.layout;
        check_esp(image, measured.kernel)?;
        check_slot(image, measured.root.bytes)?;
        let mut end = MIB;
        let mut next = |size: u64| {
            let place = Place { start: end, size: whole_mib(size) };
            end += place.size;
            place
        };
        let esp = next(layout.esp.0);
        let root = partition_size(layout.root, measured.root.bytes);
        let roots = (0..layout.slots.count()).map(|_| next(root)).collect();
        // One more for the backup table, so that the end is aligned as well.
        Ok(Self { esp, roots, disk_size: end + MIB })
    }
}
