//! Finding an update, and remembering what was verified on the way: whatever comes of it, nothing older is believed afterwards.

use yoe_bundle::Time;
use yoe_program::message;

use crate::clock::clock;
use crate::config::Config;
use crate::error::UpdaterError;
use crate::source::Repository;
use crate::state::{Memory, State};
use crate::update::{self, Verified};

/// What was found.
#[derive(Debug, Clone)]
pub struct Found<T> {
    /// An update that is verified.
    pub update: T,
    /// What could not be remembered, and why.
    pub warning: Option<String>,
}

/// Finds what `find` makes of what a repository says, which was made at `time`. `epoch` is when the running image was made, in seconds
/// since 1970.
///
/// # Errors
/// When there is none, it is not believed, or it is for others.
pub fn search<T>(
    config: &Config,
    epoch: Time,
    state: &State,
    repository: &dyn Repository,
    find: impl FnOnce(&Verified) -> Result<T, UpdaterError>,
    time: impl FnOnce(&T) -> Time,
) -> Result<Found<T>, UpdaterError> {
    let Believed { verified, memory, mut warning } = believe(config, epoch, state, repository)?;
    let update = find(&verified)?;
    let later = Memory { time: memory.time.max(time(&update)), ..memory.clone() };
    if let Err(problem) = state.keep(&memory, later) {
        warning.get_or_insert_with(|| message(&problem));
    }
    Ok(Found { update, warning })
}

/// What a repository says, and what of it is remembered.
pub(crate) struct Believed {
    pub(crate) verified: Verified,
    memory: Memory,
    warning: Option<String>,
}

/// Verifies what a repository says, and remembers it.
///
/// # Errors
/// When it is not believed.
pub(crate) fn believe(
    config: &Config,
    epoch: Time,
    state: &State,
    repository: &dyn Repository,
) -> Result<Believed, UpdaterError> {
    let known = state.remembered(&config.paths)?;
    let floor = known.memory.time.max(epoch);
    let now = if repository.is_local() { floor } else { floor.max(clock()) };
    let mut warning = None;
    let mut note = |kept: Result<(), UpdaterError>| {
        if let Err(problem) = kept {
            warning.get_or_insert_with(|| message(&problem));
        }
    };
    let keep_root = &mut |root: &_| note(state.keep_root(root));
    let verified = update::verify(repository, known.trust.clone(), &known.seen(), now, keep_root)?;
    let memory = Memory { seen: verified.seen.clone(), time: known.memory.time };
    note(state.keep(&known.memory, memory.clone()));
    Ok(Believed { verified, memory, warning })
}
