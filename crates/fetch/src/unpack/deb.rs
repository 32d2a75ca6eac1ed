//! Debian binary packages (deb(5)): their files, without running any of their scripts.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::compression::Compression;
use super::error::UnpackError;
use super::layer::{Filter, Layer};
use super::root::{Name, Root};
use super::tape::{self, Item};
use super::{Bounded, Limits, ar};

/// Lays the files of a `.deb` into a tree that may hold those of others. `filter` sees each path without a leading `/`
/// and says whether it is taken. A directory of the package for which the tree has a link to a directory stays that link.
///
/// # Errors
/// As [`super::archive`].
pub fn deb(
    file: &Path,
    into: &Path,
    filter: &dyn Fn(&[u8]) -> bool,
    limits: &Limits,
) -> Result<(), UnpackError> {
    let name = display_name(file);
    let opened = File::open(file).map_err(|source| UnpackError::Open { path: file.to_owned(), source })?;
    let data = data(BufReader::new(opened))
        .map_err(|source| UnpackError::Damaged { archive: name.clone(), source })?;
    let mut root = Root::open(into)?;
    unpack(data, &name, &mut root, filter, limits)
}

pub(super) fn unpack(
    data: impl Read,
    name: &str,
    root: &mut Root,
    filter: Filter<'_>,
    limits: &Limits,
) -> Result<(), UnpackError> {
    Layer::new(name, root, limits).filter(filter).unpack(data)
}

/// The content of one file of a `.deb` that is in memory; `None` when it has no such file. Symbolic links are not
/// followed. The package may come from anybody.
///
/// # Errors
/// When the package is damaged, when it holds more than `limits` allow, or when cancelled.
pub fn read_file(
    deb: &[u8],
    name: &str,
    path: &str,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, UnpackError> {
    let damaged = |source| UnpackError::stream(name, source);
    let mut found = None;
    let mut entries = 0;
    let stream = Bounded::new(data(deb).map_err(damaged)?, limits.stream(), &limits.cancel);
    tape::each(stream, damaged, |item| {
        entries += 1;
        if entries > limits.entries {
            let limit = format!("{} entries", limits.entries);
            return Err(UnpackError::TooLarge { archive: name.to_owned(), limit });
        }
        let Item::Entry(entry, content) = item else { return Ok(()) };
        let wanted = Name::new(&entry.name).is_ok_and(|name| name.as_bytes() == path.as_bytes());
        if !wanted || !matches!(entry.kind, tape::Kind::File) {
            return Ok(());
        }
        if entry.size > limits.bytes {
            let limit = format!("{} bytes in {path}", limits.bytes);
            return Err(UnpackError::TooLarge { archive: name.to_owned(), limit });
        }
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).map_err(damaged)?;
        found = Some(bytes);
        Ok(())
    })?;
    Ok(found)
}

/// A `.deb`.
#[derive(Debug, Clone, Copy)]
pub struct Package<'a> {
    /// Where its bytes are.
    pub file: &'a Path,
    /// What messages call it.
    pub name: &'a str,
}

/// Unpacks an archive that a `.deb` holds at this path, relative to the root, as [`super::archive`] does: the source of
/// Debian's `linux-source-6.12`, for one. Symbolic links are not followed.
///
/// # Errors
/// As [`super::archive`], and when the package has no such file.
pub fn archive_in_deb(
    package: Package<'_>,
    path: &str,
    only: &[String],
    into: &Path,
    limits: &Limits,
) -> Result<(), UnpackError> {
    let Package { file, name } = package;
    let opened = File::open(file).map_err(|source| UnpackError::Open { path: file.to_owned(), source })?;
    let damaged = |source| UnpackError::stream(name, source);
    let files = data(BufReader::new(opened)).map_err(damaged)?;
    // Enough of the archives that it holds to see what was meant.
    let mut held = Vec::new();
    let (mut unpacked, mut entries) = (false, 0);
    tape::each(Bounded::new(files, limits.stream(), &limits.cancel), damaged, |item| {
        entries += 1;
        if entries > limits.entries {
            let limit = format!("{} entries", limits.entries);
            return Err(UnpackError::TooLarge { archive: name.to_owned(), limit });
        }
        let Item::Entry(entry, content) = item else { return Ok(()) };
        let Ok(found) = Name::new(&entry.name) else { return Ok(()) };
        if !matches!(entry.kind, tape::Kind::File) {
            return Ok(());
        }
        if !unpacked && found.as_bytes() == path.as_bytes() {
            unpacked = true;
            return super::stream(BufReader::new(content), &format!("{name}:{path}"), only, into, limits);
        }
        let found = String::from_utf8_lossy(found.as_bytes());
        if held.len() < 5 && Compression::of_tar(&found).is_some() {
            held.push(format!("/{found}"));
        }
        Ok(())
    })?;
    if unpacked {
        return Ok(());
    }
    Err(UnpackError::NoFile { package: name.to_owned(), path: path.to_owned(), archives: held.join(", ") })
}

/// The tar stream of a package's files.
pub(super) fn data<'a>(mut deb: impl io::BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let (member, size) = ar::seek_member(&mut deb, "data.tar")?;
    let compression = Compression::of_tar(&member).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{member} has an unknown compression"))
    })?;
    Ok(compression.reader(deb.take(size)))
}

pub(super) fn display_name(file: &Path) -> String {
    file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned())
}
