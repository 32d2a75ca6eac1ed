//! What runs and tests of images left below the state directory and nobody needs any more.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::CommandError;

/// Something that goes.
#[derive(Debug, Serialize)]
pub struct Gone {
    /// What it is.
    pub what: String,
    /// Where it was; absent of what is inside of the store.
    pub path: Option<String>,
    /// Bytes of its files.
    pub bytes: u64,
}

/// Removes what `yoe run` recorded, and the disks that failed sweeps of tests left; with `dry_run` only says what there is. The
/// records of tests stay: `yoe report` shows them.
pub fn of_runs(state: &Path, dry_run: bool) -> Result<Vec<Gone>, CommandError> {
    let mut gone = Vec::new();
    for path in entries(&state.join("runs"))? {
        take(&mut gone, format!("what the last run of {} said", name(&path)), path, dry_run)?;
    }
    for directory in entries(&state.join("tests"))? {
        let disk = directory.join(yoe_testbed::records::DISK);
        if disk.exists() {
            take(
                &mut gone,
                format!("the disk that a failed sweep of {} left", name(&directory)),
                disk,
                dry_run,
            )?;
        }
    }
    Ok(gone)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn take(gone: &mut Vec<Gone>, what: String, path: PathBuf, dry_run: bool) -> Result<(), CommandError> {
    let failed = |error| CommandError::config(format!("{} cannot be removed", path.display())).because(error);
    let bytes = bytes(&path).map_err(failed)?;
    if !dry_run {
        let directory = fs::symlink_metadata(&path).map_err(failed)?.is_dir();
        if directory { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.map_err(failed)?;
    }
    gone.push(Gone { what, path: Some(path.display().to_string()), bytes });
    Ok(())
}

/// What is in a directory, sorted; nothing when it is not there.
fn entries(directory: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let listed = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => {
            listed.and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>())
        }
    };
    let mut paths = listed.map_err(|error| {
        CommandError::config(format!("{} cannot be read", directory.display())).because(error)
    })?;
    paths.sort();
    Ok(paths)
}

fn bytes(path: &Path) -> io::Result<u64> {
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_dir() {
        return Ok(meta.len());
    }
    fs::read_dir(path)?.map(|entry| bytes(&entry?.path())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_left_goes_and_records_of_tests_stay() {
        let state = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = state.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("runs/host/console.log", "12345");
        write("tests/host/timing.json", "{}");
        write("tests/host/swept.qcow2", "123");
        let planned = of_runs(state.path(), true).unwrap();
        assert_eq!(planned.iter().map(|one| one.bytes).collect::<Vec<_>>(), [5, 3]);
        assert!(state.path().join("runs/host").exists());
        assert_eq!(of_runs(state.path(), false).unwrap().len(), 2);
        assert!(of_runs(state.path(), false).unwrap().is_empty());
        assert!(state.path().join("tests/host/timing.json").exists());
        assert!(of_runs(&state.path().join("none"), false).unwrap().is_empty());
    }
}
