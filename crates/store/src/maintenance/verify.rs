//! Checking a store against its names.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use yoe_model::Digest;

use super::discard::discard;
use crate::action::read_result;
use crate::error::{At, Result, present};
use crate::layout::Layout;
use crate::lock::Lock;
use crate::remove::remove_directory;
use crate::tree::FileHasher;
use crate::{Kind, Object, Store, StoreError, tree_digest};

/// How far a verification is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// How many objects were checked.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// What is checked next.
    pub object: Object,
}

/// What [`Store::verify`] found.
#[derive(Debug, Default)]
pub struct VerifyReport {
    /// How many objects were checked.
    pub checked: usize,
    /// Those that are not what their name says.
    pub damaged: Vec<Damage>,
    /// Paths in the store's directories that the store did not write. They are left alone.
    pub strangers: Vec<PathBuf>,
}

/// A damaged object.
#[derive(Debug)]
pub struct Damage {
    /// Which one.
    pub object: Object,
    /// What is wrong with it.
    pub problem: DamageError,
    /// Whether it was removed; then it will be fetched or built again when it is needed.
    pub removed: bool,
}

/// What is wrong with an object.
#[derive(Debug, thiserror::Error)]
pub enum DamageError {
    /// Its contents have another digest than its name says.
    #[error("its contents have the digest {found}")]
    Changed {
        /// The digest of what is there.
        found: Digest,
    },
    /// It cannot be read, or holds what no tree can hold.
    #[error("it cannot be read")]
    Unreadable(#[source] StoreError),
    /// It is not a result in JSON.
    #[error("it is not the record of a result")]
    NotARecord,
    /// It is the result of an action, and the tree that it names is not in the store.
    #[error("it names {missing}, which is not in the store")]
    Names {
        /// The digest of the missing tree.
        missing: Digest,
    },
}

impl Store {
    /// Reads everything in the store and compares it with its name: the bytes of blobs; the paths, modes, links and bytes
    /// of trees; and whether what results name is there. With `repair`, removes what is damaged, also while a session
    /// uses it, and never what is fine. One verification or collection runs at a time, others wait; builds go on.
    ///
    /// # Errors
    ///
    /// When something can neither be called fine nor damaged: the store's own directories cannot be read, or the system
    /// lacks memory or open files.
    pub fn verify(&self, repair: bool, progress: &mut dyn FnMut(Progress)) -> Result<VerifyReport> {
        let _lock = Lock::exclusive(&self.layout.maintenance_lock())?;
        let mut report = VerifyReport::default();
        let mut objects = Vec::new();
        // In this order, so that results that name what was just removed go, too.
        for kind in [Kind::Blob, Kind::Tree, Kind::Action, Kind::Label] {
            let (found, strangers) = self.layout.list(kind)?;
            objects.extend(found);
            report.strangers.extend(strangers);
        }
        for (done, object) in objects.iter().copied().enumerate() {
            progress(Progress { done, total: objects.len(), object });
            let identity = identity(&self.layout.path(object))?;
            if let Some(problem) = check(&self.layout, object)? {
                let removed = repair && self.discard_damaged(object, identity)?;
                report.damaged.push(Damage { object, problem, removed });
            }
        }
        report.checked = objects.len();
        Ok(report)
    }

    /// Removes an object unless it was replaced since it was checked; whether it is gone.
    fn discard_damaged(&self, object: Object, checked: Option<Identity>) -> Result<bool> {
        let trash = self.some_session()?.scratch()?;
        let gate = self.layout.enter_alone()?;
        let path = self.layout.path(object);
        let replaced = identity(&path)? != checked;
        let removed = !replaced && discard(&self.layout, object, trash.path(), &gate)?;
        drop(gate);
        remove_directory(trash.path())?;
        Ok(removed)
    }
}

/// Device and inode number.
type Identity = (u64, u64);

fn identity(path: &Path) -> Result<Option<Identity>> {
    let meta = present(path.symlink_metadata()).at("inspect", path)?;
    Ok(meta.map(|meta| (meta.dev(), meta.ino())))
}

fn check(layout: &Layout, object: Object) -> Result<Option<DamageError>> {
    let path = layout.path(object);
    let found = match object.kind {
        Kind::Blob => file_digest(&path),
        Kind::Tree => tree_digest(&path),
        _ => return check_record(layout, object),
    };
    match found {
        Ok(found) if found == object.digest => Ok(None),
        Ok(found) => Ok(Some(DamageError::Changed { found })),
        Err(error) if is_passing(&error) => Err(error),
        Err(error) => Ok(Some(DamageError::Unreadable(error))),
    }
}

fn check_record(layout: &Layout, object: Object) -> Result<Option<DamageError>> {
    let path = layout.path(object);
    let Some(result) = read_result(&path)? else { return Ok(Some(DamageError::NotARecord)) };
    if object.kind == Kind::Label {
        // It explains; what it names may be gone.
        return Ok(None);
    }
    let there = layout.has(result.tree())?;
    Ok((!there).then_some(DamageError::Names { missing: result.tree }))
}

fn file_digest(path: &Path) -> Result<Digest> {
    let file = File::open(path).at("open", path)?;
    FileHasher::default().digest(&file).at("read", path)
}

/// Whether an error says something about the system at this moment, and nothing about the object.
fn is_passing(error: &StoreError) -> bool {
    let StoreError::Io { source, .. } = error else { return false };
    let errno = Errno::from_io_error(source);
    matches!(errno, Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::INTR))
}
