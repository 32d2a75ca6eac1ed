//! The crates of a Rust program: the lock file of its workspace, reduced to what is linked into a program for the device.
//!
//! Cargo.lock names all that any member, target, test or build script may need. The manifest of each package says which of
//! it is for what: dependencies of tests and build scripts, of other targets, and macros, which run while the program is built,
//! fall away. What a feature alone decides cannot be told from these files: an optional dependency that Cargo.lock names counts
//! as linked in.

mod lock;
mod manifest;
mod target;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use yoe_model::{Arch, Source, Unit};
use yoe_tree::Tree;

pub use self::lock::{Lock, Package};
use self::manifest::Manifest;

/// What is said of each crate that was found in this way.
pub(crate) const NOTE: &str = "from Cargo.lock without tests, build scripts, macros and other targets; a crate that only a feature \
                               asks for is listed although the program may be built without it";
/// No lock file and no manifest is larger.
const LARGEST: u64 = 16 << 20;

/// A crate that is linked in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Linked {
    pub(crate) name: String,
    pub(crate) version: String,
    /// SHA-256 of its archive.
    pub(crate) checksum: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) homepage: Option<String>,
}

/// Crates that are linked in, and what could not be found out.
#[derive(Debug, Default)]
pub(crate) struct Crates {
    pub(crate) linked: BTreeSet<Linked>,
    pub(crate) gaps: Vec<String>,
}

/// Whether a unit is made of crates.
pub(crate) fn has_crates(unit: &Unit) -> bool {
    unit.sources.iter().any(|entry| matches!(entry.source, Source::Crate { .. }))
}

/// Whether a source is a crate that the unit's own package depends on, rather than that package.
pub(crate) fn is_vendored(source: &Source, into: &str) -> bool {
    matches!(source, Source::Crate { .. }) && !into.is_empty()
}

/// The crates that are linked into the programs of a unit. `trees` has the trees of its sources, in order; absent ones are not
/// there.
pub(crate) fn linked(unit: &Unit, trees: &[Option<PathBuf>], arch: Arch) -> Crates {
    let mut crates = Crates::default();
    let Some(lock) = lock(unit, trees) else {
        crates.gaps.push(format!("unit {:?} has no Cargo.lock, so its crates are not known", unit.name));
        return crates;
    };
    let mut walk = Walk { lock: &lock, arch, vendored: BTreeMap::new(), seen: BTreeSet::new(), crates };
    let mut members = BTreeMap::new();
    for (entry, tree) in unit.sources.iter().zip(trees) {
        let Some(manifest) = tree.as_deref().and_then(manifest_in) else { continue };
        match &entry.source {
            Source::Crate { name, version, .. } if is_vendored(&entry.source, &entry.into) => {
                walk.vendored.insert((name.clone(), version.clone()), manifest);
            }
            _ => {
                members.insert(manifest.name.clone(), manifest);
            }
        }
    }
    for (index, package) in lock.package.iter().enumerate() {
        // Members of the workspace that the unit does not hold are of other programs.
        if let Some(manifest) = members.get(&package.name).filter(|_| package.source.is_none()) {
            walk.follow(index, manifest, &members);
        }
    }
    walk.crates
}

fn manifest_in(tree: &Path) -> Option<Manifest> {
    let text = Tree::directory(tree).ok()?.read(Path::new("Cargo.toml"), LARGEST).ok()?;
    Manifest::parse(std::str::from_utf8(&text).ok()?)
}

/// The lock file: a file of the unit, or that of its source.
fn lock(unit: &Unit, trees: &[Option<PathBuf>]) -> Option<Lock> {
    let own = unit.files.iter().filter(|file| file.path.ends_with(".lock"));
    let own = own.filter_map(|file| Lock::parse(std::str::from_utf8(&file.content).ok()?).ok());
    let of_source =
        unit.sources.iter().zip(trees).filter(|(entry, _)| entry.into.is_empty()).filter_map(|(_, tree)| {
            let text = Tree::directory(tree.as_deref()?).ok()?.read(Path::new("Cargo.lock"), LARGEST).ok()?;
            Lock::parse(std::str::from_utf8(&text).ok()?).ok()
        });
    own.chain(of_source).find(|lock: &Lock| !lock.package.is_empty())
}

struct Walk<'a> {
    lock: &'a Lock,
    arch: Arch,
    vendored: BTreeMap<(String, String), Manifest>,
    seen: BTreeSet<usize>,
    crates: Crates,
}

impl Walk<'_> {
    /// Follows the normal dependencies of the package at `index`.
    fn follow(&mut self, index: usize, manifest: &Manifest, members: &BTreeMap<String, Manifest>) {
        let mut open: Vec<(usize, BTreeSet<String>)> = vec![(index, manifest.dependencies(self.arch))];
        while let Some((index, wanted)) = open.pop() {
            for dependency in &self.lock.package[index].dependencies {
                let Some(next) = self.find(dependency) else { continue };
                let package = &self.lock.package[next];
                if !wanted.contains(&package.name) || !self.seen.insert(next) {
                    continue;
                }
                if package.source.is_none() {
                    // A path: it is the project's own code, or a member that is followed by itself.
                    if let Some(manifest) = members.get(&package.name) {
                        open.push((next, manifest.dependencies(self.arch)));
                    }
                    continue;
                }
                match self.vendored.get(&(package.name.clone(), package.version.clone())) {
                    // A macro and what it needs run while the program is built.
                    Some(manifest) if manifest.is_macro => continue,
                    Some(manifest) => {
                        open.push((next, manifest.dependencies(self.arch)));
                        self.crates.linked.insert(linked_as(package, Some(manifest)));
                    }
                    None => {
                        let (name, version) = (&package.name, &package.version);
                        let gap = format!(
                            "the manifest of crate {name} {version} is not there, so all that it names is listed"
                        );
                        self.crates.gaps.push(gap);
                        let all = package.dependencies.iter().filter_map(|text| text.split(' ').next());
                        open.push((next, all.map(str::to_owned).collect()));
                        self.crates.linked.insert(linked_as(package, None));
                    }
                }
            }
        }
    }

    /// The package that a dependency names: `name`, `name version` or `name version (source)`.
    fn find(&self, dependency: &str) -> Option<usize> {
        let mut words = dependency.split(' ');
        let (name, version) = (words.next()?, words.next());
        let is = |package: &Package| {
            package.name == name && version.is_none_or(|version| package.version == version)
        };
        self.lock.package.iter().position(is)
    }
}

fn linked_as(package: &Package, manifest: Option<&Manifest>) -> Linked {
    Linked {
        name: package.name.clone(),
        version: package.version.clone(),
        checksum: package.checksum.clone(),
        license: manifest.and_then(|manifest| manifest.license.clone()),
        homepage: manifest.and_then(|manifest| manifest.homepage.clone()),
    }
}

#[cfg(test)]
mod tests;
