//! What the view shows, screen by screen, after the keys that lead there.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use std::time::Duration;

use support::Shown;
use yoe_ui::{BuildEvent, Entry, Input, Kind, Order, State};

/// A project with something in each state.
fn project() -> Vec<Entry> {
    use Kind::{Container, Image, OciImage, Unit};
    use State::{Failed, ToBuild, UpToDate};
    let unit =
        |name, version, description, state| Entry::new(Unit, name, version, description, false, Some(state));
    vec![
        Entry::new(Image, "base-image", "1.0", "A small system", false, Some(UpToDate)),
        Entry::new(Image, "host-image", "1.2", "Runs containers", true, Some(ToBuild)),
        Entry::new(OciImage, "web", "0.3", "A server of pages", false, Some(UpToDate)),
        unit("busybox", "1.37.0-r2", "Tools of a small system", UpToDate),
        unit("containerd", "2.2.1-r0", "Container engine", Failed),
        unit("linux", "6.18.1-r0", "Kernel", UpToDate),
        unit("musl", "1.2.6-r0", "C library", UpToDate),
        unit("runc", "1.4.0-r1", "Starts containers", ToBuild),
        unit("xz", "5.8.4-r0", "Compression", UpToDate),
        unit(
            "a-unit-with-a-name-that-is-longer-than-its-column",
            "20261130.123456789-r0",
            "Long words",
            ToBuild,
        ),
        Entry::new(Container, "toolchain", "", "", false, Some(UpToDate)),
    ]
}

fn shown() -> Shown {
    let mut shown = Shown::new(80, 24);
    shown.load(project());
    shown
}

/// A build of the image that has got somewhere.
fn building() -> Shown {
    let mut shown = shown();
    assert_eq!(shown.keys("b"), [Order::Build("host-image".into())]);
    let started = |action: &str| BuildEvent::Started { action: action.into() };
    shown.report(BuildEvent::Planned { pending: 7 });
    shown.report(started("source debian:runc"));
    shown.report(BuildEvent::Progress {
        action: "source debian:runc".into(),
        done: 4_000_000,
        total: Some(9_000_000),
    });
    shown.report(BuildEvent::Finished { action: "source debian:runc".into() });
    shown.time(3);
    shown.report(started("unit runc"));
    shown.report(started("unit containerd"));
    shown.report(BuildEvent::Task { action: "unit runc".into(), task: "build".into() });
    for line in 1..=20 {
        let line = format!("\u{1b}[32mCC\u{1b}[0m\tlibcontainer/part{line}.go");
        shown.report(BuildEvent::Output { action: "unit runc".into(), line });
    }
    shown.time(65);
    shown
}

#[test]
fn before_the_project_was_read() {
    insta::assert_snapshot!(Shown::new(80, 24).screen());
}

#[test]
fn the_list_begins_with_the_projects_image() {
    insta::assert_snapshot!(shown().screen());
}

#[test]
fn a_search_lists_what_has_all_words() {
    let mut shown = shown();
    shown.keys("/cont run");
    insta::assert_snapshot!("search_typed", shown.screen());
    shown.keys("\nj");
    insta::assert_snapshot!("search_done", shown.screen());
    shown.keys("/zzz");
    insta::assert_snapshot!("search_of_nothing", shown.screen());
    shown.keys("\u{1b}");
    assert_eq!(shown.view.listed.len(), project().len(), "Esc ends the search");
}

#[test]
fn tab_lists_one_state_after_the_other() {
    let mut shown = shown();
    shown.keys("\t");
    insta::assert_snapshot!("failed_alone", shown.screen());
    let counts = [0, 3, 7, 11].map(|_| {
        shown.keys("\t");
        shown.view.listed.len()
    });
    assert_eq!(counts, [0, 3, 7, 11], "building, to build, up to date, all");
}

#[test]
fn a_build_shows_what_runs_and_the_end_of_what_it_says() {
    let mut shown = building();
    assert_eq!(shown.keys("Gkb"), []);
    insta::assert_snapshot!("building", shown.screen());
    shown.keys("x");
    insta::assert_snapshot!("ending", shown.screen());
}

#[test]
fn the_output_of_what_runs_is_followed() {
    let mut shown = building();
    shown.keys("/runc\njl");
    insta::assert_snapshot!("following", shown.screen());
    let line = |line: &str| BuildEvent::Output { action: "unit runc".into(), line: line.into() };
    shown.report(line("the last line"));
    assert!(shown.screen().contains("the last line"), "{}", shown.screen());
    // Whoever reads further up is left in peace.
    shown.keys("g");
    let top = shown.screen();
    shown.report(line("one more"));
    assert_eq!(shown.screen().lines().nth(3), top.lines().nth(3));
}

#[test]
fn a_build_that_failed_says_why_until_it_is_put_away() {
    let mut shown = building();
    shown.report(BuildEvent::Failed { action: "unit runc".into() });
    let said = "build failed: unit runc: step 2 of task build ended with status 1\n  \
                | cc: error: no input files\nhint: the whole output is in /home/me/.cache/yoe/logs/0123\n";
    let orders = shown.take(Input::BuildEnded { success: false, said: said.into() });
    assert_eq!(orders, [Order::Load], "states are looked at again");
    insta::assert_snapshot!("build_failed", shown.screen());
    shown.load(project());
    shown.keys("\u{1b}");
    assert!(!shown.screen().contains("─ build"), "{}", shown.screen());
}

#[test]
fn a_build_that_is_done_says_so() {
    let mut shown = building();
    shown.report(BuildEvent::Finished { action: "unit runc".into() });
    shown.report(BuildEvent::Finished { action: "image host-image".into() });
    shown.take(Input::BuildEnded { success: true, said: String::new() });
    insta::assert_snapshot!(shown.screen());
}

#[test]
fn keys_are_explained() {
    let mut shown = shown();
    shown.keys("?");
    insta::assert_snapshot!(shown.screen());
}

#[test]
fn an_answer_stands_in_front_of_the_list() {
    let mut shown = shown();
    let orders = shown.keys("d");
    assert_eq!(orders, [Order::Ask { number: 1, commands: vec![vec!["desc".into(), "host-image".into()]] }]);
    let text =
        "$ yoe desc host-image\nimage host-image 1.2\n  Runs containers\n  names          containerd runc\n";
    shown.take(Input::Answer { number: 1, text: text.into() });
    insta::assert_snapshot!("description", shown.screen());
    let orders = shown.keys("q/musl\nw");
    let commands = [&["why", "musl"][..], &["why", "--rebuilt", "musl"]];
    let commands = commands.map(|words| words.iter().map(|&word| word.into()).collect()).to_vec();
    assert_eq!(orders, [Order::Ask { number: 2, commands }]);
    // The answer to a question that nobody waits for any more.
    shown.take(Input::Answer { number: 1, text: "late".into() });
    assert!(shown.screen().contains("asking…"), "{}", shown.screen());
}

#[test]
fn a_log_is_shown_from_its_end() {
    let mut shown = shown();
    shown.keys("/xz\nl");
    let text: String = (1..=100).map(|line| format!("line {line}\n")).collect();
    shown.take(Input::Answer { number: 1, text });
    insta::assert_snapshot!("log", shown.screen());
    shown.keys("k");
    assert!(shown.screen().contains("lines 78 to 99 of 100"), "{}", shown.screen());
}

#[test]
fn a_project_that_cannot_be_read_says_why_and_is_read_again() {
    let mut shown = Shown::new(80, 24);
    let said = "error: an argument is missing: version\n --> units/xz.star:3:1\n  |\n3 | unit(name = \"xz\")\n  | ^^^^\n";
    shown.take(Input::Broken(said.into()));
    insta::assert_snapshot!(shown.screen());
    assert_eq!(shown.keys("b"), [], "there is nothing to build");
    assert_eq!(shown.keys("u"), [Order::Load]);
    // What is read may be older than an edit since.
    assert_eq!(shown.keys("u"), []);
    assert_eq!(shown.take(Input::Broken(said.into())), [Order::Load]);
    shown.load(project());
    assert!(shown.screen().contains("host-image"), "{}", shown.screen());
}

#[test]
fn a_project_without_a_lock_has_no_states() {
    let mut shown = Shown::new(80, 24);
    let entries = vec![Entry::new(Kind::Unit, "hello", "1.0-r0", "Says so", false, None)];
    let why = "error: the project has no yoe.lock\nhint: run `yoe lock`\n".into();
    shown.take(Input::Loaded { entries, machine: "box".into(), without_states: why });
    insta::assert_snapshot!(shown.screen());
}

#[test]
fn it_fits_terminals_of_any_size() {
    let mut shown = building();
    for (width, height) in [(40, 10), (120, 30)] {
        shown.resize(width, height);
        insta::assert_snapshot!(format!("size_{width}x{height}"), shown.screen());
    }
    for keys in ["", "?", "?d"] {
        shown.keys(keys);
        for (width, height) in [(1, 1), (3, 2), (9, 3), (20, 4), (20, 5), (80, 6), (500, 3), (5, 200)] {
            shown.resize(width, height);
            assert_eq!(shown.screen().lines().count(), usize::from(height));
        }
    }
}

#[test]
fn images_are_run_and_tested_in_the_terminal_and_nothing_else_is() {
    let mut shown = shown();
    let command = |verb: &str| Order::Foreground(vec![verb.into(), "host-image".into()]);
    assert_eq!(shown.keys("rt"), [command("run"), command("test")]);
    assert_eq!(shown.keys("/xz\nr"), []);
    assert!(shown.screen().contains("yoe run boots images; xz is a unit"), "{}", shown.screen());
    assert_eq!(shown.take(Input::Back("yoe run host-image is done".into())), [Order::Load]);
    assert!(shown.screen().contains("yoe run host-image is done"), "{}", shown.screen());
}

#[test]
fn one_thing_is_built_after_the_other() {
    let mut shown = building();
    assert_eq!(shown.keys("/musl\nb\u{1b}\u{1b}/xz\nbb"), []);
    assert_eq!(shown.view.waiting, ["musl", "xz"]);
    let orders = shown.take(Input::BuildEnded { success: false, said: String::new() });
    assert_eq!(orders, [Order::Build("musl".into()), Order::Load], "a failure does not end the others");
    assert_eq!(shown.keys("x"), [Order::Interrupt]);
    assert!(shown.view.waiting.is_empty(), "what waits is not built either");
}

#[test]
fn the_end_waits_for_the_build() {
    let mut shown = shown();
    assert_eq!(shown.keys("q"), [Order::Quit]);
    for end in ["q", "\u{3}"] {
        let mut shown = building();
        assert_eq!(shown.keys(end), [Order::Interrupt]);
        assert!(shown.screen().contains("the build is ending, then the view"), "{}", shown.screen());
        assert_eq!(shown.keys(end), [Order::Interrupt], "once more: at once");
        assert_eq!(shown.take(Input::BuildEnded { success: false, said: String::new() }), [Order::Quit]);
    }
    let mut shown = building();
    assert_eq!(shown.take(Input::End), [Order::Interrupt]);
    // Also from what is in front of the list.
    let mut shown = self::shown();
    assert_eq!(shown.keys("?\u{3}"), [Order::Quit]);
}

#[test]
fn without_colours_states_are_told_by_words_alone() {
    let mut shown = shown();
    assert!(shown.coloured(), "red, yellow, cyan, green");
    shown.view.color = false;
    assert!(!shown.coloured());
}

/// What a build says that nobody started, such as one that ended meanwhile.
#[test]
fn events_out_of_place_do_no_harm() {
    let mut shown = shown();
    let output = |action: &str| BuildEvent::Output { action: action.into(), line: "x".into() };
    shown.report(output("unit xz"));
    assert_eq!(shown.take(Input::BuildEnded { success: true, said: String::new() }), []);
    shown.keys("b");
    shown.report(output("unit nobody"));
    shown.report(BuildEvent::Finished { action: "image other@2".into() });
    shown.take(Input::Time(Duration::from_secs(1)));
    assert!(shown.screen().contains("build host-image: planning, 1 s"), "{}", shown.screen());
}
