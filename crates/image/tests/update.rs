//! From the files of a built image to a repository and a bundle.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::fs;
use std::path::Path;
use std::slice::from_ref;

use serde_json::json;
use yoe_bundle::{
    Expiry, Index, Keyring, Manifest, Named, Published, Publisher, Role, Seen, Signer, Targets, Time, Trust,
    WorkloadManifest, archive, path, sha256,
};
use yoe_disk::verity::{Root, TreeBuilder};
use yoe_image::update::repository::{self, Repository, Word};
use yoe_image::update::{Publication, Release, UpdateError, WorkloadRelease, write_bundle};
use yoe_model::{Image, Layout};

mod support;

const NOW: Time = Time(1_795_478_400);

/// The files that the build of an image leaves, as far as an update needs them.
fn built(directory: &Path, version: &str) -> Image {
    other(directory, version, 0)
}

/// The same with other content.
fn other(directory: &Path, version: &str, content: u8) -> Image {
    let mut root: Vec<u8> =
        (0..300 * 4096u32).flat_map(|at| (at.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()).collect();
    root.truncate(300 * 4096);
    root[5..5 + version.len()].copy_from_slice(version.as_bytes());
    root[100] = content;
    let mut tree = TreeBuilder::new(&[7; 32]);
    tree.update(&root);
    let tree = tree.finish().unwrap();
    let uuid = yoe_disk::Uuid::of_root_hash(&tree.root_hash).to_string();
    let named = Root {
        partition: yoe_disk::Uuid::of_root_hash(&tree.root_hash),
        data_blocks: 300,
        root_hash: tree.root_hash,
        salt: vec![7; 32],
    };
    let kernel = yoe_disk::uki::skeleton(
        &format!("dm-mod.create=\"{}\" ro", named.table()),
        &format!("ID=yoe\nIMAGE_VERSION=\"{version}\"\n"),
        format!("kernel of {version}").repeat(500).as_bytes(),
    );
    let whole = [&root[..], &tree.blocks].concat();
    let file = |name: &str, bytes: &[u8]| {
        fs::write(directory.join(name), bytes).unwrap();
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
                "root_hash": yoe_notation::hex::encode(&tree.root_hash), "salt": "07".repeat(32), "data_blocks": 300,
                "hash_blocks": tree.blocks.len() / 4096, "partuuid": uuid, "slot_bytes": 4 << 20,
            },
        },
    });
    fs::write(directory.join("box.manifest.json"), manifest.to_string()).unwrap();
    let mut image = support::image(yoe_model::RootFormat::Erofs);
    image.name = "box".to_owned();
    image.layout =
        Layout::verified_ab(yoe_model::Size(64 << 20), yoe_model::Size(4 << 20), yoe_model::DataSize::Fill);
    image
}

/// Private keys, one for each role.
fn private() -> Vec<Vec<u8>> {
    (0..4).map(|_| Signer::generate().unwrap()).collect()
}

fn keyring<'a>(private: impl IntoIterator<Item = &'a Vec<u8>>) -> Keyring {
    Keyring { signers: private.into_iter().map(|key| Signer::from_pkcs8(key).unwrap()).collect() }
}

fn named(keyring: &Keyring) -> Vec<Named> {
    let roles = Role::ALL.into_iter().zip(&keyring.signers);
    roles.map(|(role, signer)| Named { role, keys: vec![signer.public()], threshold: 1 }).collect()
}

fn trust(keyring: &Keyring) -> Trust {
    Trust::new(&publisher(keyring).root(None, &named(keyring)).unwrap()).unwrap()
}

fn keys() -> (Keyring, Trust) {
    let keyring = keyring(&private());
    let trust = trust(&keyring);
    (keyring, trust)
}

/// Publishes as `yoe bundle --repository` does.
fn publish(
    repository: &Path,
    roots: &[Trust],
    word: Word<'_>,
    keyring: &Keyring,
    release: &Release,
) -> Result<Published, UpdateError> {
    Repository::open(repository, &mut || panic!("nobody else publishes"))?.publish(
        roots,
        word,
        &publisher(keyring),
        release,
    )
}

fn publisher(keyring: &Keyring) -> Publisher<'_> {
    Publisher { keyring, now: NOW, expiry: Expiry::default() }
}

/// What a device finds in a repository.
fn list(directory: &Path, trust: &Trust) -> Targets {
    let read = |path: &str| fs::read(directory.join(path)).unwrap();
    let seen = Seen::default();
    let timestamp = trust.timestamp(&read(path::TIMESTAMP), &seen, NOW).unwrap();
    let snapshot = path::snapshot(timestamp.version_of(Role::Snapshot).unwrap());
    let snapshot = trust.snapshot(&read(&snapshot), &timestamp, &seen, NOW).unwrap();
    let targets = path::targets(snapshot.version_of(Role::Targets).unwrap());
    trust.targets(&read(&targets), &timestamp, &snapshot, NOW).unwrap().targets
}

#[test]
fn two_releases_lie_side_by_side() {
    let (directory, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (keyring, trust) = keys();
    for version in ["1.0", "1.1"] {
        let image = built(directory.path(), version);
        let release = Release::open(directory.path(), &image, "qemu", None).unwrap();
        publish(repository.path(), from_ref(&trust), Word::Nobodys, &keyring, &release).unwrap();
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

/// Papers are targets as all others are, and in a bundle they lie where devices that install it never look.
#[test]
fn papers_travel_with_a_release_and_are_signed_with_it() {
    let (directory, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (keyring, trust) = keys();
    let image = built(directory.path(), "1.0");
    let mut release = Release::open(directory.path(), &image, "qemu", None).unwrap();
    let papers = [(yoe_bundle::BILL, "a bill"), ("NOTICE", "texts")];
    let papers = papers.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    release.carry(papers.into());
    let published = publish(repository.path(), from_ref(&trust), Word::Nobodys, &keyring, &release).unwrap();
    let targets = list(repository.path(), &trust);
    let name = Manifest::target("box", "qemu", "1.0", yoe_bundle::BILL);
    let path = path::target(&name, targets.targets[&name].sha256().unwrap());
    assert_eq!(fs::read(repository.path().join(path)).unwrap(), b"a bill");
    let mut bundle = Vec::new();
    write_bundle(&mut bundle, Path::new("bundle"), from_ref(&trust), &published, &release).unwrap();
    let mut read = tar::Archive::new(&bundle[..]);
    let entries = read.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string());
    let names: Vec<String> = entries.collect();
    let ends: Vec<&str> = names.iter().rev().take(3).filter_map(|name| name.rsplit('.').next()).collect();
    assert_eq!(ends, ["json", "NOTICE", "content"], "{names:?}");
}

#[test]
fn a_bundle_is_a_tar_archive_with_its_metadata_first() {
    let directory = tempfile::tempdir().unwrap();
    let (keyring, trust) = keys();
    let image = built(directory.path(), "1.0");
    let release = Release::open(directory.path(), &image, "qemu", None).unwrap();
    let published = publisher(&keyring).publish(&trust, None, release.targets()).unwrap();
    let file = directory.path().join("box.bundle");
    let mut to = fs::File::create(&file).unwrap();
    let size = write_bundle(&mut to, &file, from_ref(&trust), &published, &release).unwrap();
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
    let directory = tempfile::tempdir().unwrap();
    for file in ["root.erofs", "box.efi"] {
        let image = built(directory.path(), "1.0");
        let mut bytes = fs::read(directory.path().join(file)).unwrap();
        bytes[100] ^= 1;
        fs::write(directory.path().join(file), bytes).unwrap();
        let refused = Release::open(directory.path(), &image, "qemu", None);
        assert!(matches!(refused, Err(UpdateError::Changed(_))), "{refused:?}");
    }
}

#[test]
fn a_version_is_published_once() {
    let (directory, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (keyring, trust) = keys();
    let publish = |directory: &Path, image: &Image| {
        let release = Release::open(directory, image, "qemu", None).unwrap();
        publish(repository.path(), from_ref(&trust), Word::Nobodys, &keyring, &release)
    };
    let image = built(directory.path(), "1.0");
    publish(directory.path(), &image).unwrap();
    publish(directory.path(), &image).unwrap();
    // Another root under the same version.
    other(directory.path(), "1.0", 9);
    let before = fs::read(repository.path().join(path::TIMESTAMP)).unwrap();
    let refused = publish(directory.path(), &image);
    assert!(matches!(refused, Err(UpdateError::Published { .. })), "{refused:?}");
    assert_eq!(fs::read(repository.path().join(path::TIMESTAMP)).unwrap(), before);
}

/// The built image has this workload, too.
fn with_workload(directory: &Path, version: &str, content: &[u8]) {
    let path = directory.join("box.manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    fs::write(directory.join("workload-shop.erofs"), content).unwrap();
    manifest["workloads"] = json!([{ "name": "shop", "version": version, "unpacked": 7 }]);
    manifest["disk"]["workloads"] = json!({
        "shop": { "file": "workload-shop.erofs", "bytes": content.len(), "sha256": sha256(content) },
    });
    fs::write(path, manifest.to_string()).unwrap();
}

#[test]
fn a_workload_is_published_next_to_the_system_and_once() {
    let (directory, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (keyring, trust) = keys();
    let image = built(directory.path(), "1.0");
    let open = || WorkloadRelease::open(directory.path(), &image, "qemu", "shop");
    assert!(matches!(open(), Err(UpdateError::NoVersion { .. })));
    assert_eq!(WorkloadRelease::all(directory.path(), &image, "qemu").unwrap(), []);
    let put = |publication: &dyn Publication| {
        let repository = Repository::open(repository.path(), &mut || ()).unwrap();
        repository.publish(from_ref(&trust), Word::Nobodys, &publisher(&keyring), publication)
    };
    put(&Release::open(directory.path(), &image, "qemu", None).unwrap()).unwrap();
    with_workload(directory.path(), "2", &[5; 300_000]);
    put(&open().unwrap()).unwrap();
    put(&open().unwrap()).unwrap();
    let targets = list(repository.path(), &trust);
    let read = |part: &str| {
        let name = WorkloadManifest::target("box", "qemu", "shop", "2", part);
        let digest = targets.targets[&name].sha256().unwrap();
        fs::read(repository.path().join(path::target(&name, digest))).unwrap()
    };
    let manifest = WorkloadManifest::parse(&read("manifest.json")).unwrap();
    assert_eq!((manifest.size, manifest.unpacked, manifest.arch.as_str()), (300_000, 7, "x86_64"));
    assert_eq!(read("content"), [5; 300_000]);
    assert!(Index::parse(&read("index"), 300_000, 0).is_ok());
    assert!(targets.targets.contains_key(&Manifest::target("box", "qemu", "1.0", "content")));
    // Other content under the same version.
    with_workload(directory.path(), "2", &[6; 300_000]);
    let refused = put(&open().unwrap()).unwrap_err().to_string();
    assert_eq!(refused, "version 2 of workload \"shop\" was already published with different content");
    // What the build left was changed since, or no device would take it.
    fs::write(directory.path().join("workload-shop.erofs"), [7; 300_000]).unwrap();
    assert!(matches!(open(), Err(UpdateError::Changed(_))));
    with_workload(directory.path(), "2+x", &[6; 300_000]);
    assert!(matches!(open(), Err(UpdateError::Unfit { .. })));
}

#[test]
fn a_signed_copy_of_the_kernel_is_published_instead() {
    let directory = tempfile::tempdir().unwrap();
    let image = built(directory.path(), "1.0");
    let plain = fs::read(directory.path().join("box.efi")).unwrap();
    let signed = directory.path().join("signed.efi");
    let open = |bytes: &[u8]| {
        fs::write(&signed, bytes).unwrap();
        Release::open(directory.path(), &image, "qemu", Some(&signed))
    };
    let copy = yoe_disk::signature::pretend(&plain).unwrap();
    let manifest = open(&copy).unwrap().manifest;
    assert!(manifest.kernel.signed);
    assert_eq!((manifest.kernel.size, manifest.kernel.sha256), (copy.len() as u64, sha256(&copy)));
    assert!(!Release::open(directory.path(), &image, "qemu", None).unwrap().manifest.kernel.signed);
    let of_another = yoe_disk::signature::pretend(&yoe_disk::uki::skeleton("rw", "", b"another")).unwrap();
    for wrong in [&plain[..], &of_another, b"no program"] {
        assert!(matches!(open(wrong), Err(UpdateError::NotSigned(_))));
    }
}

#[test]
fn the_repository_of_others_is_left_alone() {
    let (directory, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let image = built(directory.path(), "1.0");
    let release = Release::open(directory.path(), &image, "qemu", None).unwrap();
    let (keyring, trust) = keys();
    publish(repository.path(), &[trust], Word::Nobodys, &keyring, &release).unwrap();
    let before = fs::read(repository.path().join(path::TIMESTAMP)).unwrap();
    let (other, trust) = keys();
    for word in [Word::Nobodys, Word::OldKeys] {
        let refused = publish(repository.path(), from_ref(&trust), word, &other, &release);
        assert!(matches!(refused, Err(UpdateError::Foreign { .. })), "{refused:?}");
    }
    assert_eq!(fs::read(repository.path().join(path::TIMESTAMP)).unwrap(), before);
}

fn names(targets: &Targets) -> Vec<&str> {
    targets.targets.keys().filter_map(|name| name.strip_suffix("/manifest.json")).collect()
}

/// A vendor who published 1.0 and then replaced all keys.
struct Vendor {
    directory: tempfile::TempDir,
    repository: tempfile::TempDir,
    old: Keyring,
    new: Keyring,
    roots: Vec<Trust>,
    /// The digest of the list with 1.0.
    list: String,
}

impl Vendor {
    fn new() -> Self {
        let (directory, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (old, new) = (private(), private());
        let both = keyring(old.iter().chain(&new));
        let (old, new) = (keyring(&old), keyring(&new));
        let first = trust(&old);
        let image = built(directory.path(), "1.0");
        let release = Release::open(directory.path(), &image, "qemu", None).unwrap();
        let published = publish(repository.path(), from_ref(&first), Word::Nobodys, &old, &release).unwrap();
        let mut second = first.clone();
        second.rotate(&publisher(&both).root(Some(&first), &named(&new)).unwrap()).unwrap();
        Self { directory, repository, old, new, roots: vec![first, second], list: published.list() }
    }

    fn publish(&self, version: &str, word: Word<'_>) -> Result<Published, UpdateError> {
        let image = built(self.directory.path(), version);
        let release = Release::open(self.directory.path(), &image, "qemu", None).unwrap();
        publish(self.repository.path(), &self.roots, word, &self.new, &release)
    }

    /// What a thief with the old keys puts there: a list of his own, signed as the old root says, with the state before in its
    /// place otherwise.
    fn steal(&self) {
        let (old, now) = (publisher(&self.old), NOW.plus_days(1));
        let add = [("box/qemu/9.9/manifest.json".to_owned(), yoe_bundle::TargetFile::of(3, &"a".repeat(64)))]
            .into();
        let published = Publisher { now, ..old }.publish(&self.roots[0], None, add).unwrap();
        for (path, bytes) in &published.files {
            fs::write(self.repository.path().join(path), bytes).unwrap();
        }
    }

    fn timestamp(&self) -> Vec<u8> {
        fs::read(self.repository.path().join(path::TIMESTAMP)).unwrap()
    }
}

#[test]
fn stolen_keys_decide_nothing_after_a_rotation() {
    let vendor = Vendor::new();
    vendor.publish("1.1", Word::Ours(&vendor.list)).unwrap();
    vendor.steal();
    let planted = vendor.timestamp();
    // Not by itself, not for what was published last, and not on request either: the new keys signed here before.
    let last = sha256(b"the list with 1.1");
    for word in [Word::Nobodys, Word::Ours(&vendor.list), Word::Ours(&last)] {
        let refused = vendor.publish("1.2", word).unwrap_err();
        assert!(matches!(refused, UpdateError::Replaced { root: 1, .. }), "{refused}");
    }
    let refused = vendor.publish("1.2", Word::OldKeys).unwrap_err();
    assert!(matches!(refused, UpdateError::Renewed { .. }), "{refused}");
    assert_eq!(vendor.timestamp(), planted, "nothing was signed");
}

#[test]
fn a_thief_who_is_first_after_a_rotation_decides_nothing() {
    let vendor = Vendor::new();
    vendor.steal();
    let refused = vendor.publish("1.1", Word::Ours(&vendor.list)).unwrap_err();
    assert!(matches!(refused, UpdateError::Replaced { root: 1, .. }), "{refused}");
}

#[test]
fn after_a_rotation_the_list_goes_on_that_was_published_here() {
    let vendor = Vendor::new();
    assert!(matches!(vendor.publish("1.1", Word::Nobodys), Err(UpdateError::Replaced { root: 1, .. })));
    vendor.publish("1.1", Word::Ours(&vendor.list)).unwrap();
    vendor.publish("1.2", Word::Nobodys).unwrap();
    let targets = list(vendor.repository.path(), &vendor.roots[1]);
    assert_eq!(names(&targets), ["box/qemu/1.0", "box/qemu/1.1", "box/qemu/1.2"]);
    for version in [1, 2] {
        assert!(vendor.repository.path().join(path::root(version)).exists());
    }
}

#[test]
fn old_keys_are_asked_on_request_once() {
    let vendor = Vendor::new();
    let listed = repository::list(vendor.repository.path(), &vendor.roots, Word::OldKeys).unwrap().unwrap();
    assert_eq!(names(&listed), ["box/qemu/1.0"]);
    vendor.publish("1.1", Word::OldKeys).unwrap();
    // From now on the new ones vouch for it.
    vendor.publish("1.2", Word::OldKeys).unwrap();
    let targets = list(vendor.repository.path(), &vendor.roots[1]);
    assert_eq!(names(&targets), ["box/qemu/1.0", "box/qemu/1.1", "box/qemu/1.2"]);
}

/// Writes another kernel into what was built, as the image's own manifest then says.
fn with_kernel(directory: &Path, kernel: &[u8]) {
    fs::write(directory.join("box.efi"), kernel).unwrap();
    let file = directory.join("box.manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    manifest["disk"]["kernel"] =
        json!({ "file": "box.efi", "bytes": kernel.len(), "sha256": sha256(kernel) });
    fs::write(&file, manifest.to_string()).unwrap();
}

#[test]
fn what_no_device_could_start_is_not_published() {
    let directory = tempfile::tempdir().unwrap();
    let others = tempfile::tempdir().unwrap();
    built(others.path(), "1.1");
    let kernel = |directory: &Path| fs::read(directory.join("box.efi")).unwrap();
    let image = built(directory.path(), "1.0");
    let mut other_arch = kernel(directory.path());
    other_arch[68..70].copy_from_slice(&0xaa64u16.to_le_bytes());
    let printed = |kernel: &[u8]| {
        with_kernel(directory.path(), kernel);
        let refused = Release::open(directory.path(), &image, "qemu", None).unwrap_err();
        let UpdateError::NotBootable { source, .. } = refused else { panic!("{refused}") };
        source.to_string()
    };
    assert!(printed(&kernel(others.path())).starts_with("its root partition is"));
    assert!(printed(b"no program at all").contains("not a unified kernel image"));
    assert!(printed(&other_arch).contains("its architecture is \"aarch64\""));
    assert!(
        printed(&yoe_disk::uki::skeleton("root=/dev/vda2", "", b"kernel"))
            .contains("not start a verified root")
    );
}

#[test]
fn two_who_publish_at_once_lose_nothing() {
    let (directory, repository) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (keyring, trust) = keys();
    let versions = ["1.0", "1.1", "1.2", "1.3"];
    let releases: Vec<Release> = versions
        .iter()
        .map(|version| {
            let directory = directory.path().join(version);
            fs::create_dir(&directory).unwrap();
            let image = built(&directory, version);
            Release::open(&directory, &image, "qemu", None).unwrap()
        })
        .collect();
    std::thread::scope(|scope| {
        for release in &releases {
            scope.spawn(|| {
                let repository = Repository::open(repository.path(), &mut || ()).unwrap();
                repository.publish(from_ref(&trust), Word::Nobodys, &publisher(&keyring), release).unwrap();
            });
        }
    });
    assert_eq!(names(&list(repository.path(), &trust)).len(), versions.len());
}

#[test]
fn whoever_waits_is_told_and_gets_his_turn() {
    let directory = tempfile::tempdir().unwrap();
    let held = Repository::open(directory.path(), &mut || panic!("nobody is here")).unwrap();
    let (waiting, waits) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let second =
            scope.spawn(|| Repository::open(directory.path(), &mut || waiting.send(()).unwrap()).is_ok());
        waits.recv().unwrap();
        drop(held);
        assert!(second.join().unwrap());
    });
}
