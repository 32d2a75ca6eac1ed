//! Runs an image's tests on a device.

use std::time::{Duration, Instant};

use yoe_model::{ImageTest, Origin, TestBoot};

use super::device::Device;
use super::failed_boot::{failed_boot, reset};
use super::figure;
use super::limits::Limits;
use super::lost_start::{MOST, lost};
use super::reach::reach;
use super::report::{Boot, Figure, Outcome, Reporter, Summary, TestError, TestResult};
use super::segment::{Segment, segments};
use super::selection::{BOOTS, POWERS_OFF, Selection, SelectionError};
use super::sweep::{Reported, Swept};
use yoe_vm::{Console, Guest, GuestError, GuestErrorKind, Login, Output, StartError, Vm, VmError, after};

/// What is run.
#[derive(Debug)]
pub struct Suite<'a> {
    /// The image's tests. Each script runs by `sh -eu`.
    pub tests: &'a [ImageTest],
    /// Which of them.
    pub selection: Selection<'a>,
    /// Who logs in.
    pub login: &'a Login,
    /// How long it may take.
    pub limits: Limits,
    /// The command that switches the system off.
    pub power_off: &'a str,
    /// The command that restarts it.
    pub reboot: &'a str,
    /// What the moments of losses of power are drawn from.
    pub seed: u64,
    /// Whether the device's processors are emulated. Starts that the emulator lost are made anew then.
    pub emulated: bool,
    /// Who else has a say about what a test said.
    pub judge: Option<&'a dyn Judge>,
}

/// Judges a test's output by more than text and status.
pub trait Judge: std::fmt::Debug {
    /// What is wrong with the standard output of `test`, in words; `None` for a test that is none of its own.
    fn judge(&self, test: &str, stdout: &str) -> Option<Result<(), String>>;
}

/// Why there was no run, or no end to it. Everything else is a failed test.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A text that was to choose tests is in no name.
    #[error(transparent)]
    NoMatch(#[from] SelectionError),
    /// The device could not be started on this host.
    #[error("the machine could not be started")]
    Start(#[source] StartError),
    /// The device's power could not be cut.
    #[error("the machine could not be ended")]
    End(#[source] VmError),
}

/// Boots, runs the tests, switches off. Between tests the device restarts or loses its power, as they say.
///
/// # Errors
/// [`RunError`]; that the device does not boot or answer is a failed test.
pub fn run(
    suite: &Suite<'_>,
    device: &mut dyn Device,
    reporter: &mut dyn Reporter,
) -> Result<Summary, RunError> {
    let names = suite.selection.names(suite.tests)?;
    let tests: Vec<_> = suite.tests.iter().filter(|test| names.contains(&test.name.as_str())).collect();
    let (began, summary) = (Instant::now(), Summary::default());
    let reported = Reported::default();
    let mut run = Run { suite, device, reporter, began, limits: suite.limits, summary, reported };
    run.all(&segments(&tests))?;
    Ok(run.summary)
}

pub(super) struct Run<'r> {
    pub(super) suite: &'r Suite<'r>,
    pub(super) device: &'r mut dyn Device,
    pub(super) reporter: &'r mut dyn Reporter,
    pub(super) began: Instant,
    /// Those of the suite, and longer once the first boot took longer than they were made for.
    pub(super) limits: Limits,
    summary: Summary,
    /// What the work of the segment's sweep reported.
    pub(super) reported: Reported,
}

/// Why nothing more can be asked of a device.
struct Stop {
    reason: String,
    /// Whether another boot would not help.
    for_good: bool,
}

impl Run<'_> {
    fn all(&mut self, segments: &[Segment<'_>]) -> Result<(), RunError> {
        for (index, segment) in segments.iter().enumerate() {
            let (first, next) = (index == 0, segments.get(index + 1));
            let stop = match self.used_up() {
                Some(reason) if !first => {
                    self.skip(&segment.tests, &reason);
                    Some(reason)
                }
                _ => self.segment(segment, first, next)?,
            };
            if let Some(reason) = stop {
                let left: Vec<_> =
                    segments[index + 1..].iter().flat_map(|later| &later.tests).copied().collect();
                self.skip(&left, &reason);
                self.skip_end(&reason);
                break;
            }
        }
        Ok(())
    }

    /// Why no further test begins, once the time for them is used up.
    fn used_up(&self) -> Option<String> {
        let budget = self.limits.budget.filter(|budget| self.began.elapsed() >= *budget)?;
        Some(format!("the budget of {} min is used up", budget.as_secs() / 60))
    }

    /// One boot and its tests; tells why the run ends here, if so.
    fn segment(
        &mut self,
        segment: &Segment<'_>,
        first: bool,
        next: Option<&Segment<'_>>,
    ) -> Result<Option<String>, RunError> {
        let mut vm = self.device.start(segment.hardware).map_err(RunError::Start)?;
        for found in 0..segment.failed_boots {
            let left = self.limits.total.saturating_sub(self.began.elapsed());
            let limit = self.limits.boot.min(left);
            let failed = failed_boot(vm.console(), limit, found, segment.failed_boots);
            self.end(segment, vm)?;
            if let (Err(failure), Some(test)) = (failed, segment.tests.first()) {
                return Ok(self.wrong_boot(test, &segment.tests[1..], failure, None, next));
            }
            vm = self.device.start(segment.hardware).map_err(RunError::Start)?;
        }
        self.reported = Reported::default();
        if let (Some(sweep), Some((test, others))) = (segment.sweep, segment.tests.split_first()) {
            vm = match self.sweep(segment, test, sweep, vm)? {
                Swept::Through(vm) => vm,
                Swept::Failed(failure, output) => {
                    return Ok(self.wrong_boot(test, others, failure, output, next));
                }
            };
        }
        vm = self.unless_lost(segment, vm)?;
        let stop = self.booted(segment, first, &mut vm, next);
        self.end(segment, vm)?;
        Ok(stop)
    }

    /// The device once a start of it was not lost by the emulator.
    fn unless_lost(&mut self, segment: &Segment<'_>, mut vm: Vm) -> Result<Vm, RunError> {
        if !self.suite.emulated {
            return Ok(vm);
        }
        for _ in 0..MOST {
            let left = self.limits.total.saturating_sub(self.began.elapsed());
            if !lost(vm.console(), after(self.limits.boot.min(left))) {
                break;
            }
            self.reporter.lost_start();
            self.end(segment, vm)?;
            vm = self.device.start(segment.hardware).map_err(RunError::Start)?;
        }
        Ok(vm)
    }

    pub(super) fn end(&mut self, segment: &Segment<'_>, mut vm: Vm) -> Result<(), RunError> {
        let memory = segment.hardware.memory.map(|size| size.0);
        self.summary.boots.push(Boot { memory, milestones: vm.console().milestones() });
        vm.cut_power().map_err(RunError::End)
    }

    fn booted(
        &mut self,
        segment: &Segment<'_>,
        first: bool,
        vm: &mut Vm,
        next: Option<&Segment<'_>>,
    ) -> Option<String> {
        let limits = self.limits;
        let left = limits.total.saturating_sub(self.began.elapsed());
        let login = self.suite.login;
        let entered = |vm| Guest::log_in(vm, login, after(limits.boot.min(left)));
        let mut guest = match (first, segment.tests.first()) {
            (false, Some(test)) => match entered(vm.console()) {
                Ok(guest) => guest,
                // It is this test that asked for the boot.
                Err(error) => return self.wrong_boot(test, &segment.tests[1..], error.into(), None, next),
            },
            _ => match self.timed(BOOTS, None, |_| (entered(vm.console()).map_err(TestError::from), None)) {
                Some(mut guest) => {
                    self.stretch(guest.console());
                    guest
                }
                None => {
                    let reason = format!("`{BOOTS}` failed");
                    self.skip(&segment.tests, &reason);
                    return Some(reason);
                }
            },
        };
        for (index, test) in segment.tests.iter().enumerate() {
            if let Some(reason) = self.used_up() {
                self.skip(&segment.tests[index..], &reason);
                return Some(reason);
            }
            if let Some(Stop { reason, for_good }) = self.one(test, &mut guest) {
                let reason = format!("`{}` ended the run: {reason}", test.name);
                self.skip(&segment.tests[index + 1..], &reason);
                return self.unless_again(reason, for_good, next);
            }
        }
        self.leave(guest, next)
    }

    /// Has the patience that the device's first boot asks for.
    fn stretch(&mut self, console: &Console) {
        let login = console.milestones().into_iter().find(|milestone| milestone.name == "login");
        let Some(login) = login else { return };
        self.limits = self.limits.stretched(Duration::from_secs_f64(login.seconds));
        if self.limits.patience > 1.0 {
            self.reporter.slow(self.limits.patience);
        }
    }

    /// A device that a test restarted and that did not come back as it should.
    fn wrong_boot(
        &mut self,
        test: &ImageTest,
        others: &[&ImageTest],
        failure: TestError,
        output: Option<Output>,
        next: Option<&Segment<'_>>,
    ) -> Option<String> {
        let cancelled = failure.is_cancelled();
        let reason = format!("`{}` ended the run: {failure}", test.name);
        self.timed::<()>(&test.name, Some(&test.origin), |_| (Err(failure), output));
        self.skip(others, &reason);
        self.unless_again(reason, cancelled, next)
    }

    /// Why the run ends, unless the tests that follow begin with a boot of their own.
    fn unless_again(&mut self, reason: String, for_good: bool, next: Option<&Segment<'_>>) -> Option<String> {
        (for_good || next.is_none()).then_some(reason)
    }

    /// Ends a segment as the next one wants it; the last one by switching the system off.
    fn leave(&mut self, mut guest: Guest<'_>, next: Option<&Segment<'_>>) -> Option<String> {
        let (suite, within) = (self.suite, self.limits.power_off);
        match next {
            None => {
                self.timed(POWERS_OFF, None, |_| {
                    (guest.power_off(suite.power_off, within).map_err(TestError::from), None)
                });
                None
            }
            // The machine is ended by whoever started it.
            Some(Segment { boot: TestBoot::PowerCut, .. }) => None,
            Some(segment) => {
                let first = segment.tests.first();
                let ended = match segment.boot {
                    TestBoot::Reset => {
                        let patience = self.limits.test(first.map_or(0, |test| test.timeout));
                        reset(guest.console(), self.limits.boot.max(patience))
                    }
                    _ => guest.restart(suite.reboot, within).map_err(TestError::from),
                };
                let failure = ended.err()?;
                let test = first?;
                let reason = format!("`{}` could not have its restart: {failure}", test.name);
                self.timed::<()>(&test.name, Some(&test.origin), |_| (Err(failure), None));
                Some(reason)
            }
        }
    }

    /// Runs one test; tells why no other can follow, if so.
    fn one(&mut self, test: &ImageTest, guest: &mut Guest<'_>) -> Option<Stop> {
        let mut stop = None;
        let value = self.timed(&test.name, Some(&test.origin), |run| {
            let limit = run.limits.test(test.timeout);
            let left = run.limits.total.saturating_sub(run.began.elapsed());
            if left.is_zero() {
                return (Err(run.out_of_time(&mut stop)), None);
            }
            let deadline = after(limit.min(left));
            let (found, output) = match guest.run(&run.reported.script(&test.run), limit.min(left)) {
                Ok(output) if output.status.is_none() && left < limit => {
                    (Err(run.out_of_time(&mut stop)), Some(output))
                }
                Ok(output) => (run.judge(test, &output, guest, deadline), Some(output)),
                Err(error) => (Err(error.into()), None),
            };
            if let Err(TestError::Guest(error)) = &found {
                stop = ends_the_run(error);
            }
            (found, output)
        });
        if let (Some(measure), Some(Some(value))) = (&test.measure, value) {
            let figure: Figure = figure::figure(measure, value, test, self.summary.boots.len());
            self.summary.figures.push(figure);
        }
        stop
    }

    /// What is wrong with what a test gave, or its figure.
    pub(super) fn judge(
        &self,
        test: &ImageTest,
        output: &Output,
        guest: &mut Guest<'_>,
        deadline: Instant,
    ) -> Result<Option<f64>, TestError> {
        judge(test, output, self.limits.test(test.timeout))?;
        if let Some(verdict) = self.suite.judge.and_then(|judge| judge.judge(&test.name, &output.stdout)) {
            verdict.map_err(TestError::Judged)?;
        }
        if let Some(wanted) = &test.reach {
            // Every port that a test names is forwarded; without one nothing answers.
            let host = self.device.forwarded(wanted.port).unwrap_or_default();
            reach(wanted, host, guest.console(), deadline)?;
        }
        test.measure.as_ref().map(|measure| figure::read(measure, output, guest)).transpose()
    }

    fn out_of_time(&self, stop: &mut Option<Stop>) -> TestError {
        let failure = TestError::RunTimedOut { seconds: self.limits.total.as_secs() };
        *stop = Some(Stop { reason: failure.to_string(), for_good: true });
        failure
    }

    /// Reports a test around what it does.
    fn timed<T>(
        &mut self,
        name: &str,
        origin: Option<&Origin>,
        test: impl FnOnce(&Self) -> (Result<T, TestError>, Option<Output>),
    ) -> Option<T> {
        self.reporter.started(name);
        let began = Instant::now();
        let (found, output) = test(self);
        let (value, outcome) = match found {
            Ok(value) => (Some(value), Outcome::Passed),
            Err(failure) => (None, Outcome::Failed(failure)),
        };
        let seconds = output.as_ref().map_or_else(|| began.elapsed().as_secs_f64(), |output| output.seconds);
        let (mut stdout, stderr) = output.map(|output| (output.stdout, output.stderr)).unwrap_or_default();
        // The verdict says what counts of an output that is too long for people.
        if matches!(outcome, Outcome::Failed(TestError::Judged(_))) {
            stdout.clear();
        }
        let (name, origin) = (name.to_owned(), origin.cloned());
        self.report(TestResult { name, origin, outcome, stdout, stderr, seconds });
        value
    }

    fn skip(&mut self, tests: &[&ImageTest], reason: &str) {
        // A test that was reported already is the reason itself.
        let has_result =
            |run: &Self, name: &str| run.summary.results.iter().any(|result| result.name == name);
        for test in tests {
            if !has_result(self, &test.name) {
                self.skipped(&test.name, Some(&test.origin), reason);
            }
        }
    }

    fn skip_end(&mut self, reason: &str) {
        self.skipped(POWERS_OFF, None, reason);
    }

    fn skipped(&mut self, name: &str, origin: Option<&Origin>, reason: &str) {
        self.report(TestResult {
            name: name.to_owned(),
            origin: origin.cloned(),
            outcome: Outcome::Skipped { reason: reason.to_owned() },
            stdout: String::new(),
            stderr: String::new(),
            seconds: 0.0,
        });
    }

    fn report(&mut self, result: TestResult) {
        self.reporter.finished(&result);
        self.summary.results.push(result);
    }
}

fn judge(test: &ImageTest, output: &Output, limit: Duration) -> Result<(), TestError> {
    match (output.status, &test.expect) {
        (None, _) => Err(TestError::TimedOut { seconds: limit.as_secs() }),
        (Some(found), _) if found != test.status => Err(TestError::Status { expected: test.status, found }),
        (_, Some(expected)) if !output.stdout.contains(expected) => {
            Err(TestError::Text { expected: expected.clone(), found: output.stdout.clone() })
        }
        _ => Ok(()),
    }
}

/// Whether nothing can be asked of the machine any more.
fn ends_the_run(error: &GuestError) -> Option<Stop> {
    match error.kind {
        GuestErrorKind::Script(_) | GuestErrorKind::Torn => None,
        GuestErrorKind::Cancelled => Some(Stop { reason: error.to_string(), for_good: true }),
        _ => Some(Stop { reason: error.to_string(), for_good: false }),
    }
}

#[cfg(test)]
pub(super) mod tests;
