//! Reading files of a module, and nothing else: every path is checked to stay in its directory after links are followed.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use yoe_model::{Origin, UnitFile, is_editors_file};

use crate::limits;
use crate::nesting;
use crate::problem::{Checked, Place, Problem};
use crate::texts::Texts;

/// A directory that paths must not leave.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    /// The directory, without links.
    directory: PathBuf,
    /// Its path below the project, ended by `/`; empty for the project itself, `@name//` for a module that was fetched.
    prefix: String,
    /// Whether it was fetched, and lies where no path below the project leads.
    fetched: bool,
    /// What stands in place of its files.
    texts: Texts,
}

impl Root {
    /// The directory `path`, relative to the project `root`; it must exist. A module may lie anywhere: whoever wrote
    /// PROJECT.star chose it. What it reads must lie in it.
    pub(crate) fn new(root: &Path, path: &str, texts: &Texts) -> io::Result<Self> {
        let directory = root.canonicalize()?.join(path).canonicalize()?;
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        Ok(Self { directory, prefix, fetched: false, texts: texts.clone() })
    }

    /// The directory of a module that was fetched; it must exist. Messages name it as `load` does: where it lies says nothing.
    pub(crate) fn fetched(directory: &Path, name: &str) -> io::Result<Self> {
        let (directory, prefix) = (directory.canonicalize()?, format!("@{name}//"));
        Ok(Self { directory, prefix, fetched: true, texts: Texts::default() })
    }

    /// A path of this directory as messages name it.
    pub(crate) fn shown(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// The path below the project of a working tree in this directory; `.` is the directory itself. Of a module that was fetched it
    /// is absolute.
    pub(crate) fn working_tree(&self, path: &str) -> String {
        match path {
            "." if self.fetched => self.directory.display().to_string(),
            _ if self.fetched => self.directory.join(path).display().to_string(),
            "." if !self.prefix.is_empty() => self.prefix.trim_end_matches('/').to_owned(),
            _ => self.shown(path),
        }
    }

    /// Whether there is something at this path.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let path = self.directory.join(path);
        self.texts.get(&path).is_some() || path.exists()
    }

    /// Where a path leads, when that is in the directory.
    fn resolve(&self, path: &str) -> Checked<PathBuf> {
        let place = || Place::File(self.shown(path));
        let real = self.directory.join(path).canonicalize().map_err(|error| unreadable(place(), &error))?;
        if real.starts_with(&self.directory) {
            return Ok(real);
        }
        let message = format!("{} leads out of its module", self.shown(path));
        Err(Box::new(Problem::error(place(), message).hint("replace the link by a copy of the file")))
    }

    /// The text of a `.star` file, checked to be within the limits.
    pub(crate) fn star_file(&self, path: &str) -> Checked<String> {
        let place = || Place::File(self.shown(path));
        let bytes = self
            .bytes(path)?
            .ok_or_else(|| too_large(place(), limits::STAR_FILE, "move what it computes to several files"))?;
        let mut text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            Box::new(Problem::error(
                place(),
                format!("the file is not UTF-8 text: line {line}, byte {valid}"),
            ))
        })?;
        // Some editors put a byte order mark first; it says nothing.
        if text.starts_with('\u{feff}') {
            text.remove(0);
        }
        match nesting::too_deep(&text) {
            Some((at, message)) => {
                Err(Box::new(Problem::error(line_place(&self.shown(path), &text, at), message)))
            }
            None => Ok(text),
        }
    }

    /// What a `.star` file holds, or what stands in its place; absent when that is too large.
    fn bytes(&self, path: &str) -> Checked<Option<Vec<u8>>> {
        let text = |path: &Path| {
            let text = self.texts.get(path)?;
            Some((text.len() as u64 <= limits::STAR_FILE).then(|| text.as_bytes().to_vec()))
        };
        if let Some(found) = text(&self.directory.join(path)) {
            return Ok(found);
        }
        let real = self.resolve(path)?;
        let from_disk = || {
            read(&real, limits::STAR_FILE).map_err(|error| unreadable(Place::File(self.shown(path)), &error))
        };
        text(&real).map_or_else(from_disk, Ok)
    }

    /// Names in a directory, sorted, without what an editor leaves there while a file is open; nothing when the directory is not
    /// there.
    pub(crate) fn entries(&self, path: &str) -> Checked<Vec<Entry>> {
        let directory = self.directory.join(path);
        let new = self.texts.names_in(&directory).into_iter();
        let mut entries: Vec<Entry> = new.map(|(name, directory)| Entry { name, directory }).collect();
        if directory.exists() {
            let read = fs::read_dir(self.resolve(path)?).and_then(|read| {
                read.map(|entry| entry.and_then(Entry::new)).collect::<io::Result<Vec<_>>>()
            });
            entries.extend(read.map_err(|error| unreadable(Place::File(self.shown(path)), &error))?);
        }
        entries.retain(|entry| !is_editors_file(&entry.name));
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries.dedup_by(|a, b| a.name == b.name);
        Ok(entries)
    }

    /// A file of a unit's directory.
    pub(crate) fn unit_file(&self, directory: &str, path: &str) -> Checked<UnitFile> {
        let whole = format!("{directory}/{path}");
        if let Some(text) = self.texts.get(&self.directory.join(&whole)) {
            return Ok(UnitFile {
                path: path.to_owned(),
                executable: false,
                content: Arc::from(text.as_bytes()),
            });
        }
        let place = || Place::File(self.shown(&whole));
        let real = self.resolve(&whole)?;
        let metadata = real.metadata().map_err(|error| unreadable(place(), &error))?;
        if !metadata.is_file() {
            return Err(Box::new(Problem::error(place(), "this is neither a file nor a directory")));
        }
        let content = read(&real, limits::UNIT_FILE)
            .map_err(|error| unreadable(place(), &error))?
            .ok_or_else(|| too_large(place(), limits::UNIT_FILE, "make it a source of the unit"))?;
        let executable = executable(&metadata);
        Ok(UnitFile { path: path.to_owned(), executable, content: Arc::from(content) })
    }
}

/// Something in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name.
    pub(crate) name: String,
    /// Whether it is a directory itself; a link to one is not.
    pub(crate) directory: bool,
}

impl Entry {
    fn new(entry: fs::DirEntry) -> io::Result<Self> {
        let name = entry.file_name().into_string().map_err(|name| {
            io::Error::new(io::ErrorKind::InvalidData, format!("the name {name:?} in it is not UTF-8"))
        })?;
        Ok(Self { name, directory: entry.file_type()?.is_dir() })
    }

    /// The name without `.star`, for a file that has it. A name that begins with a dot is none of a definition's.
    pub(crate) fn star_stem(&self) -> Option<&str> {
        self.name.strip_suffix(".star").filter(|_| !self.directory && !self.is_hidden())
    }

    /// Whether the name begins with a dot.
    pub(crate) fn is_hidden(&self) -> bool {
        self.name.starts_with('.')
    }
}

/// Reads a regular file of at most `limit` bytes; absent when it has more.
fn read(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    // Opening a pipe would wait for its other end.
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is not a regular file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

#[cfg(unix)]
fn executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn executable(_metadata: &fs::Metadata) -> bool {
    false
}

fn unreadable(place: Place, error: &io::Error) -> Box<Problem> {
    Box::new(Problem::error(place, format!("cannot read this: {error}")))
}

fn too_large(place: Place, limit: u64, hint: &str) -> Box<Problem> {
    Box::new(Problem::error(place, format!("the file is larger than {} MiB", limit >> 20)).hint(hint))
}

/// The character at a byte offset as a place.
fn line_place(file: &str, text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let column = text.get(start..at).unwrap_or_default().chars().count() as u32 + 1;
    let number = before.bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
    let origin = Origin { file: file.to_owned(), line: number, column };
    Place::Line { origin, text: line.to_owned(), end: column + 1 }
}
