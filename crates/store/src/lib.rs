//! The local store: what was built or fetched, under its digest, and which action made it.
//!
//! Everything built is a **tree**, a directory whose name is its [`tree_digest`]; a download is a **blob**, a file whose
//! name is the SHA-256 of its bytes. An **action**'s result says which tree it gave. Below the root, which only its
//! owner may enter:
//!
//! | path | what |
//! |---|---|
//! | `version` | the layout's version; a store of another version is refused |
//! | `blobs/<2hex>/<hex>` | downloads, read-only |
//! | `trees/<hex>/` | trees, with fixed times |
//! | `actions/<2hex>/<hex>` | an [`ActionResult`] as JSON |
//! | `labels/<hex>` | the newest result of each label |
//! | `logs/<hex>` | the log of each action, also of a failed one |
//! | `history/<hex>` | the last runs of each label, as JSON |
//! | `partial/<hex>` | downloads that can be resumed |
//! | `used/<hex>` | when a tree was last used (the file's time) and its size |
//! | `sessions/<id>` | locked by a running build; lists what it uses |
//! | `tmp/<id>/` | that build's scratch |
//! | `caches/<name>/` | a cache of some program, such as a compiler; no part of any result |
//! | `locks/` | see below |
//!
//! # Why it is safe
//!
//! *Killed at any instant.* An object is completed in `tmp/` or `partial/` and gets its name by one `rename(2)`, so a
//! name always stands for the whole. A result is recorded after its tree. What a killed process leaves is its session,
//! whose file nobody locks any more: the next [`Store::open`] or [`Store::gc`] removes its scratch. Nothing is flushed
//! to the disk, so after a power cut [`Store::verify`] should look for files that the file system lost.
//!
//! *Several processes at once.* Who finds something does so in the gate (`locks/gate`, a shared lock for a few system
//! calls) and, before leaving it, lists it in every [`Session`] of its own. Who removes something has the gate alone and
//! reads those lists first. So an object is either not found, or stays while the session runs. Two that make the same
//! object at once both succeed: the names, and so the contents, are equal.
//!
//! *Clocks.* Times decide only in which order unused objects are removed, never whether an object is in use.
#![forbid(unsafe_code)]

mod action;
mod blob;
mod compiler_cache;
mod error;
mod history;
mod import;
mod layout;
mod lock;
mod maintenance;
mod object;
mod remove;
mod session;
mod tree;
mod usage;

use std::path::Path;
use std::sync::{Arc, Mutex, Weak};

pub use action::ActionResult;
pub use error::{Result, StoreError};
pub use history::{REMEMBERED, Run, RunEnd};
pub use lock::Lock;
pub use maintenance::{Damage, DamageError, GcOptions, GcReport, Leftover, PartSize, Progress, VerifyReport};
pub use object::{Kind, Object};
pub use session::{Scratch, Session};
pub use tree::{Differs, MTIME, TreeDifference, copy_tree, tree_differences, tree_digest};

use layout::Layout;
use session::Running;
use yoe_model::Digest;

/// A store in a local directory. Clones are the same store and share their sessions.
#[derive(Debug, Clone)]
pub struct Store {
    layout: Arc<Layout>,
    sessions: Arc<Mutex<Vec<Weak<Running>>>>,
}

impl Store {
    /// Opens the store at `root`, which is made when it is missing or empty, and removes what killed processes left.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownVersion`] and [`StoreError::NotAStore`] when the directory holds something else; nothing in it
    /// was changed then. [`StoreError::Io`] when it cannot be written.
    pub fn open(root: &Path) -> Result<Self> {
        let layout = Arc::new(Layout::open(root)?);
        drop(layout.enter()?);
        // Leftovers are untidy, not wrong: whoever collects garbage hears why they cannot be removed.
        let _ = maintenance::sweep(&layout);
        Ok(Self { layout, sessions: Arc::default() })
    }

    /// The directory, as an absolute path without symbolic links.
    pub fn root(&self) -> &Path {
        self.layout.root()
    }

    /// Waits until nobody else, in this process or another, holds the lock of this blob; so that it is fetched once.
    /// Taking it twice in one thread deadlocks.
    pub fn lock_blob(&self, digest: &Digest) -> Result<Lock> {
        Lock::exclusive(&self.layout.lock_path(Object::new(Kind::Blob, digest)))
    }

    /// The lock of this action, so that it is done once; `None` when somebody else, in this process or another, holds it.
    pub fn try_lock_action(&self, digest: &Digest) -> Result<Option<Lock>> {
        Lock::try_exclusive(&self.layout.lock_path(Object::new(Kind::Action, digest)))
    }
}
