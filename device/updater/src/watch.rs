//! Waiting for a version to prove itself.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use yoe_notation::os_release;

use crate::checks;
use crate::clock::clock;
use crate::config::Config;
use crate::disk::{Purpose, System, is_on_trial};
use crate::error::UpdaterError;
use crate::lock::Lock;
use crate::machine::{good, keep};
use crate::state::{Failure, State};

/// How long a version that is given up is waited for to have its reason on record: longer than for whoever holds the EFI system
/// partition.
const RECORD: Duration = Duration::from_secs(15);

/// What to do after a round of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Wait,
    Good,
    Failed,
}

/// What watching came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watched {
    /// This version was good before, and this start of it has come far enough.
    NotOnTrial,
    /// It is now.
    Good,
    /// It is not, and the device restarts.
    Failed(Vec<String>),
}

/// Judges a round: all checks passing since `passing`, at `now`; both in seconds since watching began.
fn verdict(config: &Config, passing: Option<u64>, now: u64) -> Verdict {
    match passing {
        Some(since) if now - since >= config.settle => Verdict::Good,
        // A version that passes at the deadline still gets its settling time.
        Some(_) => Verdict::Wait,
        None if now >= config.deadline => Verdict::Failed,
        None => Verdict::Wait,
    }
}

/// Makes the version that runs a good one, with all tries of one. Whether anything was to be done.
///
/// # Errors
/// When no entry starts it, or the disk fails.
pub fn mark_good(config: &Config) -> Result<bool, UpdaterError> {
    let _lock = Lock::take(&config.paths.lock)?;
    System::open(&config.paths, Purpose::Judge)?.settle(|view| good(view, config.good_tries))
}

/// Watches what runs: a version on trial until it is good or given up, a good one until this start has come far enough.
///
/// # Errors
/// When the device is none, or the disk fails.
pub fn watch(config: &Config) -> Result<Watched, UpdaterError> {
    if is_on_trial(&config.paths.efivars) { prove(config) } else { outlast(config) }
}

/// Waits until a start of a good version has come so far that what it needs was read, then gives it all its tries again.
/// Checks that do not pass are not a reason to leave it: only a start that does not come to their deadline counts against it.
fn outlast(config: &Config) -> Result<Watched, UpdaterError> {
    let start = Instant::now();
    while !checks::run(config, || ()).is_empty() && start.elapsed().as_secs() < config.deadline {
        pause(config);
    }
    loop {
        match refill(config) {
            // An installation takes its time, and leaves the entry as it should be.
            Err(UpdaterError::Busy | UpdaterError::Mounted(_)) => pause(config),
            refilled => return refilled.map(|()| Watched::NotOnTrial),
        }
    }
}

fn pause(config: &Config) {
    std::thread::sleep(Duration::from_secs(config.interval));
}

/// All tries for a good version. Nobody is kept from work when there is nothing to do.
fn refill(config: &Config) -> Result<(), UpdaterError> {
    let current = System::open(&config.paths, Purpose::Read)?.view(None, false)?;
    if keep(&current, config.good_tries).is_some() {
        let _lock = Lock::take(&config.paths.lock)?;
        System::open(&config.paths, Purpose::Judge)?.settle(|view| Ok(keep(view, config.good_tries)))?;
    }
    Ok(())
}

/// Watches until the version that runs is good or given up. Given up, it records why and restarts the device: the boot
/// manager has counted this try, so the version comes to its next one or the older version comes back.
fn prove(config: &Config) -> Result<Watched, UpdaterError> {
    let mut watchdog = config.watchdog.as_deref().and_then(Watchdog::hold);
    let (start, mut passing, mut kept_out) = (Instant::now(), None, None);
    loop {
        // A check that hangs is not fed, and neither is one that cannot even be killed.
        let failed = checks::run(config, || watchdog.iter_mut().for_each(Watchdog::feed));
        let now = start.elapsed().as_secs();
        passing = failed.is_empty().then(|| passing.unwrap_or(now));
        match verdict(config, passing, now) {
            Verdict::Wait => {
                watchdog.iter_mut().for_each(Watchdog::feed);
                pause(config);
            }
            Verdict::Good => match mark_good(config) {
                // An installation holds the lock for as long as it takes to refuse this version on trial, and others for a
                // moment. Who holds it longer hangs, and a restart ends that.
                Err(problem @ (UpdaterError::Busy | UpdaterError::Mounted(_))) => {
                    let since = *kept_out.get_or_insert(now);
                    if now - since >= config.deadline {
                        return give_up(config, vec![format!("updater: {}", yoe_program::message(&problem))]);
                    }
                    watchdog.iter_mut().for_each(Watchdog::feed);
                    pause(config);
                }
                marked => {
                    marked?;
                    watchdog.into_iter().for_each(Watchdog::release);
                    return Ok(Watched::Good);
                }
            },
            Verdict::Failed => return give_up(config, failed),
        }
    }
}

/// Restarts the device, whatever else fails: until then nobody comes back to the version that worked.
fn give_up(config: &Config, failed: Vec<String>) -> Result<Watched, UpdaterError> {
    let (done, recorded) = mpsc::channel();
    let (config_there, checks) = (config.clone(), failed.clone());
    // A disk that is lost may never answer. Whoever waits for it is left behind.
    std::thread::spawn(move || done.send(record(&config_there, checks)));
    let recorded = recorded.recv_timeout(RECORD);
    restart(&config.reboot);
    recorded.unwrap_or(Ok(())).map(|()| Watched::Failed(failed))
}

/// Records why the version that runs is given up, in every place that there still is.
fn record(config: &Config, checks: Vec<String>) -> Result<(), UpdaterError> {
    let state = State::new(&config.paths.state);
    let system = match System::open(&config.paths, Purpose::Judge) {
        Ok(system) => system,
        // The entries cannot be reached, or have a file with two names while somebody else holds the partition.
        Err(_) => return state.fail(None, &nameless(config, checks)),
    };
    let recorded = state.fail(Some(system.esp()), &system.failure(checks, clock()));
    // What keeps the boot manager from counting would have this version tried for ever. The restart is more important.
    let _ = system.settle(|view| Ok(keep(view, config.good_tries)));
    recorded
}

/// What is said of a version when nobody knows where it lies.
fn nameless(config: &Config, checks: Vec<String>) -> Failure {
    let os_release = std::fs::read_to_string(&config.paths.os_release).unwrap_or_default();
    let version = os_release::field(&os_release, "IMAGE_VERSION").unwrap_or_default();
    Failure { version, slot: String::new(), checks, time: clock().0 }
}

/// Restarts in an orderly way; by the kernel when no program can.
fn restart(command: &[String]) {
    if let Some((program, arguments)) = command.split_first() {
        let asked = Command::new(program).args(arguments).status();
        if asked.is_ok_and(|status| status.success()) {
            return;
        }
    }
    rustix::fs::sync();
    // When this fails too, the watchdog is what is left.
    let _ = rustix::system::reboot(rustix::system::RebootCommand::Restart);
}

/// The kernel's watchdog device: it resets a system that does not write to it.
struct Watchdog(File);

impl Watchdog {
    /// Nothing when there is none, or the init holds it already.
    fn hold(path: &Path) -> Option<Self> {
        File::options().write(true).open(path).ok().map(Self)
    }

    fn feed(&mut self) {
        // A write that fails is a watchdog that is not fed, which is right.
        let _ = self.0.write_all(b".");
    }

    /// `V` before closing: nobody watches any more.
    fn release(mut self) {
        let _ = self.0.write_all(b"V");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_settles_or_is_given_up() {
        let config: Config =
            serde_json::from_str("{\"machine\": \"box\", \"settle\": 30, \"deadline\": 300}").unwrap();
        let verdict = |passing, now| verdict(&config, passing, now);
        assert_eq!(verdict(None, 0), Verdict::Wait);
        assert_eq!(verdict(None, 299), Verdict::Wait);
        assert_eq!(verdict(None, 300), Verdict::Failed);
        assert_eq!(verdict(Some(10), 39), Verdict::Wait);
        assert_eq!(verdict(Some(10), 40), Verdict::Good);
        assert_eq!(verdict(Some(290), 310), Verdict::Wait, "it passes, and settles");
        assert_eq!(verdict(Some(290), 320), Verdict::Good);
    }
}
