//! OCI images from packages.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use support::{Bench, EPOCH, KEYS, origin, put};
use yoe_image::oci::{Environment, OciRequest, archive_file, assemble, layout_directory};
use yoe_image::{ImageError, Manifest};
use yoe_model::{Arch, ArchiveFile, Digest, LockedPackage, OciConfig, OciImage};

fn image() -> OciImage {
    OciImage {
        name: "web".into(),
        version: "1.0".into(),
        description: "A web server".into(),
        artifacts: vec!["tools".into()],
        container: None,
        config: OciConfig { entrypoint: vec!["/usr/bin/web".into()], ..OciConfig::default() },
        audit: None,
        licenses: None,
        origin: origin("images/web.star", 1),
    }
}

fn assembled(bench: &Bench, arch: Arch) -> Result<Manifest, ImageError> {
    let image = image();
    let request = OciRequest {
        image: &image,
        arch,
        packages: &bench.packages,
        keys: &KEYS,
        environment: None,
        epoch: EPOCH,
    };
    assemble(&request, &bench.out())
}

fn document(layout: &Path, digest: &serde_json::Value) -> serde_json::Value {
    let digest = digest.as_str().unwrap().strip_prefix("sha256:").unwrap();
    serde_json::from_slice(&fs::read(layout.join("blobs/sha256").join(digest)).unwrap()).unwrap()
}

/// Mode and content of each path of the only layer; a link's content is its target.
fn layer(layout: &Path) -> BTreeMap<String, (u32, String)> {
    let index: serde_json::Value =
        serde_json::from_slice(&fs::read(layout.join("index.json")).unwrap()).unwrap();
    let manifest = document(layout, &index["manifests"][0]["digest"]);
    let digest =
        manifest["layers"][0]["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap().to_owned();
    let file = File::open(layout.join("blobs/sha256").join(digest)).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut paths = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().trim_end_matches('/').to_owned();
        let mut text = String::new();
        match entry.link_name().unwrap() {
            Some(target) => text = target.to_string_lossy().into_owned(),
            None => drop(std::io::Read::read_to_string(&mut entry, &mut text).unwrap()),
        }
        paths.insert(path, (entry.header().mode().unwrap(), text));
    }
    paths
}

fn tools_only() -> Bench {
    let mut bench = Bench::new();
    bench.package("tools", |_| (), |root| put(root, "usr/bin/web", "#!/bin/sh\n", 0o755));
    bench
}

#[test]
fn packages_alone_become_a_root_that_containers_can_use() {
    let bench = tools_only();
    let manifest = assembled(&bench, Arch::X86_64).unwrap();
    assert_eq!(manifest.packages[0].name, "tools");
    let paths = layer(&bench.out().join(layout_directory("web")));
    assert_eq!(paths["usr/bin/web"], (0o755, "#!/bin/sh\n".into()));
    assert_eq!(paths["bin"].1, "usr/bin");
    assert_eq!(paths["tmp"].0, 0o1777);
    assert!(paths["etc/passwd"].1.starts_with("root:x:0:0:"));
    assert_eq!(paths["etc/apk/world"].1, "tools\n");
    assert!(paths["usr/lib/apk/db/installed"].1.contains("P:tools\n"));
    let left: Vec<_> = fs::read_dir(bench.out()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "layout, archive and manifest: {left:?}");
    assert!(bench.out().join(archive_file("web")).is_file());
}

#[test]
fn what_a_package_brings_is_not_replaced() {
    let mut bench = tools_only();
    bench.package(
        "accounts",
        |_| (),
        |root| {
            put(root, "etc/passwd", "root:x:0:0:root:/:/bin/false\n", 0o600);
            put(root, "bin/own", "", 0o755);
        },
    );
    assembled(&bench, Arch::X86_64).unwrap();
    let paths = layer(&bench.out().join(layout_directory("web")));
    assert_eq!(paths["etc/passwd"], (0o600, "root:x:0:0:root:/:/bin/false\n".into()));
    assert_eq!(paths["bin"], (0o755, String::new()), "a directory of a package stays a directory");
}

#[test]
fn the_same_packages_give_the_same_archive() {
    let archive = || {
        let bench = tools_only();
        assembled(&bench, Arch::X86_64).unwrap();
        fs::read(bench.out().join(archive_file("web"))).unwrap()
    };
    assert_eq!(archive(), archive());
}

#[test]
fn a_package_for_another_processor_is_refused() {
    let error = assembled(&tools_only(), Arch::Aarch64).unwrap_err();
    assert_eq!(error.to_string(), "package \"tools\" is for x86_64; the image is for aarch64");
}

#[test]
fn a_build_environment_becomes_a_root_that_containers_can_use() {
    let bench = Bench::new();
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    put(root, "usr/bin/server", "#!/bin/sh\n", 0o4755);
    put(root, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nredis:x:100:100::/:/bin/false\n", 0o644);
    fs::create_dir_all(root.join("tmp")).unwrap();
    std::os::unix::fs::symlink("usr/bin", root.join("bin")).unwrap();
    std::os::unix::fs::symlink("/nowhere", root.join("etc/dangling")).unwrap();
    let locked = [LockedPackage {
        name: "redis-server".into(),
        version: "5:8.0-1".into(),
        file: ArchiveFile {
            archive: "debian".into(),
            path: "pool/r/redis-server_8.0-1_amd64.deb".into(),
            size: 1,
            sha256: Digest::of(b""),
        },
    }];
    let image = OciImage { artifacts: Vec::new(), container: Some("redis".into()), ..image() };
    let environment = Environment { directory: root.to_owned(), packages: &locked };
    let request = OciRequest {
        image: &image,
        arch: Arch::X86_64,
        packages: &[],
        keys: &KEYS,
        environment: Some(&environment),
        epoch: EPOCH,
    };
    let manifest = assemble(&request, &bench.out()).unwrap();
    assert_eq!(
        (manifest.packages[0].name.as_str(), manifest.packages[0].version.as_str()),
        ("redis-server", "5:8.0-1")
    );
    let paths = layer(&bench.out().join(layout_directory("web")));
    assert_eq!(paths["usr/bin/server"].0, 0o755, "nothing runs as another user than whoever starts it");
    assert!(paths["etc/passwd"].1.contains("redis"));
    assert_eq!((paths["bin"].1.as_str(), paths["etc/dangling"].1.as_str()), ("usr/bin", "/nowhere"));
    assert_eq!((paths["tmp"].0, paths["root"].0), (0o1777, 0o700));
    assert!(paths["var/lib/dpkg/status"].1.contains("Package: redis-server\n"));
    assert!(!paths.contains_key("etc/apk/world"));
}
