//! The documents of images: index, manifest and configuration, of the OCI image specification 1.1 and as docker writes them (image
//! manifest version 2, schema 2). Who wrote them may be anybody.

mod configuration;
mod descriptor;
mod error;
mod index;
mod media;
mod platform;

use serde::Deserialize;
use serde::de::IgnoredAny;
use yoe_model::LockedBlob;

pub use configuration::layer_digests;
pub(super) use configuration::{architecture, is_for, platform};
pub(super) use descriptor::LARGEST;
use descriptor::{Descriptor, json};
pub use error::DocumentError;
pub(super) use index::{Entry, choose, there};
pub(super) use media::ACCEPTED;
use media::{CONFIGURATIONS, INDEXES, MANIFESTS, is_layer};

/// An index or a manifest.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::images) enum Document {
    Index(Vec<Entry>),
    Manifest(Manifest),
}

/// A manifest.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::images) struct Manifest {
    pub(in crate::images) config: LockedBlob,
    pub(in crate::images) layers: Vec<LockedBlob>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    schema_version: u64,
    #[serde(default)]
    media_type: String,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    fs_layers: Option<IgnoredAny>,
}

/// Reads an index or a manifest.
pub(in crate::images) fn read(bytes: &[u8]) -> Result<Document, DocumentError> {
    let raw: Raw = json(bytes)?;
    let expected = "an index or a manifest of an image";
    if raw.schema_version == 1 || raw.fs_layers.is_some() {
        return Err(DocumentError::FirstSchema);
    }
    if raw.schema_version != 2 {
        return Err(DocumentError::Kind { found: format!("schema {}", raw.schema_version), expected });
    }
    let is = |known: [&str; 2]| raw.media_type.is_empty() || known.contains(&raw.media_type.as_str());
    match (raw.manifests, raw.config, raw.layers) {
        (Some(entries), None, None) if is(INDEXES) => Ok(Document::Index(index::entries(entries))),
        (None, Some(config), Some(layers)) if is(MANIFESTS) => {
            manifest(&config, &layers).map(Document::Manifest)
        }
        (Some(_), ..) if !is(INDEXES) && !is(MANIFESTS) => {
            Err(DocumentError::Kind { found: raw.media_type, expected })
        }
        (Some(_), ..) => Err(DocumentError::Ambiguous),
        _ => Err(DocumentError::Kind { found: raw.media_type, expected }),
    }
}

fn manifest(config: &Descriptor, layers: &[Descriptor]) -> Result<Manifest, DocumentError> {
    if !CONFIGURATIONS.contains(&config.media_type.as_str()) {
        return Err(DocumentError::NoImage {
            found: config.media_type.clone(),
            expected: CONFIGURATIONS.join(" or "),
        });
    }
    if config.size > LARGEST {
        return Err(DocumentError::TooLarge { what: "its configuration", size: config.size, limit: LARGEST });
    }
    let numbered = layers.iter().enumerate().map(|(at, layer)| (at + 1, layer));
    let layers = numbered.map(|(number, layer)| {
        is_layer(number, &layer.media_type)?;
        layer.blob(|| format!("layer {number}"))
    });
    Ok(Manifest {
        config: config.blob(|| "its configuration".to_owned())?,
        layers: layers.collect::<Result<_, _>>()?,
    })
}
