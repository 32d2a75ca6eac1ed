//! Building an image in order to boot it.

use yoe_keys::secure_boot;
use yoe_model::{Image, Machine, Qemu};
use yoe_testbed::servers::{self, ServerSources, Servers, Wanted};
use yoe_testbed::{Bootable, Built};

use super::ssh_server::ssh_server;
use super::{BuiltTargets, image, isolation, open, open_secure_boot};
use crate::error::CommandError;
use crate::paths;

/// Which image, for which machine.
pub struct Choice<'a> {
    /// The image; the project's when absent.
    pub image: Option<&'a str>,
    /// The machine; the project's when absent.
    pub machine: Option<&'a str>,
    /// Whether the firmware refuses what is not signed.
    pub secure_boot: bool,
    /// Which of its servers are built too.
    pub servers: Wanted,
    /// Whether somebody is to log in by SSH.
    pub ssh: bool,
    /// Hears which image it is before anything is built.
    pub chosen: &'a dyn Fn(&Image) -> Result<(), CommandError>,
}

/// Builds an image and what runs it.
pub fn bootable(choice: &Choice<'_>) -> Result<Bootable, CommandError> {
    let locked = open(choice.machine)?.lock()?;
    let (name, image) = image(&locked.project, choice.image, "boot")?;
    if choice.ssh {
        ssh_server(&locked.project, &image)?;
    }
    (choice.chosen)(&image)?;
    let machine = locked.project.machine.clone();
    let qemu = qemu(&machine, choice.secure_boot)?;
    let mut targets = vec![name, qemu.container.clone()];
    targets.extend(servers::targets(&locked.project, &image, choice.servers)?);
    if choice.secure_boot {
        targets.push(secure_boot::tools(&locked.project)?);
    }
    let (project, epoch) = (locked.project.name.clone(), locked.project.epoch());
    let oci_images = locked.project.oci_images.clone();
    // QEMU runs in a sandbox even when nothing is to be built.
    isolation()?;
    let built = BuiltTargets::new(locked, &targets)?;
    let scratch = built.builder.session.scratch()?;
    let servers = Servers::new(&ServerSources {
        image: &image,
        wanted: choice.servers,
        machine: &machine.name,
        oci_images: &oci_images,
        epoch,
        directories: &built.directories,
        scratch: scratch.path(),
        now: paths::now(),
    })?;
    let signing = choice
        .secure_boot
        .then(|| open_secure_boot(built.directory(secure_boot::CONTAINER)?, &project, scratch.path()));
    let signing = signing.transpose()?;
    let (tree, disk) = (built.tree(), built.artifact()?);
    let container = built.directory(&qemu.container)?.to_owned();
    let mut bootable = Bootable::new(Built { image, machine, qemu, tree, disk, container, servers, scratch });
    if let Some(keys) = signing {
        bootable.sign(keys)?;
    }
    Ok(bootable)
}

/// How QEMU runs the machine.
fn qemu(machine: &Machine, secure_boot: bool) -> Result<Qemu, CommandError> {
    let name = &machine.name;
    let qemu = machine.qemu.clone().ok_or_else(|| {
        CommandError::user(format!("machine {name:?} cannot be run here: it does not say how QEMU models it"))
    })?;
    if secure_boot && qemu.firmware_secure_boot.is_none() {
        return Err(CommandError::user(format!("machine {name:?} names no firmware for Secure Boot"))
            .hint("add firmware_secure_boot to its qemu(…)"));
    }
    Ok(qemu)
}
