use std::process::Command;

use proptest::prelude::*;

use super::*;

/// A text with its length in front.
fn varint(text: &[u8]) -> Vec<u8> {
    let (mut length, mut bytes) = (text.len(), Vec::new());
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(text);
    bytes
}

/// The smallest ELF program with this build information: a header of 64 bytes without sections, then the data, which the
/// reader finds as the Go command does.
pub(crate) fn program(go: &str, modules: &str) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(16, 0);
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(62_u16.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.resize(52, 0);
    bytes.extend(64_u16.to_le_bytes());
    bytes.resize(64, 0);
    bytes.extend(MAGIC);
    bytes.extend([8, INLINE]);
    bytes.resize(64 + HEADER, 0);
    bytes.extend(varint(go.as_bytes()));
    let sentinel = "0123456789abcdef";
    bytes.extend(varint(format!("{sentinel}{modules}{sentinel}").as_bytes()));
    bytes
}

#[test]
fn modules_replacements_and_settings_are_read() {
    let modules = "path\texample.com/a/cmd\nmod\texample.com/a\t(devel)\t\ndep\tgolang.org/x/net\tv0.62.0\th1:x=\n\
                   dep\texample.com/b\tv1.0.0\n=>\texample.com/fork\tv1.0.1\th1:y=\nbuild\tGOOS=linux\nbuild\t-tags=a,b\n";
    let info = BuildInfo::read(&program("go1.27.3", modules)).unwrap().unwrap();
    assert_eq!(
        (info.go.as_str(), info.setting("GOOS"), info.setting("-tags")),
        ("go1.27.3", Some("linux"), Some("a,b"))
    );
    assert_eq!(info.main.as_ref().unwrap().version, "(devel)");
    let deps: Vec<_> = info.deps.iter().map(|dep| (dep.path.as_str(), dep.version.as_str())).collect();
    assert_eq!(deps, [("golang.org/x/net", "v0.62.0"), ("example.com/b", "v1.0.0")]);
    assert_eq!(info.deps[1].replaced.as_ref().unwrap().path, "example.com/fork");
}

#[test]
fn what_is_no_go_program_has_none_and_what_is_old_or_cut_is_an_error() {
    assert_eq!(BuildInfo::read(b"#!/bin/sh\n"), Ok(None));
    assert_eq!(BuildInfo::read(&program("go1.20", "")[..64]), Ok(None));
    let mut old = program("go1.17", "");
    old[64 + 15] = 0;
    assert_eq!(BuildInfo::read(&old), Err(BuildInfoError::Old));
    let whole = program("go1.20", "mod\ta\tv1\n");
    assert_eq!(BuildInfo::read(&whole[..whole.len() - 1]), Err(BuildInfoError::Cut));
}

#[test]
fn the_version_of_the_library_is_a_semantic_one() {
    let stdlib = |go: &str| BuildInfo { go: go.to_owned(), ..BuildInfo::default() }.stdlib();
    assert_eq!(stdlib("go1.27.3"), "1.27.3");
    assert_eq!(stdlib("go1.28rc1"), "1.28.0-rc.1");
    assert_eq!(stdlib("go1.27.3 X:nocoverageredesign"), "1.27.3");
}

#[test]
fn a_program_of_this_machines_go_says_what_go_says_of_it() {
    let scratch = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(scratch.path().join(name), text).unwrap();
    write("go.mod", "module example.com/tiny\n\ngo 1.20\n");
    write("main.go", "package main\n\nfunc main() {}\n");
    let go = |arguments: &[&str]| {
        let mut command = Command::new("go");
        command.args(arguments).current_dir(scratch.path()).env("GOFLAGS", "-mod=mod").env("GOPROXY", "off");
        let caches = [("GOCACHE", "cache"), ("GOPATH", "path")];
        command.envs(caches.map(|(name, directory)| (name, scratch.path().join(directory))));
        command.env("GOTOOLCHAIN", "local").output().expect("this machine has no go")
    };
    let built = go(&["build", "-trimpath", "-ldflags=-s -w", "-o", "tiny", "."]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let info = BuildInfo::read(&std::fs::read(scratch.path().join("tiny")).unwrap()).unwrap().unwrap();
    let printed = String::from_utf8(go(&["version", "-m", "tiny"]).stdout).unwrap();
    assert!(printed.starts_with(&format!("tiny: {}\n", info.go)), "{printed}");
    assert_eq!(info.main.as_ref().unwrap().path, "example.com/tiny");
    for (name, value) in &info.settings {
        assert!(printed.contains(&format!("build\t{name}={value}\n")), "{name}: {printed}");
    }
}

proptest! {
    #[test]
    fn any_program_is_read_or_refused(tail in proptest::collection::vec(any::<u8>(), 0..200), cut in 0_usize..200) {
        let mut bytes = program("go1.20", "dep\ta\tv1\n");
        bytes.truncate(bytes.len().saturating_sub(cut));
        bytes.extend(tail);
        let _ = BuildInfo::read(&bytes);
    }
}
