//! Image tests: boot, assert what the image declares, switch off, and report as a test runner does.

mod report;
mod runner;

pub use report::{Failure, Outcome, Reporter, Summary, TestResult};
pub use runner::{Limits, NoMatch, Suite, names, run};
