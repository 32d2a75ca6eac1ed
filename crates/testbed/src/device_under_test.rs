//! The device of a test run: one disk, as many boots as the tests ask for.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use yoe_model::{Cancel, Size};
use yoe_vm::{
    BootLog, Credential, Disk, Forward, Network, Password, RunDirectory, RunOptions, StartError, Vm, VmConfig,
};

use crate::bootable::Bootable;
use crate::error::TestbedError;
use crate::servers::RunningServers;
use crate::suite::{Device, Hardware};

/// Sizes that stand above those of the machine and the image.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Memory, for tests that choose none.
    pub memory: Option<Size>,
    /// The disk.
    pub disk: Option<Size>,
}

/// How long the firmware may take to refuse a disk, under emulation on a busy host.
const FIRMWARE: Duration = Duration::from_secs(120);

/// The device of a test run.
pub struct DeviceUnderTest<'b> {
    bootable: &'b Bootable,
    directory: RunDirectory,
    disk: Disk,
    memory: Option<Size>,
    credentials: Vec<Credential>,
    /// Ports of this host by the device's.
    forwards: BTreeMap<u16, u16>,
    /// Ends with the device.
    servers: RunningServers,
    console: File,
    boots: usize,
    cancel: Cancel,
}

impl<'b> DeviceUnderTest<'b> {
    /// A device that was never on. Its console, and what the servers next to it say, are written into the directory `records`.
    ///
    /// # Errors
    /// When this host does not have what it takes.
    pub fn new(
        bootable: &'b Bootable,
        password: &Password,
        sizes: Sizes,
        records: &Path,
        cancel: Cancel,
    ) -> Result<Self, TestbedError> {
        let directory = bootable.run_directory()?;
        let disk = bootable.disk(sizes.disk)?;
        let console = File::create(records.join("console.log"))
            .map_err(|error| TestbedError::host("the console's log cannot be written", error))?;
        let mut credentials = vec![password.credential()];
        for (name, value) in &bootable.image.test_credentials {
            credentials.push(Credential::new(name, value.as_str())?);
        }
        let servers = bootable.servers.start(records)?;
        credentials.extend(servers.credentials.iter().cloned());
        let ports =
            bootable.image.tests.iter().filter_map(|test| test.reach.as_ref()).map(|reach| reach.port);
        Ok(Self {
            bootable,
            directory,
            disk,
            memory: sizes.memory,
            credentials,
            forwards: forwards(ports)?,
            servers,
            console,
            boots: 0,
            cancel,
        })
    }

    /// Whether the firmware refuses the disk that nobody signed: it says so, and nothing of that disk starts.
    ///
    /// # Errors
    /// When the machine cannot be started or ended.
    pub fn refuses_plain(&mut self) -> Result<bool, StartError> {
        const REFUSED: [&str; 3] = ["Access Denied", "Security Violation", "login: "];
        let signed = std::mem::replace(&mut self.disk, self.bootable.plain_disk());
        let vm = self.start(Hardware::default());
        self.disk = signed;
        let mut vm = vm?;
        let refused = vm.console().wait_for(&REFUSED, Instant::now() + FIRMWARE);
        // Whatever became of it, it ends here.
        vm.cut_power()?;
        Ok(matches!(refused, Ok(0 | 1)))
    }

    /// Hands over more, and forwards more ports (this host's, the device's).
    pub fn also(&mut self, credentials: Vec<Credential>, forwards: &[(u16, u16)]) {
        self.credentials.extend(credentials);
        self.forwards.extend(forwards.iter().map(|(host, guest)| (*guest, *host)));
    }

    fn options(&self, hardware: Hardware) -> RunOptions {
        let forwards = self.forwards.iter().map(|(guest, host)| Forward { host: *host, guest: *guest });
        RunOptions {
            memory: hardware.memory.or(self.memory),
            accel: self.bootable.accel,
            no_battery: hardware.no_battery,
            // QEMU has no way to let a machine reach one address of this host and nothing else.
            network: Network { outbound: !self.servers.credentials.is_empty(), forwards: forwards.collect() },
            firmware_vars: self.bootable.firmware_vars(),
            secure_boot: self.bootable.secure_boot(),
            no_reboot: true,
            ..RunOptions::default()
        }
    }
}

impl Device for DeviceUnderTest<'_> {
    fn start(&mut self, hardware: Hardware) -> Result<Vm, StartError> {
        self.boots += 1;
        if self.boots > 1 {
            writeln!(self.console, "--- boot {}", self.boots)?;
        }
        let config = VmConfig {
            machine: &self.bootable.machine,
            qemu: &self.bootable.qemu,
            disk: &self.disk,
            options: self.options(hardware),
            credentials: &self.credentials,
            directory: &self.directory,
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
fn forwards(ports: impl Iterator<Item = u16>) -> Result<BTreeMap<u16, u16>, TestbedError> {
    let mut held = Vec::new();
    let mut forwards = BTreeMap::new();
    for guest in ports {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| {
            let port = listener.local_addr()?.port();
            // Kept until all are chosen, so that no port is chosen twice.
            held.push(listener);
            Ok(port)
        });
        let host =
            free.map_err(|error| TestbedError::host("this host's loopback has no free port", error))?;
        forwards.insert(guest, host);
    }
    Ok(forwards)
}
