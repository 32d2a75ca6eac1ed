//! `yoe run IMAGE -- COMMAND`: a device that lives for one command.

use std::path::Path;
use std::time::{Duration, Instant};

use yoe_model::Cancel;
use yoe_testbed::suite::{Device as _, Hardware};
use yoe_testbed::{Bootable, DeviceUnderTest, Sizes};
use yoe_vm::{Credential, Guest, GuestError, Login, Output, Password};

use crate::devices::ssh;
use crate::error::CommandError;
use crate::{interrupt, ui};

/// How long the command may take.
const RUNS_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);
/// How long the device may take to switch itself off.
const ENDS_WITHIN: Duration = Duration::from_secs(120);

/// What comes before the command: services get a minute to be ready, whatever becomes of them afterwards.
const READY: &str = "tries=0
until /usr/lib/yoe/service-ready >/dev/null 2>&1 || [ \"$tries\" = 60 ]; do sleep 1; tries=$((tries + 1)); done
export HOME=/root
cd
";

/// The command, and the device for it.
pub struct OneCommand<'a> {
    /// Words of the command.
    pub command: &'a [String],
    /// Memory and disk of the device.
    pub sizes: Sizes,
    /// What is handed to the device.
    pub credentials: Vec<Credential>,
    /// Ports of this host that lead to the device.
    pub forwards: &'a [(u16, u16)],
}

/// Boots the image, logs in, runs the command and switches the device off.
pub fn run(one: OneCommand<'_>, bootable: &Bootable, records: &Path) -> Result<(), CommandError> {
    let password = Password::random()
        .map_err(|error| CommandError::config("no password could be made").because(error))?;
    let cancel = Cancel::from_flag(interrupt::flag()?);
    let mut device = DeviceUnderTest::new(bootable, &password, one.sizes, records, cancel)?;
    device.also(one.credentials, one.forwards);
    let mut vm = device
        .start(Hardware::default())
        .map_err(|error| CommandError::config("the machine could not be started").because(error))?;
    ui::note(&format!("booting; its console is written to {}", records.join("console.log").display()));
    let login = Login { user: "root".into(), password: password.plain().into() };
    let output = (|| {
        let mut guest = Guest::log_in(vm.console(), &login, Instant::now() + bootable.accel.boots_within())?;
        let output = guest.run(&format!("{READY}{}", ssh::script(one.command)), RUNS_WITHIN)?;
        guest.power_off("poweroff", ENDS_WITHIN)?;
        Ok(output)
    })()
    .map_err(|error: GuestError| {
        CommandError::config("the command could not be run on the device").because(error)
    })?;
    show_output(&output)
}

fn show_output(output: &Output) -> Result<(), CommandError> {
    for line in output.stderr.lines() {
        ui::stderr(line);
    }
    for line in output.stdout.lines() {
        ui::result(line);
    }
    match output.status {
        Some(0) => Ok(()),
        status => Err(CommandError::of_command(status)),
    }
}
