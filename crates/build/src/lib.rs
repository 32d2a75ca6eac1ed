//! Executes a plan: what is not in the store yet is fetched, built in sandboxes, packaged and assembled.
//!
//! [`Builder::build`] runs a plan's actions, as many at once as the machine has processors; [`explain`](explain())
//! says what it would do and why. An action whose inputs were built anew to the same bytes is not run again. Whoever
//! asked is told through a [`Reporter`]; this crate prints nothing.

mod actions;
pub mod archive;
mod artifact;
mod builder;
mod causes;
mod chains;
mod configuration_error;
mod error;
mod execute;
mod explain;
mod fetched;
mod layout;
mod logs;
mod make;
mod reads;
mod reporter;
mod repository;
mod run_step;
mod schedule;
mod shell;
mod states;
mod steps;
mod variation;
mod verify;

pub use artifact::artifact;
pub use builder::{Builder, Fetching};
pub use causes::{Cause, Difference, causes};
pub use error::{ActionError, BuildError};
pub use explain::{Pending, explain};
pub use fetched::{FetchedFile, FetchedTree, Wanting, record_fetched};
pub use logs::{RunLog, logs};
pub use reads::reads;
pub use reporter::{Event, How, Reason, Reporter};
pub use states::{TargetState, states};
pub use variation::{Clock, Variation};
pub use verify::{Outcome, Verdict, verifiable};
