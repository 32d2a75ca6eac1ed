//! What a person mistypes, and what lies in the way: each is told with what to do.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs::{self, File};
use std::net::TcpListener;
use std::process::Stdio;

use insta::assert_snapshot;
use support::Sandbox;

/// A project with a unit, an image with a release, and a container image.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["true"], "");
    sandbox.write(
        "images/gateway.star",
        "image(name = \"gateway\", artifacts = [\"hello\"], layout = verified_ab(slot = \"32M\"), container = \"env\", \
         releases = [release(version = \"0.2.0\")])\noci_image(name = \"box\", artifacts = [\"hello\"], cmd = [\"/x\"])\n",
    );
    sandbox.lock();
    sandbox
}

#[test]
fn every_command_that_takes_an_image_offers_the_near_one() {
    let sandbox = project();
    let message = |arguments: &[&str]| {
        let output = sandbox.yoe(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    for arguments in [
        &["run", "gatway"][..],
        &["test", "gatway"],
        &["test", "gatway", "--list"],
        &["report", "gatway"],
        &["bundle", "gatway"],
        &["sign", "gatway", "--output", "out"],
    ] {
        let expected = "error: there is no image \"gatway\"\nhint: did you mean \"gateway\"?\n";
        assert_eq!(message(arguments), expected, "{arguments:?}");
    }
    assert!(message(&["kernel", "check", "gatway"]).ends_with("hint: did you mean \"gateway\"?\n"));
    for (name, hint) in [
        ("hello", "\"hello\" is a unit; name an image that holds it"),
        ("box", "\"box\" is a container image: `yoe build box` makes it"),
        ("toaster", "available: gateway"),
        ("gateway@0.2.1", "did you mean \"gateway@0.2.0\"?"),
    ] {
        assert!(message(&["run", name]).ends_with(&format!("hint: {hint}\n")), "{}", message(&["run", name]));
    }
}

#[test]
fn a_lock_with_both_sides_of_a_merge_keeps_every_pin() {
    let sandbox = project();
    let lock = fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap();
    let both = format!("{lock}<<<<<<< HEAD\n[source.a]\n=======\n[source.b]\n>>>>>>> theirs\n");
    sandbox.write("yoe.lock", &both);
    for command in [&["build", "hello"][..], &["lock"]] {
        let shown = sandbox.shown(&sandbox.yoe(command));
        assert!(!shown.contains("--update"), "{shown}");
        assert_snapshot!("both_sides", shown);
    }
    assert_eq!(fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap(), both);
    // A byte order mark says nothing.
    sandbox.write("yoe.lock", &format!("\u{feff}{lock}"));
    let output = sandbox.yoe(&["build", "hello", "--dry-run"]);
    assert!(output.status.success(), "{}", sandbox.shown(&output));
}

#[test]
fn a_port_in_use_is_named_before_anything_is_built() {
    let sandbox = project();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let output = sandbox.yoe(&["run", "gateway", "--forward", &format!("{port}:80")]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with(&format!("error: port {port} of this host cannot be forwarded")),
        "{message}"
    );
    assert!(message.contains(&format!("process {}", std::process::id())), "{message}");
}

#[test]
fn a_home_that_cannot_be_written_to_leads_to_the_variable() {
    let sandbox = project();
    // Nobody makes directories there, not even root.
    let output = sandbox.command(&["build", "hello"]).env("XDG_CACHE_HOME", "/sys/yoe").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("XDG_CACHE_HOME can name another directory"), "{message}");
}

/// A directory that no project is in, with a configuration.
#[test]
fn kernel_check_outside_of_a_project() {
    let sandbox = Sandbox::new();
    let elsewhere = sandbox.directory().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("defconfig"), "CONFIG_MEMCG=y\n").unwrap();
    let check = |arguments: &[&str]| {
        let mut command = sandbox.command(&[&["kernel", "check"], arguments].concat());
        command.current_dir(&elsewhere);
        command
    };
    let mistyped = check(&["defconfg"]).output().unwrap();
    assert_snapshot!("kernel_mistyped", sandbox.shown(&mistyped));
    // A defconfig answers nothing, and its exit status is neither that of a pass nor that of a lack.
    let undecided = check(&["defconfig", "--kernel-version", "6.12"]).output().unwrap();
    assert_eq!(undecided.status.code(), Some(5));
    let shown = sandbox.shown(&undecided);
    let (report, rest) = shown.split_once("--- stderr").unwrap();
    assert!(report.contains("- CONFIG_CGROUPS: not named here\n"), "{report}");
    assert!(!report.contains(": missing"), "{report}");
    assert_snapshot!("kernel_undecided", rest);
    let off = "CONFIG_MEMCG=y\n# CONFIG_CGROUPS is not set\n";
    fs::write(elsewhere.join("defconfig"), off).unwrap();
    let lacks = check(&["defconfig", "--kernel-version", "6.12.59perf"]).output().unwrap();
    assert_eq!(lacks.status.code(), Some(1));
    let input = || Stdio::from(File::open(elsewhere.join("defconfig")).unwrap());
    let by_input = check(&["-", "--kernel-version", "6.12.59perf"]).stdin(input()).output().unwrap();
    assert_eq!(by_input.stdout, lacks.stdout);
    let message = String::from_utf8(by_input.stderr).unwrap();
    assert!(message.contains("standard input lacks what containerd requires"), "{message}");
}
