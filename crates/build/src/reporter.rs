//! What a build tells while it runs. The library reports, whoever asked for the build draws.

use std::path::PathBuf;
use std::time::Duration;

/// Receives events, from several threads at once.
pub trait Reporter: Send + Sync {
    /// Something happened.
    fn event(&self, event: Event<'_>);
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// It is known what has to be done.
    Planned {
        /// Actions in the plan.
        total: usize,
        /// Those whose results have to be made.
        pending: usize,
    },
    /// An action waits: another process is at the same one.
    Waiting {
        /// Its label.
        label: &'a str,
    },
    /// An action began.
    Started {
        /// Its label.
        label: &'a str,
        /// Why it is not taken from the cache.
        reason: Reason,
    },
    /// How much an action has fetched.
    Progress {
        /// Its label.
        label: &'a str,
        /// How many bytes so far.
        done: u64,
        /// How many in all, when that is known.
        total: Option<u64>,
    },
    /// A task of a unit began.
    Task {
        /// The action's label.
        label: &'a str,
        /// The task's name.
        task: &'a str,
    },
    /// A line of a step's output.
    Output {
        /// The action's label.
        label: &'a str,
        /// The line, without its end.
        line: &'a str,
    },
    /// A command of an action ended.
    Used {
        /// The action's label.
        label: &'a str,
        /// The processor time of the command and all that it started, on all processors.
        processor: Duration,
    },
    /// Something that is not as it should be, and no error.
    Warning {
        /// The action's label.
        label: &'a str,
        /// What, and what to do.
        message: &'a str,
    },
    /// An action gave its result.
    Finished {
        /// Its label.
        label: &'a str,
        /// How it came to it.
        how: How,
        /// How long it took.
        took: Duration,
    },
    /// Nothing runs any more: whatever was drawn can go.
    Settled,
    /// An action failed.
    Failed {
        /// Its label.
        label: &'a str,
        /// Where its output is.
        log: Option<PathBuf>,
    },
}

/// How an action came to its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It ran.
    Built,
    /// Its inputs turned out to be the same bytes as before.
    Reused,
    /// It was made again, and is the same.
    Same,
    /// It was made again, and is not the same.
    Differs,
}

/// Why an action runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There was no result of it before.
    New,
    /// These named inputs differ from those of the last result.
    Changed(Vec<String>),
    /// The last result is gone from the store.
    Gone,
    /// There is a result; it is made again to be compared with that.
    Compared,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::New => f.write_str("new"),
            Reason::Changed(parts) => write!(f, "changed: {}", grouped(parts).join(", ")),
            Reason::Compared => f.write_str("made again, to compare"),
            Reason::Gone => f.write_str("its result is gone from the store"),
        }
    }
}

/// Names for a person: of many that differ in a number alone, such as `source 0` to `source 175`, only how many there are.
fn grouped(parts: &[String]) -> Vec<String> {
    /// So many are listed.
    const LISTED: usize = 3;
    let kind = |part: &str| {
        let (kind, number) = part.rsplit_once(' ')?;
        number.parse::<usize>().ok().map(|_| kind.to_owned())
    };
    let count = |wanted: &str| parts.iter().filter(|part| kind(part).as_deref() == Some(wanted)).count();
    let mut names: Vec<String> = Vec::new();
    for part in parts {
        let name = match kind(part).map(|kind| (count(&kind), kind)) {
            Some((count, kind)) if count > LISTED => format!("{count} of its {kind}s"),
            _ => part.clone(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_of_a_kind_are_counted() {
        let shown = |parts: &[&str]| {
            Reason::Changed(parts.iter().map(|part| (*part).to_owned()).collect()).to_string()
        };
        assert_eq!(shown(&["files", "source 0", "source 1"]), "changed: files, source 0, source 1");
        assert_eq!(
            shown(&["files", "source 0", "source 1", "source 10", "source 2", "tasks"]),
            "changed: files, 4 of its sources, tasks"
        );
    }
}
