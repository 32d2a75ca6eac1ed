//! Projects of a few containers and sources.

use std::collections::BTreeMap;
use std::sync::Arc;

use yoe_model::{
    Arch, Container, DebianPatches, DebianSuite, Definitions, GoModule, Kernel, Machine, Mirrors, OciConfig,
    OciImage, Origin, Project, Source, SourceEntry, Unit, Unlocked,
};

use super::signer::Signer;

/// What a project will hold.
#[derive(Clone)]
pub struct Sketch {
    key: String,
    containers: BTreeMap<String, Vec<String>>,
    sources: Vec<Source>,
    /// Containers that OCI images are copies of.
    copied: Vec<String>,
    accept_expired: bool,
    /// The suite of the sources that are added next.
    suite: DebianSuite,
    mirrors: Mirrors,
}

impl Sketch {
    /// One container `tools` that asks for clang and accepts the signer's key.
    pub fn new(signer: &Signer) -> Self {
        let sketch = Self {
            key: signer.fingerprint(),
            containers: BTreeMap::new(),
            sources: Vec::new(),
            copied: Vec::new(),
            accept_expired: false,
            suite: DebianSuite { archive: "debian".to_owned(), name: "trixie".to_owned(), keys: [].into() },
            mirrors: Mirrors::new(),
        };
        sketch.container("tools", &["clang"])
    }

    pub fn container(mut self, name: &str, packages: &[&str]) -> Self {
        let packages = packages.iter().map(|package| (*package).to_owned()).collect();
        self.containers.insert(name.to_owned(), packages);
        self
    }

    /// An OCI image is a copy of this container, and there is a machine of each architecture.
    pub fn copied(mut self, container: &str) -> Self {
        self.copied.push(container.to_owned());
        self
    }

    pub fn no_containers(mut self) -> Self {
        self.containers.clear();
        self
    }

    /// Sources that are added next are of this suite, whose archive is served there, and which these may sign.
    pub fn of_suite(mut self, archive: &str, name: &str, mirror: &str, keys: &[&Signer]) -> Self {
        let keys = keys.iter().map(|key| key.fingerprint()).collect();
        self.suite = DebianSuite { archive: archive.to_owned(), name: name.to_owned(), keys };
        self.mirrors.insert(archive.to_owned(), vec![mirror.to_owned()]);
        self
    }

    pub fn source(self, package: &str, version: &str) -> Self {
        self.patched(package, version, DebianPatches::Unsaid)
    }

    pub fn package(mut self, package: &str, version: &str) -> Self {
        self.sources.push(Source::DebianPackage {
            package: package.to_owned(),
            version: version.to_owned(),
            file: "usr/src/a.tar.xz".to_owned(),
            suite: self.suite.clone(),
        });
        self
    }

    pub fn patched(mut self, package: &str, version: &str, patches: DebianPatches) -> Self {
        self.sources.push(Source::Debian {
            package: package.to_owned(),
            version: version.to_owned(),
            suite: self.suite.clone(),
            patches,
        });
        self
    }

    pub fn go_module(mut self, path: &str, version: &str) -> Self {
        self.sources.push(Source::GoModule(GoModule {
            path: path.to_owned(),
            version: version.to_owned(),
            gomod: None,
            stubs: BTreeMap::new(),
            upgrade: BTreeMap::new(),
            container: "tools".to_owned(),
        }));
        self
    }

    pub fn accept_expired(mut self) -> Self {
        self.accept_expired = true;
        self
    }

    pub fn project(&self, mirror: &str) -> Project<Unlocked> {
        let machine = machine_of(Arch::X86_64);
        let others = if self.copied.is_empty() { &[][..] } else { &Arch::ALL[..] };
        Project::new(Definitions {
            name: "p".to_owned(),
            version: "1".to_owned(),
            publisher: None,
            machine,
            default_image: None,
            mirrors: [("debian".to_owned(), vec![mirror.to_owned()])]
                .into_iter()
                .chain(self.mirrors.clone())
                .collect(),
            units: self.units(),
            containers: self.containers.iter().map(|(name, packages)| self.made(name, packages)).collect(),
            machines: others.iter().map(|arch| (arch.to_string(), machine_of(*arch))).collect(),
            images: BTreeMap::new(),
            oci_images: self.copied.iter().map(|name| (name.clone(), copy(name))).collect(),
            workloads: BTreeMap::new(),
        })
    }

    /// A unit for each source, called after it; a second one of that name has `-2` behind it.
    fn units(&self) -> BTreeMap<String, Arc<Unit>> {
        self.sources.iter().fold(BTreeMap::new(), |mut units, source| {
            let (name, _) = name_and_version(source);
            let name = if units.contains_key(name) { format!("{name}-2") } else { name.to_owned() };
            units.insert(name.clone(), unit(name, source));
            units
        })
    }

    fn made(&self, name: &str, packages: &[String]) -> (String, Container) {
        let container = Container {
            name: name.to_owned(),
            packages: packages.iter().cloned().collect(),
            suite: "trixie".to_owned(),
            archive: "debian".to_owned(),
            keys: [self.key.clone()].into(),
            accept_expired: self.accept_expired,
            links: BTreeMap::new(),
            files: BTreeMap::new(),
            licenses: Default::default(),
            homepages: Default::default(),
            origin: Origin { file: format!("containers/{name}.star"), line: 3, column: 1 },
        };
        (name.to_owned(), container)
    }
}

fn name_and_version(source: &Source) -> (&str, &str) {
    match source {
        Source::Debian { package, version, .. } | Source::DebianPackage { package, version, .. } => {
            (package, version)
        }
        Source::GoModule(module) => (&module.path, &module.version),
        other => panic!("{other:?}"),
    }
}

fn unit(name: String, source: &Source) -> Arc<Unit> {
    let version = name_and_version(source).1.to_owned();
    let source = source.clone();
    let origin = Origin { file: format!("units/{name}.star"), line: 7, column: 1 };
    let unit = Unit {
        license: "MIT".to_owned(),
        sources: vec![SourceEntry { source, into: String::new(), only: Vec::new(), origin: origin.clone() }],
        container: "tools".to_owned(),
        ..Unit::new(name, version, origin)
    };
    Arc::new(unit)
}

fn machine_of(arch: Arch) -> Machine {
    let kernel = Kernel { unit: "linux".to_owned(), cmdline: String::new() };
    Machine::new(arch.as_str(), arch, kernel, Origin::default())
}

fn copy(container: &str) -> OciImage {
    OciImage {
        audit: None,
        licenses: None,
        name: container.to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        artifacts: Vec::new(),
        container: Some(container.to_owned()),
        config: OciConfig::default(),
        origin: Origin::default(),
    }
}
