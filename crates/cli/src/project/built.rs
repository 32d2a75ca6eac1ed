//! Targets that were built.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use yoe_build::{Builder, artifact};
use yoe_model::Digest;
use yoe_plan::Target;

use super::{LockedProject, isolation};
use crate::error::{CommandError, Kind};
use crate::ui::Mode;

/// What was built.
pub struct BuiltTargets {
    /// What was named first: the target, the digest of its tree, and where that is.
    first: (Target, Digest, PathBuf),
    /// Where each target is, by its name.
    pub directories: BTreeMap<String, PathBuf>,
    /// Keeps all of it in the store.
    pub builder: Builder,
}

impl BuiltTargets {
    /// Builds these targets with lines for people.
    pub fn new(locked: LockedProject, targets: &[String]) -> Result<Self, CommandError> {
        let (buildable, plan) = locked.buildable(targets)?;
        if !yoe_build::explain(buildable.store(), &plan)?.is_empty() {
            isolation()?;
        }
        let builder = buildable.builder(Mode::choose(false).reporter())?;
        let trees = builder.build(&plan)?;
        let mut directories = BTreeMap::new();
        for (tree, target) in trees.iter().zip(targets) {
            let directory = builder.store.tree(tree)?.ok_or_else(|| {
                CommandError::new(Kind::Internal, format!("{target:?} was built and is not in the store"))
            })?;
            directories.insert(target.clone(), directory);
        }
        let first = plan.targets.first().zip(trees.first()).zip(targets.first());
        let first = first.and_then(|(((target, _), tree), name)| {
            Some((target.clone(), *tree, directories.get(name)?.clone()))
        });
        let none = || CommandError::new(Kind::Internal, "nothing was to be built");
        Ok(Self { first: first.ok_or_else(none)?, directories, builder })
    }

    /// Where the target is that was named first.
    pub fn first(&self) -> &Path {
        &self.first.2
    }

    /// The digest of the tree of the target that was named first.
    pub fn tree(&self) -> Digest {
        self.first.1
    }

    /// The file that the target is built for that was named first.
    pub fn artifact(&self) -> Result<PathBuf, CommandError> {
        let (target, _, directory) = &self.first;
        artifact(target, directory).ok_or_else(|| no_package(target))
    }

    /// Where a target is.
    pub fn directory(&self, target: &str) -> Result<&Path, CommandError> {
        let none = || CommandError::new(Kind::Internal, format!("{target:?} was not built"));
        self.directories.get(target).map(PathBuf::as_path).ok_or_else(none)
    }
}

/// A unit whose tree holds no package.
pub fn no_package(target: &Target) -> CommandError {
    CommandError::new(Kind::Internal, format!("unit {:?} left no package", target.name()))
}
