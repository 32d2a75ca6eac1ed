//! Working trees of units: sources that a developer changes with git, one commit a patch, and that builds take meanwhile.
//!
//! A tree is a git repository below `.yoe/dev` of the project. The tag `yoe-base` is what is fetched; each commit after it is a patch,
//! and the line `Patch: NAME` of its message says which file it came from.

mod finish;
mod git;
mod patch;
mod start;
mod tree;

use std::fs;
use std::path::Path;

use yoe_model::{Project, Unlocked};

pub use self::finish::finish;
pub use self::start::{remove, start};
pub use self::tree::Tree;
use crate::error::CommandError;
use crate::settings;

/// The directory of all trees, in a project's directory.
const DIRECTORY: &str = ".yoe/dev";
/// What was fetched.
const BASE: &str = "yoe-base";
/// What says which file a commit came from.
const TRAILER: &str = "Patch: ";

/// The trees of a project, by unit.
pub fn trees(root: &Path) -> Result<Vec<Tree>, CommandError> {
    let directory = root.join(DIRECTORY);
    let failed = |error| {
        CommandError::config(format!("the working trees in {} cannot be listed", directory.display()))
            .because(error)
    };
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut trees = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        trees.extend(name.to_str().map(|name| Tree::of(root, name)).filter(Tree::exists));
    }
    trees.sort_by(|one, other| one.unit.cmp(&other.unit));
    Ok(trees)
}

/// The project with its working trees in the place of what is fetched, and the units that they are of; as it is with `--locked`.
///
/// # Errors
/// When a tree is that of a unit that the project does not have.
pub fn taken(
    root: &Path,
    project: Project<Unlocked>,
) -> Result<(Project<Unlocked>, Vec<String>), CommandError> {
    let trees = if settings::locked() { Vec::new() } else { trees(root)? };
    let mut project = project;
    for tree in &trees {
        let path = format!("{DIRECTORY}/{}", tree.unit);
        project = project.with_working_tree(&tree.unit, &path).ok_or_else(|| {
            CommandError::user(format!("{path} is a working tree of {:?}, which is no unit", tree.unit))
                .hint(format!("`yoe dev reset {}` removes it", tree.unit))
        })?;
    }
    Ok((project, trees.into_iter().map(|tree| tree.unit).collect()))
}

/// Refuses what is handed out while there are working trees: nobody could build it again.
///
/// # Errors
/// When there are some.
pub fn none(root: &Path, purpose: &str) -> Result<(), CommandError> {
    let trees = if settings::locked() { Vec::new() } else { trees(root)? };
    let names: Vec<&str> = trees.iter().map(|tree| tree.unit.as_str()).collect();
    match names.as_slice() {
        [] => Ok(()),
        names => Err(CommandError::user(format!(
            "{purpose} would hold what is in the working trees of {}: nobody could build it again",
            names.join(", ")
        ))
        .hint("`yoe dev finish UNIT` makes patches of it; --locked leaves working trees out")),
    }
}
