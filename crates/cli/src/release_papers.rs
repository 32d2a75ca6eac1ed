//! Papers that travel with an update: targets of its repository, signed with it.

use std::collections::BTreeMap;
use std::path::Path;

use yoe_model::AuditGate;
use yoe_supply::audit::{self, Bill, Options};
use yoe_supply::{cyclonedx, licenses, spdx3};

use crate::commands::audit::documents;
use crate::commands::provenance;
use crate::error::CommandError;
use crate::papers::{self, Papers};
use crate::{gate, ui};

/// Papers by the names that they have in an update.
pub type Named = BTreeMap<String, Vec<u8>>;

/// The papers of a target that was built: its bill of materials in two formats, the texts of its licences, where it comes from, and,
/// where there are advisories, what becomes of each known hole, which `gate` may not allow. `files` are the SHA-256 digests of what is published of it, by name.
///
/// # Errors
/// When one cannot be made.
pub fn made(
    machine: Option<&str>,
    target: &str,
    files: &BTreeMap<String, String>,
    advisories: Option<&Path>,
    gate: Option<AuditGate>,
) -> Result<Named, CommandError> {
    let (papers, provenance) = papers::of_built(machine, Some(target), |request, store| {
        Ok((papers::papers(request, store)?, provenance::signed(request, None, files)?))
    })?;
    let Papers { inventory, texts, .. } = papers;
    let options = cyclonedx::Options { all_files: false, tool_version: env!("CARGO_PKG_VERSION") };
    let mut named: Vec<(&str, String)> = vec![
        (yoe_bundle::BILL, cyclonedx::document(&inventory, &options)),
        ("sbom.spdx.json", spdx3::document(&inventory, &options)),
        ("NOTICE", licenses::notice(&inventory, &texts)),
        ("provenance.intoto.jsonl", provenance),
    ];
    if let Some(advisories) = advisories {
        let bill = Bill::of_inventory(&inventory);
        let report = audit::audit(&bill, advisories, Options::default()).map_err(gate::unread)?;
        match gate {
            Some(gate) => gate::held(target, gate, advisories, &report)?,
            None => gate::verdict(advisories, None, &report)?,
        }
        let documents = documents::made(&bill, &report)?;
        let all = ["openvex.json", "csaf.json"].into_iter().zip(documents);
        named.extend(all.filter_map(|(name, document)| Some((name, document?))));
    }
    for gap in &inventory.gaps {
        ui::warn(&format!("not known: {gap}"));
    }
    Ok(named.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect())
}
