//! Where a target comes from: what is signed, what is refused, and what a second party signs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop here")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use support::Sandbox;

/// A container image that is built, and its public key in `key.pub`.
fn built() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["mkdir -p $DESTDIR/usr/share; echo hello > $DESTDIR/usr/share/hello"], "");
    sandbox.write(
        "images/box.star",
        "oci_image(name = \"box\", artifacts = [\"hello\"], cmd = [\"/bin/true\"])\n",
    );
    sandbox.lock();
    right(&sandbox, &["build", "box"]);
    sandbox
}

fn right(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.yoe(arguments);
    assert!(output.status.success(), "{}", sandbox.shown(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn made() -> Sandbox {
    let sandbox = built();
    right(&sandbox, &["provenance", "make", "box", "--output", "box.intoto.jsonl"]);
    sandbox.write("key.pub", &right(&sandbox, &["provenance", "key"]));
    sandbox
}

/// The file of the image, as it was built.
fn archive(sandbox: &Sandbox) -> PathBuf {
    PathBuf::from(right(sandbox, &["build", "box", "--print-path"]).trim())
}

fn check(sandbox: &Sandbox, artifact: &str) -> Output {
    sandbox.yoe(&["provenance", "check", "box.intoto.jsonl", "--key", "key.pub", artifact])
}

#[test]
fn what_was_signed_is_checked_and_what_is_not_it_is_refused() {
    let sandbox = made();
    let own = archive(&sandbox);
    let copy = sandbox.project().join("copy");
    fs::create_dir(&copy).unwrap();
    fs::copy(&own, copy.join("box.oci.tar")).unwrap();
    assert!(check(&sandbox, "copy/box.oci.tar").status.success());

    let mut bytes = fs::read(&own).unwrap();
    bytes[0] ^= 1;
    fs::remove_file(copy.join("box.oci.tar")).unwrap();
    fs::write(copy.join("box.oci.tar"), bytes).unwrap();
    sandbox.write("other.img", "");
    let other_file = check(&sandbox, "other.img");
    let changed = check(&sandbox, "copy/box.oci.tar");
    let path = sandbox.project().join("box.intoto.jsonl");
    let envelope = fs::read_to_string(&path).unwrap();
    fs::write(&path, envelope.replacen("\"payload\":\"ey", "\"payload\":\"eX", 1)).unwrap();
    let payload = check(&sandbox, "copy/box.oci.tar");
    fs::write(&path, &envelope).unwrap();
    let another = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    sandbox.write("key.pub", another);
    let key = check(&sandbox, "copy/box.oci.tar");
    sandbox.write("key.pub", "no key");
    let no_key = check(&sandbox, "copy/box.oci.tar");
    let shown = [other_file, changed, payload, key, no_key].map(|output| sandbox.shown(&output));
    insta::assert_snapshot!(shown.concat());
}

#[test]
fn the_key_is_made_once_and_stays_out_of_what_is_built() {
    let sandbox = built();
    let first = sandbox.yoe(&["provenance", "key"]);
    let said = String::from_utf8_lossy(&first.stderr).into_owned();
    assert!(said.contains("a new key that signs what this project attests"), "{said}");
    let second = sandbox.yoe(&["provenance", "key"]);
    assert_eq!((first.stdout, second.stderr.as_slice()), (second.stdout, b"".as_slice()));
    let output = sandbox.yoe(&["build", "box", "--dry-run"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains(", 0 to do,"), "{}", sandbox.shown(&output));
}

#[test]
fn the_same_lock_gives_the_same_envelope_and_further_files_are_signed_too() {
    let sandbox = made();
    let again = right(&sandbox, &["provenance", "make", "box"]);
    assert_eq!(again, fs::read_to_string(sandbox.project().join("box.intoto.jsonl")).unwrap());
    sandbox.write("box-1.bundle", "an update");
    right(&sandbox, &["provenance", "make", "box", "--with", "box-1.bundle", "--output", "box.intoto.jsonl"]);
    assert!(check(&sandbox, "box-1.bundle").status.success());
}

#[test]
fn what_is_not_built_is_not_signed_and_makes_no_key() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["mkdir -p $DESTDIR/usr/share"], "");
    sandbox.lock();
    let output = sandbox.yoe(&["provenance", "make", "hello"]);
    assert_eq!(output.status.code(), Some(1), "{}", sandbox.shown(&output));
    assert!(String::from_utf8_lossy(&output.stderr).contains("hint: `yoe build hello` builds it"));
    let keys = fs::read_dir(sandbox.directory().join("data/yoe/keys")).into_iter().flatten().flatten();
    let names: Vec<String> = keys.map(|key| key.file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.contains("attestations")), "{names:?}");
}

#[test]
fn a_second_party_signs_what_it_made_again_and_nothing_else() {
    let sandbox = made();
    let varied = ["verify", "box", "--vary", "cores", "--attest", "box.rebuilt.jsonl"];
    right(&sandbox, &varied);
    right(
        &sandbox,
        &[
            "provenance",
            "check",
            "box.rebuilt.jsonl",
            "--key",
            "key.pub",
            archive(&sandbox).to_str().unwrap(),
        ],
    );
    let envelope: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(sandbox.project().join("box.rebuilt.jsonl")).unwrap())
            .unwrap();
    assert_eq!(envelope["payloadType"], "application/vnd.in-toto+json");

    sandbox.unit("hello", &["mkdir -p $DESTDIR/usr/share; echo $NPROC > $DESTDIR/usr/share/hello"], "");
    fs::remove_file(sandbox.project().join("box.rebuilt.jsonl")).unwrap();
    let differs = sandbox.yoe(&varied);
    assert_eq!(differs.status.code(), Some(6), "{}", sandbox.shown(&differs));
    assert!(!sandbox.project().join("box.rebuilt.jsonl").exists(), "nothing is signed that differs");
    let part = sandbox.yoe(&[&varied[..], &["--only", "hello"]].concat());
    assert_eq!(part.status.code(), Some(2), "a part of it is not all: {}", sandbox.shown(&part));
}
