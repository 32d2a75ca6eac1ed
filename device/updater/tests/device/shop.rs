//! Where updates come from: keys, a repository, a bundle, a web server.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use yoe_bundle::{
    CHUNKING, Chunking, Expiry, Index, Kernel, Keyring, Manifest, Named, Publisher, Role, Root, Signer,
    TargetFile, Targets, Time, Trust, WorkloadManifest, archive, path, sha256,
};

use crate::fixture::{Built, Device, EPOCH, MACHINE};

/// Keys and what was published with them.
pub struct Shop {
    pub keyring: Keyring,
    pub trust: Trust,
    pub now: Time,
    pub targets: Option<Targets>,
    roots: Vec<Vec<u8>>,
}

/// What is said of an update, so that tests can say something wrong.
#[derive(Clone)]
pub struct Offer {
    pub image: &'static str,
    pub machine: &'static str,
    pub machines: Vec<String>,
    pub signed: bool,
    pub chunking: Chunking,
    /// The bill of materials that goes with it.
    pub bill: Option<&'static str>,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            image: "box",
            machine: MACHINE,
            machines: vec![MACHINE.to_owned()],
            signed: false,
            chunking: CHUNKING,
            bill: None,
        }
    }
}

pub fn named(keyring: &Keyring) -> Vec<Named> {
    let role = |(index, role): (usize, Role)| Named {
        role,
        keys: vec![keyring.signers[index].public()],
        threshold: 1,
    };
    [Role::Root, Role::Targets, Role::Snapshot, Role::Timestamp].into_iter().enumerate().map(role).collect()
}

impl Shop {
    pub fn new() -> Self {
        let signers = (0..4).map(|_| Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap()).collect();
        let keyring = Keyring { signers };
        let now = Time(EPOCH + 1000);
        let publisher = Publisher { keyring: &keyring, now, expiry: Expiry::default() };
        let root = publisher.root(None, &named(&keyring)).unwrap();
        Self { trust: Trust::new(&root).unwrap(), roots: vec![root], keyring, now, targets: None }
    }

    /// This device trusts these keys.
    pub fn trusted_by(&self, device: &Device) {
        fs::write(device.path("root.json"), &self.roots[0]).unwrap();
    }

    /// New keys for every role, signed for by the old ones.
    pub fn rotate(&mut self) {
        self.rotate_roles(&Role::ALL);
    }

    /// New keys for these roles, signed for by the old ones.
    pub fn rotate_roles(&mut self, which: &[Role]) {
        let mut keyring = Shop::new().keyring;
        // The newest keys come first, in the order of the roles.
        for (index, role) in Role::ALL.into_iter().enumerate() {
            if !which.contains(&role) {
                std::mem::swap(&mut keyring.signers[index], &mut self.keyring.signers[index]);
            }
        }
        let roles = named(&keyring);
        keyring.signers.append(&mut self.keyring.signers);
        let publisher = Publisher { keyring: &keyring, now: self.now, expiry: Expiry::default() };
        let root = publisher.root(Some(&self.trust), &roles).unwrap();
        self.trust.rotate(&root).unwrap();
        self.roots.push(root);
        self.keyring = keyring;
    }

    /// Adds an update to the directory of a repository.
    pub fn publish(&mut self, directory: &Path, built: &Built, offer: &Offer) {
        let manifest = manifest(built, offer);
        let index = Index::of(&built.root[..], &built.kernel[..], offer.chunking).unwrap();
        let content = [&built.root[..], &built.kernel].concat();
        let mut parts = vec![
            ("manifest.json", manifest.to_text().into_bytes()),
            ("index", index.to_bytes()),
            ("content", content),
        ];
        parts.extend(offer.bill.map(|bill| (yoe_bundle::BILL, bill.as_bytes().to_vec())));
        let name = |part: &str| Manifest::target(offer.image, offer.machine, &built.version, part);
        self.add(directory, parts.into_iter().map(|(part, bytes)| (name(part), bytes)).collect());
    }

    /// Adds a version of a workload to the directory of a repository; `change` may make it say something wrong.
    pub fn publish_workload(
        &mut self,
        directory: &Path,
        (workload, version): (&str, &str),
        content: &[u8],
        change: impl FnOnce(&mut WorkloadManifest),
    ) {
        let mut manifest = WorkloadManifest {
            format: WorkloadManifest::format(),
            image: "box".to_owned(),
            machines: vec![MACHINE.to_owned()],
            arch: "x86_64".to_owned(),
            workload: workload.to_owned(),
            version: version.to_owned(),
            time: Time(EPOCH + 500),
            size: content.len() as u64,
            sha256: sha256(content),
            unpacked: 0,
        };
        change(&mut manifest);
        let index = Index::of(content, std::io::empty(), CHUNKING).unwrap();
        let parts = [
            ("manifest.json", manifest.to_text().into_bytes()),
            ("index", index.to_bytes()),
            ("content", content.to_vec()),
        ];
        let name = |part: &str| WorkloadManifest::target(&manifest.image, MACHINE, workload, version, part);
        self.add(directory, parts.map(|(part, bytes)| (name(part), bytes)).into());
    }

    fn add(&mut self, directory: &Path, parts: Vec<(String, Vec<u8>)>) {
        let mut add = BTreeMap::new();
        for (name, bytes) in parts {
            let digest = sha256(&bytes);
            write(directory, &path::target(&name, &digest), &bytes);
            add.insert(name, TargetFile::of(bytes.len() as u64, &digest));
        }
        let publisher = Publisher { keyring: &self.keyring, now: self.now, expiry: Expiry::default() };
        let published = publisher.publish(&self.trust, self.targets.as_ref(), add).unwrap();
        for (version, root) in (1..).zip(&self.roots) {
            write(directory, &path::root(version), root);
        }
        published.files.iter().for_each(|(path, bytes)| write(directory, path, bytes));
        self.targets = Some(published.targets);
    }
}

fn manifest(built: &Built, offer: &Offer) -> Manifest {
    Manifest {
        format: Manifest::format(),
        image: offer.image.to_owned(),
        version: built.version.clone(),
        machines: offer.machines.clone(),
        arch: "x86_64".to_owned(),
        time: Time(EPOCH + 500),
        root: Root {
            size: built.root.len() as u64,
            data_blocks: built.tree.data_blocks,
            root_hash: yoe_notation::hex::encode(&built.tree.root_hash),
            salt: "010203".to_owned(),
            partition: built.uuid().to_string(),
        },
        kernel: Kernel {
            size: built.kernel.len() as u64,
            sha256: sha256(&built.kernel),
            signed: offer.signed,
        },
    }
}

fn write(directory: &Path, path: &str, bytes: &[u8]) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A bundle of all that a directory holds, metadata first.
pub fn bundle(directory: &Path, to: &Path) {
    let mut paths = Vec::new();
    walk(directory, directory, &mut paths);
    // Content is last, as the host writes it.
    paths.sort_by_key(|path| (path.ends_with("content"), path.clone()));
    let mut file = Vec::new();
    for path in paths {
        let bytes = fs::read(directory.join(&path)).unwrap();
        archive::append(&mut file, &path, bytes.len() as u64, &mut &bytes[..]).unwrap();
    }
    file.extend(archive::END);
    fs::write(to, file).unwrap();
}

fn walk(root: &Path, directory: &Path, into: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(root, &path, into);
        } else {
            into.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}
