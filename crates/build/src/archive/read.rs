//! Taking an archive into a store.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use yoe_model::Digest;
use yoe_store::{Session, Store, copy_tree};
use yoe_tree::Tree;

use super::write::digest;
use super::{ABOUT, About, ArchiveError, FORMAT, IMAGES, PACKAGES, PROJECT, SOURCES, SUMS, TREES};

/// More than SHA256SUMS of any archive takes.
const LARGEST: u64 = 256 << 20;

/// An archive whose files are what its SHA256SUMS says.
#[derive(Debug)]
pub struct Archive {
    tree: Tree,
    path: PathBuf,
    about: About,
    /// The files by their paths, with their digests.
    files: Vec<(String, Digest)>,
}

impl Archive {
    /// Opens an archive and checks every file that it lists.
    ///
    /// # Errors
    /// When it is not an archive, or a file was changed.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let tree = Tree::directory(path)?;
        let not = |why: String| ArchiveError::NotAnArchive { path: path.to_owned(), why };
        let text = |name: &str| match tree.read(Path::new(name), LARGEST) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| not(format!("{name} is not text"))),
            Err(error) => Err(not(error.to_string())),
        };
        let about: About =
            serde_json::from_str(&text(ABOUT)?).map_err(|error| not(format!("{ABOUT}: {error}")))?;
        if about.format != FORMAT {
            return Err(not(format!("its format is {}; this program knows {FORMAT}", about.format)));
        }
        let mut files = Vec::new();
        for (number, line) in text(SUMS)?.lines().enumerate() {
            let parsed = line
                .split_once("  ")
                .and_then(|(digest, path)| Some((path.to_owned(), digest.parse().ok()?)));
            files.push(
                parsed.ok_or_else(|| not(format!("{SUMS}:{}: expected a SHA-256 and a path", number + 1)))?,
            );
        }
        let this = Self { tree, path: path.to_owned(), about, files };
        this.files.iter().try_for_each(|(path, expected)| this.check(path, *expected))?;
        Ok(this)
    }

    fn file(&self, path: &str) -> Result<File, ArchiveError> {
        Ok(self.tree.file(Path::new(path))?)
    }

    fn check(&self, path: &str, expected: Digest) -> Result<(), ArchiveError> {
        let (found, _) = digest(self.file(path)?).map_err(ArchiveError::io("read", self.path.join(path)))?;
        if found == expected {
            return Ok(());
        }
        Err(ArchiveError::Changed { path: path.to_owned(), expected, found })
    }

    /// What it is of.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The directory of the project in it.
    pub fn project(&self) -> PathBuf {
        self.path.join(PROJECT)
    }

    /// Puts its files and trees into a store; gives how many of each.
    ///
    /// # Errors
    /// When the store cannot be written, or a tree is not the one that it is called.
    pub fn import(&self, store: &Store, session: &Session) -> Result<(usize, usize), ArchiveError> {
        let mut imported = 0;
        for (path, sha256) in &self.files {
            if path.split('/').next().is_some_and(|top| [SOURCES, PACKAGES, IMAGES].contains(&top)) {
                self.import_file(store, path, sha256)?;
                imported += 1;
            }
        }
        let trees: BTreeSet<Digest> = self.about.trees.values().copied().collect();
        trees.iter().try_for_each(|tree| self.import_tree(store, session, *tree))?;
        Ok((imported, trees.len()))
    }

    fn import_file(&self, store: &Store, path: &str, sha256: &Digest) -> Result<(), ArchiveError> {
        let _lock = store.lock_blob(sha256)?;
        if store.blob(sha256)?.is_some() {
            return Ok(());
        }
        let partial = store.partial(sha256)?;
        let mut from = self.file(path)?;
        let copied = File::create(&partial).and_then(|mut to| std::io::copy(&mut from.by_ref(), &mut to));
        copied.map_err(ArchiveError::io("write", &partial))?;
        store.adopt_blob(&partial, sha256)?;
        Ok(())
    }

    fn import_tree(&self, store: &Store, session: &Session, expected: Digest) -> Result<(), ArchiveError> {
        if store.tree(&expected)?.is_some() {
            return Ok(());
        }
        let scratch = session.scratch()?;
        let copy = scratch.path().join("tree");
        copy_tree(&self.path.join(TREES).join(expected.to_string()), &copy)?;
        let found = store.import_tree(&copy)?;
        if found == expected { Ok(()) } else { Err(ArchiveError::ChangedTree { expected, found }) }
    }
}
