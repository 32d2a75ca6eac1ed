//! `yoe dev reset`.

use std::path::Path;

use clap::Args;

use super::{existing, removed};
use crate::dev::{self, Tree};
use crate::error::CommandError;
use crate::{paths, project};

/// The arguments of `yoe dev reset`.
#[derive(Debug, Args)]
pub struct Reset {
    /// The unit
    pub unit: String,
    /// Also when it holds work that is in no patch
    #[arg(long)]
    pub force: bool,
}

/// Carries `yoe dev reset` out.
pub fn run(args: &Reset) -> Result<(), CommandError> {
    let root = paths::project_root()?;
    let tree = existing(&root, &args.unit)?;
    if !args.force {
        unfinished(&root, &tree)?;
    }
    removed(&tree)
}

/// Refuses to lose work that is in no patch.
fn unfinished(root: &Path, tree: &Tree) -> Result<(), CommandError> {
    let open = project::open_as_locked(root, None)?;
    let lost = match open.project.units.get(&tree.unit) {
        Some(unit) => match dev::finish(tree, unit) {
            Ok(finished) => !finished.written.is_empty(),
            Err(_) => true,
        },
        None => !tree.commits()?.is_empty() || !tree.changed()?.is_empty(),
    };
    if !lost {
        return Ok(());
    }
    let unit = &tree.unit;
    Err(CommandError::user(format!("{} holds work that is in no patch", tree.path.display())).hint(format!(
        "`yoe dev finish {unit}` makes patches of it; `yoe dev reset {unit} --force` drops it"
    )))
}
