//! The JSON documents of an image. Maps are sorted, and fields without a value are left out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// How a container is run: the `config` object of the image configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Config {
    /// The user; root when empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Ports that are listened on, such as `80/tcp`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", serialize_with = "as_objects")]
    pub exposed_ports: BTreeSet<String>,
    /// Environment variables, `NAME=VALUE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The program and its first arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// Arguments that a user may replace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    /// Directories whose content outlives a container.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", serialize_with = "as_objects")]
    pub volumes: BTreeSet<String>,
    /// The working directory.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
    /// Labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The signal that asks a container to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
}

/// Docker's way to write a set: an object whose values are empty objects.
fn as_objects<S: serde::Serializer>(set: &BTreeSet<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(set.iter().map(|name| (name, BTreeMap::<(), ()>::new())))
}

#[derive(Debug, Serialize)]
pub(crate) struct Layout {
    #[serde(rename = "imageLayoutVersion")]
    pub version: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Index<'a> {
    pub schema_version: u32,
    pub media_type: &'static str,
    pub manifests: Vec<Descriptor<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest<'a> {
    pub schema_version: u32,
    pub media_type: &'static str,
    pub config: Descriptor<'a>,
    pub layers: Vec<Descriptor<'a>>,
    pub annotations: BTreeMap<&'a str, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor<'a> {
    pub media_type: &'static str,
    pub digest: String,
    pub size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<&'a str, String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Platform<'a> {
    pub architecture: &'a str,
    pub os: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Configuration<'a> {
    pub created: String,
    pub architecture: &'a str,
    pub os: &'static str,
    pub config: &'a Config,
    pub rootfs: RootFs,
    pub history: Vec<History<'a>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RootFs {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub diff_ids: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct History<'a> {
    pub created: String,
    pub created_by: &'a str,
}
