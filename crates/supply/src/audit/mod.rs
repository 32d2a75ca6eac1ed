//! Known holes of what a target holds, by advisories in OSV's format that the caller has on this machine.
//!
//! What is compared is what was built: a Debian source whose series was not applied is upstream's version, and a fix that is
//! one of Debian's patches is not in it. What no database speaks of is listed, since silence is no clean bill. What somebody said of a hole stands next to it, as long as the hole
//! is there: a statement about nothing is [`Stale`](crate::Stale).

mod bill;
mod database;
mod document;
mod judge;
mod named;
mod osv;
mod parts;
mod present;
mod ranges;
mod records;
mod report;
mod severity;
mod text;
mod updates;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use bill::Bill;
pub use database::{DatabaseError, Source};
pub use document::BillError;
pub use named::Named;
pub use parts::Part;
pub use report::{Changes, Declared, Finding, Report, State};
pub use severity::Level;
pub use text::{describe, line, older_than, text};
pub use updates::{Update, updates};

use self::database::Database;
use self::judge::Judge;
use self::parts::Query;

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
    let mut judge = Judge::new(bill, directory, options);
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
                    report.findings.extend(judge.findings(&advisory, name, part, query));
                }
            }
        })?;
        report.databases.insert((*ecosystem).to_owned(), source);
    }
    report.stale = judge.stale(&report.missing);
    report.findings.sort();
    report.findings.dedup();
    Ok(report)
}

#[cfg(test)]
mod speed;
#[cfg(test)]
pub(crate) mod tests;
