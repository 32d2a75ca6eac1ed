//! Images of registries, kept as they were fetched.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;
use yoe_model::{Arch, Digest, ImageName, LockedBlob, LockedManifest};

use super::document;
use crate::root::files;
use crate::{Content, ImageError, Manifest};

/// The directory of the layout, in the directory that [`keep_registry_image`] writes to.
pub(crate) const LAYOUT: &str = "image.oci";

/// What an image of a registry is kept from.
#[derive(Debug, Clone, Copy)]
pub struct RegistryRequest<'a> {
    /// Its name.
    pub name: &'a ImageName,
    /// The architecture.
    pub arch: Arch,
    /// What it consists of.
    pub image: &'a LockedManifest,
    /// Where its files lie, by digest.
    pub files: &'a BTreeMap<Digest, PathBuf>,
    /// What its layers amount to when they are unpacked.
    pub content: Content,
}

/// Writes an image into the directory `out`, which exists: the layout with its files as they are, and a manifest without packages.
///
/// # Errors
/// [`ImageError`]; after one, `out` may hold a part of the files.
pub fn keep_registry_image(request: &RegistryRequest<'_>, out: &Path) -> Result<Manifest, ImageError> {
    let layout = out.join(LAYOUT);
    let blobs = layout.join("blobs/sha256");
    fs::create_dir_all(&blobs).map_err(ImageError::io("make", &blobs))?;
    for LockedBlob { sha256, .. } in request.image.blobs() {
        let none = || ImageError::WorkloadImage { image: request.name.to_string() };
        let from = request.files.get(&sha256).ok_or_else(none)?;
        let to = blobs.join(sha256.to_string());
        fs::copy(from, &to).map_err(ImageError::io("copy", from))?;
        // Whoever put the file into the store, the tree is the same.
        fs::set_permissions(&to, fs::Permissions::from_mode(0o644)).map_err(ImageError::io("write", &to))?;
    }
    let LockedBlob { size, sha256 } = request.image.manifest;
    let document = document::manifest(&blobs.join(sha256.to_string()))?;
    let descriptor = json!({
        "mediaType": document.media_type(),
        "digest": format!("sha256:{sha256}"),
        "size": size,
        "platform": { "architecture": request.arch.debian(), "os": "linux" },
    });
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [descriptor],
    });
    for (name, text) in [("oci-layout", json!({ "imageLayoutVersion": "1.0.0" })), ("index.json", index)] {
        let path = layout.join(name);
        fs::write(&path, text.to_string()).map_err(ImageError::io("write", &path))?;
    }
    let manifest = Manifest {
        workloads: Vec::new(),
        format: 1,
        image: request.name.to_string(),
        version: sha256.to_string(),
        arch: request.arch.to_string(),
        // Its files have the dates that whoever made it gave them.
        epoch: 0,
        content: request.content,
        packages: Vec::new(),
        services: Vec::new(),
    };
    crate::manifest::write(&manifest, &out.join(files::MANIFEST))?;
    Ok(manifest)
}
