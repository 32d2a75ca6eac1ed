//! Blobs, results and labels: what goes in comes out, and nothing else.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use yoe_store::{Store, StoreError};

use crate::fixture::{Fixture, adopt, assert_clean, count, digest, import, result};

#[test]
fn a_blob_is_found_and_read_only() {
    let fixture = Fixture::new();
    let blob = adopt(&fixture.store, "a download");
    let path = fixture.store.blob(&blob).unwrap().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "a download");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o444);
    assert_eq!(fixture.store.blob(&digest("another")).unwrap(), None);
    assert_eq!(count(&fixture.store, "partial"), 0);
    adopt(&fixture.store, "a download");
    assert_clean(&fixture.store);
}

#[test]
fn a_wrong_checksum_shows_both_and_leaves_nothing() {
    let fixture = Fixture::new();
    let expected = digest("what was promised");
    let partial = fixture.store.partial(&expected).unwrap();
    fs::write(&partial, "what came").unwrap();
    let error = fixture.store.adopt_blob(&partial, &expected).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(&expected.to_string()) && text.contains(&digest("what came").to_string()),
        "{text}"
    );
    assert!(matches!(error, StoreError::WrongDigest { .. }));
    assert_eq!(fixture.store.blob(&expected).unwrap(), None);
    for directory in ["partial", "blobs"] {
        assert_eq!(count(&fixture.store, directory), 0, "{directory}");
    }
}

#[test]
fn only_regular_files_are_adopted() {
    let fixture = Fixture::new();
    let scratch = fixture.store.session().unwrap().scratch().unwrap();
    let link = scratch.path().join("link");
    std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
    for path in [scratch.path(), &link] {
        let error = fixture.store.adopt_blob(path, &digest("")).unwrap_err();
        assert!(matches!(error, StoreError::WrongKind { .. }), "{error:?}");
    }
    let missing = fixture.store.adopt_blob(&scratch.path().join("missing"), &digest("")).unwrap_err();
    assert!(matches!(missing, StoreError::Io { .. }), "{missing:?}");
}

#[test]
fn a_result_is_answered_whole_or_not_at_all() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let session = store.session().unwrap();
    let tree = import(store, &session, "tree");
    let (key, recorded) = (digest("key"), result("unit musl", tree));
    store.record(&key, &recorded).unwrap();
    assert_eq!(fixture.again().action(&key).unwrap(), Some(recorded.clone()));
    assert_eq!(store.action(&digest("other key")).unwrap(), None);

    fs::remove_dir_all(store.tree(&tree).unwrap().unwrap()).unwrap();
    assert_eq!(store.action(&key).unwrap(), None, "the tree is missing");
    assert_eq!(store.last("unit musl").unwrap(), Some(recorded), "but how it came about is still known");
}

#[test]
fn what_is_not_stored_cannot_be_recorded() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let error = store.record(&digest("key"), &result("a", digest("no tree"))).unwrap_err();
    assert!(matches!(error, StoreError::NotStored { .. }), "{error:?}");
    assert_eq!((count(store, "actions"), count(store, "labels")), (0, 0));
}

#[test]
fn the_newest_result_of_a_label_explains() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let session = store.session().unwrap();
    let (old, new) = (import(store, &session, "old"), import(store, &session, "new"));
    for tree in [old, new] {
        store.record(&tree, &result("unit musl", tree)).unwrap();
    }
    store.record(&digest("key"), &result("unit busybox", old)).unwrap();
    assert_eq!(store.last("unit musl").unwrap().unwrap().tree, new);
    assert_eq!(store.last("unit nothing").unwrap(), None);
    assert_clean(store);
}

#[test]
fn a_directory_of_something_else_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("thesis.txt"), "").unwrap();
    let mode = directory.path().metadata().unwrap().permissions().mode();
    let error = Store::open(directory.path()).unwrap_err();
    assert!(
        matches!(&error, StoreError::NotAStore { stranger, .. } if stranger == "thesis.txt"),
        "{error:?}"
    );
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    assert_eq!(directory.path().metadata().unwrap().permissions().mode(), mode);
}

#[test]
fn an_unknown_version_is_refused() {
    let fixture = Fixture::new();
    fs::write(fixture.root().join("version"), "2\n").unwrap();
    let error = Store::open(&fixture.root()).unwrap_err();
    assert!(matches!(&error, StoreError::UnknownVersion { found, .. } if found == "2"), "{error:?}");
}

#[test]
fn a_first_opening_that_was_killed_is_taken_up() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["blobs", "trees", "locks", "tmp"] {
        fs::create_dir(directory.path().join(name)).unwrap();
    }
    fs::write(directory.path().join("version.new"), "").unwrap();
    let store = Store::open(directory.path()).unwrap();
    assert_eq!(fs::read_to_string(store.root().join("version")).unwrap(), "1\n");
    assert_eq!(store.root().metadata().unwrap().permissions().mode() & 0o7777, 0o700);
}

#[test]
fn a_download_that_was_cut_off_can_go_on() {
    let fixture = Fixture::new();
    let whole = digest("first half, second half");
    fs::write(fixture.store.partial(&whole).unwrap(), "first half, ").unwrap();
    let store = fixture.again();
    let partial = store.partial(&whole).unwrap();
    let mut file = fs::File::options().append(true).open(&partial).unwrap();
    file.write_all(b"second half").unwrap();
    store.adopt_blob(&partial, &whole).unwrap();
    assert_clean(&store);
}
