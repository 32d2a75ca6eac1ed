//! `yoe lock`: what is locked, whether that is up to date, and moving one entry.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use support::Sandbox;
use support::upstream::{Upstream, names, product};

const SHA256: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A project with a container, and a lock with entries of each kind that it does not need.
fn with_more() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["true"], "");
    sandbox.lock();
    let lock = fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap();
    let file =
        format!("archive = \"debian\", path = \"pool/musl_1.orig.tar.xz\", size = 7, sha256 = \"{SHA256}\"");
    sandbox.write(
        "yoe.lock",
        &format!(
            "{lock}\n[suite.\"debian/trixie\"]\ndate = 1763800000\nrelease = \"{SHA256}\"\nsigned_by = \"KEY\"\n\n\
             [source.\"debian:musl@1.2.5-3 with its series\"]\nfiles = [\n    {{ {file} }},\n]\n\n\
             [source.\"go:example.org/tool@v1.0.0 with example.org/other@v2.0.0 with example.org/more@v3.0.0\"]\ntree = \"{SHA256}\"\n\n\
             [module.\"parts\"]\ngit = \"https://example.org/parts.git\"\ntag = \"v1\"\n\
             commit = \"0123456789012345678901234567890123456789\"\ntree = \"{SHA256}\"\n"
        ),
    );
    sandbox
}

#[test]
fn what_is_locked_is_listed_for_people_and_for_programs() {
    let sandbox = with_more();
    // The list needs no project that is right.
    sandbox.write("PROJECT.star", "oops\n");
    assert_snapshot!("list", sandbox.shown(&sandbox.yoe(&["lock", "--list"])));
    let json = sandbox.yoe(&["lock", "--list", "--json"]);
    assert_snapshot!("list_json", sandbox.shown(&json));
    let entries: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(entries.as_array().unwrap().len(), 5);
    fs::remove_file(sandbox.project().join("yoe.lock")).unwrap();
    assert_eq!(sandbox.yoe(&["lock", "--list"]).status.code(), Some(1));
}

#[test]
fn a_check_says_what_is_missing_what_changed_and_what_is_left_over() {
    let sandbox = with_more();
    let check = || sandbox.yoe(&["lock", "--check"]);
    let before = fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap();
    assert_snapshot!("check_left_over", sandbox.shown(&check()));
    assert_eq!(check().status.code(), Some(1));
    assert_eq!(fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap(), before);
    // What `yoe lock` writes is up to date.
    assert!(sandbox.yoe(&["lock"]).status.success());
    assert_snapshot!("check_right", sandbox.shown(&check()));
    sandbox.write(
        "containers/env.star",
        "container(name = \"env\", packages = [\"other\"], keys = [\"0123456789ABCDEF0123456789ABCDEF01234567\"])\n",
    );
    sandbox.unit("hello", &["true"], "source = debian_source(\"musl\", \"1-1\", patches = \"none\")");
    assert_snapshot!("check_stale", sandbox.shown(&check()));
    fs::remove_file(sandbox.project().join("yoe.lock")).unwrap();
    assert_snapshot!("check_no_lock", sandbox.shown(&check()));
}

#[test]
fn a_check_knows_of_modules() {
    let upstream = Upstream::new();
    let sandbox = product(&format!("git = {:?}, tag = \"v1\"", upstream.url()));
    assert!(sandbox.yoe(&["lock"]).status.success());
    assert!(sandbox.yoe(&["lock", "--check"]).status.success());
    upstream.publish("v1");
    assert!(sandbox.yoe(&["lock", "--check"]).status.success(), "a tag that moved is none of its business");
    names(&sandbox, &format!("module_ref(name = \"parts\", git = {:?}, branch = \"main\")", upstream.url()));
    let changed = sandbox.yoe(&["lock", "--check"]);
    assert_eq!(changed.status.code(), Some(1));
    let message = String::from_utf8(changed.stderr).unwrap();
    assert!(
        message.contains("module \"parts\" has changed since it was locked: it is branch main of file://"),
        "{message}"
    );
}

#[test]
fn a_name_that_nothing_has_changes_nothing() {
    let sandbox = with_more();
    let before = fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap();
    assert_snapshot!("update_unknown", sandbox.shown(&sandbox.yoe(&["lock", "--update", "envy"])));
    // It is in the lock, but not in the project: nothing says how to look it up.
    assert_eq!(sandbox.yoe(&["lock", "--update", "musl"]).status.code(), Some(1));
    assert_eq!(fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap(), before);
    fs::remove_file(sandbox.project().join("yoe.lock")).unwrap();
    assert_snapshot!("update_no_lock", sandbox.shown(&sandbox.yoe(&["lock", "--update", "env"])));
}

#[test]
fn the_lock_of_this_repository_is_up_to_date() {
    let sandbox = Sandbox::new();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = sandbox.command(&["lock", "--check"]).current_dir(repository).output().unwrap();
    assert!(output.status.success(), "{}", sandbox.shown(&output));
}
