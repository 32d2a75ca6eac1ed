//! Reading a tree that others wrote.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::AdoptError;

/// No file that says how something is built is larger.
const LARGEST: u64 = 4 << 20;
/// How many directories are looked into, and how deep.
const DIRECTORIES: usize = 5_000;
const DEPTH: usize = 8;

/// A tree.
pub(crate) struct SourceTree {
    root: PathBuf,
}

impl SourceTree {
    /// The tree in a directory.
    pub(crate) fn open(root: &Path) -> Result<Self, AdoptError> {
        let root = root.canonicalize().map_err(|error| unreadable(&root.display().to_string(), &error))?;
        Ok(Self { root })
    }

    /// Whether there is a regular file at this path.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.real(path).is_some_and(|real| real.is_file())
    }

    /// The text of a file; absent when there is none. What is not UTF-8 is replaced: only a few words of it matter.
    pub(crate) fn text(&self, path: &str) -> Result<Option<String>, AdoptError> {
        let Some(real) = self.real(path).filter(|real| real.is_file()) else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = fs::File::open(real).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes));
        read.map_err(|error| unreadable(path, &error))?;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        Ok(Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))
    }

    /// Names in a directory, sorted, with whether each is a directory; links are neither.
    pub(crate) fn entries(&self, path: &str) -> Vec<(String, bool)> {
        let read = self.real(path).and_then(|real| fs::read_dir(real).ok());
        let entry = |entry: fs::DirEntry| {
            let kind = entry.file_type().ok().filter(|kind| kind.is_file() || kind.is_dir())?;
            Some((entry.file_name().into_string().ok()?, kind.is_dir()))
        };
        let mut entries: Vec<_> = read.into_iter().flatten().flatten().filter_map(entry).collect();
        entries.sort();
        entries
    }

    /// Paths of all directories, the top as an empty one, but for those whose path `skip` takes.
    pub(crate) fn directories(&self, skip: impl Fn(&str) -> bool) -> Vec<String> {
        let (mut found, mut open) = (Vec::new(), vec![(String::new(), 0)]);
        while let Some((path, depth)) = open.pop() {
            let below = self.entries(&path).into_iter().filter(|(_, directory)| *directory);
            let below = below.map(|(name, _)| joined(&path, &name)).filter(|below| !skip(below));
            if depth < DEPTH {
                open.extend(below.map(|below| (below, depth + 1)));
            }
            found.push(path);
            if found.len() >= DIRECTORIES {
                break;
            }
        }
        found.sort();
        found
    }

    /// Where a path leads, when that is in the tree.
    fn real(&self, path: &str) -> Option<PathBuf> {
        let real = self.root.join(path).canonicalize().ok()?;
        real.starts_with(&self.root).then_some(real)
    }
}

/// A path below a directory of the tree.
pub(crate) fn joined(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

fn unreadable(path: &str, error: &io::Error) -> AdoptError {
    AdoptError::Unreadable { path: path.to_owned(), reason: error.to_string() }
}
