//! A store in a temporary directory, things to put into it, and this test program started anew as another process.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use yoe_model::Digest;
use yoe_store::{ActionResult, Session, Store, VerifyReport};

/// A store that goes with this value.
pub struct Fixture {
    pub store: Store,
    pub directory: TempDir,
}

impl Fixture {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("store")).unwrap();
        Self { store, directory }
    }

    pub fn root(&self) -> PathBuf {
        self.store.root().to_owned()
    }

    /// Opened once more, as another process would.
    pub fn again(&self) -> Store {
        Store::open(self.store.root()).unwrap()
    }
}

pub fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

/// A small tree that says `text` in several files.
pub fn fill(directory: &Path, text: &str) {
    fs::create_dir(directory.join("bin")).unwrap();
    for number in 0..8 {
        fs::write(directory.join(format!("bin/{number}")), format!("{text} {number}")).unwrap();
    }
    std::os::unix::fs::symlink("bin/0", directory.join("first")).unwrap();
}

pub fn import(store: &Store, session: &Session, text: &str) -> Digest {
    let scratch = session.scratch().unwrap();
    fill(scratch.path(), text);
    store.import_tree(scratch.path()).unwrap()
}

pub fn adopt(store: &Store, text: &str) -> Digest {
    let digest = digest(text);
    let _lock = store.lock_blob(&digest).unwrap();
    let partial = store.partial(&digest).unwrap();
    fs::write(&partial, text).unwrap();
    store.adopt_blob(&partial, &digest).unwrap();
    digest
}

pub fn result(label: &str, tree: Digest) -> ActionResult {
    ActionResult {
        tree,
        seconds: 0.5,
        label: label.to_owned(),
        parts: BTreeMap::from([("source".to_owned(), digest(label))]),
    }
}

pub fn verify(store: &Store) -> VerifyReport {
    store.verify(false, &mut |_| {}).unwrap()
}

pub fn assert_clean(store: &Store) {
    let report = verify(store);
    assert!(report.damaged.is_empty() && report.strangers.is_empty(), "{report:?}");
}

/// The number of entries in one of the store's directories.
pub fn count(store: &Store, directory: &str) -> usize {
    fs::read_dir(store.root().join(directory)).unwrap().count()
}

const ROLE: &str = "YOE_STORE_TEST_ROLE";

/// What this process was started for by [`start`].
pub fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// Starts the test of this name again in a process of its own, where [`role`] gives `role`.
pub fn start(test: &str, role: &str) -> Child {
    let program = std::env::current_exe().unwrap();
    command(Command::new(program), test, role).stdout(Stdio::piped()).spawn().unwrap()
}

/// The same, with the test program's arguments behind those that `command` has.
pub fn command(mut command: Command, test: &str, role: &str) -> Command {
    command.args(["--exact", test, "--nocapture"]).env(ROLE, role);
    command
}
