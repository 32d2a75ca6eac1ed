//! Modules that are fetched: from git repositories and archives, as the lock has them.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::process::Output;

use insta::assert_snapshot;
use support::upstream::{Upstream, names, product};
use support::{Sandbox, file_server};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command printed that succeeded.
fn done(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.yoe(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", sandbox.shown(&output));
    text(&output.stdout) + &text(&output.stderr)
}

fn lock_of(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap()
}

/// What the user reads, without what differs from run to run.
fn message(sandbox: &Sandbox, output: &Output, upstream: &Upstream) -> String {
    sandbox.shown(output).replace(&upstream.directory().display().to_string(), "[UPSTREAM]")
}

/// As on another machine, whose store holds nothing.
fn elsewhere(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    let cache = tempfile::tempdir().unwrap();
    sandbox.command(arguments).env("XDG_CACHE_HOME", cache.path()).output().unwrap()
}

#[test]
fn a_module_of_a_git_repository_is_fetched_once_and_then_needs_nobody() {
    let upstream = Upstream::new();
    let sandbox = product(&format!("git = {:?}, tag = \"v1\"", upstream.url()));
    let locked = sandbox.yoe(&["lock"]);
    assert_snapshot!("locked", message(&sandbox, &locked, &upstream));
    let lock = lock_of(&sandbox);
    let commit = upstream.git(&["rev-parse", "v1"]);
    assert!(lock.contains("[module.\"parts\"]\n"), "{lock}");
    assert!(lock.contains(&format!("tag = \"v1\"\ncommit = \"{commit}\"\ntree = \"")), "{lock}");
    let aside = upstream.directory().with_extension("aside");
    fs::rename(upstream.directory(), &aside).unwrap();
    // From here on the repository is gone.
    let planned = done(&sandbox, &["build", "hello", "--dry-run"]);
    assert!(planned.contains("unit hello"), "{planned}");
    assert!(done(&sandbox, &["lock"]).contains("nothing changed"));
    assert_eq!(lock_of(&sandbox), lock);
    // Another machine needs it, and takes what is locked.
    let gone = elsewhere(&sandbox, &["build", "hello", "--dry-run"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(
        text(&gone.stderr).contains("PROJECT.star:4:16: cannot fetch module \"parts\""),
        "{}",
        text(&gone.stderr)
    );
    fs::rename(&aside, upstream.directory()).unwrap();
    upstream.write("src/words", "two\n");
    upstream.publish("v1");
    let again = elsewhere(&sandbox, &["build", "hello", "--dry-run"]);
    assert!(again.status.success(), "{}", sandbox.shown(&again));
    assert_eq!(lock_of(&sandbox), lock);
}

#[test]
fn a_tag_that_moved_is_noticed_by_an_update_alone() {
    let upstream = Upstream::new();
    let git = format!("git = {:?}", upstream.url());
    let sandbox = product("path = \"none\"");
    let branch = format!(
        "module_ref(name = \"parts\", {git}, tag = \"v1\"), module_ref(name = \"more\", {git}, branch = \"main\", directory = \"more\")"
    );
    names(&sandbox, &branch);
    upstream.write("more/MODULE.star", "module(name = \"more\")\n");
    upstream.publish("v1");
    done(&sandbox, &["lock"]);
    let before = lock_of(&sandbox);
    upstream.write("src/words", "two\n");
    let moved = upstream.publish("v1");
    assert!(done(&sandbox, &["lock"]).contains("nothing changed"));
    assert_eq!(lock_of(&sandbox), before);
    done(&sandbox, &["lock", "--update", "parts"]);
    let after = lock_of(&sandbox);
    let changed: Vec<(&str, &str)> =
        before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(before.lines().count(), after.lines().count());
    assert_eq!(changed.len(), 2, "its commit and its tree: {changed:?}");
    assert_eq!(changed[0].1, format!("commit = \"{moved}\""));
    let parts = after.find("[module.\"parts\"]").unwrap();
    assert!(after.find(&moved).unwrap() > parts && after[..parts] == before[..parts], "{after}");
}

#[test]
fn a_module_of_an_archive_is_its_bytes_or_nothing() {
    let upstream = Upstream::new();
    let served = tempfile::tempdir().unwrap();
    let archive = served.path().join("parts-1.tar.gz");
    upstream.archive(&archive);
    let port = file_server::serve(served.path());
    let sandbox = product(&format!("archive = \"http://127.0.0.1:{port}/parts-1.tar.gz\""));
    done(&sandbox, &["lock"]);
    let lock = lock_of(&sandbox);
    assert!(
        lock.contains(&format!("archive = \"http://127.0.0.1:{port}/parts-1.tar.gz\"\nsize = ")),
        "{lock}"
    );
    fs::rename(&archive, served.path().join("aside")).unwrap();
    assert!(done(&sandbox, &["build", "hello", "--dry-run"]).contains("unit hello"));
    upstream.write("src/words", &"two\n".repeat(1000));
    upstream.publish("v1");
    upstream.archive(&archive);
    let refused = elsewhere(&sandbox, &["build", "hello", "--dry-run"]);
    assert_eq!(refused.status.code(), Some(1));
    let message = text(&refused.stderr);
    let archive = format!("cannot fetch parts-1.tar.gz from http://127.0.0.1:{port}/parts-1.tar.gz: wrong ");
    assert!(
        message.contains(&archive) && message.contains("`yoe lock --update parts` takes it"),
        "{message}"
    );
    assert_eq!(lock_of(&sandbox), lock);
    done(&sandbox, &["lock", "--update", "parts"]);
    assert_ne!(lock_of(&sandbox), lock);
}

#[test]
fn a_repository_behind_a_plain_file_server_will_do() {
    let upstream = Upstream::new();
    let commit = upstream.git(&["rev-parse", "HEAD"]);
    upstream.write("src/words", "two\n");
    upstream.publish("v2");
    let served = tempfile::tempdir().unwrap();
    let bare = served.path().join("parts.git");
    upstream.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    upstream.git(&["--git-dir", bare.to_str().unwrap(), "update-server-info"]);
    let port = file_server::serve(served.path());
    let git = format!("git = \"http://127.0.0.1:{port}/parts.git\"");
    let sandbox = product(&format!("{git}, commit = {commit:?}"));
    done(&sandbox, &["lock"]);
    assert!(
        lock_of(&sandbox).contains(&format!("/parts.git\"\ncommit = \"{commit}\"\n")),
        "{}",
        lock_of(&sandbox)
    );
    // A commit that nobody has.
    names(&sandbox, &format!("module_ref(name = \"parts\", {git}, commit = \"{}\")", "0123456789".repeat(4)));
    let none = sandbox.yoe(&["lock"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(
        text(&none.stderr).contains("no branch and no tag of http://127.0.0.1:"),
        "{}",
        text(&none.stderr)
    );
}

/// A working tree of a module is that of the module, wherever the store has put it.
#[test]
fn a_unit_of_a_fetched_module_is_built_from_the_modules_own_files() {
    let upstream = Upstream::new();
    let sandbox = product(&format!("git = {:?}, tag = \"v1\"", upstream.url()));
    done(&sandbox, &["lock"]);
    let first = done(&sandbox, &["build", "hello", "--dry-run"]);
    upstream.write("units/test/hello/own.txt", "a file of the unit\n");
    upstream.publish("v1");
    done(&sandbox, &["lock", "--update", "parts"]);
    let output = sandbox.yoe(&["build", "hello", "--dry-run"]);
    assert!(output.status.success() && first.contains("unit hello"), "{}", sandbox.shown(&output));
    // A mistake in it is shown by the name that `load` has for the module.
    upstream.write("units/test/hello.star", "unit(name = \"hello\", verson = \"1\")\n");
    upstream.publish("v1");
    let before = lock_of(&sandbox);
    let wrong = sandbox.yoe(&["lock", "--update", "parts"]);
    assert_snapshot!("mistake_in_a_module", message(&sandbox, &wrong, &upstream));
    assert_eq!(lock_of(&sandbox), before, "what does not evaluate is not locked");
}

#[test]
fn a_module_that_moves_alone_moves_alone() {
    let upstream = Upstream::new();
    let git = format!("git = {:?}", upstream.url());
    let sandbox = product(&format!("{git}, tag = \"v1\""));
    done(&sandbox, &["lock"]);
    upstream.write(
        "containers/more.star",
        "container(name = \"more\", packages = [\"none\"], keys = [\"0123456789ABCDEF0123456789ABCDEF01234567\"])\n",
    );
    upstream.publish("v1");
    let printed = done(&sandbox, &["lock", "--update", "module:parts"]);
    assert!(printed.ends_with("the project needs more than yoe.lock has: run `yoe lock`\n"), "{printed}");
    assert!(!lock_of(&sandbox).contains("[container.\"more\"]"));
    // Another module that has no entry yet is not given one by the way.
    let before = lock_of(&sandbox);
    upstream.write("other/MODULE.star", "module(name = \"other\")\n");
    upstream.publish("v2");
    let other = format!("module_ref(name = \"other\", {git}, tag = \"v2\", directory = \"other\")");
    names(&sandbox, &format!("module_ref(name = \"parts\", {git}, tag = \"v1\"), {other}"));
    let output = sandbox.yoe(&["lock", "--update", "parts"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("module \"other\" is not in the lock"), "{}", text(&output.stderr));
    assert_eq!(lock_of(&sandbox), before);
}

#[test]
fn what_the_lock_does_not_name_is_not_fetched() {
    let upstream = Upstream::new();
    let sandbox = product(&format!("git = {:?}, tag = \"v1\"", upstream.url()));
    let build =
        |sandbox: &Sandbox| message(sandbox, &sandbox.yoe(&["build", "hello", "--dry-run"]), &upstream);
    assert_snapshot!("no_lock", build(&sandbox));
    sandbox.write("yoe.lock", "version = 2\n");
    assert_snapshot!("no_entry", build(&sandbox));
    fs::remove_file(sandbox.project().join("yoe.lock")).unwrap();
    done(&sandbox, &["lock"]);
    upstream.publish("v2");
    names(&sandbox, &format!("module_ref(name = \"parts\", git = {:?}, tag = \"v2\")", upstream.url()));
    assert_snapshot!("stale_entry", build(&sandbox));
    done(&sandbox, &["lock"]);
    assert!(lock_of(&sandbox).contains("tag = \"v2\""));
}

#[test]
fn a_tree_that_is_not_what_is_locked_is_refused() {
    let upstream = Upstream::new();
    let sandbox = product(&format!("git = {:?}, tag = \"v1\"", upstream.url()));
    done(&sandbox, &["lock"]);
    let lock = lock_of(&sandbox);
    let tree = lock.lines().find_map(|line| line.strip_prefix("tree = ")).unwrap().to_owned();
    sandbox.write("yoe.lock", &lock.replace(&tree, &format!("\"{}\"", "ab".repeat(32))));
    assert_snapshot!(
        "another_tree",
        message(&sandbox, &sandbox.yoe(&["build", "hello", "--dry-run"]), &upstream)
    );
}

#[test]
fn each_way_to_no_module_is_told_with_what_to_do() {
    let upstream = Upstream::new();
    let sandbox = product(&format!("git = {:?}, tag = \"v9\"", upstream.url()));
    let lock = |modules: &str| {
        names(&sandbox, modules);
        let output = sandbox.yoe(&["lock"]);
        assert_eq!(output.status.code(), Some(1), "{modules}");
        assert!(!sandbox.project().join("yoe.lock").exists(), "{modules}");
        message(&sandbox, &output, &upstream)
    };
    let git = format!("git = {:?}", upstream.url());
    assert_snapshot!("tag_gone", lock(&format!("module_ref(name = \"parts\", {git}, tag = \"v9\")")));
    let unreachable = lock("module_ref(name = \"parts\", git = \"http://127.0.0.1:1/x.git\", tag = \"v1\")");
    // What git says of it is git's.
    let ours = "PROJECT.star:4:16: cannot fetch module \"parts\"";
    assert!(
        unreachable.contains(ours)
            && unreachable.contains("git cannot list the tags of http://127.0.0.1:1/x.git: "),
        "{unreachable}"
    );
    let archive = "module_ref(name = \"parts\", archive = \"http://127.0.0.1:1/x.tar.gz\")";
    assert_snapshot!("archive_unreachable", lock(archive));
    assert_snapshot!(
        "no_module_in_directory",
        lock(&format!("module_ref(name = \"parts\", {git}, tag = \"v1\", directory = \"units\")"))
    );
    assert_snapshot!(
        "no_such_directory",
        lock(&format!("module_ref(name = \"parts\", {git}, tag = \"v1\", directory = \"none\")"))
    );
    let one = format!("module_ref(name = \"parts\", {git}, tag = \"v1\")");
    assert_snapshot!("named_twice", lock(&format!("{one}, {one}")));
    std::os::unix::fs::symlink("../../../etc", upstream.directory().join("units/etc")).unwrap();
    upstream.publish("v1");
    assert_snapshot!("link_out", lock(&one));
}

#[test]
fn without_git_the_message_says_what_else_will_do() {
    let upstream = Upstream::new();
    let sandbox = product(&format!("git = {:?}, tag = \"v1\"", upstream.url()));
    let output = sandbox.command(&["lock"]).env("PATH", "/nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!("no_git", message(&sandbox, &output, &upstream));
}

/// A project's own module, and one of a clone next to it: the clone's lock is where the project begins.
#[test]
fn a_module_of_this_machine_brings_its_lock_too() {
    let upstream = Upstream::new();
    let sandbox = product("path = \"parts\"");
    std::os::unix::fs::symlink(upstream.directory(), sandbox.project().join("parts")).unwrap();
    let printed = done(&sandbox, &["lock"]);
    assert!(printed.contains("as module parts has them locked: 1 containers, 0 sources"), "{printed}");
    let theirs = fs::read_to_string(upstream.directory().join("yoe.lock")).unwrap();
    assert_eq!(lock_of(&sandbox), theirs);
}
