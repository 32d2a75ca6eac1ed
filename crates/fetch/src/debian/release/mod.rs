//! Release files: what a suite consists of, and until when it may be believed.

use std::collections::BTreeMap;

use yoe_model::Digest;

use super::control;
use super::date;
use super::error::DebianError;

/// The content of a release file.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    /// The names that the suite goes by: its suite and its code name.
    pub(crate) names: Vec<String>,
    /// When it was made, in seconds since 1970.
    pub(crate) date: u64,
    /// Until when it may be believed; not every suite says so.
    pub(crate) valid_until: Option<u64>,
    /// Whether files can be asked for by their digest.
    pub(crate) by_hash: bool,
    /// Files by their path below the suite's directory.
    pub(crate) files: BTreeMap<String, Listed>,
}

/// A file as the release file lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) sha256: Digest,
    pub(crate) size: u64,
}

impl Release {
    /// Reads the text of a release file; `suite` is for messages.
    pub(crate) fn parse(text: &str, suite: &str) -> Result<Self, DebianError> {
        let malformed = |problem: String| DebianError::Release { suite: suite.to_owned(), problem };
        let stanza = control::stanzas(text).next().unwrap_or_default();
        let date_of = |field: &str| {
            let read = |text| date::parse(text).ok_or_else(|| malformed(format!("{field} is {text:?}")));
            stanza.get(field).map(read).transpose()
        };
        let files = stanza
            .lines("SHA256")
            .map(|line| listed(line).ok_or_else(|| malformed(format!("SHA256 has the line {line:?}"))))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            names: ["Suite", "Codename"].iter().filter_map(|f| stanza.get(f)).map(str::to_owned).collect(),
            date: date_of("Date")?.ok_or_else(|| malformed("it has no Date".to_owned()))?,
            valid_until: date_of("Valid-Until")?,
            by_hash: stanza.get("Acquire-By-Hash") == Some("yes"),
            files,
        })
    }
}

/// A line `DIGEST SIZE PATH`.
fn listed(line: &str) -> Option<(String, Listed)> {
    let mut words = line.split_whitespace();
    let sha256 = words.next()?.parse().ok()?;
    let size = words.next()?.parse().ok()?;
    let path = words.next()?.to_owned();
    words.next().is_none().then_some((path, Listed { sha256, size }))
}

#[cfg(test)]
mod tests;
