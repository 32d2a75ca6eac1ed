//! Patches of a working tree's commits, for the unit's directory.

use std::collections::BTreeMap;

use yoe_model::Unit;

use super::Tree;
use super::patch::{Patch, same};
use crate::error::CommandError;

/// What becomes of a unit's patches.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Their names, in the order in which they apply.
    pub patches: Vec<String>,
    /// The content of those that changed or are new.
    pub written: BTreeMap<String, Vec<u8>>,
    /// Names of the unit's that no commit stands for any more.
    pub gone: Vec<String>,
}

/// Makes patches of the commits. A commit that changes what its patch changed leaves the patch as it is, byte for byte.
///
/// # Errors
/// When something is not committed, a commit has two parents, or changes a file that is no text: patch(1) cannot.
pub fn finish(tree: &Tree, unit: &Unit) -> Result<Finished, CommandError> {
    let changed = tree.changed()?;
    if !changed.is_empty() {
        return Err(CommandError::user(format!(
            "{} holds changes that are not committed:\n  {}",
            tree.path.display(),
            changed.join("\n  ")
        ))
        .hint("commit them, one commit a patch, or drop them (`git checkout .`)"));
    }
    let mut finished = Finished::default();
    for commit in tree.commits()? {
        let patch = Patch::of(tree, &commit)?;
        let name = match &patch.name {
            Some(name) if !finished.patches.contains(name) => name.clone(),
            _ => free_name(&patch.message, &finished.patches, unit),
        };
        let old = unit.file(&name).filter(|_| unit.patches.contains(&name));
        let same = old.is_some_and(|file| same(&String::from_utf8_lossy(&file.content), &patch, &name));
        if !same {
            finished.written.insert(name.clone(), patch.bytes());
        }
        finished.patches.push(name);
    }
    finished.gone = unit.patches.iter().filter(|name| !finished.patches.contains(name)).cloned().collect();
    Ok(finished)
}

/// A name for a new patch, of what its first line says.
fn free_name(message: &str, taken: &[String], unit: &Unit) -> String {
    let first = message.lines().next().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = first
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(6)
        .collect();
    let stem = if words.is_empty() { "change".to_owned() } else { words.join("-") };
    let free = |name: &String| !taken.contains(name) && unit.file(name).is_none();
    let first = format!("{stem}.patch");
    let others = (2u64..).map(|number| format!("{stem}-{number}.patch"));
    std::iter::once(first.clone()).chain(others).find(free).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_patch_is_called_by_what_it_does() {
        let unit = Unit::new("x", "1", yoe_model::Origin::default());
        assert_eq!(
            free_name("Mend the X: it's *broken*\n\nLong", &[], &unit),
            "mend-the-x-it-s-broken.patch"
        );
        assert_eq!(free_name("Mend", &["mend.patch".into()], &unit), "mend-2.patch");
        assert_eq!(free_name("\u{e4}", &[], &unit), "change.patch");
    }
}
