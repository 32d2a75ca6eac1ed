//! What must not be shipped: every problem by name, with its file and what to do.

mod elves;
mod leaks;
mod modes;
mod near;
mod places;
mod problem;

use std::collections::BTreeSet;

pub use leaks::BUILD_PATHS;
pub use problem::CheckError;

use crate::{Arch, PackageError, Tree};

/// What a tree is checked against.
#[derive(Debug, Clone, Copy)]
pub struct CheckContext<'a> {
    /// The architecture that machine code must be of; `None` for a unit of scope `noarch`, which may hold none.
    pub arch: Option<Arch>,
    /// SONAMEs that the unit's runtime closure provides, its own not needed.
    pub provided: &'a BTreeSet<String>,
    /// Absolute device paths that the unit declares to carry a setuid or setgid bit.
    pub setuid: &'a [String],
    /// Paths that exist in builds alone and must not be named by any file, such as [`BUILD_PATHS`].
    pub build_paths: &'a [&'a str],
    /// Whether the unit accepts text of build paths in its files.
    pub host_paths_ok: bool,
}

/// Checks the parts of a tree that become packages. The problems come in order of their paths; none means that it may be shipped.
///
/// # Errors
/// When a file cannot be read.
pub fn check(tree: &Tree, context: &CheckContext<'_>) -> Result<Vec<CheckError>, PackageError> {
    let split = tree.split()?;
    let mut kept = split.runtime.nodes;
    kept.extend(split.dev.nodes);
    let tree = tree.with(kept);
    let mut problems = places::check(&tree, context);
    problems.extend(modes::check(&tree, context));
    problems.extend(elves::check(&tree, context)?);
    problems.extend(leaks::check(&tree, context)?);
    problems.sort_by(|one, other| (one.path(), one).cmp(&(other.path(), other)));
    Ok(problems)
}
