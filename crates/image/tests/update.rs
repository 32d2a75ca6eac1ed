//! From the files of a built image to a repository and a bundle.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::fs;
use std::path::Path;

use serde_json::json;
use yoe_bundle::{
    Expiry, Index, Keyring, Manifest, Named, Publisher, Role, Seen, Signer, Targets, Time, Trust, archive,
    path, sha256,
};
use yoe_disk::verity::TreeBuilder;
use yoe_image::update::{Release, UpdateError, repository, write_bundle};
use yoe_model::{Image, Layout};

mod support;

const NOW: Time = Time(1_795_478_400);

/// The files that the build of an image leaves, as far as an update needs them.
fn built(folder: &Path, version: &str) -> Image {
    let mut root: Vec<u8> =
        (0..300 * 4096u32).flat_map(|at| (at.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()).collect();
    root.truncate(300 * 4096);
    root[5..5 + version.len()].copy_from_slice(version.as_bytes());
    let mut tree = TreeBuilder::new(&[7; 32]);
    tree.update(&root);
    let tree = tree.finish().unwrap();
    let uuid = yoe_disk::Uuid::of_root_hash(&tree.root_hash).to_string();
    let kernel =
        yoe_disk::uki::skeleton("ro", "ID=yoe\n", format!("kernel of {version}").repeat(500).as_bytes());
    let whole = [&root[..], &tree.blocks].concat();
    let file = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).unwrap();
        json!({ "file": name, "bytes": bytes.len(), "sha256": sha256(bytes) })
    };
    let manifest = json!({
        "format": 1, "image": "box", "version": version, "arch": "x86_64", "epoch": NOW.0 - 10,
        "content": { "files": 0, "directories": 0, "links": 0, "bytes": 0, "blocks": 0 },
        "packages": [], "services": [],
        "disk": {
            "root": file("root.erofs", &whole),
            "kernel": file("box.efi", &kernel),
            "entry": format!("EFI/Linux/box_{version}.efi"),
            "verified": {
                "root_hash": yoe_disk::hex::encode(&tree.root_hash), "salt": "07".repeat(32), "data_blocks": 300,
                "hash_blocks": tree.blocks.len() / 4096, "partuuid": uuid, "slot_bytes": 4 << 20,
            },
        },
    });
    fs::write(folder.join("box.manifest.json"), manifest.to_string()).unwrap();
    let mut image = support::image(yoe_model::RootFormat::Erofs);
    image.name = "box".to_owned();
    image.layout = Layout::VerifiedAb {
        esp: yoe_model::Size(64 << 20),
        slot: yoe_model::Size(4 << 20),
        data: yoe_model::DataSize::Fill,
    };
    image
}

fn keys() -> (Keyring, Trust) {
    let signers: Vec<_> = (0..4).map(|_| Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap()).collect();
    let keyring = Keyring { signers };
    let roles = Role::ALL.into_iter().zip(&keyring.signers);
    let named: Vec<Named> =
        roles.map(|(role, signer)| Named { role, keys: vec![signer.public()], threshold: 1 }).collect();
    let root = publisher(&keyring).root(None, &named).unwrap();
    (keyring, Trust::new(&root).unwrap())
}

fn publisher(keyring: &Keyring) -> Publisher<'_> {
    Publisher { keyring, now: NOW, expiry: Expiry::default() }
}

/// What a device finds in a repository.
fn list(folder: &Path, trust: &Trust) -> Targets {
    let read = |path: &str| fs::read(folder.join(path)).unwrap();
    let seen = Seen::default();
    let timestamp = trust.timestamp(&read(path::TIMESTAMP), seen, NOW).unwrap();
    let snapshot = path::snapshot(timestamp.version_of(Role::Snapshot).unwrap());
    let snapshot = trust.snapshot(&read(&snapshot), &timestamp, seen, NOW).unwrap();
    let targets = path::targets(snapshot.version_of(Role::Targets).unwrap());
    trust.targets(&read(&targets), &timestamp, &snapshot, NOW).unwrap().targets
}

#[test]
fn two_releases_lie_side_by_side() {
    let (folder, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (keyring, trust) = keys();
    for version in ["1.0", "1.1"] {
        let image = built(folder.path(), version);
        let release = Release::open(folder.path(), &image, "qemu", None).unwrap();
        repository::publish(repository.path(), std::slice::from_ref(&trust), &publisher(&keyring), &release)
            .unwrap();
    }
    let targets = list(repository.path(), &trust);
    assert_eq!(targets.targets.len(), 6);
    for (name, file) in &targets.targets {
        let bytes = fs::read(repository.path().join(path::target(name, file.sha256().unwrap()))).unwrap();
        assert_eq!(
            (bytes.len() as u64, sha256(&bytes).as_str()),
            (file.length, file.sha256().unwrap()),
            "{name}"
        );
    }
}

#[test]
fn a_bundle_is_a_tar_archive_with_its_metadata_first() {
    let folder = tempfile::tempdir().unwrap();
    let (keyring, trust) = keys();
    let image = built(folder.path(), "1.0");
    let release = Release::open(folder.path(), &image, "qemu", None).unwrap();
    let published = publisher(&keyring).publish(&trust, None, release.targets()).unwrap();
    let file = folder.path().join("box.bundle");
    let size = write_bundle(&file, std::slice::from_ref(&trust), &published, &release).unwrap();
    assert_eq!(size, file.metadata().unwrap().len());
    let unpacked = tempfile::tempdir().unwrap();
    let tar = std::process::Command::new("tar")
        .arg("-xvf")
        .arg(&file)
        .arg("-C")
        .arg(unpacked.path())
        .output()
        .unwrap();
    assert!(tar.status.success());
    let names = String::from_utf8(tar.stdout).unwrap();
    let ends: Vec<&str> = names.lines().filter_map(|name| name.rsplit('.').next()).collect();
    assert_eq!(ends, ["json", "json", "json", "json", "json", "index", "content"], "{names}");
    assert!(names.starts_with("metadata/1.root.json\nmetadata/timestamp.json\n"), "{names}");
    let targets = list(unpacked.path(), &trust);
    let read = |part: &str| {
        let name = Manifest::target("box", "qemu", "1.0", part);
        fs::read(unpacked.path().join(path::target(&name, targets.targets[&name].sha256().unwrap()))).unwrap()
    };
    let manifest = Manifest::parse(&read("manifest.json")).unwrap();
    assert_eq!(manifest.machines, ["qemu"]);
    let content = read("content");
    assert_eq!(content.len() as u64, manifest.root.size + manifest.kernel.size);
    assert_eq!(sha256(&content[manifest.root.size as usize..]), manifest.kernel.sha256);
    assert!(Index::parse(&read("index"), manifest.root.size, manifest.kernel.size).is_ok());
    assert_eq!(archive::padding(size), 0);
}

#[test]
fn what_is_not_as_built_is_not_signed() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["root.erofs", "box.efi"] {
        let image = built(folder.path(), "1.0");
        let mut bytes = fs::read(folder.path().join(file)).unwrap();
        bytes[100] ^= 1;
        fs::write(folder.path().join(file), bytes).unwrap();
        let refused = Release::open(folder.path(), &image, "qemu", None);
        assert!(matches!(refused, Err(UpdateError::Changed(_))), "{refused:?}");
    }
}

#[test]
fn a_version_is_published_once() {
    let (folder, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (keyring, trust) = keys();
    let publish = |folder: &Path, image: &Image| {
        let release = Release::open(folder, image, "qemu", None).unwrap();
        repository::publish(repository.path(), std::slice::from_ref(&trust), &publisher(&keyring), &release)
    };
    let image = built(folder.path(), "1.0");
    publish(folder.path(), &image).unwrap();
    publish(folder.path(), &image).unwrap();
    // Another root under the same version.
    built(folder.path(), "1.1");
    let manifest = folder.path().join("box.manifest.json");
    let text = fs::read_to_string(&manifest).unwrap().replace("\"1.1\"", "\"1.0\"");
    fs::write(&manifest, text).unwrap();
    let before = fs::read(repository.path().join(path::TIMESTAMP)).unwrap();
    let refused = publish(folder.path(), &image);
    assert!(matches!(refused, Err(UpdateError::Published { .. })), "{refused:?}");
    assert_eq!(fs::read(repository.path().join(path::TIMESTAMP)).unwrap(), before);
}

#[test]
fn a_signed_copy_of_the_kernel_is_published_instead() {
    let folder = tempfile::tempdir().unwrap();
    let image = built(folder.path(), "1.0");
    let plain = fs::read(folder.path().join("box.efi")).unwrap();
    let signed = folder.path().join("signed.efi");
    let open = |bytes: &[u8]| {
        fs::write(&signed, bytes).unwrap();
        Release::open(folder.path(), &image, "qemu", Some(&signed))
    };
    let copy = yoe_disk::signature::pretend(&plain).unwrap();
    let manifest = open(&copy).unwrap().manifest;
    assert!(manifest.kernel.signed);
    assert_eq!((manifest.kernel.size, manifest.kernel.sha256), (copy.len() as u64, sha256(&copy)));
    assert!(!Release::open(folder.path(), &image, "qemu", None).unwrap().manifest.kernel.signed);
    let of_another = yoe_disk::signature::pretend(&yoe_disk::uki::skeleton("rw", "", b"another")).unwrap();
    for wrong in [&plain[..], &of_another, b"no program"] {
        assert!(matches!(open(wrong), Err(UpdateError::NotSigned(_))));
    }
}

#[test]
fn the_repository_of_others_is_left_alone() {
    let (folder, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let image = built(folder.path(), "1.0");
    let release = Release::open(folder.path(), &image, "qemu", None).unwrap();
    let (keyring, trust) = keys();
    repository::publish(repository.path(), &[trust], &publisher(&keyring), &release).unwrap();
    let before = fs::read(repository.path().join(path::TIMESTAMP)).unwrap();
    let (other, trust) = keys();
    let refused = repository::publish(repository.path(), &[trust], &publisher(&other), &release);
    assert!(matches!(refused, Err(UpdateError::Foreign { .. })), "{refused:?}");
    assert_eq!(fs::read(repository.path().join(path::TIMESTAMP)).unwrap(), before);
}
