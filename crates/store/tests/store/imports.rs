//! What importing does to a directory, and what it refuses.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, XattrFlags, mknodat, setxattr};
use yoe_store::{MTIME, StoreError, tree_digest};

use crate::fixture::{Fixture, assert_clean, count, fill, import};

fn chmod(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: impl AsRef<Path>) -> u32 {
    path.as_ref().symlink_metadata().unwrap().mode() & 0o7777
}

#[test]
fn a_tree_is_stored_with_fixed_times_and_found_by_its_digest() {
    let fixture = Fixture::new();
    let session = fixture.store.session().unwrap();
    let digest = import(&fixture.store, &session, "hello");
    let path = fixture.store.tree(&digest).unwrap().unwrap();
    assert_eq!(path, fixture.root().join("trees").join(digest.to_string()));
    assert_eq!(fs::read_to_string(path.join("bin/3")).unwrap(), "hello 3");
    assert_eq!(tree_digest(&path).unwrap(), digest);
    for entry in ["", "bin", "bin/0", "first"] {
        let meta = path.join(entry).symlink_metadata().unwrap();
        assert_eq!((meta.mtime(), meta.mtime_nsec()), (MTIME, 0), "{entry:?}");
    }
}

#[test]
fn the_same_tree_twice_is_one_tree() {
    let fixture = Fixture::new();
    let session = fixture.store.session().unwrap();
    assert_eq!(import(&fixture.store, &session, "a"), import(&fixture.store, &session, "a"));
    assert_ne!(import(&fixture.store, &session, "a"), import(&fixture.store, &session, "b"));
    assert_eq!(count(&fixture.store, "trees"), 2);
    assert_clean(&fixture.store);
}

#[test]
fn empty_trees_are_trees() {
    let fixture = Fixture::new();
    let session = fixture.store.session().unwrap();
    let empty = || fixture.store.import_tree(session.scratch().unwrap().path()).unwrap();
    assert_eq!(empty(), empty());
    assert!(fixture.store.tree(&empty()).unwrap().is_some());
}

#[test]
fn the_owner_may_read_and_other_modes_stay() {
    let fixture = Fixture::new();
    let scratch = fixture.store.session().unwrap().scratch().unwrap();
    fill(scratch.path(), "modes");
    for (name, mode) in [("bin/0", 0o4755), ("bin/1", 0), ("bin/2", 0o111), ("bin", 0o011), ("", 0o555)] {
        chmod(scratch.path().join(name), mode);
    }
    let digest = fixture.store.import_tree(scratch.path()).unwrap();
    let path = fixture.store.tree(&digest).unwrap().unwrap();
    for (name, expected) in
        [("bin/0", 0o4755), ("bin/1", 0o400), ("bin/2", 0o511), ("bin", 0o511), ("", 0o755)]
    {
        assert_eq!(mode(path.join(name)), expected, "{name:?}");
    }
    assert_clean(&fixture.store);
}

#[test]
fn sockets_pipes_and_devices_are_refused_with_their_path() {
    let fixture = Fixture::new();
    let session = fixture.store.session().unwrap();
    let refused = |make: &dyn Fn(&Path)| {
        let scratch = session.scratch().unwrap();
        fs::create_dir(scratch.path().join("run")).unwrap();
        let place = scratch.path().join("run/thing");
        make(&place);
        for error in [fixture.store.import_tree(scratch.path()), tree_digest(scratch.path())] {
            let Err(StoreError::SpecialFile { path, .. }) = &error else { panic!("{error:?}") };
            assert_eq!(path, &place);
            println!("{}", error.unwrap_err());
        }
    };
    refused(&|place| drop(UnixListener::bind(place).unwrap()));
    refused(&|place| mknodat(CWD, place, FileType::Fifo, Mode::RUSR, 0).unwrap());
    // What an overlay leaves for a removed file; anyone may make this one.
    refused(&|place| mknodat(CWD, place, FileType::CharacterDevice, Mode::empty(), 0).unwrap());
    assert_eq!(count(&fixture.store, "trees"), 0);
}

#[test]
fn links_are_not_followed() {
    let fixture = Fixture::new();
    let outside = fixture.directory.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), "private").unwrap();
    let before = outside.join("file").metadata().unwrap().mtime();
    let scratch = fixture.store.session().unwrap().scratch().unwrap();
    symlink(&outside, scratch.path().join("directory")).unwrap();
    symlink(outside.join("file"), scratch.path().join("file")).unwrap();
    symlink("nowhere", scratch.path().join("dangling")).unwrap();
    let digest = tree_digest(scratch.path()).unwrap();
    fs::write(outside.join("file"), "changed").unwrap();
    assert_eq!(tree_digest(scratch.path()).unwrap(), digest);
    fixture.store.import_tree(scratch.path()).unwrap();
    assert!(outside.join("file").metadata().unwrap().mtime() >= before);
    let link = scratch.path().with_extension("link");
    symlink(&outside, &link).unwrap();
    let error = fixture.store.import_tree(&link).unwrap_err();
    assert!(matches!(error, StoreError::WrongKind { .. }), "the top is not a link either: {error:?}");
}

#[test]
fn a_file_that_has_a_name_outside_becomes_a_copy() {
    let fixture = Fixture::new();
    let outside = fixture.directory.path().join("outside");
    fs::write(&outside, "shared").unwrap();
    chmod(&outside, 0o4755);
    let old = outside.metadata().unwrap().mtime();
    let scratch = fixture.store.session().unwrap().scratch().unwrap();
    fs::hard_link(&outside, scratch.path().join("shared")).unwrap();
    fs::write(scratch.path().join("one"), "twins").unwrap();
    fs::hard_link(scratch.path().join("one"), scratch.path().join("two")).unwrap();
    let before = tree_digest(scratch.path()).unwrap();
    let digest = fixture.store.import_tree(scratch.path()).unwrap();
    assert_eq!(before, digest, "the copy is like the file");
    fs::write(&outside, "other").unwrap();
    assert_ne!(outside.metadata().unwrap().mtime(), MTIME);
    assert!(outside.metadata().unwrap().mtime() >= old);
    let tree = fixture.store.tree(&digest).unwrap().unwrap();
    assert_eq!(fs::read_to_string(tree.join("shared")).unwrap(), "shared");
    assert_eq!(tree.join("one").metadata().unwrap().ino(), tree.join("two").metadata().unwrap().ino());
    assert_clean(&fixture.store);
}

#[test]
fn extended_attributes_do_not_enter_the_store() {
    let fixture = Fixture::new();
    let scratch = fixture.store.session().unwrap().scratch().unwrap();
    fill(scratch.path(), "attributes");
    let before = tree_digest(scratch.path()).unwrap();
    let name = "user.overlay.opaque";
    for path in [scratch.path().join("bin"), scratch.path().join("bin/1")] {
        if let Err(error) = setxattr(&path, name, b"y", XattrFlags::empty()) {
            println!("skipped: the file system takes no extended attributes: {error}");
            return;
        }
    }
    chmod(scratch.path().join("bin/1"), 0o444);
    chmod(scratch.path().join("bin"), 0o555);
    let digest = fixture.store.import_tree(scratch.path()).unwrap();
    assert_ne!(before, digest, "only because of the modes");
    let tree = fixture.store.tree(&digest).unwrap().unwrap();
    for path in [tree.join("bin"), tree.join("bin/1")] {
        assert!(rustix::fs::getxattr(&path, name, &mut [0u8; 8]).is_err());
    }
    assert_eq!((mode(tree.join("bin")), mode(tree.join("bin/1"))), (0o555, 0o444));
}

#[test]
fn another_file_system_is_named_as_the_reason() {
    let fixture = Fixture::new();
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else {
        println!("skipped: there is no second file system to write to");
        return;
    };
    let same = |path: &Path| path.metadata().unwrap().dev() == fixture.root().metadata().unwrap().dev();
    if same(elsewhere.path()) {
        println!("skipped: /dev/shm is the store's file system");
        return;
    }
    fill(elsewhere.path(), "far");
    let error = fixture.store.import_tree(elsewhere.path()).unwrap_err();
    assert!(matches!(error, StoreError::OtherFileSystem { .. }), "{error:?}");
    assert!(elsewhere.path().join("bin/0").exists());
    assert_clean(&fixture.store);
}
