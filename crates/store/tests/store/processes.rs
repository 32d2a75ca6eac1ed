//! Several processes that work on the same things at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::Duration;

use yoe_model::Digest;
use yoe_store::{Lock, Store};

use crate::fixture::{Fixture, adopt, assert_clean, count, digest, import, result, role, start};

const PROCESSES: usize = 4;
const ACTIONS: usize = 25;

/// The lock of an action, once nobody else has it.
fn lock(store: &Store, key: &Digest) -> Lock {
    loop {
        if let Some(lock) = store.try_lock_action(key).unwrap() {
            return lock;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Does every action that is not done yet, as a build does.
fn build(root: &Path) {
    let store = Store::open(root).unwrap();
    let session = store.session().unwrap();
    for number in 0..ACTIONS {
        let name = format!("action {number}");
        let key = digest(&name);
        let _lock = lock(&store, &key);
        if store.action(&key).unwrap().is_none() {
            let tree = import(&store, &session, &name);
            adopt(&store, &name);
            store.record(&key, &result(&name, tree)).unwrap();
            println!("made {name}");
        }
    }
}

#[test]
fn each_action_is_done_by_one_process() {
    if let Some(root) = role() {
        return build(Path::new(&root));
    }
    let fixture = Fixture::new();
    let test = "processes::each_action_is_done_by_one_process";
    let children: Vec<_> = (0..PROCESSES).map(|_| start(test, fixture.root().to_str().unwrap())).collect();
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        for name in text.lines().filter_map(|line| line.strip_prefix("made ")) {
            *made.entry(name.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(made.len(), ACTIONS);
    assert!(made.values().all(|times| *times == 1), "{made:?}");
    assert_eq!(count(&fixture.store, "trees"), ACTIONS);
    assert_eq!((count(&fixture.store, "sessions"), count(&fixture.store, "tmp")), (0, 0));
    assert_clean(&fixture.store);
}

#[test]
fn the_same_things_at_once_without_locks() {
    let directory = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for _ in 0..PROCESSES {
            scope.spawn(|| {
                // Each thread opens, so the first opening is contended, too.
                let store = Store::open(&directory.path().join("store")).unwrap();
                let session = store.session().unwrap();
                for number in 0..ACTIONS {
                    let tree = import(&store, &session, &number.to_string());
                    store.record(&tree, &result("same", tree)).unwrap();
                    assert_eq!(store.action(&tree).unwrap().unwrap().tree, tree);
                }
            });
        }
    });
    let store = Store::open(&directory.path().join("store")).unwrap();
    assert_eq!(count(&store, "trees"), ACTIONS);
    assert_clean(&store);
}
