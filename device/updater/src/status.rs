//! What runs, what else there is, and what failed last.

use serde::Serialize;
use yoe_disk::entry::State as EntryState;
use yoe_disk::partition::Slot;

use crate::config::Config;
use crate::disk::{Purpose, System};
use crate::error::UpdaterError;
use crate::machine::View;
use crate::state::{Failure, State};

/// The state of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The image.
    pub image: String,
    /// The machine.
    pub machine: String,
    /// What runs.
    pub running: Version,
    /// What the other slot holds; absent when no entry starts it.
    pub other: Option<Version>,
    /// The version of the root metadata that is trusted; absent when there is none.
    pub trust: Option<u64>,
    /// Why a version was given up last.
    pub last_failure: Option<Failure>,
}

/// A version in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// `a` or `b`.
    pub slot: &'static str,
    /// The image's version.
    pub version: String,
    /// `good`, `used-up` (good once, and its tries were used up since), `trial`, `failed`, or `no-entry`.
    pub state: &'static str,
    /// Tries that are left; absent when nothing is counted.
    pub tries_left: Option<u32>,
    /// Tries that were used; absent when nothing is counted.
    pub tries_used: Option<u32>,
}

/// What is said of a version that left no record.
const SILENT: &str =
    "start: its tries are used up and it never reported: it did not start, hung, or lost its power";

/// What is said of a version that was good.
const WORN: &str = "start: it was found good, and its tries are used up since: its slot or its kernel is damaged, or it lost its \
                    power early each time";

/// Reads the state. Writes nothing.
///
/// # Errors
/// When this is not a device with two slots.
pub fn status(config: &Config) -> Result<Status, UpdaterError> {
    let system = System::open(&config.paths, Purpose::Read)?;
    let view = system.view(None, false)?;
    let state = State::new(&config.paths.state);
    let running = version(&system, &view, system.running).unwrap_or_else(|| Version {
        slot: system.running.letter(),
        version: String::new(),
        state: "no-entry",
        tries_left: None,
        tries_used: None,
    });
    let other = version(&system, &view, system.running.other());
    let recorded = state.failure(system.esp());
    let unheard = other.as_ref().filter(|other| {
        let on_record = recorded.as_ref().is_some_and(|failure| failure.version == other.version);
        // What is on record of a version that was found good later was not its end.
        other.state == "used-up" || (other.state == "failed" && !on_record)
    });
    Ok(Status {
        running: Version { version: system.version.clone(), ..running },
        last_failure: unheard.map(silent).or(recorded),
        other,
        trust: state.remembered(&config.paths).ok().map(|known| known.trust.version()),
        machine: config.machine.clone(),
        image: system.image,
    })
}

fn version(system: &System, view: &View, slot: Slot) -> Option<Version> {
    let entry = view.entry(slot)?;
    let stated = system.entries.kernel(&entry.name).and_then(|kernel| kernel.field("IMAGE_VERSION"));
    let (state, counter) = match entry.name.state() {
        EntryState::Good => ("good", None),
        EntryState::Armed(counter) => ("good", Some(counter)),
        EntryState::UsedUp(counter) => ("used-up", Some(counter)),
        EntryState::Trial(counter) => ("trial", Some(counter)),
        EntryState::Failed(counter) => ("failed", Some(counter)),
    };
    Some(Version {
        slot: slot.letter(),
        version: stated.unwrap_or_else(|| entry.name.version().to_owned()),
        state,
        tries_left: counter.map(|counter| counter.left),
        tries_used: counter.map(|counter| counter.done),
    })
}

impl Status {
    /// For people.
    pub fn text(&self) -> String {
        let mut lines =
            vec![format!("{} on {}", self.image, self.machine), format!("runs:  {}", self.running.text())];
        lines.extend(self.other.as_ref().map(|other| format!("other: {}", other.text())));
        if let Some(failure) = &self.last_failure {
            let slot = Some(&failure.slot).filter(|slot| !slot.is_empty());
            let slot = slot.map(|slot| format!(" in slot {slot}")).unwrap_or_default();
            lines.push(format!("last failure: version {}{slot} was given up", failure.version));
            lines.extend(failure.checks.iter().map(|check| format!("  {check}")));
        }
        if self.trust.is_none() {
            lines.push("trust: nobody may sign updates for this device".to_owned());
        }
        lines.join("\n")
    }
}

/// A version that used its tries and left no record: it never came so far, or it was reset.
fn silent(other: &Version) -> Failure {
    Failure {
        version: other.version.clone(),
        slot: other.slot.to_owned(),
        checks: vec![if other.state == "used-up" { WORN } else { SILENT }.to_owned()],
        // Nobody knows when.
        time: 0,
    }
}

impl Version {
    fn text(&self) -> String {
        let counted = match (self.tries_left, self.tries_used) {
            (Some(left), Some(used)) => format!(", {used} tries used, {left} left"),
            _ => String::new(),
        };
        format!("{} in slot {} ({}{counted})", self.version, self.slot, self.state)
    }
}
