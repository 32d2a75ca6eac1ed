//! The format as programs see it that this project did not write: tar, gzip and openssl.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says why")]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use support::{SIGNER, info, sample, trusted};
use yoe_package::{Tree, write};

/// Runs a program; `None`, with the reason printed, when it is not installed.
fn run(directory: &Path, program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).current_dir(directory).output() {
        Ok(output) => Some(output),
        Err(error) => {
            println!("skipped: {program} cannot be started: {error}");
            None
        }
    }
}

fn stdout(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn packed() -> (tempfile::TempDir, Vec<u8>) {
    let directory = tempfile::tempdir().unwrap();
    sample(&directory.path().join("tree"));
    let file = directory.path().join("tool.apk");
    write(&Tree::scan(&directory.path().join("tree")).unwrap(), &info("tool"), &SIGNER, &file).unwrap();
    let bytes = fs::read(file).unwrap();
    (directory, bytes)
}

#[test]
fn tar_lists_the_whole_package_as_one_archive() {
    let (directory, _) = packed();
    let Some(output) = run(directory.path(), "tar", &["--warning=no-unknown-keyword", "-tzf", "tool.apk"])
    else {
        return;
    };
    let list = stdout(&output);
    assert!(list.starts_with(".SIGN.RSA256.yoe-test.rsa.pub\n.PKGINFO\netc/\n"), "{list}");
    assert!(list.contains("usr/bin/alias\n"), "{list}");
}

#[test]
fn tar_unpacks_what_was_packed() {
    let (directory, _) = packed();
    fs::create_dir(directory.path().join("out")).unwrap();
    let arguments = ["--warning=no-unknown-keyword", "--no-same-owner", "-xpzf", "tool.apk", "-C", "out"];
    let Some(output) = run(directory.path(), "tar", &arguments) else { return };
    stdout(&output);
    for signed in [".PKGINFO", ".SIGN.RSA256.yoe-test.rsa.pub"] {
        fs::remove_file(directory.path().join("out").join(signed)).unwrap();
    }
    let (packed, unpacked) = (
        Tree::scan(&directory.path().join("tree")).unwrap(),
        Tree::scan(&directory.path().join("out")).unwrap(),
    );
    assert_eq!(packed.iter().collect::<Vec<_>>(), unpacked.iter().collect::<Vec<_>>());
}

#[test]
fn openssl_verifies_the_signature_and_gzip_the_members() {
    let (directory, bytes) = packed();
    let mut rest = &bytes[..];
    let mut members = Vec::new();
    while !rest.is_empty() {
        let mut decoder = flate2::bufread::GzDecoder::new(rest);
        std::io::copy(&mut decoder, &mut std::io::sink()).unwrap();
        let after = decoder.into_inner();
        members.push(&rest[..rest.len() - after.len()]);
        rest = after;
    }
    assert_eq!(members.len(), 3);
    for (name, member) in ["signature.gz", "control.gz", "data.gz"].iter().zip(&members) {
        fs::write(directory.path().join(name), member).unwrap();
        let Some(output) = run(directory.path(), "gzip", &["-t", name]) else { return };
        stdout(&output);
    }
    fs::write(directory.path().join("key.pub"), trusted()[0].to_pem()).unwrap();
    let Some(signature) = run(directory.path(), "tar", &["-xzOf", "signature.gz"]) else { return };
    fs::write(directory.path().join("signature"), &signature.stdout).unwrap();
    let arguments = ["dgst", "-sha256", "-verify", "key.pub", "-signature", "signature", "control.gz"];
    let Some(output) = run(directory.path(), "openssl", &arguments) else { return };
    assert_eq!(stdout(&output).trim(), "Verified OK");
    let Some(control) = run(directory.path(), "tar", &["-xzOf", "control.gz", ".PKGINFO"]) else { return };
    let Some(sum) = run(directory.path(), "sha256sum", &["data.gz"]) else { return };
    let sum = stdout(&sum).split(' ').next().unwrap().to_owned();
    assert!(stdout(&control).contains(&format!("datahash = {sum}\n")));
}
