//! `yoe keys` and `yoe bundle`.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use insta::assert_snapshot;
use support::Sandbox;

/// A project with an image that has slots and one that has none.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["true"], "");
    for (name, layout) in [("plain", "disk()"), ("slots", "verified_ab(slot = \"32M\")")] {
        sandbox.write(
            &format!("images/{name}.star"),
            &format!(
                "image(name = {name:?}, artifacts = [\"hello\"], layout = {layout}, container = \"env\")\n"
            ),
        );
    }
    sandbox.lock();
    sandbox
}

/// What a command shows, without what differs between two runs.
fn shown(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let text = sandbox.shown(&sandbox.yoe(arguments));
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let core = word.trim_end();
        let time = core.len() == 20 && core.ends_with('Z') && core.starts_with("20");
        if time { word.replace(core, "[WHEN]") } else { word.to_owned() }
    });
    words.collect()
}

fn directory(sandbox: &Sandbox) -> PathBuf {
    sandbox.directory().join("data/yoe/keys/sample.updates")
}

fn files(sandbox: &Sandbox, end: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(directory(sandbox)).unwrap().map(|file| file.unwrap().path());
    all.filter(|path| path.to_str().unwrap().ends_with(end)).collect()
}

#[test]
fn keys_are_made_listed_and_rotated() {
    let sandbox = project();
    assert_snapshot!("keys_none", shown(&sandbox, &["keys", "list"]));
    assert_snapshot!(
        "keys_make",
        shown(&sandbox, &["keys", "make", "--root-keys", "2", "--root-threshold", "2"])
    );
    assert_snapshot!("keys_twice", shown(&sandbox, &["keys", "make"]));
    let private = files(&sandbox, ".pem");
    assert_eq!(private.len(), 5);
    assert!(private.iter().all(|file| file.metadata().unwrap().permissions().mode() & 0o777 == 0o600));
    assert_eq!(directory(&sandbox).metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let before = sandbox.yoe(&["keys", "list"]).stdout;
    assert_snapshot!("keys_rotate", shown(&sandbox, &["keys", "rotate", "timestamp", "snapshot"]));
    let after = sandbox.yoe(&["keys", "list"]).stdout;
    assert_ne!(before, after);
    assert_eq!(files(&sandbox, ".pem").len(), 5);
    assert_eq!(std::fs::read_dir(directory(&sandbox).join("retired")).unwrap().count(), 2);
    assert_eq!(sandbox.yoe(&["keys", "export", "root.json"]).status.code(), Some(0));
    let public = std::fs::read(sandbox.project().join("root.json")).unwrap();
    assert_eq!(public, std::fs::read(directory(&sandbox).join("2.root.json")).unwrap());
    assert!(!String::from_utf8(public).unwrap().contains("PRIVATE"));
}

#[test]
fn a_key_that_is_elsewhere_cannot_sign() {
    let sandbox = project();
    sandbox.yoe(&["keys", "make"]);
    let root =
        files(&sandbox, ".pem").into_iter().find(|path| path.to_str().unwrap().contains("/root-")).unwrap();
    std::fs::remove_file(root).unwrap();
    assert_snapshot!("keys_elsewhere", shown(&sandbox, &["keys", "rotate", "targets"]));
    assert_eq!(files(&sandbox, ".pem").len(), 3, "no key is left of what failed");
    assert_snapshot!("keys_elsewhere_list", shown(&sandbox, &["keys", "list"]));
}

#[test]
fn mistakes_are_named() {
    let sandbox = project();
    assert_snapshot!(
        "keys_threshold",
        shown(&sandbox, &["keys", "make", "--root-keys", "2", "--root-threshold", "3"])
    );
    assert_snapshot!("bundle_without_keys", shown(&sandbox, &["bundle", "slots"]));
    sandbox.yoe(&["keys", "make"]);
    assert_snapshot!("keys_unknown_role", shown(&sandbox, &["keys", "rotate", "owner"]));
    assert_snapshot!("bundle_one_slot", shown(&sandbox, &["bundle", "plain"]));
    assert_snapshot!("bundle_unknown", shown(&sandbox, &["bundle", "nothing"]));
    assert_snapshot!("bundle_default", shown(&sandbox, &["bundle"]));
    assert_snapshot!("bundle_without_signing_tools", shown(&sandbox, &["bundle", "slots", "--secure-boot"]));
    assert_snapshot!("sign_default", shown(&sandbox, &["sign", "--output", "out"]));
    assert_snapshot!("sign_unknown", shown(&sandbox, &["sign", "hello", "--output", "out"]));
    assert_snapshot!("sign_without_signing_tools", shown(&sandbox, &["sign", "slots", "--output", "out"]));
}

/// What is known before there is anything to publish is said before anything is built.
#[test]
fn what_cannot_be_written_or_signed_is_said_before_anything_is_built() {
    let sandbox = project();
    sandbox.yoe(&["keys", "make"]);
    sandbox.write("taken", "a file");
    sandbox.write("foreign/metadata/timestamp.json", "{}");
    // The container's tree is there from the start.
    let trees = || std::fs::read_dir(sandbox.directory().join("cache/yoe/trees")).unwrap().count();
    let before = trees();
    for (name, arguments) in [
        ("bundle_no_directory", ["bundle", "slots", "--output", "none/box.bundle"]),
        ("bundle_directory", ["bundle", "slots", "--output", "."]),
        ("bundle_repository_is_file", ["bundle", "slots", "--repository", "taken"]),
        ("bundle_repository_foreign", ["bundle", "slots", "--repository", "foreign"]),
    ] {
        assert_snapshot!(name, shown(&sandbox, &arguments));
    }
    let key = files(&sandbox, ".pem").into_iter().find(|path| path.to_str().unwrap().contains("/targets-"));
    std::fs::remove_file(key.unwrap()).unwrap();
    assert_snapshot!("bundle_key_elsewhere", shown(&sandbox, &["bundle", "slots", "--output", "box.bundle"]));
    assert_eq!(trees(), before, "something was built");
    assert_eq!(std::fs::read(sandbox.project().join("taken")).unwrap(), b"a file");
}
