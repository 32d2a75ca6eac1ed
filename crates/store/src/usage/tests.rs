use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use yoe_model::Digest;

use super::*;
use crate::ActionResult;

/// Expects that nothing comes of `what` while somebody removes things, and that it succeeds afterwards.
fn waits_at_the_gate(store: &Store, what: impl FnOnce() + Send) {
    let gate = store.layout.enter_alone().unwrap();
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel();
        scope.spawn(move || {
            what();
            done.send(()).unwrap();
        });
        assert!(is_done.recv_timeout(Duration::from_millis(50)).is_err(), "it did not wait");
        drop(gate);
        is_done.recv().unwrap();
    });
}

#[test]
fn whoever_finds_or_stores_something_passes_the_gate() {
    let root = tempfile::tempdir().unwrap();
    let store = &Store::open(root.path()).unwrap();
    let session = store.session().unwrap();
    let scratch = session.scratch().unwrap();
    let blob = Digest::of(b"blob");
    let partial = store.partial(&blob).unwrap();
    fs::write(&partial, "blob").unwrap();
    let empty = store.import_tree(session.scratch().unwrap().path()).unwrap();
    let result = ActionResult { tree: empty, seconds: 0.0, label: String::new(), parts: BTreeMap::new() };
    waits_at_the_gate(store, || drop(store.session().unwrap()));
    waits_at_the_gate(store, || assert!(store.partial(&blob).is_ok()));
    waits_at_the_gate(store, || assert!(store.log_file(&blob).is_ok()));
    waits_at_the_gate(store, || assert!(store.adopt_blob(&partial, &blob).is_ok()));
    waits_at_the_gate(store, || assert!(store.blob(&blob).unwrap().is_some()));
    waits_at_the_gate(store, || assert_eq!(store.import_tree(scratch.path()).unwrap(), empty));
    waits_at_the_gate(store, || assert!(store.tree(&empty).unwrap().is_some()));
    waits_at_the_gate(store, || store.record(&blob, &result).unwrap());
    waits_at_the_gate(store, || assert!(store.action(&blob).unwrap().is_some()));
}
