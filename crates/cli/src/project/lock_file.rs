//! The lock file of a project.

use std::io;
use std::path::Path;

use yoe_fetch::lock::file::parse;
use yoe_model::Lock;

use crate::error::CommandError;

/// Its name, in the project's directory.
pub const LOCK: &str = "yoe.lock";

/// The lock of the project in this directory; absent when there is none.
pub fn read(root: &Path) -> Result<Option<Lock>, CommandError> {
    let text = match std::fs::read_to_string(root.join(LOCK)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CommandError::config(format!("{LOCK} cannot be read")).because(error)),
    };
    if let Some(line) = merge_marker(&text) {
        return Err(unmerged(line));
    }
    parsed(&text, LOCK).map(Some).map_err(|error| {
        error.hint(
            "restore it from version control; `yoe lock --update` writes a new one, with the newest version of \
             everything",
        )
    })
}

/// The lock in this file.
///
/// # Errors
/// When there is none, or it is no lock.
pub fn of_file(path: &Path) -> Result<Lock, CommandError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| CommandError::user(format!("{} cannot be read", path.display())).because(error))?;
    parsed(&text, &path.display().to_string())
}

fn parsed(text: &str, name: &str) -> Result<Lock, CommandError> {
    // Some editors put a byte order mark first; it says nothing.
    parse(text.strip_prefix('\u{feff}').unwrap_or(text))
        .map_err(|error| CommandError::user(format!("cannot parse {name}")).because(error))
}

/// The first line, counted from 1, at which a version control system marked two sides of a merge.
fn merge_marker(text: &str) -> Option<usize> {
    const MARKERS: [&str; 3] = ["<<<<<<<", "=======", ">>>>>>>"];
    let marks = |line: &str| MARKERS.iter().any(|marker| line.starts_with(marker));
    text.lines().position(marks).map(|index| index + 1)
}

fn unmerged(line: usize) -> CommandError {
    CommandError::user(format!("{LOCK} holds both sides of a merge: line {line} is a marker of its conflict")).hint(
        format!(
            "take either side whole, then let yoe add what it lacks: `git checkout --theirs {LOCK}` (or --ours), \
             `yoe lock`, `git add {LOCK}`"
        ),
    )
}
