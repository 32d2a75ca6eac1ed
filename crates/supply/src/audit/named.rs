//! One hole, looked for in many bills.

use std::path::Path;

use super::Options;
use super::bill::Bill;
use super::database::{Database, DatabaseError};
use super::judge::Judge;
use super::osv::Advisory;
use super::report::Finding;

/// The advisories about one hole.
#[derive(Debug)]
pub struct Named {
    advisories: Vec<Advisory>,
}

impl Named {
    /// Looks them up below a directory, by any name of the hole, in the databases of all ecosystems. There may be none.
    ///
    /// # Errors
    /// When a database cannot be read.
    pub fn find(directory: &Path, id: &str) -> Result<Self, DatabaseError> {
        let mut advisories = Vec::new();
        for database in Database::all(directory) {
            advisories.extend(database.named(id)?);
        }
        Ok(Self { advisories })
    }

    /// Whether nobody speaks of this hole.
    pub fn is_empty(&self) -> bool {
        self.advisories.is_empty()
    }

    /// All names of the hole, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.advisories.iter().flat_map(Advisory::names).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Where the hole is in a bill, and what became of it there. `directory` is that of the advisories.
    pub fn findings(&self, bill: &Bill, directory: &Path) -> Vec<Finding> {
        let mut judge = Judge::new(bill, directory, Options::default());
        let mut findings = Vec::new();
        for part in &bill.parts {
            for query in part.queries() {
                for advisory in &self.advisories {
                    findings.extend(judge.findings(advisory, &query.name, part, &query));
                }
            }
        }
        findings.sort();
        findings
    }
}
