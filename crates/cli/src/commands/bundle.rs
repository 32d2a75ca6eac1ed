//! `yoe bundle`.

use std::path::{Path, PathBuf};

use clap::Args;
use yoe_bundle::{Expiry, Published, Publisher, Time};
use yoe_image::update::repository::{self, Repository, Word};
use yoe_image::update::{Publication, Release, UpdateError, WorkloadRelease, write_bundle};
use yoe_keys::secure_boot;
use yoe_keys::updates::LastPublished;
use yoe_keys::{KeysError, UpdateKeys};
use yoe_model::{AuditGate, Image, Slots};

use crate::error::CommandError;
use crate::output::{self, Output};
use crate::project::{self, BuiltTargets, image, isolation, open_secure_boot};
use crate::{dev, gate, license_gate, paths, release_papers, ui};

/// The arguments of `yoe bundle`.
#[derive(Debug, Args)]
pub struct Bundle {
    /// The image [default: the project's]
    pub image: Option<String>,
    /// The machine to build for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Publish this workload of the image alone, which has a version of its own; by the name that it has on a device
    #[arg(long, value_name = "NAME", conflicts_with_all = ["secure_boot", "papers"])]
    pub workload: Option<String>,
    /// Publish in this directory, which any web server can serve
    #[arg(long, value_name = "DIR")]
    pub repository: Option<PathBuf>,
    /// Continue a repository that was signed with keys which have since been replaced; unsafe if somebody else may have the old keys
    #[arg(long, requires = "repository")]
    pub from_old_keys: bool,
    /// Write the update as a single file [default: IMAGE-MACHINE-VERSION.bundle or IMAGE-MACHINE-WORKLOAD-VERSION.bundle, unless
    /// --repository is given]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Sign the kernel for Secure Boot with the project's own keys, as `yoe sign` does
    #[arg(long)]
    pub secure_boot: bool,
    /// Publish its papers with it: bill of materials, licences, provenance, and what is known of holes where advisories are given
    #[arg(long)]
    pub papers: bool,
    /// Directory with advisories in OSV's format, for what the image's audit(…) demands and for papers
    #[arg(long, value_name = "DIR")]
    pub advisories: Option<PathBuf>,
    /// Publish although nobody asked what the image's audit(…) demands
    #[arg(long, conflicts_with = "advisories")]
    pub unaudited: bool,
    /// Number of days for which the update is valid
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..))]
    pub expires: u64,
}

/// Carries `yoe bundle` out.
pub fn run(args: &Bundle) -> Result<(), CommandError> {
    dev::none(&paths::project_root()?, "an update")?;
    let locked = project::open(args.machine.as_deref())?.lock()?;
    let (name, image) = image(&locked.project, args.image.as_deref(), "bundle")?;
    if image.layout.slots == Slots::One {
        return Err(UpdateError::OneSlot(name).into());
    }
    if let Some(name) = &args.workload {
        let mut workloads = locked.project.workloads_of(&image);
        if !workloads.any(|workload| workload.project == *name && workload.version.is_some()) {
            return Err(UpdateError::NoVersion { image: image.name.clone(), workload: name.clone() }.into());
        }
    }
    let asked = gate::Asked {
        advisories: args.advisories.as_deref(),
        papers: args.papers,
        unaudited: args.unaudited,
    };
    let gate = asked.of_update(&locked.project, &name)?;
    let policy = locked.project.license_policy(&name).is_some();
    let machine = locked.project.machine.name.clone();
    let mut targets = vec![name];
    if args.secure_boot {
        targets.push(secure_boot::tools(&locked.project)?);
    }
    // Before anything is built: what could not be signed or written in the end shows now.
    let project = locked.project.name.clone();
    let keys = UpdateKeys::required(&paths::keys()?, &project)?;
    let keyring = keys.keyring()?;
    let expiry = Expiry {
        targets: args.expires,
        snapshot: args.expires,
        timestamp: args.expires,
        ..Expiry::default()
    };
    let publisher = || Publisher { keyring: &keyring, now: Time(paths::now()), expiry };
    publisher().check(keys.newest()?).map_err(KeysError::sign)?;
    let output = args.output.as_deref().map(Output::at).transpose()?;
    match &args.repository {
        Some(directory) => check_repository(args, &keys, directory)?,
        // The name follows from the version.
        None if output.is_none() => output::directory(Path::new("."))?,
        None => {}
    }
    if args.secure_boot {
        isolation()?;
    }
    let built = BuiltTargets::new(locked, &targets)?;
    let scratch = built.builder.session.scratch()?;
    let signed = args.secure_boot.then(|| sign(&built, &image, &project, scratch.path())).transpose()?;
    if policy {
        license_gate::hold(args.machine.as_deref(), &targets[0])?;
    }
    // Papers ask the same of the same bill.
    if let Some((gate, advisories)) = gate.zip(args.advisories.as_deref()).filter(|_| !args.papers) {
        gate::hold(args.machine.as_deref(), &targets[0], gate, advisories)?;
    }
    let release = open(args, built.first(), &image, (&machine, &targets[0]), signed.as_deref(), gate)?;
    let release = release.as_ref();
    // The build may have taken long.
    let publisher = publisher();
    let published = match &args.repository {
        Some(directory) => publish(args, directory, &keys, &publisher, release, &machine)?,
        None => publisher.publish(keys.newest()?, None, release.targets()).map_err(KeysError::sign)?,
    };
    let default = || default_name(args, &image.name, &machine, release);
    let name = args.output.clone().or_else(|| args.repository.is_none().then(default));
    let Some(name) = name else { return Ok(()) };
    let output = output.map_or_else(|| Output::at(&name), Ok)?;
    let size = output.write(|to| Ok(write_bundle(to, &name, &keys.roots, &published, release)?))?;
    if output.is_file() {
        ui::result(&name.display().to_string());
    }
    ui::note(&format!("{}: {}", name.display(), ui::bytes(size)));
    Ok(())
}

/// Papers that are about this very update.
fn papers_of(
    args: &Bundle,
    target: &str,
    release: &Release,
    gate: Option<AuditGate>,
) -> Result<release_papers::Named, CommandError> {
    let files = release.targets().into_iter();
    let files = files.filter_map(|(name, file)| Some((name, file.sha256()?.to_owned()))).collect();
    release_papers::made(args.machine.as_deref(), target, &files, args.advisories.as_deref(), gate)
}

/// Whether a repository can be published in, as far as that is known before there is anything to publish.
fn check_repository(args: &Bundle, keys: &UpdateKeys, directory: &Path) -> Result<(), CommandError> {
    output::directory(directory)?;
    let last = keys.last_published(directory);
    let newest = keys.newest()?;
    if args.from_old_keys && last.as_ref().is_some_and(|last| last.root == newest.version()) {
        let file = directory.join(yoe_bundle::path::root(newest.version()));
        repository::list(directory, &keys.roots[keys.roots.len() - 1..], Word::Nobodys)
            .map_err(|_| UpdateError::Renewed { path: directory.to_owned(), file })?;
    }
    Ok(repository::list(directory, &keys.roots, word(args, last.as_ref())).map(drop)?)
}

fn word<'a>(args: &Bundle, last: Option<&'a LastPublished>) -> Word<'a> {
    match last {
        _ if args.from_old_keys => Word::OldKeys,
        Some(last) => Word::Ours(&last.list),
        None => Word::Nobodys,
    }
}

/// Signs a copy of the image's kernel, as `yoe sign` signs those of a disk; where it is.
fn sign(built: &BuiltTargets, image: &Image, project: &str, scratch: &Path) -> Result<PathBuf, CommandError> {
    let kernel = yoe_image::disk::kernel_file(image);
    let secure_boot = open_secure_boot(built.directory(secure_boot::CONTAINER)?, project, scratch)?;
    Ok(secure_boot.sign_kernel(&built.first().join(kernel), &scratch.join("signing"))?)
}

fn publish(
    args: &Bundle,
    directory: &Path,
    keys: &UpdateKeys,
    publisher: &Publisher<'_>,
    release: &dyn Publication,
    machine: &str,
) -> Result<Published, CommandError> {
    let waits =
        || ui::note(&format!("waiting for another `yoe bundle` to publish in {}", directory.display()));
    let repository = Repository::open(directory, &mut { waits })?;
    check_repository(args, keys, directory)?;
    let last = keys.last_published(directory);
    let word = word(args, last.as_ref());
    let published = repository.publish(&keys.roots, word, publisher, release)?;
    if let Err(problem) = keys.note_published(directory, &published) {
        // It is published all the same.
        ui::warn(&format!("cannot record what was published: {}", problem));
    }
    ui::result(&directory.display().to_string());
    if args.from_old_keys {
        let names = published.targets.targets.keys().filter_map(|name| name.strip_suffix("/manifest.json"));
        ui::note(&format!("{} are now signed with the new keys", names.collect::<Vec<_>>().join(", ")));
    }
    let workload = args.workload.as_ref().map(|name| format!("--workload {name} ")).unwrap_or_default();
    ui::note(&format!(
        "{} {} for {machine}: any web server can serve this directory, and `updater install {workload}URL` takes it",
        release.what(),
        release.version(),
    ));
    Ok(published)
}

/// What is to be published of what was built.
fn open(
    args: &Bundle,
    directory: &Path,
    image: &Image,
    (machine, target): (&str, &str),
    signed: Option<&Path>,
    gate: Option<AuditGate>,
) -> Result<Box<dyn Publication>, CommandError> {
    if let Some(name) = &args.workload {
        return Ok(Box::new(WorkloadRelease::open(directory, image, machine, name)?));
    }
    let mut release = Release::open(directory, image, machine, signed)?;
    if args.papers {
        release.carry(papers_of(args, target, &release, gate)?);
    }
    Ok(Box::new(release))
}

fn default_name(args: &Bundle, image: &str, machine: &str, release: &dyn Publication) -> PathBuf {
    let workload = args.workload.as_ref().map(|name| format!("{name}-")).unwrap_or_default();
    format!("{image}-{machine}-{workload}{}.bundle", release.version()).into()
}
