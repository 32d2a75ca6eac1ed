//! `yoe sources` and `yoe store import`: from the archive alone, the same is built.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use support::{Sandbox, module_proxy, printed};

const TOOL: &str = "module example.org/tool\n\ngo 1.20\n";

/// A unit of Go modules and of a working tree.
fn sample() -> Sandbox {
    let sandbox = Sandbox::new();
    let files = [("go.mod", TOOL), ("main.go", "package main\n")];
    module_proxy::publish(&sandbox.directory().join("proxy"), "example.org/tool", "v1.0.0", &files);
    let sources = "scope = \"noarch\", source = [go_module(\"example.org/tool\", version = \"v1.0.0\", container = \"env\", into = \"tool\"), \
                   path(\"own\", exclude = [\"notes\"], into = \"own\")]";
    let step = "mkdir -p $DESTDIR/usr/share; cat tool/main.go own/text >$DESTDIR/usr/share/all";
    sandbox.unit("hello", &[step], sources);
    sandbox.write("own/text", "own\n");
    sandbox.write("own/notes", "nobody's\n");
    sandbox.write("target/rubbish", "made\n");
    sandbox.lock_with_go();
    sandbox
}

fn yoe(sandbox: &Sandbox, arguments: &[&str], proxy: &str) -> Output {
    sandbox.command(arguments).env("GOPROXY", proxy).env("GOSUMDB", "off").output().unwrap()
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", printed(output));
    String::from_utf8(output.stdout.clone()).unwrap().trim().to_owned()
}

/// The digest of the result that a path of an artifact is in.
fn digest(path: &str) -> String {
    Path::new(path).parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn from_the_archive_alone_the_same_is_built() {
    let sandbox = sample();
    let proxy = format!("file://{}", sandbox.directory().join("proxy").display());
    done(&yoe(&sandbox, &["lock"], &proxy));
    let first = digest(&done(&yoe(&sandbox, &["build", "hello", "--print-path"], &proxy)));
    done(&yoe(&sandbox, &["sources", "hello", "--output", "../archive"], &proxy));
    let archive = sandbox.directory().join("archive");
    let there = |path: &str| archive.join(path).exists();
    let parts = [
        "README.md",
        "project/PROJECT.star",
        "project/yoe.lock",
        "project/own/text",
        "project/own/notes",
        "project/target",
    ];
    assert_eq!(parts.map(there), [true, true, true, true, false, false]);
    // Another machine: an empty store, no project, no proxy. Only the container is this test's own in any case.
    fs::rename(sandbox.project(), sandbox.directory().join("gone")).unwrap();
    fs::rename(sandbox.directory().join("cache"), sandbox.directory().join("old-cache")).unwrap();
    fs::remove_dir_all(sandbox.directory().join("proxy")).unwrap();
    copy(&archive.join("project"), &sandbox.project());
    sandbox.lock_with_go();
    let imported = yoe(&sandbox, &["store", "import", "../archive"], "off");
    done(&imported);
    assert!(printed(&imported).contains("../archive: 0 files, 1 trees"), "{}", printed(&imported));
    let arguments = ["-C", "../archive/project", "build", "hello", "--print-path"];
    assert_eq!(digest(&done(&yoe(&sandbox, &arguments, "off"))), first);
}

/// Copies the files of a project.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).unwrap();
        }
    }
}

#[test]
fn a_directory_that_is_there_is_refused_before_anything_is_done() {
    let sandbox = sample();
    let refused = sandbox.yoe(&["sources", "hello", "--output", "."]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        printed(&refused).contains("error: . is there already\nhint: name a directory that is not"),
        "{}",
        printed(&refused)
    );
    let none = sandbox.yoe(&["store", "import", "own"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(printed(&none).contains("own is not an archive of sources"), "{}", printed(&none));
}
