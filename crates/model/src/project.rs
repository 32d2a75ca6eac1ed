//! The project: everything that was defined, and the lock once there is one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use crate::lock::{Lock, MismatchError};
use crate::{
    Arch, AuditGate, Container, DebianSuite, Image, ImageName, LicensePolicy, Machine, Module, OciImage,
    Release, Source, SourceEntry, Unit, Workload,
};

/// Base addresses of archives by name, in the order they are tried.
pub type Mirrors = BTreeMap<String, Vec<String>>;

/// An evaluated project, for one machine. Its definitions are read as if they were fields of its own.
#[derive(Debug, Clone)]
pub struct Project<State> {
    definitions: Definitions,
    state: State,
}

/// A project whose names do not stand for fixed bytes yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unlocked;

/// A project whose every container and source has an entry in the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked(Lock);

/// Who answers for a product, as its papers name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// Their name.
    pub name: String,
    /// Their web address.
    pub url: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
}

/// What evaluation found.
#[derive(Debug, Clone)]
pub struct Definitions {
    /// The project's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Who answers for what is built of it.
    pub publisher: Option<Publisher>,
    /// The machine it was evaluated for.
    pub machine: Machine,
    /// The image that commands take when none is named.
    pub default_image: Option<String>,
    /// Base addresses of archives.
    pub mirrors: Mirrors,
    /// Units by name.
    pub units: BTreeMap<String, Arc<Unit>>,
    /// Containers by name.
    pub containers: BTreeMap<String, Container>,
    /// Machines by name.
    pub machines: BTreeMap<String, Machine>,
    /// Images by name.
    pub images: BTreeMap<String, Image>,
    /// OCI images by name.
    pub oci_images: BTreeMap<String, OciImage>,
    /// Workloads by name.
    pub workloads: BTreeMap<String, Arc<Workload>>,
}

impl<State> Deref for Project<State> {
    type Target = Definitions;

    fn deref(&self) -> &Definitions {
        &self.definitions
    }
}

impl Project<Unlocked> {
    /// A project that is bound to no lock yet.
    pub fn new(definitions: Definitions) -> Self {
        Self { definitions, state: Unlocked }
    }

    /// The same project with these base addresses of archives.
    pub fn with_mirrors(mut self, mirrors: Mirrors) -> Self {
        self.definitions.mirrors = mirrors;
        self
    }

    /// The same project with the working tree at this path, relative to it, in the place of a unit's sources and patches. The unit's
    /// version says so. `None` when there is no such unit.
    pub fn with_working_tree(mut self, unit: &str, path: &str) -> Option<Self> {
        let unit = Arc::make_mut(self.definitions.units.get_mut(unit)?);
        unit.version.push_str("_git");
        unit.patches.clear();
        unit.sources = vec![SourceEntry {
            source: Source::Path { path: path.to_owned(), exclude: Vec::new() },
            into: String::new(),
            only: Vec::new(),
            origin: unit.origin.clone(),
        }];
        Some(self)
    }

    /// The project's containers without what is built in them: they can be locked, and built, before the rest is.
    pub fn containers_alone(mut self) -> Self {
        self.definitions.units.clear();
        self.definitions.images.clear();
        self.definitions.workloads.clear();
        self
    }

    /// Binds the project to a lock.
    ///
    /// # Errors
    /// Every place where the two disagree. What a lock holds beyond the project's needs is not an error.
    pub fn lock(self, lock: Lock) -> Result<Project<Locked>, Vec<MismatchError>> {
        let mismatches = self.mismatches(&lock);
        if !mismatches.is_empty() {
            return Err(mismatches);
        }
        Ok(Project { definitions: self.definitions, state: Locked(lock) })
    }

    fn mismatches(&self, lock: &Lock) -> Vec<MismatchError> {
        if !Lock::is_read(lock.version) {
            return vec![MismatchError::Version(lock.version)];
        }
        let sources = self.units.values().flat_map(|unit| &unit.sources);
        let debian = sources.filter(|entry| matches!(entry.source, Source::Debian { .. })).count();
        if lock.version == 1 && debian > 0 {
            return vec![MismatchError::BeforePatches { sources: debian }];
        }
        let containers =
            self.containers.values().filter_map(|container| match lock.containers.get(&container.name) {
                None => Some(MismatchError::MissingContainer(container.name.clone())),
                Some(entry) if entry.request != container.request() => {
                    Some(MismatchError::StaleContainer(container.name.clone()))
                }
                Some(_) => None,
            });
        let sources = self.units.values().flat_map(|unit| {
            unit.sources.iter().map(|entry| &entry.source).filter(|source| source.needs_lock()).filter_map(
                |source| {
                    let (key, unit) = (source.key(), unit.name.clone());
                    let Some(locked) = lock.sources.get(&key) else {
                        return Some(MismatchError::MissingSource { key, unit });
                    };
                    let archive = &source.suite()?.archive;
                    (!locked.is_of(archive)).then(|| MismatchError::StaleSource {
                        key,
                        unit,
                        archive: archive.clone(),
                    })
                },
            )
        });
        containers.chain(sources).chain(self.image_mismatches(lock)).collect()
    }

    fn image_mismatches(&self, lock: &Lock) -> Vec<MismatchError> {
        let (all, arch) = (self.architectures(), self.machine.arch);
        let mismatch = |(workload, image): (&Workload, &ImageName)| {
            let (name, workload) = (image.to_string(), workload.name.clone());
            match lock.images.get(&name).filter(|entry| entry.answers(image, &all)) {
                None => Some(MismatchError::MissingImage { name, workload }),
                Some(entry) if entry.manifests.contains_key(&arch) => None,
                Some(entry) => {
                    let there = entry.manifests.keys().copied().collect();
                    Some(MismatchError::NoArchitecture { name, workload, arch, there })
                }
            }
        };
        self.registry_images().filter_map(mismatch).collect()
    }
}

impl<State> Project<State> {
    /// Every use of a registry's image, with the workload that uses it.
    pub fn registry_images(&self) -> impl Iterator<Item = (&Workload, &ImageName)> {
        self.workloads.values().flat_map(|workload| {
            let workload = workload.as_ref();
            workload.registry_images().into_iter().map(move |image| (workload, image))
        })
    }

    /// The architectures of its machines.
    pub fn architectures(&self) -> BTreeSet<Arch> {
        let machines = self.machines.values().chain([&self.machine]);
        machines.map(|machine| machine.arch).collect()
    }

    /// Containers that OCI images are copies of, where a lock lacks the packages for a machine of the project; as messages name it.
    pub fn uncopied(&self, lock: &Lock) -> Vec<String> {
        let copied: BTreeSet<&String> =
            self.oci_images.values().filter_map(|image| image.container.as_ref()).collect();
        let locked = copied.into_iter().filter_map(|name| Some((name, lock.containers.get(name)?)));
        let lacking = locked.flat_map(|(name, entry)| {
            let lacks = |arch: &Arch| !entry.copies.contains_key(arch) && entry.is_foreign(*arch);
            let architectures = self.architectures().into_iter().filter(lacks);
            architectures
                .map(|arch| format!("container {name:?} is not in the lock for {arch}"))
                .collect::<Vec<_>>()
        });
        lacking.collect()
    }

    /// What a lock holds beyond the needs of the project and of these modules, as messages name it.
    pub fn unused(&self, modules: &[Module], lock: &Lock) -> Vec<String> {
        let sources = || self.units.values().flat_map(|unit| unit.sources.iter().map(|entry| &entry.source));
        let keys: BTreeSet<String> =
            sources().filter(|source| source.needs_lock()).map(Source::key).collect();
        let of_containers =
            self.containers.values().map(|container| format!("{}/{}", container.archive, container.suite));
        let of_sources = sources().filter_map(|source| source.suite().map(DebianSuite::to_string));
        let suites: BTreeSet<String> = of_containers.chain(of_sources).collect();
        let modules: BTreeSet<&str> = modules
            .iter()
            .filter(|module| module.source.needs_lock())
            .map(|module| module.name.as_str())
            .collect();
        let suites = lock.suites.keys().filter(|name| !suites.contains(*name)).map(|name| ("suite", name));
        let containers = lock.containers.keys().filter(|name| !self.containers.contains_key(*name));
        let sources = lock.sources.keys().filter(|key| !keys.contains(*key)).map(|key| ("source", key));
        let modules = lock.modules.keys().filter(|name| !modules.contains(name.as_str()));
        let used: BTreeSet<String> = self.registry_images().map(|(_, image)| image.to_string()).collect();
        let images = lock.images.keys().filter(|name| !used.contains(*name)).map(|name| ("image", name));
        suites
            .chain(containers.map(|name| ("container", name)))
            .chain(sources)
            .chain(modules.map(|name| ("module", name)))
            .chain(images)
            .map(|(kind, name)| format!("{kind} {name:?} is not used any more"))
            .collect()
    }

    /// The image that a target stands for: `IMAGE`, or `IMAGE@VERSION` for one of its releases.
    pub fn image(&self, target: &str) -> Option<Image> {
        let (image, release) = self.find_image(target)?;
        Some(release.map_or_else(|| image.clone(), |release| release.of(image)))
    }

    /// What an image, a release of one or an OCI image demands of an audit.
    pub fn audit_gate(&self, target: &str) -> Option<AuditGate> {
        let oci = self.oci_images.get(target).and_then(|image| image.audit);
        oci.or_else(|| self.find_image(target)?.0.audit)
    }

    /// What an image, a release of one or an OCI image demands of licences.
    pub fn license_policy(&self, target: &str) -> Option<LicensePolicy> {
        let oci = self.oci_images.get(target).and_then(|image| image.licenses.clone());
        oci.or_else(|| self.find_image(target)?.0.licenses.clone())
    }

    /// Names of the units that an image or a release holds by itself.
    pub fn artifacts(&self, target: &str) -> Option<Vec<&str>> {
        let (image, release) = self.find_image(target)?;
        let whole = || image.artifacts.iter().map(String::as_str).collect();
        Some(release.map_or_else(whole, |release| release.artifacts(image).collect()))
    }

    /// The workloads of an image or of a release.
    pub fn workloads_of<'a>(&'a self, image: &'a Image) -> impl Iterator<Item = &'a Arc<Workload>> {
        image.workloads.iter().filter_map(|name| self.workloads.get(name))
    }

    fn find_image(&self, target: &str) -> Option<(&Image, Option<&Release>)> {
        let image = self.images.get(Release::image_of(target))?;
        let Some(version) = target.get(image.name.len() + 1..) else { return Some((image, None)) };
        let release = image.releases.iter().find(|release| release.version == version)?;
        Some((image, Some(release)))
    }
}

impl Project<Locked> {
    /// The lock.
    pub fn lock_file(&self) -> &Lock {
        &self.state.0
    }

    /// Seconds since 1970 that stand for "now" in what is built: the newest date of the locked suites. It moves only
    /// when the lock moves, and a device's clock never starts before it.
    pub fn epoch(&self) -> u64 {
        self.state.0.suites.values().map(|suite| suite.date).max().unwrap_or(315_532_800)
    }
}
