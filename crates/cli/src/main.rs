//! `yoe`: from Starlark units to packages, bootable images and devices that stay up to date.

mod accelerator;
mod args;
mod commands;
mod error;
mod interrupt;
mod near;
mod output;
mod papers;
mod paths;
mod ports;
mod project;
mod report;
mod ui;

use std::process::ExitCode;

use clap::Parser;
use rustix::fs::Mode;

fn main() -> ExitCode {
    // A process that was started as the first one of a sandbox never comes back from here.
    yoe_sandbox::run_init_if_asked();
    // Modes of files enter the digests of trees, and digests become identifiers in images. What is private is made so by name.
    rustix::process::umask(Mode::WGRP | Mode::WOTH);
    let ran = match args::Cli::try_parse() {
        Ok(cli) => commands::run(cli.command),
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
