//! What an audit found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::bill::Bill;
use super::database::Source;
use super::severity::Level;

/// What an audit found. As JSON it is what a later audit is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Version of this format: 1.
    pub format: u32,
    /// What was audited.
    pub subject: String,
    /// Databases that were read, by ecosystem.
    pub databases: BTreeMap<String, Source>,
    /// Ecosystems that parts are of and that no database was there for.
    pub missing: BTreeSet<String>,
    /// Parts that no database speaks of, by name and version.
    pub unchecked: BTreeSet<String>,
    /// What was found, by package and component.
    pub findings: Vec<Finding>,
}

/// A hole of a component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The packages that hold the component.
    pub packages: Vec<String>,
    /// The component.
    pub component: String,
    /// Its version.
    pub version: String,
    /// The advisory.
    pub id: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// What it is about.
    pub summary: String,
    /// How bad it is; absent when its advisory does not say.
    pub level: Option<Level>,
    /// The version that fixes it; absent when there is none.
    pub fixed: Option<String>,
    /// Whether a version of the advisory could not be compared, so that nothing could be excluded.
    pub uncertain: bool,
    /// What became of it.
    pub state: State,
}

/// What became of a hole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is open.
    Open,
    /// The version of upstream that is built is the one that Debian took first after the fix; nothing but its number says so.
    AssumedFixed,
    /// A patch closes it, by what its header or its name says.
    Closed(String),
}

/// What differs from an earlier audit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Open now and not before: component and advisory.
    pub new: BTreeSet<(String, String)>,
    /// Open before and not now.
    pub gone: BTreeSet<(String, String)>,
}

impl Report {
    /// A report that has found nothing yet.
    pub(super) fn new(bill: &Bill) -> Self {
        Self {
            format: 1,
            subject: bill.subject.clone(),
            databases: BTreeMap::new(),
            missing: BTreeSet::new(),
            unchecked: BTreeSet::new(),
            findings: Vec::new(),
        }
    }

    /// What is open.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.state == State::Open)
    }

    /// What is open and at least this bad. What has no level counts: nobody said that it is harmless.
    pub fn at_least(&self, level: Level) -> usize {
        self.open().filter(|finding| finding.level.is_none_or(|of| of >= level)).count()
    }

    /// What differs from an earlier report.
    pub fn since(&self, earlier: &Report) -> Changes {
        let open = |report: &Report| -> BTreeSet<(String, String)> {
            report.open().map(|finding| (finding.component.clone(), finding.id.clone())).collect()
        };
        let (now, before) = (open(self), open(earlier));
        Changes {
            new: now.difference(&before).cloned().collect(),
            gone: before.difference(&now).cloned().collect(),
        }
    }
}

/// A report for people, grouped by the packages that hold what was found.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let mut groups: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        let packages = finding.packages.join(", ");
        groups
            .entry(if packages.is_empty() { "in no package".to_owned() } else { packages })
            .or_default()
            .push(finding);
    }
    // Writing to a string does not fail.
    for (group, findings) in &groups {
        let _ = writeln!(text, "{group}");
        for finding in findings {
            let _ = writeln!(text, "  {}", line(finding));
        }
    }
    let count =
        |state: fn(&State) -> bool| report.findings.iter().filter(|finding| state(&finding.state)).count();
    let (open, closed) =
        (count(|state| *state == State::Open), count(|state| matches!(state, State::Closed(_))));
    let assumed = count(|state| *state == State::AssumedFixed);
    let _ = writeln!(
        text,
        "{}: {open} open, {closed} closed by patches, {assumed} assumed to be fixed",
        report.subject
    );
    for (ecosystem, source) in &report.databases {
        let _ =
            writeln!(text, "{ecosystem}: {} advisories, the newest of {}", source.advisories, source.newest);
    }
    if !report.unchecked.is_empty() {
        let all: Vec<&str> = report.unchecked.iter().map(String::as_str).collect();
        let _ = writeln!(text, "no database speaks of: {}", all.join(", "));
    }
    text
}

fn line(finding: &Finding) -> String {
    let name =
        finding.aliases.iter().find(|alias| alias.starts_with("CVE-")).filter(|cve| **cve != finding.id);
    let name = name.map_or_else(|| finding.id.clone(), |cve| format!("{} ({cve})", finding.id));
    let level = finding.level.map_or("level unknown", Level::as_str);
    let state = match (&finding.state, &finding.fixed) {
        (State::Closed(patch), _) => format!("closed by {patch}"),
        (State::AssumedFixed, _) => "assumed to be fixed by this version".to_owned(),
        (State::Open, Some(fixed)) => format!("fixed in {fixed}"),
        (State::Open, None) => "no fixed version".to_owned(),
    };
    let uncertain = if finding.uncertain { "; a version of it cannot be compared" } else { "" };
    let summary = if finding.summary.is_empty() { String::new() } else { format!(": {}", finding.summary) };
    format!("{} {}: {name}, {level}, {state}{uncertain}{summary}", finding.component, finding.version)
}
