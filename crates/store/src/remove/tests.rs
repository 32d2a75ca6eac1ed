use std::os::unix::fs::symlink;

use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};

use super::*;

#[test]
fn what_a_step_locked_is_removed() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("kept"), "").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let top = directory.path().join("top");
    fs::create_dir_all(top.join("a/b")).unwrap();
    fs::write(top.join("a/b/file"), "").unwrap();
    symlink(outside.path(), top.join("a/out")).unwrap();
    symlink("/nowhere", top.join("dangling")).unwrap();
    for locked in ["a/b", "a", ""] {
        fs::set_permissions(top.join(locked), Permissions::from_mode(0o0)).unwrap();
    }
    remove_directory(&top).unwrap();
    assert!(!top.exists());
    assert!(outside.path().join("kept").exists(), "a link is not followed");
}

#[test]
fn directories_deeper_than_a_path_can_say_are_removed() {
    let directory = tempfile::tempdir().unwrap();
    let top = directory.path().join("top");
    fs::create_dir(&top).unwrap();
    // A name that the moving up wants for itself.
    fs::write(top.join(".moved-1"), "").unwrap();
    let mut at = openat(CWD, &top, OFlags::DIRECTORY, Mode::empty()).unwrap();
    let name = "d".repeat(100);
    for _ in 0..100 {
        mkdirat(&at, &name, Mode::RWXU).unwrap();
        at = openat(&at, &name, OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    remove_directory(&top).unwrap();
    assert!(!top.exists());
    remove_directory(&top).unwrap();
}
