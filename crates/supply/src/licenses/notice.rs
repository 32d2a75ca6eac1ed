//! All texts in one file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Text, Texts};
use crate::{Inventory, Kind};

/// All texts in one, each once, below the names of what it is of: first those that came with it, then those of SPDX' list for what came
/// without one, and at the end what has none.
pub fn notice(inventory: &Inventory, texts: &Texts) -> String {
    let mut came: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut standard: BTreeMap<&Text, Vec<String>> = BTreeMap::new();
    let mut without = Vec::new();
    for (reference, component) in
        inventory.components.iter().filter(|(_, component)| component.kind != Kind::Package)
    {
        let license = component.license.as_deref().unwrap_or("unknown");
        let name = format!("{} {} ({license})", component.name, component.version);
        let (own, listed) = (texts.of(reference), texts.standard(reference));
        if own.is_empty() && listed.is_empty() {
            without.push(name.clone());
        }
        own.iter().for_each(|text| came.entry(text.content.trim()).or_default().push(name.clone()));
        listed.iter().for_each(|text| standard.entry(text).or_default().push(name.clone()));
    }
    let subject = &inventory.subject;
    let mut notice = format!(
        "{} {} holds the software that is named below, under these terms.\n",
        subject.name, subject.version
    );
    let mut parts: Vec<(Vec<String>, &str)> = came.into_iter().map(|(text, names)| (names, text)).collect();
    parts.sort();
    for (names, text) in parts {
        add(&mut notice, &names, text);
    }
    for (text, mut names) in standard {
        names.push(format!("\nNo text came with it. This is SPDX' text of {}:", text.name));
        add(&mut notice, &names, text.content.trim());
    }
    if !without.is_empty() {
        without.insert(0, "No text was found in the sources of:\n".to_owned());
        add(&mut notice, &[], &without.join("\n"));
    }
    notice
}

/// Adds a part below a line: whose text it is, and the text.
fn add(notice: &mut String, names: &[String], text: &str) {
    let names = if names.is_empty() { String::new() } else { format!("{}\n\n", names.join("\n")) };
    // Writing to a string does not fail.
    let _ = write!(notice, "\n{}\n\n{names}{text}\n", "-".repeat(72));
}
