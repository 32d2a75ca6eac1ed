//! `yoe audit`.

pub mod documents;
pub mod read;
mod shipped;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use yoe_model::AuditGate;
use yoe_supply::audit::{self, Bill, Changes, Level, Report};

use self::documents::{Documents, declare};
use self::read::read;
use crate::error::{CommandError, Kind};
use crate::{gate, papers, paths, ui};

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
    /// Fail when a hole is open that is at least this bad, or whose advisory does not say how bad it is [default: the image's audit(…)]
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
    /// Warn when the newest advisory about an ecosystem is older than this: then nobody renewed them
    #[arg(long, value_name = "DAYS")]
    pub max_age: Option<u64>,
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
    gate::directory(&args.db, "--db")?;
    if let (Some(directory), Some(id)) = (&args.shipped, &args.cve) {
        return shipped::run(directory, id, &args.db, args.json);
    }
    let earlier = args.since.as_deref().map(earlier).transpose()?;
    let documents = Documents::open(args.openvex.as_deref(), args.csaf.as_deref())?;
    let (mut bill, gate) = bill(args)?;
    args.vex.iter().try_for_each(|path| declare(&mut bill, path))?;
    let options = audit::Options { all_platforms: args.all_platforms };
    let report = audit::audit(&bill, &args.db, options).map_err(gate::unread)?;
    let changes = earlier.map(|earlier| since(&report, &earlier)).transpose()?;
    if args.json {
        let mut value = serde_json::to_value(&report).map_err(|error| {
            CommandError::new(Kind::Internal, "the report cannot be written as JSON").because(error)
        })?;
        value["updates"] = json!(audit::updates(&report));
        if let Some(changes) = &changes {
            value["since"] = json!(changes);
        }
        ui::result(&value.to_string());
    } else {
        ui::result(audit::text(&report).trim_end());
        changes.iter().for_each(|changes| show(changes, &report));
    }
    if let Some(days) = args.max_age {
        audit::older_than(&report, days, paths::now()).iter().for_each(|line| ui::warn(line));
    }
    if report.stale.is_empty() {
        documents.write(&bill, &report)?;
    }
    let fail_on = args.fail_on.map(FailOn::level).or(gate.map(|gate| gate.fail_on));
    gate::verdict(&args.db, fail_on, &report)
}

/// What differs from an earlier report. One of something else says nothing about this.
fn since(report: &Report, earlier: &Report) -> Result<Changes, CommandError> {
    let name = |report: &Report| report.subject.split(' ').next().unwrap_or_default().to_owned();
    if name(report) != name(earlier) {
        let message = format!("the earlier report is of {:?}, and this is {:?}", name(earlier), name(report));
        return Err(CommandError::user(message).hint("--since takes an earlier report of the same target"));
    }
    Ok(report.since(earlier))
}

fn show(changes: &Changes, report: &Report) {
    if changes.new.is_empty() && changes.gone.is_empty() {
        ui::result("nothing is new, and nothing is gone");
    }
    for (component, id) in &changes.new {
        let of = report.open().find(|finding| finding.component == *component && finding.id == *id);
        let what = of.map_or_else(|| format!("{component} {id}"), audit::line);
        ui::result(&format!("new: {what}"));
    }
    for (component, id) in &changes.gone {
        ui::result(&format!("gone: {component} {id}"));
    }
}

/// The bill of a file, or of a target that was built, and what the target's definition demands.
fn bill(args: &Audit) -> Result<(Bill, Option<AuditGate>), CommandError> {
    match args.target.as_deref() {
        Some(text) if Path::new(text).is_file() || text.contains('/') => {
            let bill = read::bill(Path::new(text), "audited")?;
            Ok((bill, None))
        }
        target => {
            let papers = papers::of_target(args.machine.as_deref(), target)?;
            Ok((Bill::of_inventory(&papers.inventory), papers.gate))
        }
    }
}

fn earlier(path: &Path) -> Result<Report, CommandError> {
    serde_json::from_slice(&read(path)?).map_err(|error| {
        CommandError::user(format!("{} is not a report of an audit", path.display()))
            .because(error)
            .hint("`yoe audit --json` writes one")
    })
}
