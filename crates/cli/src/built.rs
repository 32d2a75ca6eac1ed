//! What most commands do with a plan: build it, and look at what came of it.

use std::path::{Path, PathBuf};

use yoe_build::Builder;
use yoe_model::{Digest, Image, Project, Release};
use yoe_plan::Plan;

use crate::context::{Ready, build_error, isolation, store_error};
use crate::error::{CommandError, Kind};
use crate::near;
use crate::ui::Mode;

/// What was built.
pub struct Built {
    /// What led there.
    pub plan: Plan,
    /// The digest of each target, in the order in which they were named.
    pub trees: Vec<Digest>,
    /// Where each target is, in the same order.
    folders: Vec<(String, PathBuf)>,
    /// Keeps all of it in the store.
    pub builder: Builder,
}

impl Built {
    /// Builds these targets with lines for people.
    pub fn new(mut ready: Ready, targets: &[String]) -> Result<Self, CommandError> {
        let plan = ready.plan_to_build(targets)?;
        if !yoe_build::explain(&ready.store, &plan).map_err(build_error)?.is_empty() {
            isolation()?;
        }
        let builder = ready.builder(Mode::choose(false).reporter())?;
        let trees = builder.build(&plan).map_err(build_error)?;
        let mut folders = Vec::new();
        for (tree, target) in trees.iter().zip(targets) {
            let folder = builder.store.tree(tree).map_err(store_error)?;
            let folder = folder.ok_or_else(|| {
                CommandError::new(Kind::Internal, format!("{target:?} was built and is not in the store"))
            })?;
            folders.push((target.clone(), folder));
        }
        Ok(Self { plan, trees, folders, builder })
    }

    /// Where the target is that was named first.
    pub fn first(&self) -> Result<&Path, CommandError> {
        let none = || CommandError::new(Kind::Internal, "nothing was to be built");
        self.folders.first().map(|(_, folder)| folder.as_path()).ok_or_else(none)
    }

    /// Where a target is.
    pub fn folder(&self, target: &str) -> Result<&Path, CommandError> {
        let found = self.folders.iter().find(|(name, _)| name == target);
        let none = || CommandError::new(Kind::Internal, format!("{target:?} was not built"));
        found.map(|(_, folder)| folder.as_path()).ok_or_else(none)
    }
}

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
