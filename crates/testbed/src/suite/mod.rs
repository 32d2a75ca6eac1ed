//! Image tests: boot, assert what the image declares, switch off, and report as a test runner does.

mod device;
mod failed_boot;
mod figure;
mod limits;
mod lost_start;
mod reach;
mod record;
mod report;
mod runner;
mod segment;
mod selection;
mod sweep;

pub use device::{Device, Hardware};
pub use limits::{Limits, has_sweep, set_cuts};
pub use record::{BootRecord, Moment, Record, TestRecord};
pub use report::{Boot, Cut, Figure, Outcome, Reporter, Summary, TestError, TestResult};
pub use runner::{Judge, RunError, Suite, run};
pub use selection::{Selection, SelectionError};
pub use sweep::random_seed;
