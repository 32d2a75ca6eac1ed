//! The GUID partition table (UEFI 2.10, chapter 5.3): read with suspicion, changed one identifier at a time.
//!
//! A table has two copies. Linux reads the first one; when that is damaged, firmware mends it from the second one, and so
//! does Linux with `gpt` on its command line. [`Gpt::write_uuid`] therefore changes the second copy first: whenever the
//! power goes, one copy is whole.
//!
//! The last copy belongs at the end of the disk, and nowhere else: what the first one says of its place is not followed. A disk
//! that was copied to a larger one gets it there; on one that is too small for it nothing is written.

mod copy;
#[cfg(test)]
mod tests;

use std::io;

use crate::Uuid;
use copy::Copy;

/// Something that holds a disk: a block device, a file, or bytes.
pub trait Medium {
    /// Fills the buffer from this offset.
    ///
    /// # Errors
    /// When that much cannot be read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Its size in bytes.
    ///
    /// # Errors
    /// When it cannot be known.
    fn size(&self) -> io::Result<u64>;
}

/// Why there is no partition table.
#[derive(Debug, thiserror::Error)]
pub enum GptError {
    /// The medium failed.
    #[error("the disk cannot be read")]
    Read(#[source] io::Error),
    /// Neither copy is whole.
    #[error("the disk has no whole partition table: neither copy has the right checksums")]
    NoTable,
    /// No such partition.
    #[error("the partition table has no partition number {0}")]
    NoPartition(usize),
    /// The last copy has no place: the disk was copied from a larger one.
    #[error(
        "the disk has {size} bytes and its partition {number} ends at {end}, so there is no room for the last copy of the \
         partition table: the disk is smaller than the one that it was copied from"
    )]
    TooSmall {
        /// Of the disk, in bytes.
        size: u64,
        /// Of the partition that is in the way.
        number: usize,
        /// Where that ends, in bytes.
        end: u64,
    },
    /// The first copy has no place.
    #[error("partition {0} lies where the first copy of the partition table belongs")]
    NoRoom(usize),
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its number, from 1.
    pub number: usize,
    /// Its name (partition label).
    pub name: String,
    /// Its type.
    pub kind: Uuid,
    /// Its own identifier.
    pub uuid: Uuid,
    /// Where it starts, in bytes.
    pub start: u64,
    /// Its size in bytes.
    pub size: u64,
}

/// Bytes that belong at a place of the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Where, in bytes.
    pub offset: u64,
    /// What.
    pub bytes: Vec<u8>,
}

/// A partition table with both of its copies.
#[derive(Debug, Clone)]
pub struct Gpt {
    sector: u64,
    /// Whole sectors of the disk.
    sectors: u64,
    /// The copy that counts.
    valid: Copy,
    /// What the disk holds of the first and of the second copy; absent when it is damaged.
    primary: Option<Copy>,
    backup: Option<Copy>,
}

impl Gpt {
    /// Reads the table of a disk.
    ///
    /// # Errors
    /// When the disk cannot be read or has no table.
    pub fn read(medium: &dyn Medium) -> Result<Self, GptError> {
        let size = medium.size().map_err(GptError::Read)?;
        for sector in [512, 4096] {
            if size < 6 * sector {
                continue;
            }
            let sectors = size / sector;
            let primary = Copy::read(medium, sector, 1, size).map_err(GptError::Read)?;
            let backup = Copy::read(medium, sector, sectors - 1, size).map_err(GptError::Read)?;
            if let Some(valid) = primary.as_ref().or(backup.as_ref()) {
                return Ok(Self { sector, sectors, valid: valid.clone(), primary, backup });
            }
        }
        Err(GptError::NoTable)
    }

    /// The partitions in use.
    pub fn partitions(&self) -> Vec<Partition> {
        self.valid.partitions(self.sector)
    }

    /// The partition of this name; the first of them.
    pub fn named(&self, name: &str) -> Option<Partition> {
        self.partitions().into_iter().find(|partition| partition.name == name)
    }

    /// What to write, in this order and each made durable before the next, so that the partition has this identifier.
    /// Writes nothing itself. A damaged copy is mended on the way.
    ///
    /// # Errors
    /// When there is no such partition, or no room for a copy.
    pub fn write_uuid(&self, number: usize, uuid: Uuid) -> Result<Vec<Write>, GptError> {
        let changed = self.valid.with_uuid(number, uuid).ok_or(GptError::NoPartition(number))?;
        self.writes(&changed)
    }

    /// What to write so that both copies say the same; nothing when they do.
    ///
    /// # Errors
    /// When there is no room for a copy.
    pub fn mend(&self) -> Result<Vec<Write>, GptError> {
        self.writes(&self.valid)
    }

    fn writes(&self, wanted: &Copy) -> Result<Vec<Write>, GptError> {
        let places = wanted.places(self.sector, self.sectors);
        let [first, last] = places.entries.map(|place| place * self.sector);
        let first_end = first + places.length * self.sector;
        for partition in self.partitions() {
            let (number, end) = (partition.number, partition.start + partition.size);
            // One that lies before the first entries, as some boards have it, is in nobody's way.
            if partition.start < first_end && end > first {
                return Err(GptError::NoRoom(number));
            }
            if end > last {
                return Err(GptError::TooSmall { size: self.sectors * self.sector, number, end });
            }
        }
        let (first, last) = (wanted.at_first(&places), wanted.at_last(&places));
        let mut writes = last.differences(self.backup.as_ref(), self.sector);
        let mut primary = first.differences(self.primary.as_ref(), self.sector);
        writes.append(&mut primary);
        Ok(writes)
    }
}

impl Medium for [u8] {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let end = start.checked_add(buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(self.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }
}

impl Medium for Vec<u8> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.as_slice().read_at(offset, buffer)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }
}
