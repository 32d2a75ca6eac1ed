//! Holds what Kconfig made against what the fragments of a unit ask for.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use yoe_kernel::fragment::{FragmentError, Lint, LintKind, Merged, lint, merge};
use yoe_kernel::kconfig::{Environment, Sources, Values, parse};
use yoe_kernel::survive::{Lost, explain, lost};
use yoe_kernel::{Config, Fragment};
use yoe_model::{Arch, Unit};
use yoe_plan::{ActionId, ActionKind, Plan, UnitAction};
use yoe_tree::Tree;

use super::contract::hold;
use crate::configuration_error::{ConfigurationError, explained};
use crate::error::ActionError;
use crate::make::Making;
use crate::steps::Check;

/// The configuration, in `$BUILDDIR`.
const CONFIG: &str = ".config";
/// The first of the Kconfig files, in `$SRCDIR`.
const KCONFIG: &str = "Kconfig";
/// More than any file of a kernel's configuration has; a step may have left anything.
const MAX_FILE: u64 = 64 << 20;

/// Fails when a request of the fragments is not in the configuration; warns of lines that ask for nothing.
pub(crate) fn kconfig(
    cx: &Making<'_>,
    unit: &UnitAction,
    check: &Check,
    work: &Path,
    sources: &[PathBuf],
    log: &mut File,
) -> Result<(), ActionError> {
    let mut fail = |problem: ConfigurationError| {
        let text = match &problem {
            ConfigurationError::Lost(all) => explained(all, usize::MAX),
            other => other.to_string(),
        };
        // The error says it too; a log that cannot be written hides nothing.
        let _ = writeln!(log, "{}", text.trim_end());
        ActionError::Kconfig { task: check.task.clone(), problem: Box::new(problem) }
    };
    let fragments = match read_fragments(&unit.unit, &check.fragments) {
        Ok(fragments) => fragments,
        Err(error) => return Err(fail(error.into())),
    };
    for warning in fragments.iter().flat_map(lint).filter(asks_for_nothing) {
        cx.warn(&warning.to_string());
    }
    judge(&fragments, work, &Layers(sources), unit.arch).map_err(fail)
}

/// Whether the configuration keeps the contract of every image of this plan whose kernel the unit is, before the long
/// part of its build. It is asked again when the image is made: then a kernel may come out of the cache.
pub(crate) fn carries(plan: &Plan, id: ActionId, work: &Path) -> Result<(), ActionError> {
    let images = plan.actions.iter().filter_map(|action| match &action.kind {
        ActionKind::Disk(disk) if disk.kernel == id && !disk.image.kernel_contract.is_empty() => {
            Some(&disk.image)
        }
        _ => None,
    });
    for image in images {
        let bytes = read(work, CONFIG).map_err(|error| ActionError::io("read", work.join(CONFIG), error))?;
        hold(&bytes, CONFIG, &image.kernel_contract)?;
    }
    Ok(())
}

fn read_fragments(unit: &Unit, names: &[String]) -> Result<Vec<Fragment>, FragmentError> {
    // Evaluation made sure that each is there.
    let files = names.iter().filter_map(|name| unit.file(name));
    files.map(|file| Fragment::parse(&file.path, &file.content)).collect()
}

/// Missing reasons are a matter of taste; a comment that looks like a setting is a request that Kconfig never saw.
fn asks_for_nothing(lint: &Lint) -> bool {
    !matches!(lint.kind, LintKind::NoReason(_))
}

fn judge(
    fragments: &[Fragment],
    work: &Path,
    sources: &dyn Sources,
    arch: Arch,
) -> Result<(), ConfigurationError> {
    let merged = merge(fragments)?;
    let config = Config::parse(&read(work, CONFIG).map_err(ConfigurationError::Absent)?)?;
    let lost = lost(&merged, &config);
    if lost.is_empty() { Ok(()) } else { Err(because(lost, &merged, &config, sources, arch)) }
}

fn because(
    lost: Vec<Lost>,
    merged: &Merged,
    config: &Config,
    sources: &dyn Sources,
    arch: Arch,
) -> ConfigurationError {
    match parse(sources, KCONFIG, &Environment::kernel(kbuild(arch))) {
        Ok(tree) => ConfigurationError::Lost(explain(&lost, merged, Values { tree: &tree, config })),
        Err(why) => ConfigurationError::Unexplained { lost, why: Box::new(why) },
    }
}

/// What Kbuild calls an architecture.
fn kbuild(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "x86_64",
        Arch::Aarch64 => "arm64",
    }
}

/// The directories that `$SRCDIR` is made of, the uppermost first.
struct Layers<'a>(&'a [PathBuf]);

impl Sources for Layers<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        for layer in self.0 {
            match read(layer, path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                found => return found,
            }
        }
        Err(io::ErrorKind::NotFound.into())
    }
}

/// A regular file below `directory`. Steps wrote there, so no link leads out of it and nothing but a file is opened.
fn read(directory: &Path, path: &str) -> io::Result<Vec<u8>> {
    Ok(Tree::directory(directory).and_then(|tree| tree.read(Path::new(path), MAX_FILE))?)
}

#[cfg(test)]
mod tests;
