//! `yoe sbom`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use yoe_supply::{cyclonedx, spdx2, spdx3};

use crate::error::CommandError;
use crate::output::Output;
use crate::{papers, ui};

/// The arguments of `yoe sbom`.
#[derive(Debug, Args)]
pub struct Sbom {
    /// The image, container image or unit [default: the project's image]
    pub target: Option<String>,
    /// The machine that it was built for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// The format
    #[arg(long, value_enum, default_value_t = Format::Cyclonedx)]
    pub format: Format,
    /// List all files, and not programs, scripts and archives alone
    #[arg(long)]
    pub files: bool,
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A format of bills of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// CycloneDX 1.7
    Cyclonedx,
    /// SPDX 3.0.1 as JSON-LD
    Spdx,
    /// SPDX 2.3 as JSON, for readers that know nothing newer; not for BSI TR-03183-2
    #[value(name = "spdx-2.3")]
    Spdx2,
}

/// Carries `yoe sbom` out.
pub fn run(args: &Sbom) -> Result<(), CommandError> {
    let output = args.output.as_deref().map(Output::at).transpose()?;
    let papers::Papers { inventory, .. } =
        papers::of_target(args.machine.as_deref(), args.target.as_deref())?;
    let options = cyclonedx::Options { all_files: args.files, tool_version: env!("CARGO_PKG_VERSION") };
    let document = match args.format {
        Format::Cyclonedx => cyclonedx::document(&inventory, &options),
        Format::Spdx => spdx3::document(&inventory, &options),
        Format::Spdx2 => spdx2::document(&inventory, &options),
    };
    match output {
        Some(output) => output.write_all(document.as_bytes())?,
        None => ui::result(document.trim_end()),
    }
    for gap in &inventory.gaps {
        ui::warn(&format!("not known: {gap}"));
    }
    if inventory.publisher.is_none() {
        ui::warn("not known: who answers for it; project(publisher = publisher(…)) says so");
    }
    Ok(())
}
