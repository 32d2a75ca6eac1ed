//! Waiting for a version to prove itself.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::checks;
use crate::config::Config;
use crate::disk::{System, is_counted};
use crate::install::{Lock, clock};
use crate::machine::good;
use crate::problem::Problem;
use crate::state::{Failure, State};

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
    /// This version was good before.
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
        // Who passes at the deadline gets the time to settle.
        Some(_) => Verdict::Wait,
        None if now >= config.deadline => Verdict::Failed,
        None => Verdict::Wait,
    }
}

/// Makes the version that runs a good one: its entry loses its counter. Whether anything was to be done.
///
/// # Errors
/// When no entry starts it, or the disk fails.
pub fn mark_good(config: &Config) -> Result<bool, Problem> {
    let _lock = Lock::take(&config.paths.lock)?;
    let system = System::open(&config.paths, false)?;
    let view = system.view(None, false)?;
    match good(&view)? {
        Some(crate::machine::Step::Rename { from, to }) => {
            system.entries.rename(&from, &to.to_string())?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Watches until the version that runs is good or given up. Given up, it records why and restarts the device: the boot
/// manager has counted this try, so the version comes to its next one or the older version comes back.
///
/// # Errors
/// When the device is none, or the disk fails.
pub fn watch(config: &Config) -> Result<Watched, Problem> {
    if !is_counted(&config.paths.efivars) {
        return Ok(Watched::NotOnTrial);
    }
    let mut watchdog = config.watchdog.as_deref().and_then(Watchdog::hold);
    let (start, mut passing) = (Instant::now(), None);
    loop {
        // A check that hangs is not fed, and neither is one that cannot even be killed.
        let failed = checks::run(config, || watchdog.iter_mut().for_each(Watchdog::feed));
        let now = start.elapsed().as_secs();
        passing = failed.is_empty().then(|| passing.unwrap_or(now));
        match verdict(config, passing, now) {
            Verdict::Wait => {
                watchdog.iter_mut().for_each(Watchdog::feed);
                std::thread::sleep(Duration::from_secs(config.interval));
            }
            Verdict::Good => {
                mark_good(config)?;
                watchdog.into_iter().for_each(Watchdog::release);
                return Ok(Watched::Good);
            }
            Verdict::Failed => return give_up(config, failed),
        }
    }
}

fn give_up(config: &Config, failed: Vec<String>) -> Result<Watched, Problem> {
    let system = System::open(&config.paths, false)?;
    let failure = Failure::of(&system, failed.clone(), clock());
    let recorded = State::new(&config.paths.state).fail(system.esp(), &failure);
    drop(system);
    restart(&config.reboot);
    recorded.map(|()| Watched::Failed(failed))
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
