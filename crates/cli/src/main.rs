//! `yoe`: from Starlark units to packages, bootable images and devices that stay up to date.

mod accelerator;
mod args;
mod checkout;
mod columns;
mod commands;
mod contents;
mod deploy;
mod describe;
mod dev;
mod devices;
mod doctor;
mod error;
mod flash;
mod gate;
mod git;
mod interrupt;
mod leftovers;
mod license_gate;
mod near;
mod output;
mod papers;
mod paths;
mod ports;
mod profile;
mod project;
mod project_files;
mod release_papers;
mod report;
mod settings;
mod ui;
mod why;

use std::process::ExitCode;

use rustix::fs::Mode;

use crate::error::CommandError;
use crate::settings::Settings;
use crate::ui::Volume;

fn main() -> ExitCode {
    // A process that was started as the first one of a sandbox never comes back from here.
    yoe_sandbox::run_init_if_asked();
    // Modes of files enter the digests of trees, and digests become identifiers in images. What is private is made so by name.
    rustix::process::umask(Mode::WGRP | Mode::WOTH);
    // A shell that completes asks this program by a variable; the answer ends it.
    clap_complete::CompleteEnv::with_factory(args::command).var(commands::completion::VARIABLE).complete();
    let ran = match args::parse(std::env::args_os()) {
        Ok(cli) => carry_out(cli),
        Err(asked) if !asked.use_stderr() => {
            ui::shown(&asked);
            Ok(())
        }
        Err(wrong) => wrong.exit(),
    };
    match ran.and_then(|()| ui::written()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui::show_error(&error);
            error.exit_code()
        }
    }
}

fn carry_out(cli: args::Cli) -> Result<(), CommandError> {
    let common = cli.common;
    ui::choose(common.color, Volume::choose(common.quiet, common.verbose));
    settings::choose(Settings { jobs: common.jobs, offline: common.offline, locked: common.locked });
    if let Some(directory) = &common.directory {
        std::env::set_current_dir(directory).map_err(|error| {
            CommandError::user(format!("{} cannot be entered", directory.display())).because(error)
        })?;
    }
    commands::run(cli.command, &common)
}
