//! `yoe audit`.

mod documents;
mod read;
mod shipped;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use yoe_supply::audit::{self, Bill, Changes, Level, Report};

use self::documents::{Documents, declare};
use self::read::read;
use crate::error::{CommandError, Kind};
use crate::{papers, ui};

/// The arguments of `yoe audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// The image, container image or unit, or a CycloneDX file [default: the project's image]
    #[arg(value_name = "TARGET|FILE")]
    pub target: Option<String>,
    /// The machine that it was built for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Directory with advisories in OSV's format: all.zip or JSON files, in a directory for each ecosystem
    #[arg(long, value_name = "DIR")]
    pub db: PathBuf,
    /// Fail when a hole is open that is at least this bad, or whose advisory does not say how bad it is
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub fail_on: Option<FailOn>,
    /// Count advisories that are for other systems or architectures alone, too
    #[arg(long)]
    pub all_platforms: bool,
    /// Look for one hole in all bills of materials of this directory instead, with what OpenVEX documents there say of it
    #[arg(long, value_name = "DIR", requires = "cve", conflicts_with_all = ["target", "machine", "fail_on", "since", "vex", "openvex", "csaf"])]
    pub shipped: Option<PathBuf>,
    /// The hole that --shipped looks for, by any of its names
    #[arg(long, value_name = "ID", requires = "shipped")]
    pub cve: Option<String>,
    /// OpenVEX documents with what is known of holes, of a file that was shipped; may be given several times
    #[arg(long, value_name = "FILE")]
    pub vex: Vec<PathBuf>,
    /// Write what becomes of each hole as a document in OpenVEX 0.2.0
    #[arg(long, value_name = "FILE")]
    pub openvex: Option<PathBuf>,
    /// Write the same in CSAF 2.0, profile VEX
    #[arg(long, value_name = "FILE")]
    pub csaf: Option<PathBuf>,
    /// Write the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Say what is new and what is gone since an earlier report, as --json wrote it
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
}

/// How bad a hole is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// From CVSS 0.1 on
    Low,
    /// From CVSS 4.0 on
    Medium,
    /// From CVSS 7.0 on
    High,
    /// From CVSS 9.0 on
    Critical,
}

impl FailOn {
    fn level(self) -> Level {
        match self {
            FailOn::Low => Level::Low,
            FailOn::Medium => Level::Medium,
            FailOn::High => Level::High,
            FailOn::Critical => Level::Critical,
        }
    }
}

/// Carries `yoe audit` out.
pub fn run(args: &Audit) -> Result<(), CommandError> {
    if !args.db.is_dir() {
        return Err(CommandError::user(format!("{} is not a directory", args.db.display()))
            .hint("--db names a directory with a directory for each ecosystem, such as DIR/Go/all.zip"));
    }
    if let (Some(directory), Some(id)) = (&args.shipped, &args.cve) {
        return shipped::run(directory, id, &args.db, args.json);
    }
    let earlier = args.since.as_deref().map(earlier).transpose()?;
    let documents = Documents::open(args.openvex.as_deref(), args.csaf.as_deref())?;
    let mut bill = bill(args)?;
    args.vex.iter().try_for_each(|path| declare(&mut bill, path))?;
    let options = audit::Options { all_platforms: args.all_platforms };
    let report = audit::audit(&bill, &args.db, options)
        .map_err(|error| CommandError::config("the advisories cannot be read").because(error))?;
    let changes = earlier.map(|earlier| report.since(&earlier));
    if args.json {
        let mut value = serde_json::to_value(&report).map_err(|error| {
            CommandError::new(Kind::Internal, "the report cannot be written as JSON").because(error)
        })?;
        if let Some(changes) = &changes {
            value["since"] = json!(changes);
        }
        ui::result(&value.to_string());
    } else {
        ui::result(audit::text(&report).trim_end());
        changes.iter().for_each(show);
    }
    if report.stale.is_empty() {
        documents.write(&bill, &report)?;
    }
    verdict(args, &report)
}

fn show(changes: &Changes) {
    for (what, all) in [("new", &changes.new), ("gone", &changes.gone)] {
        for (component, id) in all {
            ui::result(&format!("{what}: {component} {id}"));
        }
    }
}

/// What the command ends with. What is open and bad enough comes first; then what could not be looked up.
fn verdict(args: &Audit, report: &Report) -> Result<(), CommandError> {
    if let Some(level) = args.fail_on.map(FailOn::level) {
        let count = report.at_least(level);
        if count > 0 {
            let message = format!(
                "{count} holes are open that are {} or worse, or of which nobody says how bad they are",
                level.as_str()
            );
            return Err(CommandError::config(message));
        }
    }
    if !report.stale.is_empty() {
        let message = format!("{} statements about holes are about nothing any more", report.stale.len());
        return Err(CommandError::config(message).hint("the report names each; correct or remove it"));
    }
    if report.missing.is_empty() {
        return Ok(());
    }
    let missing: Vec<&str> = report.missing.iter().map(String::as_str).collect();
    let message = format!(
        "{} holds no advisories about {}, of which the target has parts",
        args.db.display(),
        missing.join(", ")
    );
    Err(CommandError::new(Kind::Undecided, message)
        .hint("https://osv-vulnerabilities.storage.googleapis.com/ECOSYSTEM/all.zip has them; put each into DIR/ECOSYSTEM/"))
}

/// The bill of a file, or of a target that was built.
fn bill(args: &Audit) -> Result<Bill, CommandError> {
    match args.target.as_deref() {
        Some(text) if Path::new(text).is_file() || text.contains('/') => {
            let bytes = read(Path::new(text))?;
            Bill::parse(&bytes).map_err(|error| {
                CommandError::user(format!("{text} is no bill of materials that can be audited"))
                    .because(error)
                    .hint("`yoe sbom --format cyclonedx` writes one")
            })
        }
        target => Ok(Bill::of_inventory(&papers::inventory(args.machine.as_deref(), target)?.0)),
    }
}

fn earlier(path: &Path) -> Result<Report, CommandError> {
    serde_json::from_slice(&read(path)?).map_err(|error| {
        CommandError::user(format!("{} is not a report of an audit", path.display()))
            .because(error)
            .hint("`yoe audit --json` writes one")
    })
}
