//! A result that cannot be written is an error, whatever command it is of; a reader that has seen enough is not.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs::File;
use std::process::{Output, Stdio};

use support::Sandbox;

/// Commands that print a result, and a project that they can be run on.
fn rig() -> (Sandbox, Vec<Vec<&'static str>>) {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["mkdir -p $DESTDIR/usr"], "");
    sandbox.write(
        "images/small.star",
        "image(name = \"small\", artifacts = [\"hello\"], layout = disk(), container = \"env\", tests = [test(name = \"t\", run = \"true\")])\n",
    );
    sandbox
        .write("config", "# Linux/x86 6.12.0 Kernel Configuration\nCONFIG_NAMESPACES=y\nCONFIG_CGROUPS=y\n");
    sandbox.lock();
    let commands = [
        "kernel check ./config --json",
        "kernel check ./config",
        "build hello --print-path",
        "build hello --json",
        "build hello --dry-run --json",
        "store verify",
        "test small --list",
        "--help",
        "build --help",
        "--version",
    ];
    (sandbox, commands.map(|line| line.split(' ').collect()).into())
}

fn run(sandbox: &Sandbox, arguments: &[&str], stdout: Stdio) -> Output {
    sandbox.command(arguments).stdout(stdout).output().unwrap()
}

#[test]
fn a_full_disk_is_an_error_of_every_command() {
    let (sandbox, commands) = rig();
    for arguments in commands {
        let whole = run(&sandbox, &arguments, Stdio::piped());
        if whole.stdout.is_empty() {
            // Nothing to write: `store verify` speaks on standard error alone.
            continue;
        }
        let full = run(&sandbox, &arguments, File::create("/dev/full").unwrap().into());
        let printed = String::from_utf8_lossy(&full.stderr).into_owned();
        assert_eq!(full.status.code(), Some(1), "{arguments:?}: {printed}");
        // A command that fails by itself names its own reason.
        if whole.status.success() {
            let message =
                "error: the output could not be written\n  because: No space left on device (os error 28)\n";
            assert!(printed.ends_with(message), "{arguments:?}: {printed}");
        }
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let (sandbox, commands) = rig();
    for arguments in commands {
        let whole = run(&sandbox, &arguments, Stdio::piped());
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let closed = run(&sandbox, &arguments, writer.into());
        assert_eq!(closed.status.code(), whole.status.code(), "{arguments:?}: {closed:?}");
    }
}

#[test]
fn a_lock_is_written_through_a_link_and_its_place_is_looked_at_first() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["mkdir -p $DESTDIR/usr"], "");
    let (lock, elsewhere) = (sandbox.project().join("yoe.lock"), sandbox.project().join("elsewhere"));
    std::fs::write(&elsewhere, "").unwrap();
    let _ = std::fs::remove_file(&lock);
    std::os::unix::fs::symlink(&elsewhere, &lock).unwrap();
    sandbox.lock();
    let there = std::fs::read_to_string(&lock).unwrap();
    let done = sandbox.yoe(&["lock"]);
    assert!(done.status.success(), "{}", sandbox.shown(&done));
    assert!(lock.is_symlink(), "the link stays");
    assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), there);
    std::fs::remove_file(&lock).unwrap();
    std::fs::create_dir(&lock).unwrap();
    let failed = sandbox.yoe(&["lock"]);
    assert!(sandbox.shown(&failed).contains("yoe.lock is a directory"), "{}", sandbox.shown(&failed));
}
