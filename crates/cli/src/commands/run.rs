//! `yoe run`.

use yoe_sandbox::Stdio;
use yoe_vm::{Credential, Forward, Network, RunOptions, Serial, qemu_arguments, qemu_program};

use crate::args::Run;
use crate::commands::run_command;
use crate::error::{CommandError, Kind};
use crate::machine::{Bootable, Choice, Servers, not_run};
use crate::{ports, ui};

pub fn run(args: &Run) -> Result<(), CommandError> {
    let choice = Choice {
        image: args.image.as_deref(),
        machine: args.machine.as_deref(),
        secure_boot: args.secure_boot,
        servers: Servers::Registry,
    };
    // Before anything is built.
    ports::free(args.forwards.iter().map(|(host, _)| *host))?;
    let mut bootable = Bootable::build(&choice)?;
    if let Some(file) = &args.disk_file {
        bootable.keep_disk(file)?;
    }
    if !args.command.is_empty() {
        return run_command::run(args, &bootable);
    }
    // Makes the folder that the arguments speak of.
    bootable.folder()?;
    let beside = bootable.beside.start(&run_command::records(&bootable)?)?;
    let mut credentials = credentials(args)?;
    credentials.extend(beside.credentials.iter().cloned());
    let forwards = args.forwards.iter().map(|(host, guest)| Forward { host: *host, guest: *guest }).collect();
    let options = RunOptions {
        memory: args.memory,
        network: Network { outbound: true, forwards },
        credentials,
        firmware_vars: bootable.firmware_vars(),
        secure_boot: bootable.secure_boot(),
        serial: Serial::Terminal,
        ..RunOptions::default()
    };
    let disk = bootable.disk(args.disk)?;
    let arguments = qemu_arguments(&bootable.machine, &bootable.qemu, &disk, &options);
    match &args.disk_file {
        Some(file) => {
            ui::note(&format!("booting; Ctrl-A X ends the machine. Its disk is {}", file.display()))
        }
        None => {
            ui::note("booting; Ctrl-A X ends the machine. What it writes to its disk is gone afterwards.")
        }
    }
    // Somebody may have taken a port while the image was built.
    ports::free(args.forwards.iter().map(|(host, _)| *host))?;
    let mut child = bootable
        .spawn(qemu_program(bootable.machine.arch), &arguments, Stdio::inherit())
        .map_err(|error| not_run("QEMU could not be started", error))?;
    let exit = child.wait().map_err(|error| not_run("QEMU's end is not known", error))?;
    if exit.success() {
        return Ok(());
    }
    Err(CommandError::new(Kind::Internal, format!("QEMU ended with {exit}")))
}

/// What the user hands to the device.
pub fn credentials(args: &Run) -> Result<Vec<Credential>, CommandError> {
    let all = args.credentials.iter().map(|(name, value)| {
        Credential::new(name, value.as_bytes()).map_err(|error| CommandError::user(error.to_string()))
    });
    all.collect()
}
