//! The contract as an error of a build.

use super::check::{Outcome, Report};
use super::runtime::Runtime;
use crate::KernelVersion;

/// A kernel that cannot carry the engines asked for: every required option that is missing, with its reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the kernel {version} cannot carry {}:{}\nadd these lines to a fragment of the kernel's unit",
    whom(.runtimes),
    .missing.iter().map(|one| format!("\n  CONFIG_{}=y  # {}", one.symbol, one.reason)).collect::<String>()
)]
pub struct Broken {
    /// The kernel's version.
    pub version: KernelVersion,
    /// The engines asked for.
    pub runtimes: Vec<Runtime>,
    /// What is missing.
    pub missing: Vec<Outcome>,
}

/// The engines by name; any container when none was asked for.
pub(super) fn whom(runtimes: &[Runtime]) -> String {
    if runtimes.is_empty() {
        return "containers".to_owned();
    }
    runtimes.iter().map(|runtime| runtime.name()).collect::<Vec<_>>().join(", ")
}

impl Report {
    /// The report as a result.
    ///
    /// # Errors
    /// [`Broken`] when a required option is missing.
    pub fn kept(&self) -> Result<(), Broken> {
        let missing: Vec<_> = self.missing_required().into_iter().cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Broken { version: self.kernel_version, runtimes: self.runtimes.clone(), missing })
    }
}
