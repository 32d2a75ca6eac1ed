//! Debian binary packages (deb(5)): their files, without running any of their scripts.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::compression::Compression;
use super::entries::{self, Item};
use super::error::UnpackError;
use super::layer::{Filter, Layer};
use super::root::{Name, Root};
use super::source::SourceFile;
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
    let mut found = None;
    each_file(deb, name, limits, |file, size, content| {
        if file.as_bytes() != path.as_bytes() {
            return Ok(());
        }
        if size > limits.bytes {
            let limit = format!("{} bytes in {path}", limits.bytes);
            return Err(UnpackError::TooLarge { archive: name.to_owned(), limit });
        }
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).map_err(|source| UnpackError::stream(name, source))?;
        found = Some(bytes);
        Ok(())
    })?;
    Ok(found)
}

/// Unpacks an archive that a `.deb` holds at this path, relative to the root, as [`super::archive`] does: the source of
/// Debian's `linux-source-6.12`, for one. Symbolic links are not followed.
///
/// # Errors
/// As [`super::archive`], and when the package has no such file.
pub fn archive_in_deb(
    package: &SourceFile,
    path: &str,
    only: &[String],
    into: &Path,
    limits: &Limits,
) -> Result<(), UnpackError> {
    let SourceFile { file, name } = package;
    let opened = File::open(file).map_err(|source| UnpackError::Open { path: file.clone(), source })?;
    // Some of the archives that it holds, to see what was meant.
    let mut held = Vec::new();
    let mut unpacked = false;
    each_file(BufReader::new(opened), name, limits, |file, _, content| {
        if !unpacked && file.as_bytes() == path.as_bytes() {
            unpacked = true;
            return super::stream(BufReader::new(content), &format!("{name}:{path}"), only, into, limits);
        }
        let file = String::from_utf8_lossy(file.as_bytes());
        if held.len() < 5 && Compression::of_tar(&file).is_some() {
            held.push(format!("/{file}"));
        }
        Ok(())
    })?;
    if unpacked {
        return Ok(());
    }
    Err(UnpackError::NoFile { package: name.clone(), path: path.to_owned(), archives: held.join(", ") })
}

/// Calls `visit` with the name, the size and the content of each file of a package that is within the limits.
fn each_file(
    deb: impl io::BufRead,
    name: &str,
    limits: &Limits,
    mut visit: impl FnMut(Name, u64, &mut dyn Read) -> Result<(), UnpackError>,
) -> Result<(), UnpackError> {
    let damaged = |source| UnpackError::stream(name, source);
    let stream = Bounded::new(data(deb).map_err(damaged)?, limits.stream(), &limits.cancel);
    let mut entries = 0;
    entries::each(stream, damaged, |item| {
        entries += 1;
        if entries > limits.entries {
            let limit = format!("{} entries", limits.entries);
            return Err(UnpackError::TooLarge { archive: name.to_owned(), limit });
        }
        match item {
            Item::Entry(entry, content) if matches!(entry.kind, entries::Kind::File) => {
                Name::new(&entry.name).map_or(Ok(()), |file| visit(file, entry.size, content))
            }
            _ => Ok(()),
        }
    })
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
