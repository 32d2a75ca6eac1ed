//! One copy of a table: a header and its array of entries.

use std::io;

use super::{Medium, Partition, Write};
use crate::Uuid;

/// Where fields of the header are.
mod at {
    pub(super) const HEADER_SIZE: usize = 12;
    pub(super) const HEADER_CRC: usize = 16;
    pub(super) const MY_LBA: usize = 24;
    pub(super) const ALTERNATE_LBA: usize = 32;
    pub(super) const LAST_USABLE_LBA: usize = 48;
    pub(super) const ENTRIES_LBA: usize = 72;
    pub(super) const ENTRY_COUNT: usize = 80;
    pub(super) const ENTRY_SIZE: usize = 84;
    pub(super) const ENTRIES_CRC: usize = 88;
}

/// No table needs more; what a damaged header says must not make us read the whole disk.
const MOST_ENTRIES: u64 = 1 << 20;
/// Where fields of an entry are.
const UUID: usize = 16;
const FIRST_LBA: usize = 32;
const LAST_LBA: usize = 40;
const NAME: usize = 56;

/// A header, one sector long, and the entries, whole sectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copy {
    header: Vec<u8>,
    entries: Vec<u8>,
}

/// Where both copies are or shall be, in sectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    /// The header of the last copy: the disk's last sector.
    pub last: u64,
    /// The entries of the first copy, and those of the last one.
    pub entries: [u64; 2],
    /// How many sectors they take.
    pub length: u64,
}

impl Copy {
    /// Reads the copy whose header is in this sector; nothing when it is not whole, or lies where other things are.
    pub fn read(medium: &dyn Medium, sector: u64, place: u64, size: u64) -> io::Result<Option<Self>> {
        let sectors = size / sector;
        if place >= sectors {
            return Ok(None);
        }
        let mut header = vec![0; sector as usize];
        medium.read_at(place * sector, &mut header)?;
        let mut copy = Self { header, entries: Vec::new() };
        if !copy.header_is_whole(place) {
            return Ok(None);
        }
        let length = copy.entries_length().next_multiple_of(sector);
        let fits = copy.entries_place().checked_mul(sector).and_then(|start| start.checked_add(length));
        if length > MOST_ENTRIES || fits.is_none_or(|end| end > size) {
            return Ok(None);
        }
        copy.entries = vec![0; length as usize];
        medium.read_at(copy.entries_place() * sector, &mut copy.entries)?;
        let whole = copy.entries_crc() == copy.word(at::ENTRIES_CRC) && copy.lies_alone(sector, sectors);
        Ok(whole.then_some(copy))
    }

    /// Whether the entries lie on sectors that hold nothing else: neither the boot record nor a header nor a partition. Checksums
    /// say nothing of that, and what is written there later would be lost.
    fn lies_alone(&self, sector: u64, sectors: u64) -> bool {
        let start = self.entries_place();
        let end = start + self.entries.len() as u64 / sector;
        let apart = |partition: &Partition| {
            partition.start / sector >= end || (partition.start + partition.size) / sector <= start
        };
        start >= 2 && end < sectors && self.partitions(sector).iter().all(apart)
    }

    fn header_is_whole(&self, place: u64) -> bool {
        let size = self.word(at::HEADER_SIZE) as usize;
        let sane = self.header.starts_with(b"EFI PART") && (92..=self.header.len()).contains(&size);
        sane && self.long(at::MY_LBA) == place
            && self.word(at::ENTRY_SIZE) >= 128
            && self.header_crc() == self.word(at::HEADER_CRC)
    }

    fn header_crc(&self) -> u32 {
        let size = (self.word(at::HEADER_SIZE) as usize).min(self.header.len());
        let mut header = self.header[..size].to_vec();
        header[at::HEADER_CRC..at::HEADER_CRC + 4].fill(0);
        crc32fast::hash(&header)
    }

    fn entries_crc(&self) -> u32 {
        crc32fast::hash(&self.entries[..self.entries_length() as usize])
    }

    /// Bytes of the entries, without what fills the last sector.
    fn entries_length(&self) -> u64 {
        u64::from(self.word(at::ENTRY_COUNT)) * u64::from(self.word(at::ENTRY_SIZE))
    }

    fn entries_place(&self) -> u64 {
        self.long(at::ENTRIES_LBA)
    }

    /// The partitions in use.
    pub fn partitions(&self, sector: u64) -> Vec<Partition> {
        let size = self.word(at::ENTRY_SIZE) as usize;
        let entries = self.entries[..self.entries_length() as usize].chunks_exact(size).enumerate();
        let read = |(index, entry): (usize, &[u8])| {
            let kind = uuid(&entry[..16]);
            let (first, last) = (long(entry, FIRST_LBA), long(entry, LAST_LBA));
            let sectors = last.checked_sub(first)?.checked_add(1)?;
            let (start, size) = (first.checked_mul(sector)?, sectors.checked_mul(sector)?);
            // So that the sum of the two never overflows.
            start.checked_add(size)?;
            (kind != Uuid::NIL).then_some(Partition {
                number: index + 1,
                name: name(&entry[NAME..128]),
                kind,
                uuid: uuid(&entry[UUID..UUID + 16]),
                start,
                size,
            })
        };
        entries.filter_map(read).collect()
    }

    /// The copy with another identifier for a partition.
    pub fn with_uuid(&self, number: usize, uuid: Uuid) -> Option<Self> {
        let size = self.word(at::ENTRY_SIZE) as usize;
        let start = number.checked_sub(1)?.checked_mul(size)?;
        let mut copy = self.clone();
        let used = (start as u64) < self.entries_length();
        let entry = copy.entries.get_mut(start..start.checked_add(size)?).filter(|_| used)?;
        if entry[..16] == [0; 16] {
            return None;
        }
        entry[UUID..UUID + 16].copy_from_slice(&uuid.to_gpt());
        copy.seal();
        Some(copy)
    }

    /// Where both copies belong on a disk of so many sectors, when this one stays where it is.
    pub fn places(&self, sector: u64, sectors: u64) -> Places {
        let (last, length) = (sectors - 1, self.entries.len() as u64 / sector);
        // What was read lies on the disk, so there is that much before the last sector.
        let entries = if self.long(at::MY_LBA) == 1 {
            [self.entries_place(), last - length]
        } else {
            [2, self.entries_place()]
        };
        Places { last, entries, length }
    }

    /// This table as the first copy.
    pub fn at_first(&self, places: &Places) -> Self {
        self.moved(1, places.last, places.entries[0], places)
    }

    /// This table as the last copy.
    pub fn at_last(&self, places: &Places) -> Self {
        self.moved(places.last, 1, places.entries[1], places)
    }

    fn moved(&self, place: u64, alternate: u64, entries: u64, places: &Places) -> Self {
        let usable = self.long(at::LAST_USABLE_LBA).min(places.entries[1] - 1);
        let mut copy = self.clone();
        for (field, value) in [
            (at::MY_LBA, place),
            (at::ALTERNATE_LBA, alternate),
            (at::LAST_USABLE_LBA, usable),
            (at::ENTRIES_LBA, entries),
        ] {
            copy.header[field..field + 8].copy_from_slice(&value.to_le_bytes());
        }
        copy.seal();
        copy
    }

    /// What to write so that the disk holds this copy, where it holds another one or a damaged one. Header and entries go
    /// together when they touch: the first copy is then one write of few sectors.
    pub fn differences(&self, now: Option<&Self>, sector: u64) -> Vec<Write> {
        if now == Some(self) {
            return Vec::new();
        }
        let (header, entries) = (self.long(at::MY_LBA) * sector, self.entries_place() * sector);
        let same = |now: &&Self| {
            now.entries.len() == self.entries.len() && now.entries_place() == self.entries_place()
        };
        let changed = match now.filter(same) {
            Some(now) => changed_sectors(&now.entries, &self.entries, sector as usize),
            None => 0..self.entries.len(),
        };
        let entries_write = |range: std::ops::Range<usize>| Write {
            offset: entries + range.start as u64,
            bytes: self.entries[range].to_vec(),
        };
        if entries == header + sector {
            let bytes = [&self.header[..], &self.entries[..changed.end]].concat();
            return vec![Write { offset: header, bytes }];
        }
        let header = Write { offset: header, bytes: self.header.clone() };
        if changed.is_empty() { vec![header] } else { vec![entries_write(changed), header] }
    }

    /// Makes both checksums right.
    fn seal(&mut self) {
        let crc = self.entries_crc();
        self.header[at::ENTRIES_CRC..at::ENTRIES_CRC + 4].copy_from_slice(&crc.to_le_bytes());
        let crc = self.header_crc();
        self.header[at::HEADER_CRC..at::HEADER_CRC + 4].copy_from_slice(&crc.to_le_bytes());
    }

    fn word(&self, at: usize) -> u32 {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.header[at..at + 4]);
        u32::from_le_bytes(bytes)
    }

    fn long(&self, at: usize) -> u64 {
        long(&self.header, at)
    }
}

/// From the first to the last sector that differs.
fn changed_sectors(now: &[u8], wanted: &[u8], sector: usize) -> std::ops::Range<usize> {
    let differs = |index: &usize| now[index * sector..][..sector] != wanted[index * sector..][..sector];
    let mut changed = (0..wanted.len() / sector).filter(differs);
    let Some(first) = changed.next() else { return 0..0 };
    let last = changed.next_back().unwrap_or(first);
    first * sector..(last + 1) * sector
}

fn long(bytes: &[u8], at: usize) -> u64 {
    let mut value = [0; 8];
    value.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(value)
}

fn uuid(bytes: &[u8]) -> Uuid {
    let mut value = [0; 16];
    value.copy_from_slice(bytes);
    Uuid::from_gpt(value)
}

fn name(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    String::from_utf16_lossy(&units.take_while(|unit| *unit != 0).collect::<Vec<_>>())
}
