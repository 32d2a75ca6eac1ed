//! What the user sees. Nothing else in the program prints.

mod error;
mod json;
mod live;
mod plain;

use std::io::{IsTerminal, Write};

pub use error::show as show_error;
use yoe_build::Reporter;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Bars that are drawn again, for a terminal.
    Live,
    /// Lines, for a log.
    Plain,
    /// A JSON object a line, for programs.
    Json,
}

impl Mode {
    /// JSON when asked for, bars when a person watches, lines otherwise.
    pub fn choose(json: bool) -> Self {
        match (json, std::io::stderr().is_terminal()) {
            (true, _) => Mode::Json,
            (false, true) => Mode::Live,
            (false, false) => Mode::Plain,
        }
    }

    /// A reporter that shows progress this way.
    pub fn reporter(self) -> Box<dyn Reporter> {
        match self {
            Mode::Live => Box::new(live::Live::new()),
            Mode::Plain => Box::new(plain::Plain::new()),
            Mode::Json => Box::new(json::Json),
        }
    }
}

/// A line of the command's result.
pub fn result(line: &str) {
    // A closed pipe (`| head`) is the reader's choice, not an error of ours.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A line about the command's course.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Bytes for a person.
pub fn bytes(count: u64) -> String {
    yoe_model::Size(count).to_string()
}
