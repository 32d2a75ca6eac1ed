//! How long it takes from the beginning of an action to the end of all that waits for it. What has the longest way to go begins
//! first, so that at the end of a build no processor waits for one long chain.

use std::collections::{BTreeMap, BTreeSet};

use yoe_plan::{Action, ActionId, ActionKind, Fetch, Plan};
use yoe_store::{Run, RunEnd};

/// Seconds for each action that has not run: its own and those of the longest chain that waits for it. `waits` holds the actions that
/// each one waits for, all of them earlier in the plan; `expected` says the seconds of one.
pub(crate) fn chains(
    waits: &BTreeMap<ActionId, BTreeSet<ActionId>>,
    expected: impl Fn(ActionId) -> f64,
) -> BTreeMap<ActionId, f64> {
    let mut behind: BTreeMap<ActionId, f64> = BTreeMap::new();
    for (id, needs) in waits.iter().rev() {
        let whole = behind.get(id).copied().unwrap_or_default() + expected(*id);
        behind.insert(*id, whole);
        for need in needs {
            let longest = behind.entry(*need).or_default();
            *longest = longest.max(whole);
        }
    }
    behind
}

/// The seconds that an action took when it ran before. The longest of those that are remembered, since runs that found the same inputs
/// as before are among them.
pub(crate) fn recorded(runs: &[Run]) -> Option<f64> {
    runs.iter().filter(|run| run.end == RunEnd::Built).map(|run| run.seconds).reduce(f64::max)
}

/// What an action that never ran here may take: units most, and those with large archives longest. It only has to put them in order.
pub(crate) fn guess(plan: &Plan, action: &Action) -> f64 {
    const UNIT: f64 = 30.0;
    const OTHER: f64 = 5.0;
    /// Bytes of an archive that are compiled in a second; a rough mean of what this repository builds.
    const BYTES: f64 = 200_000.0;
    let ActionKind::Unit(unit) = &action.kind else { return OTHER };
    let bytes: u64 = unit.sources.iter().map(|source| archives(&plan.action(source.action).kind)).sum();
    UNIT + bytes as f64 / BYTES
}

/// The bytes of a source's archives, where the lock has them.
fn archives(kind: &ActionKind) -> u64 {
    match kind {
        ActionKind::Source(source) => match &source.fetch {
            Fetch::Debian { files, .. } => files.iter().map(|file| file.size).sum(),
            _ => 0,
        },
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(end: RunEnd, seconds: f64) -> Run {
        Run { key: yoe_model::Digest::of(b"key"), end, time: 0, seconds, inputs: BTreeMap::new() }
    }

    #[test]
    fn the_longest_run_that_gave_a_result_counts() {
        let runs = [run(RunEnd::Built, 0.1), run(RunEnd::Failed, 99.0), run(RunEnd::Built, 60.0)];
        assert_eq!((recorded(&runs), recorded(&runs[1..2])), (Some(60.0), None));
    }

    #[test]
    fn a_chain_counts_all_that_waits_for_it() {
        let id = |number| ActionId(number);
        // 0 <- 1 <- 3, 2 <- 3, and 4 alone.
        let waits = BTreeMap::from([
            (id(0), BTreeSet::new()),
            (id(1), BTreeSet::from([id(0)])),
            (id(2), BTreeSet::new()),
            (id(3), BTreeSet::from([id(1), id(2)])),
            (id(4), BTreeSet::new()),
        ]);
        let seconds = [1.0, 2.0, 4.0, 8.0, 10.0];
        let chains = chains(&waits, |id| seconds[id.0]);
        assert_eq!(chains.into_values().collect::<Vec<_>>(), [11.0, 10.0, 12.0, 8.0, 10.0]);
    }
}
