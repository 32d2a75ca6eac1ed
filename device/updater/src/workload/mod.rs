//! Installing a version of a workload apart from the system: fetched and verified as a version of the system is, then handed to the
//! program that runs workloads, which tells whether it is good.

mod find;
mod program;
mod stage;

use yoe_bundle::Time;

use crate::config::Config;
use crate::delta::Tally;
use crate::disk::{Purpose, System, is_on_trial};
use crate::error::UpdaterError;
use crate::lock::Lock;
use crate::machine::AdmitError;
use crate::search::{Found, search};
use crate::source;
use crate::state::State;
use crate::update::Device;
use program::Program;
use stage::Stage;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadOutcome {
    /// The workload.
    pub workload: String,
    /// Its version.
    pub version: String,
    /// Whether it runs already, so that nothing was done.
    pub runs: bool,
    /// What it took.
    pub tally: Tally,
    /// What could not be remembered, and why.
    pub warning: Option<String>,
}

/// Something to tell while it goes on.
#[derive(Debug, Clone, Copy)]
pub enum WorkloadEvent<'a> {
    /// A version was found and is believed.
    Found(&'a str),
    /// What this device lacks is fetched.
    Fetch,
    /// It starts on trial.
    Switch,
}

/// Times that another updater may come first, before this one gives way.
const OVERTAKEN: usize = 3;

/// Installs the newest version that a repository has of a workload of this device.
///
/// # Errors
/// With a refusal, before anything was written; or when disk or network fail, and then it can be run again. What runs goes on running
/// until the new version is whole.
pub fn install_workload(
    config: &Config,
    workload: &str,
    from: &str,
    tell: &mut dyn FnMut(WorkloadEvent<'_>),
) -> Result<WorkloadOutcome, UpdaterError> {
    let state = State::new(&config.paths.state);
    let system = System::open(&config.paths, Purpose::Read)?;
    if is_on_trial(&config.paths.efivars) {
        return Err(AdmitError::OnTrial.into());
    }
    let device = Device { image: &system.image, machine: &config.machine, version: &system.version };
    let program = Program::new(&config.paths.workload_program);
    for _ in 0..OVERTAKEN {
        let runs = program.version(workload)?;
        let repository = source::open(from, &config.network)?;
        let repository = repository.as_ref();
        let find = |verified: &_| find::find(repository, verified, &device, workload, runs.as_deref());
        let time = |update: &find::WorkloadUpdate| update.manifest.time;
        let Found { update, warning } = search(config, Time(system.epoch), &state, repository, find, time)?;
        let memory = state.memory();
        let version = update.manifest.version.clone();
        tell(WorkloadEvent::Found(&version));
        let outcome = |runs, tally| WorkloadOutcome {
            workload: workload.to_owned(),
            version: version.clone(),
            runs,
            tally,
            warning: warning.clone(),
        };
        if runs.as_ref() == Some(&version) {
            return Ok(outcome(true, Tally::default()));
        }
        let lock = Lock::take(&config.paths.lock)?;
        // Another updater may have been at work while the network was: what it learned holds for this one too.
        if state.memory() != memory {
            continue;
        }
        tell(WorkloadEvent::Fetch);
        let stage = Stage { system: &system, repository, network: &config.network, update: &update };
        let tally = stage.run(&config.paths.workload_versions)?;
        tell(WorkloadEvent::Switch);
        program.switch(workload, &version)?;
        drop(lock);
        return Ok(outcome(false, tally));
    }
    Err(UpdaterError::Busy)
}
