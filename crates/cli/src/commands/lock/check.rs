//! `yoe lock --check`.

use std::path::Path;

use crate::error::CommandError;
use crate::project::{self, LOCK, modules, no_lock, read_lock};
use crate::ui;

/// Says whether the lock is what `yoe lock` would leave as it is. Nothing is looked up.
///
/// # Errors
/// Every entry that is missing, answers something else, or is not used any more.
pub fn run(root: &Path) -> Result<(), CommandError> {
    let lock = read_lock(root)?.ok_or_else(no_lock)?;
    let named = modules::named(root)?;
    let mut wrong: Vec<String> = lock.module_mismatches(&named).iter().map(ToString::to_string).collect();
    // Without the modules nothing is known of the rest.
    if wrong.is_empty() {
        let opened = project::open(None)?;
        let mut unused = opened.project.unused(&named, &lock);
        unused.extend(opened.project.uncopied(&lock));
        let mismatches = opened.project.lock(lock).err().unwrap_or_default();
        wrong.extend(mismatches.iter().map(ToString::to_string).chain(unused));
    }
    if wrong.is_empty() {
        ui::note(&format!("{LOCK} is up to date with the project"));
        return Ok(());
    }
    Err(CommandError::user(format!("{LOCK} is not up to date with the project:\n  {}", wrong.join("\n  ")))
        .hint("run `yoe lock`"))
}
