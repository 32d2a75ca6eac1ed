//! A commit of a working tree as a patch.

use super::start::header;
use super::{BASE, TRAILER, Tree};
use crate::error::CommandError;

/// A commit as a patch.
pub(super) struct Patch {
    /// The file that it came from.
    pub name: Option<String>,
    /// What it says of itself.
    pub message: String,
    /// What it changes.
    diff: Vec<u8>,
}

impl Patch {
    /// Of a commit.
    ///
    /// # Errors
    /// When it has two parents, or changes a file that is no text.
    pub fn of(tree: &Tree, commit: &str) -> Result<Self, CommandError> {
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

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
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
pub(super) fn same(old: &str, new: &Patch, name: &str) -> bool {
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
}
