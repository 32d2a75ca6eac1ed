//! `yoe dev`: a unit's source in a working tree, and patches of its commits.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use support::{Sandbox, printed};

/// A patch as somebody wrote it: with a header, names of blobs, and a mail's end.
const PATCH: &str = "Greet the world.\n\nUpstream never does.\n\ndiff --git a/hello b/hello\nindex 1111111..2222222 100644\n\
                     --- a/hello\t2020-01-01\n+++ b/hello\t2020-01-02\n@@ -1,2 +1,2 @@\n-hello\n+hello world\n end\n-- \n2.1\n";

/// A unit of a source and a patch of it, which copies what came of both.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("src/hello", "hello\nend\n");
    sandbox.write("src/.gitignore", "made\n");
    sandbox.write("src/made", "ignored by upstream, and in its archive\n");
    sandbox.unit(
        "hello",
        &["mkdir -p $DESTDIR/usr/share; cat hello made >$DESTDIR/usr/share/hello; cat hello"],
        "source = path(\"src\"), patches = [\"greet.patch\"]",
    );
    sandbox.write("units/test/hello/greet.patch", PATCH);
    sandbox.lock();
    sandbox
}

fn tree(sandbox: &Sandbox) -> PathBuf {
    sandbox.project().join(".yoe/dev/hello")
}

fn git(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
    let output =
        Command::new("git").current_dir(tree(sandbox)).args(identity).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    let output = sandbox.yoe(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", printed(&output));
    output
}

#[test]
fn patches_are_commits_and_come_back_byte_for_byte() {
    let sandbox = sandbox();
    run(&sandbox, &["dev", "start", "hello"]);
    assert_eq!(fs::read_to_string(tree(&sandbox).join("hello")).unwrap(), "hello world\nend\n");
    assert_eq!(git(&sandbox, &["log", "--format=%s"]), "Greet the world.\nhello 1.0 as it is fetched\n");
    assert_eq!(git(&sandbox, &["status", "--porcelain"]), "");
    assert!(tree(&sandbox).join("made").exists());
    let finished = run(&sandbox, &["dev", "finish", "hello"]);
    assert!(printed(&finished).contains("no patch changed"), "{finished:?}");
    let patch = sandbox.project().join("units/test/hello/greet.patch");
    assert_eq!(fs::read_to_string(patch).unwrap(), PATCH);
    assert!(!tree(&sandbox).exists());
}

#[test]
fn builds_take_the_tree_until_it_is_finished_and_never_when_locked() {
    let sandbox = sandbox();
    let said = |more: &[&str]| printed(&run(&sandbox, &[&["build", "hello", "-v"], more].concat()));
    run(&sandbox, &["dev", "start", "hello"]);
    fs::write(tree(&sandbox).join("hello"), "tried out\n").unwrap();
    let tried = said(&[]);
    assert!(
        tried.contains("from working trees: hello;") && tried.contains("unit hello: tried out\n"),
        "{tried}"
    );
    let built = run(&sandbox, &["build", "hello", "--print-path"]);
    assert!(String::from_utf8(built.stdout).unwrap().ends_with("/hello-1.0_git-r0.apk\n"));
    let locked = said(&["--locked"]);
    assert!(locked.contains("unit hello: hello world\n") && !locked.contains("working tree"), "{locked}");
    // What is handed out can be built by others.
    let sources = sandbox.yoe(&["sources", "hello", "--output", "../out"]);
    assert!(printed(&sources).contains("would hold what is in the working trees of hello"), "{sources:?}");
    let origin = sandbox.yoe(&["provenance", "make", "hello"]);
    assert!(printed(&origin).contains("provenance would hold what is in the working trees"), "{origin:?}");
}

#[test]
fn commits_become_patches() {
    let sandbox = sandbox();
    run(&sandbox, &["dev", "start", "hello"]);
    fs::write(tree(&sandbox).join("hello"), "hello world\nthe end\n").unwrap();
    let refused = sandbox.yoe(&["dev", "finish", "hello"]);
    assert!(printed(&refused).contains("changes that are not committed:\n   M hello"), "{refused:?}");
    let lost = sandbox.yoe(&["dev", "reset", "hello"]);
    assert!(printed(&lost).contains("holds work that is in no patch"), "{lost:?}");
    git(&sandbox, &["commit", "-qam", "Say which end\n\nThere is one."]);
    let status = run(&sandbox, &["dev", "status"]);
    assert!(String::from_utf8(status.stdout).unwrap().starts_with("hello: 2 commits, "));
    let finished = run(&sandbox, &["dev", "finish", "hello"]);
    let said = printed(&finished);
    assert!(
        said.contains("units/test/hello.star:1: say patches = [\"greet.patch\", \"say-which-end.patch\"]"),
        "{said}"
    );
    let file =
        |name: &str| fs::read_to_string(sandbox.project().join("units/test/hello").join(name)).unwrap();
    assert_eq!(file("greet.patch"), PATCH);
    assert!(
        file("say-which-end.patch")
            .starts_with("Say which end\n\nThere is one.\n\ndiff --git a/hello b/hello\n")
    );
    // The build takes what was written.
    sandbox.unit(
        "hello",
        &["mkdir -p $DESTDIR/usr/share; cat hello"],
        "source = path(\"src\"), patches = [\"greet.patch\", \"say-which-end.patch\"]",
    );
    let built = run(&sandbox, &["build", "hello", "-v"]);
    assert!(printed(&built).contains("unit hello: the end\n"), "{built:?}");
}

#[test]
fn a_patch_that_was_changed_is_written_and_one_that_was_dropped_is_named() {
    let sandbox = sandbox();
    run(&sandbox, &["dev", "start", "hello"]);
    fs::write(tree(&sandbox).join("hello"), "hello moon\nend\n").unwrap();
    git(&sandbox, &["commit", "-qa", "--amend", "--no-edit"]);
    let kept = run(&sandbox, &["dev", "finish", "hello", "--keep"]);
    assert!(String::from_utf8(kept.stdout).unwrap().ends_with("units/test/hello/greet.patch\n"));
    let patch = fs::read_to_string(sandbox.project().join("units/test/hello/greet.patch")).unwrap();
    assert!(
        patch.starts_with("Greet the world.\n\nUpstream never does.\n\ndiff --git")
            && patch.contains("\n+hello moon\n")
    );
    git(&sandbox, &["reset", "-q", "--hard", "yoe-base"]);
    let dropped = run(&sandbox, &["dev", "finish", "hello"]);
    let said = printed(&dropped);
    assert!(
        said.contains("greet.patch stands for no commit any more") && said.contains("say patches = []"),
        "{said}"
    );
}

#[test]
fn patches_of_a_modules_unit_are_written_where_they_override_it() {
    let sandbox = Sandbox::new();
    let other = sandbox.directory().join("other");
    fs::create_dir_all(other.join("units/net/tool")).unwrap();
    fs::write(other.join("MODULE.star"), "module(name = \"other\")\n").unwrap();
    sandbox.write(
        "PROJECT.star",
        "project(name = \"sample\", machine = \"box\", image = None, modules = [module_ref(name = \"other\", path = \"../other\")])\n",
    );
    sandbox.unit("hello", &["true"], "");
    fs::write(
        other.join("units/net/tool.star"),
        "unit(name = \"tool\", version = \"1.0\", description = \"a test\", license = \"MIT\", container = \"env\", \
         tasks = [task(\"build\", steps = [\"cat more\"])])\n",
    )
    .unwrap();
    sandbox.lock();
    run(&sandbox, &["dev", "start", "tool"]);
    let tree = sandbox.project().join(".yoe/dev/tool");
    fs::write(tree.join("more"), "more\n").unwrap();
    let commit = "git add more; git -c user.name=A -c user.email=a@b.org commit -qm More";
    assert!(Command::new("sh").args(["-c", commit]).current_dir(&tree).status().unwrap().success());
    let finished = run(&sandbox, &["dev", "finish", "tool"]);
    let expected = "units/net/tool.star: add \"more.patch\" to override(name = \"tool\", add_patches = […])";
    assert!(printed(&finished).contains(expected), "{finished:?}");
    sandbox.write("units/net/tool.star", "override(name = \"tool\", add_patches = [\"more.patch\"])\n");
    let built = run(&sandbox, &["build", "tool", "-v"]);
    assert!(printed(&built).contains("unit tool: more\n"), "{built:?}");
}

#[test]
fn a_tree_that_cannot_be_made_leaves_nothing() {
    let sandbox = sandbox();
    sandbox.write("units/test/hello/greet.patch", &PATCH.replace("-hello", "-hallo"));
    let failed = sandbox.yoe(&["dev", "start", "hello"]);
    assert!(printed(&failed).contains("hint: the patch is \"greet.patch\" of unit \"hello\""), "{failed:?}");
    assert!(!tree(&sandbox).exists());
    for verb in ["finish", "reset"] {
        let none = sandbox.yoe(&["dev", verb, "hello"]);
        assert!(printed(&none).contains("there is no working tree of \"hello\""), "{none:?}");
    }
}
