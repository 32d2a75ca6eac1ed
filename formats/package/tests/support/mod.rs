//! What the tests of this crate share.
#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod elf;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::LazyLock;

use yoe_package::{Info, PublicKey, Signer};

/// One key for all tests of a program: making one takes a second.
pub static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::generate("yoe-test").unwrap());

pub fn trusted() -> Vec<PublicKey> {
    vec![SIGNER.public_key().unwrap()]
}

pub fn info(name: &str) -> Info {
    Info {
        name: name.to_owned(),
        version: "1.0-r0".to_owned(),
        description: "A test".to_owned(),
        license: "Apache-2.0".to_owned(),
        arch: "x86_64".to_owned(),
        origin: name.to_owned(),
        build_date: 1_750_000_000,
        ..Info::default()
    }
}

/// Writes a file with its parents.
pub fn put(root: &Path, path: &str, content: &[u8], mode: u32) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A tree with a bit of everything.
pub fn sample(root: &Path) {
    put(root, "usr/bin/tool", b"#!/bin/sh\n", 0o755);
    put(root, "etc/tool.conf", b"", 0o600);
    let long = format!("usr/share/{}/{}", "deep/".repeat(12), "name".repeat(20));
    put(root, &long, &[7; 1500], 0o644);
    std::os::unix::fs::symlink("tool", root.join("usr/bin/alias")).unwrap();
    std::os::unix::fs::symlink(format!("/{}", "x".repeat(150)), root.join("usr/bin/far")).unwrap();
    fs::create_dir_all(root.join("var/tmp")).unwrap();
    fs::set_permissions(root.join("var/tmp"), fs::Permissions::from_mode(0o1777)).unwrap();
    for directory in ["usr", "usr/bin", "usr/share", "etc", "var"] {
        fs::set_permissions(root.join(directory), fs::Permissions::from_mode(0o755)).unwrap();
    }
}
