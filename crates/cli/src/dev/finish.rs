//! Patches of a working tree's commits, for the unit's directory.

use std::collections::BTreeMap;

use yoe_model::Unit;

use super::start::header;
use super::{BASE, TRAILER, Tree};
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

/// A commit as a patch.
struct Patch {
    /// The file that it came from.
    name: Option<String>,
    /// What it says of itself.
    message: String,
    /// What it changes.
    diff: Vec<u8>,
}

impl Patch {
    fn of(tree: &Tree, commit: &str) -> Result<Self, CommandError> {
        let git = tree.git();
        let parents = git.ask(&["rev-list", "--parents", "--max-count=1", commit])?;
        if parents.split_whitespace().count() > 2 {
            return Err(CommandError::user(format!("commit {commit} joins two lines of work"))
                .hint(format!("rebase onto {BASE}: each commit becomes one patch")));
        }
        let whole = git.ask(&["show", "--no-patch", "--format=%B", commit])?;
        let (name, message) = parted(&whole);
        let diff = git.bytes(&[
            "diff-tree",
            "-p",
            "--no-renames",
            "--no-ext-diff",
            "--no-commit-id",
            "--full-index",
            commit,
        ])?;
        let text = String::from_utf8_lossy(&diff);
        if let Some(line) = text.lines().find(|line| line.starts_with("Binary files ")) {
            return Err(CommandError::user(format!(
                "commit {commit} changes a file that is no text: {line}"
            ))
            .hint("put the file into the unit's directory and install it from there"));
        }
        Ok(Self { name, message, diff })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\n\n", self.message.trim()).into_bytes();
        bytes.extend(&self.diff);
        bytes
    }
}

/// The file that a commit came from, and the rest of its message.
fn parted(message: &str) -> (Option<String>, String) {
    let name = message.lines().rev().find_map(|line| line.strip_prefix(TRAILER));
    let plain = |name: &&str| !name.contains('/') && name.ends_with(".patch");
    let rest: Vec<&str> = message.lines().filter(|line| !line.starts_with(TRAILER)).collect();
    (name.map(str::trim).filter(plain).map(str::to_owned), rest.join("\n").trim().to_owned())
}

/// Whether a commit says and changes what this patch did. What git alone writes into a patch, names of blobs among it, does not
/// count.
fn same(old: &str, new: &Patch, name: &str) -> bool {
    let text = String::from_utf8_lossy(&new.diff);
    header(old).unwrap_or(name) == new.message && changes(old) == changes(&text)
}

/// The files and lines that a patch changes.
fn changes(patch: &str) -> Vec<String> {
    let mut left = (0u64, 0u64);
    let mut found = Vec::new();
    for line in patch.lines() {
        if left == (0, 0) {
            if let Some(hunk) = line.strip_prefix("@@ ") {
                left = counts(hunk).unwrap_or_default();
                found.push("@@".to_owned());
            } else if let Some(file) = line.strip_prefix("+++ ").or_else(|| line.strip_prefix("--- ")) {
                found.push(file.split('\t').next().unwrap_or(file).to_owned());
            }
            continue;
        }
        match line.as_bytes().first() {
            Some(b'+') => left.1 = left.1.saturating_sub(1),
            Some(b'-') => left.0 = left.0.saturating_sub(1),
            // Where a line's own blank was lost, it is one of both all the same.
            Some(b' ') | None => left = (left.0.saturating_sub(1), left.1.saturating_sub(1)),
            _ => continue,
        }
        // Context tells where, not what.
        if line.starts_with(['+', '-']) {
            found.push(line.to_owned());
        }
    }
    found
}

/// The lines of both sides, of a hunk's `-1,3 +1,4 @@`.
fn counts(hunk: &str) -> Option<(u64, u64)> {
    let mut sides = hunk
        .split_whitespace()
        .take(2)
        .map(|side| side.get(1..)?.split_once(',').map_or(Some(1), |(_, count)| count.parse().ok()));
    Some((sides.next()??, sides.next()??))
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
    fn only_lines_that_change_count() {
        let one = "Says.\n--- a/x\t2020\n+++ b/x\n@@ -1,3 +1,3 @@ fn\n a\n-b\n+c\n d\n-- \n2.1\n";
        let other =
            "diff --git a/x b/x\nindex 12..34 100644\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n";
        assert_eq!(changes(one), changes(other));
        assert_ne!(changes(one), changes(&other.replace("+c", "+e")));
    }

    #[test]
    fn the_file_is_in_the_last_lines() {
        let (name, rest) = parted("Mend x.\n\nLong.\n\nPatch: x.patch\n");
        assert_eq!((name.as_deref(), rest.as_str()), (Some("x.patch"), "Mend x.\n\nLong."));
        assert_eq!(parted("Patch: ../x.patch\n").0, None);
    }

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
