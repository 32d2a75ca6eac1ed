//! The file that a target is built for.

use std::path::{Path, PathBuf};

use yoe_model::Release;
use yoe_plan::Target;

/// The file that a target is built for, in its tree `directory`: the disk of an image, the archive of an OCI image, the package of
/// a unit. A container is its directory. Absent when a unit left no package.
pub fn artifact(target: &Target, directory: &Path) -> Option<PathBuf> {
    match target {
        Target::Image(name) => Some(directory.join(format!("{}.img", Release::image_of(name)))),
        Target::OciImage(name) => Some(directory.join(yoe_image::oci::archive_file(name))),
        Target::Container(_) => Some(directory.to_owned()),
        Target::Unit(name) => package(name, directory),
    }
}

/// The first package that is not for development.
fn package(unit: &str, directory: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|file| file.file_name());
    let dev = format!("{unit}-dev-");
    let first = files.filter(|file| !file.to_string_lossy().starts_with(&dev)).min()?;
    Some(directory.join(first))
}
