//! What can be checked once everything is defined: names that refer to definitions, cycles, files of units.

mod accounts;
mod cycles;
mod directories;
mod images;
mod references;
mod releases;
mod units;
mod workloads;

use crate::assemble::Draft;
use crate::problem::Problem;

/// All that is wrong between definitions.
pub(crate) fn all(draft: &Draft) -> Vec<Problem> {
    let mut problems = references::check(draft);
    problems.extend(cycles::check(draft));
    problems.extend(directories::check(draft));
    problems.extend(units::check(draft));
    problems.extend(images::check(draft));
    problems.extend(releases::check(draft));
    problems.extend(accounts::check(draft));
    problems.extend(workloads::check(draft));
    problems
}
