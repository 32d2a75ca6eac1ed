//! Options of every command: how much is shown, how many processors are used, and whether anything is fetched.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use support::{Sandbox, printed};

/// A unit whose step prints a line, and how many processors it has.
fn hello() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.unit(
        "hello",
        &["echo a step speaks; mkdir -p $DESTDIR/usr/share; echo $NPROC >$DESTDIR/usr/share/hello"],
        "",
    );
    sandbox.lock();
    sandbox
}

#[test]
fn a_quiet_build_prints_its_result_alone() {
    let sandbox = hello();
    let quiet = sandbox.yoe(&["build", "hello", "--quiet", "--print-path"]);
    assert_eq!((quiet.status.code(), printed(&quiet).as_str()), (Some(0), ""));
    assert!(String::from_utf8(quiet.stdout).unwrap().ends_with("hello-1.0-r0.apk\n"));
}

#[test]
fn a_quiet_build_says_what_failed() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["exit 7"], "");
    sandbox.lock();
    let failed = sandbox.yoe(&["-q", "build", "hello"]);
    assert_eq!(failed.status.code(), Some(3));
    assert!(
        printed(&failed).starts_with("unit hello: failed\nbuild failed: unit hello failed\n"),
        "{failed:?}"
    );
}

#[test]
fn a_verbose_build_prints_what_steps_print() {
    let sandbox = hello();
    let verbose = sandbox.yoe(&["build", "hello", "-v"]);
    assert!(printed(&verbose).contains("\nunit hello: a step speaks\n"), "{verbose:?}");
    let both = sandbox.yoe(&["build", "hello", "-v", "-q"]);
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn a_build_uses_as_many_processors_as_it_is_given() {
    let sandbox = hello();
    sandbox.unit("hello", &["echo processors: $NPROC; mkdir -p $DESTDIR/usr"], "");
    let built = sandbox.yoe(&["build", "hello", "-v", "-j", "3"]);
    assert!(printed(&built).contains("unit hello: processors: 3\n"), "{built:?}");
    assert_eq!(sandbox.yoe(&["build", "hello", "-j", "0"]).status.code(), Some(2));
}

#[test]
fn nothing_is_fetched_offline() {
    let sandbox = Sandbox::new();
    let digest = "0".repeat(64);
    sandbox.unit(
        "hello",
        &["true"],
        &format!("source = \"https://127.0.0.1:9/a.tar.gz\", sha256 = \"{digest}\""),
    );
    sandbox.lock();
    let offline = sandbox.yoe(&["build", "hello", "--offline"]);
    insta::assert_snapshot!(sandbox.shown(&offline));
}

#[test]
fn what_does_not_need_what_failed_is_built_when_it_is_to_keep_going() {
    let sandbox = Sandbox::new();
    sandbox.unit("broken", &["echo oh no; exit 7"], "");
    sandbox.unit("wrong", &["echo oh dear; exit 8"], "");
    sandbox.unit("needs", &["true"], "deps = [\"broken\"]");
    sandbox.unit("hello", &["mkdir -p $DESTDIR/usr"], "");
    sandbox.lock();
    let all = ["needs", "wrong", "hello"];
    let build = |more: &[&str]| sandbox.yoe(&[&["build", "-j", "1"], &all[..], more].concat());
    let failed = build(&["--keep-going"]);
    let text = printed(&failed);
    assert_eq!(failed.status.code(), Some(3), "{text}");
    assert!(text.contains("unit hello: done") && !text.contains("unit needs"), "{text}");
    assert!(text.contains("unit broken failed") && text.contains("unit wrong failed"), "{text}");
    assert!(text.contains("oh no") && text.contains("oh dear"), "{text}");
    // `needs` and the packages of `needs` and `wrong`.
    assert!(text.ends_with("hint: 3 actions need what failed, and did not begin\n"), "{text}");
}
