//! Finding and believing an update: from the metadata of a repository to a manifest and an index.

use std::collections::BTreeSet;
use std::time::Duration;

use yoe_bundle::{
    BILL, Index, Manifest, Role, Seen, TargetFile, Targets, Time, Trust, TrustError, path, sha256,
};
use yoe_notation::version::compare;

use crate::error::UpdaterError;
use crate::source::{Ask, Repository};

/// No manifest is larger, in bytes.
pub(crate) const MANIFEST: u64 = 64 << 10;
/// No index is larger, in bytes: chunks of 8 GiB.
pub(crate) const INDEX: u64 = 16 << 20;
/// No bill of materials is larger, in bytes.
const PAPER: u64 = 64 << 20;

/// The device that it is for.
#[derive(Debug, Clone, Copy)]
pub struct Device<'a> {
    /// Its image.
    pub image: &'a str,
    /// Its machine.
    pub machine: &'a str,
    /// The version that runs.
    pub version: &'a str,
}

/// Root file system and kernel image, one after the other.
#[derive(Debug, Clone)]
pub struct Content {
    /// Where it is in the repository.
    pub path: String,
    /// In bytes.
    pub length: u64,
    /// Its digest, in hexadecimal digits.
    pub sha256: String,
}

/// An update that is verified.
#[derive(Debug, Clone)]
pub struct Update {
    /// What it is.
    pub manifest: Manifest,
    /// Its chunks.
    pub index: Index,
    /// Where its content is.
    pub content: Content,
}

/// What a repository says, verified.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What there is.
    pub targets: Targets,
    /// To be remembered, whatever comes of it.
    pub seen: Seen,
}

/// Verifies what a repository says. Each version of the root metadata is given to `keep` as soon as it is verified.
///
/// # Errors
/// When it cannot be trusted.
pub fn verify(
    repository: &dyn Repository,
    mut trust: Trust,
    seen: &Seen,
    now: Time,
    keep: &mut dyn FnMut(&Trust),
) -> Result<Verified, UpdaterError> {
    while let Some(next) = trust.version().checked_add(1) {
        // Static hosts that do not list their directories answer 403 for what is not there. Who answers so to hide a version
        // gains what silence gains too: the older state, until it expires.
        let next = match repository.small(&path::root(next), Role::Root.limit()) {
            Ok(Some(next)) => next,
            Ok(None) | Err(UpdaterError::Forbidden { .. }) => break,
            Err(problem) => return Err(problem),
        };
        trust.rotate(&next).map_err(UpdaterError::Metadata)?;
        keep(&trust);
    }
    trust.check_root(seen, now).map_err(UpdaterError::Metadata)?;
    let timestamp = required(repository, path::TIMESTAMP, Role::Timestamp.limit())?;
    let timestamp = trust.timestamp(&timestamp, seen, now).map_err(UpdaterError::Metadata)?;
    let version = timestamp.version_of(Role::Snapshot).map_err(UpdaterError::Metadata)?;
    let snapshot = required(repository, &path::snapshot(version), Role::Snapshot.limit())?;
    let snapshot = trust.snapshot(&snapshot, &timestamp, seen, now).map_err(UpdaterError::Metadata)?;
    let version = snapshot.version_of(Role::Targets).map_err(UpdaterError::Metadata)?;
    let targets = required(repository, &path::targets(version), Role::Targets.limit())?;
    let verified = trust.targets(&targets, &timestamp, &snapshot, now).map_err(UpdaterError::Metadata)?;
    Ok(Verified { targets: verified.targets, seen: verified.seen })
}

/// Finds the newest update for this device.
///
/// # Errors
/// When there is none, or it is for others.
pub fn find(
    repository: &dyn Repository,
    verified: &Verified,
    device: &Device<'_>,
) -> Result<Update, UpdaterError> {
    let targets = &verified.targets;
    let version = newest(repository, targets, device)?;
    let name = |part: &str| Manifest::target(device.image, device.machine, &version, part);
    let manifest = fetch(repository, targets, &name("manifest.json"), MANIFEST)?;
    let manifest = Manifest::parse(&manifest).map_err(UpdaterError::Manifest)?;
    belongs(&manifest, device, &version)?;
    let index = fetch(repository, targets, &name("index"), INDEX)?;
    let index =
        Index::parse(&index, manifest.root.size, manifest.kernel.size).map_err(UpdaterError::Index)?;
    let content = content(repository, targets, &name("content"), manifest.content_length())?;
    Ok(Update { manifest, index, content })
}

/// The bill of materials of the version that runs, as it was published with it. `root_hash` is that of the root that runs, in
/// hexadecimal digits.
///
/// # Errors
/// When the repository has none, or what it has under this version is another root.
pub fn bill(
    repository: &dyn Repository,
    verified: &Verified,
    device: &Device<'_>,
    root_hash: &str,
) -> Result<Vec<u8>, UpdaterError> {
    let name = |part: &str| Manifest::target(device.image, device.machine, device.version, part);
    let targets = &verified.targets;
    let manifest = fetch(repository, targets, &name("manifest.json"), MANIFEST)?;
    let manifest = Manifest::parse(&manifest).map_err(UpdaterError::Manifest)?;
    if manifest.root.root_hash != root_hash {
        let (origin, version) = (repository.name().to_owned(), device.version.to_owned());
        return Err(UpdaterError::OtherRoot { origin, version });
    }
    fetch(repository, targets, &name(BILL), PAPER)
}

/// The newest version for this image and machine. The list of a bundle that somebody brought may name more than the bundle holds,
/// and who brought it chose the version; a server has to give out the newest one.
fn newest(
    repository: &dyn Repository,
    targets: &Targets,
    device: &Device<'_>,
) -> Result<String, UpdaterError> {
    let (mut images, mut machines, mut versions) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (name, is_here) in manifests(repository, targets) {
        let [image, machine, version] = name[..] else { continue };
        images.insert(format!("{image:?}"));
        if image == device.image {
            machines.insert(format!("{machine:?}"));
            versions.extend((machine == device.machine).then_some((version, is_here)));
        }
    }
    if let Some(workload) = workload_alone(targets, device).filter(|_| images.is_empty()) {
        return Err(UpdaterError::WorkloadAlone(workload));
    }
    let list = |set: BTreeSet<String>| match set.len() {
        0 => "nothing".to_owned(),
        _ => set.into_iter().collect::<Vec<_>>().join(", "),
    };
    if machines.is_empty() {
        return Err(UpdaterError::WrongImage { found: list(images), image: device.image.to_owned() });
    }
    let wrong = || UpdaterError::WrongMachine { found: list(machines), machine: device.machine.to_owned() };
    newest_of(repository, versions)?.ok_or_else(wrong)
}

/// The names of all manifests in a list, in their parts and without their last one, and whether each is here. What somebody brought is
/// asked for nothing that it does not hold.
pub(crate) fn manifests<'a>(
    repository: &'a dyn Repository,
    targets: &'a Targets,
) -> impl Iterator<Item = (Vec<&'a str>, bool)> {
    targets.targets.iter().filter_map(|(name, file)| {
        let parts = name.strip_suffix("/manifest.json")?.split('/').collect();
        let path = file.sha256().map(|digest| path::target(name, digest)).unwrap_or_default();
        let is_here = !repository.is_bundle() || repository.length(&path).is_some();
        (is_here || !repository.is_local()).then_some((parts, is_here))
    })
}

/// The newest of these versions; nothing of none.
///
/// # Errors
/// When it is not here.
pub(crate) fn newest_of(
    repository: &dyn Repository,
    versions: Vec<(&str, bool)>,
) -> Result<Option<String>, UpdaterError> {
    let newest = versions.into_iter().max_by(|(one, _), (other, _)| compare(one, other));
    match newest {
        Some((version, false)) => {
            let (origin, version) = (repository.name().to_owned(), version.to_owned());
            Err(UpdaterError::LeftOut { origin, version })
        }
        newest => Ok(newest.map(|(version, _)| version.to_owned())),
    }
}

/// Whether what a manifest says is for this device.
///
/// # Errors
/// When it is not.
pub(crate) fn is_for(device: &Device<'_>, image: &str, machines: &[String]) -> Result<(), UpdaterError> {
    if image != device.image {
        let (found, image) = (format!("{image:?}"), device.image.to_owned());
        return Err(UpdaterError::WrongImage { found, image });
    }
    if !machines.iter().any(|machine| machine == device.machine) {
        let (found, machine) = (format!("{machines:?}"), device.machine.to_owned());
        return Err(UpdaterError::WrongMachine { found, machine });
    }
    Ok(())
}

/// A workload that the list names for this device.
fn workload_alone(targets: &Targets, device: &Device<'_>) -> Option<String> {
    targets.targets.keys().find_map(|name| match name.split('/').collect::<Vec<_>>()[..] {
        [image, machine, "workloads", workload, ..] if (image, machine) == (device.image, device.machine) => {
            Some(workload.to_owned())
        }
        _ => None,
    })
}

/// The manifest says the same as the name under which it was found, and is for here and now.
fn belongs(manifest: &Manifest, device: &Device<'_>, version: &str) -> Result<(), UpdaterError> {
    is_for(device, &manifest.image, &manifest.machines)?;
    if manifest.version != version {
        let problem = format!("it is named {version} and says {}", manifest.version);
        return Err(UpdaterError::Metadata(TrustError::Mismatch { role: Role::Targets, problem }));
    }
    if compare(version, device.version).is_lt() {
        return Err(UpdaterError::OlderVersion {
            version: version.to_owned(),
            running: device.version.to_owned(),
        });
    }
    Ok(())
}

/// Where the content is; whether it is whole, where that can be known without reading it.
pub(crate) fn content(
    repository: &dyn Repository,
    targets: &Targets,
    name: &str,
    need: u64,
) -> Result<Content, UpdaterError> {
    let file = listed(targets, name)?;
    let path = target_path(name, file)?;
    if file.length != need {
        let problem = format!("the content has {} bytes, its parts have {need}", file.length);
        return Err(UpdaterError::Metadata(TrustError::Mismatch { role: Role::Targets, problem }));
    }
    match repository.length(&path) {
        Some(have) if have != need => {
            Err(UpdaterError::Truncated { origin: format!("{} in {}", path, repository.name()), have, need })
        }
        None if repository.is_bundle() || repository.is_local() => {
            Err(UpdaterError::Missing { origin: path })
        }
        _ => Ok(Content { path, length: need, sha256: file.sha256().unwrap_or_default().to_owned() }),
    }
}

impl Update {
    /// Reads content that somebody brought, before anything is written. What comes over a network is checked chunk by chunk
    /// as it comes.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn check_content(&self, repository: &dyn Repository) -> Result<(), UpdaterError> {
        if !repository.is_local() {
            return Ok(());
        }
        let Content { path, length, sha256 } = &self.content;
        let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
        // Only what is local is read here, and no server is waited for.
        let time = Duration::MAX;
        let ask = Ask { part: 0..*length, whole: *length, time, by_parts: true, fresh: false };
        repository.read(path, &ask, &mut |piece| {
            digest.update(piece.bytes);
            Ok(true)
        })?;
        if yoe_notation::hex::encode(digest.finish().as_ref()) == *sha256 {
            return Ok(());
        }
        Err(UpdaterError::Damaged { origin: format!("{path} in {}", repository.name()) })
    }
}

/// A target that is read whole.
pub(crate) fn fetch(
    repository: &dyn Repository,
    targets: &Targets,
    name: &str,
    limit: u64,
) -> Result<Vec<u8>, UpdaterError> {
    let file = listed(targets, name)?;
    let path = target_path(name, file)?;
    let bytes = required(repository, &path, file.length.min(limit))?;
    let right = bytes.len() as u64 == file.length && Some(sha256(&bytes).as_str()) == file.sha256();
    if right { Ok(bytes) } else { Err(UpdaterError::Damaged { origin: path }) }
}

fn listed<'a>(targets: &'a Targets, name: &str) -> Result<&'a TargetFile, UpdaterError> {
    targets.targets.get(name).ok_or_else(|| UpdaterError::Missing { origin: name.to_owned() })
}

fn target_path(name: &str, file: &TargetFile) -> Result<String, UpdaterError> {
    let problem =
        || TrustError::Malformed { role: Role::Targets, problem: format!("{name:?} has no SHA-256 digest") };
    let digest = file.sha256().ok_or_else(|| UpdaterError::Metadata(problem()))?;
    Ok(path::target(name, digest))
}

fn required(repository: &dyn Repository, path: &str, limit: u64) -> Result<Vec<u8>, UpdaterError> {
    let missing = || UpdaterError::Missing { origin: format!("{path} in {}", repository.name()) };
    repository.small(path, limit)?.ok_or_else(missing)
}
