//! What the user sees. Nothing else in the program prints.

mod color;
mod error;
mod json;
mod live;
mod meter;
mod plain;
mod volume;

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use clap::ColorChoice;
pub use error::show as show_error;
pub use meter::Meter;
pub use volume::Volume;
use yoe_build::Reporter;

use crate::error::{CommandError, Kind};

/// Remembers how the user wants messages to look, and how many of them.
pub fn choose(color: ColorChoice, volume: Volume) {
    color::choose(color);
    volume::choose(volume);
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Bars that are drawn again, for a terminal.
    Live,
    /// Lines, for a log.
    Plain(Volume),
    /// A JSON object a line, for programs.
    Json,
}

impl Mode {
    /// JSON when asked for, bars when a person watches who did not ask for more or less, lines otherwise.
    pub fn choose(json: bool) -> Self {
        match (json, volume::chosen(), std::io::stderr().is_terminal()) {
            (true, _, _) => Mode::Json,
            (false, Volume::Normal, true) => Mode::Live,
            (false, volume, _) => Mode::Plain(volume),
        }
    }

    /// A reporter that shows progress this way.
    pub fn reporter(self) -> Box<dyn Reporter> {
        match self {
            Mode::Live => Box::new(live::Live::new()),
            Mode::Plain(volume) => Box::new(plain::Plain::new(volume)),
            Mode::Json => Box::new(json::Json),
        }
    }
}

/// Why a part of the result could not be written: the first reason.
static LOST: Mutex<Option<std::io::Error>> = Mutex::new(None);

/// A line of the command's result. Where it cannot be written, [`written`] says so at the end.
pub fn result(line: &str) {
    keep(writeln!(std::io::stdout(), "{line}"));
}

/// A command's result as JSON, for programs.
///
/// # Errors
/// When it cannot be written as JSON, which is an error of ours.
pub fn json_result(value: &impl serde::Serialize) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| {
        CommandError::new(Kind::Internal, "the result cannot be written as JSON").because(error)
    })?;
    result(&text);
    Ok(())
}

/// What the command line's parser shows on request: help, or a version.
pub fn shown(asked: &clap::Error) {
    keep(asked.print());
}

/// The help, as a result.
pub fn help(command: &mut clap::Command) {
    keep(command.print_help());
}

/// Whether there are colours in what is drawn in a terminal.
pub fn color_in_terminal() -> bool {
    color::in_terminal()
}

/// Whether all of the result was written.
///
/// # Errors
/// When a part of it was not: whoever reads the output would take it for the whole.
pub fn written() -> Result<(), CommandError> {
    keep(std::io::stdout().flush());
    match LOST.lock().unwrap_or_else(PoisonError::into_inner).take() {
        None => Ok(()),
        Some(error) => Err(CommandError::user("the output could not be written").because(error)),
    }
}

fn keep(written: std::io::Result<()>) {
    // A closed pipe (`| head`) is the reader's choice, not an error of ours.
    if let Err(error) = written
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        LOST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// A line about the command's course, for whoever did not ask for quiet.
pub fn note(line: &str) {
    if volume::chosen() != Volume::Quiet {
        stderr(line);
    }
}

/// A line about what may be wrong.
pub fn warn(line: &str) {
    stderr(&format!("warning: {line}"));
}

/// A line on standard error that everybody is to see.
pub fn stderr(line: &str) {
    // Nobody is left to hear of it.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Bytes for a person.
pub fn bytes(count: u64) -> String {
    yoe_model::Size(count).to_string()
}
