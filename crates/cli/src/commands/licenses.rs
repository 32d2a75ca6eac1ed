//! `yoe licenses`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use yoe_supply::licenses;

use crate::error::CommandError;
use crate::output::Output;
use crate::{license_gate, papers, ui};

/// The arguments of `yoe licenses`.
#[derive(Debug, Args)]
pub struct Licenses {
    /// The image, container image or unit [default: the project's image]
    pub target: Option<String>,
    /// The machine that it was built for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Write the table as JSON
    #[arg(long)]
    pub json: bool,
    /// Write all texts of licences and notices that the sources hold to this file
    #[arg(long, value_name = "FILE")]
    pub notice: Option<PathBuf>,
    /// Fail when something cannot be kept without this licence; `GPL-3.0-*` stands for all that begin so
    #[arg(long, value_name = "ID")]
    pub deny: Vec<String>,
}

/// Carries `yoe licenses` out.
pub fn run(args: &Licenses) -> Result<(), CommandError> {
    if let Some(id) = args.deny.iter().find(|id| !licenses::is_pattern(id)) {
        return Err(CommandError::user(format!("{id:?} is not a licence of SPDX' list, and none begins so"))
            .hint("--deny takes an identifier such as GPL-3.0-only, or a beginning and `*`: GPL-3.0-*"));
    }
    let notice = args.notice.as_deref().map(Output::at).transpose()?;
    let papers = papers::of_target(args.machine.as_deref(), args.target.as_deref())?;
    let papers::Papers { inventory, texts, .. } = &papers;
    let rows = licenses::rows(inventory, texts);
    if args.json {
        let changed = texts.changed();
        let document =
            json!({ "format": 1, "packages": rows, "not_known": inventory.gaps, "changed_texts": changed });
        ui::result(&document.to_string());
    } else {
        ui::result(licenses::table(&rows).trim_end());
    }
    if let Some(notice) = notice {
        notice.write_all(licenses::notice(inventory, texts).as_bytes())?;
    }
    for gap in &inventory.gaps {
        ui::warn(&format!("not known: {gap}"));
    }
    for row in rows.iter().filter(|row| !row.relinkable.is_empty()) {
        ui::warn(&format!(
            "{} holds {} statically: whoever gets it must be able to link it anew; `yoe sources` writes what that takes",
            row.package,
            row.relinkable.join(", ")
        ));
    }
    license_gate::verdict(&papers, &rows, &args.deny)
}
