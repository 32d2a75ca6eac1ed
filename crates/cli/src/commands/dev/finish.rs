//! `yoe dev finish`.

use std::fs;
use std::path::Path;

use clap::Args;

use super::place::Place;
use super::{existing, removed, unit_of};
use crate::error::CommandError;
use crate::output::Output;
use crate::{dev, paths, project, ui};

/// The arguments of `yoe dev finish`.
#[derive(Debug, Args)]
pub struct Finish {
    /// The unit
    pub unit: String,
    /// Keep the working tree
    #[arg(long)]
    pub keep: bool,
}

/// Carries `yoe dev finish` out.
pub fn run(args: &Finish) -> Result<(), CommandError> {
    let open = project::open_as_locked(&paths::project_root()?, None)?;
    let unit = unit_of(&open.project, &args.unit)?;
    let tree = existing(&open.root, &args.unit)?;
    let finished = dev::finish(&tree, &unit)?;
    let place = Place::of(&open.root, &unit);
    let says = place.says(&unit, &finished.patches)?;
    for (name, content) in &finished.written {
        write(&place.directory, name, content)?;
    }
    for name in &finished.gone {
        let path = place.directory.join(name);
        ui::note(&format!("{} stands for no commit any more: delete it", path.display()));
    }
    match says {
        Some(says) => ui::note(&says),
        None if finished.written.is_empty() => ui::note("no patch changed"),
        None => {}
    }
    if args.keep { Ok(()) } else { removed(&tree) }
}

fn write(directory: &Path, name: &str, content: &[u8]) -> Result<(), CommandError> {
    fs::create_dir_all(directory).map_err(|error| {
        CommandError::config(format!("{} cannot be made", directory.display())).because(error)
    })?;
    let path = directory.join(name);
    Output::at(&path)?.write_all(content)?;
    ui::result(&path.display().to_string());
    Ok(())
}
