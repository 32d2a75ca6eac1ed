//! The contract as an error of a build.

use super::check::{Outcome, Report, WayOutcome};
use super::runtime::Runtime;
use crate::KernelVersion;

/// A kernel that cannot carry the engines asked for: every required option that is missing, with its reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the kernel {version} cannot carry {}:{}{}\nadd these lines to a fragment of the kernel's unit",
    whom(.runtimes),
    lines(.missing),
    either(.ways)
)]
pub struct ContractError {
    /// The kernel's version.
    pub version: KernelVersion,
    /// The engines asked for.
    pub runtimes: Vec<Runtime>,
    /// What is missing.
    pub missing: Vec<Outcome>,
    /// The ways to filter packets when none of them is whole.
    pub ways: Vec<WayOutcome>,
}

fn lines(missing: &[Outcome]) -> String {
    missing.iter().map(|one| format!("\n  CONFIG_{}=y  # {}", one.symbol, one.reason)).collect()
}

/// The ways, of which one is enough.
fn either(ways: &[WayOutcome]) -> String {
    let mut start = "\nand one of these sets, to filter packets by";
    let mut text = String::new();
    for way in ways {
        text.push_str(&format!("{start} {}:{}", way.way.title(), lines(&way.missing)));
        start = "\nor by";
    }
    text
}

/// The engines by name; any container when none was asked for.
pub(super) fn whom(runtimes: &[Runtime]) -> String {
    if runtimes.is_empty() {
        return "containers".to_owned();
    }
    runtimes.iter().map(|runtime| runtime.name()).collect::<Vec<_>>().join(", ")
}

/// Required options that are built as modules, which the image does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} needs modules that the image does not hold:{}\nadd the unit that installs them to the image, or build them in: \
     =y instead of =m",
    whom(.runtimes),
    .absent.iter().map(|one| format!(
        "\n  CONFIG_{}=m  # {}.ko: {}", one.symbol, one.module.unwrap_or_default(), one.reason
    )).collect::<String>()
)]
pub struct ModulesError {
    /// The engines asked for.
    pub runtimes: Vec<Runtime>,
    /// What is built as a module that is not there.
    pub absent: Vec<Outcome>,
}

/// The name of the module in the file at `path`, with `_` for `-` as `lsmod` shows it; `None` for what is not a module.
/// Modules lie below `lib/modules`, compressed or not (kmod's .gz, .xz and .zst).
pub fn module_in(path: &str) -> Option<String> {
    let (directory, file) = path.rsplit_once('/')?;
    let lies = directory.trim_start_matches('/').trim_start_matches("usr/").starts_with("lib/modules/");
    let stem = [".ko", ".ko.gz", ".ko.xz", ".ko.zst"].iter().find_map(|end| file.strip_suffix(end))?;
    (lies && !stem.is_empty()).then(|| stem.replace('-', "_"))
}

impl Report {
    /// Whether the modules of the required options are there: `present` knows the names of those that are.
    ///
    /// # Errors
    /// [`ModulesError`] when one is not.
    pub fn has_modules(&self, present: impl Fn(&str) -> bool) -> Result<(), ModulesError> {
        let absent: Vec<_> = self.absent_modules(present).into_iter().cloned().collect();
        if absent.is_empty() {
            return Ok(());
        }
        Err(ModulesError { runtimes: self.runtimes.clone(), absent })
    }

    /// The report as a result.
    ///
    /// # Errors
    /// [`ContractError`] when a required option is missing, or every way to filter packets.
    pub fn kept(&self) -> Result<(), ContractError> {
        let missing: Vec<_> = self.missing_required().into_iter().cloned().collect();
        let ways = self.missing_ways().to_vec();
        if missing.is_empty() && ways.is_empty() {
            return Ok(());
        }
        Err(ContractError { version: self.kernel_version, runtimes: self.runtimes.clone(), missing, ways })
    }
}
