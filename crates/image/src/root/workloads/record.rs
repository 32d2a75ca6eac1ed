//! A workload's own files, and what the device's program reads of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use yoe_model::{Fingerprint, Workload, WorkloadHealth, WorkloadImage, WorkloadService};
use yoe_workload_format as format;
use yoe_workload_format::Record;

use super::Added;
use crate::ImageError;
use crate::root::tree::RootTree;

/// Images that were added.
pub(super) type Images<'a> = BTreeMap<&'a WorkloadImage, Added>;

fn writing(path: &str) -> impl FnOnce(std::io::Error) -> ImageError {
    ImageError::io("write a file of", Path::new(path))
}

/// Adds the files of a workload. Returns what the device's program reads of it.
pub(super) fn add_workload(
    tree: &mut RootTree,
    workload: &Workload,
    images: &Images<'_>,
) -> Result<Record, ImageError> {
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
    tree.put(&path, &images_yaml(&record), 0o644).map_err(writing(&path))?;
    Ok(record)
}

fn record(workload: &Workload, images: &Images<'_>) -> Result<Record, ImageError> {
    let service = |service: &WorkloadService| {
        let added = images.get(&service.image);
        let unmade = || ImageError::WorkloadImage { image: service.image.to_string() };
        let Added { image, checked, .. } = added.ok_or_else(unmade)?;
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
        version: workload.version.clone(),
        required: workload.required,
        compose: workload.compose.clone(),
        files: Fingerprint::new("files of a workload").add(&workload.files).finish().to_string(),
        data_version: workload.data_version,
        volumes: workload.data_version.map(|_| workload.engine_volumes.clone()).unwrap_or_default(),
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
