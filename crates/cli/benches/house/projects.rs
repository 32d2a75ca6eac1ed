//! What is measured: generated projects, trees and images.

use std::fs;
use std::path::{Path, PathBuf};

use yoe_image::root::{RootRequest, assemble};
use yoe_model::{Arch, Digest, Image, Layout, Lock, LockedContainer, Origin, RootFormat, RootSize, Size};
use yoe_package::{Info, Signer, Tree, write};
use yoe_plan::{Options, Plan};

/// A project of this many units in chains of ten.
pub fn generate(root: &Path, units: usize) {
    put(root, "PROJECT.star", "project(name = \"bench\", machine = \"box\", image = None)\n");
    put(
        root,
        "machines/box.star",
        "machine(name = \"box\", arch = \"x86_64\", kernel = kernel(unit = \"unit0\"))\n",
    );
    put(
        root,
        "containers/env.star",
        "container(name = \"env\", packages = [\"make\"], keys = [\"0123456789ABCDEF0123456789ABCDEF01234567\"])\n",
    );
    put(
        root,
        "classes/simple.star",
        "def simple(name, deps):\n    unit(name = name, version = \"1.0\", description = \"generated\", license = \"MIT\", \
         container = \"env\", deps = deps, tasks = [task(\"build\", steps = [\"make -j$NPROC\", \"make install\"])])\n",
    );
    for number in 0..units {
        let deps = if number % 10 == 0 { String::new() } else { format!("\"unit{}\"", number - 1) };
        let text = format!(
            "load(\"//classes/simple.star\", \"simple\")\n\nsimple(name = \"unit{number}\", deps = [{deps}])\n"
        );
        put(root, &format!("units/group{}/unit{number}.star", number / 100), &text);
    }
}

/// Every file of a generated project.
pub fn files(root: &Path) -> Vec<PathBuf> {
    let mut open = vec![root.to_owned()];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        match fs::read_dir(&path) {
            Ok(entries) => open.extend(entries.flatten().map(|entry| entry.path())),
            Err(_) => files.push(path),
        }
    }
    files
}

/// Evaluates a project and plans all its units.
pub fn plan_all(root: &Path) -> Plan {
    let project = yoe_lang::load(root, &Default::default()).expect("the project is right");
    let containers = project
        .containers
        .values()
        .map(|container| (container.name.clone(), LockedContainer::new(container.request(), Vec::new())));
    let lock = Lock { version: Lock::VERSION, containers: containers.collect(), ..Lock::default() };
    let names: Vec<String> = project.units.keys().cloned().collect();
    let locked = project.lock(lock).expect("the lock fits");
    yoe_plan::plan(
        &locked,
        &Default::default(),
        &names,
        &Options { signer: Digest::of(b""), package_rules: 1, image_rules: 1, oci_rules: 1, kernel_rules: 1 },
    )
    .expect("a plan")
}

/// A tree of this many files of this size.
pub fn tree(root: &Path, files: usize, size: usize) {
    for number in 0..files {
        // Neither all zeros nor beyond compression, as programs are.
        let text: String = (0..size / 16).map(|line| format!("{:015}\n", line * 31 % (number + 7))).collect();
        put(root, &format!("{:02}/file{number}", number % 50), &text);
    }
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    fs::write(path, text).expect("a file");
}

/// A package and the image that it goes into.
pub struct ImageParts {
    out: PathBuf,
    packages: Vec<PathBuf>,
    signer: Signer,
    image: Image,
}

impl ImageParts {
    pub fn new(directory: &Path, tree: &Path) -> Self {
        let signer = Signer::generate("bench").expect("a key");
        let info = Info {
            name: "data".into(),
            version: "1.0-r0".into(),
            description: "generated".into(),
            license: "MIT".into(),
            arch: "noarch".into(),
            origin: "data".into(),
            ..Info::default()
        };
        let package = directory.join("data.apk");
        write(&Tree::scan(tree).expect("a tree"), &info, &signer, &package).expect("a package");
        let out = directory.join("out");
        fs::create_dir_all(&out).expect("a directory");
        Self { out, packages: vec![package], signer, image: image() }
    }

    pub fn assemble(&self) {
        let request = RootRequest {
            image: &self.image,
            arch: Arch::X86_64,
            packages: &self.packages,
            keys: &[self.signer.public_key().expect("a key")],
            device_keys: &[],
            services: &[],
            workloads: &[],
            notice: None,
            epoch: 1_000_000_000,
        };
        assemble(&request, &self.out).expect("a root");
    }
}

fn image() -> Image {
    let layout = Layout::disk(Size(64 << 20), RootSize::Fit, RootFormat::Erofs);
    Image {
        version: "1.0".into(),
        artifacts: vec!["data".into()],
        container: "env".into(),
        hostname: "bench".into(),
        ..Image::new("bench", layout, Origin::default())
    }
}
