//! `yoe dev start`.

use clap::Args;

use super::unit_of;
use crate::dev::{self, Tree};
use crate::error::CommandError;
use crate::project::{self, isolation};
use crate::ui::{self, Mode};

/// The arguments of `yoe dev start`.
#[derive(Debug, Args)]
pub struct Start {
    /// The unit
    pub unit: String,
}

/// Carries `yoe dev start` out.
pub fn run(args: &Start) -> Result<(), CommandError> {
    let open = project::open(None)?;
    let unit = unit_of(&open.project, &args.unit)?;
    let locked = open.lock()?;
    let root = locked.root.clone();
    let (buildable, plan) = locked.buildable(std::slice::from_ref(&args.unit))?;
    isolation()?;
    let builder = buildable.builder(Mode::choose(false).reporter())?;
    let sources = builder.source_trees(&plan, &args.unit)?;
    let patches = dev::start(&root, &unit, &sources)?;
    let tree = Tree::of(&root, &args.unit);
    ui::result(&tree.path.display().to_string());
    ui::note(&format!(
        "{patches} patches are commits after yoe-base; builds take this tree until `yoe dev finish {}`",
        args.unit
    ));
    Ok(())
}
