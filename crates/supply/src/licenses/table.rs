//! The table of packages and their licences.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Texts, concluded, linked, terms_of};
use crate::{Inventory, Kind};

/// What is said of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name; for what is in no package, what it is.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The expression that its unit says.
    pub license: Option<String>,
    /// With all that is linked into it; absent when a part is not known.
    pub with_linked: Option<String>,
    /// Licences of what is linked in that the unit does not name.
    pub not_named: Vec<String>,
    /// Components without a known licence, by name and version.
    pub unknown: Vec<String>,
    /// Components of whose licence no text was found in their sources.
    pub without_text: Vec<String>,
}

/// A row for each package and for each component that is in no package, by name.
pub fn rows(inventory: &Inventory, texts: &Texts) -> Vec<Row> {
    let in_packages = inventory.packages_of();
    let alone = |(reference, component): &(&String, &crate::Component)| {
        component.kind == Kind::Package || !in_packages.contains_key(*reference)
    };
    let mut rows: Vec<Row> = inventory
        .components
        .iter()
        .filter(alone)
        .map(|(reference, component)| {
            let linked = linked(inventory, reference);
            let own: Vec<String> = component.license.as_deref().map(terms_of).unwrap_or_default();
            let parts = linked.iter().map(|part| (part, &inventory.components[part]));
            let mut not_named: Vec<String> =
                parts.clone().filter_map(|(_, part)| part.license.as_deref()).flat_map(terms_of).collect();
            not_named.sort();
            not_named.dedup();
            not_named.retain(|term| !own.contains(term));
            let named = |(_, part): (&String, &crate::Component)| format!("{} {}", part.name, part.version);
            let own_text = (component.kind != Kind::Package).then_some((reference, component));
            let sources = inventory.inside(reference);
            let inside = sources.iter().map(|part| (part, &inventory.components[part])).chain(own_text);
            Row {
                package: component.name.clone(),
                version: component.version.clone(),
                license: component.license.clone(),
                with_linked: concluded(inventory, reference),
                not_named,
                unknown: parts.filter(|(_, part)| part.license.is_none()).map(named).collect(),
                without_text: inside.filter(|(part, _)| texts.of(part).is_empty()).map(named).collect(),
            }
        })
        .collect();
    rows.sort_by(|one, other| one.package.cmp(&other.package));
    rows
}

/// The rows as a text of columns.
pub fn table(rows: &[Row]) -> String {
    let width = |of: fn(&Row) -> usize, least: usize| rows.iter().map(of).max().unwrap_or(0).max(least);
    let name = width(|row| row.package.len(), 7);
    let version = width(|row| row.version.len(), 7);
    let mut text = format!("{:name$}  {:version$}  licence\n", "package", "version");
    for row in rows {
        let license = row.license.as_deref().unwrap_or("unknown");
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:name$}  {:version$}  {license}", row.package, row.version);
        let mut more = |what: &str, items: &[String]| {
            if !items.is_empty() {
                let _ = writeln!(text, "{:name$}  {:version$}  {what}: {}", "", "", items.join(", "));
            }
        };
        more("linked in", &row.not_named);
        more("not known", &row.unknown);
        more("no text", &row.without_text);
    }
    text
}
