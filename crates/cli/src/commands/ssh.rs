//! `yoe ssh`.

use std::os::unix::process::CommandExt as _;

use clap::Args;

use crate::columns;
use crate::devices::openssh;
use crate::devices::ssh::{self, Destination};
use crate::devices::{find, running};
use crate::error::CommandError;
use crate::ui;

/// The arguments of `yoe ssh`.
#[derive(Debug, Args)]
pub struct Ssh {
    /// The image of the device, or its name where several run [default: the only one that runs]
    pub device: Option<String>,
    /// List the devices that run
    #[arg(long)]
    pub list: bool,
    /// With --list: write them as JSON
    #[arg(long, requires = "list")]
    pub json: bool,
    /// Run this command on the device instead of a shell; ends with its status
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "list")]
    pub command: Vec<String>,
}

/// Carries `yoe ssh` out.
pub fn run(args: &Ssh) -> Result<(), CommandError> {
    if args.list {
        return list(args.json);
    }
    let destination = Destination::Here(find(args.device.as_deref())?);
    destination.wait()?;
    // Its terminal, its signals and its status are ours from here on.
    let error = destination.command()?.args(ssh::words(&args.command)).exec();
    Err(openssh::missing("ssh", error))
}

fn list(json: bool) -> Result<(), CommandError> {
    let devices = running()?;
    if json {
        return ui::json_result(&devices);
    }
    let rows = devices.iter().map(|device| {
        vec![device.name.clone(), format!("127.0.0.1:{}", device.port), device.project.display().to_string()]
    });
    columns::lines(&rows.collect::<Vec<_>>()).iter().for_each(|line| ui::result(line));
    Ok(())
}
