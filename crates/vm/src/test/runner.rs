//! Runs an image's tests on a machine that was just started.

use std::time::{Duration, Instant};

use yoe_model::{ImageTest, Origin};

use super::report::{Failure, Outcome, Reporter, Summary, TestResult};
use crate::console::after;
use crate::{Console, Guest, GuestError, Login, Output, Trouble};

/// The test that every run begins with.
const BOOTS: &str = "boots";
/// The test that every run ends with.
const POWERS_OFF: &str = "powers-off";

/// How long a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the start to a shell.
    pub boot: Duration,
    /// From the wish to be off to being off.
    pub power_off: Duration,
    /// From the start to the last test's end. The power-off has its own limit beyond it.
    pub total: Duration,
}

impl Default for Limits {
    /// Enough for emulation on a busy host.
    fn default() -> Self {
        Self {
            boot: Duration::from_secs(300),
            power_off: Duration::from_secs(90),
            total: Duration::from_secs(1800),
        }
    }
}

/// What is run.
#[derive(Debug)]
pub struct Suite<'a> {
    /// The image's tests. Each script runs by `sh -eu`.
    pub tests: &'a [ImageTest],
    /// Only those whose name contains this.
    pub filter: Option<&'a str>,
    /// Who logs in.
    pub login: &'a Login,
    /// How long it may take.
    pub limits: Limits,
    /// The command that switches the system off.
    pub power_off: &'a str,
}

/// No test's name contains the filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no test's name contains {filter:?}: there are {}", names.join(", "))]
pub struct NoMatch {
    /// What was looked for.
    pub filter: String,
    /// What there is.
    pub names: Vec<String>,
}

/// The names of the tests that a run with this filter has, in the order of the run. `boots` and `powers-off` are part
/// of every run.
///
/// # Errors
/// When the filter leaves none.
pub fn names<'t>(tests: &'t [ImageTest], filter: Option<&str>) -> Result<Vec<&'t str>, NoMatch> {
    let all = || [BOOTS].into_iter().chain(tests.iter().map(|test| test.name.as_str())).chain([POWERS_OFF]);
    let wanted = |name: &str| filter.is_none_or(|filter| name.contains(filter));
    if let Some(filter) = filter.filter(|_| !all().any(wanted)) {
        return Err(NoMatch { filter: filter.to_owned(), names: all().map(str::to_owned).collect() });
    }
    Ok(all().filter(|name| wanted(name) || [BOOTS, POWERS_OFF].contains(name)).collect())
}

/// Boots, runs the tests, switches off. The machine must just have been started; its end is the caller's when it did
/// not end by itself.
///
/// # Errors
/// When the filter leaves no test. Everything else is a failed test.
pub fn run(
    suite: &Suite<'_>,
    console: &mut Console,
    reporter: &mut dyn Reporter,
) -> Result<Summary, NoMatch> {
    let names = names(suite.tests, suite.filter)?;
    let tests: Vec<_> = suite.tests.iter().filter(|test| names.contains(&test.name.as_str())).collect();
    let mut run = Run { suite, reporter, began: Instant::now(), results: Vec::new() };
    run.all(&tests, console);
    Ok(Summary { results: run.results, milestones: console.milestones() })
}

struct Run<'r> {
    suite: &'r Suite<'r>,
    reporter: &'r mut dyn Reporter,
    began: Instant,
    results: Vec<TestResult>,
}

impl Run<'_> {
    fn all(&mut self, tests: &[&ImageTest], console: &mut Console) {
        let booted = self.timed(BOOTS, None, |run| {
            let deadline = after(run.suite.limits.boot.min(run.suite.limits.total));
            (Guest::log_in(console, run.suite.login, deadline).map_err(Failure::from), None)
        });
        let Some(mut guest) = booted else {
            return self.skip(tests, &format!("`{BOOTS}` failed"));
        };
        for (index, test) in tests.iter().enumerate() {
            if let Some(end) = self.one(test, &mut guest) {
                return self.skip(&tests[index + 1..], &format!("`{}` ended the run: {end}", test.name));
            }
        }
        let limits = self.suite.limits;
        self.timed(POWERS_OFF, None, |run| {
            (guest.power_off(run.suite.power_off, limits.power_off).map_err(Failure::from), None)
        });
    }

    /// Runs one test; tells why no other can follow, if so.
    fn one(&mut self, test: &ImageTest, guest: &mut Guest<'_>) -> Option<String> {
        let mut end = None;
        self.timed(&test.name, Some(&test.origin), |run| {
            let limit = Duration::from_secs(test.timeout.into());
            let left = run.suite.limits.total.saturating_sub(run.began.elapsed());
            if left.is_zero() {
                return (Err(run.out_of_time(&mut end)), None);
            }
            match guest.run(&format!("set -eu\n{}", test.run), limit.min(left)) {
                Ok(output) if output.status.is_none() && left < limit => {
                    (Err(run.out_of_time(&mut end)), Some(output))
                }
                Ok(output) => (judge(test, &output), Some(output)),
                Err(error) => {
                    end = ends_the_run(&error);
                    (Err(error.into()), None)
                }
            }
        });
        end
    }

    fn out_of_time(&self, end: &mut Option<String>) -> Failure {
        let failure = Failure::RunTimedOut { seconds: self.suite.limits.total.as_secs() };
        *end = Some(failure.to_string());
        failure
    }

    /// Reports a test around what it does.
    fn timed<T>(
        &mut self,
        name: &str,
        origin: Option<&Origin>,
        test: impl FnOnce(&Self) -> (Result<T, Failure>, Option<Output>),
    ) -> Option<T> {
        self.reporter.started(name);
        let began = Instant::now();
        let (found, output) = test(self);
        let (value, outcome) = match found {
            Ok(value) => (Some(value), Outcome::Passed),
            Err(failure) => (None, Outcome::Failed(failure)),
        };
        let seconds = output.as_ref().map_or_else(|| began.elapsed().as_secs_f64(), |output| output.seconds);
        let (stdout, stderr) = output.map(|output| (output.stdout, output.stderr)).unwrap_or_default();
        let (name, origin) = (name.to_owned(), origin.cloned());
        self.report(TestResult { name, origin, outcome, stdout, stderr, seconds });
        value
    }

    fn skip(&mut self, tests: &[&ImageTest], reason: &str) {
        let tests = tests.iter().map(|test| (test.name.as_str(), Some(test.origin.clone())));
        for (name, origin) in tests.chain([(POWERS_OFF, None)]) {
            self.report(TestResult {
                name: name.to_owned(),
                origin,
                outcome: Outcome::Skipped { reason: reason.to_owned() },
                stdout: String::new(),
                stderr: String::new(),
                seconds: 0.0,
            });
        }
    }

    fn report(&mut self, result: TestResult) {
        self.reporter.finished(&result);
        self.results.push(result);
    }
}

fn judge(test: &ImageTest, output: &Output) -> Result<(), Failure> {
    match (output.status, &test.expect) {
        (None, _) => Err(Failure::TimedOut { seconds: test.timeout.into() }),
        (Some(found), _) if found != test.status => Err(Failure::Status { expected: test.status, found }),
        (_, Some(expected)) if !output.stdout.contains(expected) => {
            Err(Failure::Text { expected: expected.clone(), found: output.stdout.clone() })
        }
        _ => Ok(()),
    }
}

/// Whether nothing can be asked of the machine any more.
fn ends_the_run(error: &GuestError) -> Option<String> {
    match error.trouble {
        Trouble::Script(_) | Trouble::Torn => None,
        _ => Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::root;
    use crate::vm;

    fn test(name: &str, run: &str) -> ImageTest {
        ImageTest {
            name: name.into(),
            run: run.into(),
            expect: None,
            status: 0,
            timeout: 60,
            origin: Origin { file: "images/base.star".into(), line: 3, column: 9 },
        }
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
    }

    fn told(tests: &[ImageTest], change: impl FnOnce(&mut Suite<'_>)) -> (String, Summary) {
        let folder = tempfile::tempdir().unwrap();
        let mut vm = vm::tests::started(folder.path());
        let login = root();
        let power_off = "fake-end guest-shutdown";
        let mut suite = Suite { tests, filter: None, login: &login, limits: Limits::default(), power_off };
        change(&mut suite);
        let mut told = Told::default();
        let summary = run(&suite, vm.console(), &mut told).unwrap();
        (format!("{}{summary}", told.0), summary)
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
        let (told, summary) = told(&tests, |_| {});
        insta::assert_snapshot!(told, @r#"
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
        let names: Vec<_> = summary.milestones.iter().map(|milestone| milestone.name).collect();
        assert_eq!(names, ["firmware", "login", "logged-in", "off"]);
        let timing: serde_json::Value = serde_json::from_str(&summary.timing()).unwrap();
        assert_eq!(timing["tests"][7]["outcome"], "failed");
    }

    #[test]
    fn a_machine_that_ends_fails_the_test_and_skips_the_rest() {
        let tests = [test("reboots", "fake-end guest-reset; sleep 1000"), test("after", "true")];
        insta::assert_snapshot!(told(&tests, |_| {}).0, @"
        boots: passed
        reboots: failed: the machine reset itself
        after: skipped: `reboots` ended the run: the machine reset itself
        powers-off: skipped: `reboots` ended the run: the machine reset itself
        1 passed, 1 failed, 2 skipped
        ");
    }

    #[test]
    fn limits_may_be_without_end() {
        let endless = Limits { boot: Duration::MAX, power_off: Duration::MAX, total: Duration::MAX };
        let (told, summary) = told(&[test("one", "true")], |suite| suite.limits = endless);
        assert!(summary.is_success(), "{told}");
    }

    #[test]
    fn a_failed_boot_is_a_failed_test() {
        let (told, _) = told(&[test("one", "true")], |suite| suite.limits.boot = Duration::ZERO);
        insta::assert_snapshot!(told, @"
        boots: failed: no `login:` prompt came within 0.0 s
        one: skipped: `boots` failed
        powers-off: skipped: `boots` failed
        0 passed, 1 failed, 2 skipped
        ");
    }

    #[test]
    fn a_run_that_takes_too_long_ends() {
        let tests = [test("one", "sleep 1000"), test("two", "true")];
        let (told, _) = told(&tests, |suite| suite.limits.total = Duration::from_secs(3));
        insta::assert_snapshot!(told, @"
        boots: passed
        one: failed: the whole run's time of 3 s is over
        two: skipped: `one` ended the run: the whole run's time of 3 s is over
        powers-off: skipped: `one` ended the run: the whole run's time of 3 s is over
        1 passed, 1 failed, 2 skipped
        ");
    }

    #[test]
    fn a_power_off_that_does_nothing_fails() {
        let (told, _) = told(&[], |suite| {
            suite.power_off = "true";
            suite.limits.power_off = Duration::from_millis(300);
        });
        insta::assert_snapshot!(told, @"
        boots: passed
        powers-off: failed: the machine was not off within 0.3 s
        1 passed, 1 failed, 0 skipped
        ");
    }

    #[test]
    fn a_filter_chooses_by_a_part_of_the_name() {
        let tests = [test("network-up", "true"), test("network-down", "false"), test("disk", "false")];
        assert_eq!(names(&tests, Some("up")).unwrap(), ["boots", "network-up", "powers-off"]);
        assert_eq!(names(&tests, None).unwrap().len(), 5);
        let error = names(&tests, Some("disc")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no test's name contains \"disc\": there are boots, network-up, network-down, disk, powers-off"
        );
        let (told, summary) = told(&tests, |suite| suite.filter = Some("up"));
        assert!(summary.is_success(), "{told}");
    }
}
