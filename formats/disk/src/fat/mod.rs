//! The names on a FAT32 file system, and how one is taken away without what it names (Microsoft, FAT32 File System
//! Specification 1.03).
//!
//! FAT has no journal, and a file is renamed by writing a second name and deleting the first. A power cut between the two
//! leaves two names for one chain of clusters. Removing either in the ordinary way frees the chain, and the next file that
//! is written takes it from under the other name. So one of them has to go without its chain, which no driver does.

mod directory;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io;

use crate::gpt::{Medium, Write};
use directory::Directory;

/// Directories below each other that are looked at, and directories in all.
const DEEPEST: usize = 8;
const MOST: usize = 1024;
/// Files in all, and bytes of all their paths together: more than any EFI system partition has. Who can write to the disk could
/// otherwise have gigabytes of names made out of few clusters.
const MOST_FILES: usize = 16_384;
const MOST_TEXT: usize = 4 << 20;

/// The name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Directories and file, separated by `/`.
    pub path: String,
    /// The first cluster of its chain; 0 when the file is empty.
    pub cluster: u32,
    /// Where the directory entry lies in the file system, in bytes, and then those that hold the long name.
    entries: Vec<u64>,
}

impl Name {
    /// The writes that delete this name and leave its chain alone. After the first one it is gone; the others tidy up. Only
    /// where the file system is not mounted.
    pub fn unlink(&self) -> impl Iterator<Item = Write> + '_ {
        self.entries.iter().map(|offset| Write { offset: *offset, bytes: vec![directory::DELETED] })
    }
}

/// Where things are.
#[derive(Debug, Clone, Copy)]
struct Layout {
    /// Bytes of a cluster.
    cluster: u32,
    /// Where the first file allocation table starts, and where the first cluster, in bytes.
    table: u64,
    data: u64,
    /// The first cluster of the root directory.
    root: u32,
}

impl Layout {
    /// From the boot sector; nothing when this is no FAT32.
    fn read(sector: &[u8; 512]) -> Option<Self> {
        let short = |at: usize| u32::from(u16::from_le_bytes([sector[at], sector[at + 1]]));
        let long =
            |at: usize| u32::from_le_bytes([sector[at], sector[at + 1], sector[at + 2], sector[at + 3]]);
        let (bytes, sectors, reserved, tables) =
            (short(11), u32::from(sector[13]), short(14), u32::from(sector[16]));
        let is_fat32 = short(510) == 0xaa55 && short(17) == 0 && short(22) == 0 && long(36) > 0;
        let is_sound = (512..=4096).contains(&bytes) && bytes.is_power_of_two() && sectors.is_power_of_two();
        if !is_fat32 || !is_sound {
            return None;
        }
        let table = u64::from(reserved) * u64::from(bytes);
        let data = table + u64::from(tables) * u64::from(long(36)) * u64::from(bytes);
        Some(Self { cluster: bytes * sectors, table, data, root: long(44) & CLUSTER })
    }
}

/// The bits of a cluster's number in the table; the rest is reserved.
const CLUSTER: u32 = 0x0fff_ffff;

/// The names of all files; none when this is no FAT32. Each cluster is read once, whatever the tables say: a damaged file
/// system may have loops.
///
/// # Errors
/// When the medium cannot be read, or holds more files than any EFI system partition.
pub fn names(medium: &(impl Medium + ?Sized)) -> io::Result<Vec<Name>> {
    let mut sector = [0; 512];
    medium.read_at(0, &mut sector)?;
    let Some(layout) = Layout::read(&sector) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    let mut waiting = vec![(String::new(), layout.root, 0)];
    let (mut seen, mut text, mut read) = (0, 0, HashSet::new());
    while let Some((prefix, cluster, depth)) = waiting.pop() {
        seen += 1;
        for entry in Directory::read(medium, layout, cluster, &mut read)?.entries() {
            let path = format!("{prefix}{}", entry.name);
            text += path.len();
            if names.len() == MOST_FILES || text > MOST_TEXT {
                let problem = "the file system holds more files than any EFI system partition";
                return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
            }
            if !entry.is_directory {
                names.push(Name { path, cluster: entry.cluster, entries: entry.offsets });
            } else if depth < DEEPEST && seen + waiting.len() < MOST {
                waiting.push((format!("{path}/"), entry.cluster, depth + 1));
            }
        }
    }
    names.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(names)
}
