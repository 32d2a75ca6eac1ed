//! Installing an update: refuse, or take one step after the other.

mod carry_out;
mod slot;

use std::fs::File;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use yoe_bundle::Time;
use yoe_disk::entry::{Counter, EntryName};
use yoe_disk::hex;
use yoe_disk::partition::Slot;
use yoe_disk::verity::Root;

use crate::config::Config;
use crate::delta::Tally;
use crate::disk::{Purpose, System, refuses_unsigned};
use crate::machine::{Done, Install, Step, admit, next};
use crate::patience;
use crate::problem::Problem;
use crate::search::{Found, search};
use crate::source::{self, Repository};
use crate::state::State;
use crate::update::Update;

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
    /// A step begins.
    Step(&'a Step),
    /// Content arrived.
    Content(Tally),
}

/// Whoever holds this is the only updater at work.
pub struct Lock(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    /// When another updater keeps it.
    pub fn take(path: &Path) -> Result<Self, Problem> {
        let file = File::create(path).map_err(Problem::file("opened", path))?;
        let lock = || flock(&file, FlockOperation::NonBlockingLockExclusive);
        match patience::while_it_says(Errno::WOULDBLOCK, lock) {
            Ok(()) => Ok(Self(file)),
            Err(Errno::WOULDBLOCK) => Err(Problem::Busy),
            Err(errno) => Err(Problem::file("locked", path)(errno.into())),
        }
    }
}

/// Installs what a repository has for this device.
///
/// # Errors
/// With a refusal, before anything was written; or when disk or network fail, and then it can be run again.
pub fn install(config: &Config, from: &str, tell: &mut dyn FnMut(Event<'_>)) -> Result<Outcome, Problem> {
    let _lock = Lock::take(&config.paths.lock)?;
    let system = System::open(&config.paths, Purpose::Install)?;
    let state = State::new(&config.paths.state);
    let repository = source::open(from)?;
    let Found { update, warning } = search(config, &system, &state, repository.as_ref())?;
    tell(Event::Found(&update.manifest.version));
    let version = update.manifest.version.clone();
    if version == system.version {
        let slot = system.running;
        return Ok(Outcome { version, slot, runs: true, tally: Tally::default(), warning });
    }
    // A kernel that firmware refuses is no try that fails: some firmware then waits for a person.
    if refuses_unsigned(&config.paths.efivars) && !update.manifest.kernel.signed {
        return Err(Problem::Unsigned);
    }
    let mut work = Work::new(config, &system, repository.as_ref(), &update)?;
    work.refuse()?;
    state.forget(system.esp(), &version)?;
    let tally = work.run(tell)?;
    Ok(Outcome { version, slot: system.running.other(), runs: false, tally, warning })
}

/// What this system's clock says.
pub fn clock() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Time(since.map_or(0, |time| time.as_secs()))
}

/// An installation at work.
struct Work<'a> {
    system: &'a System,
    repository: &'a dyn Repository,
    update: &'a Update,
    install: Install,
    /// What the kernel has to start.
    root: Root,
    tally: Tally,
}

impl<'a> Work<'a> {
    fn new(
        config: &Config,
        system: &'a System,
        repository: &'a dyn Repository,
        update: &'a Update,
    ) -> Result<Self, Problem> {
        let manifest = &update.manifest;
        let unreadable = |what: &str| Problem::Damaged { origin: format!("the {what} of the manifest") };
        let counter = Counter { left: config.tries, done: 0 };
        let root = Root {
            partition: manifest.root.partition.parse().map_err(|_| unreadable("partition"))?,
            data_blocks: manifest.root.data_blocks,
            root_hash: hex::digest(&manifest.root.root_hash).ok_or_else(|| unreadable("root hash"))?,
            salt: hex::decode(&manifest.root.salt).ok_or_else(|| unreadable("salt"))?,
        };
        let entry = EntryName::new(&manifest.image, &manifest.version, Some(counter));
        let install = Install { entry, root: root.partition };
        Ok(Self { system, repository, update, install, root, tally: Tally::default() })
    }

    /// Everything that can be known before the first write.
    fn refuse(&self) -> Result<(), Problem> {
        let view = self.system.view(Some(&self.update.manifest.kernel.sha256), false)?;
        admit(&view, &self.install)?;
        self.check_space(&view)?;
        self.update.check_content(self.repository)?;
        self.check_local_kernel()
    }

    fn run(&mut self, tell: &mut dyn FnMut(Event<'_>)) -> Result<Tally, Problem> {
        let kernel = self.update.manifest.kernel.sha256.clone();
        let mut holds_new = self.holds_new()?;
        let mut done = Done::default();
        loop {
            let view = self.system.view(Some(&kernel), holds_new)?;
            admit(&view, &self.install)?;
            let Some(step) = next(&view, &self.install) else { return Ok(self.tally) };
            done.note(&step)?;
            tell(Event::Step(&step));
            self.carry_out(&step, tell)?;
            holds_new |= matches!(step, Step::WriteSlot(_));
        }
    }
}
