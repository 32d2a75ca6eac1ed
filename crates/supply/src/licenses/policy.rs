//! What must not be in a product.

use spdx::{Expression, ParseMode};

use crate::Inventory;

/// A component that cannot be kept without a licence that is denied.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Denial {
    /// The component's name and version.
    pub component: String,
    /// Its expression.
    pub license: String,
}

/// What a policy says of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What it denies.
    pub denied: Vec<Denial>,
    /// Components whose licence is not known, by name and version: nothing follows for them.
    pub unknown: Vec<String>,
}

/// Holds a target against identifiers that are denied; one that ends in `*` stands for all that begin so. A choice between
/// licences is fine as long as one of them is.
pub fn check(inventory: &Inventory, denied: &[String]) -> Verdict {
    let mut verdict = Verdict::default();
    for component in inventory.components.values() {
        let name = format!("{} {}", component.name, component.version);
        let expression =
            component.license.as_deref().and_then(|text| Expression::parse_mode(text, ParseMode::LAX).ok());
        match expression {
            None => verdict.unknown.push(name),
            Some(expression) => {
                let fits = expression.evaluate(|requirement| {
                    let licence = requirement.license.to_string();
                    !denied.iter().any(|pattern| matches(pattern, &licence))
                });
                if !fits {
                    let license = component.license.clone().unwrap_or_default();
                    verdict.denied.push(Denial { component: name, license });
                }
            }
        }
    }
    verdict
}

/// Whether a text is an identifier of SPDX' list, or a beginning of some and `*`. References of one's own are taken.
pub fn is_pattern(text: &str) -> bool {
    let known =
        |fits: &dyn Fn(&str) -> bool| spdx::identifiers::LICENSES.iter().any(|license| fits(license.name));
    match text.strip_suffix('*') {
        Some(beginning) => known(&|name| name.starts_with(beginning)),
        None => text.starts_with("LicenseRef-") || known(&|name| name == text),
    }
}

fn matches(pattern: &str, licence: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => licence.starts_with(beginning),
        None => licence == pattern,
    }
}
