//! What papers say of an image, in short: what it is made of, under which licences, and which known holes are open.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use yoe_model::HoleLevel;
use yoe_supply::audit::{self, Bill, Finding, Options};
use yoe_supply::{Inventory, Kind, licenses};

use crate::error::CommandError;
use crate::gate;

/// Kinds of components in the order in which they are shown, with the word for several of them.
const KINDS: [(Kind, &str); 6] = [
    (Kind::Package, "packages"),
    (Kind::Source, "sources"),
    (Kind::GoModule, "Go modules"),
    (Kind::Crate, "crates"),
    (Kind::Debian, "Debian packages"),
    (Kind::Image, "container images"),
];

/// What papers say of an image.
#[derive(Debug, Clone, Serialize)]
pub struct Papers {
    /// How many components of each kind there are.
    pub components: Vec<Count>,
    /// How many components need each licence; of a choice, the whole of it.
    pub licenses: Vec<Count>,
    /// Components whose licence is not known.
    pub unknown_license: usize,
    /// What could not be found out.
    pub not_known: Vec<String>,
    /// Known holes; absent when no advisories were given.
    pub holes: Option<Holes>,
}

/// A name with a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Of what.
    pub name: String,
    /// How many.
    pub count: usize,
}

/// Known holes.
#[derive(Debug, Clone, Serialize)]
pub struct Holes {
    /// Those that are open, the worst first.
    pub open: Vec<Hole>,
    /// How many are closed, not there, or declared not to matter.
    pub others: usize,
    /// For each ecosystem, when the newest of its advisories was last changed (RFC 3339).
    pub advisories: BTreeMap<String, String>,
    /// Ecosystems that it has parts of, and no advisories were there for.
    pub missing: Vec<String>,
}

/// An open hole of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hole {
    /// The name that most know it by.
    pub id: String,
    /// How bad it is; absent when nobody says so.
    pub level: Option<HoleLevel>,
    /// The component, with its version.
    pub component: String,
    /// The packages that hold it.
    pub packages: Vec<String>,
    /// The version that ends it; absent when none is known.
    pub fixed: Option<String>,
}

impl Papers {
    /// Of an inventory, and of the advisories below a directory.
    pub fn new(inventory: &Inventory, advisories: Option<&Path>) -> Result<Self, CommandError> {
        let kinds = KINDS.map(|(kind, name)| {
            let count = inventory.components.values().filter(|component| component.kind == kind).count();
            Count { name: name.to_owned(), count }
        });
        let mut terms: BTreeMap<String, usize> = BTreeMap::new();
        let mut unknown_license = 0;
        for component in inventory.components.values() {
            let known = component.license.as_deref().filter(|text| licenses::is_expression(text));
            match known {
                Some(text) => {
                    licenses::terms(text).into_iter().for_each(|term| *terms.entry(term).or_default() += 1)
                }
                None => unknown_license += 1,
            }
        }
        let mut of_licenses: Vec<Count> =
            terms.into_iter().map(|(name, count)| Count { name, count }).collect();
        of_licenses.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.name.cmp(&other.name)));
        Ok(Self {
            components: kinds.into_iter().filter(|kind| kind.count > 0).collect(),
            licenses: of_licenses,
            unknown_license,
            not_known: inventory.gaps.clone(),
            holes: advisories.map(|advisories| holes(inventory, advisories)).transpose()?,
        })
    }
}

fn holes(inventory: &Inventory, advisories: &Path) -> Result<Holes, CommandError> {
    let bill = Bill::of_inventory(inventory);
    let report = audit::audit(&bill, advisories, Options::default()).map_err(gate::unread)?;
    let hole = |finding: &Finding| Hole {
        id: finding.common_name().to_owned(),
        level: finding.level,
        component: format!("{} {}", finding.component, finding.version),
        packages: finding.packages.clone(),
        fixed: finding.fixed.clone(),
    };
    let mut open: Vec<Hole> = report.open().map(hole).collect();
    // What nobody says anything about comes first: it may be the worst.
    let rank = |hole: &Hole| hole.level.map_or(0, |level| 5 - level as usize);
    open.sort_by(|one, other| {
        (rank(one), &one.component, &one.id).cmp(&(rank(other), &other.component, &other.id))
    });
    open.dedup();
    Ok(Holes {
        others: report.findings.len() - report.open().count(),
        open,
        advisories: report.databases.into_iter().map(|(name, source)| (name, source.newest)).collect(),
        missing: report.missing.into_iter().collect(),
    })
}

impl Papers {
    /// Rows of a name, a number and a note.
    pub fn components(&self) -> Vec<(String, String, String)> {
        rows(&self.components)
    }

    /// The same of licences.
    pub fn licenses(&self) -> Vec<(String, String, String)> {
        let mut rows = rows(&self.licenses);
        if self.unknown_license > 0 {
            let note = "`yoe licenses` names them".to_owned();
            rows.push(("not known".to_owned(), self.unknown_license.to_string(), note));
        }
        rows
    }
}

impl Holes {
    /// The open ones, as rows of a name, a level and a note.
    pub fn rows(&self) -> Vec<(String, String, String)> {
        let row = |hole: &Hole| {
            let fixed = hole
                .fixed
                .as_ref()
                .map_or_else(|| "no fixed version".to_owned(), |to| format!("fixed in {to}"));
            let within = if hole.packages.is_empty() {
                String::new()
            } else {
                format!(" in {}", hole.packages.join(", "))
            };
            let level = hole.level.map_or("unknown", HoleLevel::as_str).to_owned();
            (hole.id.clone(), level, format!("{}{within}: {fixed}", hole.component))
        };
        self.open.iter().map(row).collect()
    }

    /// What was asked, and what was not, in sentences.
    pub fn summary(&self) -> String {
        let of = |(name, newest): (&String, &String)| {
            format!("{name} until {}", newest.get(..10).unwrap_or("nobody knows when"))
        };
        let asked: Vec<String> = self.advisories.iter().map(of).collect();
        let asked = if asked.is_empty() { "none".to_owned() } else { asked.join(", ") };
        let missing = if self.missing.is_empty() {
            String::new()
        } else {
            format!(
                " No advisories were there about {}: of those parts nothing is known.",
                self.missing.join(", ")
            )
        };
        format!(
            "{} open, {} closed, not there or declared not to matter. Advisories: {asked}.{missing}",
            self.open.len(),
            self.others
        )
    }
}

fn rows(counts: &[Count]) -> Vec<(String, String, String)> {
    counts.iter().map(|one| (one.name.clone(), one.count.to_string(), String::new())).collect()
}
