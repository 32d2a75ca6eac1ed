//! `yoe lock`.

mod check;
mod chosen;
mod go;
mod list;
mod seed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use yoe_fetch::lock::file::render;
use yoe_fetch::lock::{LockMode, LockOptions, LockProgress, lock as resolve};
use yoe_model::{Arch, Cancel, Lock as Locks, LockedManifest, LockedModule, Module};

use self::chosen::{Update, named_modules};
use crate::error::CommandError;
use crate::output::Output;
use crate::project::modules::{self, Fetcher, ModuleTrees};
use crate::project::{self, LOCK, OpenProject, client, does_not_fit, no_lock, read_lock};
use crate::{interrupt, paths, ui};

/// The arguments of `yoe lock`.
#[derive(Debug, Args)]
pub struct Lock {
    /// Resolve again what is already locked: everything, or only the containers, sources, images and modules of these names
    #[arg(long, value_name = "NAME", num_args = 0.., conflicts_with_all = ["check", "list"])]
    pub update: Option<Vec<String>>,

    /// A file of OpenPGP keys that containers or sources name, where no debian-archive-keyring package has them; may be
    /// repeated
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "list"])]
    pub keyring: Vec<PathBuf>,

    /// Write nothing, and fail when yoe.lock is not up to date with the project
    #[arg(long, conflicts_with = "list")]
    pub check: bool,

    /// Show what is locked
    #[arg(long)]
    pub list: bool,

    /// With --list: as JSON
    #[arg(long, requires = "list")]
    pub json: bool,
}

/// Carries `yoe lock` out.
pub fn run(args: &Lock) -> Result<(), CommandError> {
    let root = paths::project_root()?;
    if args.list {
        return list::run(&root, args.json);
    }
    if args.check {
        return check::run(&root);
    }
    let output = Output::at(&root.join(LOCK))?;
    let update = Update::of(args.update.as_deref());
    let previous = match update {
        // A lock that cannot be understood is not a reason to refuse writing a new one.
        Update::All => read_lock(&root).unwrap_or_default(),
        Update::Missing => read_lock(&root)?,
        Update::Named(_) => Some(read_lock(&root)?.ok_or_else(no_lock)?),
    };
    let named = modules::named(&root)?;
    let (entries, trees) = lock_modules(&named, previous.as_ref(), &update)?;
    let opened = project::evaluate(root, None, trees)?;
    project::warn_of_architectures(&opened);
    let mut lock = match update {
        Update::Named(names) => {
            lock_named(&opened, &named, &previous.clone().unwrap_or_default(), names, args)?
        }
        Update::Missing => {
            let seeded = seed::seeded(previous.clone(), &opened, &named);
            lock_all(&opened, seeded.as_ref(), LockMode::AddMissing, args)?
        }
        Update::All => lock_all(&opened, previous.as_ref(), LockMode::UpdateAll, args)?,
    };
    lock.modules = entries;
    output.write_all(render(&lock).as_bytes())?;
    let changes = if previous.as_ref() == Some(&lock) { "nothing changed" } else { "written" };
    let counted = |count: usize, what: &str| match count {
        0 => String::new(),
        count => format!(", {count} {what}"),
    };
    let (images, modules) = (counted(lock.images.len(), "images"), counted(lock.modules.len(), "modules"));
    ui::note(&format!(
        "{LOCK}: {changes}; {} containers, {} sources{images}{modules}",
        lock.containers.len(),
        lock.sources.len()
    ));
    // A module that moved alone may need what nobody has looked up yet.
    if opened.project.lock(lock).is_err() {
        ui::note(&format!("the project needs more than {LOCK} has: run `yoe lock`"));
    }
    Ok(())
}

/// The entries and the trees of the project's modules: as they are locked, or as they are now.
fn lock_modules(
    named: &[Module],
    previous: Option<&Locks>,
    update: &Update<'_>,
) -> Result<(BTreeMap<String, LockedModule>, ModuleTrees), CommandError> {
    // By name, every other entry stays, whether or not the project still has its module.
    let mut entries = match (update, previous) {
        (Update::Named(_), Some(previous)) => previous.modules.clone(),
        _ => BTreeMap::new(),
    };
    if !named.iter().any(|module| module.source.needs_lock()) {
        return Ok((entries, ModuleTrees::default()));
    }
    let renewed = named_modules(update, named);
    if let (Update::Named(_), Some(previous)) = (update, previous) {
        let others: Vec<Module> = named.iter().filter(|module| !renewed(&module.name)).cloned().collect();
        let mismatches = previous.module_mismatches(&others);
        if !mismatches.is_empty() {
            return Err(does_not_fit(&mismatches));
        }
    }
    let mut fetcher = Fetcher::new()?;
    for module in named.iter().filter(|module| module.source.needs_lock()) {
        let known = previous.and_then(|lock| lock.modules.get(&module.name));
        let kept = known.filter(|entry| !renewed(&module.name) && entry.answers(&module.source));
        let entry = match kept {
            Some(entry) => {
                fetcher.locked(module, entry)?;
                entry.clone()
            }
            None => fetcher.newest(module)?,
        };
        entries.insert(module.name.clone(), entry);
    }
    Ok((entries, fetcher.trees()))
}

/// The lock of the whole project.
fn lock_all(
    opened: &OpenProject,
    previous: Option<&Locks>,
    mode: LockMode,
    args: &Lock,
) -> Result<Locks, CommandError> {
    let mut lock = look_up(opened, previous, mode, args)?;
    go::add_missing(opened, &mut lock, |_| true)?;
    Ok(lock)
}

/// The previous lock with the entries of these names looked up again.
fn lock_named(
    opened: &OpenProject,
    named: &[Module],
    previous: &Locks,
    names: &[String],
    args: &Lock,
) -> Result<Locks, CommandError> {
    if previous.version != Locks::VERSION {
        let message =
            format!("{LOCK} has format version {}: its entries do not move one by one", previous.version);
        return Err(CommandError::user(message).hint("run `yoe lock`, which writes the present format"));
    }
    let chosen = chosen::choose(names, &opened.project, named)?;
    let (containers, sources, images) = (chosen.containers, chosen.debian, chosen.images);
    let mode = LockMode::Only { containers, sources, images };
    let mut lock = look_up(opened, Some(previous), mode, args)?;
    lock.sources.retain(|key, _| !chosen.go.contains(key));
    go::add_missing(opened, &mut lock, |key| chosen.go.contains(key))?;
    Ok(lock)
}

fn look_up(
    opened: &OpenProject,
    previous: Option<&Locks>,
    mode: LockMode,
    args: &Lock,
) -> Result<Locks, CommandError> {
    let project = opened.project.clone().with_mirrors(opened.mirrors());
    let client = client(Cancel::from_flag(interrupt::flag()?))?;
    let options = LockOptions {
        now: paths::now(),
        mode,
        architecture: host()?,
        keyrings: args.keyring.iter().map(|file| read_keyring(file)).collect::<Result<_, _>>()?,
        docker: paths::docker(),
    };
    let mut printed = String::new();
    resolve(&project, previous, &client, &options, &mut |progress| {
        let line = describe(&progress);
        if line != printed {
            ui::note(&line);
            printed = line;
        }
    })
    .map_err(|error| CommandError::config("the project cannot be locked").because(error))
}

fn read_keyring(file: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(file).map_err(|error| {
        CommandError::config(format!("cannot read the keys of {}", file.display())).because(error)
    })
}

fn describe(progress: &LockProgress<'_>) -> String {
    match progress {
        LockProgress::Fetch { name, .. } => format!("fetching {name}"),
        LockProgress::Container { name, packages, bytes } => {
            format!("container {name}: {packages} packages, {}", ui::bytes(*bytes))
        }
        LockProgress::Source { key } => format!("source {key}"),
        LockProgress::Asking { image } => format!("asking {} for {image}", image.registry()),
        LockProgress::Image { image, found } => {
            let of = |(arch, one): (&Arch, &LockedManifest)| format!("{arch} {}", ui::bytes(one.size()));
            let all: Vec<String> = found.manifests.iter().map(of).collect();
            format!("image {image}: {}", all.join(", "))
        }
    }
}

/// The architecture of this machine, which containers are for.
fn host() -> Result<Arch, CommandError> {
    std::env::consts::ARCH
        .parse()
        .map_err(|()| CommandError::config(format!("nothing is built on {} yet", std::env::consts::ARCH)))
}
