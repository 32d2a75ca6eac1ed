//! The program, called as the engine calls it.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const DIGEST: &str = "sha256:4f7ea4e6a69f4db343f8d00895688d94e6f8c4ea4adafd1b9d50c6c96f35184b";
const OWN: &str = "yoe.internal/page:4f7e";
const NOTHING: &str = r#"{"mediaType":"","digest":"","size":0}"#;

/// The exit status and what is printed.
fn ask(directory: &Path, name: &str, input: &str) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_yoe-image-policy"))
        .args([
            "-name",
            name,
            "-digest",
            DIGEST,
            "-stdin-media-type",
            "application/vnd.oci.descriptor.v1+json",
        ])
        .arg("--policy")
        .arg(directory.join("policy.json"))
        .arg("--share")
        .arg(directory.join("share"))
        .arg("--mounted")
        .arg(directory.join("mounted"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read all.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap().replace(directory.to_str().unwrap(), "");
    (output.status.code().unwrap(), text.trim_end().to_owned())
}

fn device(policy: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("policy.json"), policy).unwrap();
    directory
}

/// A directory of workloads with one image of this digest.
fn workloads(at: &Path, digest: &str) {
    fs::create_dir_all(at.join("shop")).unwrap();
    fs::create_dir_all(at.join("blobs/sha256")).unwrap();
    let blob = format!(r#"{{"sha256":"{digest}","size":1}}"#);
    let image = format!(
        r#"{{"name":"{OWN}","architecture":"amd64","media_type":"m","manifest":{blob},"config":{blob},"layers":[]}}"#
    );
    let record = format!(
        r#"{{"format":1,"name":"shop","required":true,"compose":"c","files":"f","services":[],"images":[{image}]}}"#
    );
    fs::write(at.join("shop/workload.json"), record).unwrap();
}

#[test]
fn the_reason_is_printed_and_the_exit_status_decides() {
    let signed = format!(
        "{}.{}",
        base64_of(include_bytes!("vector/payload.json")),
        include_str!("vector/signature.txt")
    );
    let key: String = include_str!("vector/key.pem").lines().filter(|line| !line.starts_with('-')).collect();
    let policy = format!(
        r#"{{"format":1,"default":"refuse","rules":[{{"scope":"registry.example.com/team/","keys":[{{"name":"team.pub","public":"{key}"}}]}}]}}"#
    );
    let device = device(&policy);
    let descriptor = format!(r#"{{"annotations":{{"internal.yoe.image-signature.0":"{signed}"}}}}"#);
    let name = "registry.example.com/team/app:1";
    assert_eq!(ask(device.path(), name, &descriptor), (0, "it is signed with team.pub".to_owned()));
    let (code, reason) = ask(device.path(), name, NOTHING);
    assert_eq!(
        (code, reason.as_str()),
        (1, "it has no signature; images of registry.example.com/team/ must be signed with team.pub")
    );
}

#[test]
fn what_came_with_the_device_is_known_by_its_digest() {
    let device = device(r#"{"format":1,"default":"refuse","rules":[]}"#);
    assert_eq!(ask(device.path(), OWN, NOTHING).0, 1);
    // A version that came apart from the system, and the system's own.
    workloads(&device.path().join("share"), &DIGEST[7..].replace("4f", "00"));
    workloads(&device.path().join("mounted/shop/2"), &DIGEST[7..]);
    assert_eq!(ask(device.path(), OWN, NOTHING), (0, "it came with the device".to_owned()));
    fs::write(device.path().join("mounted/shop/2/shop/workload.json"), "damaged").unwrap();
    assert_eq!(ask(device.path(), OWN, NOTHING).0, 1);
    workloads(&device.path().join("share"), &DIGEST[7..]);
    assert_eq!(ask(device.path(), OWN, NOTHING).0, 0);
}

#[test]
fn without_a_policy_that_can_be_read_nothing_runs() {
    let device = device("{}");
    for (policy, beginning) in [
        (Some("{}"), "yoe-image-policy: cannot parse /policy.json: "),
        (
            Some(r#"{"format":2,"default":"accept","rules":[]}"#),
            "yoe-image-policy: /policy.json has the format 2, and this program reads 1",
        ),
        (None, "yoe-image-policy: /policy.json cannot be read: "),
    ] {
        let path = device.path().join("policy.json");
        match policy {
            Some(text) => fs::write(path, text).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
        let (code, reason) = ask(device.path(), "a.test/b:1", NOTHING);
        assert_eq!(code, 2);
        assert!(reason.starts_with(beginning), "{reason}");
    }
}

#[test]
fn an_engine_that_says_nonsense_gets_no_image() {
    let device = device(r#"{"format":1,"default":"accept","rules":[]}"#);
    assert_eq!(ask(device.path(), "a.test/b:1", NOTHING).0, 0);
    assert_eq!(ask(device.path(), "a.test/b:1", "").0, 2);
    assert_eq!(ask(device.path(), "a.test/b:1", &"x".repeat(1 << 20)).0, 2);
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
