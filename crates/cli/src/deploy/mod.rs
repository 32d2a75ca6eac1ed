//! A unit's package on a device that runs: its files over those of the root, until they are taken back or the device restarts.
//!
//! ```text
//! package ──archive──▶ files as the device's tar reads them ──ssh──▶ device.sh: an overlay over /usr and /etc, services restarted
//! ```

mod archive;

pub use archive::{Archive, archive};
use yoe_model::shell::quote;

/// What the device's shell is given; the first word says which part of it is meant.
const SCRIPT: &str = include_str!("device.sh");

/// What [`SCRIPT`] ends with when it refuses; what it said before is why.
pub const REFUSED: u32 = 90;

/// What is asked of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask<'a> {
    /// Whether it takes packages of a developer.
    Check,
    /// To take the files that come on standard input, of the package of this name, and to restart these services.
    Put(&'a str, &'a [String]),
    /// To be again what its image made it.
    Undo,
}

/// The words for the device's shell.
pub fn script(ask: Ask<'_>) -> String {
    let words: Vec<&str> = match ask {
        Ask::Check => vec!["check"],
        Ask::Undo => vec!["undo"],
        Ask::Put(package, services) => {
            ["put", package].into_iter().chain(services.iter().map(String::as_str)).collect()
        }
    };
    let words: Vec<String> = words.into_iter().map(quote).collect();
    format!("set -- {}\n{SCRIPT}", words.join(" "))
}

#[cfg(test)]
mod tests;
