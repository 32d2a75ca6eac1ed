//! Working trees, copied as they are.

use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use yoe_model::{Digest, Fingerprint, TreeFilter};

/// Why a working tree could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file or directory cannot be read or written.
    #[error("cannot copy {}", path.display())]
    Copy {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The tree holds a device.
    #[error("cannot copy {}: it is a device; leave it out with `exclude`", path.display())]
    Kind {
        /// What it is about.
        path: PathBuf,
    },
}

/// What is in a working tree: everything that the filter takes, committed or not.
struct Entry {
    /// Below the tree's top.
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    Directory,
    File { executable: bool },
    Link,
}

/// Copies a working tree into a directory, which is made: everything that the filter takes, committed or not. Symbolic
/// links are copied as links, times are kept, and files keep whether they are executable. Sockets and named pipes hold
/// nothing and are left out. Gives what [`snapshot_digest`] gives of the same tree.
///
/// # Errors
/// When something cannot be read or written, or is a device. What was copied until then stays there.
pub fn snapshot(tree: &Path, filter: &TreeFilter<'_>, into: &Path) -> Result<Digest, SnapshotError> {
    for Entry { path, kind } in list(tree, filter)? {
        let (from, to) = (at(tree, &path), at(into, &path));
        let done = match kind {
            Kind::Directory => std::fs::create_dir_all(&to),
            Kind::File { executable } => copy(&from, &to, executable),
            Kind::Link => {
                std::fs::read_link(&from).and_then(|target| std::os::unix::fs::symlink(target, &to))
            }
        };
        done.map_err(|source| SnapshotError::Copy { path: from, source })?;
    }
    // Of the copy: were the tree's own read again, something might have been written to it since.
    snapshot_digest(into, &TreeFilter::default())
}

/// The digest of what [`snapshot`] copies: paths, which of the files are executable, their bytes, targets of links.
///
/// # Errors
/// When something cannot be read, or is a device.
pub fn snapshot_digest(tree: &Path, filter: &TreeFilter<'_>) -> Result<Digest, SnapshotError> {
    let mut all = Fingerprint::new("yoe working tree 1");
    for Entry { path, kind } in list(tree, filter)? {
        let from = at(tree, &path);
        let failed = |source| SnapshotError::Copy { path: from.clone(), source };
        let path = path.as_os_str().as_bytes();
        all = all.add(path);
        all = match kind {
            Kind::Directory => all.add("directory"),
            Kind::File { executable } => {
                all.add("file").add(&executable).add(&file_digest(&from).map_err(failed)?)
            }
            Kind::Link => {
                let target = std::fs::read_link(&from).map_err(failed)?;
                all.add("link").add(target.as_os_str().as_bytes())
            }
        };
    }
    Ok(all.finish())
}

/// All entries, sorted by path; a directory comes before what is in it.
fn list(tree: &Path, filter: &TreeFilter<'_>) -> Result<Vec<Entry>, SnapshotError> {
    let mut entries = vec![Entry { path: PathBuf::new(), kind: Kind::Directory }];
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        let directory = at(tree, &below);
        let failed = |source| SnapshotError::Copy { path: directory.clone(), source };
        for entry in std::fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = below.join(entry.file_name());
            if !filter.takes(&path.to_string_lossy()) {
                continue;
            }
            let failed = |source| SnapshotError::Copy { path: entry.path(), source };
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                open.push(path.clone());
                entries.push(Entry { path, kind: Kind::Directory });
            } else if kind.is_file() {
                let executable = entry.metadata().map_err(failed)?.mode() & 0o100 != 0;
                entries.push(Entry { path, kind: Kind::File { executable } });
            } else if kind.is_symlink() {
                entries.push(Entry { path, kind: Kind::Link });
            } else if !kind.is_socket() && !kind.is_fifo() {
                return Err(SnapshotError::Kind { path: entry.path() });
            }
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// A path of the tree; the tree itself for the empty one, without a slash at its end.
fn at(tree: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { tree.to_owned() } else { tree.join(path) }
}

fn file_digest(path: &Path) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    io::copy(&mut std::fs::File::open(path)?, &mut hash)?;
    Ok(Digest::from_bytes(hash.finalize().into()))
}

fn copy(from: &Path, to: &Path, executable: bool) -> io::Result<()> {
    std::fs::copy(from, to)?;
    let mode = if executable { 0o755 } else { 0o644 };
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(mode))?;
    std::fs::File::options().append(true).open(to)?.set_modified(from.metadata()?.modified()?)
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

        let digest = snapshot(from.path(), &TreeFilter::default(), &into.path().join("copy")).unwrap();
        assert_eq!(digest, snapshot_digest(from.path(), &TreeFilter::default()).unwrap());

        let copied = |path: &str| into.path().join("copy").join(path);
        assert!(!copied(".git").exists() && !copied("sub/.git").exists());
        assert!(copied("empty").is_dir() && copied(".gitignore").is_file());
        assert_eq!(std::fs::read_link(copied("link")).unwrap(), Path::new("/nowhere"));
        let meta = copied("sub/run").metadata().unwrap();
        assert_eq!((meta.mode() & 0o7777, meta.modified().unwrap()), (0o755, time));
    }

    /// The digest of a tree of these files.
    fn digest_of(tree: &Path, exclude: &[&str]) -> Digest {
        let exclude: Vec<String> = exclude.iter().map(|one| (*one).to_owned()).collect();
        snapshot_digest(tree, &TreeFilter::new(&exclude)).unwrap()
    }

    #[test]
    fn the_digest_covers_what_is_copied_and_nothing_else() {
        let from = tempfile::tempdir().unwrap();
        let at = |path: &str| from.path().join(path);
        std::fs::create_dir_all(at("a/target")).unwrap();
        std::fs::write(at("a/main.c"), "x").unwrap();
        let before = digest_of(from.path(), &["target"]);
        // What a build, a version control system, an editor, a running program and another umask leave there.
        std::fs::write(at("a/target/main.o"), "x").unwrap();
        std::fs::create_dir(at(".git")).unwrap();
        std::fs::write(at(".git/index"), "x").unwrap();
        std::os::unix::fs::symlink("me@host.1:2", at("a/.#main.c")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            at("pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        std::fs::set_permissions(at("a/main.c"), std::fs::Permissions::from_mode(0o664)).unwrap();
        std::fs::set_permissions(at("a"), std::fs::Permissions::from_mode(0o775)).unwrap();
        assert_eq!(digest_of(from.path(), &["target"]), before);
        let into = tempfile::tempdir().unwrap();
        let exclude = ["target".to_owned()];
        let copied = snapshot(from.path(), &TreeFilter::new(&exclude), &into.path().join("copy")).unwrap();
        assert_eq!(copied, before);
        assert!(!into.path().join("copy/socket").exists() && !into.path().join("copy/a/target").exists());
        // What is copied changes it.
        assert_ne!(digest_of(from.path(), &[]), before);
        std::fs::set_permissions(at("a/main.c"), std::fs::Permissions::from_mode(0o775)).unwrap();
        assert_ne!(digest_of(from.path(), &["target"]), before);
        std::fs::set_permissions(at("a/main.c"), std::fs::Permissions::from_mode(0o644)).unwrap();
        std::fs::write(at("a/main.c"), "y").unwrap();
        assert_ne!(digest_of(from.path(), &["target"]), before);
    }

    #[test]
    fn a_missing_tree_is_named() {
        let error = snapshot(Path::new("/does/not/exist"), &TreeFilter::default(), Path::new("/nowhere"))
            .unwrap_err();
        assert_eq!(error.to_string(), "cannot copy /does/not/exist");
    }
}
