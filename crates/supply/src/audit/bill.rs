//! What is audited: the parts of an inventory, or of a document.

use std::collections::BTreeMap;
use std::sync::Arc;

use yoe_model::Publisher;

use super::parts::Part;
use crate::statement::{Stale, Statement};
use crate::{GoProgram, Inventory, Kbuild, Kind, Purl, licenses};

/// What is audited.
#[derive(Debug, Clone, Default)]
pub struct Bill {
    /// What it is of: name and version.
    pub subject: String,
    /// The architecture, by its Linux name; empty when it is not known.
    pub arch: String,
    /// Its package URL; empty when it is not known.
    pub purl: String,
    /// The time that it is of (RFC 3339): that of its lock.
    pub time: String,
    /// Who answers for it; absent when nobody says so.
    pub publisher: Option<Publisher>,
    /// The package URLs of its packages, by name.
    pub packages: BTreeMap<String, String>,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Programs of Go, by what they hold: not of a document.
    pub programs: Vec<GoProgram>,
    /// The kernel, by its package URL, and what is compiled of it: not of a document.
    pub kernel: Option<(String, Arc<Kbuild>)>,
    /// What is said of holes in them.
    pub statements: Vec<Statement>,
    /// What was said of parts that are not there.
    pub stale: Vec<Stale>,
}

impl Bill {
    /// Go's name for the architecture.
    pub(super) fn goarch(&self) -> &str {
        match self.arch.as_str() {
            "aarch64" => "arm64",
            "x86_64" => "amd64",
            other => other,
        }
    }

    /// The bill of an inventory.
    pub fn of_inventory(inventory: &Inventory) -> Self {
        let packages = inventory.packages_of();
        let parts = inventory.components.iter().filter(|(_, component)| component.kind != Kind::Package);
        let part = |(reference, component): (&String, &crate::Component)| {
            let ancestors =
                component.ancestors.iter().filter_map(|ancestor| Purl::parse(&ancestor.purl).ok());
            let closes = component
                .patches
                .iter()
                .flat_map(|patch| patch.closes.iter().map(|id| (id.clone(), patch.name.clone())));
            Some(Part {
                name: component.name.clone(),
                version: component.version.clone(),
                purl: Purl::parse(&component.purl).ok()?,
                ancestors: ancestors.collect(),
                closes: closes.collect(),
                packages: packages.get(reference).cloned().unwrap_or_default(),
                license: licenses::concluded(inventory, reference),
            })
        };
        let subject = &inventory.subject;
        let named = inventory.components.values().filter(|component| component.kind == Kind::Package);
        Self {
            subject: format!("{} {}", subject.name, subject.version),
            arch: subject.arch.clone(),
            purl: inventory.purl(),
            time: yoe_notation::date::rfc3339(inventory.epoch),
            publisher: inventory.publisher.clone(),
            packages: named.map(|package| (package.name.clone(), package.purl.clone())).collect(),
            parts: parts.filter_map(part).collect(),
            programs: inventory.programs.clone(),
            kernel: inventory.kernel.clone(),
            statements: inventory.statements.clone(),
            stale: inventory.stale.clone(),
        }
    }
}
