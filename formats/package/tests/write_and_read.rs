//! Packages as this crate writes and reads them.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::fs;
use std::path::Path;

use support::{SIGNER, info, put, sample, trusted};
use yoe_package::{Entry, Kind, PackageError, Reader, Signer, Tree, index, write};

fn packed(directory: &Path) -> (Vec<u8>, yoe_package::Written) {
    let tree = directory.join("tree");
    sample(&tree);
    let file = directory.join("tool-1.0-r0.apk");
    let written = write(&Tree::scan(&tree).unwrap(), &info("tool"), &SIGNER, &file).unwrap();
    (fs::read(file).unwrap(), written)
}

fn entries(bytes: &[u8]) -> Vec<(Entry, Vec<u8>)> {
    let mut entries = Vec::new();
    let reader = Reader::new(bytes, "tool.apk", &trusted()).unwrap();
    reader
        .read::<PackageError>(|entry, content| {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).unwrap();
            entries.push((entry.clone(), bytes));
            Ok(())
        })
        .unwrap();
    entries
}

#[test]
fn what_is_written_reads_back() {
    let directory = tempfile::tempdir().unwrap();
    let (bytes, written) = packed(directory.path());
    let reader = Reader::new(&*bytes, "tool.apk", &trusted()).unwrap();
    assert_eq!(reader.control(), &written.control);
    assert_eq!(reader.identity(), written.identity);
    assert_eq!(written.file_size, bytes.len() as u64);
    let shown: Vec<String> = entries(&bytes)
        .iter()
        .map(|(entry, content)| {
            let target =
                if let Kind::Symlink(target) = &entry.kind { format!(" -> {target}") } else { String::new() };
            format!("{:04o} {}:{} {} {}{target}", entry.mode, entry.uid, entry.gid, content.len(), entry.path)
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn the_same_tree_in_another_directory_gives_the_same_bytes() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, written) = packed(one.path());
    // Another order of making, other times.
    put(&other.path().join("tree"), "zzz", b"", 0o644);
    fs::remove_file(other.path().join("tree/zzz")).unwrap();
    let (second, again) = packed(other.path());
    assert_eq!(written, again);
    assert!(first == second, "the bytes differ");
}

#[test]
fn a_changed_file_changes_the_package() {
    let directory = tempfile::tempdir().unwrap();
    let (_, written) = packed(directory.path());
    put(&directory.path().join("tree"), "usr/bin/tool", b"#!/bin/ash\n", 0o755);
    let tree = Tree::scan(&directory.path().join("tree")).unwrap();
    let again = write(&tree, &info("tool"), &SIGNER, &directory.path().join("again.apk")).unwrap();
    assert_ne!(written.control.data_hash, again.control.data_hash);
    assert_ne!(written.identity, again.identity);
}

#[test]
fn a_stranger_is_named_with_those_who_are_trusted() {
    let directory = tempfile::tempdir().unwrap();
    let (bytes, _) = packed(directory.path());
    let stranger = Signer::generate("stranger").unwrap().public_key().unwrap();
    let error = Reader::new(&*bytes, "tool.apk", &[stranger]).err().unwrap();
    insta::assert_snapshot!(error, @"tool.apk is signed by yoe-test.rsa.pub; trusted here: stranger.rsa.pub");
    // The right name does not make the right key.
    let impostor = Signer::generate("yoe-test").unwrap().public_key().unwrap();
    let error = Reader::new(&*bytes, "tool.apk", &[impostor]).err().unwrap();
    insta::assert_snapshot!(error, @r#"the signature of tool.apk does not match its content: it was changed after key "yoe-test" signed it"#);
}

#[test]
fn an_index_lists_what_was_written_and_what_was_opened_alike() {
    let directory = tempfile::tempdir().unwrap();
    let (_, written) = packed(directory.path());
    let opened = index::Listed::open(&directory.path().join("tool-1.0-r0.apk"), &trusted()).unwrap();
    assert_eq!(index::Listed::from(&written), opened);
    let bytes = index::write(std::slice::from_ref(&opened), "test", 1_750_000_000, &SIGNER).unwrap();
    assert_eq!(bytes, index::write(&[opened], "test", 1_750_000_000, &SIGNER).unwrap());
    let text = index::read(&bytes, "APKINDEX.tar.gz", &trusted()).unwrap();
    let plain: Vec<_> =
        text.lines().filter(|line| !line.starts_with("C:") && !line.starts_with("S:")).collect();
    insta::assert_snapshot!(plain.join("\n"));
    let mut changed = bytes;
    *changed.last_mut().unwrap() ^= 1;
    assert!(index::read(&changed, "APKINDEX.tar.gz", &trusted()).is_err());
}

#[test]
fn libraries_become_dependencies_and_provisions() {
    let directory = tempfile::tempdir().unwrap();
    let library = support::elf::Elf {
        machine: support::elf::X86_64,
        soname: Some("libz.so.1"),
        needed: &["libc.so"],
        ..Default::default()
    };
    let program = support::elf::Elf {
        machine: support::elf::X86_64,
        needed: &["libz.so.1", "libc.so"],
        ..Default::default()
    };
    put(directory.path(), "tree/usr/lib/libz.so.1.3.1", &library.bytes(), 0o755);
    put(directory.path(), "tree/usr/bin/minigzip", &program.bytes(), 0o755);
    let tree = Tree::scan(&directory.path().join("tree")).unwrap();
    let written = write(&tree, &info("zlib"), &SIGNER, &directory.path().join("z.apk")).unwrap();
    assert_eq!(written.control.info.depends, ["so:libc.so"]);
    assert_eq!(written.control.info.provides, ["so:libz.so.1=1.3.1"]);
}

/// A root's package database holds the sizes of packages, and a root's bytes must not depend on who signed them.
#[test]
fn a_packages_size_does_not_depend_on_who_signed_it() {
    let directory = tempfile::tempdir().unwrap();
    let (_, written) = packed(directory.path());
    let file = directory.path().join("other.apk");
    for _ in 0..3 {
        let other = Signer::generate("yoe-test").unwrap();
        let again = write(&Tree::scan(&directory.path().join("tree")).unwrap(), &info("tool"), &other, &file)
            .unwrap();
        assert_eq!(again.file_size, written.file_size);
        assert_eq!(again.identity, written.identity);
    }
}
