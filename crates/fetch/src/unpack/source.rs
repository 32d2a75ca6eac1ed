//! The source tree of a Debian source package: upstream's tarballs. Debian's patches are applied to it later, in a sandbox.

use std::path::{Path, PathBuf};

use super::error::UnpackError;
use super::{Limits, archive};

/// A tarball, or a package that holds one, and the name that it has in its archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Where its bytes are.
    pub file: PathBuf,
    /// Its name, such as `zlib_1.3.1.orig.tar.gz`.
    pub name: String,
}

/// Unpacks the tarballs of a source package: the main one into the directory itself, and `NAME_VERSION.orig-PART.tar.*` into
/// the directory `PART` in it, as dpkg-source(1) does. With `only`, just these paths of the tree.
///
/// # Errors
/// As [`archive`].
pub fn source(
    files: &[SourceFile],
    only: &[String],
    into: &Path,
    limits: &Limits,
) -> Result<(), UnpackError> {
    let parts: Vec<(&str, &SourceFile)> =
        files.iter().filter_map(|file| part(&file.name).map(|part| (part, file))).collect();
    let in_main: Vec<String> = only
        .iter()
        .filter(|path| parts.iter().all(|(part, _)| below(path, part).is_none()))
        .cloned()
        .collect();
    for SourceFile { file, name } in files.iter().filter(|file| part(&file.name).is_none()) {
        if only.is_empty() || !in_main.is_empty() {
            archive(file, name, &in_main, into, limits)?;
        }
    }
    for (part, SourceFile { file, name }) in parts {
        let mut inside: Vec<String> =
            only.iter().filter_map(|path| below(path, part)).map(str::to_owned).collect();
        if inside.is_empty() && !only.is_empty() {
            continue;
        }
        if inside.iter().any(String::is_empty) {
            // The part itself is asked for.
            inside.clear();
        }
        let directory = into.join(part);
        // The main tarball may hold an empty or older directory of that name; the part takes its place.
        remove(&directory).map_err(|source| UnpackError::Directory { path: directory.clone(), source })?;
        archive(file, name, &inside, &directory, limits)?;
    }
    Ok(())
}

/// A path in the directory of this name, without it.
fn below<'a>(path: &'a str, directory: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(directory)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

fn remove(directory: &Path) -> std::io::Result<()> {
    match directory.symlink_metadata() {
        Ok(meta) if meta.is_dir() => std::fs::remove_dir_all(directory),
        Ok(_) => std::fs::remove_file(directory),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// The part of `NAME_VERSION.orig-PART.tar.*`; dpkg-source allows letters, digits and `-` in it.
fn part(name: &str) -> Option<&str> {
    let (_, rest) = name.split_once(".orig-")?;
    let (part, _) = rest.split_once(".tar")?;
    (!part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')).then_some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_in_names() {
        assert_eq!(part("foo_1.2.orig-vendor.tar.xz"), Some("vendor"));
        assert_eq!(part("foo_1.2.orig.tar.xz"), None);
        assert_eq!(part("foo_1.2.orig-../x.tar.xz"), None);
        assert_eq!(part("foo_1.2.orig-.tar.xz"), None);
    }
}
