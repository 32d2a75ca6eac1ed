//! The modules of a project: which it names, and the trees of those that are fetched.

mod fetcher;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use fetcher::Fetcher;
use yoe_model::{Digest, Lock, Module};
use yoe_store::{Session, Store};

use super::{LOCK, does_not_fit, lock_file, no_lock};
use crate::error::CommandError;

/// Trees of modules. They stay in the store as long as this lives.
#[derive(Clone, Default)]
pub struct ModuleTrees {
    /// Where each tree is, by the name of its module.
    pub directories: BTreeMap<String, PathBuf>,
    digests: Vec<Digest>,
    session: Option<Session>,
}

impl ModuleTrees {
    /// Notes that the sessions of another store use these trees, too.
    pub fn used_by(&self, store: &Store) -> Result<(), CommandError> {
        if self.session.is_some() {
            for tree in &self.digests {
                store.tree(tree)?;
            }
        }
        Ok(())
    }
}

/// The modules that the project in this directory names.
pub fn named(root: &Path) -> Result<Vec<Module>, CommandError> {
    yoe_lang::modules(root, &yoe_lang::Options::default())
        .map_err(|diagnostics| CommandError::diagnostics(diagnostics.render().trim_end().to_owned()))
}

/// The trees of these modules as the lock has them. Nothing is fetched that is not in the lock.
pub fn locked(root: &Path, named: &[Module]) -> Result<ModuleTrees, CommandError> {
    if !named.iter().any(|module| module.source.needs_lock()) {
        return Ok(ModuleTrees::default());
    }
    let lock = lock_file::read(root)?.ok_or_else(no_lock)?;
    locked_by(&lock, named)
}

/// The trees of the modules of the project in this directory that are in the store. Nothing is fetched.
pub fn present(root: &Path) -> Result<ModuleTrees, CommandError> {
    let named = named(root)?;
    let lock = match lock_file::read(root)? {
        Some(lock) if named.iter().any(|module| module.source.needs_lock()) => lock,
        _ => return Ok(ModuleTrees::default()),
    };
    let mut fetcher = Fetcher::new()?;
    for module in named.iter().filter(|module| module.source.needs_lock()) {
        if let Some(entry) = lock.modules.get(&module.name).filter(|entry| entry.answers(&module.source)) {
            fetcher.present(module, entry)?;
        }
    }
    Ok(fetcher.trees())
}

/// The trees of these modules as this lock has them.
fn locked_by(lock: &Lock, named: &[Module]) -> Result<ModuleTrees, CommandError> {
    let mismatches = lock.module_mismatches(named);
    if !mismatches.is_empty() {
        return Err(does_not_fit(&mismatches));
    }
    let mut fetcher = Fetcher::new()?;
    for module in named {
        if let Some(entry) = lock.modules.get(&module.name).filter(|_| module.source.needs_lock()) {
            fetcher.locked(module, entry)?;
        }
    }
    Ok(fetcher.trees())
}

/// A tree that is not what the lock says.
fn not_as_locked(module: &Module, expected: &Digest, found: &Digest) -> CommandError {
    let name = &module.name;
    CommandError::config(format!(
        "{}: module {name:?} is not what {LOCK} says: got tree {found} instead of {expected}",
        module.origin
    ))
    .hint(format!(
        "whoever serves {} changed it, or somebody changed the lock; `yoe lock --update {name}` takes what is served now",
        module.source
    ))
}
