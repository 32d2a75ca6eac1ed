//! A workload of a built image, as an update apart from the system.

use std::io::Read;
use std::path::{Path, PathBuf};

use yoe_bundle::{CHUNKING, Index, Time, WorkloadManifest};
use yoe_model::Image;

use super::{Part, Publication, UpdateError};
use crate::DiskManifest;
use crate::disk::{digest, manifest_file};

/// A workload that can be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadRelease {
    /// What devices are told.
    pub manifest: WorkloadManifest,
    /// The machine that it was built for.
    pub machine: String,
    index: Vec<u8>,
    content: PathBuf,
}

impl WorkloadRelease {
    /// Reads the directory of a built image for one of its workloads, by the name that it has on a device.
    ///
    /// # Errors
    /// When the image has no such workload, it has no version, or it is not what the image's manifest says.
    pub fn open(directory: &Path, image: &Image, machine: &str, name: &str) -> Result<Self, UpdateError> {
        let DiskManifest { root: built, disk } = DiskManifest::open(&directory.join(manifest_file(image)))?;
        let part = built.workloads.iter().find(|part| part.name == name);
        let (Some(part), Some(record)) = (part, disk.workloads.get(name)) else {
            return Err(UpdateError::NoVersion { image: image.name.clone(), workload: name.to_owned() });
        };
        let content = directory.join(&record.file);
        let reading = |error| UpdateError::io("read", &content)(error);
        let (size, sha256) = digest(&content).map_err(reading)?;
        if (size, sha256) != (record.bytes, record.sha256) {
            return Err(UpdateError::Changed(content));
        }
        let file = yoe_tree::regular(&content).map_err(reading)?;
        let index = Index::of(file, std::io::empty(), CHUNKING).map_err(reading)?;
        let manifest = WorkloadManifest {
            format: WorkloadManifest::format(),
            image: built.image,
            machines: vec![machine.to_owned()],
            arch: built.arch,
            workload: part.name.clone(),
            version: part.version.clone(),
            time: Time(built.epoch),
            size: record.bytes,
            sha256: sha256.to_string(),
            unpacked: part.unpacked,
        };
        // What devices would refuse is not published.
        WorkloadManifest::parse(manifest.to_text().as_bytes())
            .map_err(|source| UpdateError::Unfit { workload: name.to_owned(), source })?;
        Ok(Self { manifest, machine: machine.to_owned(), index: index.to_bytes(), content })
    }

    /// Every workload of a built image that can be published apart from it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn all(directory: &Path, image: &Image, machine: &str) -> Result<Vec<Self>, UpdateError> {
        let manifest = DiskManifest::open(&directory.join(manifest_file(image)))?;
        let names = manifest.root.workloads.iter();
        names.map(|part| Self::open(directory, image, machine, &part.name)).collect()
    }
}

impl Publication for WorkloadRelease {
    fn name(&self, part: &str) -> String {
        let WorkloadManifest { image, workload, version, .. } = &self.manifest;
        WorkloadManifest::target(image, &self.machine, workload, version, part)
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let content = || {
            let file = yoe_tree::regular(&self.content).map_err(UpdateError::io("read", &self.content))?;
            Ok(Box::new(file) as Box<dyn Read>)
        };
        vec![
            Part::manifest(self.manifest.to_text()),
            Part::bytes("index", &self.index),
            Part::content(self.manifest.size, &self.manifest.sha256, content),
        ]
    }

    fn is_same(&self, published: &[u8]) -> bool {
        WorkloadManifest::parse(published).is_ok_and(|old| old.sha256 == self.manifest.sha256)
    }

    fn what(&self) -> String {
        format!("workload {:?}", self.manifest.workload)
    }

    fn version(&self) -> &str {
        &self.manifest.version
    }
}
