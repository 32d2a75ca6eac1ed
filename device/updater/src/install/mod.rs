//! Installing an update: refuse, or take one step after the other.

mod carry_out;
mod slot;
mod stage;

use yoe_bundle::Time;
use yoe_disk::entry::{Counter, EntryName};
use yoe_disk::partition::Slot;
use yoe_disk::verity::Root;
use yoe_notation::hex;

use crate::attempt::{Attempt, carry_out};
use crate::config::{Config, Network};
use crate::delta::Tally;
use crate::disk::{Purpose, System, refuses_unsigned};
use crate::error::UpdaterError;
use crate::machine::{Done, Install, Step, admit, next};
use crate::search::Found;
use crate::source::Repository;
use crate::state::State;
use crate::update::{self, Device, Update, Verified};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The version.
    pub version: String,
    /// The slot that holds it.
    pub slot: Slot,
    /// Whether it runs already, so that nothing was done.
    pub runs: bool,
    /// What it took.
    pub tally: Tally,
    /// What could not be remembered, and why; the update is installed all the same.
    pub warning: Option<String>,
}

/// Something to tell while it goes on.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// An update was found and is believed.
    Found(&'a str),
    /// Content is fetched, while nothing was given up for it yet.
    Fetch,
    /// A step begins.
    Step(&'a Step),
    /// A version of a workload starts on trial.
    Switch,
}

/// Installs what a repository has for this device. Nobody is locked out until the update is believed.
///
/// # Errors
/// With a refusal, before anything was written; or when disk or network fail, and then it can be run again.
pub fn install(
    config: &Config,
    from: &str,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, UpdaterError> {
    // It is closed again before the network is asked: where it mounts the EFI system partition, others would find that mounted.
    let System { image, version, epoch, running, .. } = System::open(&config.paths, Purpose::Read)?;
    let device = Device { image: &image, machine: &config.machine, version: &version };
    carry_out(config, from, Time(epoch), &mut OfSystem { config, device, running, tell })
}

/// A version of the system.
struct OfSystem<'a> {
    config: &'a Config,
    device: Device<'a>,
    running: Slot,
    tell: &'a mut dyn FnMut(Event<'_>),
}

impl Attempt for OfSystem<'_> {
    type Update = Update;
    type Outcome = Outcome;

    fn find(&mut self, repository: &dyn Repository, verified: &Verified) -> Result<Update, UpdaterError> {
        update::find(repository, verified, &self.device)
    }

    fn time(update: &Update) -> Time {
        update.manifest.time
    }

    fn judge(&mut self, found: &Found<Update>) -> Result<Option<Outcome>, UpdaterError> {
        let Found { update, warning } = found;
        (self.tell)(Event::Found(&update.manifest.version));
        let version = update.manifest.version.clone();
        if version == self.device.version {
            let (slot, tally, warning) = (self.running, Tally::default(), warning.clone());
            return Ok(Some(Outcome { version, slot, runs: true, tally, warning }));
        }
        // A kernel that firmware refuses is not a try that fails: some firmware then waits for a person.
        if refuses_unsigned(&self.config.paths.efivars) && !update.manifest.kernel.signed {
            return Err(UpdaterError::Unsigned);
        }
        Ok(None)
    }

    fn act(&mut self, repository: &dyn Repository, found: Found<Update>) -> Result<Outcome, UpdaterError> {
        let Found { update, warning } = found;
        let (config, version) = (self.config, update.manifest.version.clone());
        let state = State::new(&config.paths.state);
        let system = System::open(&config.paths, Purpose::Install)?;
        let mut work = Work::new(config, &system, repository, &update)?;
        work.refuse()?;
        let tally = work.run(self.tell, &mut || state.forget(system.esp(), &version))?;
        Ok(Outcome { version, slot: system.running.other(), runs: false, tally, warning })
    }
}

/// An installation at work.
struct Work<'a> {
    system: &'a System,
    repository: &'a dyn Repository,
    network: &'a Network,
    update: &'a Update,
    install: Install,
    /// What the kernel has to start.
    root: Root,
    /// Bytes of the content that had to be fetched.
    needed: u64,
}

impl<'a> Work<'a> {
    fn new(
        config: &'a Config,
        system: &'a System,
        repository: &'a dyn Repository,
        update: &'a Update,
    ) -> Result<Self, UpdaterError> {
        let manifest = &update.manifest;
        let unreadable = |what: &str| UpdaterError::Damaged { origin: format!("the {what} of the manifest") };
        let counter = Counter { left: config.tries, done: 0 };
        let root = Root {
            partition: manifest.root.partition.parse().map_err(|_| unreadable("partition"))?,
            data_blocks: manifest.root.data_blocks,
            root_hash: hex::array(&manifest.root.root_hash).ok_or_else(|| unreadable("root hash"))?,
            salt: hex::decode(&manifest.root.salt).ok_or_else(|| unreadable("salt"))?,
        };
        let entry = EntryName::new(&manifest.image, &manifest.version, Some(counter));
        let install = Install { entry, root: root.partition };
        Ok(Self { system, repository, network: &config.network, update, install, root, needed: 0 })
    }

    /// Everything that can be known before the first write.
    fn refuse(&self) -> Result<(), UpdaterError> {
        let view = self.system.view(Some(&self.update.manifest.kernel.sha256), false)?;
        admit(&view, &self.install)?;
        self.check_space(&view)?;
        self.update.check_content(self.repository)?;
        self.check_local_kernel()
    }

    /// Fetches, then writes; `begin` is called when nothing is left to be waited for.
    fn run(
        &mut self,
        tell: &mut dyn FnMut(Event<'_>),
        begin: &mut dyn FnMut() -> Result<(), UpdaterError>,
    ) -> Result<Tally, UpdaterError> {
        let kernel = self.update.manifest.kernel.sha256.clone();
        let mut holds_new = self.holds_new()?;
        tell(Event::Fetch);
        self.stage(holds_new)?;
        begin()?;
        let mut done = Done::default();
        loop {
            let view = self.system.view(Some(&kernel), holds_new)?;
            admit(&view, &self.install)?;
            let Some(step) = next(&view, &self.install) else { return Ok(self.tally()) };
            done.note(&step)?;
            tell(Event::Step(&step));
            self.carry_out(&step)?;
            holds_new |= matches!(step, Step::WriteSlot(_));
        }
    }

    fn tally(&self) -> Tally {
        let fetched = self.repository.came().unwrap_or(self.needed);
        Tally { fetched, reused: self.update.content.length.saturating_sub(self.needed) }
    }
}
