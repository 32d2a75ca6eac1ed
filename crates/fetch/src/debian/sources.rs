//! The index of a suite's source packages.

use yoe_model::ArchiveFile;

use super::control::{self, Stanza};
use super::error::DebianError;
use super::index;
use super::version;

/// The files of a source package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFiles {
    /// Upstream's tarballs: the main one first, then its parts by name. Signatures are left out.
    pub(crate) tarballs: Vec<ArchiveFile>,
    /// What Debian adds.
    pub(crate) changes: Changes,
}

/// What Debian adds to upstream's tarballs (dpkg-source(1), "Source package formats").
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Changes {
    /// Nothing: the package is Debian's own, or has no changes at all.
    Nothing,
    /// `NAME_VERSION.debian.tar.*` of the formats 2.0 and 3.0 (quilt), which holds patches with names.
    Patches(ArchiveFile),
    /// `NAME_VERSION.diff.gz` of format 1.0: one difference for all.
    Difference(ArchiveFile),
}

/// Finds the files of a source package in the text of a `Sources` file.
pub(crate) fn find(
    text: &str,
    archive: &str,
    suite: &str,
    (package, version): (&str, &str),
) -> Result<SourceFiles, DebianError> {
    let mut there = Vec::new();
    for stanza in control::stanzas(text) {
        if stanza.get("Package") != Some(package) {
            continue;
        }
        match stanza.get("Version") {
            Some(found) if found == version => return files(&stanza, archive, suite, (package, version)),
            Some(found) => there.push(found),
            None => (),
        }
    }
    there.sort_by(|a, b| version::compare(a, b));
    there.dedup();
    Err(DebianError::NoSource {
        suite: suite.to_owned(),
        package: package.to_owned(),
        version: version.to_owned(),
        there: match there.as_slice() {
            [] => format!("there is no source package {package}"),
            versions => format!("it has {}", versions.join(", ")),
        },
    })
}

fn files(
    stanza: &Stanza<'_>,
    archive: &str,
    suite: &str,
    (package, version): (&str, &str),
) -> Result<SourceFiles, DebianError> {
    let directory = stanza.get("Directory").unwrap_or_default();
    let mut files = Vec::new();
    for line in stanza.lines("Checksums-Sha256") {
        let file = listed(line, directory, archive).ok_or_else(|| DebianError::Index {
            suite: suite.to_owned(),
            index: "Sources".to_owned(),
            problem: format!("source package {package} lists {line:?}"),
        })?;
        files.push(file);
    }
    let changes = files.iter().find_map(|file| {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let signature = name.ends_with(".asc") || name.ends_with(".sig");
        match name {
            _ if signature => None,
            _ if name.contains(".debian.tar.") => Some(Changes::Patches(file.clone())),
            _ if name.contains(".diff.") => Some(Changes::Difference(file.clone())),
            _ => None,
        }
    });
    let mut chosen: Vec<ArchiveFile> =
        files.iter().filter(|file| file.path.contains(".orig") && is_tarball(&file.path)).cloned().collect();
    if chosen.is_empty() {
        // A native package has one tarball, which is upstream's.
        chosen = files.into_iter().filter(|file| is_tarball(&file.path)).collect();
    }
    // `.orig.tar` is the main one, `.orig-PART.tar` its parts.
    chosen.sort_by_key(|file| (file.path.contains(".orig-"), file.path.clone()));
    match chosen.is_empty() {
        false => Ok(SourceFiles { tarballs: chosen, changes: changes.unwrap_or(Changes::Nothing) }),
        true => Err(DebianError::NoTarball {
            suite: suite.to_owned(),
            package: package.to_owned(),
            version: version.to_owned(),
        }),
    }
}

fn is_tarball(path: &str) -> bool {
    path.contains(".tar.")
        && !path.contains(".debian.tar.")
        && !path.ends_with(".asc")
        && !path.ends_with(".sig")
}

/// A line `DIGEST SIZE NAME`.
fn listed(line: &str, directory: &str, archive: &str) -> Option<ArchiveFile> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [sha256, size, name] = words[..] else { return None };
    Some(ArchiveFile {
        archive: archive.to_owned(),
        path: index::path(&format!("{directory}/{name}"))?,
        size: size.parse().ok()?,
        sha256: sha256.parse().ok()?,
    })
}
