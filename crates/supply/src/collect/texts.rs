//! Which texts of licences a unit names or holds.

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::{Source, SourceEntry, Unit};

use crate::NamedTexts;
use crate::licenses::is_text;

/// What a unit says of the texts of one of its sources, or of its own code when there is none. Its own files are of its own code, and
/// of the first source where nobody else wrote it.
pub(super) fn named(unit: &Unit, entry: Option<&SourceEntry>) -> NamedTexts {
    let files: BTreeMap<_, _> = unit
        .license_files
        .iter()
        .filter_map(|(path, digest)| match entry {
            Some(entry) => Some((below(unit, entry, path)?.to_owned(), *digest)),
            None => Some((path.clone(), *digest)),
        })
        .collect();
    let own = match entry.map(|entry| &entry.source) {
        None | Some(Source::Path { .. }) => own(unit),
        Some(_) => BTreeSet::new(),
    };
    NamedTexts { unit: unit.name.clone(), files, own }
}

/// The path in a source of a file in `$SRCDIR`; absent when it comes from another source.
fn below<'a>(unit: &Unit, entry: &SourceEntry, path: &'a str) -> Option<&'a str> {
    let strip = |into: &str| match into {
        "" => Some(path),
        into => path.strip_prefix(into)?.strip_prefix('/'),
    };
    let deeper = unit.sources.iter().filter(|other| other.into.len() > entry.into.len());
    let rest = strip(&entry.into)?;
    deeper.into_iter().all(|other| strip(&other.into).is_none()).then_some(rest)
}

/// The texts among a unit's files.
fn own(unit: &Unit) -> BTreeSet<(String, String)> {
    let texts = unit.files.iter().filter(|file| is_text(&file.path));
    texts.map(|file| (file.path.clone(), String::from_utf8_lossy(&file.content).into_owned())).collect()
}
