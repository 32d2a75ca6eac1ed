//! Media types of documents and layers, OCI's and docker's.

use super::error::DocumentError;

/// Of indexes.
pub(super) const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];
/// Of manifests.
pub(super) const MANIFESTS: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];
/// Of configurations of container images.
pub(super) const CONFIGURATIONS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];
/// What a request for an index or a manifest accepts.
pub(in crate::images) const ACCEPTED: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// Makes sure that a layer is one that engines unpack: containerd, and Docker and Podman of the last years, know zstd, too.
pub(super) fn is_layer(layer: usize, media_type: &str) -> Result<(), DocumentError> {
    let found = media_type.to_owned();
    let (kind, compression) = match media_type.strip_prefix("application/vnd.oci.image.layer.") {
        Some(rest) => rest.split_once('+').unwrap_or((rest, "")),
        None => match media_type.strip_prefix("application/vnd.docker.image.rootfs.") {
            Some(rest) if rest.ends_with(".tar") => (rest, ""),
            Some(rest) => rest.rsplit_once('.').unwrap_or((rest, "")),
            None => return Err(DocumentError::Layer { layer, found }),
        },
    };
    match (kind, compression) {
        ("v1.tar" | "diff.tar", "" | "gzip" | "zstd") => Ok(()),
        ("nondistributable.v1.tar" | "foreign.diff.tar", _) => Err(DocumentError::Foreign { layer, found }),
        _ => Err(DocumentError::Layer { layer, found }),
    }
}
