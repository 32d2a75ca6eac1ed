//! What verification finds, and what repair removes.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use yoe_model::Digest;
use yoe_store::{DamageError, Kind};

use crate::fixture::{Fixture, adopt, assert_clean, digest, import, result, verify};

struct Stored {
    fixture: Fixture,
    tree: Digest,
    blob: Digest,
}

/// A sound tree and blob, and a tree and blob that a test may damage; each tree with a result.
fn stored() -> Stored {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let session = store.session().unwrap();
    for name in ["sound", "doomed"] {
        let tree = import(store, &session, name);
        adopt(store, name);
        store.record(&digest(name), &result(name, tree)).unwrap();
    }
    assert_clean(store);
    let tree = store.action(&digest("doomed")).unwrap().unwrap().tree;
    Stored { tree, blob: digest("doomed"), fixture }
}

/// Damages a tree, and expects that to be found, the tree and its result to be removed, and nothing else.
fn found_in_tree(damage: impl FnOnce(&Path)) {
    let Stored { fixture, tree, blob } = stored();
    let store = &fixture.store;
    damage(&store.tree(&tree).unwrap().unwrap());
    let report = verify(store);
    let [damaged] = &report.damaged[..] else { panic!("{report:?}") };
    assert_eq!((damaged.object.kind, damaged.object.digest, damaged.removed), (Kind::Tree, tree, false));
    assert_eq!(report.checked, 8, "two each of blobs, trees, actions, labels");

    let report = store.verify(true, &mut |_| {}).unwrap();
    let removed: Vec<_> = report.damaged.iter().map(|damage| (damage.object.kind, damage.removed)).collect();
    assert_eq!(removed, [(Kind::Tree, true), (Kind::Action, true)]);
    assert_clean(store);
    assert_eq!(store.tree(&tree).unwrap(), None);
    assert!(store.blob(&blob).unwrap().is_some());
    assert!(store.action(&digest("sound")).unwrap().is_some());

    let again = import(store, &store.session().unwrap(), "doomed");
    assert_eq!(again, tree, "and it can be made again");
    assert_clean(store);
}

#[test]
fn a_flipped_bit_in_a_tree() {
    found_in_tree(|tree| {
        let file = tree.join("bin/5");
        let mut bytes = fs::read(&file).unwrap();
        bytes[3] ^= 1;
        fs::write(file, bytes).unwrap();
    });
}

#[test]
fn a_changed_mode_of_a_file() {
    found_in_tree(|tree| fs::set_permissions(tree.join("bin/5"), Permissions::from_mode(0o600)).unwrap());
}

#[test]
fn a_changed_mode_of_the_topmost_directory() {
    found_in_tree(|tree| fs::set_permissions(tree, Permissions::from_mode(0o500)).unwrap());
}

#[test]
fn a_directory_that_nobody_may_read() {
    found_in_tree(|tree| fs::set_permissions(tree.join("bin"), Permissions::from_mode(0o0)).unwrap());
}

#[test]
fn a_missing_file() {
    found_in_tree(|tree| fs::remove_file(tree.join("bin/5")).unwrap());
}

#[test]
fn an_added_file() {
    found_in_tree(|tree| fs::write(tree.join("bin/added"), "").unwrap());
}

#[test]
fn an_added_directory() {
    found_in_tree(|tree| fs::create_dir(tree.join("added")).unwrap());
}

#[test]
fn a_link_that_points_elsewhere() {
    found_in_tree(|tree| {
        fs::remove_file(tree.join("first")).unwrap();
        std::os::unix::fs::symlink("bin/1", tree.join("first")).unwrap();
    });
}

#[test]
fn a_socket_in_a_tree() {
    found_in_tree(|tree| drop(std::os::unix::net::UnixListener::bind(tree.join("added")).unwrap()));
}

#[test]
fn a_flipped_bit_in_a_blob() {
    let Stored { fixture, blob, .. } = stored();
    let path = fixture.store.blob(&blob).unwrap().unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    fs::write(&path, "dooMed").unwrap();
    let report = fixture.store.verify(true, &mut |_| {}).unwrap();
    let removed: Vec<_> = report.damaged.iter().map(|damage| (damage.object.kind, damage.removed)).collect();
    assert_eq!(removed, [(Kind::Blob, true)]);
    assert!(matches!(report.damaged[0].problem, DamageError::Changed { found } if found == digest("dooMed")));
    assert_clean(&fixture.store);
}

#[test]
fn a_torn_record() {
    let Stored { fixture, .. } = stored();
    let hex = digest("doomed").to_string();
    for path in [format!("actions/{}/{hex}", &hex[..2]), format!("labels/{hex}")] {
        fs::write(fixture.root().join(path), "{\"tree\": \"12").unwrap();
    }
    assert_eq!(fixture.store.action(&digest("doomed")).unwrap(), None);
    assert_eq!(fixture.store.last("doomed").unwrap(), None);
    let report = fixture.store.verify(true, &mut |_| {}).unwrap();
    let removed: Vec<_> = report.damaged.iter().map(|damage| (damage.object.kind, damage.removed)).collect();
    assert_eq!(removed, [(Kind::Action, true), (Kind::Label, true)]);
    assert_clean(&fixture.store);
}

#[test]
fn strangers_are_named_and_left() {
    let Stored { fixture, .. } = stored();
    let strangers = ["trees/readme", "blobs/readme", "blobs/ab/cd"].map(|name| fixture.root().join(name));
    fs::create_dir_all(fixture.root().join("blobs/ab")).unwrap();
    for path in &strangers {
        fs::write(path, "").unwrap();
    }
    let mut report = fixture.store.verify(true, &mut |_| {}).unwrap();
    report.strangers.sort();
    let mut expected = strangers.to_vec();
    expected.sort();
    assert_eq!((report.strangers, report.damaged.len()), (expected, 0));
    assert!(strangers.iter().all(|path| path.exists()));
}

#[test]
fn progress_counts_up_to_the_end() {
    let Stored { fixture, .. } = stored();
    let mut seen = Vec::new();
    fixture.store.verify(false, &mut |progress| seen.push((progress.done, progress.total))).unwrap();
    assert_eq!(seen, (0..8).map(|done| (done, 8)).collect::<Vec<_>>());
}
