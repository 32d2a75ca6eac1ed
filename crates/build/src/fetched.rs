//! Everything that a plan fetches, for who keeps it or hands it on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use yoe_model::Digest;
use yoe_plan::{Action, ActionId, ActionKind, Fetch, Plan};
use yoe_store::{ActionResult, Store};

use crate::actions::remotes::downloaded;
use crate::builder::Builder;
use crate::error::{ActionError, BuildError};
use crate::make::Making;
use crate::schedule::Results;

/// A file as it was downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedFile {
    /// Of its bytes.
    pub sha256: Digest,
    /// What it is called where it is served.
    pub name: String,
    /// Who needs it.
    pub of: Wanting,
    /// Where it is.
    pub path: PathBuf,
}

/// Who needs a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanting {
    /// This unit, and maybe others.
    Unit(String),
    /// Build environments.
    Containers,
    /// This image of a registry, by [`yoe_model::ImageName::path`], and maybe others.
    Image(String),
}

/// The tree of a source that comes by a client of its own and not as a file: a git commit, Go modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedTree {
    /// The label of the action that gave it.
    pub label: String,
    /// Its digest.
    pub tree: Digest,
    /// Where it is.
    pub path: PathBuf,
}

impl Builder {
    /// All files and trees that a plan fetches; what the store lacks is fetched. Each file comes once.
    ///
    /// # Errors
    /// When something cannot be fetched.
    pub fn fetched(&self, plan: &Plan) -> Result<(Vec<FetchedFile>, Vec<FetchedTree>), BuildError> {
        let by_client: BTreeSet<ActionId> = by_client(plan).map(|(id, _)| id).collect();
        let results = self.results(plan, by_client.clone())?;
        let mut files: BTreeMap<Digest, FetchedFile> = BTreeMap::new();
        for (id, action) in plan.numbered() {
            let failed = |kind: ActionError| BuildError::of(&action.label, kind);
            for file in self.files(plan, id).map_err(failed)? {
                files.entry(file.sha256).or_insert(file);
            }
        }
        let trees = by_client.iter().filter_map(|id| Some((plan.action(*id), *results.get(id)?)));
        let trees = trees.map(|(action, tree)| {
            let path = self.tree(&tree).map_err(|kind| BuildError::of(&action.label, kind))?;
            Ok(FetchedTree { label: action.label.clone(), tree, path })
        });
        let trees = trees.collect::<Result<_, _>>()?;
        Ok((files.into_values().collect(), trees))
    }

    fn files(&self, plan: &Plan, id: ActionId) -> Result<Vec<FetchedFile>, ActionError> {
        let of = match &plan.action(id).kind {
            ActionKind::Source(source) => Wanting::Unit(source.user.clone()),
            ActionKind::Container(_) => Wanting::Containers,
            ActionKind::RegistryImage(image) => Wanting::Image(image.name.path()),
            _ => return Ok(Vec::new()),
        };
        let none = Results::new();
        let cx = Making::new(self, plan, id, &none);
        let remotes = downloaded(&cx)?;
        let paths = cx.blobs(&remotes)?;
        let files = remotes.into_iter().zip(paths);
        let file = |(remote, path): (yoe_fetch::client::Remote, PathBuf)| FetchedFile {
            sha256: remote.sha256,
            name: remote.name,
            of: of.clone(),
            path,
        };
        Ok(files.map(file).collect())
    }
}

/// Records trees that somebody else fetched as results of this plan's actions, by label; gives the labels of those that it lacks.
///
/// # Errors
/// When the store cannot be written.
pub fn record_fetched(
    store: &Store,
    plan: &Plan,
    trees: &BTreeMap<String, Digest>,
) -> Result<Vec<String>, BuildError> {
    let mut missing = Vec::new();
    for (_, action) in by_client(plan) {
        let Some(tree) = trees.get(&action.label) else {
            missing.push(action.label.clone());
            continue;
        };
        let result = ActionResult {
            tree: *tree,
            label: action.label.clone(),
            seconds: 0.0,
            parts: action.parts.clone(),
        };
        store.record(&action.key, &result).map_err(|error| BuildError::of(&action.label, error.into()))?;
    }
    Ok(missing)
}

/// Sources that come by a client of their own.
fn by_client(plan: &Plan) -> impl Iterator<Item = (ActionId, &Action)> {
    plan.numbered().filter(|(_, action)| match &action.kind {
        ActionKind::Source(source) => matches!(source.fetch, Fetch::Git { .. } | Fetch::GoModule { .. }),
        _ => false,
    })
}
