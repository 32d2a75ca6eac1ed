//! `yoe run IMAGE -- COMMAND`: a device that lives for one command.

use std::time::{Duration, Instant};

use yoe_vm::test::{Device as _, Hardware};
use yoe_vm::{Guest, Login, Output, Password};

use crate::args::Run;
use crate::commands::run::credentials;
use crate::error::CommandError;
use crate::machine::{Bootable, not_run};
use crate::test_device::{Sizes, TestDevice};
use crate::{paths, ui};

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

/// Boots the image, logs in, runs the command and switches the device off.
pub fn run(args: &Run, bootable: &Bootable) -> Result<(), CommandError> {
    let password = Password::random().map_err(|error| not_run("no password could be made", error))?;
    let records = records(bootable)?;
    let sizes = Sizes { memory: args.memory, disk: args.disk };
    let mut device = TestDevice::new(bootable, &password, sizes, &records)?;
    device.also(credentials(args)?, &args.forwards);
    let mut vm = device
        .start(Hardware::default())
        .map_err(|error| not_run("the machine could not be started", error))?;
    ui::note(&format!("booting; its console is written to {}", records.join("console.log").display()));
    let login = Login { user: "root".into(), password: password.plain().into() };
    let output = (|| {
        let mut guest = Guest::log_in(vm.console(), &login, Instant::now() + bootable.accel.boots_within())?;
        let output = guest.run(&format!("{READY}{}", args.command.join(" ")), RUNS_WITHIN)?;
        guest.power_off("poweroff", ENDS_WITHIN)?;
        Ok(output)
    })()
    .map_err(|error: yoe_vm::GuestError| not_run("the command could not be run on the device", error))?;
    said(&output)
}

/// Where the newest run of an image leaves what its console and the servers next to it said.
pub fn records(bootable: &Bootable) -> Result<std::path::PathBuf, CommandError> {
    let records = paths::state()?.join("runs").join(&bootable.image.name);
    std::fs::create_dir_all(&records).map_err(|error| {
        not_run("the console's log cannot be kept", error).where_to_write("XDG_STATE_HOME")
    })?;
    Ok(records)
}

fn said(output: &Output) -> Result<(), CommandError> {
    for line in output.stderr.lines() {
        ui::note(line);
    }
    for line in output.stdout.lines() {
        ui::result(line);
    }
    match output.status {
        Some(0) => Ok(()),
        status => Err(CommandError::of_command(status)),
    }
}
