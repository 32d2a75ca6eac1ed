//! Reading a tree that others wrote.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use yoe_tree::{Tree, TreeError};

use crate::AdoptError;

/// No file that says how something is built is larger.
const LARGEST: u64 = 4 << 20;
/// How many directories are looked into, and how deep.
const DIRECTORIES: usize = 5_000;
const DEPTH: usize = 8;

/// A tree.
pub(crate) struct SourceTree(Tree);

impl SourceTree {
    /// The tree in a directory.
    pub(crate) fn open(root: &Path) -> Result<Self, AdoptError> {
        let unreadable = |error: TreeError| unreadable(&root.display().to_string(), &error);
        Tree::directory(root).map(Self).map_err(unreadable)
    }

    /// Whether there is a regular file at this path.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.0.file(Path::new(path)).is_ok()
    }

    /// The text of a file; absent when there is none. What is not UTF-8 is replaced: only a few words of it matter.
    pub(crate) fn text(&self, path: &str) -> Result<Option<String>, AdoptError> {
        let file = match self.0.file(Path::new(path)) {
            Ok(file) => file,
            Err(error @ TreeError::Io { .. }) => return Err(unreadable(path, &error)),
            Err(_) => return Ok(None),
        };
        let mut bytes = Vec::new();
        let read = file.take(LARGEST).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(path, &error))?;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        Ok(Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))
    }

    /// Names in a directory, sorted, with whether each is a directory; links are neither.
    pub(crate) fn entries(&self, path: &str) -> Vec<(String, bool)> {
        let below = match path {
            "" => Some(self.0.path().to_owned()),
            path => self.0.below(Path::new(path)).ok().flatten().map(|below| below.path().to_owned()),
        };
        let read = below.and_then(|directory| fs::read_dir(directory).ok());
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
}

/// A path below a directory of the tree.
pub(crate) fn joined(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

fn unreadable(path: &str, error: &dyn std::fmt::Display) -> AdoptError {
    AdoptError::Unreadable { path: path.to_owned(), reason: error.to_string() }
}
