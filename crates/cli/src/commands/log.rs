//! `yoe log`.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader};

use clap::Args;
use serde::Serialize;
use yoe_build::RunLog;
use yoe_plan::Target;
use yoe_store::RunEnd;

use crate::error::CommandError;
use crate::{paths, project, ui};

/// The arguments of `yoe log`.
#[derive(Debug, Args)]
pub struct Log {
    /// The unit; also an image, whose disk is made by programs that say something
    #[arg(value_name = "UNIT")]
    pub target: String,
    /// The log of the build before the last that left one; 2 for the one before that
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub previous: usize,
    /// Print the last N lines only
    #[arg(long, value_name = "N")]
    pub last: Option<usize>,
    /// Print the path of the log instead
    #[arg(long, conflicts_with = "last")]
    pub path: bool,
    /// List the logs that there are, the newest first
    #[arg(long, conflicts_with_all = ["last", "path", "previous"])]
    pub list: bool,
    /// Write the list as JSON
    #[arg(long, requires = "list")]
    pub json: bool,
}

/// A log, in a list.
#[derive(Debug, Serialize)]
struct Listed {
    previous: usize,
    /// `built` or `failed`.
    end: RunEnd,
    /// Seconds since 1970.
    time: Option<u64>,
    seconds: f64,
    path: String,
}

/// Carries `yoe log` out.
pub fn run(args: &Log) -> Result<(), CommandError> {
    let opened = project::open(None)?;
    let (kind, label) = match project::target(&opened.project, &args.target)? {
        Target::Unit(name) => ("unit", format!("unit {name}")),
        Target::Image(name) => ("disk", format!("image {name}")),
        other => {
            return Err(CommandError::user(format!(
                "building {} {:?} leaves no log",
                other.kind(),
                args.target
            ))
            .hint("name a unit or an image"));
        }
    };
    let logs = yoe_build::logs(&project::open_store()?, kind, &label)?;
    if args.list {
        return list(args.json, &logs);
    }
    let log = logs.get(args.previous).ok_or_else(|| missing(&label, &args.target, logs.len()))?;
    if args.path {
        ui::result(&log.path.display().to_string());
        return Ok(());
    }
    let how = if log.end == RunEnd::Failed { "failed" } else { "was built" };
    let when =
        log.time.map(|time| format!(" {}", ago(paths::now().saturating_sub(time)))).unwrap_or_default();
    ui::note(&format!("{label} {how}{when}, in {:.1} s; its log is {}", log.seconds, log.path.display()));
    print(log, args.last)
}

fn list(json: bool, logs: &[RunLog]) -> Result<(), CommandError> {
    let listed = |(previous, log): (usize, &RunLog)| Listed {
        previous,
        end: log.end,
        time: log.time,
        seconds: log.seconds,
        path: log.path.display().to_string(),
    };
    let all: Vec<Listed> = logs.iter().enumerate().map(listed).collect();
    if json {
        return ui::json_result(&all);
    }
    for log in &all {
        let end = if log.end == RunEnd::Failed { "failed" } else { "built" };
        let when =
            log.time.map_or("at an unknown time".to_owned(), |time| ago(paths::now().saturating_sub(time)));
        ui::result(&format!("{}  {end} {when}, in {:.1} s  {}", log.previous, log.seconds, log.path));
    }
    Ok(())
}

fn missing(label: &str, target: &str, count: usize) -> CommandError {
    match count {
        0 => CommandError::user(format!("there is no log of {label}"))
            .hint(format!("`yoe build {target}` leaves one, unless its result is in the store already")),
        _ => CommandError::user(format!("there are {count} logs of {label} only"))
            .hint(format!("`yoe log {target} --list` lists them")),
    }
}

/// Prints the log. It may hold anything: what is no text is replaced.
fn print(log: &RunLog, last: Option<usize>) -> Result<(), CommandError> {
    let failed =
        |error| CommandError::config(format!("{} cannot be read", log.path.display())).because(error);
    let mut reader = BufReader::new(File::open(&log.path).map_err(failed)?);
    let mut kept = VecDeque::new();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
        line.clear();
        match last {
            None => ui::result(&text),
            Some(0) => {}
            Some(count) => {
                if kept.len() == count {
                    kept.pop_front();
                }
                kept.push_back(text);
            }
        }
    }
    kept.iter().for_each(|text| ui::result(text));
    Ok(())
}

/// A time that has passed, for a person.
fn ago(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let many = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{many} ago")
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn times_are_told_in_the_largest_unit() {
        let message = [5, 60, 7199, 7200, 86_400, 200_000].map(ago);
        assert_eq!(
            message,
            ["just now", "1 minute ago", "1 hour ago", "2 hours ago", "1 day ago", "2 days ago"]
        );
    }
}
