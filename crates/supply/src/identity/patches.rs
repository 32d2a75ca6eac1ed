//! Patches that were applied, and what they close.

use std::collections::BTreeSet;

use yoe_model::{LockedSource, PatchHeader, Source, Unit};

use crate::AppliedPatch;

/// Debian's patches that were applied; by Debian's custom their names say which holes they close.
pub(super) fn debian_patches(source: &Source, locked: Option<&LockedSource>) -> Vec<AppliedPatch> {
    let Source::Debian { .. } = source else { return Vec::new() };
    let applied = locked.into_iter().flat_map(|locked| &locked.applied);
    applied.map(|name| AppliedPatch { name: name.clone(), closes: cves_in(name), debian: true }).collect()
}

/// The names of holes in a text.
fn cves_in(text: &str) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for (at, _) in text.match_indices("CVE-") {
        let rest = &text[at + 4..];
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let year = digits(rest);
        let number = rest.get(year + 1..).map_or(0, digits);
        if year == 4 && rest.as_bytes().get(4) == Some(&b'-') && number >= 4 {
            found.insert(format!("CVE-{}", &rest[..5 + number]));
        }
    }
    found.into_iter().collect()
}

/// The unit's own patches. Their headers were checked when the project was evaluated.
pub(super) fn own_patches(unit: &Unit) -> Vec<AppliedPatch> {
    let header = |name: &str| unit.file(name).and_then(|file| PatchHeader::parse(&file.content).ok());
    let closes = |name: &str| header(name).map(|header| header.cves).unwrap_or_default();
    unit.patches
        .iter()
        .map(|name| AppliedPatch { name: name.clone(), closes: closes(name), debian: false })
        .collect()
}
