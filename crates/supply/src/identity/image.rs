//! Images of workloads.

use yoe_model::{Arch, Digest, ImageName, OciImage};

use super::Named;
use super::upstream::component;
use crate::{Kind, Purl};

/// An image of a registry, by the digest of its manifest.
pub fn registry_image(name: &ImageName, manifest: Digest, arch: Arch) -> Named {
    let last = name.repository().rsplit('/').next().unwrap_or(name.repository());
    let purl = oci(last, manifest, arch)
        .with("repository_url", &name.place())
        .with("tag", name.tag().unwrap_or_default());
    let version = name.tag().map_or_else(|| manifest.to_string(), str::to_owned);
    let mut component = component(Kind::Image, &name.place(), &version, &purl);
    component.note = Some("what it holds is not listed: whoever made it knows".to_owned());
    (format!("image:{name}"), component)
}

/// An image that the project makes, by the digest of its manifest.
pub fn oci_image(image: &OciImage, manifest: Digest, arch: Arch) -> Named {
    let purl = oci(&image.name, manifest, arch).with("tag", &image.version);
    let mut component = component(Kind::Image, &image.name, &image.version, &purl);
    component.description.clone_from(&image.description);
    (format!("image:{}", image.name), component)
}

fn oci(name: &str, manifest: Digest, arch: Arch) -> Purl {
    Purl::new("oci", name, &format!("sha256:{manifest}")).with("arch", arch.debian())
}
