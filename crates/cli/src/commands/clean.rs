//! `yoe clean`.

use clap::Args;

use crate::error::CommandError;
use crate::leftovers::{self, Gone};
use crate::project::open_store;
use crate::{paths, ui};

/// The arguments of `yoe clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// Show what would be removed, without removing it
    #[arg(long)]
    pub dry_run: bool,
    /// Write what is removed as JSON
    #[arg(long)]
    pub json: bool,
}

/// Carries `yoe clean` out.
pub fn run(args: &Clean) -> Result<(), CommandError> {
    let mut gone = leftovers::of_runs(&paths::state()?, args.dry_run)?;
    // Without a store there is nothing of it to clean, and none is made.
    if paths::store_root()?.exists() {
        let inside = open_store()?.clean(args.dry_run)?;
        let inside = inside.into_iter();
        gone.extend(inside.map(|one| Gone { what: one.what, path: None, bytes: one.bytes }));
    }
    if args.json {
        return ui::json_result(&gone);
    }
    for one in &gone {
        let path = one.path.as_ref().map(|path| format!(": {path}")).unwrap_or_default();
        ui::result(&format!("{} ({}){path}", one.what, ui::bytes(one.bytes)));
    }
    let verb = if args.dry_run { "would be freed" } else { "freed" };
    ui::result(&format!("{} {verb}", ui::bytes(gone.iter().map(|one| one.bytes).sum())));
    ui::note("results of builds stay; `yoe store gc` removes those that were not used lately");
    Ok(())
}
