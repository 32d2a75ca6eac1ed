//! What the root holds of its workloads: their files, and the images that they are made of, each blob once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use yoe_model::{Arch, Fingerprint, Workload, WorkloadHealth, WorkloadImage, WorkloadService};
use yoe_workload_format as format;
use yoe_workload_format::Record;

use super::tree::RootTree;
use super::{RootRequest, WorkloadRequest, files};
use crate::budget::Needs;
use crate::oci::{document, layout_of};
use crate::{ImageError, Manifest};

/// The file that says what makes a new version a good one.
const UPDATER: &str = "etc/yoe/updater.json";

/// Adds all workloads. Returns what they need of a device's disk.
pub(super) fn add(tree: &mut RootTree, request: &RootRequest<'_>) -> Result<Needs, ImageError> {
    let mut needs = Needs::default();
    if request.workloads.is_empty() {
        return Ok(needs);
    }
    check_updater(tree, request)?;
    let mut images = BTreeMap::new();
    let used = request.workloads.iter().flat_map(|each| {
        let images = each.workload.images();
        images.into_iter().map(move |image| (image, each))
    });
    // Each image once, however many workloads are made of it.
    for (image, each) in used.collect::<BTreeMap<&WorkloadImage, &WorkloadRequest<'_>>>() {
        images.insert(image, add_image(tree, image, (request.arch, each), &mut needs)?);
    }
    for each in request.workloads {
        add_workload(tree, each.workload, &images)?;
        needs.add(each.workload);
    }
    Ok(needs)
}

/// An image that was added.
struct Added {
    image: format::Image,
    /// Whether it says how to check the health of a container.
    checked: bool,
}

type Images<'a> = BTreeMap<&'a WorkloadImage, Added>;

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
    needs.unpacked += Manifest::open(&directory.join(files::MANIFEST))?.content.on_disk();
    Ok(Added { image, checked })
}

fn writing(path: &str) -> impl FnOnce(std::io::Error) -> ImageError {
    ImageError::io("write a file of", Path::new(path))
}

/// Adds a workload's files and what the device's program reads of it.
fn add_workload(tree: &mut RootTree, workload: &Workload, images: &Images<'_>) -> Result<(), ImageError> {
    let directory = format!("{}/{}", format::DIRECTORY, workload.project);
    for file in &workload.files {
        let path = format!("{directory}/{}/{}", format::FILES, file.path);
        let mode = if file.executable { 0o755 } else { 0o644 };
        tree.put_bytes(&path, &mut &*file.content, mode).map_err(writing(&path))?;
    }
    let record = record(workload, images)?;
    let path = format!("{directory}/{}", format::RECORD);
    let text = serde_json::to_string_pretty(&record)
        .map_err(|source| ImageError::Manifest { path: path.clone().into(), source })?;
    tree.put(&path, &(text + "\n"), 0o644).map_err(writing(&path))?;
    let path = format!("{directory}/{}", format::IMAGES);
    tree.put(&path, &images_yaml(&record), 0o644).map_err(writing(&path))
}

fn record(workload: &Workload, images: &Images<'_>) -> Result<Record, ImageError> {
    let service = |service: &WorkloadService| {
        let added = images.get(&service.image);
        let unmade = || ImageError::WorkloadImage { image: service.image.to_string() };
        let Added { image, checked } = added.ok_or_else(unmade)?;
        let checked = match service.health {
            WorkloadHealth::Checked => true,
            WorkloadHealth::OfImage => *checked,
            WorkloadHealth::Disabled => false,
        };
        if service.awaited && !checked {
            return Err(ImageError::NeverHealthy {
                origin: workload.origin.clone(),
                workload: workload.name.clone(),
                service: service.name.clone(),
                image: service.image.to_string(),
            });
        }
        Ok(format::Service {
            name: service.name.clone(),
            image: image.name.clone(),
            containers: service.containers,
            may_end: service.may_end,
            checked,
        })
    };
    let own = workload.images().into_iter().filter_map(|image| images.get(image));
    Ok(Record {
        format: 1,
        name: workload.project.clone(),
        required: workload.required,
        compose: workload.compose.clone(),
        files: Fingerprint::new("files of a workload").add(&workload.files).finish().to_string(),
        services: workload.services.iter().map(service).collect::<Result<_, _>>()?,
        // Two names may stand for one image.
        images: own.map(|added| added.image.clone()).collect::<BTreeSet<_>>().into_iter().collect(),
    })
}

/// The second Compose file. An engine makes a container anew when the image or the label of its service changed.
fn images_yaml(record: &Record) -> String {
    let files = &record.files;
    let service = |service: &format::Service| {
        let format::Service { name, image, .. } = service;
        format!("  {name:?}:\n    image: {image:?}\n    labels:\n      {}: \"{files}\"\n", format::LABEL)
    };
    let services: String = record.services.iter().map(service).collect();
    format!("services:\n{services}")
}
