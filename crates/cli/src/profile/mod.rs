//! Where the time of a build went: what ran when, what it used, and which chain of actions decided when the build ended.

mod path;
mod recorder;
mod trace;

use std::path::Path;
use std::time::Duration;

pub use recorder::Recorder;
use yoe_plan::Plan;

use crate::error::CommandError;
use crate::output::Output;

/// An action that ran.
#[derive(Debug, Clone, PartialEq)]
struct Span {
    label: String,
    /// From the beginning of the build.
    began: Duration,
    ended: Duration,
    /// Why it was not taken from the cache.
    reason: String,
    /// How it ended.
    end: End,
    /// The tasks that it had, by when they began.
    tasks: Vec<(Duration, String)>,
    /// The processor time of its commands.
    processor: Duration,
}

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Built,
    /// It found the same inputs as before.
    Reused,
    Failed,
    /// The build ended before it.
    Open,
}

/// A file that the profile of a build goes to.
pub struct Profile(Output);

impl Profile {
    /// Looks at the place before any work is done for it.
    ///
    /// # Errors
    /// When nothing could be written there.
    pub fn at(path: &Path) -> Result<Self, CommandError> {
        Output::at(path).map(Self)
    }

    /// Writes what was recorded of a build, and says in a few lines where its time went.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, recorder: &Recorder, plan: &Plan) -> Result<Vec<String>, CommandError> {
        let (spans, whole) = recorder.spans();
        let critical = path::critical(plan, &spans);
        self.0.write_all(trace::trace(plan, &spans, &critical).to_string().as_bytes())?;
        Ok(path::summary(&spans, &critical, whole))
    }
}
