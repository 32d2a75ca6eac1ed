//! The configuration, which the image renders: `/etc/yoe/updater.json`.

mod network;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::UpdaterError;
pub use network::Network;

/// The configuration. What is not said has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The machine that this is.
    pub machine: String,
    /// Tries of a new version.
    #[serde(default = "tries")]
    pub tries: u32,
    /// Tries of a version that was found good, while the other slot has an older one to fall back to: so many starts in a row
    /// that do not come far enough. With 0 they are not counted.
    #[serde(default = "good_tries")]
    pub good_tries: u32,
    /// Seconds for which all checks must pass, one time after the other, before a version is good.
    #[serde(default = "settle")]
    pub settle: u64,
    /// Seconds after which a version on trial whose checks do not pass is given up, and after which a start of a good one
    /// has come far enough all the same.
    #[serde(default = "deadline")]
    pub deadline: u64,
    /// Seconds from one round of checks to the next.
    #[serde(default = "interval")]
    pub interval: u64,
    /// What must hold.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// A watchdog device, held while a version is on trial: who hangs is reset. Absent where the init holds it. Its own time
    /// must be longer than `interval` and than any check's `timeout`.
    #[serde(default)]
    pub watchdog: Option<PathBuf>,
    /// Restarts the device in an orderly way.
    #[serde(default = "reboot")]
    pub reboot: Vec<String>,
    /// How long a network is waited for.
    #[serde(default)]
    pub network: Network,
    /// Where things are.
    #[serde(default)]
    pub paths: Paths,
}

/// Something that must hold for a version to be good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Check {
    /// A program that ends with 0.
    Command {
        /// What people call it.
        name: String,
        /// Program and arguments.
        command: Vec<String>,
        /// Seconds that it has.
        #[serde(default = "timeout")]
        timeout: u64,
    },
    /// A file system is mounted and can be written to.
    Mounted {
        /// What people call it.
        name: String,
        /// Where.
        path: PathBuf,
        /// Types of which it must be one; any when none is named. A memory file system may stand in for a damaged disk.
        #[serde(default)]
        types: Vec<String>,
    },
}

/// A version that does not start after so many tries never will; and the boot manager reads no number of ten digits.
const MOST_TRIES: u32 = 1000;

/// Where things are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Paths {
    /// What the updater remembers.
    pub state: PathBuf,
    /// Where the EFI system partition is mounted; where it is not, the updater mounts it for itself.
    pub esp: PathBuf,
    /// The disk; found by what the root lies on when absent.
    pub disk: Option<PathBuf>,
    /// The root metadata that came with the image.
    pub trust: PathBuf,
    /// Root metadata that firmware or hypervisor handed over; it stands in for the image's. Who can hand over credentials
    /// can also set root's password.
    pub credential: PathBuf,
    /// What the boot manager left.
    pub efivars: PathBuf,
    /// The kernel command line.
    pub cmdline: PathBuf,
    /// os-release(5) of the version that runs.
    pub os_release: PathBuf,
    /// Mounted file systems.
    pub mounts: PathBuf,
    /// Keeps a second updater out.
    pub lock: PathBuf,
    /// The program that runs workloads.
    pub workload_program: PathBuf,
    /// Where versions of workloads are that came apart from the system.
    pub workload_versions: PathBuf,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            state: "/var/lib/yoe/updater".into(),
            esp: "/efi".into(),
            disk: None,
            trust: "/usr/share/yoe/root.json".into(),
            credential: "/run/credentials/@system/updater.root".into(),
            efivars: yoe_disk::loader::DIRECTORY.into(),
            cmdline: "/proc/cmdline".into(),
            os_release: "/usr/lib/os-release".into(),
            mounts: "/proc/self/mounts".into(),
            lock: "/run/yoe-updater.lock".into(),
            workload_program: "/usr/bin/yoe-workload".into(),
            workload_versions: yoe_workload_format::generations::DIRECTORY.into(),
        }
    }
}

fn tries() -> u32 {
    3
}

fn good_tries() -> u32 {
    8
}

fn settle() -> u64 {
    30
}

fn deadline() -> u64 {
    300
}

fn interval() -> u64 {
    5
}

fn timeout() -> u64 {
    30
}

fn reboot() -> Vec<String> {
    vec!["/sbin/reboot".to_owned()]
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or understood.
    pub fn read(path: &Path) -> Result<Self, UpdaterError> {
        let text = std::fs::read_to_string(path).map_err(UpdaterError::file("read", path))?;
        let wrong = |problem: String| UpdaterError::Content { path: path.to_owned(), problem };
        let config: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if config.tries == 0 {
            return Err(wrong("tries is 0: a new version would never be started".to_owned()));
        }
        for (field, tries) in [("tries", config.tries), ("good_tries", config.good_tries)] {
            if tries > MOST_TRIES {
                return Err(wrong(format!("{field} is {tries}: expected at most {MOST_TRIES}")));
            }
        }
        if config.reboot.is_empty() {
            return Err(wrong("reboot names no program".to_owned()));
        }
        if let Some(field) = config.network.is_nothing() {
            return Err(wrong(format!("{field} of network is 0: nothing would ever be fetched")));
        }
        let nothing = |check: &&Check| matches!(check, Check::Command { command, .. } if command.is_empty());
        match config.checks.iter().find(nothing) {
            Some(check) => Err(wrong(format!("the check {:?} names no program", check.name()))),
            None => Ok(config),
        }
    }
}

impl Check {
    /// What people call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Command { name, .. } | Self::Mounted { name, .. } => name,
        }
    }
}
