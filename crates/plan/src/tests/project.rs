//! A small project: `app` is built with `lib`, runs with `daemon`, and is in `image` with `kernel`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yoe_model::*;

/// Everything of the project that a test may change before it is locked.
pub struct Sample {
    pub parts: Definitions,
    pub lock: Lock,
    pub trees: BTreeMap<String, Digest>,
}

impl Sample {
    pub fn new() -> Self {
        let units = [unit("lib", &[]), unit("daemon", &[]), unit("kernel", &[]), unit("app", &["lib"])];
        let mut units: BTreeMap<_, _> = units.map(|unit| (unit.name.clone(), Arc::new(unit))).into();
        edit(&mut units, "kernel", |kernel| {
            let mut tool = kernel.sources[0].clone();
            tool.source = go_module("tools");
            kernel.sources.push(tool);
        });
        edit(&mut units, "app", |app| app.runtime_deps = vec!["daemon".into()]);
        let containers = ["env", "tools"].map(|name| (name.to_owned(), container(name)));
        let machine = machine();
        let parts = Definitions {
            name: "sample".into(),
            version: "1".into(),
            publisher: None,
            machines: [(machine.name.clone(), machine.clone())].into(),
            machine,
            default_image: None,
            mirrors: Mirrors::new(),
            units,
            containers: containers.into(),
            images: [("image".to_owned(), image())].into(),
            oci_images: [("box".to_owned(), oci_image())].into(),
            workloads: BTreeMap::new(),
        };
        let lock = Lock {
            version: Lock::VERSION,
            modules: BTreeMap::new(),
            suites: [("debian/trixie".to_owned(), suite(100))].into(),
            containers: parts.containers.values().map(|c| (c.name.clone(), locked(c))).collect(),
            sources: [
                (
                    "debian:app@1".to_owned(),
                    LockedSource { files: vec![file(b"app")], ..LockedSource::default() },
                ),
                (
                    go_module("tools").key(),
                    LockedSource { tree: Some(Digest::of(b"tool")), ..LockedSource::default() },
                ),
            ]
            .into(),
            images: BTreeMap::new(),
        };
        Self { parts, lock, trees: [("tree".to_owned(), Digest::of(b"tree"))].into() }
    }

    /// Changes a unit.
    pub fn unit(&mut self, name: &str, change: impl FnOnce(&mut Unit)) {
        edit(&mut self.parts.units, name, change);
    }

    /// Adds a unit that is built with these.
    pub fn add(&mut self, name: &str, deps: &[&str]) {
        self.parts.units.insert(name.to_owned(), Arc::new(unit(name, deps)));
    }

    pub fn image(&mut self) -> &mut Image {
        self.parts.images.get_mut("image").expect("the sample has one")
    }

    /// Gives the image a release.
    pub fn release(&mut self, version: &str, add: &[&str], remove: &[&str]) {
        let names = |units: &[&str]| units.iter().map(|unit| (*unit).to_owned()).collect();
        let (version, origin) = (version.to_owned(), Origin::default());
        self.image().releases.push(Release {
            version,
            add: names(add),
            remove: names(remove),
            workloads: None,
            origin,
        });
    }

    pub fn oci_image(&mut self) -> &mut OciImage {
        self.parts.oci_images.get_mut("box").expect("the sample has one")
    }

    /// Gives the image a workload of the OCI image, with a file of this text next to its Compose file.
    pub fn workload(&mut self, text: &str) {
        let service = WorkloadService {
            name: "web".into(),
            image: WorkloadImage::Oci("box".into()),
            containers: 1,
            may_end: false,
            health: WorkloadHealth::Checked,
            awaited: false,
            log: Workload::LOG,
        };
        let file = UnitFile { path: "page".into(), executable: false, content: text.as_bytes().into() };
        let workload = Workload {
            name: "shop".into(),
            project: "shop".into(),
            version: None,
            data_version: None,
            engine_volumes: Vec::new(),
            compose: "compose.yaml".into(),
            required: true,
            services: vec![service],
            volumes: BTreeMap::new(),
            files: vec![file],
            origin: Origin::default(),
        };
        self.parts.workloads.insert("shop".into(), Arc::new(workload));
        self.image().workloads = vec!["shop".into()];
    }

    /// Makes the workload's service of a registry's image with this manifest.
    pub fn registry_image(&mut self, manifest: &[u8]) {
        let name: ImageName = "redis:8".parse().expect("it is a name");
        let blob = |content: &[u8]| LockedBlob { size: content.len() as u64, sha256: Digest::of(content) };
        let image = LockedManifest {
            manifest: blob(manifest),
            config: blob(b"config"),
            layers: vec![blob(b"layer")],
        };
        let manifests =
            self.parts.machines.values().chain([&self.parts.machine]).map(|one| (one.arch, image.clone()));
        let entry = LockedImage { manifests: manifests.collect(), ..LockedImage::default() };
        self.lock.images.insert(name.to_string(), entry);
        let workload = Arc::make_mut(self.parts.workloads.get_mut("shop").expect("it has a workload"));
        workload.services[0].image = WorkloadImage::Registry(name);
    }

    pub fn locked(self) -> Project<Locked> {
        Project::new(self.parts).lock(self.lock).expect("the sample's lock fits")
    }
}

fn edit(units: &mut BTreeMap<String, Arc<Unit>>, name: &str, change: impl FnOnce(&mut Unit)) {
    change(Arc::make_mut(units.get_mut(name).expect("the sample has it")));
}

pub fn trixie() -> DebianSuite {
    DebianSuite { archive: "debian".into(), name: "trixie".into(), keys: BTreeSet::new() }
}

pub fn unit(name: &str, deps: &[&str]) -> Unit {
    let source = Source::Debian {
        package: "app".into(),
        version: "1".into(),
        suite: trixie(),
        patches: DebianPatches::Unsaid,
    };
    Unit {
        description: "sample".into(),
        license: "MIT".into(),
        sources: vec![SourceEntry { source, into: String::new(), only: vec![], origin: Origin::default() }],
        deps: deps.iter().map(|dep| (*dep).to_owned()).collect(),
        container: "env".into(),
        tasks: vec![Task { name: "build".into(), steps: vec![Step::Shell("make".into())] }],
        ..Unit::new(name, "1", Origin::default())
    }
}

/// A Go module that the client of this container fetches.
pub fn go_module(container: &str) -> Source {
    Source::GoModule(GoModule {
        path: "example.org/tool".into(),
        version: "v1.0.0".into(),
        gomod: None,
        stubs: BTreeMap::new(),
        upgrade: BTreeMap::new(),
        container: container.into(),
    })
}

fn container(name: &str) -> Container {
    Container {
        name: name.to_owned(),
        packages: ["make".to_owned()].into(),
        suite: "trixie".into(),
        archive: "debian".into(),
        keys: BTreeSet::new(),
        accept_expired: false,
        links: BTreeMap::new(),
        files: BTreeMap::new(),
        licenses: BTreeMap::new(),
        homepages: BTreeMap::new(),
        origin: Origin::default(),
    }
}

pub fn locked(container: &Container) -> LockedContainer {
    let package = LockedPackage { name: "make".into(), version: "4".into(), file: file(b"make") };
    LockedContainer::new(container.request(), vec![package])
}

pub fn file(content: &[u8]) -> ArchiveFile {
    ArchiveFile {
        archive: "debian".into(),
        path: "pool/x".into(),
        size: content.len() as u64,
        sha256: Digest::of(content),
    }
}

pub fn suite(date: u64) -> LockedSuite {
    LockedSuite { date, release: Digest::of(b"release"), signed_by: "key".into() }
}

fn oci_image() -> OciImage {
    OciImage {
        name: "box".into(),
        version: "1".into(),
        description: String::new(),
        artifacts: vec!["app".into()],
        container: None,
        config: OciConfig { entrypoint: vec!["/bin/app".into()], ..OciConfig::default() },
        audit: None,
        licenses: None,
        origin: Origin::default(),
    }
}

fn machine() -> Machine {
    let kernel = Kernel { unit: "kernel".into(), cmdline: "quiet".into() };
    Machine::new("box", Arch::X86_64, kernel, Origin::default())
}

fn image() -> Image {
    let layout = Layout::disk(Size(1 << 26), RootSize::Fit, RootFormat::Erofs);
    Image {
        artifacts: vec!["app".into()],
        container: "tools".into(),
        hostname: "box".into(),
        ..Image::new("image", layout, Origin::default())
    }
}
