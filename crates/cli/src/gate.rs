//! What images demand of an audit (`audit(…)`), asked of what was built.

use std::path::Path;

use yoe_model::{AuditGate, HoleLevel, Project};
use yoe_supply::audit::{self, Bill, Options, Report};

use crate::commands::audit::documents;
use crate::error::{CommandError, Kind};
use crate::{papers, ui};

/// Makes sure that this is a directory that may hold advisories.
pub fn directory(advisories: &Path, option: &str) -> Result<(), CommandError> {
    if advisories.is_dir() {
        return Ok(());
    }
    Err(CommandError::user(format!("{} is not a directory", advisories.display())).hint(format!(
        "{option} names a directory with a directory for each ecosystem, such as DIR/Go/all.zip"
    )))
}

/// The targets that demand an audit, with what each demands.
///
/// # Errors
/// When advisories were given and nothing asks for them.
pub fn demanded<State>(
    project: &Project<State>,
    targets: &[&str],
    advisories: Option<&Path>,
) -> Result<Vec<(String, AuditGate)>, CommandError> {
    let gates = targets.iter().filter_map(|name| Some(((*name).to_owned(), project.audit_gate(name)?)));
    let gates: Vec<(String, AuditGate)> = gates.collect();
    if let Some(advisories) = advisories {
        directory(advisories, "--advisories")?;
        if gates.is_empty() {
            return Err(CommandError::user(format!("nothing in {} demands an audit", targets.join(", ")))
                .hint("image(audit = audit(fail_on = …)) does; `yoe audit` asks without it"));
        }
    }
    Ok(gates)
}

/// What whoever publishes an update gave for an audit.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The directory of advisories.
    pub advisories: Option<&'a Path>,
    /// Whether papers go with it, which say what is known of holes where there are advisories.
    pub papers: bool,
    /// Whether it is published although nobody asks what the image demands.
    pub unaudited: bool,
}

impl Asked<'_> {
    /// What an image demands before an update of it is published.
    ///
    /// # Errors
    /// When that cannot be answered in the end.
    pub fn of_update<State>(
        self,
        project: &Project<State>,
        image: &str,
    ) -> Result<Option<AuditGate>, CommandError> {
        let gate = project.audit_gate(image);
        if let Some(advisories) = self.advisories {
            directory(advisories, "--advisories")?;
            if self.papers && project.publisher.is_none() {
                return Err(documents::nobody());
            }
            if gate.is_none() && !self.papers {
                let message = format!("image {image:?} demands no audit, so no advisories are read");
                return Err(CommandError::user(message)
                    .hint("image(audit = audit(fail_on = …)) does; --papers takes them, too"));
            }
        }
        match gate {
            Some(gate) if self.advisories.is_none() && !self.unaudited => {
                let level = or_worse(gate.fail_on);
                let message = format!(
                    "image {image:?} demands that no hole is open that is {level}, and no advisories are given"
                );
                Err(CommandError::user(message)
                    .hint("--advisories DIR names them")
                    .hint("--unaudited publishes without an audit, such as a fix that cannot wait"))
            }
            gate => Ok(gate),
        }
    }
}

/// Checks a target that was built against what its definition demands.
///
/// # Errors
/// When a hole is open that may not be, a statement about holes is stale, or advisories are missing. The report is printed then.
pub fn hold(
    machine: Option<&str>,
    target: &str,
    gate: AuditGate,
    advisories: &Path,
) -> Result<(), CommandError> {
    let bill = Bill::of_inventory(&papers::of_target(machine, Some(target))?.inventory);
    let report = audit::audit(&bill, advisories, Options::default()).map_err(unread)?;
    held(target, gate, advisories, &report)
}

/// Whether what an audit found is what a target's definition allows.
///
/// # Errors
/// As [`hold`].
pub fn held(target: &str, gate: AuditGate, advisories: &Path, report: &Report) -> Result<(), CommandError> {
    let held = verdict(advisories, Some(gate.fail_on), report);
    match &held {
        Ok(()) => ui::note(&format!("{target}: no hole is open that is {}", or_worse(gate.fail_on))),
        Err(_) => audit::text(report).lines().for_each(ui::stderr),
    }
    held
}

/// What an audit ends with. What is open and bad enough comes first; then what could not be looked up.
pub fn verdict(advisories: &Path, fail_on: Option<HoleLevel>, report: &Report) -> Result<(), CommandError> {
    if let Some(level) = fail_on {
        let count = report.at_least(level);
        if count > 0 {
            let message = format!(
                "{count} holes are open that are {}, or of which nobody says how bad they are",
                or_worse(level)
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
        advisories.display(),
        missing.join(", ")
    );
    Err(CommandError::new(Kind::Undecided, message)
        .hint("https://osv-vulnerabilities.storage.googleapis.com/ECOSYSTEM/all.zip has them; put each into DIR/ECOSYSTEM/"))
}

/// Advisories that cannot be read.
pub fn unread(error: audit::DatabaseError) -> CommandError {
    CommandError::config("the advisories cannot be read").because(error)
}

fn or_worse(level: HoleLevel) -> String {
    format!("{} or worse", level.as_str())
}
