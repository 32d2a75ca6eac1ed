//! `yoe flash`.

mod prepared;
mod writing;

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;
use yoe_disk::gpt::Medium as _;

use self::prepared::Prepared;
use self::writing::write;
use crate::commands::run::CredentialArguments;
use crate::error::CommandError;
use crate::flash::{Disk, Facts, Node, Target, judge, with_credentials};
use crate::{columns, output, ui};

/// The arguments of `yoe flash`.
#[derive(Debug, Args)]
pub struct Flash {
    /// An image of the project, or the file of a disk
    pub image: Option<String>,
    /// The disk to write to, such as /dev/sdb, or a file; without it, the media that are there are listed
    pub device: Option<PathBuf>,
    /// The machine to build for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Do not ask for the name of the disk
    #[arg(long, short)]
    pub yes: bool,
    /// Write the list of media as JSON
    #[arg(long, conflicts_with = "device")]
    pub json: bool,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}

/// Carries `yoe flash` out.
pub fn run(args: &Flash) -> Result<(), CommandError> {
    let facts = Facts::gather()
        .map_err(|error| CommandError::config("this machine does not tell its disks").because(error))?;
    let Some(device) = &args.device else { return list(args, &facts) };
    let node = Node::at(device).map_err(|error| {
        CommandError::user(format!("{} cannot be looked at", device.display())).because(error)
    })?;
    // Before anything is built: all but the size is known.
    if let Target::File(path) = judge(&facts, device, &node, 0)? {
        output::Output::at(&path)?;
    }
    let credentials = args.credentials.read()?;
    let prepared = Prepared::new(args, !credentials.is_empty())?;
    let size = prepared.source.size().map_err(|error| unreadable(&prepared.shown, error))?;
    let target = judge(&facts, device, &node, size)?;
    let source = match &prepared.tools {
        Some((built, tools)) => {
            let scratch = built.builder.session.scratch()?;
            with_credentials(prepared.source, &credentials, tools, scratch.path())?
        }
        None => prepared.source,
    };
    if let Target::Disk(disk, _) = &target {
        confirm(disk, &prepared.shown, args.yes)?;
    }
    write(&source, size, &target, &prepared.shown)
}

fn unreadable(what: &str, error: io::Error) -> CommandError {
    CommandError::user(format!("{what} cannot be read")).because(error)
}

fn list(args: &Flash, facts: &Facts) -> Result<(), CommandError> {
    if let Some(given) = args.image.as_deref().filter(|given| given.starts_with("/dev/")) {
        return Err(CommandError::user(format!("it is not said what to write to {given}"))
            .hint(format!("yoe flash IMAGE {given}")));
    }
    let media = facts.media();
    if args.json {
        return ui::json_result(&media);
    }
    let rows = media.iter().map(|disk| {
        vec![
            format!("/dev/{}", disk.name),
            ui::bytes(disk.bytes),
            disk.bus.unwrap_or("-").to_owned(),
            words(disk),
            disk.uses.join(", "),
        ]
    });
    columns::lines(&rows.collect::<Vec<_>>()).iter().for_each(|line| ui::result(line));
    match media.is_empty() {
        true => ui::note("there is no medium that can be taken out of this machine"),
        false => ui::note("`yoe flash IMAGE DEVICE` writes an image to one of them"),
    }
    Ok(())
}

/// What somebody recognises a medium by.
fn words(disk: &Disk) -> String {
    let model = if disk.model.is_empty() { "unknown model" } else { &disk.model };
    if disk.serial.is_empty() { model.to_owned() } else { format!("{model}, serial {}", disk.serial) }
}

fn confirm(disk: &Disk, what: &str, yes: bool) -> Result<(), CommandError> {
    let name = &disk.name;
    let kind = if disk.removable { "" } else { "; it is built into this machine" };
    ui::stderr(&format!("{name}: {}, {}{kind}", ui::bytes(disk.bytes), words(disk)));
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(CommandError::user(format!("nobody can be asked whether {name} may be overwritten"))
            .hint("--yes answers for a script"));
    }
    ui::stderr(&format!("{what} will take the place of all that is on it. Type {name} to go on:"));
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| CommandError::user("the answer cannot be read").because(error))?;
    match line.trim() == name {
        true => Ok(()),
        false => Err(CommandError::user(format!("nothing was written: the answer was not {name}"))),
    }
}
