//! What came of a target's run.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// A run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// The target.
    pub target: String,
    /// How many inputs it was given.
    pub inputs: u64,
    /// How many of them it was given each second.
    pub each_second: u64,
    /// Most memory that it had, in MiB.
    pub memory: u64,
    /// Counters of code that were reached.
    pub reached: u64,
    /// Inputs that broke something.
    pub found: BTreeSet<PathBuf>,
}

impl Ran {
    /// Reads the log of libFuzzer.
    pub fn read(target: &str, log: &str) -> Self {
        let stat = |name: &str| {
            let line = log.lines().rev().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
            line.and_then(|rest| rest.trim_start_matches(':').trim().parse().ok()).unwrap_or(0)
        };
        let cov = log.lines().rev().find_map(|line| {
            line.split_once(" cov: ").and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok())
        });
        Self {
            target: target.to_owned(),
            inputs: stat("number_of_executed_units"),
            each_second: stat("average_exec_per_sec"),
            memory: stat("peak_rss_mb"),
            reached: cov.unwrap_or(0),
            found: BTreeSet::new(),
        }
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, inputs, each_second, memory, reached, found } = self;
        write!(
            f,
            "fuzz {target}: {inputs} inputs, {each_second} a second, {memory} MiB, {reached} places reached"
        )?;
        if found.is_empty() { Ok(()) } else { write!(f, ", {} FOUND", found.len()) }
    }
}

/// How to see again what was found.
pub fn reproduce(target: &str, input: &Path) -> String {
    format!("  {}\n    cargo xtask fuzz {target} --input {}", input.display(), input.display())
}

/// The inputs that lie in a directory of artifacts.
pub fn inputs(artifacts: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let unreadable = |error| format!("{}: {error}", artifacts.display());
    let entries = std::fs::read_dir(artifacts).map_err(unreadable)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(unreadable)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "#2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 30Mb\n#900\tNEW    cov: 345 ft: 400 corp: 9/90b\n\
                       #1000\tDONE   cov: 346 ft: 401 corp: 9/90b lim: 4096 exec/s: 500 rss: 41Mb\n\
                       stat::number_of_executed_units: 1000\nstat::average_exec_per_sec:     500\nstat::peak_rss_mb:              41\n";

    #[test]
    fn figures_are_read_from_the_log() {
        let mut ran = Ran::read("gpt", LOG);
        assert_eq!((ran.inputs, ran.each_second, ran.memory, ran.reached), (1000, 500, 41, 346));
        assert!(!ran.to_string().contains("FOUND"));
        ran.found.insert("fuzz/artifacts/gpt/crash-1".into());
        assert!(ran.to_string().ends_with("346 places reached, 1 FOUND"), "{ran}");
        assert_eq!(Ran::read("gpt", "").inputs, 0);
    }

    #[test]
    fn what_was_found_can_be_run_again() {
        let text = reproduce("gpt", Path::new("fuzz/artifacts/gpt/crash-1"));
        assert!(text.ends_with("cargo xtask fuzz gpt --input fuzz/artifacts/gpt/crash-1"), "{text}");
    }
}
