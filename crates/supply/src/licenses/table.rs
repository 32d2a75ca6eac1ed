//! The table of packages and their licences.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;
use spdx::{Expression, ParseMode};

use super::{Texts, concluded, linked, terms_of};
use crate::{Component, Inventory, Kind};

/// What is said of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name; for what is in no package, what it is.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The expression that its unit says.
    pub license: Option<String>,
    /// What its unit says of what is linked in.
    pub linked_license: Option<String>,
    /// With all that is linked into it; absent when a part is not known.
    pub with_linked: Option<String>,
    /// Licences of what is linked in that the unit does not name.
    pub not_named: Vec<String>,
    /// Components without a known licence, by name and version.
    pub unknown: Vec<String>,
    /// Components that came without a text and have that of SPDX' list.
    pub standard_text: Vec<String>,
    /// Components of whose licence there is no text at all.
    pub without_text: Vec<String>,
    /// What is linked statically under a licence that lets whoever gets it link it anew (LGPL).
    pub relinkable: Vec<String>,
    /// The files that texts were found in, with the component of each.
    pub texts: Vec<Found>,
}

/// A file that holds a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Found {
    /// The component's name and version.
    pub component: String,
    /// The file, in the component's source.
    pub file: String,
    /// Its SHA-256 digest, where it is UTF-8.
    pub sha256: String,
}

/// A row for each package and for each component that is in no package, by name.
pub fn rows(inventory: &Inventory, texts: &Texts) -> Vec<Row> {
    let in_packages = inventory.packages_of();
    let alone = |(reference, component): &(&String, &Component)| {
        component.kind == Kind::Package || !in_packages.contains_key(*reference)
    };
    let alone = inventory.components.iter().filter(alone);
    let mut rows: Vec<Row> =
        alone.map(|(reference, component)| row(inventory, texts, reference, component)).collect();
    rows.sort_by(|one, other| one.package.cmp(&other.package));
    rows
}

fn row(inventory: &Inventory, texts: &Texts, reference: &str, component: &Component) -> Row {
    let linked: Vec<&Component> =
        linked(inventory, reference).iter().map(|part| &inventory.components[part]).collect();
    let mut inside = inventory.inside(reference);
    if component.kind != Kind::Package {
        inside.insert(reference.to_owned());
    }
    let named = |reference: &String| name(&inventory.components[reference]);
    let none = |reference: &&String| texts.of(reference).is_empty();
    let listed = |reference: &&String| !texts.standard(reference).is_empty();
    let found = |reference: &String| -> Vec<Found> {
        let found = |text: &&super::Text| Found {
            component: named(reference),
            file: text.name.clone(),
            sha256: yoe_model::Digest::of(text.content.as_bytes()).to_string(),
        };
        texts.of(reference).iter().map(found).collect()
    };
    Row {
        package: component.name.clone(),
        version: component.version.clone(),
        license: component.license.clone(),
        linked_license: component.linked_license.clone(),
        with_linked: concluded(inventory, reference),
        not_named: not_named(component, &linked),
        unknown: linked.iter().filter(|part| part.license.is_none()).map(|part| name(part)).collect(),
        standard_text: inside.iter().filter(none).filter(listed).map(named).collect(),
        without_text: inside.iter().filter(none).filter(|part| !listed(part)).map(named).collect(),
        relinkable: linked.iter().filter(is_lesser).map(|part| name(part)).collect(),
        texts: inside.iter().flat_map(found).collect(),
    }
}

fn name(component: &Component) -> String {
    format!("{} {}", component.name, component.version)
}

/// Licences of what is linked in that a package's unit does not name. Of a choice, one is enough.
fn not_named(package: &Component, linked: &[&Component]) -> Vec<String> {
    let said = [&package.license, &package.linked_license];
    let said: BTreeSet<String> = said.into_iter().flatten().flat_map(|text| terms_of(text)).collect();
    let needed: BTreeSet<String> =
        linked.iter().filter_map(|part| part.license.as_deref()).flat_map(terms_of).collect();
    let covered = |term: &str| {
        let expression = Expression::parse_mode(term, ParseMode::LAX);
        said.contains(term)
            || expression.is_ok_and(|one| one.evaluate(|part| said.contains(&part.to_string())))
    };
    needed.into_iter().filter(|term| !covered(term)).collect()
}

/// Whether a component cannot be kept without a licence of the LGPL.
fn is_lesser(component: &&&Component) -> bool {
    let expression = component.license.as_deref().map(|text| Expression::parse_mode(text, ParseMode::LAX));
    expression.is_some_and(|expression| {
        expression.is_ok_and(|one| !one.evaluate(|part| !part.license.to_string().starts_with("LGPL-")))
    })
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
        more("linked in", row.linked_license.as_slice());
        more("linked in and not named", &row.not_named);
        more("not known", &row.unknown);
        more("SPDX' text", &row.standard_text);
        more("no text", &row.without_text);
        more("LGPL, linked statically", &row.relinkable);
    }
    text
}
