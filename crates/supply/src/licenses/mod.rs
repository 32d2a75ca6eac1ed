//! Licences: of each component, of a package with all that is linked into it, and the texts that the sources hold.
//!
//! Expressions are those of SPDX, and identifiers those of its list. What is linked into a package counts: whoever hands the
//! package out hands that out too.

mod files;
mod identify;
mod notice;
mod policy;
mod standard;
mod table;
mod texts;

use std::collections::BTreeSet;

use spdx::{Expression, ParseMode};

use crate::{Inventory, Kind, Link};

pub(crate) use files::is_text;
pub use notice::notice;
pub use policy::{Denial, Verdict, check, is_pattern};
pub use table::{Found, Row, rows, table};
pub use texts::{Changed, Text, Texts, identified};

/// An expression out of what people write in manifests: a slash stood for OR before expressions were wanted.
pub fn from_manifest(text: &str) -> String {
    text.replace('/', " OR ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text is an expression over SPDX' list of identifiers; deprecated ones are taken, since sources carry them.
pub fn is_expression(text: &str) -> bool {
    let mode = ParseMode { allow_deprecated: true, allow_postfix_plus_on_gpl: true, ..ParseMode::STRICT };
    Expression::parse_mode(text, mode).is_ok()
}

/// The expression that a component is handed out under: its own, and for a package those of all that is linked into it. Absent
/// when a part of it is not known.
pub fn concluded(inventory: &Inventory, reference: &str) -> Option<String> {
    let component = inventory.components.get(reference)?;
    let own = component.license.as_deref().filter(|text| is_expression(text))?;
    if component.kind != Kind::Package {
        return Some(own.to_owned());
    }
    let linked = linked(inventory, reference);
    let linked = linked.iter().map(|part| inventory.components[part].license.as_deref());
    all(std::iter::once(Some(own)).chain(linked))
}

/// The expression that a file is handed out under: that of the component that holds it, or those of all that it was made of. Absent
/// when a part of it is not known.
pub fn of_file(inventory: &Inventory, path: &str, owner: Option<&str>) -> Option<String> {
    match owner.filter(|owner| inventory.components.contains_key(*owner)) {
        Some(owner) => concluded(inventory, owner),
        None => {
            let parts: Vec<Option<String>> =
                inventory.made_of.get(path)?.iter().map(|part| concluded(inventory, part)).collect();
            all(parts.iter().map(Option::as_deref))
        }
    }
}

/// The expression of a whole target.
pub fn of_all(inventory: &Inventory) -> Option<String> {
    all(inventory.components.values().map(|component| component.license.as_deref()))
}

/// The references of what is linked into a package.
pub fn linked(inventory: &Inventory, package: &str) -> BTreeSet<String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![package.to_owned()]);
    while let Some(next) = open.pop() {
        for held in inventory.held(&next, Link::Static) {
            if inventory.components.contains_key(held) && found.insert(held.to_owned()) {
                open.push(held.to_owned());
            }
        }
    }
    found
}

/// All of these expressions at once. Absent when one is not known.
fn all<'a>(expressions: impl IntoIterator<Item = Option<&'a str>>) -> Option<String> {
    let mut terms = BTreeSet::new();
    for expression in expressions {
        let expression = expression.filter(|text| is_expression(text))?;
        terms.extend(terms_of(expression));
    }
    (!terms.is_empty()).then(|| terms.into_iter().collect::<Vec<_>>().join(" AND "))
}

/// The licences of an expression that must all be kept, each once; a choice is one of them, in parentheses.
pub fn terms(expression: &str) -> BTreeSet<String> {
    terms_of(expression).into_iter().collect()
}

/// The parts of an expression that must all be kept, each in parentheses where it is a choice.
pub(crate) fn terms_of(expression: &str) -> Vec<String> {
    let (mut depth, mut term, mut terms): (usize, Vec<&str>, Vec<String>) = (0, Vec::new(), Vec::new());
    let mut finish = |term: &mut Vec<&str>| {
        let text = term.join(" ");
        let choice = text.contains(" OR ") && !(text.starts_with('(') && closes_at_end(&text));
        terms.push(if choice { format!("({text})") } else { text });
        term.clear();
    };
    // A choice on the outermost level is one term, with all that stands around it.
    let splits = !has_outer_or(expression);
    for word in expression.split_whitespace() {
        if word == "AND" && depth == 0 && splits {
            finish(&mut term);
            continue;
        }
        depth += word.matches('(').count();
        depth = depth.saturating_sub(word.matches(')').count());
        term.push(word);
    }
    finish(&mut term);
    let unwrapped = terms.into_iter().flat_map(|term| match inner(&term) {
        Some(inner) if !inner.contains(" OR ") => terms_of(inner),
        _ => vec![term],
    });
    unwrapped.collect()
}

/// What a pair of parentheses around all of a term holds.
fn inner(term: &str) -> Option<&str> {
    (term.starts_with('(') && closes_at_end(term)).then(|| &term[1..term.len() - 1])
}

fn has_outer_or(expression: &str) -> bool {
    let mut depth = 0_usize;
    expression.split_whitespace().any(|word| {
        let outer = depth == 0 && word == "OR";
        depth = (depth + word.matches('(').count()).saturating_sub(word.matches(')').count());
        outer
    })
}

/// Whether the first parenthesis is closed by the last letter.
fn closes_at_end(text: &str) -> bool {
    let mut depth = 0_i32;
    for (at, letter) in text.char_indices() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        if depth == 0 {
            return at + 1 == text.len();
        }
    }
    false
}

#[cfg(test)]
mod tests;
