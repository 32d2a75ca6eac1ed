//! The entries of a tar stream (POSIX.1-2017 pax, with GNU long names), one after the other.
//!
//! The tar crate splits the stream; extended headers are read here, because their size has to be bounded.

use std::io::{self, Read};

use tar::{EntryType, PaxExtensions};

use super::error::EntryError;

/// An entry without its content.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) kind: Kind,
    /// Permission bits as they stand in the archive.
    pub(super) mode: u32,
    /// Seconds since 1970.
    pub(super) time: u64,
    /// Bytes of content.
    pub(super) size: u64,
}

pub(super) enum Kind {
    File,
    Directory,
    Symlink(Vec<u8>),
    HardLink(Vec<u8>),
    /// What is not unpacked, by a word for it.
    Other(&'static str),
}

/// Bytes that an extended header may have.
const EXTENSION: u64 = 1 << 20;

/// What comes of one header of the stream.
pub(super) enum Item<'a> {
    Entry(Entry, &'a mut dyn Read),
    /// An extended header that is too long, of the entry with this name.
    Refused(Vec<u8>, EntryError),
}

/// Names that extended headers give to the entry after them.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    time: Option<u64>,
    sparse: bool,
}

/// Calls `visit` for every entry.
///
/// # Errors
/// Those of `visit`, and those of the stream made into `E`.
pub(super) fn each<E>(
    reader: impl Read,
    damaged: impl Fn(io::Error) -> E,
    mut visit: impl FnMut(Item<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut archive = tar::Archive::new(reader);
    let mut extended = Extended::default();
    for raw in archive.entries().map_err(&damaged)?.raw(true) {
        let mut raw = raw.map_err(&damaged)?;
        match raw.header().entry_type() {
            EntryType::XGlobalHeader => continue,
            kind @ (EntryType::XHeader | EntryType::GNULongName | EntryType::GNULongLink) => {
                let size = raw.size();
                if size > EXTENSION {
                    let problem = EntryError::Extension { size, limit: EXTENSION };
                    visit(Item::Refused(raw.path_bytes().into_owned(), problem))?;
                    continue;
                }
                let mut bytes = Vec::new();
                raw.read_to_end(&mut bytes).map_err(&damaged)?;
                extended.add(kind, bytes).map_err(&damaged)?;
            }
            _ => {
                let entry = entry(&raw, std::mem::take(&mut extended)).map_err(&damaged)?;
                visit(Item::Entry(entry, &mut raw))?;
            }
        }
    }
    Ok(())
}

impl Extended {
    fn add(&mut self, kind: EntryType, mut bytes: Vec<u8>) -> io::Result<()> {
        if kind != EntryType::XHeader {
            // GNU ends the name with a zero byte.
            if bytes.last() == Some(&0) {
                bytes.pop();
            }
            let field = if kind == EntryType::GNULongName { &mut self.name } else { &mut self.link };
            *field = Some(bytes);
            return Ok(());
        }
        for record in PaxExtensions::new(&bytes) {
            let record = record?;
            let value = record.value_bytes();
            match record.key_bytes() {
                b"path" => self.name = Some(value.to_owned()),
                b"linkpath" => self.link = Some(value.to_owned()),
                b"mtime" => self.time = seconds(value),
                // Only files of 8 GiB and more need it.
                b"size" => self.sparse = true,
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => (),
            }
        }
        Ok(())
    }
}

/// The whole seconds of a pax time such as `1720000000.25`.
fn seconds(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.split('.').next()?.parse().ok()
}

fn entry<R: Read>(raw: &tar::Entry<'_, R>, extended: Extended) -> io::Result<Entry> {
    let header = raw.header();
    let link = || {
        let link = extended.link.clone().or_else(|| header.link_name_bytes().map(|link| link.into_owned()));
        link.unwrap_or_default()
    };
    let name = extended.name.clone().unwrap_or_else(|| header.path_bytes().into_owned());
    let kind = match header.entry_type() {
        _ if extended.sparse => Kind::Other("a sparse file or one of more than 8 GiB"),
        // Before POSIX a directory was a file whose name ends with a slash.
        EntryType::Regular if name.ends_with(b"/") => Kind::Directory,
        EntryType::Regular | EntryType::Continuous => Kind::File,
        EntryType::Directory => Kind::Directory,
        EntryType::Symlink => Kind::Symlink(link()),
        EntryType::Link => Kind::HardLink(link()),
        EntryType::Char => Kind::Other("a character device"),
        EntryType::Block => Kind::Other("a block device"),
        EntryType::Fifo => Kind::Other("a named pipe"),
        EntryType::GNUSparse => Kind::Other("a sparse file"),
        _ => Kind::Other("of an unknown kind"),
    };
    Ok(Entry {
        name,
        kind,
        mode: header.mode()?,
        time: extended.time.unwrap_or(header.mtime()?),
        size: raw.size(),
    })
}
