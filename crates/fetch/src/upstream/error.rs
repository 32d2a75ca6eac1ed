//! Why it is not known what upstream offers.

use std::io;

use crate::client::FetchError;

/// Why it is not known what upstream offers.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// It was not answered.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// What was answered is not of its form.
    #[error("{url} does not answer as {what}: {reason}")]
    Answer {
        /// What was asked.
        url: String,
        /// What it should be, as in "an index of crates".
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The Go client's settings name no proxy.
    #[error("no proxy of Go modules is known: GOPROXY is {setting:?}")]
    NoProxy {
        /// What it is.
        setting: String,
    },
    /// No proxy has it.
    #[error("no proxy has the Go module {path}: {}", tried.join("; "))]
    NoModule {
        /// The module.
        path: String,
        /// What each said.
        tried: Vec<String>,
    },
    /// A module's archive holds what none may.
    #[error("the archive of the Go module {path} cannot be unpacked: {reason}")]
    Archive {
        /// The module.
        path: String,
        /// Why.
        reason: String,
    },
    /// A file of this machine cannot be written.
    #[error("the source cannot be written here")]
    File(#[from] io::Error),
}
