//! A directory: entries of 32 bytes. Those of a long name stand before the one that they belong to, last part first.

use std::collections::HashSet;
use std::io;

use super::{CLUSTER, Layout};
use crate::gpt::Medium;

/// What a deleted entry begins with.
pub const DELETED: u8 = 0xe5;

const SIZE: usize = 32;
/// No directory may be larger.
const LARGEST: usize = 65536 * SIZE;
const LONG_NAME: u8 = 0x0f;
const VOLUME: u8 = 0x08;
const DIRECTORY: u8 = 0x10;
/// Where an entry of a long name keeps its letters, of two bytes each.
const LETTERS: [usize; 13] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/// The bytes of a directory, and where they lie.
pub struct Directory {
    bytes: Vec<u8>,
    clusters: Vec<u64>,
    cluster: usize,
}

pub struct Entry {
    pub name: String,
    pub is_directory: bool,
    pub cluster: u32,
    /// Its own place, then those of its long name.
    pub offsets: Vec<u64>,
}

impl Directory {
    /// The directory that starts with this cluster, as far as its chain leads to clusters that were not `read` yet.
    pub fn read(
        medium: &(impl Medium + ?Sized),
        layout: Layout,
        first: u32,
        read: &mut HashSet<u32>,
    ) -> io::Result<Self> {
        let cluster = layout.cluster as usize;
        let mut directory = Self { bytes: Vec::new(), clusters: Vec::new(), cluster };
        let (mut number, size) = (first, medium.size()?);
        // Two numbers are not clusters; the end of a chain is beyond the medium.
        while number >= 2 && directory.bytes.len() < LARGEST && read.insert(number) {
            let at = layout.data + u64::from(number - 2) * u64::from(layout.cluster);
            if at.checked_add(cluster as u64).is_none_or(|end| end > size) {
                break;
            }
            let start = directory.bytes.len();
            directory.bytes.resize(start + cluster, 0);
            medium.read_at(at, &mut directory.bytes[start..])?;
            directory.clusters.push(at);
            let mut next = [0; 4];
            medium.read_at(layout.table + u64::from(number) * 4, &mut next)?;
            number = u32::from_le_bytes(next) & CLUSTER;
        }
        Ok(directory)
    }

    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut long = LongName::default();
        for (index, entry) in self.bytes.chunks_exact(SIZE).enumerate() {
            let at = index * SIZE;
            let offset = self.clusters[at / self.cluster] + (at % self.cluster) as u64;
            match (entry[0], entry[11]) {
                (0, _) => break,
                (DELETED, _) => long = LongName::default(),
                (_, LONG_NAME) => long.add(entry, offset),
                (_, kind) => {
                    let long = std::mem::take(&mut long);
                    if kind & VOLUME == 0 && entry[0] != b'.' {
                        entries.push(of(entry, kind, offset, long));
                    }
                }
            }
        }
        entries
    }
}

fn of(entry: &[u8], kind: u8, offset: u64, long: LongName) -> Entry {
    let half = |at: usize| u32::from(u16::from_le_bytes([entry[at], entry[at + 1]]));
    let (name, others) = match long.belongs_to(entry) {
        true => (String::from_utf16_lossy(&long.letters), long.offsets),
        false => (short(entry), Vec::new()),
    };
    let offsets = std::iter::once(offset).chain(others).collect();
    let cluster = (half(20) << 16 | half(26)) & CLUSTER;
    Entry { name, is_directory: kind & DIRECTORY != 0, cluster, offsets }
}

/// A name of eight and three letters.
fn short(entry: &[u8]) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    let (stem, extension) = (text(&entry[..8]), text(&entry[8..11]));
    if extension.is_empty() { stem } else { format!("{stem}.{extension}") }
}

#[derive(Default)]
struct LongName {
    letters: Vec<u16>,
    offsets: Vec<u64>,
    checksum: u8,
    /// The part that was read last; the first part is the last in the directory.
    part: u8,
}

impl LongName {
    fn add(&mut self, entry: &[u8], offset: u64) {
        let (part, is_last) = (entry[0] & 0x3f, entry[0] & 0x40 != 0);
        if is_last {
            *self = Self { checksum: entry[13], ..Self::default() };
        } else if part + 1 != self.part || entry[13] != self.checksum {
            *self = Self::default();
            return;
        }
        let letters = LETTERS.map(|at| u16::from_le_bytes([entry[at], entry[at + 1]]));
        let letters = letters.into_iter().take_while(|letter| *letter != 0);
        self.letters.splice(..0, letters);
        self.offsets.push(offset);
        self.part = part;
    }

    /// Whether all parts were there, and are those of this name.
    fn belongs_to(&self, entry: &[u8]) -> bool {
        let sum = |sum: u8, byte: &u8| sum.rotate_right(1).wrapping_add(*byte);
        self.part == 1 && entry[..11].iter().fold(0, sum) == self.checksum
    }
}
