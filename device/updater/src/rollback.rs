//! Back to the other slot's version, because somebody asks for it.

use crate::clock::clock;
use crate::config::Config;
use crate::disk::{Purpose, System};
use crate::error::UpdaterError;
use crate::lock::Lock;
use crate::machine::rollback;
use crate::state::State;

/// What the record says of a version that was left on request.
const ASKED: &str = "rollback: somebody asked for it";

/// From the next start on the other slot's version runs. Whether anything was to be done.
///
/// # Errors
/// When the other slot holds nothing that was found good, or the disk fails.
pub fn roll_back(config: &Config) -> Result<bool, UpdaterError> {
    let _lock = Lock::take(&config.paths.lock)?;
    let system = System::open(&config.paths, Purpose::Judge)?;
    if !system.settle(rollback)? {
        return Ok(false);
    }
    let failure = system.failure(vec![ASKED.to_owned()], clock());
    // What counts is done; without a record, status can only say less.
    let _ = State::new(&config.paths.state).fail(Some(system.esp()), &failure);
    Ok(true)
}
