use std::fs::File;
use std::time::{Duration, SystemTime};

use yoe_model::Digest;

use super::super::inventory::Inventory;
use super::*;

/// Stores three blobs, lets one be used after the inventory in the way of `use_it`, and removes all three.
fn left_of_three(use_it: impl FnOnce(&Store, &Digest)) -> Vec<bool> {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(root.path()).unwrap();
    let digests = ["a", "b", "c"].map(|text| Digest::of(text.as_bytes()));
    for (text, digest) in ["a", "b", "c"].iter().zip(&digests) {
        let partial = store.partial(digest).unwrap();
        fs::write(&partial, text).unwrap();
        let path = store.adopt_blob(&partial, digest).unwrap();
        File::open(path).unwrap().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1)).unwrap();
    }
    let items = Inventory::take(&store.layout).unwrap().contents;
    use_it(&store, &digests[1]);
    let removed = discard_unused(&Store::open(root.path()).unwrap(), items).unwrap();
    let there = digests.map(|digest| store.blob(&digest).unwrap().is_some());
    assert_eq!(removed.len(), there.iter().filter(|there| !**there).count());
    there.to_vec()
}

#[test]
fn what_nobody_used_goes() {
    assert_eq!(left_of_three(|_, _| {}), [false, false, false]);
}

#[test]
fn what_a_session_found_since_the_inventory_stays() {
    let mut sessions = Vec::new();
    let left = left_of_three(|store, digest| {
        sessions.push(store.session().unwrap());
        let path = store.blob(digest).unwrap().unwrap();
        // The session's list alone must do: the clock may have been set back.
        File::open(path).unwrap().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1)).unwrap();
    });
    assert_eq!(left, [false, true, false]);
}

#[test]
fn what_was_found_since_the_inventory_without_a_session_stays() {
    let left = left_of_three(|store, digest| assert!(store.blob(digest).unwrap().is_some()));
    assert_eq!(left, [false, true, false]);
}
