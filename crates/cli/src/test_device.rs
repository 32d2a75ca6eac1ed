//! The device of a test run: one disk, as many boots as the tests ask for.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use yoe_model::Size;
use yoe_vm::test::Device;
use yoe_vm::{
    BootLog, Cancel, Credential, Disk, Folder, Forward, Network, Password, RunOptions, StartError, Vm,
    VmConfig,
};

use crate::error::CommandError;
use crate::interrupt;
use crate::machine::{Bootable, not_run};
use crate::registry::Registry;

/// The device of a test run.
pub struct TestDevice<'b> {
    bootable: &'b Bootable,
    folder: Folder,
    disk: Disk,
    memory: Option<Size>,
    credentials: Vec<Credential>,
    /// Ports of this host by the device's.
    forwards: BTreeMap<u16, u16>,
    /// Ends with the device.
    registry: Option<Registry>,
    console: File,
    boots: usize,
    cancel: Cancel,
}

impl<'b> TestDevice<'b> {
    /// A device that was never on. Its console, and what its registry says, are written into the folder `records`.
    pub fn new(
        bootable: &'b Bootable,
        password: &Password,
        memory: Option<Size>,
        records: &Path,
    ) -> Result<Self, CommandError> {
        let folder = bootable.folder()?;
        let disk = bootable.lasting_disk(&folder)?;
        let console = File::create(records.join("console.log"))
            .map_err(|error| not_run("the console's log cannot be written", error))?;
        let mut credentials = vec![password.credential()];
        let registry = bootable.registry.as_ref();
        let registry =
            registry.map(|parts| Registry::start(parts, &records.join("registry.log"))).transpose()?;
        if let Some(registry) = &registry {
            credentials.extend(registry.credentials()?);
        }
        let ports =
            bootable.image.tests.iter().filter_map(|test| test.reach.as_ref()).map(|reach| reach.port);
        Ok(Self {
            bootable,
            folder,
            disk,
            memory,
            credentials,
            forwards: forwards(ports)?,
            registry,
            console,
            boots: 0,
            cancel: Cancel::from_flag(interrupt::flag()?),
        })
    }

    fn options(&self, memory: Option<Size>) -> RunOptions {
        let forwards = self.forwards.iter().map(|(guest, host)| Forward { host: *host, guest: *guest });
        RunOptions {
            memory: memory.or(self.memory),
            // QEMU has no way to let a machine reach one address of this host and nothing else.
            network: Network { outbound: self.registry.is_some(), forwards: forwards.collect() },
            credentials: self.credentials.clone(),
            firmware_vars: self.bootable.firmware_vars(),
            no_reboot: true,
            ..RunOptions::default()
        }
    }
}

impl Device for TestDevice<'_> {
    fn start(&mut self, memory: Option<Size>) -> Result<Vm, StartError> {
        self.boots += 1;
        if self.boots > 1 {
            writeln!(self.console, "--- boot {}", self.boots)?;
        }
        let config = VmConfig {
            machine: &self.bootable.machine,
            qemu: &self.bootable.qemu,
            disk: &self.disk,
            options: self.options(memory),
            folder: &self.folder,
            cancel: self.cancel.clone(),
            log: Some(BootLog::new(self.console.try_clone()?)),
        };
        Ok(Vm::start(self.bootable, config)?)
    }

    fn forwarded(&self, guest: u16) -> Option<u16> {
        self.forwards.get(&guest).copied()
    }
}

/// A free port of this host's loopback for each of the device's.
fn forwards(ports: impl Iterator<Item = u16>) -> Result<BTreeMap<u16, u16>, CommandError> {
    let mut held = Vec::new();
    let mut forwards = BTreeMap::new();
    for guest in ports {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| {
            let port = listener.local_addr()?.port();
            // Kept until all are chosen, so that no port is chosen twice.
            held.push(listener);
            Ok(port)
        });
        let host = free.map_err(|error| not_run("this host's loopback has no free port", error))?;
        forwards.insert(guest, host);
    }
    Ok(forwards)
}
