//! What the root holds of its workloads: their files, and the images that they are made of, each blob once.

mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use yoe_model::{Arch, Workload, WorkloadImage};
use yoe_workload_format as format;
use yoe_workload_format::Record;

use self::record::add_workload;
use super::tree::RootTree;
use super::{RootRequest, WorkloadRequest, files};
use crate::budget::Needs;
use crate::oci::{document, layout_of};
use crate::{ImageError, Manifest, WorkloadPart};

/// The file that says what makes a new version a good one.
const UPDATER: &str = "etc/yoe/updater.json";

/// Workloads that were added.
#[derive(Default)]
pub(super) struct AddedWorkloads {
    /// What they need of a device's disk.
    pub needs: Needs,
    /// Each with what its own images take unpacked.
    records: Vec<(Record, u64)>,
}

impl AddedWorkloads {
    /// Those that have a version of their own.
    pub fn parts(&self) -> Vec<WorkloadPart> {
        let part = |(record, unpacked): &(Record, u64)| {
            let version = record.version.clone()?;
            Some(WorkloadPart { name: record.name.clone(), version, unpacked: *unpacked })
        };
        self.records.iter().filter_map(part).collect()
    }

    /// Writes an archive with the files of each that has a version of its own, as the root has them below its directory of workloads.
    pub fn write(&self, tree: &RootTree, out: &Path, epoch: u64) -> Result<(), ImageError> {
        for part in self.parts() {
            let record =
                self.records.iter().map(|(record, _)| record).find(|record| record.name == part.name);
            let blobs: BTreeSet<String> = record
                .into_iter()
                .flat_map(|record| record.images.iter().flat_map(format::Image::blobs))
                .map(|blob| format!("{}/{}", format::BLOBS, blob.sha256))
                .collect();
            let (above, own) = (directories(format::BLOBS), format!("{}/", part.name));
            tree.write_part(&out.join(part.archive()), epoch, |path| {
                let path = path.strip_prefix(format::DIRECTORY)?.strip_prefix('/')?;
                let is_in = path == part.name
                    || path.starts_with(&own)
                    || above.contains(&path)
                    || blobs.contains(path);
                is_in.then(|| path.to_owned())
            })?;
        }
        Ok(())
    }
}

/// A path and every directory that it lies in.
fn directories(path: &str) -> Vec<&str> {
    let above = path.match_indices('/').map(|(at, _)| &path[..at]);
    above.chain([path]).collect()
}

/// Adds all workloads.
pub(super) fn add(tree: &mut RootTree, request: &RootRequest<'_>) -> Result<AddedWorkloads, ImageError> {
    let mut added = AddedWorkloads::default();
    let needs = &mut added.needs;
    if request.workloads.is_empty() {
        return Ok(added);
    }
    check_updater(tree, request)?;
    let mut images = BTreeMap::new();
    let used = request.workloads.iter().flat_map(|each| {
        let images = each.workload.images();
        images.into_iter().map(move |image| (image, each))
    });
    // Each image once, however many workloads are made of it.
    for (image, each) in used.collect::<BTreeMap<&WorkloadImage, &WorkloadRequest<'_>>>() {
        images.insert(image, add_image(tree, image, (request.arch, each), needs)?);
    }
    for each in request.workloads {
        let record = add_workload(tree, each.workload, &images)?;
        let own = each.workload.images().into_iter().filter_map(|image| images.get(image));
        needs.add(each.workload);
        if record.version.is_some() {
            needs.apart +=
                record.images.iter().flat_map(format::Image::blobs).map(|blob| blob.size).sum::<u64>();
        }
        added.records.push((record, own.map(|image| image.unpacked).sum()));
    }
    Ok(added)
}

/// An image that was added.
struct Added {
    image: format::Image,
    /// Whether it says how to check the health of a container.
    checked: bool,
    /// What it takes when an engine has unpacked it, in bytes.
    unpacked: u64,
}

/// A workload without which a version is not good must be asked for by what judges versions.
fn check_updater(tree: &RootTree, request: &RootRequest<'_>) -> Result<(), ImageError> {
    let asks = tree.text(UPDATER).map_err(ImageError::io("read", Path::new(UPDATER)))?;
    let required = request.workloads.iter().map(|each| each.workload).find(|workload| workload.required);
    match (asks, required) {
        (Some(text), Some(workload)) if !text.contains(Workload::PROGRAM) => {
            Err(ImageError::WorkloadNotAsked {
                origin: workload.origin.clone(),
                workload: workload.name.clone(),
                image: request.image.name.clone(),
            })
        }
        _ => Ok(()),
    }
}

/// Adds the blobs of an image that are not there yet.
fn add_image(
    tree: &mut RootTree,
    of: &WorkloadImage,
    (arch, request): (Arch, &WorkloadRequest<'_>),
    needs: &mut Needs,
) -> Result<Added, ImageError> {
    let unmade = || ImageError::WorkloadImage { image: of.to_string() };
    let directory = request.images.get(of).ok_or_else(unmade)?;
    let layout = directory.join(layout_of(of));
    let blobs = layout.join("blobs/sha256");
    let descriptor = document::first(&layout.join("index.json"))?.ok_or_else(unmade)?;
    let manifest = descriptor.blob().ok_or_else(unmade)?;
    let document = document::manifest(&blobs.join(&manifest.sha256))?;
    let config = document.config.blob().ok_or_else(unmade)?;
    let checked = document::is_checked(&blobs.join(&config.sha256))?;
    let layers =
        document.layers.iter().map(|layer| layer.blob()).collect::<Option<_>>().ok_or_else(unmade)?;
    let path = match of {
        WorkloadImage::Oci(name) => name.clone(),
        WorkloadImage::Registry(name) => name.path(),
    };
    let image = format::Image {
        name: format!("{}{path}:{}", format::PREFIX, manifest.sha256),
        architecture: arch.debian().to_owned(),
        media_type: descriptor.media_type().to_owned(),
        manifest,
        config,
        layers,
    };
    for blob in image.blobs() {
        let path = format!("{}/{}/{}", format::DIRECTORY, format::BLOBS, blob.sha256);
        if !tree.nodes.contains_key(&path) {
            let from = blobs.join(&blob.sha256);
            let mut file = File::open(&from).map_err(ImageError::io("read", &from))?;
            tree.put_bytes(&path, &mut file, 0o644).map_err(ImageError::io("copy", &from))?;
            needs.preloaded += blob.size;
        }
    }
    let unpacked = Manifest::open(&directory.join(files::MANIFEST))?.content.on_disk();
    needs.unpacked += unpacked;
    Ok(Added { image, checked, unpacked })
}
