//! Writing an archive.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use yoe_fetch::snapshot;
use yoe_model::{Digest, TreeFilter};
use yoe_store::copy_tree;

use super::{ABOUT, About, ArchiveError, IMAGES, PACKAGES, PROJECT, SOURCES, SUMS, TREES};
use crate::fetched::{FetchedFile, FetchedTree, Wanting};

/// What goes into an archive.
#[derive(Debug)]
pub struct Contents<'a> {
    /// What it is of; trees are added.
    pub about: About,
    /// The project's directory.
    pub project: &'a Path,
    /// The project's own files, relative to its directory. What is a directory or gone is left out.
    pub project_files: Vec<PathBuf>,
    /// Working trees that units are built from: a path below the project, and what is left out of it.
    pub working_trees: Vec<(&'a str, &'a [String])>,
    /// What was downloaded.
    pub files: &'a [FetchedFile],
    /// What came by a client of its own.
    pub trees: &'a [FetchedTree],
}

/// Writes an archive to the directory `into`, which must not be there yet. It appears whole, or not at all. Gives the bytes of its files.
///
/// # Errors
/// When something cannot be read or written.
pub fn write(contents: Contents<'_>, into: &Path) -> Result<u64, ArchiveError> {
    if fs::symlink_metadata(into).is_ok() {
        return Err(ArchiveError::Exists(into.to_owned()));
    }
    let unfinished = unfinished_name(into);
    // Of a run that was killed.
    remove(&unfinished)?;
    let written = fill(contents, &unfinished).and_then(|bytes| {
        fs::rename(&unfinished, into).map_err(ArchiveError::io("write", into))?;
        Ok(bytes)
    });
    if written.is_err() {
        // The error that is reported is the one that came first.
        let _ = remove(&unfinished);
    }
    written
}

fn unfinished_name(into: &Path) -> PathBuf {
    let mut name = into.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    into.with_file_name(name)
}

fn remove(directory: &Path) -> Result<(), ArchiveError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ArchiveError::io("remove", directory)(error))
        }
        _ => Ok(()),
    }
}

fn fill(contents: Contents<'_>, top: &Path) -> Result<u64, ArchiveError> {
    let Contents { mut about, project, project_files, working_trees, files, trees } = contents;
    let mut sums = Sums { top, lines: BTreeSet::new(), bytes: 0 };
    let elsewhere = |path: &PathBuf| !working_trees.iter().any(|(tree, _)| path.starts_with(tree));
    for path in project_files.into_iter().filter(elsewhere) {
        sums.project_file(&project.join(&path), &format!("{PROJECT}/{}", path.display()))?;
    }
    for (path, exclude) in &working_trees {
        let to = top.join(PROJECT).join(path);
        snapshot(&project.join(path), &TreeFilter::new(exclude), &to)?;
        sums.tree(&to)?;
    }
    let mut taken = BTreeSet::new();
    for file in files {
        let directory = match &file.of {
            Wanting::Unit(unit) => format!("{SOURCES}/{unit}"),
            Wanting::Containers => PACKAGES.to_owned(),
            Wanting::Image(image) => format!("{IMAGES}/{image}"),
        };
        let mut path = format!("{directory}/{}", file.name);
        if !taken.insert(path.clone()) {
            path = format!("{directory}/{}-{}", file.sha256, file.name);
        }
        sums.copy(&file.path, &path)?;
    }
    for FetchedTree { label, tree, path } in trees {
        about.trees.insert(label.clone(), *tree);
        let to = top.join(TREES).join(tree.to_string());
        if !to.exists() {
            make(&top.join(TREES))?;
            copy_tree(path, &to)?;
            sums.tree(&to)?;
        }
    }
    sums.text("README.md", &readme(&about))?;
    let json = serde_json::to_string_pretty(&about).map_err(|error| ArchiveError::Io {
        doing: "write",
        path: top.join(ABOUT),
        source: io::Error::other(error),
    })?;
    sums.text(ABOUT, &format!("{json}\n"))?;
    sums.finish()
}

fn make(directory: &Path) -> Result<(), ArchiveError> {
    fs::create_dir_all(directory).map_err(ArchiveError::io("make", directory))
}

fn readme(about: &About) -> String {
    let About { yoe, project, target, machine, .. } = about;
    format!(
        "# Sources of {target}\n\n\
         Everything that {target} of the project {project} is built from, for the machine {machine}: archives as they were\n\
         fetched (`sources/`), the packages of the build environments (`packages/`), images of registries (`images/`), commits and\n\
         modules (`trees/`), and the project with its patches, configurations and lock (`project/`).\n\n\
         To build it, with yoe {yoe} and without a network:\n\n\
         ```sh\n\
         sha256sum --check --quiet SHA256SUMS\n\
         yoe store import .\n\
         yoe -C project build {target} --machine {machine}\n\
         ```\n\n\
         Keep permissions and links when you copy this directory, as `cp -a` and tar do. yoe itself, and the Rust that compiles\n\
         it, are not part of it.\n"
    )
}

/// Files of the archive and their digests.
struct Sums<'a> {
    top: &'a Path,
    lines: BTreeSet<(String, Digest)>,
    bytes: u64,
}

impl Sums<'_> {
    /// A file of the project: links stay links, directories and what is gone are left out.
    fn project_file(&mut self, from: &Path, path: &str) -> Result<(), ArchiveError> {
        let Ok(kind) = fs::symlink_metadata(from).map(|found| found.file_type()) else { return Ok(()) };
        if kind.is_symlink() {
            let to = self.place(path)?;
            let target = fs::read_link(from).map_err(ArchiveError::io("read", from))?;
            return symlink(target, &to).map_err(ArchiveError::io("write", to));
        }
        if kind.is_file() { self.copy(from, path) } else { Ok(()) }
    }

    fn copy(&mut self, from: &Path, path: &str) -> Result<(), ArchiveError> {
        let to = self.place(path)?;
        fs::copy(from, &to).map_err(ArchiveError::io("copy", from))?;
        self.add(&to, path.to_owned())
    }

    fn text(&mut self, path: &str, text: &str) -> Result<(), ArchiveError> {
        let to = self.place(path)?;
        fs::write(&to, text).map_err(ArchiveError::io("write", &to))?;
        self.add(&to, path.to_owned())
    }

    fn place(&self, path: &str) -> Result<PathBuf, ArchiveError> {
        let to = self.top.join(path);
        make(to.parent().unwrap_or(self.top))?;
        Ok(to)
    }

    /// All files below a directory that was copied.
    fn tree(&mut self, directory: &Path) -> Result<(), ArchiveError> {
        let read = || ArchiveError::io("read", directory);
        for entry in fs::read_dir(directory).map_err(read())? {
            let entry = entry.map_err(read())?;
            let kind = entry.file_type().map_err(read())?;
            if kind.is_dir() {
                self.tree(&entry.path())?;
            } else if kind.is_file() {
                let path = entry.path();
                let below = path.strip_prefix(self.top).unwrap_or(&path).display().to_string();
                self.add(&path, below)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, file: &Path, path: String) -> Result<(), ArchiveError> {
        let (digest, bytes) = digest(File::open(file).map_err(ArchiveError::io("read", file))?)
            .map_err(ArchiveError::io("read", file))?;
        self.bytes += bytes;
        self.lines.insert((path, digest));
        Ok(())
    }

    fn finish(self) -> Result<u64, ArchiveError> {
        let path = self.top.join(SUMS);
        let mut file = File::create(&path).map_err(ArchiveError::io("write", &path))?;
        let text: String = self.lines.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect();
        file.write_all(text.as_bytes()).map_err(ArchiveError::io("write", &path))?;
        Ok(self.bytes + text.len() as u64)
    }
}

/// The SHA-256 of what is read, and how many bytes that is.
pub(super) fn digest(mut from: impl io::Read) -> io::Result<(Digest, u64)> {
    let mut hash = Sha256::new();
    let bytes = io::copy(&mut from, &mut hash)?;
    Ok((Digest::from_bytes(hash.finalize().into()), bytes))
}
