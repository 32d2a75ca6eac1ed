//! Releases: other versions of an image, which its tests install.

use crate::{Image, Origin};

/// Another version of an image, for its tests: the same device with another version and other units. Nothing of it enters a
/// key of the image itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its version; unique among the image and its releases.
    pub version: String,
    /// Units that it holds beyond the image's.
    pub add: Vec<String>,
    /// Units that the image names and it does not.
    pub remove: Vec<String>,
    /// The workloads that it brings along in the place of the image's.
    pub workloads: Option<Vec<String>>,
    /// Where it was written.
    pub origin: Origin,
}

impl Release {
    /// What commands call the release of this version: `IMAGE@VERSION`.
    pub fn target(image: &str, version: &str) -> String {
        format!("{image}@{version}")
    }

    /// The name of the image that a target stands for; the target itself when it names no release.
    pub fn image_of(target: &str) -> &str {
        target.split_once('@').map_or(target, |(image, _)| image)
    }

    /// The units that it names.
    pub fn artifacts<'a>(&'a self, image: &'a Image) -> impl Iterator<Item = &'a str> {
        let kept = image.artifacts.iter().filter(|unit| !self.remove.contains(unit));
        kept.chain(&self.add).map(String::as_str)
    }

    /// The image that it is: of the same name, without tests and without releases of its own.
    pub fn of(&self, image: &Image) -> Image {
        Image {
            version: self.version.clone(),
            artifacts: self.artifacts(image).map(str::to_owned).collect(),
            tests: Vec::new(),
            releases: Vec::new(),
            registry: None,
            workloads: self.workloads.clone().unwrap_or_else(|| image.workloads.clone()),
            origin: self.origin.clone(),
            ..image.clone()
        }
    }
}
