//! Statements about holes, bound to what they are about.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use yoe_model::Judgement;

/// What somebody says of a hole in a component that the target has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// A name of the hole.
    pub id: String,
    /// The package URL of the component.
    pub purl: String,
    /// The packages of the target that it speaks of; of the component wherever it is when absent.
    pub packages: Option<BTreeSet<String>>,
    /// What was found.
    pub judgement: Judgement,
    /// Where it was written: a file, perhaps with line and column.
    pub place: String,
}

impl Statement {
    /// Whether it speaks of the component in this package, or outside of all packages.
    pub(crate) fn covers(&self, package: Option<&str>) -> bool {
        match (&self.packages, package) {
            (None, _) => true,
            (Some(packages), Some(package)) => packages.contains(package),
            (Some(_), None) => false,
        }
    }
}

/// A statement that is about nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stale {
    /// Where it was written.
    pub place: String,
    /// The hole, by the name that the statement has for it.
    pub id: String,
    /// Why.
    pub why: String,
}

impl Stale {
    pub(crate) fn new(place: &str, id: &str, why: impl Into<String>) -> Self {
        Self { place: place.to_owned(), id: id.to_owned(), why: why.into() }
    }
}
