//! `yoe deploy`.

use std::fs::File;
use std::io;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;

use crate::deploy::{self, Archive, Ask, archive};
use crate::devices::openssh;
use crate::devices::ssh::Destination;
use crate::devices::{find, running};
use crate::error::{CommandError, Kind};
use crate::project::{self, BuiltTargets};
use crate::ui;

/// What device.sh says of a service that carries the connection: it restarts a second later.
const LATER: &str = "restarts when this connection has ended";

/// The arguments of `yoe deploy`.
#[derive(Debug, Args)]
pub struct Deploy {
    /// The unit
    #[arg(required_unless_present = "undo", conflicts_with = "undo")]
    pub unit: Option<String>,
    /// A device that `yoe run --ssh` runs, or what ssh takes, such as root@192.0.2.7 [default: the only one that runs]
    #[arg(long, value_name = "HOST")]
    pub to: Option<String>,
    /// Take back all that was deployed
    #[arg(long)]
    pub undo: bool,
    /// The machine to build for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
}

/// Carries `yoe deploy` out.
pub fn run(args: &Deploy) -> Result<(), CommandError> {
    let to = destination(args.to.as_deref())?;
    let Some(unit) = &args.unit else {
        settle(&to, &ask(&to, Ask::Undo, None)?)?;
        ui::note(&format!("{} is what its image made it", to.name()));
        return Ok(());
    };
    let locked = project::open(args.machine.as_deref())?.lock()?;
    project::unit(&locked.project, unit).map_err(|error| error.hint("name a unit"))?;
    let services = locked.project.units.get(unit).into_iter().flat_map(|unit| &unit.services);
    let services: Vec<String> = services.map(|service| service.name.clone()).collect();
    to.wait()?;
    // Before anything is built.
    ask(&to, Ask::Check, None)?;
    let built = BuiltTargets::new(locked, std::slice::from_ref(unit))?;
    let began = Instant::now();
    let key = built.builder.signer.public_key().map_err(|error| CommandError::of(Kind::Internal, error))?;
    let Archive { file, count } = archive(&built.artifact()?, &[key]).map_err(|error| {
        let message = format!("the package of {unit:?} cannot be put onto a device that runs");
        CommandError::user(message).because(error)
    })?;
    settle(&to, &ask(&to, Ask::Put(unit, &services), Some(file))?)?;
    ui::note(&format!(
        "{unit}: {count} files are on {} after {:.1} s, until `yoe deploy --undo` or its next start",
        to.name(),
        began.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Waits until the device answers again, where a service restarts that carries connections.
fn settle(to: &Destination, printed: &str) -> Result<(), CommandError> {
    if printed.contains(LATER) {
        thread::sleep(Duration::from_secs(3));
        to.wait()?;
    }
    Ok(())
}

/// A device that runs here, by its name, or whatever ssh makes of the name.
fn destination(name: Option<&str>) -> Result<Destination, CommandError> {
    let here = |name: &str| {
        Ok::<_, CommandError>(running()?.iter().any(|device| device.name == name || device.image == name))
    };
    match name {
        Some(name) if !here(name)? => Ok(Destination::Elsewhere(name.to_owned())),
        name => find(name).map(Destination::Here),
    }
}

/// Has the device do something. What it says is shown, and returned.
fn ask(to: &Destination, what: Ask<'_>, input: Option<File>) -> Result<String, CommandError> {
    let output = to
        .command()?
        .arg(deploy::script(what))
        .stdin(input.map_or_else(Stdio::null, Stdio::from))
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| openssh::missing("ssh", error))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        printed.lines().for_each(ui::note);
        return Ok(printed.into_owned());
    }
    let code = output.status.code().and_then(|code| u32::try_from(code).ok());
    if code == Some(deploy::REFUSED) {
        let why = io::Error::other(printed.trim().to_owned());
        return Err(CommandError::user(format!("{} takes no package of yours", to.name()))
            .because(why)
            .hint("an image for developers says etc = \"data\", as dev-image does; others are changed by an update: `yoe bundle`"));
    }
    printed.lines().for_each(ui::note);
    Err(CommandError::config(format!("{} could not be asked: {}", to.name(), output.status))
        .hint("what ssh or the device said stands above"))
}
