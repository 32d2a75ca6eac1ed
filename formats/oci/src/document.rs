//! The JSON documents of an image. Maps are sorted, and fields without a value are left out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// The media type of an [`Index`].
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// The media type of a [`Manifest`].
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The media type of a [`Configuration`].
pub(crate) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// The media type of a layer: a tar archive, compressed by gzip.
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

/// The file `oci-layout`.
#[derive(Debug, Serialize)]
pub(crate) struct Layout {
    /// Of the layout of files; 1.0.0.
    #[serde(rename = "imageLayoutVersion")]
    pub version: &'static str,
}

/// `index.json`: the images of a layout.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Index<'a> {
    /// 2.
    pub schema_version: u32,
    /// [`INDEX`].
    pub media_type: &'static str,
    /// The manifest of each image.
    pub manifests: Vec<Descriptor<'a>>,
}

/// What an image consists of.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest<'a> {
    /// 2.
    pub schema_version: u32,
    /// [`MANIFEST`].
    pub media_type: &'static str,
    /// Where the [`Configuration`] is.
    pub config: Descriptor<'a>,
    /// Where the layers are, from the lowest.
    pub layers: Vec<Descriptor<'a>>,
    /// Values by their names, such as `org.opencontainers.image.title`.
    pub annotations: BTreeMap<&'a str, String>,
}

/// A reference to a blob.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor<'a> {
    /// The kind of the blob.
    pub media_type: &'static str,
    /// Its digest, `sha256:` and hexadecimal digits.
    pub digest: String,
    /// Its length in bytes.
    pub size: u64,
    /// What it runs on, for an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform<'a>>,
    /// Values by their names, such as `org.opencontainers.image.ref.name`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<&'a str, String>,
}

/// What an image runs on.
#[derive(Debug, Serialize)]
pub(crate) struct Platform<'a> {
    /// As Go names it, such as `amd64`.
    pub architecture: &'a str,
    /// `linux`.
    pub os: &'static str,
}

/// The configuration of an image.
#[derive(Debug, Serialize)]
pub(crate) struct Configuration<'a> {
    /// When it was made (RFC 3339).
    pub created: String,
    /// As Go names it, such as `amd64`.
    pub architecture: &'a str,
    /// `linux`.
    pub os: &'static str,
    /// How a container is run.
    pub config: &'a Config,
    /// Its file system.
    pub rootfs: RootFs,
    /// How each layer was made, from the lowest.
    pub history: Vec<History<'a>>,
}

/// The file system of an image.
#[derive(Debug, Serialize)]
pub(crate) struct RootFs {
    /// `layers`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The digest of each layer before compression, from the lowest.
    pub diff_ids: Vec<String>,
}

/// How a layer was made.
#[derive(Debug, Serialize)]
pub(crate) struct History<'a> {
    /// When (RFC 3339).
    pub created: String,
    /// By which program.
    pub created_by: &'a str,
}
