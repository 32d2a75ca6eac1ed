//! A persistent layer over an image that is never written: an empty qcow2 file, version 3, with a raw backing file
//! (QEMU's docs/interop/qcow2.txt).

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const CLUSTER: u64 = 1 << 16;
/// Bytes of the disk behind one entry of the first-level table: a second-level table of one cluster.
const PER_ENTRY: u64 = CLUSTER / 8 * CLUSTER;
const HEADER: usize = 104;
/// Entries that one refcount block of 16-bit counts holds.
const COUNTED: u64 = CLUSTER / 2;
const LONGEST_NAME: usize = 1023;

/// Why an overlay was not made.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// A disk is a number of sectors.
    #[error("a disk cannot have {size} bytes: expected a multiple of 512, at most 64 TiB")]
    Size {
        /// The size that was asked for.
        size: u64,
    },
    /// The format has no room for the name.
    #[error("the path of the image has {length} bytes; an overlay can name one of at most {LONGEST_NAME}")]
    Name {
        /// Its length.
        length: usize,
    },
    /// The file could not be written.
    #[error("the overlay {} could not be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Makes the overlay `path`, which must not exist, over the raw image `backing` (as QEMU sees it, or relative to the
/// overlay). `size` is that of the disk the machine sees, in bytes; beyond the image's end it reads as zeros.
///
/// # Errors
/// When the size or the name does not fit the format, or the file cannot be written.
pub fn create_overlay(path: &Path, backing: &str, size: u64) -> Result<(), OverlayError> {
    if size == 0 || !size.is_multiple_of(512) || size > 64 << 40 {
        return Err(OverlayError::Size { size });
    }
    if backing.len() > LONGEST_NAME {
        return Err(OverlayError::Name { length: backing.len() });
    }
    let content = empty(backing, size);
    let write = || OpenOptions::new().write(true).create_new(true).open(path)?.write_all(&content);
    write().map_err(|source| OverlayError::Write { path: path.to_owned(), source })
}

/// Header, refcount table, one refcount block, first-level table; each from a cluster's start.
fn empty(backing: &str, size: u64) -> Vec<u8> {
    let entries = size.div_ceil(PER_ENTRY);
    let clusters = 3 + (entries * 8).div_ceil(CLUSTER);
    debug_assert!(clusters <= COUNTED);
    let mut header = Vec::with_capacity(HEADER);
    let mut put = |bytes: &[u8]| header.extend_from_slice(bytes);
    // The only extension, the backing file's format, and the end mark come before the name.
    let name_at = HEADER as u64 + 16 + 8;
    put(b"QFI\xfb");
    put(&3_u32.to_be_bytes());
    put(&name_at.to_be_bytes());
    put(&(backing.len() as u32).to_be_bytes());
    put(&16_u32.to_be_bytes()); // cluster bits
    put(&size.to_be_bytes());
    put(&0_u32.to_be_bytes()); // no encryption
    put(&(entries as u32).to_be_bytes());
    put(&(3 * CLUSTER).to_be_bytes()); // first-level table
    put(&CLUSTER.to_be_bytes()); // refcount table
    put(&1_u32.to_be_bytes()); // its clusters
    put(&[0; 4 + 8 + 3 * 8]); // no snapshots, no features
    put(&4_u32.to_be_bytes()); // refcounts of 2^4 bits
    put(&(HEADER as u32).to_be_bytes());
    put(&0xE279_2ACA_u32.to_be_bytes());
    put(&3_u32.to_be_bytes());
    put(b"raw\0\0\0\0\0");
    put(&[0; 8]);
    put(backing.as_bytes());
    let mut file = vec![0; (clusters * CLUSTER) as usize];
    file[..header.len()].copy_from_slice(&header);
    let at = CLUSTER as usize;
    file[at..at + 8].copy_from_slice(&(2 * CLUSTER).to_be_bytes());
    for cluster in 0..clusters as usize {
        let at = 2 * CLUSTER as usize + 2 * cluster;
        file[at..at + 2].copy_from_slice(&1_u16.to_be_bytes());
    }
    file
}

#[cfg(test)]
mod tests;
