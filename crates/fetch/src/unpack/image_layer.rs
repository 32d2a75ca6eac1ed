//! Layers of container images: read to their end without being unpacked, to know what an engine will make of them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use yoe_model::Digest;

use super::compression::Compression;
use super::entries::{self, Item, Kind};
use super::error::UnpackError;
use super::{Bounded, Limits};

/// What a layer amounts to once it is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerContent {
    /// SHA-256 of the archive before it was compressed.
    pub digest: Digest,
    /// Number of files and of what is no directory and no symbolic link.
    pub files: u64,
    /// Number of directories.
    pub directories: u64,
    /// Number of symbolic links.
    pub links: u64,
    /// Sum of the sizes of the files, in bytes.
    pub bytes: u64,
    /// The same in blocks of 4096 bytes, each file rounded up.
    pub blocks: u64,
}

/// Reads a layer: a tar archive as it is, or compressed by gzip or zstd, which its first bytes tell. `name` is what messages call it.
///
/// # Errors
/// When it is damaged, when it holds more than `limits` allow, or when cancelled.
pub fn image_layer(file: &Path, name: &str, limits: &Limits) -> Result<LayerContent, UnpackError> {
    let opened = File::open(file).map_err(|source| UnpackError::Open { path: file.to_owned(), source })?;
    let damaged = |source| UnpackError::stream(name, source);
    let mut input = BufReader::new(opened);
    let compression = compression(input.fill_buf().map_err(damaged)?);
    let reader = Bounded::new(compression.reader(input), limits.stream(), &limits.cancel);
    let mut hashing = Hashing { inner: reader, hash: Sha256::new() };
    let mut content =
        LayerContent { digest: Digest::of(b""), files: 0, directories: 0, links: 0, bytes: 0, blocks: 0 };
    entries::each(&mut hashing, damaged, |item| match item {
        Item::Entry(entry, _) => content.count(&entry.kind, entry.size, name, limits),
        Item::Refused(entry, problem) => {
            let entry = String::from_utf8_lossy(&entry).into_owned();
            Err(UnpackError::Entry { archive: name.to_owned(), entry, problem })
        }
    })?;
    // What comes after the end of the archive is part of the digest.
    io::copy(&mut hashing, &mut io::sink()).map_err(damaged)?;
    content.digest = Digest::from_bytes(hashing.hash.finalize().into());
    Ok(content)
}

impl LayerContent {
    fn count(&mut self, kind: &Kind, size: u64, name: &str, limits: &Limits) -> Result<(), UnpackError> {
        match kind {
            Kind::Directory => self.directories += 1,
            Kind::Symlink(_) => self.links += 1,
            Kind::File | Kind::HardLink(_) | Kind::Other(_) => self.files += 1,
        }
        if let Kind::File = kind {
            self.bytes = self.bytes.saturating_add(size);
            self.blocks = self.blocks.saturating_add(size.div_ceil(4096));
        }
        let limit = if self.files + self.directories + self.links > limits.entries {
            format!("{} entries", limits.entries)
        } else if self.bytes > limits.bytes {
            format!("{} bytes", limits.bytes)
        } else {
            return Ok(());
        };
        Err(UnpackError::TooLarge { archive: name.to_owned(), limit })
    }
}

fn compression(first: &[u8]) -> Compression {
    match first {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        _ => Compression::None,
    }
}

struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::test_archive::Tar;

    fn read(bytes: &[u8], limits: &Limits) -> Result<LayerContent, UnpackError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        image_layer(file.path(), "layer 1", limits)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_layer_is_counted_whatever_its_compression() {
        let tar = Tar::default()
            .directory("a/")
            .file("a/b", &"x".repeat(5000))
            .symlink("a/c", "b")
            .hard_link("a/d", "a/b")
            .entry(b'3', b"a/e", b"", 0o600, b"")
            .end();
        let expected = LayerContent {
            digest: Digest::of(&tar),
            files: 3,
            directories: 1,
            links: 1,
            bytes: 5000,
            blocks: 2,
        };
        for layer in [tar.clone(), gzip(&tar), zstd::encode_all(tar.as_slice(), 1).unwrap()] {
            assert_eq!(read(&layer, &Limits::default()).unwrap(), expected);
        }
    }

    #[test]
    fn one_that_is_damaged_or_fills_a_disk_is_refused() {
        let tar = Tar::default().file("a", &"x".repeat(5000)).end();
        let mut cut = gzip(&tar);
        cut.truncate(cut.len() / 2);
        let refusal = |layer: &[u8], limits: Limits| read(layer, &limits).unwrap_err().to_string();
        assert_eq!(refusal(&cut, Limits::default()), "layer 1 is damaged");
        assert_eq!(refusal(b"text", Limits::default()), "layer 1 is damaged");
        let small = Limits { bytes: 4999, ..Limits::default() };
        assert_eq!(
            refusal(&gzip(&tar), small),
            "layer 1 holds more than 4999 bytes; refusing to fill the disk"
        );
        let none = Limits { entries: 0, ..Limits::default() };
        assert_eq!(refusal(&tar, none), "layer 1 holds more than 0 entries; refusing to fill the disk");
        // A few bytes that become many, after the end of the archive.
        let mut bomb = Tar::default().end();
        bomb.resize(64 << 20, 0);
        let tight = Limits { bytes: 1 << 20, entries: 1, ..Limits::default() };
        let problem = refusal(&gzip(&bomb), tight);
        assert!(problem.contains("holds more than"), "{problem}");
    }
}
