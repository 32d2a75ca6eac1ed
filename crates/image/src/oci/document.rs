//! The documents of a layout, as they are read.

use std::path::Path;

use serde::Deserialize;
use yoe_workload_format::{Blob, DOCKER_MANIFEST, OCI_MANIFEST};

use crate::ImageError;

/// What marks a configuration, and so its manifest, as docker's.
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

/// A manifest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    #[serde(default)]
    media_type: String,
    /// The configuration.
    pub(crate) config: Descriptor,
    /// The layers, the lowest first.
    pub(crate) layers: Vec<Descriptor>,
}

/// A reference to a file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    media_type: String,
    digest: String,
    size: u64,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    config: Option<Config>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    healthcheck: Option<Healthcheck>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Healthcheck {
    #[serde(default)]
    test: Vec<String>,
}

impl Descriptor {
    /// The file; absent when it is not named by SHA-256.
    pub(crate) fn blob(&self) -> Option<Blob> {
        let sha256 = self.digest.strip_prefix("sha256:")?.to_owned();
        Some(Blob { sha256, size: self.size })
    }

    /// Its media type; empty when none is said.
    pub(crate) fn media_type(&self) -> &str {
        &self.media_type
    }
}

impl Document {
    /// Its own media type. One that does not say it, as OCI's need not, is what its configuration is.
    pub(crate) fn media_type(&self) -> &str {
        match self.media_type.as_str() {
            "" if self.config.media_type == DOCKER_CONFIG => DOCKER_MANIFEST,
            "" => OCI_MANIFEST,
            said => said,
        }
    }
}

/// The first manifest of a layout's index.
pub(crate) fn first(index: &Path) -> Result<Option<Descriptor>, ImageError> {
    Ok(json::<Index>(index)?.manifests.into_iter().next())
}

/// A manifest.
pub(crate) fn manifest(path: &Path) -> Result<Document, ImageError> {
    json(path)
}

/// Whether a configuration says how to check the health of a container (docker's `HEALTHCHECK`, which OCI's has, too).
pub(crate) fn is_checked(configuration: &Path) -> Result<bool, ImageError> {
    let check = json::<Configuration>(configuration)?.config.and_then(|config| config.healthcheck);
    Ok(check.is_some_and(|check| check.test.first().is_some_and(|word| word != "NONE")))
}

fn json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, ImageError> {
    let text = std::fs::read_to_string(path).map_err(ImageError::io("read", path))?;
    serde_json::from_str(&text).map_err(|source| ImageError::Manifest { path: path.to_owned(), source })
}
