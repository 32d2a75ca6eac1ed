//! `yoe bundle`.

use std::path::PathBuf;

use yoe_bundle::{Expiry, Publisher};
use yoe_image::update::{Release, UpdateError, repository, write_bundle};
use yoe_model::{Image, Locked, Project};

use crate::args::Bundle;
use crate::context::{Ready, build_error, evaluate, isolation, store_error};
use crate::error::{CommandError, Kind};
use crate::ui::{self, Mode};
use crate::update_keys::{UpdateKeys, publisher};

pub fn run(args: &Bundle) -> Result<(), CommandError> {
    let ready = evaluate(args.machine.as_deref())?.ready()?;
    let (name, image) = image(&ready.project, args.image.as_deref())?;
    let machine = ready.project.machine.name.clone();
    // Before anything is built: without keys there will be no bundle.
    let keys = UpdateKeys::required(&ready.project.name)?;
    let keyring = keys.keyring()?;
    let folder = build(ready, &name)?;
    let release = Release::open(&folder, &image, &machine).map_err(error)?;
    let expiry = Expiry {
        targets: args.expires,
        snapshot: args.expires,
        timestamp: args.expires,
        ..Expiry::default()
    };
    let publisher = publisher(&keyring, expiry);
    publish(args, &keys, &publisher, &release)
}

fn publish(
    args: &Bundle,
    keys: &UpdateKeys,
    publisher: &Publisher<'_>,
    release: &Release,
) -> Result<(), CommandError> {
    let published = match &args.repository {
        Some(folder) => {
            let published = repository::publish(folder, &keys.roots, publisher, release).map_err(error)?;
            ui::result(&folder.display().to_string());
            published
        }
        None => publisher
            .publish(keys.newest()?, None, release.targets())
            .map_err(|refusal| error(UpdateError::Sign(refusal)))?,
    };
    let output = args.output.clone().or_else(|| args.repository.is_none().then(|| default_name(release)));
    if let Some(output) = output {
        let size = write_bundle(&output, &keys.roots, &published, release).map_err(error)?;
        ui::result(&output.display().to_string());
        ui::note(&format!("{}: {}", output.display(), ui::bytes(size)));
    }
    Ok(())
}

fn default_name(release: &Release) -> PathBuf {
    let manifest = &release.manifest;
    format!("{}-{}-{}.bundle", manifest.image, release.machine, manifest.version).into()
}

fn image(project: &Project<Locked>, name: Option<&str>) -> Result<(String, Image), CommandError> {
    let name = name.or(project.default_image.as_deref());
    let name = name.ok_or_else(|| {
        CommandError::user("there is nothing to bundle: the project has no default image")
            .hint("name an image")
    })?;
    let image = project.image(name);
    let image = image.ok_or_else(|| CommandError::user(format!("there is no image {name:?}")))?;
    if !image.layout.is_verified() {
        return Err(error(UpdateError::OneSlot(name.to_owned())));
    }
    Ok((name.to_owned(), image))
}

fn build(mut ready: Ready, image: &str) -> Result<PathBuf, CommandError> {
    let plan = ready.plan_to_build(&[image.to_owned()])?;
    if !yoe_build::explain(&ready.store, &plan).map_err(build_error)?.is_empty() {
        isolation()?;
    }
    let builder = ready.builder(Mode::choose(false).reporter())?;
    let trees = builder.build(&plan).map_err(build_error)?;
    let missing = || CommandError::new(Kind::Internal, format!("image {image:?} left nothing"));
    let tree = trees.first().ok_or_else(missing)?;
    builder.store.tree(tree).map_err(store_error)?.ok_or_else(missing)
}

/// An error of an update that is to be made.
pub fn error(error: UpdateError) -> CommandError {
    match error {
        UpdateError::OneSlot(_) => CommandError::user(error.to_string()),
        UpdateError::Sign(refusal) => crate::update_keys::cannot_sign(refusal),
        UpdateError::Foreign { .. } => CommandError::config("the repository cannot be used")
            .because(error)
            .hint("was it made with other keys, or for another project?"),
        other => CommandError::config("no update can be made").because(other),
    }
}
