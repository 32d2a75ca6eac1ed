//! Losses of power at random moments of some work, each followed by a boot that looks after what the work had reported.

use std::time::Duration;

use yoe_model::{ImageTest, Sweep};

use super::report::{Cut, TestError};
use super::runner::{Run, RunError};
use super::segment::Segment;
use crate::draw::drawn;
use yoe_vm::{Guest, Output, PasswordError, Vm, Watched, after, random_bytes};

/// How a sweep went.
pub(super) enum Swept {
    /// The device outlived all losses but the last, after which it was started again.
    Through(Vm),
    /// It did not, or the work failed. With what the test said then.
    Failed(TestError, Option<Output>),
}

impl Run<'_> {
    /// Cuts the power as often as the sweep says.
    ///
    /// # Errors
    /// When the machine cannot be started or ended on this host.
    pub(super) fn sweep(
        &mut self,
        segment: &Segment<'_>,
        test: &ImageTest,
        sweep: &Sweep,
        mut vm: Vm,
    ) -> Result<Swept, RunError> {
        let seed = self.suite.seed;
        self.reported = Reported::new(self.seed_of(test));
        for cuts in 0..sweep.cuts {
            let (output, watched) = self.round(test, sweep, &mut vm);
            self.end(segment, vm)?;
            let watched = match watched {
                Ok(watched) => watched,
                Err(failure) => {
                    return Ok(Swept::Failed(
                        TestError::Swept { cuts, seed, failure: failure.into() },
                        output,
                    ));
                }
            };
            self.reporter.cut(&Cut {
                number: cuts + 1,
                of: sweep.cuts,
                found: output.as_ref().map_or("", |output| &output.stdout),
                checked: output.as_ref().map_or(0.0, |output| output.seconds),
                after: watched.seconds,
                printed: &watched.lines,
            });
            self.reported.cut(watched.lines);
            vm = self.device.start(segment.hardware).map_err(RunError::Start)?;
        }
        Ok(Swept::Through(vm))
    }

    /// What the moments of this sweep are drawn from: several in one run must not have the same.
    fn seed_of(&self, test: &ImageTest) -> u64 {
        let before = self.suite.tests.iter().filter(|other| other.sweep.is_some());
        match before.take_while(|other| other.name != test.name).count() {
            0 => self.suite.seed,
            place => drawn(self.suite.seed, place as u32, 1),
        }
    }

    /// Looks after what was reported, and then works up to the moment of the loss. With what was said, if anything was.
    fn round(
        &self,
        test: &ImageTest,
        sweep: &Sweep,
        vm: &mut Vm,
    ) -> (Option<Output>, Result<Watched, TestError>) {
        match self.check_after_cut(test, vm) {
            Err(failure) => (None, Err(failure)),
            Ok((output, Err(failure))) => (Some(output), Err(failure)),
            Ok((output, Ok(mut guest))) => self.run_until_cut(sweep, output, &mut guest),
        }
    }

    /// What the test says before a loss, its verdict, and the device for what follows.
    fn check_after_cut<'v>(
        &self,
        test: &ImageTest,
        vm: &'v mut Vm,
    ) -> Result<(Output, Result<Guest<'v>, TestError>), TestError> {
        let limits = self.limits;
        let left = limits.total.saturating_sub(self.began.elapsed());
        if left.is_zero() {
            return Err(TestError::RunTimedOut { seconds: limits.total.as_secs() });
        }
        let mut guest = Guest::log_in(vm.console(), self.suite.login, after(limits.boot.min(left)))?;
        let time = limits.test(test.timeout);
        let output = guest.run(&self.reported.script(&test.run), time)?;
        let verdict = self.judge(test, &output, &mut guest, after(time)).map(|_| guest);
        Ok((output, verdict))
    }

    /// Works up to the moment of the loss; what a failed work said takes the place of what the test said.
    fn run_until_cut(
        &self,
        sweep: &Sweep,
        checked: Output,
        guest: &mut Guest<'_>,
    ) -> (Option<Output>, Result<Watched, TestError>) {
        let moment = self.reported.moment(Duration::from_secs(sweep.within.into()));
        match guest.watch(&self.reported.script(&sweep.during), moment) {
            Ok(Watched { status: Some(found), stderr, seconds, lines }) if found != 0 => {
                let printed = Output { stdout: lines.join("\n"), stderr, ..checked };
                (Some(printed), Err(TestError::Work { found, seconds }))
            }
            watched => (Some(checked), watched.map_err(TestError::from)),
        }
    }
}

/// What work reported before the power was cut: the newest line of each subject, in the order in which they were said. A
/// line's first word is its subject.
#[derive(Debug, Clone, Default)]
pub(super) struct Reported {
    seed: Option<u64>,
    cuts: u32,
    lines: Vec<String>,
}

impl Reported {
    fn new(seed: u64) -> Self {
        Self { seed: Some(seed), ..Self::default() }
    }

    /// The power was cut after these lines.
    fn cut(&mut self, lines: Vec<String>) {
        self.cuts += 1;
        for line in lines {
            let Some(subject) = subject(&line) else { continue };
            self.lines.retain(|old| self::subject(old) != Some(subject));
            self.lines.push(line);
        }
    }

    /// A script that ends at its first failure, and that is told what a sweep knows when there is one.
    pub(super) fn script(&self, run: &str) -> String {
        let Some(seed) = self.seed else { return format!("set -eu\n{run}") };
        let reported = self.lines.join("\n").replace('\'', r"'\''");
        let (cuts, random) = (self.cuts, drawn(seed, self.cuts, 1) >> 33);
        format!("set -eu\nreported='{reported}' cut={cuts} random={random}\n{run}")
    }

    /// When the next loss of power comes, at most this long after the work began.
    fn moment(&self, within: Duration) -> Duration {
        let most = within.as_millis() as u64;
        Duration::from_millis(drawn(self.seed.unwrap_or_default(), self.cuts, 0) % (most + 1))
    }
}

/// A seed that nobody chose, short enough to be typed again.
///
/// # Errors
/// When the system gives no random bytes.
pub fn random_seed() -> Result<u64, PasswordError> {
    random_bytes().map(|bytes| u32::from_le_bytes(bytes).into())
}

fn subject(line: &str) -> Option<&str> {
    line.split_whitespace().next()
}

#[cfg(test)]
mod tests;
