mod workloads;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use yoe_model::*;
use yoe_package::{ArchiveWriter, Entry, Kind as Node};
use yoe_plan::{Options, Plan};

use super::*;
use crate::Kind;
use crate::buildinfo::tests::program;

/// The day of the lock.
pub(crate) const EPOCH: u64 = 1_795_834_381;

/// Functions of the Go program.
const FUNCTIONS: [&str; 3] = ["runtime.main", "main.main", "golang.org/x/net/http2.(*Framer).ReadFrame"];

const MODULES: &str = "path\texample.org/tool/cmd/tool\nmod\texample.org/tool\t(devel)\t\ndep\tgolang.org/x/net\tv0.61.0\th1:x=\n\
                       dep\texample.org/old\tv1.0.0\n=>\texample.org/fork\tv1.0.1\th1:y=\ndep\texample.org/tool/mod\tv0.0.0\n=>\t./mod\t\n";

fn entry(source: Source, into: &str) -> SourceEntry {
    SourceEntry { source, into: into.to_owned(), only: vec![], origin: Origin::default() }
}

fn suite(name: &str) -> DebianSuite {
    DebianSuite { archive: "debian".into(), name: name.into(), keys: BTreeSet::new() }
}

fn debian(package: &str, version: &str, patches: DebianPatches) -> Source {
    Source::Debian { package: package.into(), version: version.into(), suite: suite("trixie"), patches }
}

fn unit(name: &str, version: &str, license: &str, sources: Vec<SourceEntry>) -> Unit {
    Unit {
        description: format!("the {name}"),
        license: license.into(),
        homepage: Some(format!("https://{name}.example")),
        sources,
        container: "env".into(),
        tasks: vec![Task { name: "build".into(), steps: vec![Step::Shell("make".into())] }],
        ..Unit::new(name, version, Origin::default())
    }
}

fn vex(id: &str, component: Option<&str>, version: &str) -> Vex {
    Vex {
        id: id.into(),
        component: component.map(str::to_owned),
        version: version.into(),
        judgement: Judgement { status: VexStatus::Fixed, justification: None, note: String::new() },
        origin: Origin::default(),
    }
}

fn archive_file(path: &str) -> ArchiveFile {
    ArchiveFile { archive: "debian".into(), path: path.into(), size: 1, sha256: Digest::of(path.as_bytes()) }
}

/// A unit of each kind.
fn units() -> Vec<Unit> {
    let module = GoModule {
        path: "example.org/tool".into(),
        version: "v1.5.0".into(),
        gomod: None,
        stubs: BTreeMap::new(),
        upgrade: BTreeMap::new(),
        container: "env".into(),
    };
    let none = DebianPatches::None;
    let mut zlib = unit("zlib", "1.3.1", "Zlib", vec![entry(debian("zlib", "1:1.3.1-1+deb13u1", none), "")]);
    zlib.cpe = Some("cpe:2.3:a:zlib:zlib:*:*:*:*:*:*:*:*".into());
    zlib.patches = vec!["fix.patch".into()];
    let content = b"CVE: CVE-2026-27171\nOrigin: own\n--- a/x\n".as_slice().into();
    zlib.files = vec![UnitFile { path: "fix.patch".into(), executable: false, content }];
    let musl =
        unit("musl", "1.2.5", "MIT", vec![entry(debian("musl", "1.2.5-3", DebianPatches::Series), "")]);
    let mut std = unit("rust-std", "1.96.0", "MIT OR Apache-2.0", vec![]);
    std.contains = vec!["musl".into()];
    let mut tool = unit("tool", "1.5.0", "Apache-2.0", vec![entry(Source::GoModule(module), "")]);
    tool.deps = vec!["musl".into()];
    tool.runtime_deps = vec!["zlib".into()];
    tool.contains = vec!["musl".into()];
    tool.licenses = [
        ("example.org/fork@v1.0.1".to_owned(), "MIT AND Apache-2.0".to_owned()),
        // Of another version it says nothing.
        ("golang.org/x/net@v0.60.0".to_owned(), "BSD-3-Clause".to_owned()),
    ]
    .into();
    let net = Some("golang.org/x/net");
    tool.vex = vec![
        vex("CVE-1", None, "v1.5.0"),
        vex("CVE-2", net, "v0.61.0"),
        vex("CVE-4", net, "v0.60.0"),
        vex("CVE-5", Some("golang.org/x/text"), "v0.1.0"),
        vex("CVE-6", None, "v1.4.0"),
    ];
    let ring = Source::Crate { name: "ring".into(), version: "0.17.14".into(), sha256: Digest::of(b"ring") };
    let own = Source::Path { path: "device/app".into(), exclude: vec![] };
    let mut app =
        unit("app", "0.1.0", "Apache-2.0 AND MIT", vec![entry(own, ""), entry(ring, "vendor/ring-0.17.14")]);
    app.homepage = None;
    app.services = vec![Service::new("start", vec!["/usr/bin/app".into()], Origin::default())];
    app.deps = vec!["rust-std".into()];
    app.contains = vec!["rust-std".into()];
    let mut linux = unit(
        "linux",
        "6.12.118",
        "GPL-2.0-only WITH Linux-syscall-note",
        vec![entry(debian("linux", "6.12.118-1", DebianPatches::None), "")],
    );
    linux.vex = vec![vex("CVE-3", None, "6.12.118")];
    linux.cpe = Some("cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*".into());
    vec![zlib, musl, std, tool, app, linux]
}

pub(crate) fn container(name: &str) -> Container {
    Container {
        name: name.into(),
        packages: ["make".to_owned()].into(),
        suite: "trixie".into(),
        archive: "debian".into(),
        keys: BTreeSet::new(),
        accept_expired: false,
        links: BTreeMap::new(),
        files: BTreeMap::new(),
        licenses: [("systemd-boot-efi".to_owned(), "LGPL-2.1-or-later".to_owned())].into(),
        homepages: [("systemd-boot-efi".to_owned(), "https://systemd.io".to_owned())].into(),
        origin: Origin::default(),
    }
}

/// A project of these units, with an image and an OCI image, and its plan.
fn project(target: &str) -> (Project<Locked>, Plan) {
    changed(target, |_, _| ())
}

/// The same, changed before it is planned.
fn changed(target: &str, change: impl FnOnce(&mut Definitions, &mut Lock)) -> (Project<Locked>, Plan) {
    let kernel = yoe_model::Kernel { unit: "linux".into(), cmdline: String::new() };
    let machine = Machine::new("box", Arch::X86_64, kernel, Origin::default());
    let artifacts: Vec<String> = ["tool", "app"].map(str::to_owned).into();
    let layout = Layout::disk(Size(1 << 26), RootSize::Fit, RootFormat::Erofs);
    let image = Image {
        artifacts: artifacts.clone(),
        container: "tools".into(),
        version: "7".into(),
        ..Image::new("demo", layout, Origin::default())
    };
    let oci = OciImage {
        name: "debian".into(),
        version: "13".into(),
        description: String::new(),
        artifacts: vec![],
        container: Some("env".into()),
        config: OciConfig::default(),
        audit: None,
        licenses: None,
        origin: Origin::default(),
    };
    let package = |name: &str, arch: &str| LockedPackage {
        name: name.into(),
        version: "257.9-1".into(),
        file: archive_file(&format!("pool/main/s/systemd/x_257.9-1_{arch}.deb")),
    };
    let boot = package("systemd-boot-efi", "amd64");
    let env = vec![package("make", "amd64"), boot.clone()];
    // What image tools have for other machines is not on this one.
    let tools = vec![boot, package("systemd-boot-efi:arm64", "arm64")];
    let containers = [("env", env), ("tools", tools)].map(|(name, packages)| {
        let container = container(name);
        let locked = LockedContainer::new(container.request(), packages);
        (name.to_owned(), container, locked)
    });
    let units: BTreeMap<String, Arc<Unit>> =
        units().into_iter().map(|unit| (unit.name.clone(), Arc::new(unit))).collect();
    let sources = units.values().flat_map(|unit| &unit.sources).map(|entry| &entry.source);
    let sources = sources.filter(|source| source.needs_lock()).map(|source| {
        let files = match source {
            Source::Debian { package, .. } => vec![archive_file(&format!("pool/{package}.orig.tar.xz"))],
            _ => vec![],
        };
        let tree = files.is_empty().then(|| Digest::of(b"tree"));
        (source.key(), LockedSource { files, tree, ..LockedSource::default() })
    });
    let mut lock = Lock {
        images: BTreeMap::new(),
        version: Lock::VERSION,
        modules: std::collections::BTreeMap::new(),
        suites: [(
            "debian/trixie".to_owned(),
            LockedSuite { date: EPOCH, release: Digest::of(b"r"), signed_by: "key".into() },
        )]
        .into(),
        containers: containers.iter().map(|(name, _, locked)| (name.clone(), locked.clone())).collect(),
        sources: sources.collect(),
    };
    let mut definitions = Definitions {
        name: "sample".into(),
        version: "2.0".into(),
        publisher: Some(Publisher {
            name: "Example".into(),
            url: Some("https://example.com".into()),
            email: None,
        }),
        machines: [(machine.name.clone(), machine.clone())].into(),
        machine,
        default_image: None,
        mirrors: [("debian".to_owned(), vec!["https://mirror.example/debian".to_owned()])].into(),
        units,
        containers: containers.into_iter().map(|(name, container, _)| (name, container)).collect(),
        images: [("demo".to_owned(), image)].into(),
        oci_images: [("debian".to_owned(), oci)].into(),
        workloads: [].into(),
    };
    change(&mut definitions, &mut lock);
    let project = Project::new(definitions).lock(lock).expect("the lock fits");
    let trees = [("path:device/app".to_owned(), Digest::of(b"tree"))].into();
    let options =
        Options { signer: Digest::of(b""), package_rules: 1, image_rules: 1, oci_rules: 1, kernel_rules: 1 };
    let plan = yoe_plan::plan(&project, &trees, &[target.to_owned()], &options).expect("there is a plan");
    (project, plan)
}

/// The files of the root, and whose they are; what has no owner was made with the image.
fn root_files() -> Vec<(&'static str, Vec<u8>)> {
    let installed = "P:app\nF:usr/bin\nR:app\n\nP:tool\nF:usr/bin\nR:tool\nF:etc\nR:tool.conf\n\nP:zlib\nF:usr/lib\nR:libz.so.1\n\n";
    vec![
        ("etc/hostname", b"box\n".to_vec()),
        ("etc/tool.conf", b"a = 1\n".to_vec()),
        ("lib/apk/db/installed", installed.into()),
        ("usr/bin/app", program("", "")[..64].to_vec()),
        ("usr/bin/start", b"#!/bin/sh\n".to_vec()),
        ("usr/bin/tool", crate::pclntab::tests::program("go1.26.8", MODULES, &FUNCTIONS)),
        ("usr/lib/libz.so.1", program("", "")[..64].to_vec()),
    ]
}

fn write(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// What each action gave, as far as inventories look at it.
fn results(plan: &Plan, root: &Path) {
    for (at, action) in plan.actions.iter().enumerate() {
        let directory = root.join(at.to_string());
        fs::create_dir_all(&directory).unwrap();
        match &action.kind {
            ActionKind::Package(package) => {
                let file = format!("{}-{}.apk", package.unit.name, package.unit.package_version());
                write(&directory.join(file), package.unit.name.as_bytes());
            }
            ActionKind::Root(_) => {
                let mut archive = ArchiveWriter::new(fs::File::create(directory.join("root.tar")).unwrap());
                for (path, content) in root_files() {
                    let entry = Entry {
                        path: path.to_owned(),
                        kind: Node::File,
                        mode: 0o644,
                        uid: 0,
                        gid: 0,
                        mtime: 0,
                        size: content.len() as u64,
                        checksum: None,
                    };
                    archive.append(&entry, &mut content.as_slice()).unwrap();
                }
                archive.finish().unwrap();
            }
            ActionKind::Disk(_) => {
                write(&directory.join("demo.img"), b"disk");
                write(&directory.join("demo.efi"), b"MZ kernel");
                let manifest = br#"{"disk":{"kernel":{"file":"demo.efi"},"entry":"EFI/Linux/demo_7.efi"}}"#;
                write(&directory.join("demo.manifest.json"), manifest);
            }
            ActionKind::OciImage(_) => {
                write(&directory.join("debian.oci.tar"), b"oci");
                let digest = Digest::of(b"manifest");
                let index = format!("{{\"manifests\": [{{\"digest\": \"sha256:{digest}\"}}]}}");
                write(&directory.join("debian.oci/index.json"), index.as_bytes());
            }
            ActionKind::Unit(unit) if unit.unit.name == "tool" => {
                write(&directory.join("usr/bin/tool"), &program("go1.26.8", MODULES));
                write(&directory.join("usr/include/tool.h"), b"not for devices");
            }
            ActionKind::Source(source) if source.key.starts_with("crate:") => {
                let text =
                    "[package]\nname = \"ring\"\nversion = \"0.17.14\"\nlicense = \"Apache-2.0 AND ISC\"\n";
                write(&directory.join("Cargo.toml"), text.as_bytes());
                write(&directory.join("LICENSE"), b"as you like");
            }
            ActionKind::Source(source) if source.key.starts_with("path:") => {
                write(
                    &directory.join("Cargo.toml"),
                    b"[package]\nname = \"app\"\nversion = \"0.1.0\"\n[dependencies]\nring = \"0.17\"\n",
                );
                let lock = "[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\"ring\"]\n\
                            [[package]]\nname = \"ring\"\nversion = \"0.17.14\"\nsource = \"registry\"\nchecksum = \"abababababababababababababababababababababababababababababababab\"\n";
                write(&directory.join("Cargo.lock"), lock.as_bytes());
            }
            _ => {}
        }
    }
}

/// Asks something of a target that was built.
pub(crate) fn with_built<T>(target: &str, ask: impl FnOnce(&Request<'_>) -> T) -> T {
    with_results(&project(target), ask)
}

/// The image with a workload of two images, one of them a registry's.
pub(crate) fn with_workload_built<T>(ask: impl FnOnce(&Request<'_>) -> T) -> T {
    with_results(&changed("demo", workloads::with_workload), ask)
}

fn with_results<T>((project, plan): &(Project<Locked>, Plan), ask: impl FnOnce(&Request<'_>) -> T) -> T {
    let root = tempfile::tempdir().unwrap();
    results(plan, root.path());
    let built = |id: ActionId| Some((plan.action(id).key, root.path().join(id.0.to_string())));
    ask(&Request { project, mirrors: &project.mirrors, plan, built: &built })
}

fn inventory_of(target: &str) -> (Result<Inventory, SupplyError>, tempfile::TempDir) {
    collected(&project(target))
}

fn collected(
    (project, plan): &(Project<Locked>, Plan),
) -> (Result<Inventory, SupplyError>, tempfile::TempDir) {
    let root = tempfile::tempdir().unwrap();
    results(plan, root.path());
    let built = |id: ActionId| Some((plan.action(id).key, root.path().join(id.0.to_string())));
    let request = Request { project, mirrors: &project.mirrors, plan, built: &built };
    (collect(&request), root)
}

/// The inventory of the image. The directory holds the sources that it names.
pub(crate) fn sample() -> (Inventory, tempfile::TempDir) {
    let (inventory, root) = inventory_of("demo");
    (inventory.unwrap(), root)
}

#[test]
fn a_unit_says_licences_of_what_is_linked_into_it_for_one_version() {
    let (inventory, _root) = sample();
    let license = |name: &str| {
        let mut all = inventory.components.values().filter(|component| component.name == name);
        all.next().unwrap().license.clone()
    };
    assert_eq!(license("example.org/fork").as_deref(), Some("MIT AND Apache-2.0"));
    assert_eq!(license("golang.org/x/net"), None);
}

/// What was made with the image has the licences of what it was made of.
#[test]
fn the_texts_on_a_device_are_those_of_its_disk_and_come_from_what_its_key_names() {
    let both = changed("demo", |definitions, lock| {
        workloads::with_workload(definitions, lock);
        definitions.images.get_mut("demo").unwrap().notice = true;
        let tool = Arc::make_mut(definitions.units.get_mut("tool").unwrap());
        tool.license_files = [("docs/COPYING".to_owned(), Digest::of(b"of the tool"))].into();
        let std = Arc::make_mut(definitions.units.get_mut("rust-std").unwrap());
        std.files = vec![UnitFile {
            path: "LICENSE".into(),
            executable: false,
            content: b"of std".as_slice().into(),
        }];
    });
    let (project, plan) = &both;
    let root = tempfile::tempdir().unwrap();
    results(plan, root.path());
    let of = |id: ActionId| (plan.action(id).key, root.path().join(id.0.to_string()));
    for (id, action) in plan.numbered() {
        if let ActionKind::Source(source) = &action.kind {
            write(&of(id).1.join("docs/COPYING"), b"of the tool");
            write(&of(id).1.join("LICENSE"), source.key.as_bytes());
        }
    }
    let (_, action) = plan.numbered().find(|(_, action)| action.label == "notice demo").unwrap();
    let ActionKind::Notice(notice) = &action.kind else { panic!("{:?}", action.kind) };
    let inputs = |id: ActionId| action.inputs.contains(&id).then(|| of(id));
    let request = Request { project, mirrors: &project.mirrors, plan, built: &inputs };
    let on_device = device_notice(&request, notice).unwrap();

    let all = |id: ActionId| Some(of(id));
    let request = Request { project, mirrors: &project.mirrors, plan, built: &all };
    let mut inventory = collect(&request).unwrap();
    let mut texts = crate::licenses::Texts::find(&inventory, None);
    texts.complete(&mut inventory);
    assert_eq!(on_device, crate::licenses::notice(&inventory, &texts));
    for text in [
        "\nof the tool\n",
        "\nof std\n",
        "\ndebian:musl@1.2.5-3",
        "\ndebian:linux@6.12.118-1",
        "SPDX' text of LGPL-2.1",
    ] {
        assert!(on_device.contains(text), "{text}: {on_device}");
    }
    assert!(!on_device.contains("go:example.org/tool"), "the unit names another file: {on_device}");
}

#[test]
fn files_that_were_made_with_the_image_are_made_of_something() {
    let (inventory, _root) = sample();
    let of = |path: &str| crate::licenses::of_file(&inventory, path, Some("image:demo"));
    let kernel = of("esp/EFI/Linux/demo_7.efi").unwrap();
    assert_eq!(kernel, "GPL-2.0-only WITH Linux-syscall-note AND LGPL-2.1-or-later");
    assert_eq!(of("usr/bin/start"), crate::licenses::concluded(&inventory, "package:app"));
    assert_eq!(of("etc/hostname"), None, "nobody says what it is made of");
}

fn held(inventory: &Inventory, holder: &str, link: Link) -> Vec<String> {
    let mut names: Vec<String> = inventory
        .held(holder, link)
        .map(|held| {
            inventory.components.get(held).map_or_else(|| held.to_owned(), |component| component.purl.clone())
        })
        .collect();
    names.sort();
    names
}

#[test]
fn an_image_has_packages_and_the_kernel_and_what_starts_it() {
    let (inventory, _root) = sample();
    let held: Vec<&str> = inventory.held("image:demo", Link::Contains).collect();
    assert_eq!(
        held.iter().filter(|held| held.starts_with("package:")).collect::<Vec<_>>(),
        [&"package:app", &"package:tool", &"package:zlib"]
    );
    let names: Vec<&str> =
        held.iter().filter_map(|held| inventory.components.get(*held)).map(|one| one.name.as_str()).collect();
    assert_eq!(
        names.iter().filter(|name| name.starts_with("systemd")).count(),
        1,
        "of the machine's architecture"
    );
    assert!(
        names.contains(&"linux") && names.contains(&"systemd-boot-efi") && !names.contains(&"make"),
        "{names:?}"
    );
    let files: Vec<&str> = held.iter().filter_map(|held| held.strip_prefix("file:")).collect();
    assert_eq!(
        files,
        ["esp/EFI/Linux/demo_7.efi", "etc/hostname", "lib/apk/db/installed", "usr/bin/start"],
        "made with the image"
    );
    assert_eq!((inventory.epoch, inventory.subject.version.as_str()), (EPOCH, "7"));
    assert_eq!(inventory.subject.artifact.as_ref().unwrap().path, "demo.img");
}

#[test]
fn each_file_of_the_root_is_there_and_in_one_place() {
    let (inventory, _root) = sample();
    let paths: Vec<&str> = root_files().iter().map(|(path, _)| *path).collect();
    let listed: Vec<&str> =
        inventory.files.keys().map(String::as_str).filter(|path| !path.starts_with("esp/")).collect();
    assert_eq!(listed, paths);
    for path in listed {
        let file = file_reference(path);
        let holders =
            inventory.links.values().filter(|held| held.contains(&(Link::Contains, file.clone()))).count();
        assert_eq!(holders, 1, "{path}");
    }
}

#[test]
fn a_go_program_holds_its_modules_the_library_and_what_its_unit_says() {
    let (inventory, _root) = sample();
    assert_eq!(
        held(&inventory, "package:tool", Link::Static),
        [
            "pkg:deb/debian/musl@1.2.5-3?arch=source&distro=trixie",
            "pkg:golang/example.org/fork@v1.0.1",
            "pkg:golang/golang.org/x/net@v0.61.0",
            "pkg:golang/stdlib@1.26.8",
        ]
    );
    let own = inventory.held("package:tool", Link::Contains).filter(|held| held.starts_with("go:"));
    assert_eq!(own.collect::<Vec<_>>(), ["go:example.org/tool@v1.5.0"], "the version of the lock");
    assert_eq!(
        held(&inventory, "package:tool", Link::Needs),
        ["pkg:apk/sample/zlib@1.3.1-r0?arch=x86_64&distro=sample-2.0"]
    );
    assert_eq!(
        inventory.gaps,
        ["usr/bin/tool holds the Go module example.org/tool/mod from the directory ./mod of its main module"]
    );
}

#[test]
fn a_rust_program_holds_its_crates_the_library_and_what_that_holds() {
    let (inventory, _root) = sample();
    assert_eq!(
        held(&inventory, "package:app", Link::Static),
        [
            "pkg:cargo/ring@0.17.14?checksum=sha256:abababababababababababababababababababababababababababababababab",
            "pkg:deb/debian/musl@1.2.5-3?arch=source&distro=trixie",
            "pkg:generic/sample/rust-std@1.96.0",
        ]
    );
    let ring = &inventory.components["crate:ring@0.17.14"];
    assert_eq!(ring.license.as_deref(), Some("Apache-2.0 AND ISC"));
    assert_eq!(inventory.components[&held_own(&inventory)].purl, "pkg:generic/sample/app@0.1.0");
}

fn held_own(inventory: &Inventory) -> String {
    inventory.held("package:app", Link::Contains).find(|held| held.starts_with("source:")).unwrap().to_owned()
}

#[test]
fn a_package_has_the_files_for_devices_and_what_it_needs() {
    let (inventory, _root) = inventory_of("tool");
    let inventory = inventory.unwrap();
    assert_eq!(inventory.files.keys().collect::<Vec<_>>(), ["usr/bin/tool"]);
    let packages: Vec<&str> = inventory
        .components
        .values()
        .filter(|one| one.kind == Kind::Package)
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(packages, ["tool", "zlib"]);
    assert_eq!(inventory.subject.artifact.as_ref().unwrap().path, "tool-1.5.0-r0.apk");
}

#[test]
fn a_copy_of_a_container_has_its_debian_packages_and_says_that_files_are_not_listed() {
    let (inventory, _root) = inventory_of("debian");
    let inventory = inventory.unwrap();
    let purls: Vec<&str> = inventory.components.values().map(|component| component.purl.as_str()).collect();
    assert_eq!(
        purls,
        [
            "pkg:deb/debian/make@257.9-1?arch=amd64&distro=trixie",
            "pkg:deb/debian/systemd-boot-efi@257.9-1?arch=amd64&distro=trixie"
        ]
    );
    assert_eq!(inventory.gaps.len(), 1);
}

#[test]
fn what_is_not_built_is_an_error_with_its_name() {
    let (project, plan) = project("demo");
    let request = Request { project: &project, mirrors: &project.mirrors, plan: &plan, built: &|_| None };
    assert_eq!(collect(&request).unwrap_err().to_string(), "image demo is not built as it is defined now");
    assert!(matches!(inventory_of("env").0, Err(SupplyError::Container(name)) if name == "env"));
}

#[test]
fn a_go_program_says_which_packages_it_holds_code_of() {
    let (inventory, _root) = sample();
    let [program] = inventory.programs.as_slice() else { panic!("{:?}", inventory.programs) };
    assert_eq!((program.path.as_str(), program.package.as_deref()), ("usr/bin/tool", Some("tool")));
    let holds: Vec<&str> = program.holds.iter().flatten().map(String::as_str).collect();
    assert_eq!(holds, ["example.org/tool/cmd/tool", "golang.org/x/net/http2", "main", "runtime"]);
    let modules: Vec<&str> = program.modules.iter().map(String::as_str).collect();
    assert_eq!(
        modules,
        [
            "pkg:golang/example.org/fork@v1.0.1",
            "pkg:golang/example.org/tool@v1.5.0",
            "pkg:golang/golang.org/x/net@v0.61.0",
            "pkg:golang/stdlib@1.26.8",
        ]
    );
}

#[test]
fn statements_of_units_are_bound_to_what_they_are_about() {
    let (inventory, _root) = sample();
    let bound: Vec<(&str, &str, Option<&str>)> = inventory
        .statements
        .iter()
        .map(|one| {
            let package = one.packages.as_ref().and_then(|all| all.first());
            (one.id.as_str(), one.purl.as_str(), package.map(String::as_str))
        })
        .collect();
    assert_eq!(
        bound,
        [
            ("CVE-1", "pkg:golang/example.org/tool@v1.5.0", Some("tool")),
            ("CVE-2", "pkg:golang/golang.org/x/net@v0.61.0", Some("tool")),
            ("CVE-3", "pkg:generic/linux@6.12.118", None),
        ]
        .map(|(id, purl, package)| (
            id,
            inventory
                .statements
                .iter()
                .find(|one| one.purl.starts_with(purl))
                .map_or(purl, |one| one.purl.as_str()),
            package
        ))
    );
    let stale: Vec<&str> = inventory.stale.iter().map(|stale| stale.why.as_str()).collect();
    assert_eq!(
        stale,
        [
            "golang.org/x/net is v0.61.0 now; the statement is about v0.60.0",
            "the unit tool holds no component golang.org/x/text",
            "tool is v1.5.0 now; the statement is about v1.4.0",
        ]
    );
}
