//! Whether the code that has a hole is in the product at all: by the packages that Go programs hold code of, and by the sources that
//! the kernel's configuration compiles.

use std::collections::BTreeSet;
use std::path::Path;

use super::bill::Bill;
use super::osv::{Advisory, Affected};
use super::parts::Part;
use super::records::program_files;
use crate::GoProgram;

/// So many paths are named as evidence.
const NAMED: usize = 3;

/// Where an advisory says that a hole is.
pub(super) enum Code {
    /// In these packages of Go.
    Packages(BTreeSet<String>),
    /// In these sources of the kernel.
    Sources(BTreeSet<String>),
    /// Anywhere in the component.
    Anywhere,
}

impl Code {
    /// What the advisory says, in all that it says about the component. `directory` is that of the advisories.
    pub(super) fn of(advisory: &Advisory, affected: &[&Affected], part: &Part, directory: &Path) -> Self {
        match part.purl.kind.as_str() {
            "golang" => {
                let packages: Option<Vec<Vec<&str>>> = affected.iter().map(|one| one.packages()).collect();
                packages.map_or(Self::Anywhere, |all| {
                    Self::Packages(all.concat().into_iter().map(str::to_owned).collect())
                })
            }
            "generic" if part.purl.name == "linux" => {
                let mut sources: BTreeSet<String> =
                    affected.iter().flat_map(|one| one.program_files()).cloned().collect();
                sources.extend(advisory.names().flat_map(|name| program_files(directory, name)));
                if sources.is_empty() { Self::Anywhere } else { Self::Sources(sources) }
            }
            _ => Self::Anywhere,
        }
    }

    /// What shows that the code is not in this package, or not in the target where the component is in no package.
    pub(super) fn absent(&self, bill: &Bill, part: &Part, package: Option<&str>) -> Option<String> {
        match self {
            Self::Anywhere => None,
            Self::Packages(packages) => {
                let purl = part.purl.to_string();
                let ours = |program: &&GoProgram| {
                    program.package.as_deref() == package && program.modules.contains(&purl)
                };
                let programs: Vec<&GoProgram> = bill.programs.iter().filter(ours).collect();
                not_held(&programs, packages)
            }
            Self::Sources(sources) => {
                let (purl, kbuild) = bill.kernel.as_ref()?;
                if *purl != part.purl.to_string() {
                    return None;
                }
                let reasons = sources.iter().map(|source| kbuild.not_compiled(source));
                let reasons: Vec<String> = reasons.collect::<Option<_>>()?;
                Some(listed(&reasons, "; "))
            }
        }
    }
}

/// That none of these programs holds code of any of these packages.
fn not_held(programs: &[&GoProgram], packages: &BTreeSet<String>) -> Option<String> {
    if programs.is_empty() {
        return None;
    }
    for program in programs {
        let holds = program.holds.as_ref()?;
        // The standard library has copies of other modules' packages, with another beginning.
        if packages
            .iter()
            .any(|package| holds.contains(package) || holds.contains(&format!("vendor/{package}")))
        {
            return None;
        }
    }
    let paths: Vec<String> = programs.iter().map(|program| program.path.clone()).collect();
    let packages: Vec<String> = packages.iter().cloned().collect();
    let holds = if paths.len() == 1 { "holds" } else { "hold" };
    Some(format!("{} {holds} no code of {}", listed(&paths, " and "), listed(&packages, ", ")))
}

/// The first of them, and how many there are more.
fn listed(all: &[String], between: &str) -> String {
    let text = all.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(between);
    match all.len().saturating_sub(NAMED) {
        0 => text,
        more => format!("{text}{between}{more} more"),
    }
}

#[cfg(test)]
mod tests;
