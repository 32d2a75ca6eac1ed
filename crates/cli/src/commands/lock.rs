//! `yoe lock`.

use std::io::Write;
use std::path::Path;

use yoe_fetch::Cancel;
use yoe_fetch::lock::file::render;
use yoe_fetch::lock::{LockMode, LockOptions, LockProgress, lock as resolve};
use yoe_model::{Arch, Lock as Locks};

use crate::args::Lock;
use crate::context::{LOCK, client, evaluate};
use crate::error::CommandError;
use crate::{interrupt, paths, ui};

pub fn run(args: &Lock) -> Result<(), CommandError> {
    let mut evaluated = evaluate(None)?;
    evaluated.project.mirrors = evaluated.mirrors();
    // A lock that cannot be understood is no reason to refuse writing a new one.
    let previous =
        if args.update { evaluated.read_lock().unwrap_or_default() } else { evaluated.read_lock()? };
    let client = client(Cancel::from_flag(interrupt::flag()?))?;
    let options = LockOptions {
        now: paths::now(),
        mode: if args.update { LockMode::UpdateAll } else { LockMode::AddMissing },
        architecture: host()?,
        keyrings: Vec::new(),
    };
    let mut said = String::new();
    let lock = resolve(&evaluated.project, previous.as_ref(), &client, &options, &mut |progress| {
        let line = describe(&progress);
        if line != said {
            ui::note(&line);
            said = line;
        }
    })
    .map_err(|error| CommandError::config("the project cannot be locked").because(error))?;
    write(&evaluated.root.join(LOCK), &lock)?;
    let changes = if previous.as_ref() == Some(&lock) { "nothing changed" } else { "written" };
    ui::note(&format!(
        "{LOCK}: {changes}; {} containers, {} sources",
        lock.containers.len(),
        lock.sources.len()
    ));
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

/// Writes the lock whole or not at all.
fn write(path: &Path, lock: &Locks) -> Result<(), CommandError> {
    let new = path.with_extension("lock.new");
    let written = || {
        let mut file = std::fs::File::create(&new)?;
        file.write_all(render(lock).as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, path)
    };
    written().map_err(|error| CommandError::config(format!("{LOCK} cannot be written")).because(error))
}
