use super::*;
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::{PermissionsExt, symlink};

fn root() -> (tempfile::TempDir, OwnedFd) {
    let directory = tempfile::tempdir().unwrap();
    let fd = fs::File::open(directory.path()).unwrap().into();
    (directory, fd)
}

#[test]
fn missing_parents_are_made() {
    let (at, root) = root();
    directory(root.as_fd(), Path::new("/a/b/c")).unwrap();
    file(root.as_fd(), Path::new("/x/y")).unwrap();
    assert!(at.path().join("a/b/c").is_dir());
    assert!(at.path().join("x/y").is_file());
}

#[test]
fn links_do_not_lead_out() {
    let (at, root) = root();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), at.path().join("absolute")).unwrap();
    symlink("../../../../..", at.path().join("climbing")).unwrap();
    let escaped = outside.path().join("file");
    file(root.as_fd(), Path::new("/climbing/file")).unwrap();
    // The absolute link dangles inside the root, so nothing can be made through it.
    assert_eq!(file(root.as_fd(), Path::new("/absolute/file")).unwrap_err(), Errno::NOENT);
    assert!(!escaped.exists());
    assert!(at.path().join("file").is_file());
}

#[test]
fn a_directory_that_exists_gets_the_mode() {
    let (at, root) = root();
    fs::create_dir(at.path().join("d")).unwrap();
    directory_with_mode(root.as_fd(), Path::new("/d"), 0o1777).unwrap();
    assert_eq!(fs::metadata(at.path().join("d")).unwrap().permissions().mode() & 0o7777, 0o1777);
}
