//! Runs on machines that a shell stands in for.

use super::*;
use std::path::Path;

use yoe_model::{Measure, MeasureUnit, Reach, Size};

use super::super::Cut;
use super::super::device::Hardware;
use yoe_vm::Accel;
use yoe_vm::fake::root;

/// A device of [`yoe_vm::fake::FakeQemu`]: its disk is a directory.
struct Fake<'f> {
    directory: &'f Path,
    /// What it was at each start.
    starts: Vec<Hardware>,
}

impl Device for Fake<'_> {
    fn start(&mut self, hardware: Hardware) -> Result<Vm, StartError> {
        self.starts.push(hardware);
        Ok(yoe_vm::fake::started(self.directory))
    }

    fn forwarded(&self, guest: u16) -> Option<u16> {
        Some(guest)
    }
}

pub(in super::super) fn test(name: &str, run: &str) -> ImageTest {
    ImageTest::new(name, run, Origin { file: "images/base.star".into(), line: 3, column: 9 })
}

/// Writes down what it hears.
#[derive(Default)]
struct Told(String);

impl Reporter for Told {
    fn started(&mut self, name: &str) {
        self.0.push_str(&format!("{name}: "));
    }

    fn finished(&mut self, result: &TestResult) {
        let TestResult { name, outcome, .. } = result;
        self.0.push_str(&match outcome {
            Outcome::Passed => "passed\n".to_owned(),
            Outcome::Failed(failure) => match std::error::Error::source(failure) {
                Some(cause) => format!("failed: {failure}: {cause}\n"),
                None => format!("failed: {failure}\n"),
            },
            Outcome::Skipped { reason } => format!("{name}: skipped: {reason}\n"),
        });
    }

    fn cut(&mut self, cut: &Cut<'_>) {
        let Cut { number, of, found, after, printed, .. } = cut;
        let ended = if *after < 1.0 { "at once" } else { "later" };
        self.0.push_str(&format!("\n  cut {number} of {of}: {found:?}; {printed:?}; {ended}\n  "));
    }

    fn slow(&mut self, patience: f64) {
        self.0.push_str(&format!("{patience:.0} times as long\n"));
    }

    fn lost_start(&mut self) {
        self.0.push_str("a start was lost; ");
    }
}

pub(in super::super) fn reported(
    tests: &[ImageTest],
    change: impl FnOnce(&mut Suite<'_>),
) -> (String, Summary) {
    let directory = tempfile::tempdir().unwrap();
    let mut device = Fake { directory: directory.path(), starts: Vec::new() };
    let login = root();
    let mut suite = Suite {
        tests,
        selection: Selection::default(),
        login: &login,
        limits: Limits::default(),
        power_off: "fake-end guest-shutdown",
        reboot: "fake-end guest-reset",
        seed: 7,
        emulated: true,
        judge: None,
    };
    change(&mut suite);
    let mut reported = Told::default();
    let summary = run(&suite, &mut device, &mut reported).unwrap();
    assert_eq!(summary.boots.len(), device.starts.len());
    (format!("{}{summary}", reported.0), summary)
}

#[test]
fn each_test_is_reported_with_what_was_expected_and_found() {
    let expecting = |name: &str, run: &str| ImageTest { expect: Some("Linux".into()), ..test(name, run) };
    let tests = [
        test("true", "true"),
        test("stops-at-the-first-failure", "false; true"),
        ImageTest { status: 3, ..test("status", "exit 3") },
        expecting("text", "echo this is Linux"),
        expecting("other-text", "echo this is not"),
        expecting("no-text", "true"),
        ImageTest { timeout: 1, ..test("slow", "sleep 1000") },
        test("nul", "echo \0"),
    ];
    let (reported, summary) = reported(&tests, |_| {});
    insta::assert_snapshot!(reported, @r#"
    boots: passed
    true: passed
    stops-at-the-first-failure: failed: expected exit status 0, found 1
    status: passed
    text: passed
    other-text: failed: expected standard output to contain "Linux", found "this is not\n"
    no-text: failed: expected standard output to contain "Linux", found nothing
    slow: failed: it did not end within 1 s
    nul: failed: the script cannot be run: it holds a NUL character, which no shell can read
    powers-off: passed
    5 passed, 5 failed, 0 skipped
    "#);
    assert!(!summary.is_success());
    assert_eq!(summary.results[5].stdout, "this is not\n");
    let names: Vec<_> = summary.boots[0].milestones.iter().map(|milestone| milestone.name).collect();
    assert_eq!(names, ["firmware", "login", "logged-in", "off"]);
    let record = summary.record("digest".into(), Accel::Tcg, Size(1 << 30), &tests);
    assert_eq!(record.tests[7].outcome, "failed");
    assert_eq!(record.boots[0].milestones.len(), 4);
}

#[test]
fn a_device_that_boots_slowly_has_its_tests_waited_for() {
    let tests = [ImageTest { timeout: 1, ..test("slow", "sleep 2") }];
    let usual = Duration::from_nanos(1);
    insta::assert_snapshot!(reported(&tests, |suite| suite.limits.usual_boot = usual).0, @"
    boots: passed
    10 times as long
    slow: passed
    powers-off: passed
    3 passed, 0 failed, 0 skipped
    ");
}

#[test]
fn a_machine_that_ends_fails_the_test_and_skips_the_rest() {
    let tests = [test("reboots", "fake-end guest-reset; sleep 1000"), test("after", "true")];
    insta::assert_snapshot!(reported(&tests, |_| {}).0, @"
    boots: passed
    reboots: failed: the machine reset itself
    after: skipped: `reboots` ended the run: the machine reset itself
    powers-off: skipped: `reboots` ended the run: the machine reset itself
    1 passed, 1 failed, 2 skipped
    ");
}

fn booting(boot: TestBoot, test: ImageTest) -> ImageTest {
    ImageTest { boot, ..test }
}

#[test]
fn boots_that_must_fail_and_resets_are_sat_out() {
    let failing = |count: u32, reported: &str| {
        let tests = [
            test("breaks", &format!("echo {reported} >\"$TMPDIR/boots-that-fail\"")),
            ImageTest { failed_boots: count, ..test("falls back", "true") },
            test("goes on", "true"),
        ];
        self::reported(&tests, |suite| suite.limits.boot = Duration::from_secs(20))
    };
    let (reported, summary) = failing(2, "2");
    assert!(summary.is_success(), "{reported}");
    assert_eq!(summary.boots.len(), 4);
    let resetting = [
        test("resets", "(sleep 2; fake-end guest-reset) >/dev/null 2>&1 &"),
        booting(TestBoot::Reset, test("comes back", "true")),
    ];
    let (reported, summary) = self::reported(&resetting, |_| {});
    assert!(summary.is_success(), "{reported}");
    let bitten = [
        test("hangs", "(sleep 2; fake-end watchdog) >/dev/null 2>&1 &"),
        booting(TestBoot::Reset, test("comes back", "true")),
        booting(TestBoot::Reboot, test("restarts", "true")),
    ];
    let (reported, summary) = self::reported(&bitten, |suite| suite.reboot = "fake-end watchdog");
    assert!(!summary.is_success() && reported.contains("comes back: passed"), "{reported}");
    assert!(reported.contains("could not have its restart: its watchdog reset the machine"), "{reported}");
    let never = ImageTest { timeout: 3, ..test("never", "true") };
    let staying = [test("stays", "true"), booting(TestBoot::Reset, never)];
    let (reported, _) = self::reported(&staying, |suite| suite.limits.boot = Duration::from_secs(2));
    assert!(reported.contains("never: failed: the machine did not reset itself within 3 s"), "{reported}");
    insta::assert_snapshot!(failing(2, "1").0, @"
    boots: passed
    breaks: passed
    falls back: failed: expected 2 failed boots, found 1 before the device came up
    goes on: skipped: `falls back` ended the run: expected 2 failed boots, found 1 before the device came up
    powers-off: skipped: `falls back` ended the run: expected 2 failed boots, found 1 before the device came up
    2 passed, 1 failed, 2 skipped
    ");
    insta::assert_snapshot!(failing(1, "2").0, @"
    boots: passed
    breaks: passed
    falls back: failed: the machine reset itself
    goes on: skipped: `falls back` ended the run: the machine reset itself
    powers-off: skipped: `falls back` ended the run: the machine reset itself
    2 passed, 1 failed, 2 skipped
    ");
}

#[test]
fn a_start_that_the_emulator_lost_is_made_anew_and_not_for_ever() {
    let losing = |count: u32, emulated: bool| {
        let lose = format!("echo {count} >\"$TMPDIR/boots-that-fail\"; : >\"$TMPDIR/timers-are-lost\"");
        let tests = [test("loses", &lose), booting(TestBoot::Reboot, test("goes on", "true"))];
        self::reported(&tests, |suite| {
            suite.emulated = emulated;
            suite.limits.boot = Duration::from_secs(20);
        })
    };
    let (reported, summary) = losing(1, true);
    assert!(summary.is_success() && reported.contains("a start was lost; goes on: passed"), "{reported}");
    assert_eq!(summary.boots.len(), 3);
    for (reported, _) in [losing(3, true), losing(1, false)] {
        assert!(reported.contains("goes on: failed: the machine reset itself"), "{reported}");
    }
}

#[test]
fn the_device_restarts_and_loses_power_and_keeps_its_disk() {
    let tests = [
        test("writes", "echo kept >\"$TMPDIR/disk\""),
        booting(
            TestBoot::Reboot,
            test("after a restart", "cat \"$TMPDIR/disk\"; echo more >>\"$TMPDIR/disk\""),
        ),
        booting(TestBoot::PowerCut, test("after a loss of power", "grep more \"$TMPDIR/disk\"")),
        ImageTest { memory: Some(Size(64 << 20)), ..test("with less memory", "true") },
    ];
    let (reported, summary) = reported(&tests, |_| {});
    insta::assert_snapshot!(reported, @"
    boots: passed
    writes: passed
    after a restart: passed
    after a loss of power: passed
    with less memory: passed
    powers-off: passed
    6 passed, 0 failed, 0 skipped
    ");
    assert_eq!(summary.boots.len(), 4);
    assert_eq!(summary.boots[3].memory, Some(64 << 20));
}

#[test]
fn a_device_that_is_lost_boots_again_for_those_that_ask_for_it() {
    let tests = [
        test("resets itself", "fake-end guest-reset; sleep 1000"),
        test("on the same boot", "true"),
        booting(TestBoot::Reboot, test("comes back", "true")),
        test("goes on", "true"),
    ];
    insta::assert_snapshot!(reported(&tests, |_| {}).0, @"
    boots: passed
    resets itself: failed: the machine reset itself
    on the same boot: skipped: `resets itself` ended the run: the machine reset itself
    comes back: passed
    goes on: passed
    powers-off: passed
    4 passed, 1 failed, 1 skipped
    ");
}

#[test]
fn a_restart_that_does_nothing_fails_the_test_that_asked_for_it() {
    let tests = [booting(TestBoot::Reboot, test("again", "true")), test("after", "true")];
    let (reported, _) = reported(&tests, |suite| {
        suite.reboot = "true";
        suite.limits.power_off = Duration::from_millis(300);
    });
    insta::assert_snapshot!(reported, @"
    boots: passed
    again: failed: the machine was not off within 0.3 s
    after: skipped: `again` could not have its restart: the machine was not off within 0.3 s
    powers-off: skipped: `again` could not have its restart: the machine was not off within 0.3 s
    1 passed, 1 failed, 2 skipped
    ");
}

#[test]
fn figures_are_the_last_number_that_a_test_says() {
    let measuring = |name: &str, run: &str, unit| ImageTest {
        measure: Some(Measure { name: format!("the {name}"), unit }),
        ..test(name, run)
    };
    let tests = [
        measuring("size", "echo used 4096", MeasureUnit::Bytes),
        measuring("moment", "cut -d' ' -f1 /proc/uptime", MeasureUnit::Uptime),
        measuring("nothing", "echo 5 kB", MeasureUnit::Bytes),
        measuring("while", "sleep 0.2; echo 99", MeasureUnit::Elapsed),
    ];
    let (reported, summary) = reported(&tests, |_| {});
    insta::assert_snapshot!(reported, @r#"
    boots: passed
    size: passed
    moment: passed
    nothing: failed: expected standard output to end with a number for "the nothing", found "5 kB\n"
    while: passed
    powers-off: passed
    5 passed, 1 failed, 0 skipped
    "#);
    let size = &summary.figures[0];
    assert_eq!((size.name.as_str(), size.unit.as_str(), size.value), ("the size", "bytes", 4096.0));
    // The fake machine's kernel is this host's, but the figure counts from the machine's own start.
    assert!(summary.figures[1].value < 300.0, "{}", summary.figures[1].value);
    let elapsed = summary.figures[2].value;
    assert!((0.2..60.0).contains(&elapsed), "what it printed counts: {elapsed}");
    assert_eq!(summary.figures.len(), 3);
}

#[test]
fn what_a_test_offers_is_reached_from_the_host() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        use std::io::Write as _;
        listener.accept().unwrap().0.write_all(b"220 ready\r\n").unwrap();
    });
    let reach = Some(Reach { port, path: None, expect: Some("ready".into()) });
    let (reported, summary) = reported(&[ImageTest { reach, ..test("speaks", "true") }], |_| {});
    assert!(summary.is_success(), "{reported}");
    server.join().unwrap();
}

#[test]
fn the_time_of_a_run_grows_with_its_tests() {
    assert_eq!(Limits::of(&[], Accel::Tcg).total, Duration::from_secs(1800));
    let long = ImageTest { timeout: 5000, boot: TestBoot::PowerCut, ..test("long", "true") };
    assert_eq!(
        Limits::of(std::slice::from_ref(&long), Accel::Tcg).total,
        Duration::from_secs(5000 + 2 * 390)
    );
    // What a processor runs itself need not be waited for as long.
    assert_eq!(Limits::of(&[long], Accel::Kvm).total, Duration::from_secs(5000 + 2 * 210));
}

#[test]
fn limits_may_be_without_end() {
    let endless =
        Limits { boot: Duration::MAX, power_off: Duration::MAX, total: Duration::MAX, ..Limits::default() };
    let (reported, summary) = reported(&[test("one", "true")], |suite| suite.limits = endless);
    assert!(summary.is_success(), "{reported}");
}

#[test]
fn a_failed_boot_is_a_failed_test() {
    let (reported, _) = reported(&[test("one", "true")], |suite| suite.limits.boot = Duration::ZERO);
    insta::assert_snapshot!(reported, @"
    boots: failed: no `login:` prompt came within 0.0 s
    one: skipped: `boots` failed
    powers-off: skipped: `boots` failed
    0 passed, 1 failed, 2 skipped
    ");
}

#[test]
fn a_run_that_takes_too_long_ends() {
    let tests = [test("one", "sleep 1000"), test("two", "true")];
    let (reported, _) = reported(&tests, |suite| suite.limits.total = Duration::from_secs(3));
    insta::assert_snapshot!(reported, @"
    boots: passed
    one: failed: the whole run's time of 3 s is over
    two: skipped: `one` ended the run: the whole run's time of 3 s is over
    powers-off: skipped: `one` ended the run: the whole run's time of 3 s is over
    1 passed, 1 failed, 2 skipped
    ");
}

#[test]
fn a_power_off_that_does_nothing_fails() {
    let (reported, _) = reported(&[], |suite| {
        suite.power_off = "true";
        suite.limits.power_off = Duration::from_millis(300);
    });
    insta::assert_snapshot!(reported, @"
    boots: passed
    powers-off: failed: the machine was not off within 0.3 s
    1 passed, 1 failed, 0 skipped
    ");
}

#[test]
fn only_what_is_chosen_runs() {
    let tests = [test("network-up", "true"), test("network-down", "false"), test("disk", "false")];
    let selection = Selection { filter: Some("network-up"), skip: &[] };
    let (reported, summary) = reported(&tests, |suite| suite.selection = selection);
    assert!(summary.is_success(), "{reported}");
    assert_eq!(
        reported,
        "boots: passed\nnetwork-up: passed\npowers-off: passed\n3 passed, 0 failed, 0 skipped"
    );
}

/// Wants every output to be even in length.
#[derive(Debug)]
struct Even;

impl Judge for Even {
    fn judge(&self, test: &str, stdout: &str) -> Option<Result<(), String>> {
        let verdict =
            if stdout.len().is_multiple_of(2) { Ok(()) } else { Err("the output is odd".to_owned()) };
        test.starts_with("judged").then_some(verdict)
    }
}

#[test]
fn another_judge_has_a_say_about_its_own_tests() {
    let tests = [
        test("judged well", "echo odd"),
        test("judged badly", "echo even"),
        test("not judged", "echo even"),
        test("judged no more", "echo even; false"),
    ];
    let (reported, summary) = reported(&tests, |suite| suite.judge = Some(&Even));
    insta::assert_snapshot!(reported, @"
    boots: passed
    judged well: passed
    judged badly: failed: the output is odd
    not judged: passed
    judged no more: failed: expected exit status 0, found 1
    powers-off: passed
    4 passed, 2 failed, 0 skipped
    ");
    assert_eq!(summary.results[2].stdout, "", "the verdict says it");
}
