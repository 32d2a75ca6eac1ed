//! From a repository to what is done with an update of it. Nobody is locked out until the update is believed.

use yoe_bundle::Time;

use crate::config::Config;
use crate::error::{Again, UpdaterError};
use crate::lock::Lock;
use crate::search::{Found, search};
use crate::source::{self, Repository};
use crate::state::State;
use crate::update::Verified;

/// Times that another updater may come first, before this one gives way.
const OVERTAKEN: usize = 3;

/// What an updater looks for, and what it does with it.
pub trait Attempt {
    /// An update that is verified.
    type Update;
    /// What came of it.
    type Outcome;

    /// The update for this device, of what a repository says.
    ///
    /// # Errors
    /// When there is none, or it is for others.
    fn find(
        &mut self,
        repository: &dyn Repository,
        verified: &Verified,
    ) -> Result<Self::Update, UpdaterError>;

    /// When it was made.
    fn time(update: &Self::Update) -> Time;

    /// Whether there is nothing to do: what comes of it then. Nobody is locked out yet.
    ///
    /// # Errors
    /// With a refusal.
    fn judge(&mut self, found: &Found<Self::Update>) -> Result<Option<Self::Outcome>, UpdaterError>;

    /// Does it, while no other updater is at work.
    ///
    /// # Errors
    /// With a refusal, or when disk or network fail.
    fn act(
        &mut self,
        repository: &dyn Repository,
        found: Found<Self::Update>,
    ) -> Result<Self::Outcome, UpdaterError>;
}

/// Carries an attempt out, from there. `epoch` is when the running image was made.
///
/// # Errors
/// With those of the attempt, and when the repository is not believed or another updater comes first again and again.
pub fn carry_out<A: Attempt>(
    config: &Config,
    from: &str,
    epoch: Time,
    attempt: &mut A,
) -> Result<A::Outcome, UpdaterError> {
    let state = State::new(&config.paths.state);
    for _ in 0..OVERTAKEN {
        let repository = source::open(from, &config.network)?;
        let repository = repository.as_ref();
        let find = |verified: &_| attempt.find(repository, verified);
        let found = search(config, epoch, &state, repository, find, A::time);
        let found = found.map_err(|problem| replaced(repository, problem))?;
        let memory = state.memory();
        if let Some(outcome) = attempt.judge(&found)? {
            return Ok(outcome);
        }
        let _lock = Lock::take(&config.paths.lock)?;
        // Another updater may have been at work while the network was: what it learned holds for this one too.
        if state.memory() == memory {
            return attempt.act(repository, found).map_err(|problem| replaced(repository, problem));
        }
    }
    Err(UpdaterError::Busy)
}

/// What does not fit together is not damage when the server replaced the file meanwhile.
fn replaced(repository: &dyn Repository, problem: UpdaterError) -> UpdaterError {
    // What is damaged, cut off or missing, as docs/reference/updater.md has it.
    if !repository.was_replaced() || !(16..=18).contains(&problem.kind().1) {
        return problem;
    }
    let replaced = format!("the server replaced it while it was read ({})", yoe_program::message(&problem));
    UpdaterError::Fetch { origin: repository.name().to_owned(), problem: replaced, again: Again::Soon }
}
