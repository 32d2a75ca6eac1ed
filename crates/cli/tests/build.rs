//! `yoe build` and its neighbours, run as a user would run them.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use support::{Sandbox, printed};

fn hello() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.unit(
        "hello",
        &["mkdir -p $DESTDIR/usr/share; echo hello >$DESTDIR/usr/share/hello"],
        "scope = \"noarch\"",
    );
    sandbox.lock();
    sandbox
}

#[test]
fn a_unit_becomes_a_package_and_then_is_up_to_date() {
    let sandbox = hello();
    let first = sandbox.yoe(&["build", "hello", "--print-path"]);
    assert!(first.status.success(), "{}", printed(&first));
    let path = PathBuf::from(String::from_utf8(first.stdout).unwrap().lines().last().unwrap());
    assert_eq!(path.file_name().unwrap(), "hello-1.0-r0.apk");
    assert!(fs::metadata(&path).unwrap().len() > 0);
    let second = sandbox.yoe(&["build", "hello"]);
    assert!(printed(&second).contains("hello: up to date"), "{}", printed(&second));
}

/// What a package is called in the store tells its bytes and its mode.
#[test]
fn neither_umask_nor_time_zone_nor_directory_change_what_is_built() {
    let (first, second) = (hello(), hello());
    let built = |sandbox: &Sandbox, umask: &str, zone: &str| {
        let yoe = sandbox.command(&["build", "hello", "--print-path"]);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"]).arg(yoe.get_program());
        command.args(yoe.get_args()).current_dir(sandbox.project()).env_clear().env("TZ", zone);
        command.envs(yoe.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", printed(&output));
        let path = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        path.rsplit('/').take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let path = built(&first, "022", "UTC");
    // Packages are signed, so both must be by the same key.
    let keys = |sandbox: &Sandbox| sandbox.directory().join("data/yoe/keys");
    fs::create_dir_all(keys(&second)).unwrap();
    fs::copy(keys(&first).join("sample.pem"), keys(&second).join("sample.pem")).unwrap();
    assert_eq!(built(&second, "077", "Asia/Kathmandu"), path);
}

#[test]
fn packages_can_be_laid_into_a_repository() {
    let sandbox = hello();
    let built = sandbox.yoe(&["build", "hello", "--repository", "../repository"]);
    assert!(built.status.success(), "{}", printed(&built));
    let directory = sandbox.directory().join("repository/x86_64");
    // Read by programs that know nothing of this project.
    let index = Command::new("tar")
        .arg("-xzOf")
        .arg(directory.join("APKINDEX.tar.gz"))
        .arg("APKINDEX")
        .output()
        .unwrap();
    let index = String::from_utf8(index.stdout).unwrap();
    assert!(index.contains("P:hello\nV:1.0-r0\nA:noarch\n"), "{index}");
    assert!(directory.join("hello-1.0-r0.apk").exists() && directory.join("sample.rsa.pub").exists());
}

#[test]
fn a_dry_run_names_what_changed_and_builds_nothing() {
    let sandbox = hello();
    insta::assert_snapshot!("dry_run_new", sandbox.shown(&sandbox.yoe(&["build", "hello", "--dry-run"])));
    assert!(sandbox.yoe(&["build", "hello"]).status.success());
    insta::assert_snapshot!("dry_run_nothing", sandbox.shown(&sandbox.yoe(&["build", "hello", "--dry-run"])));
    sandbox.unit("hello", &["mkdir -p $DESTDIR/usr/share/other"], "scope = \"noarch\"");
    insta::assert_snapshot!("dry_run_changed", sandbox.shown(&sandbox.yoe(&["build", "hello", "--dry-run"])));
}

#[test]
fn a_dependency_that_comes_out_the_same_ends_the_rebuild() {
    let sandbox = hello();

    sandbox.unit(
        "user",
        &["mkdir -p $DESTDIR/usr; cp $SYSROOT/usr/share/hello $DESTDIR/usr/copy"],
        "deps = [\"hello\"]",
    );
    let first = sandbox.yoe(&["build", "user"]);
    assert!(first.status.success(), "{}", printed(&first));
    let same = "# The same as before.\\nmkdir -p $DESTDIR/usr/share; echo hello >$DESTDIR/usr/share/hello";
    sandbox.unit("hello", &[&same.replace("\\n", "\n")], "scope = \"noarch\"");
    let second = sandbox.yoe(&["build", "user"]);
    assert!(printed(&second).contains("unit hello: changed: tasks"), "{}", printed(&second));
    assert!(printed(&second).contains("unit user: same inputs as before"), "{}", printed(&second));
}

#[test]
fn a_step_that_fails_leaves_its_log_and_says_where() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["echo before; echo oh no >&2; exit 7"], "");
    sandbox.lock();
    let failed = sandbox.yoe(&["build", "hello"]);
    insta::assert_snapshot!(sandbox.shown(&failed));
    let hint = printed(&failed).lines().find(|line| line.contains("whole output")).unwrap().to_owned();
    let log = hint.rsplit(' ').next().unwrap();
    assert_eq!(fs::read_to_string(log).unwrap(), "before\noh no\n");
}

#[test]
fn a_patch_that_does_not_apply_is_told_by_name() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["true"], "patches = [\"fix.patch\"]");
    sandbox.write("units/test/hello/fix.patch", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n");
    sandbox.lock();
    let failed = sandbox.yoe(&["build", "hello"]);
    assert_eq!(failed.status.code(), Some(3));
    assert!(printed(&failed).contains("patch fix.patch does not apply"), "{}", printed(&failed));
}

#[test]
fn what_must_not_be_shipped_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.unit(
        "hello",
        &["mkdir -p $DESTDIR/usr/bin; echo /build/src >$DESTDIR/usr/bin/a; touch $DESTDIR/usr/bin/b; chmod 4755 $DESTDIR/usr/bin/b"],
        "",
    );
    sandbox.lock();
    insta::assert_snapshot!(sandbox.shown(&sandbox.yoe(&["build", "hello"])));
}

#[test]
fn the_shell_sees_what_the_steps_see() {
    let sandbox = hello();
    sandbox.unit("user", &["true"], "deps = [\"hello\"], environment = {\"FLAVOUR\": \"mild\"}");
    let script = "cat $SYSROOT/usr/share/hello; echo $FLAVOUR; ls /build/steps; touch /sysroot/x";
    let shown = sandbox.yoe(&["shell", "user", "--", "/bin/sh", "-c", script]);
    let out = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert_eq!(out, "hello\nmild\n00-build.sh\n", "{}", printed(&shown));
    assert!(printed(&shown).contains("Read-only file system"), "{}", printed(&shown));
    // Its end is that of the command, as with ssh.
    for (script, status) in [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 255)] {
        let ended = sandbox.yoe(&["shell", "user", "--", "/bin/sh", "-c", script]);
        assert_eq!(ended.status.code(), Some(status), "{script}: {}", printed(&ended));
    }
}

#[test]
fn mistakes_of_the_command_line_and_the_project_are_told() {
    let sandbox = hello();
    insta::assert_snapshot!("unknown_target", sandbox.shown(&sandbox.yoe(&["build", "helo"])));
    insta::assert_snapshot!("nothing_to_build", sandbox.shown(&sandbox.yoe(&["build"])));
    sandbox.write("containers/env.star", "container(name = \"env\", packages = [\"more\"], keys = [\"0123456789ABCDEF0123456789ABCDEF01234567\"])\n");
    insta::assert_snapshot!("stale_lock", sandbox.shown(&sandbox.yoe(&["build", "hello"])));
    fs::remove_file(sandbox.project().join("yoe.lock")).unwrap();
    insta::assert_snapshot!("no_lock", sandbox.shown(&sandbox.yoe(&["build", "hello"])));
    sandbox.write("yoe.lock", "version = 1\nwhat = 7\n");
    insta::assert_snapshot!("broken_lock", sandbox.shown(&sandbox.yoe(&["build", "hello"])));
    sandbox.unit("hello", &["true"], "deps = [\"hallo\"]");
    insta::assert_snapshot!("missing_dep", sandbox.shown(&sandbox.yoe(&["build", "hello"])));
}

#[test]
fn a_working_tree_is_a_source_and_its_changes_are_noticed() {
    let sandbox = Sandbox::new();
    sandbox.unit(
        "hello",
        &["mkdir -p $DESTDIR/usr/share; cp words $DESTDIR/usr/share/words"],
        "scope = \"noarch\", source = path(\"tree\")",
    );
    sandbox.write("tree/words", "one\n");
    sandbox.write("tree/.git/config", "not part of the source\n");
    sandbox.lock();
    assert!(sandbox.yoe(&["build", "hello"]).status.success());
    sandbox.write("tree/words", "two\n");
    let again = sandbox.yoe(&["build", "hello", "--dry-run"]);
    assert!(
        String::from_utf8_lossy(&again.stdout).contains("source path:tree: changed: content"),
        "{again:?}"
    );
}

/// Serves the repositories below a directory on a port of loopback, until it is dropped.
struct GitServer(std::process::Child, u16);

impl GitServer {
    fn start(directory: &std::path::Path) -> Self {
        // The port is free now; nothing else on this machine is likely to take it within the moment.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // Not as `git daemon`: that is a process of its own next to its parent, which would outlive the test.
        let programs = Command::new("git").arg("--exec-path").output().unwrap().stdout;
        let programs = PathBuf::from(String::from_utf8(programs).unwrap().trim());
        let child = Command::new(programs.join("git-daemon"))
            .args(["--export-all", "--listen=127.0.0.1", &format!("--port={port}"), "--reuseaddr"])
            .arg(format!("--base-path={}", directory.display()))
            .spawn()
            .unwrap();
        let server = Self(child, port);
        let end = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end, "git daemon does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn git(directory: &std::path::Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@invalid", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").current_dir(directory).args(identity).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_commit_is_a_source() {
    let sandbox = Sandbox::new();
    let served = sandbox.directory().join("served/words.git");
    fs::create_dir_all(&served).unwrap();
    git(&served, &["init", "-q"]);
    fs::write(served.join("words"), "from git\n").unwrap();
    git(&served, &["add", "words"]);
    git(&served, &["commit", "-q", "-m", "words"]);
    let commit = git(&served, &["rev-parse", "HEAD"]);
    let server = GitServer::start(&sandbox.directory().join("served"));
    let source = |commit: &str| {
        format!(
            "scope = \"noarch\", source = git(url = \"git://127.0.0.1:{}/words.git\", commit = \"{commit}\", container = \"env\")",
            server.1
        )
    };
    let step = "ls -A; mkdir -p $DESTDIR/usr/share; cp words $DESTDIR/usr/share/words";
    sandbox.unit("hello", &[step], &source(&commit));
    sandbox.lock();
    let built = sandbox.yoe(&["build", "hello"]);
    assert!(built.status.success(), "{}", printed(&built));
    assert!(sandbox.logs().lines().any(|line| line == "words"), "{}", sandbox.logs());
    sandbox.unit("hello", &[step], &source(&"0".repeat(40)));
    let failed = sandbox.yoe(&["build", "hello"]);
    assert_eq!(failed.status.code(), Some(3), "{}", printed(&failed));
}

#[test]
fn an_ordinary_user_builds_as_well() {
    let sandbox = hello();
    if !rustix::process::geteuid().is_root() {
        assert!(sandbox.yoe(&["build", "hello"]).status.success());
        return;
    }
    // As root, the rest is done as somebody who is not.
    let program = sandbox.directory().join("yoe");
    fs::copy(env!("CARGO_BIN_EXE_yoe"), &program).unwrap();
    let chown = Command::new("chown").args(["-R", "65534:65534"]).arg(sandbox.directory()).status().unwrap();
    assert!(chown.success());
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        .arg(&program)
        .args(["build", "hello"])
        .current_dir(sandbox.project())
        .env_clear()
        .env("HOME", sandbox.directory())
        .env("XDG_CACHE_HOME", sandbox.directory().join("cache"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", printed(&output));
}

#[test]
fn without_a_project_the_error_says_so() {
    let sandbox = Sandbox::new();
    fs::remove_file(sandbox.project().join("PROJECT.star")).unwrap();
    insta::assert_snapshot!(sandbox.shown(&sandbox.yoe(&["build"])));
}

#[test]
fn events_are_json_when_asked_for() {
    let sandbox = hello();
    let output = sandbox.yoe(&["build", "hello", "--json"]);
    let lines: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let finished =
        |label: &str| lines.iter().any(|event| event["event"] == "finished" && event["action"] == label);
    assert!(finished("unit hello") && finished("package hello"), "{lines:?}");
}

#[test]
fn two_at_once_build_a_unit_once() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["sleep 1; mkdir -p $DESTDIR/usr/share/x"], "scope = \"noarch\"");
    sandbox.lock();
    let both: Vec<_> = (0..2).map(|_| sandbox.start(&["build", "hello"])).collect();
    let printed: Vec<String> = both
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", self::printed(&output));
            self::printed(&output)
        })
        .collect();
    let built = printed.iter().filter(|printed| printed.contains("unit hello: done")).count();
    assert_eq!(built, 1, "{printed:?}");
}

/// Waits until the build says that it is at work.
fn wait_for(sandbox: &Sandbox, what: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !what() {
        assert!(Instant::now() < end, "nothing happened in {}", sandbox.project().display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interrupt_ends_the_step_and_says_so() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["echo at work; sleep 600"], "");
    sandbox.lock();
    let child = sandbox.start(&["build", "hello"]);
    wait_for(&sandbox, || sandbox.logs().contains("at work"));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", printed(&output));
    assert!(printed(&output).contains("interrupted"), "{}", printed(&output));
}

#[test]
fn killed_at_any_instant_the_store_stays_whole() {
    let sandbox = hello();
    for round in 0..25u64 {
        sandbox.unit(
            "hello",
            &[&format!("mkdir -p $DESTDIR/usr/share; echo {round} >$DESTDIR/usr/share/hello")],
            "scope = \"noarch\"",
        );
        let mut child = sandbox.start(&["build", "hello"]);
        // Spread over the time that a build takes, in an order without a pattern.
        std::thread::sleep(Duration::from_millis(round * 37 % 150));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(status.signal() == Some(9) || status.success(), "{status}");
    }
    let verified = sandbox.yoe(&["store", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    let built = sandbox.yoe(&["build", "hello"]);
    assert!(built.status.success(), "{}", printed(&built));
}
