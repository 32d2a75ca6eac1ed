//! Sources that are not where or what they should be.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output};

use support::{Sandbox, file_server};

fn message(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@invalid", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").current_dir(directory).args(identity).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", message(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository behind a server that knows nothing of git, and a commit that is not the newest one of its branch.
#[test]
fn a_commit_is_found_behind_a_plain_file_server() {
    let sandbox = Sandbox::new();
    let served = sandbox.directory().join("served");
    let work = sandbox.directory().join("work");
    fs::create_dir_all(&work).unwrap();
    git(&work, &["init", "-q"]);
    let commit = |text: &str| {
        fs::write(work.join("words"), text).unwrap();
        git(&work, &["add", "words"]);
        git(&work, &["commit", "-q", "-m", text]);
        git(&work, &["rev-parse", "HEAD"])
    };
    let first = commit("first");
    commit("second");
    git(sandbox.directory(), &["clone", "-q", "--bare", "work", "served/words.git"]);
    git(&served.join("words.git"), &["update-server-info"]);
    let port = file_server::serve(&served);
    let unit = |commit: &str| {
        let source = format!(
            "source = git(url = \"http://127.0.0.1:{port}/words.git\", commit = {commit:?}, container = \"env\")"
        );
        sandbox.unit("hello", &["install -D words $DESTDIR/usr/share/words; cat words; ls -A"], &source);
    };
    unit(&first);
    sandbox.lock_with_git_http();
    let built = sandbox.yoe(&["build", "hello"]);
    assert!(built.status.success(), "{}\n{}", message(&built), sandbox.logs());
    assert!(sandbox.logs().contains("first"), "{}", sandbox.logs());
    unit(&"0123456789".repeat(4));
    let missing = sandbox.yoe(&["build", "hello"]);
    assert_eq!(missing.status.code(), Some(3));
    let message = message(&missing);
    assert!(message.contains("no branch and no tag of http://127.0.0.1:"), "{message}");
    assert!(message.contains("units/test/hello.star:1:"), "{message}");
}

/// Nobody listens at port 1.
#[test]
fn a_source_that_cannot_be_fetched_is_named_with_its_unit_and_its_address() {
    let sandbox = Sandbox::new();
    let source = |more: &str| {
        let digest = "ab".repeat(32);
        format!("source = https(\"https://127.0.0.1:1/x/foo-1.0.tar.gz?a=b\", sha256 = \"{digest}\"{more})")
    };
    sandbox.unit("hello", &["true"], &source(""));
    sandbox.lock();
    insta::assert_snapshot!("unreachable", sandbox.shown(&sandbox.yoe(&["build", "hello"])));
    let mut behind = sandbox.command(&["build", "hello"]);
    let output = behind.env("https_proxy", "http://127.0.0.1:2").output().unwrap();
    assert!(message(&output).contains("by the proxy http://127.0.0.1:2"), "{}", message(&output));
}

#[test]
fn trees_of_other_units_and_what_is_left_out_do_not_matter() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["cp -R . $DESTDIR/usr; ls -A"], "source = path(\"tree\", exclude = [\"out\"])");
    sandbox.unit("other", &["true"], "source = path(\"gone\")");
    sandbox.write("tree/share/words", "one\n");
    sandbox.write("tree/out/words.o", "built\n");
    sandbox.write("tree/.git/index", "1\n");
    let _socket = UnixListener::bind(sandbox.project().join("tree/.git/daemon")).unwrap();
    let _own = UnixListener::bind(sandbox.project().join("tree/run")).unwrap();
    sandbox.lock();
    let built = sandbox.yoe(&["build", "hello"]);
    assert!(built.status.success(), "{}", message(&built));
    assert!(!sandbox.logs().lines().any(|line| ["out", "run", ".git"].contains(&line)), "{}", sandbox.logs());
    // A build, a commit, and an editor that has a file open.
    sandbox.write("tree/out/words.o", "built again\n");
    sandbox.write("tree/.git/index", "2\n");
    std::os::unix::fs::symlink("me@host.1:2", sandbox.project().join("tree/share/.#words")).unwrap();
    std::os::unix::fs::symlink("me@host.1:2", sandbox.project().join("units/test/.#hello.star")).unwrap();
    let again = sandbox.yoe(&["build", "hello", "--dry-run"]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("up to date"), "{again:?}");
    // The tree that is not there is named by the unit that wants it.
    let gone = sandbox.yoe(&["build", "other"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(message(&gone).contains("units/test/other.star:1:"), "{}", message(&gone));
}

#[test]
fn a_second_build_says_what_it_waits_for() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["sleep 5; install -D /dev/null $DESTDIR/usr/share/hello"], "");
    sandbox.lock();
    // The key that signs packages is made by the first build of a project.
    let mut first = sandbox.start(&["build", "hello"]);
    let lines = BufReader::new(first.stderr.take().unwrap()).lines();
    let began = lines.map_while(Result::ok).find(|line| line.contains("unit hello: new"));
    assert!(began.is_some(), "the first build does not begin");
    let second = sandbox.yoe(&["build", "hello"]);
    let message = message(&second);
    assert!(second.status.success(), "{message}");
    assert!(message.contains("unit hello: waits for another yoe"), "{message}");
    assert!(first.wait().unwrap().success());
}
