//! The keys that sign updates: `<project>.updates/` next to the key that signs packages.
//!
//! | file | holds |
//! |---|---|
//! | `<n>.root.json` | a version of the root metadata: who may sign what; public |
//! | `<role>-<key>.pem` | a private key (PKCS#8) |
//! | `retired/` | private keys that were rotated out |
//! | `published/` | which list this machine published last, for each repository |
//!
//! A private key need not be here: those of the root can lie in a safe until keys are rotated.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use yoe_bundle::{
    Expiry, Keyring, Named, PublicKey, Published, Publisher, Role, Signer, Time, Trust, TrustError, sha256,
};

use crate::error::KeysError;
use crate::private_file;

/// The label of a PEM block of a private key (RFC 7468).
const PRIVATE: &str = "PRIVATE KEY";

/// The keys of a project's updates.
pub struct UpdateKeys {
    directory: PathBuf,
    /// Every version of the root metadata, the newest last.
    pub roots: Vec<Trust>,
}

/// Keys of the root: those that sign for a change of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootKeys {
    /// How many there are.
    pub count: usize,
    /// How many of them must sign.
    pub threshold: usize,
}

impl Default for RootKeys {
    /// One, which must sign.
    fn default() -> Self {
        Self { count: 1, threshold: 1 }
    }
}

impl UpdateKeys {
    /// The keys of a project, if some were made.
    ///
    /// # Errors
    /// When the root metadata cannot be read, or its versions do not follow from each other.
    pub fn existing(keys: &Path, project: &str) -> Result<Option<Self>, KeysError> {
        let directory = directory(keys, project);
        let Some(first) = read(&root_file(&directory, 1))? else { return Ok(None) };
        let mut trust = Trust::new(&first).map_err(|error| damaged(&root_file(&directory, 1), error))?;
        let mut roots = vec![trust.clone()];
        loop {
            let file = root_file(&directory, trust.version() + 1);
            let Some(next) = read(&file)? else { return Ok(Some(Self { directory, roots })) };
            trust.rotate(&next).map_err(|error| damaged(&file, error))?;
            roots.push(trust.clone());
        }
    }

    /// The same; an error when there are none.
    ///
    /// # Errors
    /// As [`Self::existing`], and when there are none.
    pub fn required(keys: &Path, project: &str) -> Result<Self, KeysError> {
        Self::existing(keys, project)?.ok_or_else(|| KeysError::NoUpdateKeys(project.to_owned()))
    }

    /// Makes the keys of a project.
    ///
    /// # Errors
    /// When there are some, when the numbers make no sense, or when the keys cannot be written.
    pub fn make(keys: &Path, project: &str, root: RootKeys, now: Time) -> Result<Self, KeysError> {
        if Self::existing(keys, project)?.is_some() {
            return Err(KeysError::UpdateKeysExist(project.to_owned()));
        }
        let RootKeys { count, threshold } = root;
        if threshold == 0 || threshold > count {
            return Err(KeysError::Threshold { threshold, keys: count });
        }
        Self::make_in(&directory(keys, project), root, now)
    }

    /// Makes keys in this directory, which holds none.
    ///
    /// # Errors
    /// When the keys cannot be written.
    pub fn make_in(directory: &Path, root: RootKeys, now: Time) -> Result<Self, KeysError> {
        let mut made = Made::default();
        let mut named = Vec::new();
        for role in Role::ALL {
            let (count, threshold) = if role == Role::Root { (root.count, root.threshold) } else { (1, 1) };
            let keys = made.make(directory, role, count)?;
            named.push(Named { role, keys, threshold });
        }
        let root = publisher(&made.keyring, now).root(None, &named).map_err(KeysError::sign)?;
        let trust = Trust::new(&root).map_err(KeysError::sign)?;
        made.write()?;
        write_root(directory, &trust)?;
        Ok(Self { directory: directory.to_owned(), roots: vec![trust] })
    }

    /// Replaces the keys of these roles.
    ///
    /// # Errors
    /// When the private keys that may sign for this are not here, or when the new ones cannot be written.
    pub fn rotate(&mut self, roles: &[Role], now: Time) -> Result<(), KeysError> {
        let before = self.newest()?.clone();
        let mut made = Made { keyring: self.keyring()?, files: Vec::new() };
        let mut named = Vec::new();
        for role in Role::ALL {
            let old = keys_of(&before, role);
            let threshold = before.root().roles.get(role.as_str()).map_or(1, |keys| keys.threshold);
            let rotated = roles.contains(&role);
            let keys = if rotated { made.make(&self.directory, role, old.len().max(1))? } else { old };
            named.push(Named { role, keys, threshold });
        }
        let root = publisher(&made.keyring, now).root(Some(&before), &named).map_err(KeysError::sign)?;
        let mut trust = before.clone();
        trust.rotate(&root).map_err(KeysError::sign)?;
        made.write()?;
        write_root(&self.directory, &trust)?;
        self.roots.push(trust);
        roles.iter().try_for_each(|role| self.retire(&before, *role))
    }

    /// Moves the private keys of a role that are no longer named out of the way.
    fn retire(&self, before: &Trust, role: Role) -> Result<(), KeysError> {
        let retired = self.directory.join("retired");
        for key in keys_of(before, role) {
            let file = key_file(&self.directory, role, &key);
            let Some(name) = file.file_name().filter(|_| file.exists()) else { continue };
            let moved = fs::create_dir_all(&retired).and_then(|()| fs::rename(&file, retired.join(name)));
            moved.map_err(|error| unusable(&file, error))?;
        }
        Ok(())
    }

    /// The root metadata that counts.
    ///
    /// # Errors
    /// When there is none.
    pub fn newest(&self) -> Result<&Trust, KeysError> {
        self.roots.last().ok_or(KeysError::NoRoot)
    }

    /// The private keys that are here.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn keyring(&self) -> Result<Keyring, KeysError> {
        let mut keyring = Keyring::default();
        let trust = self.newest()?;
        for role in Role::ALL {
            for key in keys_of(trust, role) {
                let file = key_file(&self.directory, role, &key);
                let Some(text) = read(&file)? else { continue };
                keyring.signers.push(parse(&file, &text)?);
            }
        }
        Ok(keyring)
    }

    /// Each role with its keys, and whether their private halves are here.
    ///
    /// # Errors
    /// When there is no root metadata.
    pub fn list(&self) -> Result<Vec<(Role, String, bool)>, KeysError> {
        let trust = self.newest()?;
        let of = |role: Role| {
            let here = move |key: &PublicKey| key_file(&self.directory, role, key).exists();
            keys_of(trust, role).into_iter().map(move |key| (role, key.id(), here(&key)))
        };
        Ok(Role::ALL.into_iter().flat_map(of).collect())
    }

    /// Where they are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

/// Which list this machine published last in a repository: what keys that were replaced since have signed there is taken for ours
/// by that alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastPublished {
    /// The directory.
    pub repository: PathBuf,
    /// The version of the root metadata that vouched for it.
    pub root: u64,
    /// The digest of the list.
    pub list: String,
}

impl UpdateKeys {
    /// What this machine published last in a repository; nothing when it never did.
    pub fn last_published(&self, repository: &Path) -> Option<LastPublished> {
        let repository = fs::canonicalize(repository).ok()?;
        let last: LastPublished = serde_json::from_slice(&fs::read(self.record(&repository)).ok()?).ok()?;
        (last.repository == repository).then_some(last)
    }

    /// Remembers what was published in a repository.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn note_published(&self, repository: &Path, published: &Published) -> Result<(), KeysError> {
        let repository = fs::canonicalize(repository).map_err(|error| unusable(repository, error))?;
        let file = self.record(&repository);
        let last = LastPublished { repository, root: self.newest()?.version(), list: published.list() };
        let text = serde_json::to_string_pretty(&last).unwrap_or_default() + "\n";
        private_file::replace(&file, &text).map_err(|error| unusable(&file, error))
    }

    fn record(&self, repository: &Path) -> PathBuf {
        let name = sha256(repository.as_os_str().as_bytes());
        self.directory.join("published").join(format!("{}.json", name.get(..16).unwrap_or(&name)))
    }
}

/// Signs metadata that is valid for as long as is usual.
fn publisher(keyring: &Keyring, now: Time) -> Publisher<'_> {
    Publisher { keyring, now, expiry: Expiry::default() }
}

fn directory(keys: &Path, project: &str) -> PathBuf {
    keys.join(format!("{project}.updates"))
}

fn keys_of(trust: &Trust, role: Role) -> Vec<PublicKey> {
    let root = trust.root();
    let ids = root.roles.get(role.as_str()).map(|keys| keys.keyids.as_slice()).unwrap_or_default();
    ids.iter().filter_map(|id| root.keys.get(id).cloned()).collect()
}

/// New keys, in memory until it is known that what they are for can be signed.
#[derive(Default)]
struct Made {
    keyring: Keyring,
    files: Vec<(PathBuf, String)>,
}

impl Made {
    fn make(&mut self, directory: &Path, role: Role, count: usize) -> Result<Vec<PublicKey>, KeysError> {
        let failed = |error: yoe_bundle::KeyError| KeysError::MakeUpdateKey(error.into());
        let mut keys = Vec::new();
        for _ in 0..count {
            let der = Signer::generate().map_err(failed)?;
            let signer = Signer::from_pkcs8(&der).map_err(failed)?;
            let file = key_file(directory, role, &signer.public());
            self.files.push((file, pem::encode(&pem::Pem::new(PRIVATE, der))));
            keys.push(signer.public());
            self.keyring.signers.push(signer);
        }
        Ok(keys)
    }

    fn write(&self) -> Result<(), KeysError> {
        let write = |(file, text): &(PathBuf, String)| {
            private_file::create(file, text).map_err(|error| unusable(file, error))
        };
        self.files.iter().try_for_each(write)
    }
}

fn parse(file: &Path, text: &[u8]) -> Result<Signer, KeysError> {
    let wrong = |source| KeysError::UpdateKey { path: file.to_owned(), source };
    let block = pem::parse(text).map_err(|error| wrong(error.into()))?;
    Signer::from_pkcs8(block.contents()).map_err(|error| wrong(error.into()))
}

fn key_file(directory: &Path, role: Role, key: &PublicKey) -> PathBuf {
    let id = key.id();
    directory.join(format!("{role}-{}.pem", id.get(..16).unwrap_or(&id)))
}

fn root_file(directory: &Path, version: u64) -> PathBuf {
    directory.join(format!("{version}.root.json"))
}

fn write_root(directory: &Path, trust: &Trust) -> Result<(), KeysError> {
    let file = root_file(directory, trust.version());
    let text = String::from_utf8_lossy(trust.bytes());
    private_file::create(&file, &text).map_err(|error| unusable(&file, error))
}

fn read(file: &Path) -> Result<Option<Vec<u8>>, KeysError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(file, error)),
    }
}

fn unusable(file: &Path, source: std::io::Error) -> KeysError {
    KeysError::File { path: file.to_owned(), source }
}

fn damaged(file: &Path, source: TrustError) -> KeysError {
    KeysError::RootMetadata { path: file.to_owned(), source }
}
