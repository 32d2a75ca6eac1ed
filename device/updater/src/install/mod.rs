//! Installing an update: refuse, or take one step after the other.

mod carry_out;
mod slot;
mod stage;

use yoe_bundle::Time;
use yoe_disk::entry::{Counter, EntryName};
use yoe_disk::partition::Slot;
use yoe_disk::verity::Root;
use yoe_notation::hex;

use crate::config::{Config, Network};
use crate::delta::Tally;
use crate::disk::{Purpose, System, refuses_unsigned};
use crate::error::{Again, UpdaterError};
use crate::lock::Lock;
use crate::machine::{Done, Install, Step, admit, next};
use crate::search::{Found, search};
use crate::source::{self, Repository};
use crate::state::State;
use crate::update::{self, Device, Update};

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
}

/// Times that another updater may come first, before this one gives way.
const OVERTAKEN: usize = 3;

/// Installs what a repository has for this device. Nobody is locked out until the update is believed.
///
/// # Errors
/// With a refusal, before anything was written; or when disk or network fail, and then it can be run again.
pub fn install(
    config: &Config,
    from: &str,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, UpdaterError> {
    let state = State::new(&config.paths.state);
    // It is closed again before the network is asked: where it mounts the EFI system partition, others would find that mounted.
    let System { image, version: runs, epoch, running, .. } = System::open(&config.paths, Purpose::Read)?;
    let device = Device { image: &image, machine: &config.machine, version: &runs };
    for _ in 0..OVERTAKEN {
        let repository = source::open(from, &config.network)?;
        let repository = repository.as_ref();
        let find = |verified: &_| update::find(repository, verified, &device);
        let time = |update: &Update| update.manifest.time;
        let found = search(config, Time(epoch), &state, repository, find, time);
        let Found { update, warning } = found.map_err(|problem| replaced(repository, problem))?;
        let memory = state.memory();
        tell(Event::Found(&update.manifest.version));
        let version = update.manifest.version.clone();
        if version == runs {
            return Ok(Outcome { version, slot: running, runs: true, tally: Tally::default(), warning });
        }
        // A kernel that firmware refuses is not a try that fails: some firmware then waits for a person.
        if refuses_unsigned(&config.paths.efivars) && !update.manifest.kernel.signed {
            return Err(UpdaterError::Unsigned);
        }
        let _lock = Lock::take(&config.paths.lock)?;
        // Another updater may have been at work while the network was: what it learned holds for this one too.
        if state.memory() != memory {
            continue;
        }
        let system = System::open(&config.paths, Purpose::Install)?;
        let mut work = Work::new(config, &system, repository, &update)?;
        work.refuse()?;
        let done = work.run(tell, &mut || state.forget(system.esp(), &version));
        let tally = done.map_err(|problem| replaced(repository, problem))?;
        return Ok(Outcome { version, slot: system.running.other(), runs: false, tally, warning });
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
