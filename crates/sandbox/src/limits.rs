//! How much of the machine a step may take.
//!
//! An ordinary user has no one means for this that every system offers, so there are several, each where it works:
//!
//! | what | bounds | where |
//! |---|---|---|
//! | `RLIMIT_NPROC` | processes | always; counted for each sandbox from Linux 5.14, of no effect for root |
//! | `kernel.pid_max` of the PID namespace | processes | Linux 6.14 |
//! | a control group (v2) | processes, memory | where yoe may make one: see [`crate::cgroup`] |
//! | `oom_score_adj` | nothing; when memory runs out, the kernel ends processes of a step before others | always |

use std::{fs, io};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

/// How much of the machine a step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// The most processes and threads at a time. A step that wants more gets an error from fork(2).
    pub processes: u32,
    /// The most memory, in bytes, where a control group can be made; four fifths of the machine's when absent.
    pub memory: Option<u64>,
}

impl Default for Limits {
    /// Several times what the largest build in use takes.
    fn default() -> Self {
        Self { processes: 8192, memory: None }
    }
}

impl Limits {
    /// The most memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        self.memory.unwrap_or_else(|| {
            let machine = rustix::system::sysinfo();
            (machine.totalram as u64).saturating_mul(u64::from(machine.mem_unit)) / 5 * 4
        })
    }
}

/// Numbers that the kernel gives to no process after its first round through all of them (kernel/pid.c).
const RESERVED: u32 = 300;

/// The setting that bounds processes, of the PID namespace of who opens it.
const PID_MAX: &str = "/proc/sys/kernel/pid_max";

/// Since when it is the namespace's own. Before that it is the whole machine's, and root could write it.
const PID_MAX_OF_NAMESPACE: (u32, u32) = (6, 14);

/// How far the kernel prefers a step's processes to others when memory runs out: half of the machine's memory.
const OOM_SCORE: &str = "500";

/// Bounds this process, which is the first one of a PID namespace, and all that it starts.
pub(crate) fn apply(limits: &Limits) -> io::Result<()> {
    let wanted = u64::from(limits.processes);
    let old = getrlimit(Resource::Nproc);
    let most = old.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    setrlimit(Resource::Nproc, Rlimit { current: Some(most), maximum: Some(most) })?;
    if has_own_pid_max(&release()) {
        // Where security modules or a container keep the file from being written, the other limits remain.
        let _ = fs::write(PID_MAX, limits.processes.saturating_add(RESERVED).to_string());
    }
    let _ = fs::write("/proc/self/oom_score_adj", OOM_SCORE);
    Ok(())
}

fn release() -> String {
    rustix::system::uname().release().to_string_lossy().into_owned()
}

/// Whether a kernel of this release, such as `6.18.2-arch1`, has a `pid_max` for each PID namespace.
fn has_own_pid_max(release: &str) -> bool {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= PID_MAX_OF_NAMESPACE,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
