//! Reading an archive, trusting nothing in it.

use std::io::{self, Read};

use super::header::Raw;
use super::{BLOCK, Entry, Kind, padding, pax, unsafe_path};
use crate::Sha1;

/// Most bytes of pax records that one entry may have.
const LARGEST_EXTENSION: u64 = 1 << 20;

/// Why an archive cannot be read further.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The underlying reader failed, or ended within an entry.
    #[error("the archive cannot be read")]
    Io(#[from] io::Error),
    /// The bytes are not an archive of the kind that packages use.
    #[error("{0}")]
    Malformed(&'static str),
    /// An entry's name would leave the directory that it is unpacked into.
    #[error("entry {path:?} {reason}")]
    UnsafePath {
        /// The name as stored.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A device node, a socket or another thing that packages do not hold.
    #[error("entry {path:?} is of type {flag:?}; expected a file, a directory or a link")]
    Unsupported {
        /// The entry.
        path: String,
        /// Tar's type flag.
        flag: char,
    },
}

/// Reads entries one after the other. Between two calls of [`ArchiveReader::next_entry`] it reads as the content of the entry.
pub struct ArchiveReader<R> {
    from: R,
    left: u64,
    padding: u64,
}

impl<R: Read> ArchiveReader<R> {
    /// Reads from the archive's first byte.
    pub fn new(from: R) -> Self {
        Self { from, left: 0, padding: 0 }
    }

    /// The next entry; what is unread of the one before is skipped, as is `./`. `None` at the end, marked or not.
    ///
    /// # Errors
    /// See [`ArchiveError`]; there is nothing to read after one.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, ArchiveError> {
        let mut extension = Extension::default();
        loop {
            self.skip_rest()?;
            let Some(raw) = self.header()? else {
                return if extension.seen {
                    Err(ArchiveError::Malformed("an entry is missing"))
                } else {
                    Ok(None)
                };
            };
            match raw.flag {
                b'x' => extension.read(&self.small(raw.size)?)?,
                // Global records say nothing about a single entry.
                b'g' => drop(self.small(raw.size)?),
                // The top directory itself, as an archive of a whole root has it.
                b'5' if extension.path.is_none() && raw.name == b"./" => extension = Extension::default(),
                _ => return self.entry(raw, extension).map(Some),
            }
        }
    }

    fn entry(&mut self, raw: Raw, extension: Extension) -> Result<Entry, ArchiveError> {
        let name = extension.path.unwrap_or(raw.name);
        let name = utf8(name)?;
        let path = name.strip_prefix("./").unwrap_or(&name).trim_end_matches('/').to_owned();
        if let Some(reason) = unsafe_path(&path) {
            return Err(ArchiveError::UnsafePath { path: name, reason });
        }
        let link = utf8(extension.link.unwrap_or(raw.link))?;
        let kind = match raw.flag {
            b'0' | 0 | b'7' => Kind::File,
            b'1' => match unsafe_path(&link) {
                Some(reason) => return Err(ArchiveError::UnsafePath { path: link, reason }),
                None => Kind::HardLink(link),
            },
            b'2' if link.is_empty() || link.contains('\0') => {
                return Err(ArchiveError::Malformed("a symbolic link has no target"));
            }
            b'2' => Kind::Symlink(link),
            b'5' => Kind::Directory,
            flag => return Err(ArchiveError::Unsupported { path, flag: char::from(flag) }),
        };
        let size = if kind == Kind::File { extension.size.unwrap_or(raw.size) } else { 0 };
        self.left = size;
        self.padding = padding(size);
        let owner = |id: u64| {
            u32::try_from(id).map_err(|_| ArchiveError::Malformed("an owner's number is too large"))
        };
        let (uid, gid) = (owner(raw.uid)?, owner(raw.gid)?);
        let mode = (raw.mode & 0o7777) as u32;
        Ok(Entry { path, kind, mode, uid, gid, mtime: raw.mtime, size, checksum: extension.checksum })
    }

    fn header(&mut self) -> Result<Option<Raw>, ArchiveError> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            match self.from.read(&mut block[filled..]) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(ArchiveError::Malformed("a header is cut off")),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        if block.iter().all(|byte| *byte == 0) {
            // The end mark; what follows it is read so that the reader's own end is seen.
            io::copy(&mut self.from, &mut io::sink())?;
            return Ok(None);
        }
        Raw::decode(&block).map(Some).map_err(ArchiveError::Malformed)
    }

    /// The content of an extension header.
    fn small(&mut self, size: u64) -> Result<Vec<u8>, ArchiveError> {
        if size > LARGEST_EXTENSION {
            return Err(ArchiveError::Malformed("an extended header is larger than 1 MiB"));
        }
        self.left = size;
        self.padding = padding(size);
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        if bytes.len() as u64 != size {
            return Err(ArchiveError::Io(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(bytes)
    }

    fn skip_rest(&mut self) -> Result<(), ArchiveError> {
        let rest = self.left.saturating_add(self.padding);
        (self.left, self.padding) = (0, 0);
        let skipped = io::copy(&mut (&mut self.from).take(rest), &mut io::sink())?;
        if skipped == rest { Ok(()) } else { Err(ArchiveError::Io(io::ErrorKind::UnexpectedEof.into())) }
    }
}

impl<R: Read> Read for ArchiveReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.from.read(&mut into[..most])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}

#[derive(Default)]
struct Extension {
    seen: bool,
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    checksum: Option<Sha1>,
}

impl Extension {
    fn read(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.seen = true;
        for (key, value) in pax::records(bytes).map_err(ArchiveError::Malformed)? {
            match key {
                "path" => self.path = Some(value.to_vec()),
                "linkpath" => self.link = Some(value.to_vec()),
                "size" => self.size = Some(decimal(value)?),
                "APK-TOOLS.checksum.SHA1" => self.checksum = Some(sha1(value)?),
                _ => {}
            }
        }
        Ok(())
    }
}

fn decimal(value: &[u8]) -> Result<u64, ArchiveError> {
    let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
    number.ok_or(ArchiveError::Malformed("a pax size is not a number"))
}

fn sha1(value: &[u8]) -> Result<Sha1, ArchiveError> {
    let sum = std::str::from_utf8(value).ok().and_then(Sha1::from_hex);
    sum.ok_or(ArchiveError::Malformed("a pax checksum is not 40 hexadecimal digits"))
}

fn utf8(bytes: Vec<u8>) -> Result<String, ArchiveError> {
    String::from_utf8(bytes).map_err(|_| ArchiveError::Malformed("a name is not UTF-8"))
}
