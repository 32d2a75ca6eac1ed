//! What a device's verified root says of its workloads, as the host writes it and `yoe-workload` reads it.
//!
//! | below `/usr/share/yoe/workloads` | holds |
//! |---|---|
//! | `NAME/workload.json` | a [`Record`] |
//! | `NAME/files/…` | the Compose file as it was written, and every file next to it |
//! | `NAME/images.yaml` | a second Compose file: of each service the image, by its digest |
//! | `blobs/sha256/…` | manifests, configurations and layers of all images, each once |
//!
//! A version of a workload that came apart from the system is such a directory too, of one workload, as a file system in a file.
//! Which of them run is on record in [`generations`].

pub mod generations;

use serde::{Deserialize, Serialize};

/// The directory of all workloads, from the root.
pub const DIRECTORY: &str = "usr/share/yoe/workloads";
/// The directory of blobs, below [`DIRECTORY`].
pub const BLOBS: &str = "blobs/sha256";
/// What a workload is, below its directory.
pub const RECORD: &str = "workload.json";
/// The Compose file that names the images, below a workload's directory.
pub const IMAGES: &str = "images.yaml";
/// The directory with a workload's own files, below its directory.
pub const FILES: &str = "files";
/// What the engine calls every image that came with a root: no registry has this name, so none is ever asked.
pub const PREFIX: &str = "yoe.internal/";
/// The media type of a manifest of the OCI image specification.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// That of docker's (image manifest version 2, schema 2).
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// The label of containers by which a change of a workload's files makes them anew.
pub const LABEL: &str = "internal.yoe.files";

/// What a workload is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Version of this format: 1.
    pub format: u32,
    /// Its name, which is the Compose project's.
    pub name: String,
    /// Its own version, by which one that comes apart from the system is newer or older. Absent where it comes with the system alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether a version of the device is good only when it is healthy.
    pub required: bool,
    /// The Compose file, below [`FILES`].
    pub compose: String,
    /// The digest of all files next to it, which the containers bear as [`LABEL`].
    pub files: String,
    /// The number of the form that its volumes have with it. Absent where every version reads what any other wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_version: Option<u32>,
    /// What the engine calls its volumes, where they have a form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<String>,
    /// Its services, by name.
    pub services: Vec<Service>,
    /// Its images, by name.
    pub images: Vec<Image>,
}

/// A service of a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// What the engine calls its image.
    pub image: String,
    /// How many containers it has; none when it starts on request alone.
    pub containers: u32,
    /// Whether a container of it may end well without being started again.
    pub may_end: bool,
    /// Whether it has a health check.
    pub checked: bool,
}

/// An image of a workload.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// What the engine calls it: [`PREFIX`], its name, and its manifest's digest as the tag.
    pub name: String,
    /// What it is for, as Go names it: `amd64`, `arm64`.
    pub architecture: String,
    /// The media type of its manifest: [`OCI_MANIFEST`] or [`DOCKER_MANIFEST`].
    #[serde(default = "oci_manifest", skip_serializing_if = "is_oci_manifest")]
    pub media_type: String,
    /// Its manifest.
    pub manifest: Blob,
    /// Its configuration.
    pub config: Blob,
    /// Its layers, the lowest first.
    pub layers: Vec<Blob>,
}

fn oci_manifest() -> String {
    OCI_MANIFEST.to_owned()
}

fn is_oci_manifest(media_type: &str) -> bool {
    media_type == OCI_MANIFEST
}

impl Image {
    /// All that it is made of.
    pub fn blobs(&self) -> impl Iterator<Item = &Blob> {
        [&self.manifest, &self.config].into_iter().chain(&self.layers)
    }
}

/// A file of [`BLOBS`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blob {
    /// The digits of its SHA-256, which are its file's name.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
}
