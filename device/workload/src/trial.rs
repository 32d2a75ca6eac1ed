//! A version on trial: it is good when it was healthy for long enough, and otherwise what ran before comes back.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::Report;
use crate::args::Places;
use crate::client::Client;
use crate::containers::containers;
use crate::error::WorkloadError;
use crate::root::Root;
use crate::start::start;
use crate::status::{complaint, judge};

/// From one look at a workload to the next.
const INTERVAL: Duration = Duration::from_secs(2);

/// How a version is judged, as the device's updater judges versions of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Rules {
    /// Seconds for which it must be healthy, all the time.
    #[serde(default = "settle")]
    pub settle: u64,
    /// Seconds after which it is given up.
    #[serde(default = "deadline")]
    pub deadline: u64,
}

fn settle() -> u64 {
    30
}

fn deadline() -> u64 {
    300
}

impl Rules {
    /// As the updater's settings say; its own defaults where they say nothing.
    pub fn read(path: &Path) -> Self {
        let text = fs::read(path).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or(Self { settle: settle(), deadline: deadline() })
    }
}

/// Starts a version on trial and waits for its verdict. Why it is to be given up; nothing when it is good.
///
/// # Errors
/// When the root cannot be read.
pub fn run(
    client: &Client,
    root: &Root,
    places: &Places,
    name: &str,
    report: Report<'_>,
) -> Result<Option<String>, WorkloadError> {
    let rules = Rules::read(&places.updates);
    let (settle, deadline) = (Duration::from_secs(rules.settle), Duration::from_secs(rules.deadline));
    let record = root.find(name)?;
    let begin = Instant::now();
    let mut healthy_since: Option<Instant> = None;
    let mut started = false;
    loop {
        let problem = match started {
            true => match containers(client, name) {
                Ok(found) => complaint(&[judge(record, found)]),
                Err(problem) => Some(yoe_program::message(&problem)),
            },
            false => match start(client, root, places, name, false, report) {
                Ok(()) => {
                    started = true;
                    continue;
                }
                // A service may wait for another one, and the engine for itself.
                Err(problem) => Some(yoe_program::message(&problem)),
            },
        };
        match problem {
            None => {
                let since = *healthy_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= settle {
                    return Ok(None);
                }
            }
            Some(problem) => {
                healthy_since = None;
                if begin.elapsed() >= deadline {
                    return Ok(Some(problem));
                }
            }
        }
        std::thread::sleep(INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_updaters_settings_count() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("updater.json");
        assert_eq!(Rules::read(&path), Rules { settle: 30, deadline: 300 });
        fs::write(&path, r#"{"machine": "box", "settle": 5}"#).unwrap();
        assert_eq!(Rules::read(&path), Rules { settle: 5, deadline: 300 });
    }
}
