//! `yoe dev status`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::error::CommandError;
use crate::{dev, paths, ui};

/// The arguments of `yoe dev status`.
#[derive(Debug, Args)]
pub struct Status {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// A working tree, for programs.
#[derive(Debug, Serialize)]
struct Listed {
    unit: String,
    path: PathBuf,
    commits: usize,
    changed: Vec<String>,
}

/// Carries `yoe dev status` out.
pub fn run(args: &Status) -> Result<(), CommandError> {
    let mut all = Vec::new();
    for tree in dev::trees(&paths::project_root()?)? {
        let (commits, changed) = (tree.commits()?.len(), tree.changed()?);
        all.push(Listed { unit: tree.unit, path: tree.path, commits, changed });
    }
    if args.json {
        return ui::json_result(&all);
    }
    if all.is_empty() {
        ui::note("there is no working tree; `yoe dev start UNIT` makes one");
    }
    for tree in all {
        let changed = match tree.changed.len() {
            0 => String::new(),
            count => format!(", {count} files not committed"),
        };
        ui::result(&format!("{}: {} commits{changed}, {}", tree.unit, tree.commits, tree.path.display()));
    }
    Ok(())
}
