//! Disks that take nothing: read-only, and full.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use yoe_store::{Store, StoreError};

use crate::fixture::{Fixture, assert_clean, command, digest, import, result, role};

/// Runs this test again in a mount namespace in which `script` did something to the directory `$0`. None, with the reason
/// printed, where this system does not let us.
fn in_namespace(script: &str, directory: &Path, test: &str) -> Option<Output> {
    let allowed = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).output();
    if !allowed.as_ref().is_ok_and(|output| output.status.success()) {
        println!("skipped: no mount namespace: {allowed:?}");
        return None;
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--mount", "sh", "-euc", &format!("{script}; exec \"$@\"")]);
    unshare.arg(directory).arg(std::env::current_exe().unwrap());
    Some(command(unshare, test, directory.to_str().unwrap()).output().unwrap())
}

fn assert_passed(output: &Output) {
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
}

#[test]
fn a_read_only_store_says_so() {
    if let Some(directory) = role() {
        for root in [PathBuf::from(&directory).join("store"), PathBuf::from(&directory).join("new")] {
            let error = Store::open(&root).unwrap_err();
            println!("{error}: {}", error.source().unwrap());
            assert!(matches!(error, StoreError::Io { .. }));
            assert!(error.to_string().contains(root.to_str().unwrap()), "{error}");
            assert!(error.source().unwrap().to_string().contains("Read-only"));
        }
        return;
    }
    let fixture = Fixture::new();
    let script = r#"mount --bind "$0" "$0"; mount -o remount,ro,bind "$0""#;
    if let Some(output) = in_namespace(script, fixture.directory.path(), "disk::a_read_only_store_says_so") {
        assert_passed(&output);
        assert_clean(&fixture.store);
    }
}

#[test]
fn a_full_disk_says_so_and_spoils_nothing() {
    if let Some(directory) = role() {
        return on_a_full_disk(Path::new(&directory));
    }
    let directory = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o size=1m tmpfs "$0""#;
    if let Some(output) =
        in_namespace(script, directory.path(), "disk::a_full_disk_says_so_and_spoils_nothing")
    {
        assert_passed(&output);
    }
}

fn on_a_full_disk(directory: &Path) {
    let store = Store::open(&directory.join("store")).unwrap();
    let session = store.session().unwrap();
    let tree = import(&store, &session, "before");
    let filler = directory.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    drop(file);

    let (key, result) = (digest("key"), result("unit", tree));
    let error = store.record(&key, &result).unwrap_err();
    println!("{error}: {}", error.source().unwrap());
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert_eq!(store.action(&key).unwrap(), None);
    assert_clean(&store);

    fs::remove_file(filler).unwrap();
    store.record(&key, &result).unwrap();
    assert_eq!(store.action(&key).unwrap(), Some(result));
    assert_clean(&store);
}
