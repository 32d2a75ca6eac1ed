//! What the root holds of its workloads: their files, and the images that they are made of, each blob once.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use serde::Deserialize;
use yoe_model::{Arch, Fingerprint, Workload, WorkloadImage};
use yoe_workload_format as format;
use yoe_workload_format::{Blob, Record};

use super::tree::RootTree;
use super::{RootRequest, WorkloadRequest, files};
use crate::budget::Needs;
use crate::oci::layout_directory;
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
    let mut images: BTreeMap<String, format::Image> = BTreeMap::new();
    let used = request.workloads.iter().flat_map(|each| {
        let names = each.workload.oci_images();
        names.into_iter().map(move |name| (name, each))
    });
    // Each image once, however many workloads are made of it.
    for (name, each) in used.collect::<BTreeMap<String, &WorkloadRequest<'_>>>() {
        let image = add_image(tree, &name, (request.arch, each), &mut needs)?;
        images.insert(name, image);
    }
    for each in request.workloads {
        add_workload(tree, each.workload, &images)?;
        needs.add(each.workload);
    }
    Ok(needs)
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

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct ImageManifest {
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
    size: u64,
}

impl Descriptor {
    fn blob(&self) -> Option<Blob> {
        let sha256 = self.digest.strip_prefix("sha256:")?.to_owned();
        Some(Blob { sha256, size: self.size })
    }
}

/// Adds the blobs of an image that are not there yet.
fn add_image(
    tree: &mut RootTree,
    name: &str,
    (arch, request): (Arch, &WorkloadRequest<'_>),
    needs: &mut Needs,
) -> Result<format::Image, ImageError> {
    let unmade = || ImageError::WorkloadImage { image: name.to_owned() };
    let directory = request.images.get(name).ok_or_else(unmade)?;
    let layout = directory.join(layout_directory(name));
    let blobs = layout.join("blobs/sha256");
    let index: Index = json(&layout.join("index.json"))?;
    let manifest = index.manifests.first().and_then(Descriptor::blob).ok_or_else(unmade)?;
    let document: ImageManifest = json(&blobs.join(&manifest.sha256))?;
    let config = document.config.blob().ok_or_else(unmade)?;
    let layers: Vec<Blob> =
        document.layers.iter().map(Descriptor::blob).collect::<Option<_>>().ok_or_else(unmade)?;
    let engine = format!("{}{name}:{}", format::PREFIX, manifest.sha256);
    let architecture = arch.debian().to_owned();
    let image = format::Image { name: engine, architecture, manifest, config, layers };
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
    Ok(image)
}

fn json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, ImageError> {
    let text = std::fs::read_to_string(path).map_err(ImageError::io("read", path))?;
    serde_json::from_str(&text).map_err(|source| ImageError::Manifest { path: path.to_owned(), source })
}

fn writing(path: &str) -> impl FnOnce(std::io::Error) -> ImageError {
    ImageError::io("write a file of", Path::new(path))
}

/// Adds a workload's files and what the device's program reads of it.
fn add_workload(
    tree: &mut RootTree,
    workload: &Workload,
    images: &BTreeMap<String, format::Image>,
) -> Result<(), ImageError> {
    let directory = format!("{}/{}", format::DIRECTORY, workload.project);
    for file in &workload.files {
        let path = format!("{directory}/{}/{}", format::FILES, file.path);
        let mode = if file.executable { 0o755 } else { 0o644 };
        tree.put_bytes(&path, &mut &*file.content, mode).map_err(writing(&path))?;
    }
    let record = record(workload, images);
    let path = format!("{directory}/{}", format::RECORD);
    let text = serde_json::to_string_pretty(&record)
        .map_err(|source| ImageError::Manifest { path: path.clone().into(), source })?;
    tree.put(&path, &(text + "\n"), 0o644).map_err(writing(&path))?;
    let path = format!("{directory}/{}", format::IMAGES);
    tree.put(&path, &images_yaml(&record), 0o644).map_err(writing(&path))
}

fn record(workload: &Workload, images: &BTreeMap<String, format::Image>) -> Record {
    let service = |service: &yoe_model::WorkloadService| {
        let WorkloadImage::Oci(image) = &service.image;
        format::Service {
            name: service.name.clone(),
            image: images.get(image).map(|image| image.name.clone()).unwrap_or_default(),
            containers: service.containers,
            may_end: service.may_end,
            checked: service.checked,
        }
    };
    Record {
        format: 1,
        name: workload.project.clone(),
        required: workload.required,
        compose: workload.compose.clone(),
        files: Fingerprint::new("files of a workload").add(&workload.files).finish().to_string(),
        services: workload.services.iter().map(service).collect(),
        images: workload.oci_images().iter().filter_map(|name| images.get(name).cloned()).collect(),
    }
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
