//! Finding the newest version of a workload in what a repository says, verified.

use std::collections::BTreeSet;

use yoe_bundle::{Index, Role, TrustError, WorkloadManifest};
use yoe_notation::version::compare;

use crate::error::UpdaterError;
use crate::source::Repository;
use crate::update::{
    Content, Device, INDEX, MANIFEST, Verified, content, fetch, is_for, manifests, newest_of,
};

/// A version of a workload that is verified.
#[derive(Debug, Clone)]
pub struct WorkloadUpdate {
    /// What it is.
    pub manifest: WorkloadManifest,
    /// Its chunks.
    pub index: Index,
    /// Where its content is.
    pub content: Content,
    /// Whether this version runs already.
    pub runs: bool,
}

/// Finds the newest version of a workload for this device, of which `runs` is the version that runs.
///
/// # Errors
/// When there is none, it is older, or it is for others.
pub fn find(
    repository: &dyn Repository,
    verified: &Verified,
    device: &Device<'_>,
    workload: &str,
    runs: Option<&str>,
) -> Result<WorkloadUpdate, UpdaterError> {
    let targets = &verified.targets;
    let version = newest(repository, verified, device, workload)?;
    let name = |part: &str| WorkloadManifest::target(device.image, device.machine, workload, &version, part);
    let manifest = fetch(repository, targets, &name("manifest.json"), MANIFEST)?;
    let manifest = WorkloadManifest::parse(&manifest).map_err(UpdaterError::Manifest)?;
    belongs(&manifest, device, (workload, &version))?;
    if let Some(running) = runs.filter(|runs| compare(&version, runs).is_lt()) {
        return Err(UpdaterError::OlderVersion { version, running: running.to_owned() });
    }
    let index = fetch(repository, targets, &name("index"), INDEX)?;
    let index = Index::parse(&index, manifest.size, 0).map_err(UpdaterError::Index)?;
    let content = content(repository, targets, &name("content"), manifest.size)?;
    if content.sha256 != manifest.sha256 {
        return Err(mismatch("its content is not what its manifest says"));
    }
    let runs = runs == Some(version.as_str());
    Ok(WorkloadUpdate { manifest, index, content, runs })
}

/// The newest version; of what somebody brought, the newest of those that are there.
fn newest(
    repository: &dyn Repository,
    verified: &Verified,
    device: &Device<'_>,
    workload: &str,
) -> Result<String, UpdaterError> {
    let (mut others, mut versions) = (BTreeSet::new(), Vec::new());
    for (name, is_here) in manifests(repository, &verified.targets) {
        let [image, machine, "workloads", of, version] = name[..] else { continue };
        if (image, machine, of) == (device.image, device.machine, workload) {
            versions.push((version, is_here));
        } else {
            others.insert(format!("{of:?} of {image:?} for {machine:?}"));
        }
    }
    let found = || match others.len() {
        0 => "no workload".to_owned(),
        _ => others.into_iter().collect::<Vec<_>>().join(", "),
    };
    let none = || UpdaterError::NoWorkload { found: found(), workload: workload.to_owned() };
    newest_of(repository, versions)?.ok_or_else(none)
}

/// The manifest says the same as the name under which it was found.
fn belongs(
    manifest: &WorkloadManifest,
    device: &Device<'_>,
    (workload, version): (&str, &str),
) -> Result<(), UpdaterError> {
    is_for(device, &manifest.image, &manifest.machines)?;
    if (manifest.workload.as_str(), manifest.version.as_str()) != (workload, version) {
        let says = format!("{} {}", manifest.workload, manifest.version);
        return Err(mismatch(&format!("it is named {workload} {version} and says {says}")));
    }
    Ok(())
}

fn mismatch(problem: &str) -> UpdaterError {
    UpdaterError::Metadata(TrustError::Mismatch { role: Role::Targets, problem: problem.to_owned() })
}
