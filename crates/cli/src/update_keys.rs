//! The keys that sign updates: `<project>.updates/` beside the key that signs packages.
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
    Expiry, Keyring, Named, PublicKey, Published, Publisher, Refusal, Role, Signer, Time, Trust, sha256,
};

use crate::error::{CommandError, Kind};
use crate::{paths, private_file};

/// The label of a PEM block of a private key (RFC 7468).
const PRIVATE: &str = "PRIVATE KEY";

/// The keys of a project's updates.
pub struct UpdateKeys {
    folder: PathBuf,
    /// Every version of the root metadata, the newest last.
    pub roots: Vec<Trust>,
}

impl UpdateKeys {
    /// The keys of a project, if some were made.
    pub fn existing(project: &str) -> Result<Option<Self>, CommandError> {
        let folder = paths::keys()?.join(format!("{project}.updates"));
        let Some(first) = read(&root_file(&folder, 1))? else { return Ok(None) };
        let mut trust = Trust::new(&first).map_err(|error| damaged(&root_file(&folder, 1), error))?;
        let mut roots = vec![trust.clone()];
        loop {
            let file = root_file(&folder, trust.version() + 1);
            let Some(next) = read(&file)? else { return Ok(Some(Self { folder, roots })) };
            trust.rotate(&next).map_err(|error| damaged(&file, error))?;
            roots.push(trust.clone());
        }
    }

    /// The same; an error when there are none.
    pub fn required(project: &str) -> Result<Self, CommandError> {
        Self::existing(project)?.ok_or_else(|| {
            CommandError::user(format!("project {project:?} has no keys that sign updates"))
                .hint("`yoe keys make` makes them, once for a project; `yoe keys export` writes the public part for images")
        })
    }

    /// Makes the keys of a project.
    pub fn make(project: &str, root_keys: usize, root_threshold: usize) -> Result<Self, CommandError> {
        if Self::existing(project)?.is_some() {
            return Err(CommandError::user(format!("project {project:?} has keys that sign updates")).hint(
                "`yoe keys rotate` replaces them; devices would not take updates by keys that are made anew",
            ));
        }
        if root_threshold == 0 || root_threshold > root_keys {
            return Err(CommandError::user(format!("{root_threshold} of {root_keys} keys cannot sign")));
        }
        Self::make_in(&paths::keys()?.join(format!("{project}.updates")), root_keys, root_threshold)
    }

    /// Makes keys in this folder, which holds none.
    pub fn make_in(folder: &Path, root_keys: usize, root_threshold: usize) -> Result<Self, CommandError> {
        let mut made = Made::default();
        let mut named = Vec::new();
        for role in Role::ALL {
            let (count, threshold) = if role == Role::Root { (root_keys, root_threshold) } else { (1, 1) };
            let keys = made.make(folder, role, count)?;
            named.push(Named { role, keys, threshold });
        }
        let root = publisher(&made.keyring, Expiry::default()).root(None, &named).map_err(cannot_sign)?;
        let trust = Trust::new(&root).map_err(cannot_sign)?;
        made.write()?;
        write_root(folder, &trust)?;
        Ok(Self { folder: folder.to_owned(), roots: vec![trust] })
    }

    /// Replaces the keys of these roles.
    pub fn rotate(&mut self, roles: &[Role]) -> Result<(), CommandError> {
        let before = self.newest()?.clone();
        let mut made = Made { keyring: self.keyring()?, files: Vec::new() };
        let mut named = Vec::new();
        for role in Role::ALL {
            let old = keys_of(&before, role);
            let threshold = before.root().roles.get(role.as_str()).map_or(1, |keys| keys.threshold);
            let rotated = roles.contains(&role);
            let keys = if rotated { made.make(&self.folder, role, old.len().max(1))? } else { old };
            named.push(Named { role, keys, threshold });
        }
        let root = publisher(&made.keyring, Expiry::default()).root(Some(&before), &named);
        let root = root.map_err(cannot_sign)?;
        let mut trust = before.clone();
        trust.rotate(&root).map_err(cannot_sign)?;
        made.write()?;
        write_root(&self.folder, &trust)?;
        self.roots.push(trust);
        roles.iter().try_for_each(|role| self.retire(&before, *role))
    }

    /// Moves the private keys of a role that are no longer named out of the way.
    fn retire(&self, before: &Trust, role: Role) -> Result<(), CommandError> {
        let retired = self.folder.join("retired");
        for key in keys_of(before, role) {
            let file = key_file(&self.folder, role, &key);
            let Some(name) = file.file_name().filter(|_| file.exists()) else { continue };
            let moved = fs::create_dir_all(&retired).and_then(|()| fs::rename(&file, retired.join(name)));
            moved.map_err(|error| unusable(&file, error))?;
        }
        Ok(())
    }

    /// The root metadata that counts.
    pub fn newest(&self) -> Result<&Trust, CommandError> {
        let none = || CommandError::new(Kind::Internal, "there is no root metadata");
        self.roots.last().ok_or_else(none)
    }

    /// The private keys that are here.
    pub fn keyring(&self) -> Result<Keyring, CommandError> {
        let mut keyring = Keyring::default();
        let trust = self.newest()?;
        for role in Role::ALL {
            for key in keys_of(trust, role) {
                let file = key_file(&self.folder, role, &key);
                let Some(text) = read(&file)? else { continue };
                keyring.signers.push(parse(&file, &text)?);
            }
        }
        Ok(keyring)
    }

    /// Each role with its keys, and whether their private halves are here.
    pub fn list(&self) -> Result<Vec<(Role, String, bool)>, CommandError> {
        let trust = self.newest()?;
        let of = |role: Role| {
            let here = move |key: &PublicKey| key_file(&self.folder, role, key).exists();
            keys_of(trust, role).into_iter().map(move |key| (role, key.id(), here(&key)))
        };
        Ok(Role::ALL.into_iter().flat_map(of).collect())
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
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
    pub fn note_published(&self, repository: &Path, published: &Published) -> Result<(), CommandError> {
        let repository = fs::canonicalize(repository).map_err(|error| unusable(repository, error))?;
        let file = self.record(&repository);
        let last = LastPublished { repository, root: self.newest()?.version(), list: published.list() };
        let text = serde_json::to_string_pretty(&last).unwrap_or_default() + "\n";
        private_file::replace(&file, &text).map_err(|error| unusable(&file, error))
    }

    fn record(&self, repository: &Path) -> PathBuf {
        let name = sha256(repository.as_os_str().as_bytes());
        self.folder.join("published").join(format!("{}.json", name.get(..16).unwrap_or(&name)))
    }
}

/// Signs now.
pub fn publisher(keyring: &Keyring, expiry: Expiry) -> Publisher<'_> {
    Publisher { keyring, now: Time(paths::now()), expiry }
}

/// A refusal of our own signatures: a key is not here.
pub fn cannot_sign(refusal: Refusal) -> CommandError {
    if let Refusal::Expired { role: Role::Root, .. } = refusal {
        return CommandError::config("no device takes what these keys sign")
            .because(refusal)
            .hint("`yoe keys rotate root` makes root metadata that is valid again");
    }
    if !matches!(refusal, Refusal::Signatures { .. }) {
        return CommandError::config("the update cannot be signed").because(refusal);
    }
    CommandError::config("the keys that are here are not enough to sign")
        .because(refusal)
        .hint("`yoe keys list` shows which keys there are and which of them are here")
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
    fn make(&mut self, folder: &Path, role: Role, count: usize) -> Result<Vec<PublicKey>, CommandError> {
        let failed = |error| CommandError::new(Kind::Internal, "no key could be made").because(error);
        let mut keys = Vec::new();
        for _ in 0..count {
            let der = Signer::generate().map_err(failed)?;
            let signer = Signer::from_pkcs8(&der).map_err(failed)?;
            let file = key_file(folder, role, &signer.public());
            self.files.push((file, pem::encode(&pem::Pem::new(PRIVATE, der))));
            keys.push(signer.public());
            self.keyring.signers.push(signer);
        }
        Ok(keys)
    }

    fn write(&self) -> Result<(), CommandError> {
        let write = |(file, text): &(PathBuf, String)| {
            private_file::create(file, text).map_err(|error| unusable(file, error))
        };
        self.files.iter().try_for_each(write)
    }
}

fn parse(file: &Path, text: &[u8]) -> Result<Signer, CommandError> {
    let wrong = || CommandError::config(format!("the key {} cannot be used", file.display()));
    let block = pem::parse(text).map_err(|error| wrong().because(error))?;
    Signer::from_pkcs8(block.contents()).map_err(|error| wrong().because(error))
}

fn key_file(folder: &Path, role: Role, key: &PublicKey) -> PathBuf {
    let id = key.id();
    folder.join(format!("{role}-{}.pem", id.get(..16).unwrap_or(&id)))
}

fn root_file(folder: &Path, version: u64) -> PathBuf {
    folder.join(format!("{version}.root.json"))
}

fn write_root(folder: &Path, trust: &Trust) -> Result<(), CommandError> {
    let file = root_file(folder, trust.version());
    let text = String::from_utf8_lossy(trust.bytes());
    private_file::create(&file, &text).map_err(|error| unusable(&file, error))
}

fn read(file: &Path) -> Result<Option<Vec<u8>>, CommandError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(file, error)),
    }
}

fn unusable(file: &Path, error: std::io::Error) -> CommandError {
    CommandError::config(format!("{} cannot be read or written", file.display()))
        .because(error)
        .where_to_write("XDG_DATA_HOME")
}

fn damaged(file: &Path, refusal: Refusal) -> CommandError {
    CommandError::config(format!("{} cannot be used", file.display())).because(refusal)
}
