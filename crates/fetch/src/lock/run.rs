//! One run of locking: every suite is opened once, every index read once.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use yoe_model::{
    Arch, ArchiveFile, Container, DebianPatches, DebianSuite, Lock, LockedContainer, LockedPackage,
    LockedSource, Project, Source, SourceEntry, Unlocked,
};

use super::patches::{Named, lock_patches};
use super::suites::{Place, find_keys, named, open, place_of};
use super::{LockError, LockMode, LockOptions, LockProgress};
use crate::client::{Client, Progress};
use crate::debian::{self, Access, DebianError, Index, Package, Suite, Trust};
use crate::images::Registries;

pub(super) struct Run<'a> {
    pub(super) project: &'a Project<Unlocked>,
    pub(super) previous: &'a Lock,
    pub(super) options: &'a LockOptions,
    access: Access<'a>,
    pub(super) progress: &'a mut dyn FnMut(LockProgress<'_>),
    pub(super) registries: Registries,
    suites: BTreeMap<Place, Suite>,
    pub(super) lock: Lock,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        project: &'a Project<Unlocked>,
        previous: &'a Lock,
        client: &'a Client,
        options: &'a LockOptions,
        progress: &'a mut dyn FnMut(LockProgress<'_>),
    ) -> Self {
        let access =
            Access { client, mirrors: &project.mirrors, architecture: options.architecture.debian() };
        Self {
            project,
            previous,
            options,
            access,
            progress,
            registries: Registries::new(client.clone(), project.mirrors.clone(), options.docker.clone()),
            suites: BTreeMap::new(),
            lock: Lock { version: Lock::VERSION, ..Lock::default() },
        }
    }

    pub(super) fn finish(mut self) -> Result<Lock, LockError> {
        self.keep_suites();
        for container in self.project.containers.values() {
            let kept = self.previous.containers.get(&container.name).filter(|entry| {
                self.options.mode == LockMode::AddMissing && entry.request == container.request()
            });
            let entry = match kept {
                Some(entry) => self.copied(container, entry.clone())?,
                None => self.container(container)?,
            };
            self.lock.containers.insert(container.name.clone(), entry);
        }
        self.keep_trees();
        self.one_suite_a_key()?;
        for (unit, entry) in debian_sources(self.project) {
            let key = entry.source.key();
            if self.lock.sources.contains_key(&key) {
                continue;
            }
            let locked = match self.kept(entry, &key) {
                Some(locked) => locked.clone(),
                None => self.source(unit, entry)?,
            };
            self.lock.sources.insert(key, locked);
        }
        self.images()?;
        Ok(self.lock)
    }

    /// Refuses two sources that would share an entry of the lock and come from different suites, or need other signatures: one
    /// would be given what it has not asked for.
    pub(super) fn one_suite_a_key(&self) -> Result<(), LockError> {
        let mut seen: BTreeMap<String, &SourceEntry> = BTreeMap::new();
        for (_, entry) in debian_sources(self.project) {
            let first = seen.entry(entry.source.key()).or_insert(entry);
            if first.source.suite() != entry.source.suite() {
                return Err(LockError::TwoSuites {
                    key: entry.source.key(),
                    origin: entry.origin.clone(),
                    other: first.origin.clone(),
                });
            }
        }
        Ok(())
    }

    /// What the previous lock says of a source, if it is of the suite that the source names, as signed by a key that may sign
    /// it. Version 1 of the format said nothing of patches: of its entries only the tarballs still count, for sources that have
    /// no patch applied.
    fn kept(&self, entry: &SourceEntry, key: &str) -> Option<&'a LockedSource> {
        let locked = match (self.previous.version, &entry.source) {
            (1, Source::Debian { package, version, patches: DebianPatches::None, .. }) => {
                self.previous.sources.get(&format!("debian:{package}@{version}"))
            }
            (1, _) => None,
            _ => self.previous.sources.get(key),
        }?;
        let suite = entry.source.suite()?;
        let signed_by = &self.previous.suites.get(&suite.to_string())?.signed_by;
        let (keys, _) = self.keys(suite)?;
        (locked.is_of(&suite.archive) && keys.contains(signed_by)).then_some(locked)
    }

    /// Trees are unpacked by clients that need a build environment: who has one adds what is missing here.
    fn keep_trees(&mut self) {
        let sources = self.project.units.values().flat_map(|unit| &unit.sources);
        let keys = sources.filter(|entry| matches!(entry.source, Source::GoModule(_)));
        let kept = keys.filter_map(|entry| {
            let key = entry.source.key();
            self.previous.sources.get(&key).map(|locked| (key, locked.clone()))
        });
        self.lock.sources.extend(kept);
    }

    /// Suites that are still used stay as they were seen, until they are opened again.
    fn keep_suites(&mut self) {
        let containers = self.project.containers.values().map(|container| named(&place_of(container)));
        let sources = debian_sources(self.project)
            .filter_map(|(_, entry)| entry.source.suite().map(DebianSuite::to_string));
        let used: BTreeSet<String> = containers.chain(sources).collect();
        let kept = self.previous.suites.iter().filter(|(name, _)| used.contains(*name));
        self.lock.suites = kept.map(|(name, suite)| (name.clone(), suite.clone())).collect();
    }

    /// Looks a container up.
    pub(super) fn container(&mut self, container: &Container) -> Result<LockedContainer, LockError> {
        let packages = self.packages(container, self.options.architecture)?;
        self.copied(container, LockedContainer::new(container.request(), packages))
    }

    /// The packages of a container for an architecture.
    pub(super) fn packages(
        &mut self,
        container: &Container,
        arch: Arch,
    ) -> Result<Vec<LockedPackage>, LockError> {
        self.resolve(container, arch.debian()).map_err(|source| LockError::Container {
            container: container.name.clone(),
            origin: container.origin.clone(),
            source: Box::new(source),
        })
    }

    fn resolve(
        &mut self,
        container: &Container,
        native: &'static str,
    ) -> Result<Vec<LockedPackage>, DebianError> {
        let place = place_of(container);
        let trust = self.trust(&container.keys, container.accept_expired);
        // `name` and `name:native` are the same; of other architectures only the named package is taken.
        let requests = container.packages.iter().map(|name| match name.split_once(':') {
            Some((name, arch)) if arch != native => (name, Some(arch)),
            Some((name, _)) => (name, None),
            None => (name.as_str(), None),
        });
        let (foreign, own): (Vec<_>, Vec<_>) = requests.partition(|(_, arch)| arch.is_some());
        let suite = named(&place);
        let index = self.index(&place, &trust, native)?;
        let resolved = debian::resolve(&index, own.iter().map(|(name, _)| *name), &suite)?;
        let mut packages: Vec<LockedPackage> =
            resolved.into_iter().map(|package| locked(package, &place.0, None)).collect();
        for (name, arch) in foreign {
            let arch = arch.unwrap_or(native);
            let index = self.index(&place, &trust, arch)?;
            let package = index.versions(name).first().ok_or_else(|| DebianError::NoPackage {
                suite: suite.clone(),
                package: format!("{name}:{arch}"),
                hint: String::new(),
            })?;
            packages.push(locked(package, &place.0, Some(arch)));
        }
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        (self.progress)(LockProgress::Container {
            name: &container.name,
            packages: packages.len(),
            bytes: packages.iter().map(|package| package.file.size).sum(),
        });
        Ok(packages)
    }

    /// Looks a source up.
    pub(super) fn source(&mut self, unit: &str, entry: &SourceEntry) -> Result<LockedSource, LockError> {
        let Some(suite) = entry.source.suite() else { return Ok(LockedSource::default()) };
        let (key, unit, origin) = (entry.source.key(), unit.to_owned(), entry.origin.clone());
        let Some((keys, accept_expired)) = self.keys(suite) else {
            return Err(LockError::NoKeys { key, unit, origin, archive: suite.archive.clone() });
        };
        let trust = self.trust(&keys, accept_expired);
        let place = (suite.archive.clone(), suite.name.clone());
        let found = match &entry.source {
            Source::Debian { package, version, patches, .. } => {
                self.source_package(&place, &trust, (package, version), patches)
            }
            Source::DebianPackage { package, version, .. } => {
                self.package_as_source(&place, &trust, (package, version))
            }
            _ => Ok(LockedSource::default()),
        };
        match found {
            Ok(locked) => {
                (self.progress)(LockProgress::Source { key: &key });
                Ok(locked)
            }
            Err(source) => Err(LockError::Source { key, unit, origin, source: Box::new(source) }),
        }
    }

    fn source_package(
        &mut self,
        place: &Place,
        trust: &Trust<'_>,
        (package, version): (&str, &str),
        patches: &DebianPatches,
    ) -> Result<LockedSource, DebianError> {
        let text = self.visit(place, trust, |suite, access, report| suite.sources(access, report))?;
        let named = Named { suite: &named(place), package, version };
        let files = debian::find_source(&text, &place.0, named.suite, (package, version))?;
        lock_patches(files, patches, &named, &self.access, self.progress)
    }

    /// A binary package that holds a source. It must be one for all architectures: what is built from it is the same whatever
    /// the machine that builds.
    fn package_as_source(
        &mut self,
        place: &Place,
        trust: &Trust<'_>,
        (name, version): (&str, &str),
    ) -> Result<LockedSource, DebianError> {
        let index = self.index(place, trust, self.access.architecture)?;
        let versions = index.versions(name);
        let suite = named(place);
        let Some(package) = versions.iter().find(|package| package.version == version) else {
            let there =
                versions.iter().map(|package| package.version.as_str()).collect::<Vec<_>>().join(", ");
            return Err(DebianError::NoVersion {
                suite,
                package: name.to_owned(),
                version: version.to_owned(),
                there,
            });
        };
        let LockedPackage { file, .. } = locked(package, &place.0, None);
        if !file.path.ends_with("_all.deb") {
            return Err(DebianError::OneArchitecture { package: name.to_owned(), file: file.path });
        }
        Ok(LockedSource { files: vec![file], ..LockedSource::default() })
    }

    /// The keys that may sign a suite which a source names: those that it names itself, else those of the containers of that
    /// suite, or, if there are none, of that archive.
    fn keys(&self, suite: &DebianSuite) -> Option<(BTreeSet<String>, bool)> {
        let of_archive: Vec<&Container> =
            self.project.containers.values().filter(|container| container.archive == suite.archive).collect();
        let of_suite: Vec<&Container> =
            of_archive.iter().copied().filter(|container| container.suite == suite.name).collect();
        let accept_expired = of_suite.iter().any(|container| container.accept_expired);
        let chosen = if of_suite.is_empty() { of_archive } else { of_suite };
        let keys = match suite.keys.is_empty() {
            false => suite.keys.clone(),
            true => chosen.iter().flat_map(|container| container.keys.clone()).collect(),
        };
        (!keys.is_empty()).then_some((keys, accept_expired))
    }

    fn trust<'t>(&self, keys: &'t BTreeSet<String>, accept_expired: bool) -> Trust<'t>
    where
        'a: 't,
    {
        Trust { keys, accept_expired, keyrings: &self.options.keyrings, now: self.options.now }
    }

    fn index(&mut self, place: &Place, trust: &Trust<'_>, arch: &str) -> Result<Rc<Index>, DebianError> {
        self.visit(place, trust, |suite, access, report| suite.packages(access, arch, report))
    }

    /// Checks a suite, notes it in the lock, and reads something of it. It is checked at every
    /// use: containers and sources may accept different keys.
    fn visit<T>(
        &mut self,
        place: &Place,
        trust: &Trust<'_>,
        read: impl FnOnce(&mut debian::Verified<'_>, &Access<'_>, debian::Report<'_>) -> Result<T, DebianError>,
    ) -> Result<T, DebianError> {
        let Self { project, suites, access, progress, lock, previous, .. } = self;
        let mut report = |name: &str, progress_of: Progress<'_>| {
            progress(LockProgress::Fetch { name, progress: progress_of });
        };
        let keys = find_keys(project, suites, access, place, trust, &mut report)?;
        let mut verified = open(suites, access, place)?.verify(&keys, trust)?;
        let name = verified.name();
        verified.is_not_older_than(previous.suites.get(&name))?;
        lock.suites.insert(name, verified.locked().clone());
        read(&mut verified, access, &mut report)
    }
}

pub(super) fn debian_sources(project: &Project<Unlocked>) -> impl Iterator<Item = (&str, &SourceEntry)> {
    project.units.values().flat_map(|unit| {
        let debian = unit.sources.iter().filter(|entry| entry.source.suite().is_some());
        debian.map(|entry| (unit.name.as_str(), entry))
    })
}

fn locked(package: &Package, archive: &str, arch: Option<&str>) -> LockedPackage {
    LockedPackage {
        name: arch.map_or_else(|| package.name.clone(), |arch| format!("{}:{arch}", package.name)),
        version: package.version.clone(),
        file: ArchiveFile {
            archive: archive.to_owned(),
            path: package.path.clone(),
            size: package.size,
            sha256: package.sha256,
        },
    }
}
