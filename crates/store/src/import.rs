//! Putting trees into the store, and finding them.

use std::fs;
use std::io::ErrorKind::{AlreadyExists, DirectoryNotEmpty};
use std::path::{Path, PathBuf};

use yoe_model::Digest;

use crate::error::Result;
use crate::remove::remove_directory;
use crate::{Kind, Object, Store, tree};

impl Store {
    /// Where this tree lies, if the store has it; marks it as used. It must not be written to.
    pub fn tree(&self, digest: &Digest) -> Result<Option<PathBuf>> {
        self.find(Object::new(Kind::Tree, digest))
    }

    /// Moves a directory into the store; gives its [`tree_digest`](crate::tree_digest). The directory must lie on the store's
    /// file system, best in a [`Scratch`](crate::Scratch), and nobody else may write to it any more.
    ///
    /// Before that, everything in it gets the time [`MTIME`](crate::MTIME) and loses its extended attributes (but the
    /// labels of a security module); the owner may read everything (and write to the topmost directory, as moving it
    /// needs); and a file that also has a name outside the directory becomes a copy. Nothing else is changed.
    ///
    /// # Errors
    ///
    /// [`StoreError::SpecialFile`](crate::StoreError::SpecialFile) for sockets, named pipes and devices, and
    /// [`StoreError::OtherFileSystem`](crate::StoreError::OtherFileSystem). The directory stays where it is then.
    pub fn import_tree(&self, dir: &Path) -> Result<Digest> {
        let prepared = tree::prepare(dir)?;
        let object = Object::new(Kind::Tree, &prepared.digest);
        if !self.publish(dir, object, prepared.size)? {
            remove_directory(dir)?;
        }
        Ok(prepared.digest)
    }

    /// Whether the directory was moved, because the store did not have the tree yet.
    fn publish(&self, dir: &Path, object: Object, size: u64) -> Result<bool> {
        let _gate = self.layout.enter()?;
        let new = !self.layout.has(object)?;
        if new {
            self.layout.note_size(object, size)?;
        }
        let moved = match fs::rename(dir, self.layout.path(object)) {
            Ok(()) => true,
            // Somebody was faster; an empty directory is replaced, by an empty one.
            Err(error) if matches!(error.kind(), AlreadyExists | DirectoryNotEmpty) => false,
            Err(error) => return Err(self.cannot_move(dir, error)),
        };
        self.mark(object)?;
        Ok(moved)
    }
}
