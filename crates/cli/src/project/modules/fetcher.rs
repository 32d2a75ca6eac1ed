//! Trees of modules in the store.

use std::collections::BTreeMap;

use yoe_fetch::client::Client;
use yoe_fetch::modules::{self, ModuleError};
use yoe_model::{Cancel, Digest, LockedModule, LockedTree, Module, ModuleSource};
use yoe_store::{Scratch, Session, Store};

use super::{ModuleTrees, not_as_locked};
use crate::error::{CommandError, Kind};
use crate::project::{client, open_store};
use crate::{interrupt, ui};

/// Puts the trees of modules into the store, each once.
pub struct Fetcher {
    store: Store,
    session: Session,
    cancel: Cancel,
    /// What was looked up in this run, by what was asked for: modules of one repository are of one commit.
    looked_up: BTreeMap<String, LockedModule>,
    trees: ModuleTrees,
}

impl Fetcher {
    /// With the user's store.
    pub fn new() -> Result<Self, CommandError> {
        let store = open_store()?;
        let session = store.session()?;
        let trees = ModuleTrees { session: Some(session.clone()), ..ModuleTrees::default() };
        let cancel = Cancel::from_flag(interrupt::flag()?);
        Ok(Self { store, session, cancel, looked_up: BTreeMap::new(), trees })
    }

    /// What was fetched.
    pub fn trees(self) -> ModuleTrees {
        self.trees
    }

    /// The tree that the lock names; it is fetched when the store lacks it.
    pub fn locked(&mut self, module: &Module, entry: &LockedModule) -> Result<(), CommandError> {
        if self.store.tree(&entry.tree)?.is_none() {
            let (_, found) = self.fetch(module, Some(&entry.from))?;
            if found != entry.tree {
                return Err(not_as_locked(module, &entry.tree, &found));
            }
        }
        self.keep(module, entry.tree)
    }

    /// The tree that the lock names, if the store has it.
    pub fn present(&mut self, module: &Module, entry: &LockedModule) -> Result<(), CommandError> {
        match self.store.tree(&entry.tree)? {
            Some(_) => self.keep(module, entry.tree),
            None => Ok(()),
        }
    }

    /// The tree that a module stands for now.
    pub fn newest(&mut self, module: &Module) -> Result<LockedModule, CommandError> {
        let asked = module.source.to_string();
        let entry = match self.looked_up.get(&asked) {
            Some(entry) => entry.clone(),
            None => {
                let (from, tree) = self.fetch(module, None)?;
                let entry = LockedModule { from, tree };
                self.looked_up.insert(asked, entry.clone());
                entry
            }
        };
        self.keep(module, entry.tree)?;
        Ok(entry)
    }

    fn keep(&mut self, module: &Module, tree: Digest) -> Result<(), CommandError> {
        let directory = self.store.tree(&tree)?.ok_or_else(|| {
            CommandError::new(
                Kind::Internal,
                format!("the tree of module {:?} is not in the store", module.name),
            )
        })?;
        self.trees.digests.push(tree);
        self.trees.directories.insert(module.name.clone(), directory);
        Ok(())
    }

    /// Fetches a tree into the store: what is locked, or else what the module stands for now.
    fn fetch(
        &self,
        module: &Module,
        locked: Option<&LockedTree>,
    ) -> Result<(LockedTree, Digest), CommandError> {
        let client = client(self.cancel.clone())?;
        client.may_fetch(&module.source.to_string()).map_err(|error| {
            CommandError::config(format!("{}: cannot fetch module {:?}", module.origin, module.name))
                .because(error)
        })?;
        ui::note(&format!("fetching module {}: {}", module.name, module.source));
        let scratch = self.session.scratch()?;
        let from = self.fetch_into(&client, &module.source, locked, &scratch)?.map_err(|error| {
            let kind = if error.is_cancelled() { Kind::Interrupted } else { Kind::Config };
            let message = format!("{}: cannot fetch module {:?}", module.origin, module.name);
            let changed = error.is_other_content();
            let reported = CommandError::new(kind, message).because(error);
            let name = &module.name;
            let hint =
                format!("what is served changed since it was locked; `yoe lock --update {name}` takes it");
            if changed { reported.hint(hint) } else { reported }
        })?;
        Ok((from, self.store.import_tree(&scratch.path().join("tree"))?))
    }

    fn fetch_into(
        &self,
        client: &Client,
        source: &ModuleSource,
        locked: Option<&LockedTree>,
        scratch: &Scratch,
    ) -> Result<Result<LockedTree, ModuleError>, CommandError> {
        let tree = scratch.path().join("tree");
        match source {
            ModuleSource::Path(path) => {
                Err(CommandError::new(Kind::Internal, format!("the module at {path} is not one to fetch")))
            }
            ModuleSource::Git { url, revision, .. } => {
                let commit = match locked {
                    Some(LockedTree::Git { commit, .. }) => Ok(commit.clone()),
                    _ => modules::resolve(url, revision, scratch.path(), &self.cancel),
                };
                Ok(commit.and_then(|commit| {
                    modules::commit(url, &commit, &tree, &self.cancel)?;
                    Ok(LockedTree::Git { url: url.clone(), revision: revision.clone(), commit })
                }))
            }
            ModuleSource::Archive { url, name, .. } => {
                let known = match locked {
                    Some(LockedTree::Archive { size, sha256, .. }) => Some((*size, *sha256)),
                    _ => None,
                };
                let found = modules::archive(client, (url, name), known, scratch.path(), &tree);
                Ok(found.map(|(size, sha256)| LockedTree::Archive { url: url.clone(), size, sha256 }))
            }
        }
    }
}
