//! A directory of advisories, as OSV hands them out and as osv-scanner keeps them: for each ecosystem `all.zip`, or a directory of
//! JSON files.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::osv::Advisory;

/// Takes the text of an advisory, with its path.
type Visit<'v> = &'v mut dyn FnMut(PathBuf, &[u8]) -> Result<(), DatabaseError>;

/// No advisory is larger.
const LARGEST: u64 = 64 << 20;
/// Directories that osv-scanner keeps them in, newer and older versions of it, below the one that it is given.
const PLACES: [&str; 3] = ["", "osv-scalibr", "osv-scanner"];

/// Why a database cannot be used. An advisory that is passed over would be a hole that nobody hears of.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// It cannot be read.
    #[error("{path} cannot be read")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no zip archive, or a damaged one.
    #[error("{path} is not a zip archive that can be read")]
    Zip {
        /// The archive.
        path: PathBuf,
        /// Why.
        source: zip::result::ZipError,
    },
    /// An advisory that is none.
    #[error("{path} is not an advisory in OSV's format")]
    Advisory {
        /// The file; of an archive, with the name in it.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

/// What was read for an ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// How many advisories there are.
    pub advisories: usize,
    /// When the newest of them was last changed (RFC 3339).
    pub newest: String,
}

pub(super) enum Database {
    Zip(PathBuf),
    Directory(PathBuf),
}

impl Database {
    /// The database of an ecosystem below a directory; that of a release, such as `Debian:13`, counts too.
    pub(super) fn find(directory: &Path, ecosystem: &str) -> Option<Self> {
        let places = PLACES.iter().map(|place| directory.join(place));
        let mut found = places.flat_map(|place| {
            let release = fs::read_dir(&place).into_iter().flatten().flatten().map(|entry| entry.path());
            let mut releases: Vec<PathBuf> = release.filter(|path| is_release(path, ecosystem)).collect();
            releases.sort();
            std::iter::once(place.join(ecosystem)).chain(releases)
        });
        found.find_map(|place| Self::at(&place))
    }

    /// All databases below a directory: one for each directory that holds some.
    pub(super) fn all(directory: &Path) -> Vec<Self> {
        let places = PLACES
            .iter()
            .flat_map(|place| fs::read_dir(directory.join(place)).into_iter().flatten().flatten());
        let mut paths: Vec<PathBuf> = places.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        paths.sort();
        paths.iter().filter_map(|path| Self::at(path)).collect()
    }

    fn at(place: &Path) -> Option<Self> {
        let archive = place.join("all.zip");
        if archive.is_file() {
            return Some(Self::Zip(archive));
        }
        json_files(place).is_ok_and(|files| !files.is_empty()).then(|| Self::Directory(place.to_owned()))
    }

    /// Gives each advisory about one of these packages to `visit`.
    pub(super) fn read(
        &self,
        names: &BTreeSet<&str>,
        visit: &mut dyn FnMut(Advisory),
    ) -> Result<Source, DatabaseError> {
        let mut source = Source { advisories: 0, newest: String::new() };
        self.texts(&mut |path, text| {
            let advisory = advisory(path, text)?;
            source.advisories += 1;
            if advisory.modified > source.newest {
                source.newest.clone_from(&advisory.modified);
            }
            let packages = advisory.affected.iter().filter_map(|affected| affected.package.as_ref());
            if packages.into_iter().any(|package| names.contains(package.name.as_str())) {
                visit(advisory);
            }
            Ok(())
        })?;
        Ok(source)
    }

    /// The advisories about a hole, by any of its names.
    pub(super) fn named(&self, id: &str) -> Result<Vec<Advisory>, DatabaseError> {
        let mut found = Vec::new();
        let quoted = format!("\"{id}\"");
        self.texts(&mut |path, text| {
            // Most are not looked at any closer.
            if memchr::memmem::find(text, quoted.as_bytes()).is_some() {
                found.extend(
                    Some(advisory(path, text)?).filter(|advisory| advisory.names().any(|name| name == id)),
                );
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Gives the text of each advisory to `visit`, with its path.
    fn texts(&self, one: Visit<'_>) -> Result<(), DatabaseError> {
        match self {
            Self::Zip(path) => {
                let unread = |source| DatabaseError::Io { path: path.clone(), source };
                let damaged = |source| DatabaseError::Zip { path: path.clone(), source };
                let file = yoe_tree::regular(path).map_err(unread)?;
                let mut archive = zip::ZipArchive::new(io::BufReader::new(file)).map_err(damaged)?;
                let mut text = Vec::new();
                for at in 0..archive.len() {
                    let entry = archive.by_index(at).map_err(damaged)?;
                    let name = entry.name().map_err(damaged)?.into_owned();
                    if !name.ends_with(".json") {
                        continue;
                    }
                    text.clear();
                    entry.take(LARGEST).read_to_end(&mut text).map_err(unread)?;
                    one(path.join(name), &text)?;
                }
            }
            Self::Directory(path) => {
                for path in
                    json_files(path).map_err(|source| DatabaseError::Io { path: path.clone(), source })?
                {
                    let unread = |source| DatabaseError::Io { path: path.clone(), source };
                    let mut text = Vec::new();
                    yoe_tree::regular(&path)
                        .map_err(unread)?
                        .take(LARGEST)
                        .read_to_end(&mut text)
                        .map_err(unread)?;
                    one(path.clone(), &text)?;
                }
            }
        }
        Ok(())
    }
}

fn advisory(path: PathBuf, text: &[u8]) -> Result<Advisory, DatabaseError> {
    serde_json::from_slice(text).map_err(|source| DatabaseError::Advisory { path, source })
}

fn is_release(path: &Path, ecosystem: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_prefix(ecosystem).is_some_and(|rest| rest.starts_with(':'))
}

/// The JSON files in a directory, in order of their names.
fn json_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    let mut files: Vec<PathBuf> =
        paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    Ok(files)
}
