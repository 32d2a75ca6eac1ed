//! Writing an archive.

use std::io::{self, Read, Write};

use super::header::Raw;
use super::{BLOCK, Entry, Kind, padding, pax};

/// Writes entries one after the other.
pub struct ArchiveWriter<W> {
    into: W,
}

impl<W: Write> ArchiveWriter<W> {
    /// An archive without entries yet.
    pub fn new(into: W) -> Self {
        Self { into }
    }

    /// Adds an entry; `content` must hold `entry.size` bytes or more.
    ///
    /// # Errors
    /// Of the writer and of `content`; `UnexpectedEof` when the content ends early.
    pub fn append(&mut self, entry: &Entry, content: &mut dyn Read) -> io::Result<()> {
        self.extension(entry)?;
        self.header(&main_header(entry))?;
        if entry.kind != Kind::File {
            return Ok(());
        }
        let copied = io::copy(&mut content.take(entry.size), &mut self.into)?;
        if copied != entry.size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.pad(entry.size)
    }

    /// Ends the archive with its two empty blocks and gives the writer back.
    ///
    /// # Errors
    /// Of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.into.write_all(&[0; 2 * BLOCK])?;
        Ok(self.into)
    }

    /// Gives the writer back with the archive left open, for a piece that another one follows.
    pub fn cut(self) -> W {
        self.into
    }

    fn extension(&mut self, entry: &Entry) -> io::Result<()> {
        let records = extension_records(entry);
        if records.is_empty() {
            return Ok(());
        }
        let base = entry.path.rsplit('/').next().unwrap_or_default().as_bytes();
        let name = [b"PaxHeaders/", &base[..base.len().min(80)]].concat();
        let size = records.len() as u64;
        let extension =
            Raw { name, mode: 0o644, uid: 0, gid: 0, size, mtime: entry.mtime, flag: b'x', link: Vec::new() };
        self.header(&extension)?;
        self.into.write_all(&records)?;
        self.pad(size)
    }

    fn header(&mut self, raw: &Raw) -> io::Result<()> {
        let block = raw
            .encode()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a tar header overflows"))?;
        self.into.write_all(&block)
    }

    fn pad(&mut self, size: u64) -> io::Result<()> {
        io::copy(&mut io::repeat(0).take(padding(size)), &mut self.into).map(drop)
    }
}

const NAME: usize = 100;
/// What eleven octal digits hold.
const LARGEST: u64 = 0o77_777_777_777;

/// The path as tar has it: a directory ends in a slash.
fn stored_path(entry: &Entry) -> String {
    match entry.kind {
        Kind::Directory => format!("{}/", entry.path),
        _ => entry.path.clone(),
    }
}

fn extension_records(entry: &Entry) -> Vec<u8> {
    let mut records = Vec::new();
    let path = stored_path(entry);
    if path.len() > NAME {
        records.extend(pax::record("path", path.as_bytes()));
    }
    if let Kind::Symlink(target) | Kind::HardLink(target) = &entry.kind
        && target.len() > NAME
    {
        records.extend(pax::record("linkpath", target.as_bytes()));
    }
    if entry.size > LARGEST {
        records.extend(pax::record("size", entry.size.to_string().as_bytes()));
    }
    if let Some(checksum) = entry.checksum {
        records.extend(pax::record("APK-TOOLS.checksum.SHA1", checksum.to_string().as_bytes()));
    }
    records
}

fn main_header(entry: &Entry) -> Raw {
    let (flag, link) = match &entry.kind {
        Kind::File => (b'0', ""),
        Kind::HardLink(target) => (b'1', target.as_str()),
        Kind::Symlink(target) => (b'2', target.as_str()),
        Kind::Directory => (b'5', ""),
    };
    let size = if entry.kind == Kind::File && entry.size <= LARGEST { entry.size } else { 0 };
    Raw {
        name: shortened(stored_path(entry).as_bytes()),
        mode: u64::from(entry.mode & 0o7777),
        uid: u64::from(entry.uid),
        gid: u64::from(entry.gid),
        size,
        mtime: entry.mtime,
        flag,
        link: shortened(link.as_bytes()),
    }
}

/// What the header's field holds of a name; the whole of a longer one is in a pax record.
fn shortened(name: &[u8]) -> Vec<u8> {
    name[..name.len().min(NAME)].to_vec()
}
