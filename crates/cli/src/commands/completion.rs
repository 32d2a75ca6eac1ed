//! `yoe completion`.

use clap::{Args, ValueEnum};
use clap_complete::env::{Bash, EnvCompleter, Fish, Zsh};

use crate::error::{CommandError, Kind};
use crate::ui;

/// The variable by which the script asks this program for what fits.
pub const VARIABLE: &str = "YOE_COMPLETE";

/// The arguments of `yoe completion`.
#[derive(Debug, Args)]
pub struct Completion {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// A shell that completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
}

/// Carries `yoe completion` out.
pub fn run(args: &Completion) -> Result<(), CommandError> {
    let shell: &dyn EnvCompleter = match args.shell {
        Shell::Bash => &Bash,
        Shell::Zsh => &Zsh,
        Shell::Fish => &Fish,
    };
    let mut script = Vec::new();
    shell
        .write_registration(VARIABLE, "yoe", "yoe", "yoe", &mut script)
        .map_err(|error| CommandError::new(Kind::Internal, "the script cannot be written").because(error))?;
    ui::result(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}
