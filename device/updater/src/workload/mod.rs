//! Installing a version of a workload apart from the system: fetched and verified as a version of the system is, then handed to the
//! program that runs workloads, which tells whether it is good.

mod find;
mod program;
mod stage;

use yoe_bundle::Time;

use crate::attempt::{Attempt, carry_out};
use crate::config::Config;
use crate::delta::Tally;
use crate::disk::{Purpose, System, is_on_trial};
use crate::error::UpdaterError;
use crate::install::Event;
use crate::machine::AdmitError;
use crate::search::Found;
use crate::source::Repository;
use crate::update::{Device, Verified};
use find::WorkloadUpdate;
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

/// Installs the newest version that a repository has of a workload of this device.
///
/// # Errors
/// With a refusal, before anything was written; or when disk or network fail, and then it can be run again. What runs goes on running
/// until the new version is whole.
pub fn install_workload(
    config: &Config,
    workload: &str,
    from: &str,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<WorkloadOutcome, UpdaterError> {
    let system = System::open(&config.paths, Purpose::Read)?;
    if is_on_trial(&config.paths.efivars) {
        return Err(AdmitError::OnTrial.into());
    }
    let program = Program::new(&config.paths.workload_program);
    // Before the network is asked: there may be no such workload.
    let known = Some(program.version(workload)?);
    let mut attempt = OfWorkload { config, system: &system, program, workload, known, tell };
    carry_out(config, from, Time(system.epoch), &mut attempt)
}

/// A version of a workload.
struct OfWorkload<'a> {
    config: &'a Config,
    system: &'a System,
    program: Program,
    workload: &'a str,
    /// The version that runs, until it is asked for again.
    known: Option<Option<String>>,
    tell: &'a mut dyn FnMut(Event<'_>),
}

impl OfWorkload<'_> {
    fn outcome(&self, found: Found<WorkloadUpdate>, tally: Tally) -> WorkloadOutcome {
        let Found { update, warning } = found;
        let (workload, version) = (self.workload.to_owned(), update.manifest.version);
        WorkloadOutcome { workload, version, runs: update.runs, tally, warning }
    }
}

impl Attempt for OfWorkload<'_> {
    type Update = WorkloadUpdate;
    type Outcome = WorkloadOutcome;

    fn find(
        &mut self,
        repository: &dyn Repository,
        verified: &Verified,
    ) -> Result<WorkloadUpdate, UpdaterError> {
        let runs = self.known.take().map_or_else(|| self.program.version(self.workload), Ok)?;
        let System { image, version, .. } = self.system;
        let device = Device { image, machine: &self.config.machine, version };
        find::find(repository, verified, &device, self.workload, runs.as_deref())
    }

    fn time(update: &WorkloadUpdate) -> Time {
        update.manifest.time
    }

    fn judge(&mut self, found: &Found<WorkloadUpdate>) -> Result<Option<WorkloadOutcome>, UpdaterError> {
        (self.tell)(Event::Found(&found.update.manifest.version));
        Ok(found.update.runs.then(|| self.outcome(found.clone(), Tally::default())))
    }

    fn act(
        &mut self,
        repository: &dyn Repository,
        found: Found<WorkloadUpdate>,
    ) -> Result<WorkloadOutcome, UpdaterError> {
        (self.tell)(Event::Fetch);
        let (system, network) = (self.system, &self.config.network);
        let stage = Stage { system, repository, network, update: &found.update };
        let tally = stage.run(&self.config.paths.workload_versions)?;
        (self.tell)(Event::Switch);
        self.program.switch(self.workload, &found.update.manifest.version)?;
        Ok(self.outcome(found, tally))
    }
}
