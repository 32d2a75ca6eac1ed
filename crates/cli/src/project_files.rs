//! The files that are a project: what git knows and what it does not ignore, or else all but hidden directories.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::checkout::tracked_files;
use crate::error::CommandError;

/// Directories in which programs leave what they made.
const MADE: [&str; 1] = ["target"];

/// All files of the project in this directory, relative to it.
///
/// # Errors
/// When a directory cannot be read.
pub fn project_files(root: &Path) -> Result<Vec<PathBuf>, CommandError> {
    if let Some(files) = tracked_files(root) {
        return Ok(files);
    }
    let mut files = Vec::new();
    list(root, Path::new(""), &mut files).map_err(|error| {
        CommandError::config(format!("the files of {} cannot be listed", root.display())).because(error)
    })?;
    files.sort();
    Ok(files)
}

fn list(root: &Path, below: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), below.join(entry.file_name()));
        let name = name.to_string_lossy();
        if !entry.file_type()?.is_dir() {
            files.push(path);
        } else if !name.starts_with('.') && !MADE.contains(&&*name) {
            list(root, &path, files)?;
        }
    }
    Ok(())
}
