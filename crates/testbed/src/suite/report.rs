//! What a test run found.

use std::fmt;

use yoe_model::Origin;

use serde::{Deserialize, Serialize};
use yoe_vm::{GuestError, GuestErrorKind, Milestone};

/// A figure that a test yielded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is called.
    pub name: String,
    /// What it counts: `bytes`, `seconds`, `elapsed` (in seconds), `uptime` (in seconds since the machine was started) or `count`.
    pub unit: String,
    /// The number.
    pub value: f64,
    /// The test that yielded it.
    pub test: String,
    /// On which boot of the run, counted from 0.
    pub boot: usize,
    /// Memory of the device in bytes, where the test chose it.
    pub memory: Option<u64>,
}

/// Hears how a test run goes.
pub trait Reporter {
    /// A test begins.
    fn started(&mut self, name: &str);

    /// A test ended, or was skipped without having begun.
    fn finished(&mut self, result: &TestResult);

    /// A sweep has cut the power.
    fn cut(&mut self, cut: &Cut<'_>);

    /// The device is slow: from here on everything may take `patience` times as long as its own limit says.
    fn slow(&mut self, patience: f64);

    /// The emulator lost a timer's interrupt, and with it a start of the device. It is started again.
    fn lost_start(&mut self);
}

/// One loss of power of a sweep.
#[derive(Debug)]
pub struct Cut<'c> {
    /// Which one, counted from 1.
    pub number: u32,
    /// How many there will be.
    pub of: u32,
    /// What the test said before it, when it looked after what was reported up to then.
    pub found: &'c str,
    /// How long that took, in seconds.
    pub checked: f64,
    /// Seconds into the work at which the power was cut.
    pub after: f64,
    /// What the work said until then.
    pub printed: &'c [String],
}

/// How one test ended.
#[derive(Debug)]
pub struct TestResult {
    /// The test's name.
    pub name: String,
    /// Where it was written; absent for `boots` and `powers-off`.
    pub origin: Option<Origin>,
    /// How it ended.
    pub outcome: Outcome,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// How a test ended.
#[derive(Debug)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// Otherwise.
    Failed(TestError),
    /// It did not run.
    Skipped {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// One word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed(_) => "failed",
            Outcome::Skipped { .. } => "skipped",
        }
    }
}

/// Why a test failed.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// It ended with another status.
    #[error("expected exit status {expected}, found {found}")]
    Status {
        /// What it should be.
        expected: u32,
        /// What it was.
        found: u32,
    },
    /// Its output lacks a text.
    #[error("expected standard output to contain {expected:?}, found {}", excerpt(found))]
    Text {
        /// What it should contain.
        expected: String,
        /// All of it.
        found: String,
    },
    /// It did not end.
    #[error("it did not end within {seconds} s")]
    TimedOut {
        /// Its limit.
        seconds: u64,
    },
    /// The time of the whole run is over.
    #[error("the whole run's time of {seconds} s is over")]
    RunTimedOut {
        /// The limit.
        seconds: u64,
    },
    /// It should have failed to boot, and came up.
    #[error("expected {expected} failed boots, found {found} before the device came up")]
    CameUp {
        /// How many boots had to fail.
        expected: u32,
        /// How many did.
        found: u32,
    },
    /// It panicked, and nothing restarted it.
    #[error("the kernel panicked and the machine did not restart within {seconds} s: {message}")]
    PanicStays {
        /// How long it was waited for.
        seconds: u64,
        /// What the kernel said.
        message: String,
    },
    /// It should have reset itself.
    #[error("the machine did not reset itself within {seconds} s")]
    NoReset {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The host did not reach what it should.
    #[error(
        "expected port {port} of the device to answer{}, found {}",
        expected.as_ref().map(|text| format!(" with {text:?}")).unwrap_or_default(),
        excerpt(found)
    )]
    Reach {
        /// The port on the device.
        port: u16,
        /// What the answer should contain.
        expected: Option<String>,
        /// What came instead, the last time.
        found: String,
    },
    /// A test did not outlive a loss of power.
    #[error("after {cuts} power cuts (repeat with `--seed {seed}`): {failure}")]
    Swept {
        /// How many losses there were.
        cuts: u32,
        /// What their moments were drawn from.
        seed: u64,
        /// What was wrong then.
        failure: Box<TestError>,
    },
    /// The work of a sweep failed by itself.
    #[error("expected the work to end with status 0 or not at all, found {found} after {seconds:.1} s")]
    Work {
        /// Its status.
        found: u32,
        /// When it ended.
        seconds: f64,
    },
    /// Whoever else has a say about its output found something wrong: these words.
    #[error("{0}")]
    Judged(String),
    /// It should have ended with a figure.
    #[error("expected standard output to end with a number for {name:?}, found {}", excerpt(found))]
    Figure {
        /// What the figure is called.
        name: String,
        /// All of the output.
        found: String,
    },
    /// The machine failed it.
    #[error(transparent)]
    Guest(#[from] GuestError),
}

impl TestError {
    /// Whether it is that the run was cancelled.
    pub(super) fn is_cancelled(&self) -> bool {
        match self {
            TestError::Guest(error) => matches!(error.kind, GuestErrorKind::Cancelled),
            TestError::Swept { failure, .. } => failure.is_cancelled(),
            _ => false,
        }
    }
}

/// A text for a message: quoted, its end cut off when it is long.
fn excerpt(text: &str) -> String {
    const MOST: usize = 400;
    let (start, rest) = text.split_at(text.floor_char_boundary(MOST));
    match (start, rest) {
        ("", _) => "nothing".to_owned(),
        (all, "") => format!("{all:?}"),
        (start, rest) => format!("{start:?} and {} bytes more", rest.len()),
    }
}

/// How a whole run ended. Shown, it is a test runner's last line.
#[derive(Debug, Default)]
pub struct Summary {
    /// Each test, in the order of the run.
    pub results: Vec<TestResult>,
    /// Each boot, in the order of the run.
    pub boots: Vec<Boot>,
    /// What tests measured.
    pub figures: Vec<Figure>,
}

/// One boot of the device.
#[derive(Debug, Clone, PartialEq)]
pub struct Boot {
    /// Memory of the device in bytes, where a test chose it.
    pub memory: Option<u64>,
    /// How long it took to get where.
    pub milestones: Vec<Milestone>,
}

impl Summary {
    /// How many tests passed.
    pub fn passed(&self) -> usize {
        self.results.iter().filter(|result| matches!(result.outcome, Outcome::Passed)).count()
    }

    /// How many tests failed.
    pub fn failed(&self) -> usize {
        self.results.iter().filter(|result| matches!(result.outcome, Outcome::Failed(_))).count()
    }

    /// How many tests did not run.
    pub fn skipped(&self) -> usize {
        self.results.iter().filter(|result| matches!(result.outcome, Outcome::Skipped { .. })).count()
    }

    /// Whether every test ran and passed.
    pub fn is_success(&self) -> bool {
        self.passed() == self.results.len() && !self.results.is_empty()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed(), self.failed(), self.skipped())
    }
}
