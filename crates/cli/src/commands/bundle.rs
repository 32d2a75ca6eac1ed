//! `yoe bundle`.

use std::path::{Path, PathBuf};

use yoe_bundle::{Expiry, Publisher};
use yoe_image::update::{Release, UpdateError, repository, write_bundle};
use yoe_model::Image;

use crate::args::Bundle;
use crate::built::{Built, image};
use crate::context::{evaluate, isolation, store_error};
use crate::error::CommandError;
use crate::secure_boot::{self, SecureBoot};
use crate::ui;
use crate::update_keys::{UpdateKeys, publisher};

pub fn run(args: &Bundle) -> Result<(), CommandError> {
    let ready = evaluate(args.machine.as_deref())?.ready()?;
    let (name, image) = image(&ready.project, args.image.as_deref(), "bundle")?;
    if !image.layout.is_verified() {
        return Err(error(UpdateError::OneSlot(name)));
    }
    let machine = ready.project.machine.name.clone();
    let mut targets = vec![name];
    if args.secure_boot {
        targets.push(secure_boot::tools(&ready.project)?);
    }
    // Before anything is built: without keys there will be no bundle.
    let project = ready.project.name.clone();
    let keys = UpdateKeys::required(&project)?;
    let keyring = keys.keyring()?;
    if args.secure_boot {
        isolation()?;
    }
    let built = Built::new(ready, &targets)?;
    let scratch = built.builder.session.scratch().map_err(store_error)?;
    let signed = args.secure_boot.then(|| sign(&built, &image, &project, scratch.path())).transpose()?;
    let release = Release::open(built.first()?, &image, &machine, signed.as_deref()).map_err(error)?;
    let expiry = Expiry {
        targets: args.expires,
        snapshot: args.expires,
        timestamp: args.expires,
        ..Expiry::default()
    };
    let publisher = publisher(&keyring, expiry);
    publish(args, &keys, &publisher, &release)
}

/// Signs a copy of the image's kernel, as `yoe sign` signs those of a disk; where it is.
fn sign(built: &Built, image: &Image, project: &str, scratch: &Path) -> Result<PathBuf, CommandError> {
    let kernel = yoe_image::disk::kernel_file(image);
    SecureBoot::open(built.folder(secure_boot::CONTAINER)?, project, scratch)?
        .sign_kernel(&built.first()?.join(kernel), &scratch.join("signing"))
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
            let manifest = &release.manifest;
            ui::note(&format!(
                "{} {} for {}: any web server can serve this folder, and `updater install URL` takes it",
                manifest.image, manifest.version, release.machine
            ));
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

/// An error of an update that is to be made.
pub fn error(error: UpdateError) -> CommandError {
    match error {
        UpdateError::OneSlot(_) => CommandError::user(error.to_string()),
        UpdateError::Published { .. } => CommandError::user(error.to_string())
            .hint("raise the image's version: no device that runs it would take this one"),
        UpdateError::Sign(refusal) => crate::update_keys::cannot_sign(refusal),
        UpdateError::Foreign { .. } => CommandError::config("the repository cannot be used")
            .because(error)
            .hint("was it made with other keys, or for another project?"),
        other => CommandError::config("no update can be made").because(other),
    }
}
