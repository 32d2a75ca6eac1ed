//! `yoe init`: a project that needs no edit.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use insta::assert_snapshot;
use support::Sandbox;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A home with a clone of this repository in it, called `yoe`.
fn home() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::remove_dir_all(sandbox.project()).unwrap();
    std::os::unix::fs::symlink(repository(), sandbox.directory().join("yoe")).unwrap();
    sandbox
}

/// A command in a directory below the home, that asks no other machine.
fn yoe(sandbox: &Sandbox, directory: &str, arguments: &[&str]) -> Output {
    let mut command = sandbox.command(arguments);
    command.current_dir(sandbox.directory().join(directory)).env("all_proxy", "http://127.0.0.1:1");
    command.output().unwrap()
}

fn done(sandbox: &Sandbox, directory: &str, arguments: &[&str]) -> String {
    let output = yoe(sandbox, directory, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", sandbox.shown(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// All files below a directory, by their paths.
fn files(directory: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(below) = open.pop() {
        for entry in fs::read_dir(&below).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(directory).unwrap().display().to_string();
            found.insert(name, fs::read_to_string(path).unwrap());
        }
    }
    found
}

#[test]
fn each_runtime_gives_a_project_that_evaluates_as_it_is() {
    let sandbox = home();
    for (runtime, machine, unit) in [
        ("containerd", "qemu-x86_64", "unit nerdctl"),
        ("docker", "qemu-x86_64", "unit dockerd"),
        ("podman", "qemu-x86_64", "unit podman"),
        ("none", "qemu-x86_64", "unit none-page"),
        ("none", "qemu-aarch64", "unit linux"),
    ] {
        let directory = sandbox.directory().join(runtime);
        if directory.exists() {
            fs::remove_dir_all(&directory).unwrap();
        }
        let arguments = ["init", runtime, "--runtime", runtime, "--machine", machine, "--module-path", "yoe"];
        assert_eq!(done(&sandbox, ".", &arguments), format!("cd {runtime} && yoe lock\nyoe run\n"));
        let written = files(&directory);
        assert!(written.len() <= 6, "{:?}", written.keys());
        for (path, text) in &written {
            assert!(text.lines().count() <= 30 && !text.contains('@'), "{path}:\n{text}");
        }
        done(&sandbox, runtime, &["lock"]);
        done(&sandbox, runtime, &["lock", "--check"]);
        let planned = done(&sandbox, runtime, &["build", "--dry-run"]);
        assert!(planned.contains(unit) && planned.contains(&format!("{runtime}-device")), "{planned}");
    }
}

#[test]
fn what_is_written_is_as_written_down() {
    let sandbox = home();
    let arguments = ["init", "My Gateway", "--machine", "qemu-x86_64", "--module-path", "yoe"];
    let output = yoe(&sandbox, ".", &arguments);
    assert_snapshot!("written", sandbox.shown(&output));
    let written = files(&sandbox.directory().join("My Gateway"));
    let all: Vec<String> = written.iter().map(|(path, text)| format!("=== {path}\n{text}")).collect();
    assert_snapshot!("files", all.concat());
    let remote = ["--module-git", "https://example.org/yoe.git", "--module-tag", "v0.1.0"];
    done(&sandbox, ".", &[&["init", "remote", "--machine", "board"][..], &remote].concat());
    assert_snapshot!("project_of_git", files(&sandbox.directory().join("remote"))["PROJECT.star"]);
}

/// Here, in a directory that is there and empty.
#[test]
fn the_directory_may_be_this_one() {
    let sandbox = home();
    fs::create_dir(sandbox.directory().join("here")).unwrap();
    assert_eq!(done(&sandbox, "here", &["init", ".", "--module-path", "../yoe"]), "yoe lock\nyoe run\n");
    let project = &files(&sandbox.directory().join("here"))["PROJECT.star"];
    assert!(project.contains("path = \"../yoe\""), "{project}");
}

#[test]
fn what_stands_in_the_way_is_named_and_nothing_is_written() {
    let sandbox = home();
    let at = |path: &str| sandbox.directory().join(path);
    fs::create_dir_all(at("old")).unwrap();
    fs::write(at("old/README.md"), "mine").unwrap();
    fs::write(at("file"), "").unwrap();
    let before = files(&at("old"));
    let message = |name: &str, arguments: &[&str]| {
        let output = yoe(&sandbox, ".", &[&["init"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_snapshot!(name, sandbox.shown(&output));
        assert_eq!(files(&at("old")), before);
        assert!(!at("new").exists());
    };
    let path = ["--module-path", "yoe", "--machine", "qemu-x86_64"];
    message("taken", &[&["old"][..], &path].concat());
    message("a_file", &[&["file"][..], &path].concat());
    message("no_machine", &["new", "--module-path", "yoe", "--machine", "qemu-x86-64"]);
    message("no_clone", &["new", "--module-path", "old"]);
    message("no_repository", &["new"]);
    message("wrong_address", &["new", "--module-git", "git@example.org:yoe.git", "--module-tag", "v1"]);
    message("no_name", &["ü", "--module-path", "yoe"]);
}
