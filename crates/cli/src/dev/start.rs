//! A new working tree: what is fetched as one commit, each patch of the unit as another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use yoe_model::Unit;

use super::{BASE, DIRECTORY, TRAILER, Tree};
use crate::error::CommandError;

/// Makes the tree of a unit of its sources, each with the directory that it belongs in. Gives how many patches were applied.
///
/// # Errors
/// When there is one, when a file cannot be written, or when a patch does not apply. Nothing is left then.
pub fn start(root: &Path, unit: &Unit, sources: &[(String, PathBuf)]) -> Result<usize, CommandError> {
    let tree = Tree::of(root, &unit.name);
    if tree.path.exists() {
        return Err(CommandError::user(format!("{} is there already", tree.path.display()))
            .hint(format!("`yoe dev reset {}` removes it", unit.name)));
    }
    hidden(root).map_err(|error| failed(&tree.path, error))?;
    let made = fill(&tree, unit, sources);
    if made.is_err() {
        // What is left says less than the error.
        let _ = remove(&tree.path);
    }
    made
}

/// Removes a tree. Directories of Go modules are not writable.
///
/// # Errors
/// When something cannot be removed.
pub fn remove(path: &Path) -> io::Result<()> {
    make_writable(path)?;
    fs::remove_dir_all(path)
}

fn make_writable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_dir() {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(meta.permissions().mode() | 0o700))?;
    fs::read_dir(path)?.try_for_each(|entry| make_writable(&entry?.path()))
}

/// The directory of all trees, which version control does not see.
fn hidden(root: &Path) -> io::Result<()> {
    fs::create_dir_all(root.join(DIRECTORY))?;
    let ignore = root.join(".yoe/.gitignore");
    if ignore.exists() { Ok(()) } else { fs::write(ignore, "*\n") }
}

fn fill(tree: &Tree, unit: &Unit, sources: &[(String, PathBuf)]) -> Result<usize, CommandError> {
    let path = &tree.path;
    fs::create_dir(path).map_err(|error| failed(path, error))?;
    for (into, source) in sources {
        put(source, &path.join(into)).map_err(|error| failed(path, error))?;
    }
    let git = tree.git();
    git.ask(&["init", "--quiet", "--template=", "--initial-branch=yoe"])?;
    // A tree of Go modules in it is what was fetched, too; nobody changes it here.
    fs::create_dir_all(path.join(".git/info"))
        .and_then(|()| fs::write(path.join(".git/info/exclude"), "/.modules/\n"))
        .map_err(|error| failed(path, error))?;
    // What upstream's own .gitignore names is in its archive all the same.
    git.ask(&["add", "--all", "--force", ":/", ":(exclude).modules"])?;
    let message = format!("{} {} as it is fetched", unit.name, unit.version);
    git.ask(&["commit", "--quiet", "--allow-empty", "--message", &message])?;
    git.ask(&["tag", BASE])?;
    for patch in &unit.patches {
        apply(tree, unit, patch)?;
    }
    Ok(unit.patches.len())
}

/// Puts a source over what is there, as its layers lie over each other in a build.
fn put(from: &Path, to: &Path) -> io::Result<()> {
    let meta = fs::symlink_metadata(from)?;
    if meta.is_dir() {
        fs::create_dir_all(to)?;
        return fs::read_dir(from)?.try_for_each(|entry| {
            let entry = entry?;
            put(&entry.path(), &to.join(entry.file_name()))
        });
    }
    if to.symlink_metadata().is_ok() {
        fs::remove_file(to)?;
    }
    if meta.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(from)?, to);
    }
    fs::copy(from, to)?;
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(to, fs::Permissions::from_mode(meta.permissions().mode() | 0o200))
}

fn apply(tree: &Tree, unit: &Unit, patch: &str) -> Result<(), CommandError> {
    let content = unit.file(patch).map(|file| file.content.to_vec()).unwrap_or_default();
    let file = tree.path.join(".git/yoe.patch");
    let text = String::from_utf8_lossy(&content).into_owned();
    fs::write(&file, &content).map_err(|error| failed(&file, error))?;
    let git = tree.git();
    let path = file.display().to_string();
    git.ask(&["apply", "--index", "--whitespace=nowarn", &path])
        .map_err(|error| error.hint(format!("the patch is {patch:?} of unit {:?}", unit.name)))?;
    let message = format!("{}\n\n{TRAILER}{patch}", header(&text).unwrap_or(patch));
    git.ask(&["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--message", &message])?;
    fs::remove_file(&file).map_err(|error| failed(&file, error))
}

/// What a patch says of itself, in front of the first file that it changes.
pub(super) fn header(patch: &str) -> Option<&str> {
    const BEGINS: [&str; 4] = ["diff ", "--- ", "Index: ", "@@ "];
    let mut at = 0;
    for line in patch.split_inclusive('\n') {
        if BEGINS.iter().any(|begin| line.starts_with(begin)) {
            break;
        }
        at += line.len();
    }
    let header = patch[..at].trim();
    (!header.is_empty()).then_some(header)
}

fn failed(path: &Path, error: io::Error) -> CommandError {
    CommandError::config(format!("{} cannot be made", path.display())).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_patch_says_of_itself_is_in_front_of_its_files() {
        assert_eq!(header("Mend x.\n\nLong.\n\ndiff --git a/x b/x\n"), Some("Mend x.\n\nLong."));
        assert_eq!(header("--- a/x\n+++ b/x\n"), None);
        assert_eq!(header(""), None);
    }
}
