//! Workloads in a root.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::PathBuf;

use support::{Bench, EPOCH, KEYS, chain, image, origin, put};
use yoe_image::root::{RootRequest, WorkloadRequest, assemble};
use yoe_image::{ImageError, Manifest, oci};
use yoe_model::{
    Arch, Budget, DataSize, Digest, Image, ImageName, Layout, LockedBlob, LockedManifest, OciConfig,
    OciImage, RootFormat, Size, UnitFile, Workload, WorkloadHealth, WorkloadImage, WorkloadService,
};

fn service(name: &str, image: &str) -> WorkloadService {
    WorkloadService {
        name: name.to_owned(),
        image: WorkloadImage::Oci(image.to_owned()),
        containers: 1,
        may_end: false,
        health: WorkloadHealth::Checked,
        awaited: false,
        log: Workload::LOG,
    }
}

fn workload() -> Workload {
    let file = |path: &str, text: &str| UnitFile {
        path: path.to_owned(),
        executable: false,
        content: text.as_bytes().into(),
    };
    Workload {
        name: "shop-next".to_owned(),
        project: "shop".to_owned(),
        version: None,
        data_version: None,
        engine_volumes: Vec::new(),
        compose: "compose.yaml".to_owned(),
        required: true,
        services: vec![service("side", "one"), service("web", "two")],
        volumes: [("data".to_owned(), Some(Size(64 << 20)))].into(),
        files: vec![file("compose.yaml", "services: {}\n"), file("site/index.html", "hello\n")],
        origin: origin("images/shop.star", 5),
    }
}

/// Two OCI images of the same packages.
fn oci_images(bench: &Bench) -> BTreeMap<WorkloadImage, PathBuf> {
    let make = |name: &str, user: &str| {
        let out = bench.directory.path().join(format!("oci-{name}"));
        fs::create_dir(&out).unwrap();
        let image = OciImage {
            name: name.to_owned(),
            version: "1".to_owned(),
            description: String::new(),
            artifacts: vec!["tools".to_owned()],
            container: None,
            config: OciConfig {
                cmd: vec!["/usr/bin/web".to_owned()],
                user: user.to_owned(),
                ..OciConfig::default()
            },
            audit: None,
            licenses: None,
            origin: origin("images/oci.star", 1),
        };
        let request = oci::OciRequest {
            image: &image,
            arch: Arch::X86_64,
            packages: &bench.packages,
            keys: &KEYS,
            environment: None,
            epoch: EPOCH,
        };
        oci::assemble(&request, &out).unwrap();
        (WorkloadImage::Oci(name.to_owned()), out)
    };
    [make("one", ""), make("two", "nobody")].into()
}

fn verified(disk: Option<Size>) -> Image {
    let layout = Layout::verified_ab(Size(64 << 20), Size(128 << 20), DataSize::Fill);
    let budget = Some(Budget { rootfs: Size(100 << 20), growth: 1.0, disk });
    Image { layout, budget, ..image(RootFormat::Erofs) }
}

fn assembled(bench: &Bench, image: &Image, workload: &Workload) -> Result<Manifest, ImageError> {
    assembled_of(bench, image, workload, &oci_images(bench))
}

fn assembled_of(
    bench: &Bench,
    image: &Image,
    workload: &Workload,
    images: &BTreeMap<WorkloadImage, PathBuf>,
) -> Result<Manifest, ImageError> {
    assembled_with(bench, image, &[WorkloadRequest { workload, images }])
}

fn assembled_with(
    bench: &Bench,
    image: &Image,
    workloads: &[WorkloadRequest<'_>],
) -> Result<Manifest, ImageError> {
    let request = RootRequest {
        image,
        arch: Arch::X86_64,
        packages: &bench.packages,
        keys: &KEYS,
        device_keys: &[],
        services: &[],
        workloads,
        notice: None,
        epoch: EPOCH,
    };
    assemble(&request, &bench.out())
}

/// The files of the root below the workloads' directory.
fn files(bench: &Bench) -> BTreeMap<String, Vec<u8>> {
    unpacked(&bench.out().join("root.tar"), "usr/share/yoe/workloads/")
}

/// The files of an archive below a path.
fn unpacked(archive: &std::path::Path, below: &str) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(File::open(archive).unwrap());
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        if let Some(path) = path.strip_prefix(below).filter(|path| !path.ends_with('/')) {
            let path = path.to_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            files.insert(path, content);
        }
    }
    files.retain(|_, content| !content.is_empty());
    files
}

#[test]
fn a_root_brings_files_and_images_along() {
    let bench = Bench::with_base();
    assembled(&bench, &verified(None), &workload()).unwrap();
    let files = files(&bench);
    assert_eq!(files["shop/files/site/index.html"], b"hello\n");
    let record: yoe_workload_format::Record = serde_json::from_slice(&files["shop/workload.json"]).unwrap();
    assert_eq!((record.name.as_str(), record.required), ("shop", true));
    assert_eq!(record.images.len(), 2);
    for blob in record.images.iter().flat_map(yoe_workload_format::Image::blobs) {
        let content = &files[&format!("blobs/sha256/{}", blob.sha256)];
        assert_eq!(yoe_model::Digest::of(content).to_string(), blob.sha256);
        assert_eq!(content.len() as u64, blob.size);
    }
    let yaml = String::from_utf8(files["shop/images.yaml"].clone()).unwrap();
    let image = record.images.iter().find(|image| image.name.starts_with("yoe.internal/two:")).unwrap();
    assert!(yaml.contains(&format!("  \"web\":\n    image: {:?}\n", image.name)), "{yaml}");
    assert!(yaml.contains(&format!("internal.yoe.files: \"{}\"", record.files)), "{yaml}");
}

#[test]
fn a_layer_that_images_share_is_there_once() {
    let bench = Bench::with_base();
    assembled(&bench, &verified(None), &workload()).unwrap();
    // One layer, and of each image a manifest and a configuration.
    assert_eq!(files(&bench).keys().filter(|path| path.starts_with("blobs/")).count(), 5);
}

#[test]
fn a_required_workload_that_nothing_asks_for_is_refused() {
    let mut bench = Bench::with_base();
    bench.package("updates", |_| (), |root| put(root, "etc/yoe/updater.json", "{\"checks\": []}", 0o644));
    let mut image = verified(None);
    image.artifacts.push("updates".to_owned());
    insta::assert_snapshot!(chain(&assembled(&bench, &image, &workload()).unwrap_err()));
    fs::remove_dir_all(bench.directory.path().join("oci-one")).unwrap();
    fs::remove_dir_all(bench.directory.path().join("oci-two")).unwrap();
    assembled(&bench, &image, &Workload { required: false, ..workload() }).unwrap();
}

#[test]
fn a_disk_that_is_too_small_is_refused_with_its_sizes() {
    let bench = Bench::with_base();
    insta::assert_snapshot!(chain(
        &assembled(&bench, &verified(Some(Size(400 << 20))), &workload()).unwrap_err()
    ));
}

#[test]
fn one_that_is_large_enough_is_not() {
    let bench = Bench::with_base();
    assembled(&bench, &verified(Some(Size(520 << 20))), &workload()).unwrap();
}

#[test]
fn one_that_has_a_version_lies_next_to_the_root_alone() {
    let bench = Bench::with_base();
    let images = oci_images(&bench);
    let one = Workload {
        version: Some("1.2".to_owned()),
        services: vec![service("web", "two")],
        volumes: BTreeMap::new(),
        ..workload()
    };
    let other =
        Workload { project: "other".to_owned(), services: vec![service("side", "one")], ..one.clone() };
    let other = Workload { version: None, ..other };
    let workloads = [&one, &other].map(|workload| WorkloadRequest { workload, images: &images });
    let manifest = assembled_with(&bench, &verified(None), &workloads).unwrap();
    let part = &manifest.workloads[..];
    assert_eq!(
        part.iter().map(|part| (part.name.as_str(), part.version.as_str())).collect::<Vec<_>>(),
        [("shop", "1.2")]
    );
    assert!(part[0].unpacked > 4096);
    let own = unpacked(&bench.out().join("workload-shop.tar"), "");
    let all = files(&bench);
    let record: yoe_workload_format::Record = serde_json::from_slice(&own["shop/workload.json"]).unwrap();
    assert_eq!(record.version.as_deref(), Some("1.2"));
    // Its own files and blobs as the root has them, and nothing else.
    let blobs = record.images.iter().flat_map(yoe_workload_format::Image::blobs);
    let blobs = blobs.map(|blob| format!("blobs/sha256/{}", blob.sha256));
    let shop = all.keys().filter(|path| path.starts_with("shop/")).cloned();
    let expected: std::collections::BTreeSet<String> = blobs.chain(shop).collect();
    assert_eq!(own.keys().cloned().collect::<std::collections::BTreeSet<_>>(), expected);
    assert!(own.iter().all(|(path, content)| all[path] == *content));
    assert!(!bench.out().join("workload-other.tar").exists());
}

#[test]
fn two_versions_apart_from_the_system_need_room() {
    let bench = Bench::with_base();
    let versioned = Workload { version: Some("1".to_owned()), ..workload() };
    let refused = assembled(&bench, &verified(Some(Size(400 << 20))), &versioned).unwrap_err();
    assert!(
        chain(&refused).contains("2 versions of workloads apart from the system 1M"),
        "{}",
        chain(&refused)
    );
}

/// An image of a registry as it is kept: docker's documents, its one layer twice, and a configuration with this health check.
fn registry_image(bench: &Bench, name: &ImageName, test: &str) -> PathBuf {
    let directory = bench.directory.path().join("fetched");
    fs::create_dir_all(&directory).unwrap();
    let mut files = BTreeMap::new();
    let mut blob = |text: &str| {
        let sha256 = Digest::of(text.as_bytes());
        let path = directory.join(sha256.to_string());
        fs::write(&path, text).unwrap();
        files.insert(sha256, path);
        LockedBlob { size: text.len() as u64, sha256 }
    };
    let config = blob(&format!("{{\"config\": {{\"Healthcheck\": {{\"Test\": [{test:?}]}}}}}}"));
    let layer = blob("a layer");
    let descriptor = |of: &LockedBlob, kind: &str| {
        format!("{{\"mediaType\": {kind:?}, \"size\": {}, \"digest\": \"sha256:{}\"}}", of.size, of.sha256)
    };
    let one = descriptor(&layer, "application/vnd.docker.image.rootfs.diff.tar.gzip");
    let manifest = blob(&format!(
        "{{\"schemaVersion\": 2, \"config\": {}, \"layers\": [{one}, {one}]}}",
        descriptor(&config, "application/vnd.docker.container.image.v1+json")
    ));
    let out = bench.directory.path().join(format!("registry-{test}"));
    fs::create_dir(&out).unwrap();
    let image = LockedManifest { manifest, config, layers: vec![layer, layer] };
    let content = yoe_image::Content { files: 7, bytes: 1 << 20, blocks: 256, ..Default::default() };
    let request = oci::RegistryRequest { name, arch: Arch::X86_64, image: &image, files: &files, content };
    oci::keep_registry_image(&request, &out).unwrap();
    out
}

#[test]
fn an_image_of_a_registry_is_there_as_it_was_fetched() {
    let bench = Bench::with_base();
    let name: ImageName = "localhost:5000/a/broker:2".parse().unwrap();
    let mut images = oci_images(&bench);
    images.insert(WorkloadImage::Registry(name.clone()), registry_image(&bench, &name, "CMD"));
    let mut workload = workload();
    workload.services[1].image = WorkloadImage::Registry(name);
    workload.services[1].health = WorkloadHealth::OfImage;
    workload.services[1].awaited = true;
    assembled_of(&bench, &verified(None), &workload, &images).unwrap();
    let files = files(&bench);
    let record: yoe_workload_format::Record = serde_json::from_slice(&files["shop/workload.json"]).unwrap();
    assert!(record.services[1].checked, "as its image says");
    let image = record.images.iter().find(|image| image.name.contains("broker")).unwrap();
    assert!(image.name.starts_with("yoe.internal/localhost-5000/a/broker:"), "{}", image.name);
    assert_eq!(image.media_type, yoe_workload_format::DOCKER_MANIFEST);
    assert_eq!(image.layers.len(), 2);
    assert_eq!(files[&format!("blobs/sha256/{}", image.layers[0].sha256)], b"a layer");
}

#[test]
fn a_service_that_waits_for_a_health_that_nobody_checks_is_refused() {
    let bench = Bench::with_base();
    let name: ImageName = "redis:8".parse().unwrap();
    let mut images = oci_images(&bench);
    images.insert(WorkloadImage::Registry(name.clone()), registry_image(&bench, &name, "NONE"));
    let mut workload = workload();
    workload.services[1].image = WorkloadImage::Registry(name);
    workload.services[1].health = WorkloadHealth::OfImage;
    workload.services[1].awaited = true;
    insta::assert_snapshot!(chain(&assembled_of(&bench, &verified(None), &workload, &images).unwrap_err()));
}
