//! `yoe lock`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use yoe_fetch::lock::file::render;
use yoe_fetch::lock::{LockMode, LockOptions, LockProgress, lock as resolve};
use yoe_model::Cancel;
use yoe_model::{Arch, GoModule, Lock as Locks, LockedSource, Source};
use yoe_plan::Plan;

use crate::error::CommandError;
use crate::output::Output;
use crate::project::{self, LOCK, OpenProject, client, isolation};
use crate::ui::Mode;
use crate::{interrupt, paths, ui};

/// The arguments of `yoe lock`.
#[derive(Debug, Args)]
pub struct Lock {
    /// Resolve everything again, including what is already locked
    #[arg(long)]
    pub update: bool,

    /// A file of OpenPGP keys that containers or sources name, where no debian-archive-keyring package has them; may be
    /// repeated
    #[arg(long, value_name = "FILE")]
    pub keyring: Vec<PathBuf>,
}

/// Carries `yoe lock` out.
pub fn run(args: &Lock) -> Result<(), CommandError> {
    let opened = project::open(None)?;
    let output = Output::at(&opened.root.join(LOCK))?;
    let project = opened.project.clone().with_mirrors(opened.mirrors());
    // A lock that cannot be understood is not a reason to refuse writing a new one.
    let previous = if args.update { opened.read_lock().unwrap_or_default() } else { opened.read_lock()? };
    let client = client(Cancel::from_flag(interrupt::flag()?))?;
    let options = LockOptions {
        now: paths::now(),
        mode: if args.update { LockMode::UpdateAll } else { LockMode::AddMissing },
        architecture: host()?,
        keyrings: args.keyring.iter().map(|file| read_keyring(file)).collect::<Result<_, _>>()?,
    };
    let mut said = String::new();
    let mut lock = resolve(&project, previous.as_ref(), &client, &options, &mut |progress| {
        let line = describe(&progress);
        if line != said {
            ui::note(&line);
            said = line;
        }
    })
    .map_err(|error| CommandError::config("the project cannot be locked").because(error))?;
    go_modules(&opened, &mut lock)?;
    output.write_all(render(&lock).as_bytes())?;
    let changes = if previous.as_ref() == Some(&lock) { "nothing changed" } else { "written" };
    ui::note(&format!(
        "{LOCK}: {changes}; {} containers, {} sources",
        lock.containers.len(),
        lock.sources.len()
    ));
    Ok(())
}

fn read_keyring(file: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(file).map_err(|error| {
        CommandError::config(format!("cannot read the keys of {}", file.display())).because(error)
    })
}

/// Adds the Go modules that the lock lacks. To look one up is to fetch it, by the Go client of its container.
fn go_modules(opened: &OpenProject, lock: &mut Locks) -> Result<(), CommandError> {
    let sources = opened.project.units.values().flat_map(|unit| &unit.sources);
    let missing: BTreeMap<String, &GoModule> = sources
        .filter_map(|entry| match &entry.source {
            Source::GoModule(module) => Some((entry.source.key(), module)),
            _ => None,
        })
        .filter(|(key, _)| !lock.sources.contains_key(key))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    isolation()?;
    // The containers alone: the project as a whole has no lock yet.
    let containers = opened.project.clone().containers_alone();
    let containers =
        OpenProject { root: opened.root.clone(), project: containers }.with_lock(lock.clone())?;
    let all: BTreeSet<String> = missing.values().map(|module| module.container.clone()).collect();
    let (buildable, _) = containers.buildable(&Vec::from_iter(all))?;
    let plans: Vec<(String, &GoModule, Plan)> = missing
        .into_iter()
        .map(|(key, module)| {
            let plan = buildable.plan(std::slice::from_ref(&module.container))?;
            Ok((key, module, plan))
        })
        .collect::<Result<_, CommandError>>()?;
    let builder = buildable.builder(Mode::choose(false).reporter())?;
    if builder.fetching.go.get("GOSUMDB").is_some_and(|database| database == "off") {
        ui::note("GOSUMDB is off: Go modules new to the lock are not checked against a checksum database");
    }
    for (key, module, plan) in plans {
        ui::note(&format!("source {key}"));
        let tree = builder.lock_go_module(&plan, &key, module)?;
        lock.sources.insert(key, LockedSource { tree: Some(tree), ..LockedSource::default() });
    }
    Ok(())
}

fn describe(progress: &LockProgress<'_>) -> String {
    match progress {
        LockProgress::Fetch { name, .. } => format!("fetching {name}"),
        LockProgress::Container { name, packages, bytes } => {
            format!("container {name}: {packages} packages, {}", ui::bytes(*bytes))
        }
        LockProgress::Source { key } => format!("source {key}"),
    }
}

/// The architecture of this machine, which containers are for.
fn host() -> Result<Arch, CommandError> {
    std::env::consts::ARCH
        .parse()
        .map_err(|()| CommandError::config(format!("nothing is built on {} yet", std::env::consts::ARCH)))
}
