//! Bundles: tar archives (POSIX ustar) whose members lie at known places, so that they can be read in pieces.

use std::io::{self, Read, Write};

use tar::{EntryType, Header};

/// Bytes of a header, and what members are filled up to.
pub const BLOCK: u64 = 512;

/// What a bundle's name ends with.
pub const SUFFIX: &str = ".bundle";

/// Why an archive cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// A header is damaged, or of another kind of archive.
    #[error("it is not a bundle: there is no header of a tar archive where one should be")]
    Header,
    /// A member that is not a plain file.
    #[error("it is not a bundle: {0:?} is not a plain file")]
    Kind(String),
    /// A name that the format cannot hold.
    #[error("the name {0:?} is too long for a bundle")]
    Name(String),
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path in the repository.
    pub path: String,
    /// In bytes.
    pub length: u64,
}

/// The header of a member: the same for the same path and length.
///
/// # Errors
/// When the name is too long.
pub fn header(path: &str, length: u64) -> Result<Vec<u8>, ArchiveError> {
    let mut header = Header::new_ustar();
    header.set_path(path).map_err(|_| ArchiveError::Name(path.to_owned()))?;
    header.set_size(length);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_entry_type(EntryType::Regular);
    header.set_cksum();
    Ok(header.as_bytes().to_vec())
}

/// What fills a member of this length up.
pub fn padding(length: u64) -> u64 {
    (BLOCK - length % BLOCK) % BLOCK
}

/// Writes a member: its header, what is read, and what fills it up.
///
/// # Errors
/// When reading or writing fails, the name is too long, or there is less or more to read than was said.
pub fn append(to: &mut dyn Write, path: &str, length: u64, from: &mut dyn Read) -> io::Result<()> {
    let header = header(path, length).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    to.write_all(&header)?;
    let written = io::copy(&mut from.take(length.saturating_add(1)), to)?;
    if written != length {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{path} has another length than {length}"),
        ));
    }
    to.write_all(&END[..padding(length) as usize])
}

/// What ends an archive.
pub const END: [u8; 2 * BLOCK as usize] = [0; 2 * BLOCK as usize];

/// Reads a header; nothing at the end of the archive.
///
/// # Errors
/// When it is none.
pub fn parse(bytes: &[u8]) -> Result<Option<Member>, ArchiveError> {
    let block: &[u8; BLOCK as usize] = bytes.try_into().map_err(|_| ArchiveError::Header)?;
    if block.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let header = Header::from_byte_slice(block);
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    if header.as_ustar().is_none() || header.cksum().ok() != Some(sum) {
        return Err(ArchiveError::Header);
    }
    let path = String::from_utf8(header.path_bytes().into_owned()).map_err(|_| ArchiveError::Header)?;
    if header.entry_type() != EntryType::Regular {
        return Err(ArchiveError::Kind(path));
    }
    let length = header.entry_size().map_err(|_| ArchiveError::Header)?;
    Ok(Some(Member { path, length }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let path = format!("targets/{}/{}.content", "container-host/qemu-x86_64/1.2.0", "a".repeat(64));
        let member = Member { path: path.clone(), length: 5 << 30 };
        assert_eq!(parse(&header(&path, 5 << 30).unwrap()), Ok(Some(member)));
        assert_eq!(parse(&END[..512]), Ok(None));
        assert_eq!((padding(0), padding(1), padding(512), padding(u64::MAX)), (0, 511, 0, 1));
    }

    #[test]
    fn members_lie_at_block_boundaries() {
        let mut archive = Vec::new();
        append(&mut archive, "a", 3, &mut &b"abc"[..]).unwrap();
        append(&mut archive, "b", 512, &mut &[7; 512][..]).unwrap();
        archive.extend(END);
        assert_eq!(archive.len(), 512 * 6);
        assert_eq!(&archive[512..516], b"abc\0");
        assert_eq!(parse(&archive[1024..1536]).unwrap().unwrap().path, "b");
        assert!(append(&mut Vec::new(), "a", 2, &mut &b"abc"[..]).is_err());
        assert!(append(&mut Vec::new(), "a", 4, &mut &b"abc"[..]).is_err());
        let mut read = tar::Archive::new(&archive[..]);
        assert_eq!(read.entries().unwrap().count(), 2);
    }

    #[test]
    fn what_is_none_is_refused() {
        assert_eq!(parse(&[1; 512]), Err(ArchiveError::Header));
        assert_eq!(parse(&[0; 511]), Err(ArchiveError::Header));
        assert!(matches!(header(&"a".repeat(300), 1), Err(ArchiveError::Name(_))));
        let mut directory = Header::new_ustar();
        directory.set_path("x").unwrap();
        directory.set_size(0);
        directory.set_entry_type(EntryType::Directory);
        directory.set_cksum();
        assert!(matches!(parse(directory.as_bytes()), Err(ArchiveError::Kind(_))));
        let whole = header("x", 1).unwrap();
        for at in 0..512 {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            assert!(parse(&damaged).is_err(), "{at}");
        }
    }
}
