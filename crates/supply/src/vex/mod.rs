//! What becomes of known holes, as documents of their own: a bill of materials holds none (TR-03183-2, 3.1).
//!
//! A document has every hole that an audit found, each with the package of the target that holds the component: what somebody said
//! of it, what closes it, or that nobody has looked at it yet. It is of the time of the lock, and its name follows from what it
//! says: the same statements give the same bytes.

mod csaf;
mod openvex;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::{Justification, Publisher, VexStatus};

use crate::audit::{Bill, Finding, Report, State};

pub use csaf::csaf;
pub use openvex::openvex;
pub use read::{Document, ReadError};

/// What a document is made of.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What was audited.
    pub bill: &'a Bill,
    /// What the audit found.
    pub report: &'a Report,
    /// Who says it.
    pub publisher: &'a Publisher,
    /// The version of this program.
    pub tool_version: &'a str,
}

/// A component in a part of the target. Names are package URLs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// The package that holds it, or the target.
    holder: String,
    /// The component.
    component: String,
    /// The component for people.
    name: String,
}

/// What is said of a hole in a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    status: &'static str,
    justification: Option<String>,
    note: String,
}

/// A hole with all that is said of it.
#[derive(Debug, Clone, Default)]
struct Hole {
    aliases: BTreeSet<String>,
    summary: String,
    said: BTreeMap<Place, Said>,
}

/// The holes by the name that most know them by.
fn holes(request: &Request<'_>) -> BTreeMap<String, Hole> {
    let mut holes: BTreeMap<String, Hole> = BTreeMap::new();
    for finding in &request.report.findings {
        let name = finding.common_name().to_owned();
        let hole = holes.entry(name.clone()).or_default();
        let names = std::iter::once(&finding.id).chain(&finding.aliases);
        hole.aliases.extend(names.filter(|alias| **alias != name).cloned());
        if hole.summary.is_empty() {
            hole.summary.clone_from(&finding.summary);
        }
        for place in places(request.bill, finding) {
            // Two advisories about one hole may say two things: what is worse counts.
            let said = said(finding);
            match hole.said.get(&place) {
                Some(known) if gravity(known) >= gravity(&said) => {}
                _ => {
                    hole.said.insert(place, said);
                }
            }
        }
    }
    holes
}

fn places(bill: &Bill, finding: &Finding) -> Vec<Place> {
    let place = |holder: &str| Place {
        holder: holder.to_owned(),
        component: finding.purl.clone(),
        name: format!("{} {}", finding.component, finding.version),
    };
    let of = finding.packages.iter().filter_map(|package| bill.packages.get(package));
    let places: Vec<Place> = of.map(|purl| place(purl)).collect();
    if places.is_empty() { vec![place(&bill.purl)] } else { places }
}

fn said(finding: &Finding) -> Said {
    let of = |status: VexStatus, note: String| Said { status: status.as_str(), justification: None, note };
    match &finding.state {
        State::Declared(said) => Said {
            status: VexStatus::ALL
                .map(VexStatus::as_str)
                .into_iter()
                .find(|status| *status == said.status)
                .unwrap_or(VexStatus::UnderInvestigation.as_str()),
            justification: said.justification.clone(),
            note: said.note.clone(),
        },
        State::NotPresent(evidence) => Said {
            status: VexStatus::NotAffected.as_str(),
            justification: Some(Justification::CodeNotPresent.as_str().to_owned()),
            note: evidence.clone(),
        },
        State::Closed(patch) => of(VexStatus::Fixed, format!("closed by the patch {patch}")),
        State::AssumedFixed => of(
            VexStatus::UnderInvestigation,
            "assumed to be fixed by this version: it is the one that Debian took first after the fix"
                .to_owned(),
        ),
        State::Open => {
            let fixed = finding.fixed.as_ref().map(|version| format!("; {version} has a fix"));
            let note = "the advisory is about this version, and nobody has looked at it yet";
            of(VexStatus::UnderInvestigation, format!("{note}{}", fixed.unwrap_or_default()))
        }
    }
}

/// How much somebody has to do about it.
fn gravity(said: &Said) -> usize {
    ["not_affected", "fixed", "under_investigation", "affected"]
        .iter()
        .position(|status| *status == said.status)
        .unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests;
