//! Where a new project takes its modules from.

use std::path::Path;

use super::{Init, place};
use crate::error::CommandError;
use crate::near;

/// The repository that this program is of; empty when its package does not say.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The module with the units, in the repository of yoe.
const UNITS: &str = "modules/units-core";

/// Where a new project takes its modules from.
#[derive(Debug, PartialEq, Eq)]
pub enum ModuleSource {
    /// A tag of a git repository.
    Git {
        /// Where it is served.
        url: String,
        /// The tag.
        tag: String,
    },
    /// A clone on this computer.
    Path {
        /// Relative to the project.
        path: String,
        /// The machines that it has.
        machines: Vec<String>,
    },
}

impl ModuleSource {
    /// What the arguments say, or else the version of this program in its repository.
    pub fn of(args: &Init, project: &Path) -> Result<Self, CommandError> {
        match (&args.module_path, &args.module_git, &args.module_tag) {
            (Some(path), _, _) => Self::clone_at(path, project),
            (None, Some(url), Some(tag)) => Ok(Self::Git { url: url.clone(), tag: tag.clone() }),
            _ => Self::of_program(REPOSITORY, env!("CARGO_PKG_VERSION")).ok_or_else(|| {
                CommandError::user("this yoe does not know which repository it is of")
                    .hint("--module-path DIRECTORY names a clone of it, --module-git URL --module-tag TAG a repository")
            }),
        }
    }

    /// The repository of a program of this version.
    fn of_program(repository: &str, version: &str) -> Option<Self> {
        let url = repository.to_owned();
        (!repository.is_empty()).then(|| Self::Git { url, tag: format!("v{version}") })
    }

    fn clone_at(path: &Path, project: &Path) -> Result<Self, CommandError> {
        for needed in ["MODULE.star", &format!("{UNITS}/MODULE.star")] {
            if !path.join(needed).is_file() {
                let message = format!("{} is not a clone of yoe: it has no {needed}", path.display());
                return Err(
                    CommandError::user(message).hint("name the directory that has modules/units-core in it")
                );
            }
        }
        let machines = std::fs::read_dir(path.join(UNITS).join("machines")).into_iter().flatten().flatten();
        let stem = |name: String| name.strip_suffix(".star").map(str::to_owned);
        let mut machines: Vec<String> =
            machines.filter_map(|entry| entry.file_name().into_string().ok()).filter_map(stem).collect();
        machines.sort();
        Ok(Self::Path { path: place::relative(project, path)?, machines })
    }

    /// Makes sure that there is such a machine, where that is known yet.
    pub fn check_machine(&self, machine: &str) -> Result<(), CommandError> {
        match self {
            Self::Path { machines, .. } if !machines.iter().any(|known| known == machine) => {
                let hint = near::hint(machine, "machine", machines.iter().map(String::as_str));
                Err(CommandError::user(format!("there is no machine {machine:?}")).hint(hint))
            }
            _ => Ok(()),
        }
    }

    /// The elements of `modules` in PROJECT.star, each a line.
    pub fn refs(&self) -> String {
        let (units, whole) = match self {
            Self::Git { url, tag } => {
                let whole = format!("git = {url:?}, tag = {tag:?}");
                (format!("{whole}, directory = {UNITS:?}"), whole)
            }
            Self::Path { path, .. } => {
                (format!("path = {:?}", format!("{path}/{UNITS}")), format!("path = {path:?}"))
            }
        };
        let line = |name: &str, from: &str| format!("        module_ref(name = {name:?}, {from}),\n");
        [line("units-core", &units), line("yoe", &whole)].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_knows_its_repository_takes_its_own_version() {
        assert_eq!(ModuleSource::of_program("", "0.1.0"), None);
        let refs = ModuleSource::of_program("https://example.org/yoe", "0.1.0").unwrap().refs();
        assert_eq!(
            refs,
            "        module_ref(name = \"units-core\", git = \"https://example.org/yoe\", tag = \"v0.1.0\", \
             directory = \"modules/units-core\"),\n        \
             module_ref(name = \"yoe\", git = \"https://example.org/yoe\", tag = \"v0.1.0\"),\n"
        );
    }
}
