//! Two bills of materials: of what was shipped, years apart.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use yoe_supply::audit;
use yoe_supply::changes::{Changes, Component};

use crate::commands::audit::read::bill;
use crate::error::CommandError;
use crate::{columns, gate, ui};

/// Bytes in which a bill says what it is.
const HEAD: u64 = 1 << 16;

/// Whether a side of a comparison is a bill of materials: a file that says so in its beginning.
pub fn is_one(name: &str) -> bool {
    let mut head = Vec::new();
    let read = |file: fs::File| file.take(HEAD).read_to_end(&mut head);
    Path::new(name).is_file()
        && fs::File::open(name).and_then(read).is_ok()
        && String::from_utf8_lossy(&head).contains("\"CycloneDX\"")
}

/// Compares two bills.
pub fn run(from: &str, to: &str, advisories: Option<&Path>, json: bool) -> Result<(), CommandError> {
    if let Some(advisories) = advisories {
        gate::directory(advisories, "--advisories")?;
    }
    let bill = |name: &str| bill(Path::new(name), "compared");
    let (from, to) = (bill(from)?, bill(to)?);
    let changes = Changes::new(&from, &to, advisories).map_err(gate::unread)?;
    if json {
        ui::json_result(&changes)?;
    } else {
        lines(&changes).iter().for_each(|line| ui::result(line));
    }
    if let Some(holes) = &changes.holes
        && !holes.missing.is_empty()
    {
        let missing: Vec<&str> = holes.missing.iter().map(String::as_str).collect();
        ui::warn(&format!("no advisories are there about {}", missing.join(", ")));
    }
    Ok(())
}

fn lines(changes: &Changes) -> Vec<String> {
    let mut lines = vec![format!("{} -> {}", changes.from, changes.to)];
    let rows: Vec<Vec<String>> = changes.components.iter().map(row).collect();
    if !rows.is_empty() {
        lines.push("components".to_owned());
        lines.extend(columns::lines(&rows));
    }
    let signed = |sign: &str, all: &BTreeSet<String>| -> Vec<String> {
        all.iter().map(|one| format!("  {sign}  {one}")).collect()
    };
    let licenses = [signed("+", &changes.licenses_added), signed("-", &changes.licenses_gone)].concat();
    if !licenses.is_empty() {
        lines.push("licences".to_owned());
        lines.extend(licenses);
    }
    if let Some(holes) = &changes.holes {
        let of = |sign: &str, all: &[audit::Finding]| -> Vec<String> {
            all.iter().map(|finding| format!("  {sign}  {}", audit::line(finding))).collect()
        };
        let holes = [of("+", &holes.opened), of("-", &holes.closed)].concat();
        if !holes.is_empty() {
            lines.push("known holes".to_owned());
            lines.extend(holes);
        }
    }
    if changes.is_empty() {
        lines.push("no difference".to_owned());
    }
    lines
}

fn row(component: &Component) -> Vec<String> {
    let list = |versions: &BTreeSet<String>| versions.iter().cloned().collect::<Vec<_>>().join(", ");
    let (sign, versions) = match (component.from.is_empty(), component.to.is_empty()) {
        (true, _) => ("+", list(&component.to)),
        (_, true) => ("-", list(&component.from)),
        _ => ("~", format!("{} -> {}", list(&component.from), list(&component.to))),
    };
    vec![format!("  {sign}"), component.name.clone(), versions]
}
