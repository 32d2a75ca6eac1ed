//! Options of every command.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ColorChoice};

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Common {
    /// Run as if started in DIR
    #[arg(short = 'C', long = "directory", id = "working_directory", value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// Show results, warnings and errors alone
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show what the steps of a build print
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Processors that a build uses [default: all]
    #[arg(short, long, value_name = "NUMBER", global = true)]
    pub jobs: Option<NonZeroUsize>,
    /// Fetch nothing: fail where something is not here yet
    #[arg(long, global = true)]
    pub offline: bool,
    /// Take what is locked: no working trees of `yoe dev`
    #[arg(long, global = true)]
    pub locked: bool,
    /// Colours: auto, always or never; NO_COLOR means never
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true,
        global = true
    )]
    pub color: ColorChoice,
}
