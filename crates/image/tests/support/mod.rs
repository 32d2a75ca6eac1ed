//! Packages, images and services for tests.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use yoe_image::root::{RootRequest, assemble};
use yoe_image::{ImageError, Manifest};
use yoe_model::{Arch, Image, Layout, Origin, RootFormat, RootSize, Service, Size};
use yoe_package::{Info, PublicKey, Signer, Tree, write};

/// One key for all tests of a program: making one takes a second.
pub static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::generate("yoe-test").unwrap());
pub static KEYS: LazyLock<Vec<PublicKey>> = LazyLock::new(|| vec![SIGNER.public_key().unwrap()]);
pub const EPOCH: u64 = 1_750_000_000;

pub fn origin(file: &str, line: u32) -> Origin {
    Origin { file: file.to_owned(), line, column: 1 }
}

pub fn image(format: RootFormat) -> Image {
    let layout = Layout::disk(Size(40 << 20), RootSize::Fit, format);
    Image {
        version: "0.1.0".into(),
        artifacts: vec!["base-files".into(), "tools".into()],
        container: "image-tools".into(),
        hostname: "device".into(),
        ..Image::new("base-image", layout, origin("images/base-image.star", 3))
    }
}

pub fn service(name: &str, command: &[&str]) -> Service {
    let command = command.iter().map(|word| (*word).to_owned()).collect();
    Service::new(name, command, origin("units/net/web.star", 7))
}

/// A directory in which packages are made and a root is assembled.
pub struct Bench {
    pub directory: tempfile::TempDir,
    pub packages: Vec<PathBuf>,
}

impl Bench {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("out")).unwrap();
        Self { directory, packages: Vec::new() }
    }

    /// With the two packages that the image names.
    pub fn with_base() -> Self {
        let mut bench = Self::new();
        bench.package(
            "base-files",
            |_| (),
            |root| {
                for directory in ["usr/bin", "usr/lib", "usr/sbin", "etc", "tmp", "root", "proc", "boot"] {
                    fs::create_dir_all(root.join(directory)).unwrap();
                }
                mode(root, "tmp", 0o1777);
                mode(root, "root", 0o700);
                symlink("usr/bin", root.join("bin")).unwrap();
                symlink("usr/lib", root.join("lib")).unwrap();
                symlink("usr/sbin", root.join("sbin")).unwrap();
                put(root, "usr/lib/os-release", "NAME=\"yoe\"\nID=yoe\nPRETTY_NAME=\"yoe 1\"\n", 0o644);
                put(root, "etc/finit.conf", "run [S] name:base /usr/lib/yoe/start --\n", 0o644);
                put(root, "usr/sbin/finit", "init", 0o755);
                put(root, "etc/shadow", "root:!::::::\n", 0o600);
            },
        );
        bench.package(
            "tools",
            |_| (),
            |root| {
                put(root, "usr/bin/web", "#!/bin/sh\n", 0o755);
                symlink("web", root.join("usr/bin/server")).unwrap();
                put(root, "usr/share/big", &"content ".repeat(20_000), 0o644);
                put(root, "boot/vmlinuz", "kernel", 0o644);
            },
        );
        bench
    }

    pub fn package(&mut self, name: &str, change: impl FnOnce(&mut Info), fill: impl FnOnce(&Path)) {
        let root = self.directory.path().join("trees").join(name);
        fs::create_dir_all(&root).unwrap();
        fill(&root);
        let mut info = Info {
            name: name.to_owned(),
            version: "1.0-r0".to_owned(),
            license: "Apache-2.0".to_owned(),
            arch: "x86_64".to_owned(),
            origin: name.to_owned(),
            build_date: EPOCH,
            ..Info::default()
        };
        change(&mut info);
        let file = self.directory.path().join(format!("{name}-1.0-r0.apk"));
        write(&Tree::scan(&root).unwrap(), &info, &SIGNER, &file).unwrap();
        self.packages.push(file);
    }

    pub fn out(&self) -> PathBuf {
        self.directory.path().join("out")
    }

    pub fn assemble(&self, image: &Image, services: &[Service]) -> Result<Manifest, ImageError> {
        let request = RootRequest {
            image,
            arch: Arch::X86_64,
            packages: &self.packages,
            keys: &KEYS,
            device_keys: &KEYS,
            services,
            workloads: &[],
            notice: None,
            epoch: EPOCH,
        };
        assemble(&request, &self.out())
    }
}

pub fn put(root: &Path, path: &str, text: &str, bits: u32) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    mode(root, path, bits);
}

pub fn mode(root: &Path, path: &str, bits: u32) {
    fs::set_permissions(root.join(path), fs::Permissions::from_mode(bits)).unwrap();
}

/// An error with its causes, one a line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
