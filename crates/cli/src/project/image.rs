//! The image that a command means.

use yoe_model::{Image, Project, Release};

use crate::error::CommandError;
use crate::near;

/// The image of this name, or the project's, and the name that it is built by. `purpose` is what it is wanted for, as in
/// "there is nothing to bundle".
pub fn image<State>(
    project: &Project<State>,
    name: Option<&str>,
    purpose: &str,
) -> Result<(String, Image), CommandError> {
    let name = name.or(project.default_image.as_deref());
    let name = name.ok_or_else(|| {
        CommandError::user(format!("there is nothing to {purpose}: the project has no default image"))
            .hint("name an image")
    })?;
    let image = project.image(name).ok_or_else(|| no_image(project, name))?;
    Ok((name.to_owned(), image))
}

/// A name that no image has: what it is the name of, or which one may have been meant.
fn no_image<State>(project: &Project<State>, name: &str) -> CommandError {
    let error = CommandError::user(format!("there is no image {name:?}"));
    let releases = project.images.values().flat_map(|image| {
        image.releases.iter().map(|release| Release::target(&image.name, &release.version))
    });
    let releases: Vec<String> = releases.collect();
    let images = project.images.keys();
    if name.contains('@') {
        return error.hint(near::hint(name, "release", releases.iter().map(String::as_str)));
    }
    if project.units.contains_key(name) {
        return error.hint(format!("{name:?} is a unit; name an image that holds it"));
    }
    if project.oci_images.contains_key(name) {
        return error.hint(format!("{name:?} is a container image: `yoe build {name}` makes it"));
    }
    error.hint(near::hint(name, "image", images.map(String::as_str)))
}
