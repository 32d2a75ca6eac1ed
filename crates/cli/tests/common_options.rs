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

#[test]
fn what_took_longest_begins_first_the_next_time() {
    let sandbox = Sandbox::new();
    let units = |text: &str| {
        sandbox.unit("hello", &[text, "mkdir -p $DESTDIR/usr"], "");
        sandbox.unit("slow", &["sleep 1.2", text, "mkdir -p $DESTDIR/usr"], "");
        sandbox.lock();
    };
    let order = || {
        let built = sandbox.yoe(&["build", "-j", "1", "hello", "slow"]);
        let text = printed(&built);
        text.find("unit hello").unwrap() < text.find("unit slow").unwrap()
    };
    units("true");
    assert!(order(), "nothing is known of either yet: as the plan has them");
    units("echo changed");
    assert!(!order());
}

#[test]
fn a_profile_says_where_the_time_went() {
    let sandbox = Sandbox::new();
    sandbox.unit("base", &["sleep 0.5", "mkdir -p $DESTDIR/usr"], "");
    sandbox.unit(
        "needs",
        &["n=0; while [ $n -lt 100000 ]; do n=$((n+1)); done", "exit 7"],
        "deps = [\"base\"]",
    );
    sandbox.unit("hello", &["mkdir -p $DESTDIR/usr"], "");
    sandbox.lock();
    let file = sandbox.project().join("trace.json");
    let build = |more: &[&str]| sandbox.yoe(&[&["build", "--profile", "trace.json"], more].concat());
    let failed = build(&["needs", "hello", "--keep-going"]);
    let text = printed(&failed);
    assert_eq!(failed.status.code(), Some(3), "{text}");
    assert!(
        text.contains("\nthe critical path: 2 actions, ") && text.contains(" longest in it: unit "),
        "{text}"
    );
    let trace: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let slices = |process: u64, kind: &str| -> Vec<serde_json::Value> {
        let events = trace["traceEvents"].as_array().unwrap().iter();
        events.filter(|event| event["pid"] == process && event["cat"] == kind).cloned().collect()
    };
    let names: Vec<_> = slices(1, "unit").iter().map(|slice| slice["name"].clone()).collect();
    assert_eq!(names, ["unit base", "unit needs"], "the critical path");
    let units = slices(2, "unit");
    assert_eq!(units.len(), 3);
    let needs = units.iter().find(|slice| slice["name"] == "unit needs").unwrap();
    assert_eq!(needs["args"]["end"], "failed");
    assert!(needs["args"]["processor seconds of its commands"].as_f64().unwrap() > 0.0, "{needs}");
    assert_eq!(slices(2, "task").len(), 3, "a task of each");

    let nowhere = sandbox.yoe(&["build", "hello", "--profile", "no/where.json"]);
    assert_eq!(nowhere.status.code(), Some(1), "{nowhere:?}");
    assert!(printed(&nowhere).contains("no/where.json cannot be written"), "{nowhere:?}");
    let nothing = build(&["hello"]);
    assert!(nothing.status.success(), "{nothing:?}");
}
