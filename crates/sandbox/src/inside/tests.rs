use super::*;
use std::fs;
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
    write(root.as_fd(), Path::new("/climbing/file"), b"x", 0o644).unwrap();
    // The absolute link dangles inside the root, so nothing can be written through it.
    assert_eq!(write(root.as_fd(), Path::new("/absolute/file"), b"x", 0o644), Err(Errno::NOENT));
    assert!(!escaped.exists());
    assert!(at.path().join("file").is_file());
}

#[test]
fn a_file_replaces_a_link_and_keeps_its_target() {
    let (at, root) = root();
    fs::write(at.path().join("target"), "old").unwrap();
    symlink("target", at.path().join("name")).unwrap();
    write(root.as_fd(), Path::new("/name"), b"new", 0o600).unwrap();
    assert_eq!(fs::read_to_string(at.path().join("target")).unwrap(), "old");
    assert_eq!(fs::read_to_string(at.path().join("name")).unwrap(), "new");
    assert_eq!(fs::metadata(at.path().join("name")).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn a_link_replaces_a_link_but_no_directory() {
    let (at, root) = root();
    link(root.as_fd(), Path::new("/l"), "one").unwrap();
    link(root.as_fd(), Path::new("/l"), "two").unwrap();
    assert_eq!(fs::read_link(at.path().join("l")).unwrap(), Path::new("two"));
    fs::create_dir(at.path().join("d")).unwrap();
    assert_eq!(link(root.as_fd(), Path::new("/d"), "one"), Err(Errno::ISDIR));
}

#[test]
fn a_directory_that_exists_gets_the_mode() {
    let (at, root) = root();
    fs::create_dir(at.path().join("d")).unwrap();
    directory_with_mode(root.as_fd(), Path::new("/d"), 0o1777).unwrap();
    assert_eq!(fs::metadata(at.path().join("d")).unwrap().permissions().mode() & 0o7777, 0o1777);
}
