//! Runs tests one after the other and reports like cargo's own runner.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::panic::catch_unwind;
use std::process::{Command, ExitCode};

/// A test and its name.
pub type Test = (&'static str, fn());

/// Makes a list of tests out of their functions' names.
#[macro_export]
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        pub const TESTS: &[$crate::runner::Test] = &[$((concat!(module_path!(), "::", stringify!($name)), $name)),*];
    };
}

/// The user and group that own nothing.
const NOBODY: u32 = 65534;

/// Says that these are the tests of the ordinary user.
const ORDINARY: &str = "--as-ordinary-user";

/// Runs the tests whose name holds the argument that is not an option; all without one.
pub fn run(tests: &[Test], arguments: &[String]) -> ExitCode {
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    let chosen: Vec<&Test> =
        tests.iter().filter(|(name, _)| filter.is_none_or(|filter| name.contains(filter))).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        chosen.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let root = rustix::process::geteuid().is_root();
    let who = if root { "root" } else { "user" };
    println!("\nrunning {} tests as {who}", chosen.len());
    let failed: Vec<&str> = chosen.iter().filter(|test| !passes(test, who)).map(|(name, _)| *name).collect();
    let passed = chosen.len() - failed.len();
    let result = if failed.is_empty() { "ok" } else { "FAILED" };
    println!("\ntest result: {result}. {passed} passed; {} failed; 0 ignored\n", failed.len());
    let other_passed = match (root, arguments.iter().any(|argument| argument == ORDINARY)) {
        (true, _) => passes_as_nobody(arguments),
        (false, true) => true,
        (false, false) => {
            println!("not run as root: the tests were not started by root");
            true
        }
    };
    if failed.is_empty() && other_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn passes((name, test): &Test, who: &str) -> bool {
    let passed = catch_unwind(test).is_ok();
    println!("test {who} {name} ... {}", if passed { "ok" } else { "FAILED" });
    passed
}

/// Runs the same tests as a user who owns nothing, from a copy of the program that the user can reach.
fn passes_as_nobody(arguments: &[String]) -> bool {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = directory.path().join("sandbox");
    fs::copy("/proc/self/exe", &program).unwrap();
    let status =
        Command::new(&program).args(arguments).arg(ORDINARY).uid(NOBODY).gid(NOBODY).status().unwrap();
    status.success()
}
