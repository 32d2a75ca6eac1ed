//! Where updates come from: keys, a repository, a bundle, a web server.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use yoe_bundle::{
    CHUNKING, Chunking, Expiry, Index, Kernel, Keyring, Manifest, Named, Publisher, Role, Root, Signer,
    TargetFile, Targets, Time, Trust, archive, path, sha256,
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
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            image: "box",
            machine: MACHINE,
            machines: vec![MACHINE.to_owned()],
            signed: false,
            chunking: CHUNKING,
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

    /// Adds an update to the folder of a repository.
    pub fn publish(&mut self, folder: &Path, built: &Built, offer: &Offer) {
        let manifest = manifest(built, offer);
        let index = Index::of(&built.root[..], &built.kernel[..], offer.chunking).unwrap();
        let content = [&built.root[..], &built.kernel].concat();
        let parts = [
            ("manifest.json", manifest.to_text().into_bytes()),
            ("index", index.to_bytes()),
            ("content", content),
        ];
        let mut add = BTreeMap::new();
        for (part, bytes) in parts {
            let name = Manifest::target(offer.image, offer.machine, &built.version, part);
            let digest = sha256(&bytes);
            write(folder, &path::target(&name, &digest), &bytes);
            add.insert(name, TargetFile::of(bytes.len() as u64, &digest));
        }
        let publisher = Publisher { keyring: &self.keyring, now: self.now, expiry: Expiry::default() };
        let published = publisher.publish(&self.trust, self.targets.as_ref(), add).unwrap();
        for (version, root) in (1..).zip(&self.roots) {
            write(folder, &path::root(version), root);
        }
        published.files.iter().for_each(|(path, bytes)| write(folder, path, bytes));
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
            root_hash: yoe_disk::hex::encode(&built.tree.root_hash),
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

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A bundle of all that a folder holds, metadata first.
pub fn bundle(folder: &Path, to: &Path) {
    let mut paths = Vec::new();
    walk(folder, folder, &mut paths);
    // Content is last, as the host lays it.
    paths.sort_by_key(|path| (path.ends_with("content"), path.clone()));
    let mut file = Vec::new();
    for path in paths {
        let bytes = fs::read(folder.join(&path)).unwrap();
        archive::append(&mut file, &path, bytes.len() as u64, &mut &bytes[..]).unwrap();
    }
    file.extend(archive::END);
    fs::write(to, file).unwrap();
}

fn walk(root: &Path, folder: &Path, into: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(root, &path, into);
        } else {
            into.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}

/// How a web server behaves.
#[derive(Clone, Copy)]
pub struct Manner {
    /// Knows parts of files.
    pub ranges: bool,
    /// Every answer ends after so many bytes.
    pub breaks_after: u64,
}

/// A web server on the loopback device, for as long as the test runs.
pub struct Server {
    pub url: String,
    /// Bytes of content that were sent.
    pub sent: Arc<AtomicU64>,
    /// `GET` lines with their ranges.
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(folder: &Path, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sent, asked) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (folder, counter, log) = (folder.to_owned(), sent.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away ends its own connection alone.
                let _ = serve(stream, &folder, manner, &counter, &log);
            }
        });
        Self { url, sent, asked }
    }
}

fn serve(
    stream: TcpStream,
    folder: &Path,
    manner: Manner,
    sent: &AtomicU64,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let mut range = None;
    for line in lines {
        let line = line?.to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("range: bytes=").filter(|_| manner.ranges) {
            let (from, to) = value.split_once('-').unwrap();
            range = Some((from.parse::<usize>().unwrap(), to.parse::<usize>().unwrap()));
        }
    }
    let path = request.split(' ').nth(1).unwrap_or("/").trim_start_matches('/');
    asked.lock().unwrap().push(format!("{path} {range:?}"));
    let mut stream = stream;
    let Ok(whole) = fs::read(folder.join(path)) else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let (status, part) = match range {
        Some((from, to)) => ("206 Partial Content", &whole[from..whole.len().min(to + 1)]),
        None => ("200 OK", &whole[..]),
    };
    let from = range.map_or(0, |(from, _)| from);
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nContent-Range: bytes {from}-{}/{}\r\nConnection: close\r\n\r\n",
        part.len(),
        from + part.len(),
        whole.len()
    );
    let part = &part[..part.len().min(manner.breaks_after as usize)];
    sent.fetch_add(part.len() as u64, Ordering::SeqCst);
    stream.write_all(&[head.as_bytes(), part].concat())
}
