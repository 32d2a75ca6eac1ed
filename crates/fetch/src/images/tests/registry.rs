//! A registry's files.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yoe_model::Digest;

use super::*;
use crate::test_server::Request;

pub(super) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(super) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
pub(super) const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// What a registry serves, by path.
#[derive(Clone, Default)]
pub(super) struct Shelf {
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl Shelf {
    /// Adds a file; gives its descriptor.
    pub(super) fn file(&mut self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = format!("sha256:{}", Digest::of(bytes));
        let kind = if media_type.contains("manifest") || media_type.contains("index") {
            "manifests"
        } else {
            "blobs"
        };
        self.files.insert(format!("v2/a/b/{kind}/{digest}"), bytes.to_vec());
        json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() })
    }

    /// Adds a document; gives its descriptor.
    pub(super) fn document(&mut self, media_type: &str, document: &Value) -> Value {
        self.file(media_type, document.to_string().as_bytes())
    }

    /// Adds a manifest of an architecture with one layer, as docker writes it or OCI's; gives its descriptor.
    pub(super) fn image(&mut self, arch: &str, media_type: &str) -> Value {
        let docker = media_type == DOCKER;
        let (config_type, layer_type) = match docker {
            true => (
                "application/vnd.docker.container.image.v1+json",
                "application/vnd.docker.image.rootfs.diff.tar.gzip",
            ),
            false => {
                ("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+zstd")
            }
        };
        let layer = self.file(layer_type, format!("layer for {arch}").as_bytes());
        self.image_of(arch, media_type, config_type, &[layer])
    }

    pub(super) fn image_of(
        &mut self,
        arch: &str,
        media_type: &str,
        config_type: &str,
        layers: &[Value],
    ) -> Value {
        let digests: Vec<String> =
            layers.iter().map(|_| format!("sha256:{}", Digest::of(b"unpacked"))).collect();
        let config = json!({ "os": "linux", "architecture": arch, "rootfs": { "type": "layers", "diff_ids": digests } });
        let config = self.document(config_type, &config);
        let mut manifest = json!({ "schemaVersion": 2, "config": config, "layers": layers });
        // OCI's need not say it.
        if media_type == DOCKER {
            manifest["mediaType"] = DOCKER.into();
        }
        let mut descriptor = self.document(media_type, &manifest);
        descriptor["platform"] = json!({ "os": "linux", "architecture": arch });
        descriptor
    }

    /// Adds an index of these entries, which the tag `1` stands for.
    pub(super) fn tagged(&mut self, media_type: &str, entries: &[Value]) -> Digest {
        let index = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": entries });
        self.tag(index.to_string().as_bytes())
    }

    /// Lets the tag `1` stand for this.
    pub(super) fn tag(&mut self, bytes: &[u8]) -> Digest {
        self.files.insert("v2/a/b/manifests/1".to_owned(), bytes.to_vec());
        self.files.insert(format!("v2/a/b/manifests/sha256:{}", Digest::of(bytes)), bytes.to_vec());
        Digest::of(bytes)
    }

    /// What is served for a request.
    pub(super) fn reply(&self, request: &Request) -> Reply {
        self.files.get(&request.path).map_or(Reply::Status(404), |bytes| Reply::Bytes(bytes.clone()))
    }

    pub(super) fn serve(&self) -> Server {
        let shelf = self.clone();
        Server::new(move |request| shelf.reply(request))
    }
}

/// An image for both architectures, with the attestations that docker adds.
pub(super) fn whole() -> Shelf {
    let mut shelf = Shelf::default();
    let (amd64, arm64) = (shelf.image("amd64", OCI), shelf.image("arm64", OCI));
    let attestation = json!({
        "mediaType": OCI,
        "digest": format!("sha256:{}", Digest::of(b"attestation")),
        "size": 566,
        "platform": { "os": "unknown", "architecture": "unknown" },
        "annotations": { "vnd.docker.reference.type": "attestation-manifest" },
    });
    shelf.tagged(OCI_INDEX, &[amd64, attestation.clone(), arm64, attestation]);
    shelf
}
