//! Working trees, copied as they are.

use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Why a working tree could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file or folder cannot be read or written.
    #[error("cannot copy {}", path.display())]
    Copy {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The tree holds something that is not a file, a folder or a symbolic link.
    #[error("cannot copy {}: it is not a file, a folder or a symbolic link", path.display())]
    Kind {
        /// What it is about.
        path: PathBuf,
    },
}

/// Copies a working tree into a folder, which is made: everything but `.git`, committed or not. Symbolic links are copied as
/// links, times are kept, and files keep whether they are executable.
///
/// # Errors
/// When something cannot be read or written, or is neither file, folder nor symbolic link. What was copied until then stays
/// there.
pub fn snapshot(tree: &Path, into: &Path) -> Result<(), SnapshotError> {
    let mut folders = vec![(tree.to_owned(), into.to_owned())];
    while let Some((from, to)) = folders.pop() {
        let failed = |source| SnapshotError::Copy { path: from.clone(), source };
        std::fs::create_dir_all(&to).map_err(failed)?;
        for entry in std::fs::read_dir(&from).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name() == ".git" {
                continue;
            }
            let (path, target) = (entry.path(), to.join(entry.file_name()));
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                folders.push((path, target));
            } else if kind.is_file() || kind.is_symlink() {
                copy(&path, &target, kind.is_symlink())
                    .map_err(|source| SnapshotError::Copy { path, source })?;
            } else {
                return Err(SnapshotError::Kind { path });
            }
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, link: bool) -> io::Result<()> {
    if link {
        return std::os::unix::fs::symlink(std::fs::read_link(from)?, to);
    }
    std::fs::copy(from, to)?;
    let meta = from.metadata()?;
    let mode = if meta.mode() & 0o100 == 0 { 0o644 } else { 0o755 };
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(mode))?;
    std::fs::File::options().append(true).open(to)?.set_modified(meta.modified()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_copied_without_its_history() {
        let from = tempfile::tempdir().unwrap();
        let into = tempfile::tempdir().unwrap();
        let at = |path: &str| from.path().join(path);
        std::fs::create_dir_all(at("sub/.git")).unwrap();
        std::fs::create_dir_all(at("empty")).unwrap();
        std::fs::create_dir_all(at(".git/objects")).unwrap();
        std::fs::write(at(".gitignore"), "*").unwrap();
        std::fs::write(at("sub/run"), "x").unwrap();
        std::fs::set_permissions(at("sub/run"), std::fs::Permissions::from_mode(0o4711)).unwrap();
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        std::fs::File::open(at("sub/run")).unwrap().set_modified(time).unwrap();
        std::os::unix::fs::symlink("/nowhere", at("link")).unwrap();

        snapshot(from.path(), &into.path().join("copy")).unwrap();

        let copied = |path: &str| into.path().join("copy").join(path);
        assert!(!copied(".git").exists() && !copied("sub/.git").exists());
        assert!(copied("empty").is_dir() && copied(".gitignore").is_file());
        assert_eq!(std::fs::read_link(copied("link")).unwrap(), Path::new("/nowhere"));
        let meta = copied("sub/run").metadata().unwrap();
        assert_eq!((meta.mode() & 0o7777, meta.modified().unwrap()), (0o755, time));
    }

    #[test]
    fn a_socket_is_refused_by_name() {
        let from = tempfile::tempdir().unwrap();
        let into = tempfile::tempdir().unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(from.path().join("socket")).unwrap();
        let error = snapshot(from.path(), into.path()).unwrap_err().to_string();
        assert!(error.contains("socket: it is not a file"), "{error}");
    }

    #[test]
    fn a_missing_tree_is_named() {
        let error = snapshot(Path::new("/does/not/exist"), tempfile::tempdir().unwrap().path()).unwrap_err();
        assert_eq!(error.to_string(), "cannot copy /does/not/exist");
    }
}
