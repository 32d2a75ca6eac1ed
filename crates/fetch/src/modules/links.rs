//! Links in a tree of others: none of them may lead to a file of this machine.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::ModuleError;

/// Makes sure that every symbolic link of a tree says a path in the tree, whether or not something is there.
pub(super) fn check_links(tree: &Path) -> Result<(), ModuleError> {
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        let directory = tree.join(&below);
        let failed = |source| ModuleError::File { path: directory.clone(), source };
        for entry in fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (path, kind) = (below.join(entry.file_name()), entry.file_type().map_err(failed)?);
            if kind.is_symlink() {
                let target = fs::read_link(entry.path()).map_err(failed)?;
                if !stays(&below, &target) {
                    return Err(ModuleError::Link { path, target });
                }
            } else if kind.is_dir() {
                open.push(path);
            }
        }
    }
    Ok(())
}

/// Whether a link in this directory of the tree says a path in the tree. It may climb at its beginning alone: from a directory that
/// is none of a link's, `..` is what is above it, and after that every name leads to a place in the tree, or to a link of which the
/// same holds. After a name, `..` would be what is above wherever a link of that name leads.
fn stays(directory: &Path, target: &Path) -> bool {
    let depth = directory.components().count();
    let mut parts = target.components().filter(|part| *part != Component::CurDir).peekable();
    let mut climbed = 0;
    while parts.next_if_eq(&Component::ParentDir).is_some() {
        climbed += 1;
    }
    climbed <= depth && parts.all(|part| matches!(part, Component::Normal(_)))
}
