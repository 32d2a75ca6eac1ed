//! Two locks: of this project, of one of its commits, or of files.

use std::collections::BTreeSet;
use std::path::Path;

use yoe_model::{EntryChange, Lock, LockChanges};

use crate::checkout::Checkout;
use crate::error::CommandError;
use crate::project::{LOCK, lock_of_file, no_lock, read_lock};
use crate::{columns, paths, ui};

/// How much of a digest or a commit people are shown.
const SHORT: usize = 12;

/// Whether a side of a comparison is a lock: `yoe.lock@REVISION`, or a file whose name says so.
pub fn is_one(name: &str) -> bool {
    revision(name).is_some() || (name.ends_with(".lock") && Path::new(name).is_file())
}

fn revision(name: &str) -> Option<&str> {
    name.strip_prefix(LOCK)?.strip_prefix('@')
}

/// Compares two locks.
pub fn run(from: &str, to: &str, json: bool) -> Result<(), CommandError> {
    let changes = LockChanges::new(&lock(from)?, &lock(to)?);
    if json {
        ui::json_result(&changes)?;
        return Ok(());
    }
    ui::result(&format!("{from} -> {to}"));
    for (kind, all) in changes.kinds() {
        if !all.is_empty() {
            ui::result(kind);
            columns::lines(&all.iter().map(row).collect::<Vec<_>>()).iter().for_each(|line| ui::result(line));
        }
    }
    if changes.is_empty() {
        ui::result("no difference");
    }
    Ok(())
}

fn lock(name: &str) -> Result<Lock, CommandError> {
    match revision(name) {
        Some(revision) => {
            let checkout = Checkout::new(&paths::project_root()?, revision)?;
            read_lock(checkout.project())?.ok_or_else(no_lock)
        }
        None => lock_of_file(Path::new(name)),
    }
}

fn row(change: &EntryChange) -> Vec<String> {
    let sign = match (change.from.is_empty(), change.to.is_empty()) {
        (true, _) => "+",
        (_, true) => "-",
        _ => "~",
    };
    let mut what = match (change.from == change.to, sign) {
        (true, _) => list(&change.to),
        (_, "+") => list(&change.to),
        (_, "-") => list(&change.from),
        _ => format!("{} -> {}", list(&change.from), list(&change.to)),
    };
    if !change.other_bytes.is_empty() {
        what += &format!(" (other bytes: {})", list(&change.other_bytes));
    }
    let patches = |sign: char, all: &[String]| -> String {
        all.iter().map(|patch| format!(" {sign}{patch}")).collect()
    };
    let patches = patches('+', &change.patches_added) + &patches('-', &change.patches_gone);
    if sign == "~" && !patches.is_empty() {
        what += &format!("; patches:{patches}");
    }
    vec![format!("  {sign}"), change.name.clone(), what]
}

/// Versions; of digests and commits the beginning.
fn list(versions: &BTreeSet<String>) -> String {
    let long = |version: &str| version.len() >= 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let short = |version: &String| match long(version) {
        true => version.chars().take(SHORT).collect(),
        false => version.clone(),
    };
    versions.iter().map(short).collect::<Vec<String>>().join(", ")
}
