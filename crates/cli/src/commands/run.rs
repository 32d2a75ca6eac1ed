//! `yoe run`.

use std::cell::RefCell;
use std::path::PathBuf;

use clap::Args;
use yoe_model::{Image, Size};
use yoe_sandbox::SandboxError;
use yoe_testbed::servers::Wanted;
use yoe_testbed::{Bootable, Sizes};
use yoe_vm::{
    Credential, CredentialFiles, Forward, Network, RunOptions, Serial, qemu_arguments, qemu_program,
};

use crate::accelerator::{Wish, accelerate};
use crate::commands::run_command::{self, OneCommand};
use crate::devices::RunningDevice;
use crate::error::{CommandError, Kind};
use crate::project::{Choice, bootable};
use crate::{paths, ports, ui};

/// The arguments of `yoe run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The image [default: the project's]
    pub image: Option<String>,
    /// The machine to run [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Sign a copy of the disk with the project's own keys and boot with Secure Boot enabled
    #[arg(long)]
    pub secure_boot: bool,
    /// How to run the guest: with KVM or by emulation
    #[arg(long, value_enum, default_value_t)]
    pub accel: Wish,
    /// Memory of the virtual machine, such as 512M [default: the machine's]
    #[arg(long)]
    pub memory: Option<Size>,
    /// Size of the disk, such as 8G [default: the image's, and 2G for its data partition when it has one]
    #[arg(long)]
    pub disk: Option<Size>,
    /// Keep the disk in this file, which is created from the image if it does not exist
    #[arg(long, value_name = "FILE")]
    pub disk_file: Option<PathBuf>,
    /// Forward a port of this host's loopback interface to the device
    #[arg(long = "forward", value_name = "HOST:DEVICE", value_parser = forward)]
    pub forwards: Vec<(u16, u16)>,
    /// Let `yoe ssh` log in to the device as root, with keys made for this run
    #[arg(long)]
    pub ssh: bool,
    #[command(flatten)]
    pub credentials: CredentialArguments,
    /// Run this command on the device once its services are ready, then power the device off
    ///
    /// Several words are a program and its arguments, each as it is; one word is a script for the device's shell.
    /// Ends with the command's own status.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// What a user hands to a device.
#[derive(Debug, Args)]
pub struct CredentialArguments {
    /// Pass a systemd credential to the device. Other users of this host can see it; use --credential-file for secrets
    #[arg(long = "credential", value_name = "NAME=VALUE", value_parser = credential)]
    pub values: Vec<(String, String)>,
    /// Pass the content of a file as a credential, without its final line break
    #[arg(long = "credential-file", value_name = "NAME=FILE", value_parser = credential)]
    pub files: Vec<(String, String)>,
}

impl CredentialArguments {
    /// The credentials, with what their files hold.
    pub fn read(&self) -> Result<Vec<Credential>, CommandError> {
        let new = |name: &str, value: Vec<u8>| {
            Credential::new(name, value).map_err(|error| CommandError::user(error.to_string()))
        };
        let given = self.values.iter().map(|(name, value)| new(name, value.clone().into_bytes()));
        let read = self.files.iter().map(|(name, path)| {
            let value = std::fs::read(path).map_err(|error| {
                CommandError::user(format!("credential {name:?} cannot be read from {path}")).because(error)
            })?;
            // What a program prints ends with a line break, which is not part of a password's hash.
            new(name, value.strip_suffix(b"\n").unwrap_or(&value).to_vec())
        });
        given.chain(read).collect()
    }
}

/// Carries `yoe run` out.
pub fn run(args: &Run) -> Result<(), CommandError> {
    // Gone when the device is.
    let started = RefCell::new(None);
    let chosen = |image: &Image| {
        if args.ssh {
            started.replace(Some(RunningDevice::new(&image.name, &paths::project_root()?)?));
        }
        Ok(())
    };
    let choice = Choice {
        image: args.image.as_deref(),
        machine: args.machine.as_deref(),
        secure_boot: args.secure_boot,
        servers: Wanted::Registry,
        ssh: args.ssh,
        chosen: &chosen,
    };
    // Before anything is built.
    ports::free(args.forwards.iter().map(|(host, _)| *host))?;
    let mut credentials = args.credentials.read()?;
    let mut bootable = bootable(&choice)?;
    let mut ssh = started.take();
    if let Some(ssh) = &ssh {
        ssh.add_to(&mut credentials)?;
    }
    if let Some(file) = &args.disk_file {
        bootable.keep_disk(file)?;
    }
    accelerate(&mut bootable, args.accel)?;
    if !args.command.is_empty() {
        let one = OneCommand {
            command: &args.command,
            sizes: Sizes { memory: args.memory, disk: args.disk },
            credentials,
            forwards: &forwards(args, &mut ssh)?,
        };
        return run_command::run(one, &bootable, &records(&bootable)?);
    }
    // Makes the directory that the arguments speak of.
    let directory = bootable.run_directory()?;
    let servers = bootable.servers.start(&records(&bootable)?)?;
    credentials.extend(servers.credentials.iter().cloned());
    let handed = CredentialFiles::write(&directory, &credentials).map_err(|error| {
        CommandError::config("the machine's credentials cannot be written").because(error)
    })?;
    // Somebody may have taken a port while the image was built.
    ports::free(args.forwards.iter().map(|(host, _)| *host))?;
    let forwards = forwards(args, &mut ssh)?;
    let forwards = forwards.iter().map(|(host, guest)| Forward { host: *host, guest: *guest }).collect();
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
    ssh.iter().for_each(|ssh| ui::note(&ssh.note()));
    let exit =
        bootable.attend(qemu_program(bootable.machine.arch), &arguments).map_err(|error| {
            match error.downcast_ref() {
                Some(SandboxError::Interrupted) => {
                    CommandError::new(Kind::Interrupted, "the machine has ended")
                }
                _ => CommandError::config("QEMU could not be run").because(error),
            }
        })?;
    if exit.success() {
        return Ok(());
    }
    Err(CommandError::new(Kind::Internal, format!("QEMU ended with {exit}")))
}

/// The ports that lead to the device (this host's, the device's), which starts now.
fn forwards(args: &Run, ssh: &mut Option<RunningDevice>) -> Result<Vec<(u16, u16)>, CommandError> {
    let ssh = ssh.as_mut().map(RunningDevice::starts).transpose()?;
    Ok(args.forwards.iter().copied().chain(ssh).collect())
}

/// Where the newest run of an image leaves what its console and the servers next to it said.
pub fn records(bootable: &Bootable) -> Result<PathBuf, CommandError> {
    let records = paths::state()?.join("runs").join(&bootable.image.name);
    std::fs::create_dir_all(&records).map_err(|error| {
        CommandError::config("the console's log cannot be kept")
            .because(error)
            .where_to_write("XDG_STATE_HOME")
    })?;
    Ok(records)
}

fn forward(text: &str) -> Result<(u16, u16), String> {
    let wrong = || format!("{text:?} is not HOST:DEVICE, such as 8080:80");
    let (host, device) = text.split_once(':').ok_or_else(wrong)?;
    Ok((host.parse().map_err(|_| wrong())?, device.parse().map_err(|_| wrong())?))
}

fn credential(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is not NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}
