//! Fetches images of registries.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use yoe_fetch::images::layer_digests;
use yoe_fetch::unpack::{LayerContent, image_layer};
use yoe_image::Content;
use yoe_image::oci::{RegistryRequest, keep_registry_image};
use yoe_model::Digest;
use yoe_plan::RegistryImageAction;

use super::remotes::unpacked;
use super::root::image;
use crate::error::ActionError;
use crate::make::{Make, Making};

impl Make for RegistryImageAction {
    /// The result holds the image as a layout, and a manifest with what its layers amount to.
    fn make(&self, cx: &Making<'_>) -> Result<Digest, ActionError> {
        let remotes = unpacked(cx)?;
        let paths = cx.blobs(&remotes)?;
        let files: BTreeMap<Digest, PathBuf> =
            remotes.iter().map(|remote| remote.sha256).zip(paths).collect();
        cx.task("check layers");
        let content = layers(self, cx, &files)?;
        let scratch = cx.scratch()?;
        let request =
            RegistryRequest { name: &self.name, arch: self.arch, image: &self.image, files: &files, content };
        keep_registry_image(&request, scratch.path()).map_err(image)?;
        cx.keep(scratch.path())
    }
}

/// Reads each layer to its end: what an engine would refuse on the device is refused here.
fn layers(
    action: &RegistryImageAction,
    cx: &Making<'_>,
    files: &BTreeMap<Digest, PathBuf>,
) -> Result<Content, ActionError> {
    let file = |sha256: &Digest| files.get(sha256).ok_or(ActionError::Missing);
    let path = file(&action.image.config.sha256)?;
    let configuration = fs::read(path).map_err(|error| ActionError::io("read", path, error))?;
    let digests = layer_digests(&configuration).map_err(ActionError::Configuration)?;
    let mut sum = Content::default();
    // The lock was written when there were as many of them.
    for (at, (layer, expected)) in action.image.layers.iter().zip(digests).enumerate() {
        let name = format!("layer {} of {}", at + 1, action.name);
        let LayerContent { digest: found, files, directories, links, bytes, blocks } =
            image_layer(file(&layer.sha256)?, &name, &cx.limits())?;
        if found != expected {
            return Err(ActionError::Layer { layer: at + 1, expected, found });
        }
        let one = Content { files, directories, links, bytes, blocks };
        sum = sum.with(one);
    }
    Ok(sum)
}
