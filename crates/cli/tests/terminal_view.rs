//! `yoe` alone and `yoe ui`, in a terminal and elsewhere.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use support::tmux::Tmux;
use support::{Sandbox, printed};

/// A project with a unit for each end that a build has, and an image that no machine runs.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("PROJECT.star", "project(name = \"sample\", machine = \"box\", image = \"small\")\n");
    sandbox.unit(
        "hello",
        &["echo the first line; mkdir -p $DESTDIR/usr/share/hello; echo the last line"],
        "",
    );
    sandbox.unit("broken", &["echo it breaks here; exit 7"], "");
    sandbox.unit("slow", &["echo it takes long; sleep 3600"], "");
    sandbox.write(
        "images/small.star",
        "image(name = \"small\", artifacts = [\"hello\"], layout = disk(), container = \"env\", tests = [test(name = \"t\", run = \"true\")])\n",
    );
    sandbox.lock();
    sandbox
}

/// The row of an entry, without what says that it is chosen.
fn row<'a>(screen: &'a str, name: &str) -> &'a str {
    let mut rows = screen.lines().map(|row| row.trim_start_matches(['>', ' ']));
    rows.find(|row| row.starts_with(&format!("{name} "))).unwrap_or_default()
}

fn chosen(screen: &str) -> &str {
    screen.lines().find(|row| row.starts_with("> ")).unwrap_or_default()
}

/// Searches for a unit, and builds it.
fn build(terminal: &Tmux, name: &str) {
    terminal.text(&format!("/{name}"));
    terminal.key("Enter");
    terminal.text("b");
}

/// Puts a build that ended away, and the search for its unit.
fn put_away(terminal: &Tmux, name: &str) {
    terminal.key("Escape");
    terminal.wait_until("no build", |screen| !screen.contains(&format!("build {name}")));
    terminal.key("Escape");
    terminal.wait_until("all units", |screen| {
        !row(screen, "slow").is_empty() && !row(screen, "hello").is_empty()
    });
}

#[test]
fn a_project_is_looked_through_and_asked_about() {
    let sandbox = project();
    let terminal = Tmux::start(sandbox.directory(), &sandbox.command(&[]));
    terminal.line("$yoe");
    let screen = terminal.wait_until("the list", |screen| row(screen, "hello").contains("to build"));
    assert!(screen.contains("3 units, 1 image"), "{screen}");
    assert!(chosen(&screen).contains("small"), "the project's image is chosen: {screen}");
    terminal.text("/slo");
    terminal.wait_until("the unit alone", |screen| {
        chosen(screen).contains("slow") && row(screen, "hello").is_empty()
    });
    terminal.key("Enter");
    terminal.text("d");
    terminal.wait_for("units/test/slow.star:1");
    terminal.text("q");
    terminal.text("w");
    let screen = terminal.wait_for("unit slow: was never built");
    assert!(screen.contains("$ yoe why --rebuilt slow"), "{screen}");
    terminal.text("q");
    terminal.resize(100, 30);
    terminal.wait_until("the keys at the bottom", |screen| {
        screen.lines().count() == 30 && screen.lines().last().unwrap().contains("q quit")
    });
    terminal.resize(60, 12);
    terminal.wait_until("the keys at the bottom", |screen| {
        screen.lines().count() == 12 && screen.lines().last().unwrap().contains("t test")
    });
    terminal.resize(80, 24);
    terminal.text("q");
    terminal.back_with(0);
}

#[test]
fn builds_are_watched_and_ended() {
    let sandbox = project();
    let terminal = Tmux::start(sandbox.directory(), &sandbox.command(&[]));
    terminal.line("$yoe ui");
    terminal.wait_until("the list", |screen| row(screen, "hello").contains("to build"));
    build(&terminal, "hello");
    terminal.wait_until("the end", |screen| {
        screen.contains("build hello: done") && row(screen, "hello").contains("up to date")
    });
    terminal.text("l");
    let screen = terminal.wait_for("the last line");
    assert!(screen.contains("the first line"), "{screen}");
    terminal.text("q");
    put_away(&terminal, "hello");
    build(&terminal, "broken");
    terminal.wait_until("the failure", |screen| {
        screen.contains("build broken: failed") && row(screen, "broken").contains("failed")
    });
    put_away(&terminal, "broken");
    build(&terminal, "slow");
    terminal.wait_until("the build", |screen| {
        screen.contains("│ it takes long") && row(screen, "slow").contains("building")
    });
    // Its output is followed meanwhile.
    terminal.text("l");
    terminal.wait_for("output of unit slow");
    terminal.key("C-c");
    terminal.back_with(0);
    let states = sandbox.yoe(&["list", "units", "--state"]);
    let states = String::from_utf8(states.stdout).unwrap();
    assert!(states.lines().any(|line| line.starts_with("broken") && line.contains("failed")), "{states}");
    assert!(states.lines().any(|line| line.starts_with("hello") && line.contains("up to date")), "{states}");
}

#[test]
fn a_command_gets_the_terminal_and_gives_it_back() {
    let sandbox = project();
    let terminal = Tmux::start(sandbox.directory(), &sandbox.command(&[]));
    terminal.line("$yoe ui --locked");
    terminal.wait_until("the list", |screen| row(screen, "hello").contains("to build"));
    terminal.text("t");
    let screen = terminal.wait_for("yoe test small ended with status 1; Enter goes back to the view");
    assert!(
        screen.contains("$ yoe test small") && screen.contains("machine \"box\" cannot be run"),
        "{screen}"
    );
    terminal.key("Enter");
    let screen = terminal.wait_until("the view", |screen| {
        screen.contains("q quit") && screen.contains("yoe test small ended with status 1")
    });
    assert!(chosen(&screen).contains("small"), "{screen}");
    // Broken meanwhile, read again.
    sandbox.write("units/test/hello.star", "unit(name = \"hello\"\n");
    terminal.text("u");
    terminal.wait_for("the project cannot be read");
    // Whoever asks the program to end gets the terminal back, too.
    kill_process(Pid::from_raw(terminal.running()).unwrap(), Signal::TERM).unwrap();
    terminal.back_with(130);
}

/// A window that is closed, a connection that breaks.
#[test]
fn without_its_terminal_the_view_ends_and_its_build_too() {
    let sandbox = project();
    let terminal = Tmux::start(sandbox.directory(), &sandbox.command(&[]));
    terminal.line("$yoe ui");
    terminal.wait_until("the list", |screen| row(screen, "slow").contains("to build"));
    build(&terminal, "slow");
    terminal.wait_for("│ it takes long");
    let view = terminal.running();
    let build = std::fs::read_to_string(format!("/proc/{view}/task/{view}/children")).unwrap();
    let build: i32 = build.trim().parse().unwrap();
    terminal.close();
    let began = Instant::now();
    for process in [view, build] {
        // What has ended has no command line, whether or not somebody has asked how it ended.
        while std::fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| !line.is_empty()) {
            assert!(began.elapsed() < Duration::from_secs(60), "{process} still runs");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn outside_of_a_terminal_there_is_help() {
    let sandbox = project();
    let alone = sandbox.yoe(&[]);
    let help = sandbox.yoe(&["--help"]);
    assert_eq!((alone.status.code(), printed(&alone).as_str()), (Some(0), ""));
    assert_eq!(String::from_utf8(alone.stdout), String::from_utf8(help.stdout));
    insta::assert_snapshot!("no_terminal", sandbox.shown(&sandbox.yoe(&["ui"])));
}

/// In a terminal, but with nothing to show.
#[test]
fn outside_of_a_project_there_is_help() {
    let sandbox = project();
    let terminal = Tmux::start(sandbox.directory(), &sandbox.command(&[]));
    terminal.line("cd /; $yoe | head -n 1; clear; $yoe --color never");
    terminal.wait_for("-V, --version");
    terminal.back_with(0);
    terminal.line("clear; $yoe ui");
    terminal.wait_for("there is no PROJECT.star here");
    terminal.back_with(1);
}
