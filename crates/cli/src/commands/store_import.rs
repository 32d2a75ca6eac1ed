//! `yoe store import`.

use std::path::Path;

use yoe_build::archive::{Archive, ArchiveError};
use yoe_build::record_fetched;

use crate::error::CommandError;
use crate::project::{open_at, open_store};
use crate::ui;

/// Carries `yoe store import` out.
pub fn run(directory: &Path) -> Result<(), CommandError> {
    let refused = |error: ArchiveError| {
        CommandError::user(format!("{} cannot be imported", directory.display())).because(error)
    };
    let archive = Archive::open(directory).map_err(refused)?;
    let store = open_store()?;
    let session = store.session()?;
    let (files, trees) = archive.import(&store, &session).map_err(refused)?;
    ui::note(&format!("{}: {files} files, {trees} trees", directory.display()));
    let about = archive.about();
    let locked = open_at(&archive.project(), Some(&about.machine))?.lock()?;
    let plan = locked.plan(std::slice::from_ref(&about.target))?;
    let missing = record_fetched(&store, &plan, &about.trees)?;
    if !missing.is_empty() {
        return Err(CommandError::user(format!("the archive lacks {}", missing.join(", "))).hint(format!(
            "it was written by yoe {}; this is {}",
            about.yoe,
            env!("CARGO_PKG_VERSION")
        )));
    }
    ui::note(&format!(
        "build it by `yoe -C {} build {} --machine {}`",
        archive.project().display(),
        about.target,
        about.machine
    ));
    Ok(())
}
