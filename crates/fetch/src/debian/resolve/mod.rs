//! From the packages that a container asks for to all that it needs.
//!
//! Taken are: the packages asked for, every package marked essential (others rely on those without saying so), and
//! what these depend on. Recommendations are not followed, and conflicts are not looked at: packages are unpacked, not
//! configured, and a conflict is mostly about what runs. Of alternatives, one that is taken already wins, else the first
//! that exists; of several packages that provide a name, the most important by priority, then the first by name.

use std::collections::{BTreeMap, VecDeque};

use super::error::DebianError;
use super::index::{Index, Package};
use super::relation::{Alternative, Dependency};

/// Resolves; `suite` is for messages. The result is sorted by name.
pub(crate) fn resolve<'a>(
    index: &'a Index,
    requested: impl Iterator<Item = &'a str>,
    suite: &'a str,
) -> Result<Vec<&'a Package>, DebianError> {
    let mut selection = Selection { index, suite, taken: BTreeMap::new(), queue: VecDeque::new() };
    // All of these come first, so that a dependency with alternatives is met by what was asked for.
    for name in requested {
        let package = selection.named(name)?;
        selection.take(package, None);
    }
    for package in index.essential() {
        selection.take(package, None);
    }
    while let Some(package) = selection.queue.pop_front() {
        for dependency in &package.depends {
            if !selection.satisfied(dependency) {
                let found = selection.choose(package, dependency)?;
                selection.take(found, Some(&package.name));
            }
        }
    }
    Ok(selection.taken.into_values().map(|taken| taken.package).collect())
}

struct Selection<'a> {
    index: &'a Index,
    suite: &'a str,
    taken: BTreeMap<&'a str, Taken<'a>>,
    queue: VecDeque<&'a Package>,
}

struct Taken<'a> {
    package: &'a Package,
    /// The package that needs it; `None` for one that was asked for.
    by: Option<&'a str>,
}

impl<'a> Selection<'a> {
    fn take(&mut self, package: &'a Package, by: Option<&'a str>) {
        if !self.taken.contains_key(package.name.as_str()) {
            self.taken.insert(&package.name, Taken { package, by });
            self.queue.push_back(package);
        }
    }

    /// The newest version of a package that was asked for.
    fn named(&self, name: &str) -> Result<&'a Package, DebianError> {
        self.index.versions(name).first().ok_or_else(|| {
            let providers: Vec<&str> =
                self.index.providers(name).iter().map(|provider| provider.package.as_str()).collect();
            let hint = if providers.is_empty() {
                String::new()
            } else {
                format!("; it is provided by {}: name one of them", providers.join(", "))
            };
            DebianError::NoPackage { suite: self.suite.to_owned(), package: name.to_owned(), hint }
        })
    }

    fn satisfied(&self, dependency: &Dependency) -> bool {
        dependency.0.iter().any(|alternative| {
            let name = alternative.name.as_str();
            self.taken.get(name).is_some_and(|taken| alternative.accepts(&taken.package.version))
                || self.index.providers(name).iter().any(|provider| {
                    alternative.accepts_provided(provider.version.as_deref())
                        && self.is_taken(&provider.package, &provider.package_version)
                })
        })
    }

    fn is_taken(&self, name: &str, version: &str) -> bool {
        self.taken.get(name).is_some_and(|taken| taken.package.version == version)
    }

    fn choose(&self, package: &Package, dependency: &Dependency) -> Result<&'a Package, DebianError> {
        dependency.0.iter().find_map(|alternative| self.candidate(alternative)).ok_or_else(|| {
            DebianError::Unsatisfiable {
                suite: self.suite.to_owned(),
                chain: self.chain(&package.name),
                dependency: dependency.to_string(),
                problem: self.explain(dependency),
            }
        })
    }

    fn candidate(&self, alternative: &Alternative) -> Option<&'a Package> {
        let real = self.index.versions(&alternative.name).iter();
        // A package of which another version is taken is not a candidate: there is room for one.
        let free = |package: &&'a Package| !self.taken.contains_key(package.name.as_str());
        real.filter(|package| alternative.accepts(&package.version)).find(free).or_else(|| {
            let provided = self.index.providers(&alternative.name).iter();
            provided
                .filter(|provider| alternative.accepts_provided(provider.version.as_deref()))
                .filter_map(|provider| self.index.provided_by(provider))
                .filter(free)
                .min_by_key(|package| (package.priority, &package.name))
        })
    }

    /// How a package came in: `clang → clang-19 → libllvm19`.
    fn chain(&self, name: &str) -> String {
        let mut names = vec![name];
        let mut at = name;
        while let Some(by) = self.taken.get(at).and_then(|taken| taken.by) {
            names.push(by);
            at = by;
        }
        names.reverse();
        names.join(" → ")
    }

    fn explain(&self, dependency: &Dependency) -> String {
        let there: Vec<String> = dependency
            .0
            .iter()
            .map(|Alternative { name, .. }| {
                let versions: Vec<&str> =
                    self.index.versions(name).iter().map(|package| package.version.as_str()).collect();
                match versions.as_slice() {
                    [] => format!("it has no {name}"),
                    versions => format!("it has {name} {}", versions.join(", ")),
                }
            })
            .collect();
        there.join("; ")
    }
}

#[cfg(test)]
mod tests;
