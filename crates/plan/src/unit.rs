//! Actions of a unit: its sources, its build, its package.

use std::collections::BTreeSet;
use std::sync::Arc;

use yoe_model::{Digest, Fingerprint, LockedSource, Scope, Source, SourceEntry, Unit};

use crate::action::{
    ActionId, ActionKind, Fetch, PackageAction, Patches, SourceAction, SourceInput, UnitAction,
};
use crate::error::PlanError;
use crate::graph::runtime_closure;
use crate::key::Key;
use crate::planner::Planner;

/// Raise when fetching the same bytes would give another tree.
const SOURCE_RULES: u32 = 1;
/// Raise when running the same steps would see something else.
const UNIT_RULES: u32 = 1;

impl Planner<'_> {
    /// The action that builds a unit whose sysroot is planned already.
    pub fn unit(&mut self, name: &str, sysroot: &BTreeSet<String>) -> Result<ActionId, PlanError> {
        let unit = self.project.units[name].clone();
        let container = self.container(&unit.container, &format!("unit {name:?}"), &unit.origin)?;
        let sources: Vec<SourceInput> = unit
            .sources
            .iter()
            .map(|entry| Ok(SourceInput { action: self.source(&unit, entry)?, into: entry.into.clone() }))
            .collect::<Result<_, PlanError>>()?;
        let sysroot: Vec<(String, ActionId)> = sysroot
            .iter()
            .filter_map(|dep| self.made(&unit_label(dep)).map(|id| (format!("dep {dep}"), id)))
            .collect();

        let mut results = vec![("container".to_owned(), container)];
        results.extend(sources.iter().enumerate().map(|(n, source)| (format!("source {n}"), source.action)));
        results.extend(sysroot.iter().cloned());
        let arch = self.project.machine.arch;
        let mut key = Key::new(UNIT_RULES)
            .with("arch", &arch)
            .with("identity", &identity(&unit))
            .with("environment", &unit.environment)
            .with("files", &unit.files)
            .with("patches", &unit.patches)
            .with("tasks", &unit.tasks)
            .with("folders", &unit.sources.iter().map(|entry| entry.into.clone()).collect::<Vec<_>>());
        if unit.scope == Scope::Machine {
            key = key.with("machine", &self.project.machine);
        }
        let sysroot = sysroot.into_iter().map(|(_, id)| id).collect();
        let kind = ActionKind::Unit(UnitAction { unit, arch, container, sources, sysroot });
        Ok(self.add(unit_label(name), kind, key, results))
    }

    fn source(&mut self, unit: &Unit, entry: &SourceEntry) -> Result<ActionId, PlanError> {
        let source = &entry.source;
        let label = format!("source {}", entry.label());
        if let Some(id) = self.made(&label) {
            return Ok(id);
        }
        let locked = self.project.lock_file().sources.get(&source.key()).cloned();
        let files = locked.as_ref().map(|locked| locked.files.clone());
        let tree = match source {
            Source::Path { .. } => self.trees.get(&source.key()).copied(),
            _ => locked.as_ref().and_then(|locked| locked.tree),
        };
        let content = Fingerprint::new("content").add(source).add(&files).add(&tree);
        // Only where there are some, so that a source without patches keeps the key that it always had.
        let patches = locked.as_ref().and_then(|locked| locked.patches.as_ref());
        let content = patches.into_iter().fold(content, |content, file| content.add(file)).finish();
        let key = Key::new(SOURCE_RULES).with("content", &content).with("only", &entry.only);
        let fetch = self.fetch(unit, entry, locked.unwrap_or_default(), tree)?;
        // A commit or a locked tree fixes what is fetched, whichever client fetches it, and a patch that is applied without
        // a guess gives the same whichever program applies it: the container is read but enters no key.
        let reads = match &fetch {
            Fetch::Git { container, .. } | Fetch::GoModule { container, .. } => Some(*container),
            Fetch::Debian { patches, .. } => patches.as_ref().map(|patches| patches.container),
            _ => None,
        };
        let kind = ActionKind::Source(SourceAction {
            fetch,
            only: entry.only.clone(),
            key: source.key(),
            user: unit.name.clone(),
            origin: entry.origin.clone(),
        });
        Ok(self.add_reading(label, kind, key, Vec::new(), reads))
    }

    /// What is fetched of a source, of which the lock says this.
    fn fetch(
        &mut self,
        unit: &Unit,
        entry: &SourceEntry,
        locked: LockedSource,
        tree: Option<Digest>,
    ) -> Result<Fetch, PlanError> {
        let user = format!("unit {:?}", unit.name);
        let unknown = || PlanError::NotLocked { origin: entry.origin.clone(), name: entry.source.key() };
        Ok(match entry.source.clone() {
            Source::Https { url, mirrors, name, sha256, unpack } => {
                let urls = [url].into_iter().chain(mirrors).collect();
                Fetch::Https { urls, name, sha256, unpack }
            }
            Source::Crate { name, version, sha256 } => Fetch::Crate { name, version, sha256 },
            Source::Debian { patches: wanted, .. } => {
                let file = locked.patches.filter(|_| wanted.applied());
                let patches = file
                    .map(|file| {
                        let container = self.container(&unit.container, &user, &unit.origin)?;
                        Ok(Patches { file, wanted, container })
                    })
                    .transpose()?;
                Fetch::Debian { files: locked.files, patches }
            }
            Source::DebianPackage { file, .. } => {
                let package = locked.files.into_iter().next().ok_or_else(unknown)?;
                Fetch::DebianPackage { package, archive: file }
            }
            Source::Git { url, commit, container } => {
                Fetch::Git { url, commit, container: self.container(&container, &user, &unit.origin)? }
            }
            Source::GoModule(module) => {
                let container = self.container(&module.container, &user, &unit.origin)?;
                Fetch::GoModule { module, container, tree: tree.ok_or_else(unknown)? }
            }
            Source::Path { path, exclude } => Fetch::Path { path, exclude, tree: tree.ok_or_else(unknown)? },
        })
    }

    /// The action that packages a unit whose build is planned already.
    pub fn package(&mut self, name: &str) -> Result<ActionId, PlanError> {
        let label = format!("package {name}");
        if let Some(id) = self.made(&label) {
            return Ok(id);
        }
        let unit = self.project.units[name].clone();
        let closure = runtime_closure(self.project, [name])?;
        let built = |planner: &Self, name: &str| planner.made(&unit_label(name));
        let runtime: Vec<(String, ActionId)> = closure
            .into_iter()
            .filter(|dep| *dep != name)
            .filter_map(|dep| built(self, dep).map(|id| (format!("runtime {dep}"), id)))
            .collect();
        let own = built(self, name)
            .ok_or_else(|| PlanError::UnknownTarget { name: name.to_owned(), hint: None })?;

        let key = Key::new(self.options.package_rules)
            .with("arch", &self.project.machine.arch)
            .with("identity", &identity(&unit))
            .with("metadata", &metadata(&unit))
            .with("signer", &self.options.signer);
        let mut results = vec![("unit".to_owned(), own)];
        results.extend(runtime.iter().cloned());
        let kind = ActionKind::Package(PackageAction {
            unit,
            arch: self.project.machine.arch,
            built: own,
            runtime: runtime.into_iter().map(|(_, id)| id).collect(),
        });
        Ok(self.add(label, kind, key, results))
    }
}

pub(crate) fn unit_label(name: &str) -> String {
    format!("unit {name}")
}

fn identity(unit: &Arc<Unit>) -> (String, String) {
    (unit.name.clone(), unit.package_version())
}

fn metadata(unit: &Arc<Unit>) -> yoe_model::Digest {
    Fingerprint::new("metadata")
        .add(&unit.description)
        .add(&unit.license)
        .add(unit.scope.as_str())
        .add(&unit.runtime_deps)
        .add(&unit.provides)
        .add(&unit.replaces)
        .add(&unit.conffiles)
        .add(&unit.setuid)
        .add(&unit.host_paths_ok)
        .finish()
}
