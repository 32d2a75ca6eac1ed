//! Known holes of what a target holds, by advisories in OSV's format that the caller has on this machine.
//!
//! What is compared is what was built: a Debian source whose series was not applied is upstream's version, and a fix that is
//! one of Debian's patches is not in it. What no database speaks of is listed, since silence is no clean bill.

mod bill;
mod database;
mod osv;
mod parts;
mod ranges;
mod report;
mod severity;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use bill::{Bill, BillError};
pub use database::{DatabaseError, Source};
pub use parts::Part;
pub use report::{Changes, Finding, Report, State, text};
pub use severity::Level;

use self::database::Database;
use self::osv::Advisory;
use self::parts::Query;
use self::ranges::{Answer, fixed_in};

/// What decides in addition to the parts and the advisories.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether advisories count that are for other systems or architectures alone.
    pub all_platforms: bool,
}

/// What is asked of one ecosystem's database: by a package's name, the parts that may be it.
type Asked<'b> = BTreeMap<String, Vec<(&'b Part, Query)>>;

/// Checks a bill against the advisories below `directory`.
///
/// # Errors
/// When a database that is there cannot be read.
pub fn audit(bill: &Bill, directory: &Path, options: Options) -> Result<Report, DatabaseError> {
    let mut wanted: BTreeMap<&str, Asked<'_>> = BTreeMap::new();
    let mut report = Report::new(bill);
    for part in &bill.parts {
        let queries = part.queries();
        if queries.is_empty() {
            report.unchecked.insert(format!("{} {}", part.name, part.version));
        }
        for query in queries {
            let of = wanted.entry(query.ecosystem).or_default();
            of.entry(query.name.clone()).or_default().push((part, query));
        }
    }
    for (ecosystem, queries) in &wanted {
        let Some(database) = Database::find(directory, ecosystem) else {
            report.missing.insert((*ecosystem).to_owned());
            continue;
        };
        let names: BTreeSet<&str> = queries.keys().map(String::as_str).collect();
        let source = database.read(&names, &mut |advisory| {
            for (name, asked) in queries {
                for (part, query) in asked {
                    report.findings.extend(finding(bill, &advisory, name, part, query, options));
                }
            }
        })?;
        report.databases.insert((*ecosystem).to_owned(), source);
    }
    report.findings.sort();
    report.findings.dedup();
    Ok(report)
}

/// What an advisory says of a part.
fn finding(
    bill: &Bill,
    advisory: &Advisory,
    name: &str,
    part: &Part,
    query: &Query,
    options: Options,
) -> Option<Finding> {
    if advisory.withdrawn.is_some() {
        return None;
    }
    let affected = advisory.of_package(query, name);
    let for_us = |affected: &&osv::Affected| options.all_platforms || affected.is_for("linux", bill.goarch());
    let affected: Vec<&osv::Affected> = affected.into_iter().filter(for_us).collect();
    let answers: Vec<Answer> = affected.iter().map(|affected| ranges::answer(affected, query)).collect();
    let answer = answers.into_iter().max()?;
    if answer == Answer::No {
        return None;
    }
    let names: Vec<&String> =
        std::iter::once(&advisory.id).chain(&advisory.aliases).chain(&advisory.upstream).collect();
    let closed = part.closes.iter().find(|(id, _)| names.contains(&id)).map(|(_, patch)| patch.clone());
    let state = match (closed, answer) {
        (Some(patch), _) => State::Closed(patch),
        (None, Answer::AssumedFixed) => State::AssumedFixed,
        _ => State::Open,
    };
    Some(Finding {
        packages: part.packages.iter().cloned().collect(),
        component: part.name.clone(),
        version: part.version.clone(),
        id: advisory.id.clone(),
        aliases: advisory.aliases.iter().chain(&advisory.upstream).cloned().collect(),
        summary: advisory.summary.clone(),
        level: severity::of(advisory, &affected),
        fixed: affected.iter().find_map(|affected| fixed_in(affected, query)),
        uncertain: answer == Answer::Unreadable,
        state,
    })
}

#[cfg(test)]
mod tests;
