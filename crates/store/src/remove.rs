//! Removing a directory with whatever a build step left in it.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::{At, Result, present};

/// Directories whose path is longer than the top's by so many bytes are first moved up: a path that the system takes has
/// 4096 bytes at most, and 255 are one name.
const LENGTH: usize = 1024;

/// Removes a directory and everything in it: also directories that their owner may not read or write, and directories nested
/// deeper than a path can say. Symbolic links are removed, not followed. Nothing there is fine.
pub(crate) fn remove_directory(top: &Path) -> Result<()> {
    match present(top.symlink_metadata()).at("inspect", top)? {
        None => return Ok(()),
        Some(meta) if !meta.is_dir() => return gone(fs::remove_file(top)).at("remove", top),
        Some(_) => {}
    }
    let mut sweep = Sweep { top, moved: 0 };
    loop {
        let before = sweep.moved;
        sweep.empty(top)?;
        if sweep.moved == before {
            return gone(fs::remove_dir(top)).at("remove", top);
        }
    }
}

struct Sweep<'a> {
    top: &'a Path,
    moved: u64,
}

impl Sweep<'_> {
    fn empty(&mut self, directory: &Path) -> Result<()> {
        open_up(directory)?;
        let Some(entries) = present(fs::read_dir(directory)).at("list", directory)? else {
            return Ok(());
        };
        let entries: Vec<_> = entries.collect::<io::Result<_>>().at("list", directory)?;
        for entry in entries {
            let path = entry.path();
            if !entry.file_type().at("inspect", &path)?.is_dir() {
                gone(fs::remove_file(&path)).at("remove", &path)?;
            } else if path.as_os_str().len() < self.top.as_os_str().len() + LENGTH {
                self.empty(&path)?;
                gone(fs::remove_dir(&path)).at("remove", &path)?;
            } else {
                open_up(&path)?;
                self.move_up(&path)?;
            }
        }
        Ok(())
    }

    /// Moves a directory to a free name directly below the top.
    fn move_up(&mut self, path: &Path) -> Result<()> {
        loop {
            self.moved += 1;
            let to: PathBuf = self.top.join(format!(".moved-{}", self.moved));
            match fs::rename(path, &to) {
                Err(error) if taken(&error) => {}
                result => return gone(result).at("move", path),
            }
        }
    }
}

/// Gives the owner all rights in a directory: to remove from it, and to move it.
pub(crate) fn open_up(directory: &Path) -> Result<()> {
    let Some(meta) = present(directory.symlink_metadata()).at("inspect", directory)? else {
        return Ok(());
    };
    if meta.is_dir() && meta.permissions().mode() & 0o700 != 0o700 {
        fs::set_permissions(directory, Permissions::from_mode(0o700)).at("unlock", directory)?;
    }
    Ok(())
}

/// Whether a rename failed because something lies at its target.
fn taken(error: &io::Error) -> bool {
    use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotADirectory};
    matches!(error.kind(), AlreadyExists | DirectoryNotEmpty | NotADirectory)
}

fn gone(result: io::Result<()>) -> io::Result<()> {
    present(result).map(|_| ())
}

#[cfg(test)]
mod tests;
