//! `yoe bundle`.

use std::path::{Path, PathBuf};

use yoe_bundle::{Expiry, Published, Publisher};
use yoe_image::update::repository::{self, Repository, Word};
use yoe_image::update::{Release, UpdateError, write_bundle};
use yoe_model::Image;

use crate::args::Bundle;
use crate::built::{Built, image};
use crate::context::{evaluate, isolation, store_error};
use crate::error::CommandError;
use crate::output::{self, Output};
use crate::secure_boot::{self, SecureBoot};
use crate::ui;
use crate::update_keys::{LastPublished, UpdateKeys, cannot_sign, publisher};

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
    // Before anything is built: what could not be signed or written in the end shows now.
    let project = ready.project.name.clone();
    let keys = UpdateKeys::required(&project)?;
    let keyring = keys.keyring()?;
    let expiry = Expiry {
        targets: args.expires,
        snapshot: args.expires,
        timestamp: args.expires,
        ..Expiry::default()
    };
    publisher(&keyring, expiry).check(keys.newest()?).map_err(cannot_sign)?;
    let output = args.output.as_deref().map(Output::at).transpose()?;
    match &args.repository {
        Some(folder) => check_repository(args, &keys, folder)?,
        // The name follows from the version.
        None if output.is_none() => output::directory(Path::new("."))?,
        None => {}
    }
    if args.secure_boot {
        isolation()?;
    }
    let built = Built::new(ready, &targets)?;
    let scratch = built.builder.session.scratch().map_err(store_error)?;
    let signed = args.secure_boot.then(|| sign(&built, &image, &project, scratch.path())).transpose()?;
    let release = Release::open(built.first()?, &image, &machine, signed.as_deref()).map_err(error)?;
    // The build may have taken long.
    let publisher = publisher(&keyring, expiry);
    let published = match &args.repository {
        Some(folder) => publish(args, folder, &keys, &publisher, &release)?,
        None => publisher
            .publish(keys.newest()?, None, release.targets())
            .map_err(|refusal| error(UpdateError::Sign(refusal)))?,
    };
    let name = args.output.clone().or_else(|| args.repository.is_none().then(|| default_name(&release)));
    let Some(name) = name else { return Ok(()) };
    let output = output.map_or_else(|| Output::at(&name), Ok)?;
    let size =
        output.write(|to| write_bundle(to, &name, &keys.roots, &published, &release).map_err(error))?;
    if output.is_file() {
        ui::result(&name.display().to_string());
    }
    ui::note(&format!("{}: {}", name.display(), ui::bytes(size)));
    Ok(())
}

/// Whether a repository can be published in, as far as that is known before there is anything to publish.
fn check_repository(args: &Bundle, keys: &UpdateKeys, folder: &Path) -> Result<(), CommandError> {
    output::directory(folder)?;
    let last = keys.last_published(folder);
    let newest = keys.newest()?;
    if args.from_old_keys && last.as_ref().is_some_and(|last| last.root == newest.version()) {
        let file = folder.join(yoe_bundle::path::root(newest.version()));
        repository::list(folder, &keys.roots[keys.roots.len() - 1..], Word::Nobodys)
            .map_err(|_| error(UpdateError::Renewed { path: folder.to_owned(), file }))?;
    }
    repository::list(folder, &keys.roots, word(args, last.as_ref())).map(drop).map_err(error)
}

fn word<'a>(args: &Bundle, last: Option<&'a LastPublished>) -> Word<'a> {
    match last {
        _ if args.from_old_keys => Word::OldKeys,
        Some(last) => Word::Ours(&last.list),
        None => Word::Nobodys,
    }
}

/// Signs a copy of the image's kernel, as `yoe sign` signs those of a disk; where it is.
fn sign(built: &Built, image: &Image, project: &str, scratch: &Path) -> Result<PathBuf, CommandError> {
    let kernel = yoe_image::disk::kernel_file(image);
    SecureBoot::open(built.folder(secure_boot::CONTAINER)?, project, scratch)?
        .sign_kernel(&built.first()?.join(kernel), &scratch.join("signing"))
}

fn publish(
    args: &Bundle,
    folder: &Path,
    keys: &UpdateKeys,
    publisher: &Publisher<'_>,
    release: &Release,
) -> Result<Published, CommandError> {
    let waits = || ui::note(&format!("waiting for another `yoe bundle` to publish in {}", folder.display()));
    let repository = Repository::open(folder, &mut { waits }).map_err(error)?;
    check_repository(args, keys, folder)?;
    let last = keys.last_published(folder);
    let word = word(args, last.as_ref());
    let published = repository.publish(&keys.roots, word, publisher, release).map_err(error)?;
    if let Err(problem) = keys.note_published(folder, &published) {
        // It is published all the same.
        ui::note(&format!("what was published is not on record: {}", problem.message()));
    }
    ui::result(&folder.display().to_string());
    if args.from_old_keys {
        let names = published.targets.targets.keys().filter_map(|name| name.strip_suffix("/manifest.json"));
        ui::note(&format!("the new keys vouch for {} from now on", names.collect::<Vec<_>>().join(", ")));
    }
    let manifest = &release.manifest;
    ui::note(&format!(
        "{} {} for {}: any web server can serve this folder, and `updater install URL` takes it",
        manifest.image, manifest.version, release.machine
    ));
    Ok(published)
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
        UpdateError::Sign(refusal) => cannot_sign(refusal),
        UpdateError::Replaced { .. } => CommandError::config(error.to_string())
            .hint(
                "when nobody else has the old keys, --from-old-keys signs the list anew; look at the versions that it names \
                 afterwards",
            )
            .hint("when somebody may have them, publish in a directory that is new, and serve that one"),
        UpdateError::Renewed { .. } => CommandError::config(error.to_string())
            .hint("put back the newest state of the directory, or publish in a directory that is new"),
        UpdateError::NotBootable { .. } => CommandError::config("no device could start this update")
            .because(error)
            .hint("build the image anew; when it stays so, the image tools made a mistake"),
        UpdateError::Foreign { .. } => CommandError::config("the repository cannot be used")
            .because(error)
            .hint("was it made with other keys, or for another project?"),
        other => CommandError::config("no update can be made").because(other),
    }
}
