//! Garbage collection against running and dead sessions.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use yoe_store::{GcOptions, Kind, Store};

use crate::fixture::{Fixture, adopt, assert_clean, count, digest, import, result};

const DAY: Duration = Duration::from_secs(86_400);

/// Takes everything that nobody uses.
fn everything() -> GcOptions {
    GcOptions { max_age: Some(Duration::ZERO), keep_bytes: Some(0), dry_run: false }
}

/// A tree with its result, and a blob, made by a session that is over.
fn fill(store: &Store, name: &str) {
    let session = store.session().unwrap();
    let tree = import(store, &session, name);
    adopt(store, name);
    store.record(&digest(name), &result(name, tree)).unwrap();
    fs::write(store.log_file(&digest(name)).unwrap(), "log").unwrap();
}

#[test]
fn what_a_running_session_found_stays() {
    let fixture = Fixture::new();
    fill(&fixture.store, "used");
    fill(&fixture.store, "unused");
    let user = fixture.again();
    let session = user.session().unwrap();
    let found = user.action(&digest("used")).unwrap().unwrap();

    let report = fixture.again().gc(&everything()).unwrap();
    assert_eq!(report.in_use, 2, "the action, its tree: {report:?}");
    assert_eq!(user.action(&digest("used")).unwrap(), Some(found.clone()));
    assert!(user.tree(&found.tree).unwrap().is_some());
    assert_eq!(user.action(&digest("unused")).unwrap(), None);
    assert_eq!(user.blob(&digest("unused")).unwrap(), None);
    assert_clean(&user);

    drop(session);
    fixture.again().gc(&everything()).unwrap();
    assert_eq!(user.action(&digest("used")).unwrap(), None, "the session is over");
    for directory in ["trees", "used", "logs", "labels", "partial", "tmp", "sessions"] {
        assert_eq!(count(&user, directory), 0, "{directory}");
    }
}

#[test]
fn what_a_running_session_made_stays() {
    let fixture = Fixture::new();
    let user = fixture.again();
    let session = user.session().unwrap();
    let scratch = session.scratch().unwrap();
    let (tree, blob) = (import(&user, &session, "made"), adopt(&user, "made"));
    let partial = user.partial(&digest("began")).unwrap();
    let log = user.log_file(&digest("runs")).unwrap();
    for path in [&partial, &log, &scratch.path().join("file")] {
        fs::write(path, "").unwrap();
    }
    fixture.again().gc(&everything()).unwrap();
    assert!(user.tree(&tree).unwrap().is_some() && user.blob(&blob).unwrap().is_some());
    assert!(partial.exists() && log.exists() && scratch.path().join("file").exists());
    user.record(&digest("key"), &result("made", tree)).unwrap();
}

#[test]
fn a_download_whose_lock_is_held_stays_without_a_session() {
    let fixture = Fixture::new();
    let blob = digest("began");
    let lock = fixture.store.lock_blob(&blob).unwrap();
    let partial = fixture.store.partial(&blob).unwrap();
    fs::write(&partial, "half").unwrap();
    fixture.again().gc(&everything()).unwrap();
    assert!(partial.exists());
    drop(lock);
    fixture.again().gc(&everything()).unwrap();
    assert!(!partial.exists());
}

#[test]
fn age_counts_from_the_last_use() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    fill(store, "old");
    fill(store, "used again");
    for directory in ["used", "blobs", "actions", "logs"] {
        age(&fixture.root().join(directory));
    }
    let use_again = || {
        store.action(&digest("used again")).unwrap().unwrap();
        store.blob(&digest("used again")).unwrap().unwrap();
    };
    use_again();
    let options = GcOptions { max_age: Some(10 * DAY), ..GcOptions::default() };

    let would = store.gc(&GcOptions { dry_run: true, ..options.clone() }).unwrap();
    assert!(store.blob(&digest("old")).unwrap().is_some(), "a dry run removes nothing");
    age(&fixture.root().join("blobs"));
    use_again();
    let did = store.gc(&options).unwrap();
    assert_eq!(would, did);
    let kinds: Vec<_> = did.removed.iter().map(|object| object.kind).collect();
    assert_eq!(kinds, [Kind::Action, Kind::Log, Kind::Log, Kind::Blob, Kind::Tree]);
    assert_eq!(did.kept, 8 * "used again 0".len() as u64 + "used again".len() as u64);
    assert!(store.action(&digest("used again")).unwrap().is_some());
    assert_eq!(store.action(&digest("old")).unwrap(), None);
    assert_clean(store);
}

#[test]
fn leftovers_of_dead_sessions_go_with_the_next_opening() {
    let fixture = Fixture::new();
    let root = fixture.root();
    // A session whose process is gone: its file is locked by nobody.
    for directory in ["dead", "without-list"] {
        fs::create_dir_all(root.join("tmp").join(directory).join("0/deep")).unwrap();
    }
    File::create(root.join("sessions/dead")).unwrap();
    let living = fixture.store.session().unwrap();
    let scratch = living.scratch().unwrap();
    fixture.again();
    assert_eq!((count(&fixture.store, "tmp"), count(&fixture.store, "sessions")), (1, 1));
    assert!(scratch.path().exists());
}

#[test]
fn collection_while_others_look_up() {
    let fixture = Fixture::new();
    let user = fixture.again();
    let work = || {
        for number in 0_u32..40 {
            let session = user.session().unwrap();
            let name = number.to_string();
            let tree = import(&user, &session, &name);
            user.record(&digest(&name), &result(&name, tree)).unwrap();
            assert!(user.tree(&tree).unwrap().unwrap().join("bin/0").exists());
            // Of an earlier session: it is there whole and stays, or it is not there.
            let earlier = number.saturating_sub(1).to_string();
            if let Some(found) = user.action(&digest(&earlier)).unwrap() {
                let path = user.tree(&found.tree).unwrap().unwrap();
                assert_eq!(yoe_store::tree_digest(&path).unwrap(), found.tree);
            }
        }
    };
    std::thread::scope(|scope| {
        let worker = scope.spawn(work);
        let collector = fixture.again();
        let mut removed = 0;
        while !worker.is_finished() {
            removed += collector.gc(&everything()).unwrap().removed.len();
        }
        println!("{removed} objects were removed meanwhile");
    });
    assert_clean(&fixture.store);
}

#[test]
fn nothing_whole_goes_unasked_while_others_record() {
    let fixture = Fixture::new();
    let names: Vec<_> = (0..60).map(|number| number.to_string()).collect();
    let collected = std::thread::scope(|scope| {
        let worker = scope.spawn(|| names.iter().for_each(|name| fill(&fixture.again(), name)));
        let mut collected = Vec::new();
        while !worker.is_finished() {
            collected.extend(fixture.store.gc(&GcOptions::default()).unwrap().removed);
        }
        collected
    });
    assert_eq!(collected, []);
    let there = |name: &String| fixture.store.action(&digest(name)).unwrap().is_some();
    assert!(names.iter().all(there));
}

/// Makes everything below a directory look old, all of it equally.
fn age(directory: &std::path::Path) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            age(&path);
        } else {
            File::open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH + 20_000 * DAY).unwrap();
        }
    }
}
