//! `yoe run`.

use yoe_sandbox::SandboxError;
use yoe_vm::{
    Credential, CredentialFiles, Forward, Network, RunOptions, Serial, qemu_arguments, qemu_program,
};

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
    let accel = bootable.accelerate(args.accel)?;
    ui::note(&accel);
    if !args.command.is_empty() {
        return run_command::run(args, &bootable);
    }
    // Makes the folder that the arguments speak of.
    let folder = bootable.folder()?;
    let beside = bootable.beside.start(&run_command::records(&bootable)?)?;
    let mut credentials = credentials(args)?;
    credentials.extend(beside.credentials.iter().cloned());
    let handed = CredentialFiles::write(&folder, &credentials)
        .map_err(|error| not_run("the machine's credentials cannot be written", error))?;
    let forwards = args.forwards.iter().map(|(host, guest)| Forward { host: *host, guest: *guest }).collect();
    let options = RunOptions {
        memory: args.memory,
        accel: bootable.accel,
        network: Network { outbound: true, forwards },
        credentials: handed.inside().to_vec(),
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
    let exit =
        bootable.attend(qemu_program(bootable.machine.arch), &arguments).map_err(|error| {
            match error.downcast_ref() {
                Some(SandboxError::Interrupted) => {
                    CommandError::new(Kind::Interrupted, "the machine has ended")
                }
                _ => not_run("QEMU could not be run", error),
            }
        })?;
    if exit.success() {
        return Ok(());
    }
    Err(CommandError::new(Kind::Internal, format!("QEMU ended with {exit}")))
}

/// What the user hands to the device.
pub fn credentials(args: &Run) -> Result<Vec<Credential>, CommandError> {
    let new = |name: &str, value: Vec<u8>| {
        Credential::new(name, value).map_err(|error| CommandError::user(error.to_string()))
    };
    let given = args.credentials.iter().map(|(name, value)| new(name, value.clone().into_bytes()));
    let read = args.credential_files.iter().map(|(name, path)| {
        let value = std::fs::read(path).map_err(|error| {
            CommandError::user(format!("credential {name:?} cannot be read from {path}")).because(error)
        })?;
        // What a program prints ends with a line break, which is no part of a password's hash.
        new(name, value.strip_suffix(b"\n").unwrap_or(&value).to_vec())
    });
    given.chain(read).collect()
}
