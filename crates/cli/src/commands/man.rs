//! `yoe man`.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{CommandError, Kind};
use crate::output::Output;
use crate::ui;

/// The arguments of `yoe man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Write the pages of all commands to this directory; without it, yoe(1) is printed
    #[arg(value_name = "DIRECTORY")]
    pub directory: Option<PathBuf>,
}

/// Carries `yoe man` out, for this definition of the command line.
pub fn run(args: &Man, mut command: clap::Command) -> Result<(), CommandError> {
    // Gives inner commands their whole names.
    command.build();
    let Some(directory) = &args.directory else {
        ui::result(page(&command)?.1.trim_end());
        return Ok(());
    };
    std::fs::create_dir_all(directory).map_err(|error| {
        CommandError::user(format!("{} cannot be made", directory.display())).because(error)
    })?;
    let count = write_all(&command, directory)?;
    ui::note(&format!("{}: {count} pages", directory.display()));
    Ok(())
}

/// Writes the pages of a command and of all below it; how many.
fn write_all(command: &clap::Command, directory: &Path) -> Result<usize, CommandError> {
    let (name, text) = page(command)?;
    Output::at(&directory.join(name))?.write_all(text.as_bytes())?;
    let inner = command.get_subcommands().filter(|inner| inner.get_name() != "help" && !inner.is_hide_set());
    inner.map(|inner| write_all(inner, directory)).try_fold(1, |count, written| Ok(count + written?))
}

/// A page's name and its text.
fn page(command: &clap::Command) -> Result<(String, String), CommandError> {
    let man = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    man.render(&mut text).map_err(|error| {
        CommandError::new(Kind::Internal, "the manual page cannot be written").because(error)
    })?;
    Ok((man.get_filename(), String::from_utf8_lossy(&text).into_owned()))
}
