//! `yoe flash`.

use std::fs::{self, File};
use std::io::{self, BufRead as _, IsTerminal as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use yoe_disk::gpt::Medium as _;
use yoe_model::Cancel;

use crate::commands::run::CredentialArguments;
use crate::error::{CommandError, Kind};
use crate::flash::{
    self, Disk, Facts, NewFile, Node, Source, Target, Writable, judge, used, with_credentials,
};
use crate::project::{self, BuiltTargets, image, isolation};
use crate::{columns, interrupt, output, ui};

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

/// What is to be written.
struct Prepared {
    /// What messages call it.
    shown: String,
    source: Source,
    /// The container with mtools, when it is needed, and what keeps it.
    tools: Option<(BuiltTargets, PathBuf)>,
}

impl Prepared {
    fn new(args: &Flash, with_tools: bool) -> Result<Self, CommandError> {
        let given = args.image.as_deref();
        match given.filter(|name| is_file(name)) {
            Some(file) => Self::of_file(file, args, with_tools),
            None => Self::of_image(given, args, with_tools),
        }
    }

    fn of_file(file: &str, args: &Flash, with_tools: bool) -> Result<Self, CommandError> {
        let source = Source::open(Path::new(file)).map_err(|error| unreadable(file, error))?;
        let tools = with_tools.then(|| {
            let locked = project::open(args.machine.as_deref())?.lock()?;
            let (_, image) = image(&locked.project, None, "take the tools for credentials from")?;
            isolation()?;
            let built = BuiltTargets::new(locked, std::slice::from_ref(&image.container))?;
            let tools = built.first().to_owned();
            Ok::<_, CommandError>((built, tools))
        });
        Ok(Self { shown: file.to_owned(), source, tools: tools.transpose()? })
    }

    fn of_image(name: Option<&str>, args: &Flash, with_tools: bool) -> Result<Self, CommandError> {
        let locked = project::open(args.machine.as_deref())?.lock()?;
        let (name, image) = image(&locked.project, name, "write")?;
        let built = BuiltTargets::new(locked, &[name.clone(), image.container.clone()])?;
        let disk = built.artifact()?;
        let source = Source::open(&disk).map_err(|error| unreadable(&name, error))?;
        let tools = built.directory(&image.container)?.to_owned();
        if with_tools {
            isolation()?;
        }
        Ok(Self { shown: name, source, tools: with_tools.then_some((built, tools)) })
    }
}

/// Whether a user means a file and not an image of the project.
fn is_file(name: &str) -> bool {
    name.contains('/') || name.ends_with(".img") || Path::new(name).is_file()
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
    ui::note(&format!("{name}: {}, {}{kind}", ui::bytes(disk.bytes), words(disk)));
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(CommandError::user(format!("nobody can be asked whether {name} may be overwritten"))
            .hint("--yes answers for a script"));
    }
    ui::note(&format!("{what} will take the place of all that is on it. Type {name} to go on:"));
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| CommandError::user("the answer cannot be read").because(error))?;
    match line.trim() == name {
        true => Ok(()),
        false => Err(CommandError::user(format!("nothing was written: the answer was not {name}"))),
    }
}

fn write(source: &Source, size: u64, target: &Target, shown: &str) -> Result<(), CommandError> {
    let ranges = used(source).map_err(|error| unreadable(shown, error))?;
    let began = Instant::now();
    let meter = ui::Meter::new(Cancel::from_flag(interrupt::flag()?));
    let (name, result) = match target {
        Target::File(path) => {
            let made = new_file(path, size);
            let (file, part) = made.map_err(|error| {
                CommandError::user(format!("{} cannot be written", path.display())).because(error)
            })?;
            let written = write_to(source, &ranges, &NewFile(file), size, &meter);
            let placed = written.and_then(|()| {
                fs::rename(&part, path).map_err(|error| {
                    CommandError::user(format!("{} cannot be replaced", path.display())).because(error)
                })
            });
            if placed.is_err() {
                // What is left of it is in nobody's way.
                let _ = fs::remove_file(&part);
            }
            (path.display().to_string(), placed)
        }
        Target::Disk(disk, path) => {
            // Fails as long as somebody else uses the disk (open(2)).
            let options = rustix::fs::OFlags::EXCL.bits();
            let file = File::options().read(true).write(true).custom_flags(options.cast_signed()).open(path);
            let file = file.map_err(|error| cannot_open(path, error))?;
            (disk.name.clone(), write_to(source, &ranges, &file, disk.bytes, &meter))
        }
    };
    drop(meter);
    result?;
    let written: u64 = ranges.iter().map(|range| range.size()).sum();
    ui::note(&format!(
        "{name}: {shown} was written and read back, {} of {} in {} s",
        ui::bytes(written),
        ui::bytes(size),
        began.elapsed().as_secs()
    ));
    Ok(())
}

/// A file of this size next to `path`, in whose place it comes once it is whole.
fn new_file(path: &Path, size: u64) -> io::Result<(File, PathBuf)> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let file = File::options().create(true).truncate(true).read(true).write(true).open(&part)?;
    file.set_len(size)?;
    Ok((file, part))
}

fn write_to(
    source: &Source,
    ranges: &[flash::Range],
    to: &dyn Writable,
    room: u64,
    meter: &ui::Meter,
) -> Result<(), CommandError> {
    use flash::WriteError as E;
    flash::write(source, ranges, to, room, meter).map_err(|error| match error {
        E::Ended => CommandError::new(Kind::Interrupted, error.to_string()),
        E::Differs(_) | E::Read { .. } => CommandError::of(Kind::User, error)
            .hint("the medium is worn out, or smaller than it says: use another one"),
        _ => CommandError::of(Kind::User, error),
    })
}

fn cannot_open(path: &Path, error: io::Error) -> CommandError {
    let denied = error.kind() == io::ErrorKind::PermissionDenied;
    let busy = error.kind() == io::ErrorKind::ResourceBusy;
    let error = CommandError::user(format!("{} cannot be opened", path.display())).because(error);
    match (denied, busy) {
        (true, _) => error.hint(format!(
            "sudo setfacl -m u:$USER:rw {0}, or sudo chown $USER {0}: both last until the medium is taken out",
            path.display()
        )),
        (_, true) => error.hint("some program uses it; `lsblk` and `fuser` tell which"),
        _ => error,
    }
}
